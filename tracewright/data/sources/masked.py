"""Questions whose numbers are placeholders, or parted by blanks, as preprocessed sets have them -> ordinary text.

`Ann has N_00 pens .` with the numbers `8.0 2.0` is `Ann has 8 pens.`, and it is known where each number came to stand,
so that an equation such as `N_00 - N_01` says for certain which number of the question it means.

Not covered: words that preprocessing took apart otherwise, lost capitals.
"""

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from tracewright.mention import Mention, read_mentions
from tracewright.number import Number, write

PLACEHOLDER = re.compile(r"\b(?:N_?|number|NUM_?|temp_)(?:(\d{1,2})|(?<=_)([a-z]))\b")
"""`N_00` (MAWPS), `number0` (SVAMP), `temp_a`: which number of the list, from 0."""

_PATCHES = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"[ \t\r\n]+", " "),
        (r" ([.,?!;:])(?=\s|$)", r"\1"),
        (r" (?=(?:n't|'s|'ll|'re|'ve|'d|'m)\b)", ""),
        (r"([$€£]) (?=\d|\.\d|N_?\d|number\d|NUM_?\d|temp_[a-z]\b)", r"\1"),
        (r"(?<=\d) (?=%)", ""),
        (r"(?<![\d.,])(\d+)\.0(?!\d)", r"\1"),
    )
)


class Filled(NamedTuple):
    """A question with its numbers, and for each placeholder's number the mention (from 0) that it is, -1 for none."""

    question: str
    places: tuple[int, ...]


def untokenized(text: str) -> str:
    """Write tokens as people do: no blank before a full stop or after `$`, 70 for 70.0."""
    for pattern, new in _PATCHES:
        text = pattern.sub(new, text)
    return text.strip()


def placeholder(word: str) -> int | None:
    """Return which number of the list a placeholder means; None where the word is none."""
    match = PLACEHOLDER.fullmatch(word)
    if match is None:
        return None
    return int(match[1]) if match[1] else ord(match[2]) - ord("a")


def fill(question: str, numbers: Sequence[Number]) -> Filled | None:
    """Write the numbers where their placeholders stand; None where a placeholder has no number.

    A question without placeholders stays as it is; then the k-th number of a value is the k-th mention of that value,
    where there are as many of the one as of the other.
    """
    pieces, spans, last = [], dict[int, tuple[int, int]](), 0
    length = 0
    for match in PLACEHOLDER.finditer(question):
        number = placeholder(match[0])
        if number is None or number >= len(numbers):
            return None
        pieces += [question[last : match.start()], write(numbers[number])]
        length += len(pieces[-2])
        spans.setdefault(number, (length, length + len(pieces[-1])))
        length += len(pieces[-1])
        last = match.end()
    if not pieces:
        return Filled(question, _by_value(read_mentions(question), numbers))
    text = "".join([*pieces, question[last:]])
    mentions = read_mentions(text)
    return Filled(text, tuple(_mention_at(mentions, spans.get(number)) for number in range(len(numbers))))


def _mention_at(mentions: Sequence[Mention], span: tuple[int, int] | None) -> int:
    if span is None:
        return -1
    return next((at for at, item in enumerate(mentions) if item.start <= span[0] and span[1] <= item.end), -1)


def _by_value(mentions: Sequence[Mention], numbers: Sequence[Number]) -> tuple[int, ...]:
    places = []
    for at, number in enumerate(numbers):
        same = [place for place, item in enumerate(mentions) if item.value == number]
        rank = list(numbers[:at]).count(number)
        places.append(same[rank] if len(same) == list(numbers).count(number) else -1)
    return tuple(places)


def confused(used: Set[int], numbers: Sequence[Number]) -> bool:
    """Say whether a placeholder may stand for another number of the same value.

    Placeholders were often put into an equation by value, so that the first of two equal numbers stands for both; an
    equation that names a later one of them was not made that way.
    """
    for number in used:
        equal = [other for other, value in enumerate(numbers) if value == numbers[number]]
        if len(equal) > 1 and used.isdisjoint(equal[1:]):
            return True
    return False
