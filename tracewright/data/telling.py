"""How a wording is told: the forms of numbers, and the Python function that puts a question together.

The function is written as source text, compiled by `compile.py` and returns the pieces of the question, so that it is
known where each number stands. Every text of the author is quoted; names of slots are checked before they come here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.vocabulary import with_article
from tracewright.data.wording import SENTENCE_END, Choice, Insert, Piece, Wording, capital
from tracewright.number import Number, write

CHANCE = 1024
"""Chances are counted in parts of this."""

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS: Mapping[int, str] = {
    **dict(enumerate(_ONES[2:], 2)),
    **{15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"},
}
"""Whole numbers that a question may write as a word; not *one*, which is as often a pronoun."""

_PARTS = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
}


def fraction_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a fraction, words first, digits last: a third, one third, 1/3; two and a half, 2 1/2."""
    count, top, bottom = value.numerator // value.denominator, value.numerator % value.denominator, value.denominator
    if count and top:
        digits = f"{count} {top}/{bottom}"
        return (f"{WORDS[count]} and a half", digits) if bottom == 2 and count in WORDS else (digits,)
    digits = f"{top}/{bottom}" if top else str(count)
    if bottom not in _PARTS or top not in (1, *WORDS):
        return (digits,)
    if bottom == 2:
        return ("half", "half", "half", "one-half", digits)
    part = _PARTS[bottom]
    if top == 1:
        return (with_article(part), with_article(part), f"one {part}", f"one-{part}", digits)
    return (f"{WORDS[top]} {part}s", f"{WORDS[top]}-{part}s", digits, digits)


