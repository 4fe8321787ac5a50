"""The equations of a worked solution, in order: `<<16-3-4=9>>` annotations, and those that stand in the text alone.

An equation is a tree over literals (`arithmetic.py`), with what the text says around each literal and the result.
Every equation returned is true; what does not read or does not hold is left out, and left to `algebra.py`.

Not covered: equations with letters (`algebra.py`), which number a literal comes from (`wire.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.arithmetic import MAX_TOKENS, Leaf, Node, holds, number, parse_expression
from tracewright.data.annotate.words import STOP, WORD, content, per_unit, relation, stem
from tracewright.number import Number, tidy


@dataclass(frozen=True, eq=False)
class Equation:
    """`tree == value`, and the words of the line that it stands in."""

    tree: Node
    value: Number
    line: int
    """Line of the solution, from 0."""
    after: tuple[str, ...] = ()
    """Stems of the words after the result: what it counts."""
    words: frozenset[str] = field(default_factory=frozenset)
    """Stems of the words of its sentence that say something."""
    names: frozenset[str] = field(default_factory=frozenset)
    """Capitalised words of its sentence."""
    dollar: bool = False
    annotated: bool = True
    segment: frozenset[str] = field(default_factory=frozenset)
    """Stems of the words of its part of the sentence, where that has several equations."""
    pairs: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Pairs of neighbouring words of that part."""
    numbers: frozenset[Number] = field(default_factory=frozenset)
    """The numbers that stand in that part, in digits or in words."""
    order: frozenset[str] = frozenset()
    """The words of that part that tell one of several from the others: first, next, other."""
    dealt: bool = False
    """That part speaks of what falls to each of several."""
    letter: str = ""
    """The unknown that it is the solution for, of an equation with one."""
    per: str = ""
    """Stem of the unit that the unit of its result is counted by."""
    mark: int = -1
    """Which annotation `<<...>>` of the solution it is, from 0; -1 where it was read from the text."""


_TOKEN = re.compile(
    r"\d+ \d/\d{1,2}(?![\d/])|(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
    r"|(?<=\d)x(?=[\s(])|[-+*/()=%$]|[A-Za-z]+(?:['’][a-z]+)?|\S",
    re.ASCII,
)
_SIGNS = {"×": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "[": "(", "]": ")", "{": "(", "}": ")"}


_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS: dict[str, Number] = {**{word: value for value, word in enumerate(_SPELLED.split())}, "twice": 2}
"""Numbers that solutions spell out."""

_ANNOTATION = re.compile(r"<<([^<>]{1,300})>>")
_SENTENCE = re.compile(r"(?<=[a-z\d%)])[.;!?]\s+(?=[A-Z])")


class Item(NamedTuple):
    """A token of a line: a number, a sign or a word, and where it stands."""

    text: str
    start: int
    end: int
    value: Number | None
    """Of a number in digits."""
    told: Number | None
    """The same, and that of a number in words."""


class Sentence(NamedTuple):
    """A sentence of a solution: its tokens, where annotations stood, and its words."""

    items: tuple[Item, ...]
    marks: tuple[tuple[int, str], ...]
    """Place in the text without annotations, and what stood between `<<` and `>>`."""
    line: int
    words: frozenset[str]
    names: frozenset[str]
    text: str
    first_mark: int = 0
    """How many annotations the solution has before this sentence."""


def read_sentences(solution: str) -> list[Sentence]:
    """Cut a solution into lines and these into sentences, and read their tokens."""
    sentences: list[Sentence] = []
    marks = 0
    for index, line in enumerate(solution.split("\n")):
        for sentence in _SENTENCE.split(line):
            if sentence.strip():
                sentences.append(_read_sentence(sentence, index, marks))
                marks += len(sentences[-1].marks)
    return sentences


def _read_sentence(sentence: str, line: int, first_mark: int) -> Sentence:
    plain, marks = _without_annotations(sentence)
    items = tuple(_with_signs([_item(match) for match in _TOKEN.finditer(plain)]))
    names = frozenset(stem(word) for word in WORD.findall(plain) if word[0].isupper() and word.lower() not in STOP)
    return Sentence(items, tuple(marks), line, frozenset(content(plain)), names, plain, first_mark)


def _item(match: re.Match[str]) -> Item:
    text = match[0]
    value = number(text)
    told = NUMBER_WORDS.get(text.lower()) if value is None else value
    return Item(_SIGNS.get(text, text), match.start(), match.end(), value, told)


