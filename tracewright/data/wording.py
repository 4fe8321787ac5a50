"""The template language of wordings: one question with places for numbers, names, nouns, pronouns and alternatives.

    {eggs} {item}         the number, and the noun as it agrees with it: 8 apples, 1 apple
    {item} {item.one}     the noun in its plural, and in its singular
    {day} {shop.verb}     a word, and another field of a row
    {name} {name}'s       a person; {he} {his} {him} {himself} of the first person, {friend.he} of another
    {eggs:egg|eggs}       one or the other, as {eggs} is 1 or not; {item:eggs} the noun as it agrees with {eggs}
    {eggs:digits}         never as a word; {price:dollars} 5 dollars; {part:digits} 1/3
    [buys|gets|]          one of these, drawn for each problem; it holds no numbers
    a {item.one}          a or an, as it must be

Sentences begin with a capital, whatever stands there. This file reads the template and writes the Python that tells it;
`compile.py` runs that. `docs/data.md` is the page for authors.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.vocabulary import with_article
from tracewright.errors import DataError, nearest
from tracewright.number import Number, write

NUMBER_STYLES = ("digits", "dollars")
PERSON_FORMS = ("he", "him", "his", "own", "himself")
CHANCE = 1024
"""Chances are counted in parts of this."""


class Insert(NamedTuple):
    """A place for a slot."""

    slot: str
    form: str = ""
    """A field of a row (`one`, `many`, `he`, ...), or a style of a number; empty: the usual one."""
    agrees: str = ""
    """The number that a noun agrees with."""
    choice: tuple[str, str] | None = None
    """For `{eggs:egg|eggs}`: what stands for 1, and what for everything else."""
    article: str = ""
    """`a` or `A` where an article is to be fitted before it."""
    start: bool = False
    """Begins a sentence."""


class Choice(NamedTuple):
    """Alternatives of words; each is a row of texts and inserts."""

    options: tuple[tuple["str | Insert", ...], ...]
    article: str = ""


Piece = str | Insert | Choice


class Wording(NamedTuple):
    """A checked template: its text, its pieces, and every insert in it in order."""

    text: str
    pieces: tuple[Piece, ...]
    inserts: tuple[Insert, ...]


_TOKEN = re.compile(r"\{([^{}]*)\}|\[([^\[\]]*)\]|([{}\[\]])")
_PLACE = re.compile(r"([a-z][a-z0-9_]*)(?:\.([a-z]\w*))?(?::(.*))?\Z", re.S)
_SENTENCE_END = re.compile(r"[.?!][\"'”)]*\s+[\"'“(]*\Z")
_ARTICLE = re.compile(r"(?:^|[\s\"“(-])([Aa])n? \Z")


def read_wording(text: str, kinds: Mapping[str, str], keys: Mapping[str, set[str]], where: str) -> Wording:
    """Read a template against the kinds of its slots, and the keys of the rows of those that have rows.

    Raises:
        DataError: a brace is left open, a slot or form is not known, or alternatives hold a number.
    """
    text = " ".join(text.split())
    reader = _Reader(kinds, keys, where)
    pieces = _fit_articles(list(reader.pieces(text)))
    pieces = _agree(pieces, kinds)
    if not pieces:
        raise DataError(f"{where}: the wording is empty")
    pieces = _mark_starts(pieces)
    return Wording(text, tuple(pieces), tuple(_inserts(pieces)))


def _inserts(pieces: Sequence[Piece]) -> Iterator[Insert]:
    for piece in pieces:
        if isinstance(piece, Insert):
            yield piece
        elif isinstance(piece, Choice):
            for option in piece.options:
                yield from (part for part in option if isinstance(part, Insert))


class _Reader:
    """Turns the text of a template into pieces."""

    def __init__(self, kinds: Mapping[str, str], keys: Mapping[str, set[str]], where: str) -> None:
        self.kinds, self.keys, self.where = kinds, keys, where
        self.person = next((name for name, kind in kinds.items() if kind == "person"), "")

    def pieces(self, text: str) -> Iterator[Piece]:
        end = 0
        for match in _TOKEN.finditer(text):
            if match.start() > end:
                yield text[end : match.start()]
            end = match.end()
            if match[3]:
                raise DataError(f"{self.where}: {match[3]!r} has no partner", f"near {text[max(0, end - 20) : end + 20]!r}")
            yield self.insert(match[1]) if match[1] is not None else self.choice(match[2])
        if end < len(text):
            yield text[end:]

    def choice(self, text: str) -> Choice:
        options = []
        for option in _split_options(text):
            parts = tuple(self.pieces(option))
            for part in parts:
                if isinstance(part, Insert) and self.is_number(part.slot) and not part.choice:
                    hint = "numbers keep their places: write two wordings instead"
                    raise DataError(f"{self.where}: alternatives hold the number {{{part.slot}}}", hint)
            options.append(tuple(part for part in parts if not isinstance(part, Choice)))
        if len(options) < 2:
            raise DataError(f"{self.where}: [{text}] has no alternatives", "write for example [buys|gets]")
        return Choice(tuple(options))

    def is_number(self, slot: str) -> bool:
        return self.kinds[slot] not in ("person", "noun", "word")

    def insert(self, text: str) -> Insert:
        match = _PLACE.match(text.strip())
        if not match:
            raise DataError(f"{self.where}: {{{text}}} is no place for a slot", "write for example {name}, {item.one}, {eggs:egg|eggs}")
        slot, form, style = match[1], match[2] or "", match[3]
        if slot in PERSON_FORMS and slot not in self.kinds:
            if not self.person:
                raise DataError(f"{self.where}: {{{slot}}} needs a slot that is a person")
            slot, form = self.person, slot
        if slot not in self.kinds:
            raise DataError(f"{self.where}: there is no slot {slot!r}", nearest(slot, self.kinds) or f"known: {', '.join(self.kinds)}")
        kind = self.kinds[slot]
        if self.is_number(slot):
            return self.number(slot, form, style)
        if kind == "person":
            if form and form not in PERSON_FORMS:
                raise DataError(f"{self.where}: a person has no form {form!r}", nearest(form, PERSON_FORMS) or f"known: {', '.join(PERSON_FORMS)}")
            return Insert(slot, form or "one")
        if kind == "word":
            if form or style:
                raise DataError(f"{self.where}: {{{text}}}: {slot!r} is a plain word and has no forms")
            return Insert(slot)
        if form and form not in self.keys[slot]:
            raise DataError(f"{self.where}: no row of {slot!r} has {form!r}", nearest(form, self.keys[slot]))
        if style is not None and (style not in self.kinds or not self.is_number(style)):
            raise DataError(f"{self.where}: {{{text}}}: {style!r} is no slot with a number", nearest(style, self.kinds))
        return Insert(slot, form, agrees=style or "")

    def number(self, slot: str, form: str, style: str | None) -> Insert:
        if form:
            raise DataError(f"{self.where}: {slot!r} is a number and has no form {form!r}")
        if style is not None and "|" in style:
            one, _, many = style.partition("|")
            return Insert(slot, choice=(one, many))
        if style is not None and style not in NUMBER_STYLES:
            hint = nearest(style, NUMBER_STYLES) or f"known: {', '.join(NUMBER_STYLES)}, or two words with | between them"
            raise DataError(f"{self.where}: a number has no style {style!r}", hint)
        return Insert(slot, style or "")


def _split_options(text: str) -> list[str]:
    """Split at the strokes that stand outside braces."""
    options, depth = [""], 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and not depth:
            options.append("")
        else:
            options[-1] += letter
    return options


def _fit_articles(pieces: list[Piece]) -> list[Piece]:
    """Take `a` or `an` off a text that stands before an insert or a choice, and note it there."""
    for index, (before, after) in enumerate(zip(pieces, pieces[1:], strict=False)):
        if not isinstance(before, str) or isinstance(after, str):
            continue
        match = _ARTICLE.search(before)
        if match and not (isinstance(after, Insert) and after.choice):
            pieces[index] = before[: match.start(1)]
            pieces[index + 1] = after._replace(article=match[1])
    return [piece for piece in pieces if piece != ""]


def _agree(pieces: list[Piece], kinds: Mapping[str, str]) -> list[Piece]:
    """Let a noun that stands behind a number agree with it."""
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Insert) or kinds[piece.slot] != "noun" or piece.form or piece.agrees:
            continue
        number = pieces[index - 2] if index > 1 and pieces[index - 1] == " " else None
        if isinstance(number, Insert) and kinds[number.slot] in ("integer", "decimal") and not number.choice:
            pieces[index] = piece._replace(agrees=number.slot)
    return pieces


def _mark_starts(pieces: list[Piece]) -> list[Piece]:
    """Mark the inserts that begin a sentence; capitalise the texts that do.

    What follows alternatives of which one is empty begins a sentence only at times: `write_python` sees to that.
    """
    start = True
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            pieces[index] = capital(piece) if start else piece
            start = bool(_SENTENCE_END.search(piece)) or (start and not piece.strip("\"'“( "))
            continue
        if isinstance(piece, Insert):
            pieces[index] = piece._replace(start=start, article=capital(piece.article) if start else piece.article)
        elif start and piece.article:
            pieces[index] = piece._replace(article="A")
        elif start:
            pieces[index] = piece._replace(options=tuple(_start_option(option) for option in piece.options))
        start = False
    return pieces


def _start_option(option: tuple[str | Insert, ...]) -> tuple[str | Insert, ...]:
    return tuple(part for part in _mark_starts(list(option)) if not isinstance(part, Choice))


# How a number is written

_ONES = "zero one two three four five six seven eight nine ten eleven twelve".split()
WORDS: Mapping[int, str] = {
    **dict(enumerate(_ONES)),
    **{15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"},
}
"""Whole numbers that a question may write as a word."""

_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth"}


def fraction_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a fraction, words first, digits last: a third, one third, 1/3; two and a half, 2 1/2."""
    count, top, bottom = value.numerator // value.denominator, value.numerator % value.denominator, value.denominator
    if count and top:
        digits = f"{count} {top}/{bottom}"
        return (f"{WORDS[count]} and a half", digits) if bottom == 2 and count in WORDS else (digits,)
    digits = f"{top}/{bottom}" if top else str(count)
    if bottom not in _PARTS or top not in WORDS:
        return (digits,)
    if bottom == 2:
        return ("half", "half", "half", "one-half", digits)
    part = _PARTS[bottom]
    if top == 1:
        return (with_article(part), with_article(part), f"one {part}", f"one-{part}", digits)
    return (f"{WORDS[top]} {part}s", f"{WORDS[top]}-{part}s", digits, digits)


def times_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a multiple, words first, digits last: twice, 2 times."""
    digits = f"{write(value)} times"
    if value == 2:
        return ("twice", "twice", "twice", "two times", digits)
    return (f"{WORDS[value]} times", digits) if value in WORDS else (digits,)


def dozen_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a number of dozens, words first, digits last: 24 is two dozen, 6 half a dozen."""
    if value == 6:
        return ("half a dozen", "1/2 dozen")
    count = value // 12
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


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


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
    return isinstance(piece, str) and bool(_SENTENCE_END.search(piece))


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