def times_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a multiple, words first, digits last: twice, 2 times."""
    count = int(value)
    digits = f"{count} times"
    if count == 2:
        return ("twice", "twice", "twice", "two times", digits)
    return (f"{WORDS[count]} times", digits) if count in WORDS else (digits,)


def dozen_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a number of dozens, words first, digits last: 24 is two dozen, 6 half a dozen."""
    if value == 6:
        return ("half a dozen", "1/2 dozen")
    count = int(value // 12)
    digits = f"{count} dozen"
    if count == 1:
        return ("a dozen", "a dozen", "one dozen", digits)
    return (f"{WORDS[count]} dozen", digits) if count in WORDS else (digits,)


def money(value: Number) -> str:
    """Write dollars: $5, $1,250, $4.50."""
    if value.__class__ is int:
        return f"${value:,}"
    dollars, cents = divmod(value.numerator * 100 // value.denominator, 100)
    return f"${dollars:,}.{cents:02d}"


class Forms(dict[Number, tuple[str, ...]]):
    """The ways to write each value, worked out when first asked for."""

    def __init__(self, write_forms: Callable[[Number], tuple[str, ...]]) -> None:
        super().__init__()
        self.write_forms = write_forms

    def __missing__(self, value: Number) -> tuple[str, ...]:
        forms = self[value] = self.write_forms(value)
        return forms


FRACTIONS = Forms(fraction_forms)
TIMES = Forms(times_forms)
DOZENS = Forms(dozen_forms)
_TABLES = {"fraction": "FRACTIONS", "times": "TIMES", "dozens": "DOZENS"}


SPELLING = {
    "WORDS": WORDS,
    "FRACTIONS": FRACTIONS,
    "TIMES": TIMES,
    "DOZENS": DOZENS,
    "money": money,
    "write": write,
    "capital": capital,
    "with_article": with_article,
    "Fraction": Fraction,
}
"""What the Python of a wording calls."""


class Told(NamedTuple):
    """The Python that tells a wording, and which of its pieces are numbers."""

    source: str
    """`def tell(values, x, chance)`, which returns the pieces of the question."""
    numbers: tuple[tuple[int, str], ...]
    """(piece, slot) of each number."""


class Range(NamedTuple):
    """What is known of the values of a number slot: bounds where they are constant."""

    kind: str
    low: Number | None = None
    high: Number | None = None


def write_python(wording: Wording, slots: Sequence[str], ranges: Mapping[str, Range]) -> Told:
    """Write the function that tells a wording.

    `values` has one value a slot, `x` is a large random number of which each decision takes a part, and `chance` (of
    CHANCE) is that of a number word.
    """
    lines = ["def tell(values, x, chance):", f"    {', '.join(f's_{name}' for name in slots)}, = values"]
    expressions: list[str] = []
    numbers = []
    opens = ""  # the condition under which this piece begins a sentence because alternatives before it were empty
    for index, piece in enumerate(wording.pieces):
        draw = f"r{index}"
        opens_next = ""
        if isinstance(piece, str):
            expression = repr(piece)
        elif isinstance(piece, Choice):
            lines.append(f"    x, {draw} = divmod(x, {len(piece.options)})")
            expression = _choice_python(piece, draw, ranges)
            empty = [f"{draw} == {number}" for number, option in enumerate(piece.options) if not option]
            if empty and (opens or index == 0 or _ends_sentence(wording.pieces[index - 1])):
                opens_next = f"({' or '.join(empty)})" + (f" and {opens}" if opens else "")
        else:
            expression = _insert_python(piece, draw, ranges)
            if piece.slot in ranges and piece.choice is None:
                numbers.append((index, piece.slot))
                if re.search(rf"\b{draw}\b", expression):
                    lines.append(f"    x, {draw} = divmod(x, {CHANCE})")
        expressions.append(f"(capital({expression}) if {opens} else {expression})" if opens else f"({expression})")
        opens = opens_next
    lines.append(f"    return ({', '.join(expressions)},)")
    return Told("\n".join(lines), tuple(numbers))


def _ends_sentence(piece: Piece) -> bool:
    return isinstance(piece, str) and bool(SENTENCE_END.search(piece))


def _choice_python(choice: Choice, draw: str, ranges: Mapping[str, Range]) -> str:
    """One expression for the alternatives; an article goes in front of whichever is drawn."""
    options = []
    for option in choice.options:
        parts = [repr(part) if isinstance(part, str) else f"({_insert_python(part, '', ranges)})" for part in option]
        options.append(" + ".join(parts) if parts else "''")
    expression = f"({', '.join(options)},)[{draw}]" if all(_plain(option) for option in choice.options) else ""
    if not expression:
        tests = [f"{option} if {draw} == {number} else" for number, option in enumerate(options[:-1])]
        expression = f"({' '.join(tests)} {options[-1]})"
    return _with_article(expression, choice.article)


def _plain(option: tuple["str | Insert", ...]) -> bool:
    return all(isinstance(part, str) for part in option)


def _with_article(expression: str, article: str) -> str:
    if not article:
        return expression
    fitted = f"with_article({expression})"
    return f"capital({fitted})" if article == "A" else fitted


def _insert_python(insert: Insert, draw: str, ranges: Mapping[str, Range]) -> str:
    """One expression for a slot, in brackets where it needs them."""
    variable = f"s_{insert.slot}"
    if insert.choice:
        one, many = insert.choice
        expression = f"{one!r} if {variable} == 1 else {many!r}"
    elif insert.slot in ranges:
        expression = _number_python(insert, draw, ranges[insert.slot])
    elif insert.agrees:
        expression = f"{variable}['one'] if s_{insert.agrees} == 1 else {variable}['many']"
    elif insert.form == "one" and insert.article == "a":
        return f"{variable}['a']"
    elif insert.form == "word" or not insert.form:
        expression = f"{variable} if {variable}.__class__ is str else {variable}['many']"
    else:
        expression = f"{variable}[{insert.form!r}]"
    if insert.article:
        return _with_article(expression, insert.article)
    return f"capital({expression})" if insert.start else f"({expression})"


def _number_python(insert: Insert, draw: str, known: Range) -> str:
    """One expression that writes the number of a slot."""
    s, kind = f"s_{insert.slot}", known.kind
    if insert.form == "digits":
        if kind in _TABLES:
            return f"{_TABLES[kind]}[{s}][-1]"
        return {"money": f"money({s})", "percent": f"write({s}) + '%'"}.get(kind, f"write({s})")
    if insert.form == "dollars":
        words = f"WORDS[{s}] if {draw} < chance and {s} in WORDS else write({s})"
        return f"({words}) + (' dollar' if {s} == 1 else ' dollars')"
    if kind == "money":
        return f"money({s})"
    if kind == "percent":
        return f"write({s}) + (' percent' if {draw} < {CHANCE // 8} else '%')"
    if kind in _TABLES:
        table = _TABLES[kind]
        return f"{table}[{s}][{draw} % len({table}[{s}])] if chance else {table}[{s}][-1]"
    if kind == "decimal":
        return f"write({s})"
    expression = f"str({s})"
    if known.high is None or known.high >= 1000:
        expression = f"f'{{{s}:,}}' if {s} >= 10000 or {s} >= 1000 and {draw} & 1 else {expression}"
    if known.low is None or known.low <= 50:
        expression = f"WORDS[{s}] if {draw} < chance and {s} in WORDS else {expression}"
    return expression