_SPOKEN = {"plus": "+", "minus": "-", "times": "*", "equals": "="}


def _with_signs(items: Sequence[Item]) -> list[Item]:
    """Read `25 times 5 equals 125` and `125 divided by 5` as signs, where a number follows."""
    out: list[Item] = []
    for at, item in enumerate(items):
        after = items[at + 1] if at + 1 < len(items) else None
        if (
            item.text in ("by", "into", "among", "between")
            and out
            and out[-1].text in ("divided", "multiplied")
            and _opens_number(items, at + 1)
        ):
            sign = "/" if out[-1].text == "divided" else "*"
            out[-1] = Item(sign, out[-1].start, item.end, None, None)
        elif item.text == "equals" or (item.text in _SPOKEN and after and _opens_number(items, at + 1)):
            out.append(item._replace(text=_SPOKEN[item.text]))
        else:
            out.append(item)
    return out


def _opens_number(items: Sequence[Item], at: int) -> bool:
    """Say whether a number stands here, behind a currency sign or not."""
    at += at < len(items) and items[at].text in ("$", "€", "£")
    return at < len(items) and items[at].value is not None


def read_arithmetic(sentence: Sentence) -> list[tuple[int, Equation]]:
    """Find the true equations of a sentence that have no letters, each with the place where it stands."""
    items = sentence.items
    found: list[tuple[int, Equation]] = []
    restated: set[int] = set()
    for mark, (place, inner) in enumerate(sentence.marks, sentence.first_mark):
        equation = _annotated(inner, place, sentence, mark)
        if equation:
            sign = _chained(place, items)
            tree = _longest(items, sign, equation.value, percent=True) if sign >= 0 else None
            if tree:  # 1/4 * 12 = 12/4 = 3: the first form still has the numbers of the question
                restated.add(sign)
                equation = replace(equation, tree=tree)
            found.append((place, equation))
    taken = {place for place, _ in found}
    for at, item in enumerate(items):
        if (
            item.text == "="
            and at not in restated
            and not any(item.end <= place <= next_start(items, at) for place in taken)
        ):
            equation = _textual(at, sentence)
            if equation:
                sign = _chained(item.end, items)
                tree = _longest(items, sign, equation.value, percent=True) if sign >= 0 else None
                found.append((item.start, replace(equation, tree=tree) if tree else equation))
    return found


def _chained(place: int, items: Sequence[Item]) -> int:
    """Find the equals sign before the one that a place follows, where only an expression lies between; -1 for none."""
    signs = [at for at, item in enumerate(items) if item.text == "=" and item.end <= place]
    if len(signs) < 2:
        return -1
    between = items[signs[-2] + 1 : signs[-1]]
    plain = all(item.value is not None or item.text in "+-*/()$xX" for item in between)
    return signs[-2] if between and plain else -1


def next_start(items: Sequence[Item], at: int) -> int:
    """Return where the number after an equals sign starts; currency signs are stepped over."""
    at += 1
    while at < len(items) and items[at].text in ("$", "(", "€", "£"):
        at += 1
    return items[at].start if at < len(items) else 10**9


def _without_annotations(sentence: str) -> tuple[str, list[tuple[int, str]]]:
    """Take the annotations out; return the rest, and where each stood in it."""
    pieces, marks, last, length = [], [], 0, 0
    for match in _ANNOTATION.finditer(sentence):
        piece = sentence[last : match.start()]
        pieces.append(piece)
        length += len(piece)
        marks.append((length, match[1]))
        last = match.end()
    pieces.append(sentence[last:])
    return "".join(pieces), marks


def _annotated(inner: str, place: int, sentence: Sentence, mark: int) -> Equation | None:
    items = sentence.items
    left, _, right = inner.rpartition("=")
    value = number(right.strip().lstrip("$").lstrip("-"))
    if value is None:
        return None
    if right.strip().startswith("-"):
        value = -value
    # Of a chain a = b = c in one annotation the first side is the sum that was meant.
    left = left.split("=")[0]
    shown = [at for at, item in enumerate(items) if item.told is not None and item.end <= place]
    pieces = [(match[0], number(match[0])) for match in _TOKEN.finditer(left.replace("//", "/"))]
    found = _leaves([read for _, read in pieces if read is not None], shown, items)
    tokens: list[Leaf | str] = []
    for text, read in pieces:
        tokens.append(_multiply(_SIGNS.get(text, text)) if read is None else next(found))
    tree = parse_expression(_with_nouns(tokens, items))
    if tree is None or isinstance(tree, Leaf) or not holds(tree, value):
        return None
    after, dollar = about_result(value, place, items)
    words, names = sentence.words, sentence.names
    return Equation(tree, value, sentence.line, after, words, names, dollar, True, per=per_unit(after), mark=mark)


def _with_nouns(tokens: Sequence[Leaf | str], items: Sequence[Item]) -> list[Leaf | str]:
    """Give literals without words the words of another place where the sentence says them: 4 boxes ..., so 4 * 3."""
    told: dict[Number, list[int]] = {}
    for at, item in enumerate(items):
        if item.told is not None and not _in_sum(items, at) and _words_after(items, at + 1):
            told.setdefault(item.told, []).append(at)
    out: list[Leaf | str] = []
    for token in tokens:
        if isinstance(token, Leaf) and not token.after and told.get(token.value):
            at = told[token.value].pop(0)
            leaf = shown_leaf(items, at)
            out.append(replace(leaf, at=token.at, dollar=leaf.dollar or token.dollar, borrowed=True))
        else:
            out.append(token)
    return out


def _in_sum(items: Sequence[Item], at: int) -> bool:
    """Say whether a number is the last of what is worked out: the words after it say what the result is."""
    before = _text_at(items, at - 1) if _text_at(items, at - 1) != "$" else _text_at(items, at - 2)
    return before in ("+", "-", "*", "/", "=", "x", "X")


def _multiply(sign: str) -> str:
    """Read the letter x between numbers as a sign."""
    return "*" if sign in ("x", "X") else sign


def _leaves(values: Sequence[Number], shown: Sequence[int], items: Sequence[Item]) -> Iterator[Leaf]:
    """Make a leaf of each literal, with the words around the number of the text that it repeats, from last to first.

    `shown` are the numbers, by their place among the items, that it may repeat: the nearest of that value before the
    annotation, and before what the literals after it repeat where there is one: of `60 words * 60 minutes =
    <<60*60=3600>>` the first 60 is the words.
    """
    used: set[int] = set()
    found: list[Leaf] = []
    end = len(items)
    for at in reversed(range(len(values))):
        value = values[at]
        free = [place for place in shown if items[place].told == value and place not in used]
        place = max((place for place in free if place < end), default=free[-1] if free else -1)
        if place >= 0:
            end = min(end, place)
            used.add(place)
            found.append(shown_leaf(items, place, at))
        else:
            found.append(Leaf(value, percent=_said_in_percent(value, items, used), at=at))
    return reversed(found)


def _said_in_percent(value: Number, items: Sequence[Item], used: set[int]) -> bool:
    """Say whether the text has a literal as a percentage, .2 as 20 %; that number is then used."""
    for at, item in enumerate(items):
        if item.value is not None and item.value == value * 100 and at not in used:
            if _text_at(items, at + 1) in ("%", "percent"):
                used.add(at)
                return True
    return False


def _text_at(items: Sequence[Item], at: int) -> str:
    return items[at].text if 0 <= at < len(items) else ""


def shown_leaf(items: Sequence[Item], at: int, literal: int = -1) -> Leaf:
    """Make a leaf of a number of the text; `literal` is the `at` of the leaf."""
    value = items[at].told
    assert value is not None
    after = _words_after(items, at + 1)
    before = []
    for item in reversed(items[max(0, at - 6) : at]):
        if item.value is not None or item.text in "+-*/=":
            break
        if item.text[0].isalpha():
            before.append(stem(item.text))
    return Leaf(
        value,
        after,
        tuple(reversed(before)),
        "$" in (_text_at(items, at - 1), _text_at(items, at + 1)) or after[:1] == ("dollar",),
        _text_at(items, at + 1) in ("%", "percent"),
        True,
        relation(" ".join(item.text for item in items[at + 1 : at + 4] if item.text[0].isalpha())),
        at=literal,
        per=per_unit(after),
    )


def _words_after(items: Sequence[Item], at: int, most: int = 6) -> tuple[str, ...]:
    words: list[str] = []
    for place, item in enumerate(items[at : at + most + 2], at):
        by_unit = item.text == "/" and _names_unit(_text_at(items, place + 1))
        sign = item.text in "+*=():;,.-" or item.text in ("x", "X") or (item.text == "/" and not words and not by_unit)
        if item.value is not None or sign:
            break
        if item.text[0].isalpha():
            words.append(stem(item.text))
        elif by_unit:
            words.append("per")
    return tuple(words[:most])


def _names_unit(word: str) -> bool:
    """Say whether a word after a slash is what something is counted by: miles/hour, $3/pound, but not 12/x or 6/two."""
    return word.isalpha() and len(word) > 1 and word.lower() not in NUMBER_WORDS and word.lower() not in STOP


def about_result(value: Number, place: int, items: Sequence[Item]) -> tuple[tuple[str, ...], bool]:
    """Return the words after a result, or after an earlier statement of it, and whether it is money.

    Where both have none, those of `the number of apples is`.
    """
    dollar = False
    after: tuple[str, ...] = ()
    for at, item in enumerate(items):
        if item.start >= place and item.value is not None:
            dollar = "$" in (_text_at(items, at - 1), _text_at(items, at + 1))
            after = _words_after(items, at + 1)
            break
    dollar = dollar or any(item.text == "$" and item.end == place for item in items)
    if not after:  # "There are 72 boys because 120 x .6 = 72"
        for at, item in enumerate(items):
            if item.value == value and item.end <= place and _words_after(items, at + 1):
                after = _words_after(items, at + 1)
                dollar = dollar or _text_at(items, at - 1) == "$"
                break
    return after or _number_of(place, items), dollar or after[:1] == ("dollar",)


def _number_of(place: int, items: Sequence[Item]) -> tuple[str, ...]:
    """Return the words of `the number of apples is 3 * 4`, the last such before a place; none behind another result."""
    ends = [at for at, item in enumerate(items) if item.end <= place and item.text == "="][:-1]
    start = ends[-1] if ends else -1
    for at in range(len(items) - 2, start, -1):
        counts = items[at].text.lower() in ("number", "amount", "total", "sum")
        if items[at].end <= place and counts and items[at + 1].text == "of":
            return _words_after(items, at + 2)
    return ()


def _textual(at: int, sentence: Sentence) -> Equation | None:
    """Read an equation of the text around an equals sign: the longest one before it that holds."""
    items = sentence.items
    for value, percent in _right_values(items, at):
        best = _longest(items, at, value, percent)
        if best is not None:
            after, dollar = about_result(value, items[at].end, items)
            words, names = sentence.words, sentence.names
            return Equation(best, value, sentence.line, after, words, names, dollar, False, per=per_unit(after))
    return None


def _right_values(items: Sequence[Item], at: int) -> Iterator[tuple[Number, bool]]:
    """Yield the values that the right side may have, each with whether `100%` on the left counts as 1."""
    right = at + 1
    while _text_at(items, right) in ("$", "€", "£", "-"):
        right += 1
    value = items[right].value if right < len(items) else None
    if value is None:
        spelled = items[right].told if right < len(items) else None
        if spelled is not None:
            yield spelled, True
        return
    if items[right - 1].text == "-":
        value = -value
    bottom = items[right + 2].value if _text_at(items, right + 1) == "/" and right + 2 < len(items) else None
    if bottom:
        yield tidy(Fraction(value) / bottom), True
    yield value, True
    if _text_at(items, right + 1) in ("%", "percent"):
        yield value, False
        yield tidy(Fraction(value) / 100), True


def _longest(items: Sequence[Item], at: int, value: Number, percent: bool) -> Node | None:
    """Return the longest expression that ends before an equals sign and has this value."""
    best: list[Leaf | str] = []
    tokens: list[Leaf | str] = []
    words_in_row = 0
    for back in range(at - 1, max(-1, at - MAX_TOKENS), -1):
        item = items[back]
        sign = _multiply(item.text)
        if sign == "/" and _text_at(items, back + 1).isalpha():
            continue  # minutes/lap, 5/week
        if item.value is not None:
            tokens.insert(0, shown_leaf(items, back))
            words_in_row = 0
        elif sign in "+-*/()":
            tokens.insert(0, sign)
            words_in_row = 0
        elif sign == "%":
            if percent:
                tokens[:0] = ["*", Leaf(Fraction(1, 100), made=True)]
        elif sign == "of" and _text_at(items, back - 1) == "%" and _opens_number(items, back + 1):  # 10% of 150 = 15
            tokens.insert(0, "*")
            words_in_row = 0
        elif sign == "=" or sign in ".;:":
            break
        elif sign[0].isalpha():
            words_in_row += 1
            if words_in_row > 6:
                break
            continue
        else:
            continue
        tree = parse_expression(tokens)
        if tree is not None and not isinstance(tree, Leaf) and holds(tree, value):
            best = list(tokens)
    return parse_expression(_with_nouns(best, items)) if best else None
