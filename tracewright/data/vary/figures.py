"""How a number of a question is written, so that another can be written so: `$1,200.50`, `twenty-five`, `3/4`.

A mention whose writing is not understood here has no figure, and its number stays. Not covered: which numbers may
change (`slots.py`), to what (`values.py`), the article before one (`rewrite.py`).
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from tracewright.mention import Mention
from tracewright.number import Number


def word_row(text: str) -> tuple[str, ...]:
    """Return the words of a text in order."""
    return tuple(text.split())


_ONES = word_row(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = word_row("_ _ twenty thirty forty fifty sixty seventy eighty ninety")
_PART = {
    3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth", 12: "twelfth",
}  # fmt: skip
_PART_VALUE = {word: value for value, word in _PART.items()} | {"quarter": 4}
_DIGITS = re.compile(r"([$€£]?)(\d[\d,]*)(\.\d+)?([%$€£]?)\Z")
_SCALED = re.compile(r"([$€£]?)([\d.]+|[a-z]+)([ -])(dozen|hundred|thousand|million|billion)\Z", re.I)
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_RATIO = re.compile(r"(\d+)/(\d+)(ths?|rds?)?\Z")
_SPELLED = re.compile(rf"([a-z]+)([ -])({'|'.join(_PART_VALUE)})(s?)\Z", re.I)

MOST_SPELLED = 99
"""Larger numbers are written in digits, whatever stood there."""


class Figure(NamedTuple):
    """The writing of one number: `write` turns a value into text, or gives None where it cannot be written so."""

    style: str
    """`digits`, `words`, `scaled`, `ratio` (3/4), `part` (three quarters) or `times` (twice)."""
    write: Callable[[Number], str | None]
    sign: str = ""
    """The currency in front."""
    places: int = 0
    """Decimals that are written."""
    scale: int = 1
    """What the written number is multiplied by: 12 for `two dozen`."""
    flips: bool = False
    """It may be written in digits or in words alike."""


def spell(value: int) -> str:
    """Write a whole number from 0 to 99 in words."""
    if value < 20:
        return _ONES[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def read_figure(mention: Mention, question: str) -> Figure | None:
    """Understand how a number is written; None where a new one could not be written the same way."""
    text = mention.text
    figure = (
        _digits(mention, question)
        or _words(mention)
        or _scaled(text)
        or _ratio(text)
        or _part(text, mention.value)
        or _times(text)
        or _fold(mention, question)
    )
    return figure if figure and figure.write(mention.value) == text else None


def _digits(mention: Mention, question: str) -> Figure | None:
    match = _DIGITS.match(mention.text)
    if not match:
        return None
    sign, whole, decimals, mark = match[1], match[2], match[3] or "", match[4]
    places = max(0, len(decimals) - 1)
    commas = "," in whole or len(whole) < 4
    short = places == 1 and mention.kind == "money"  # $3.5 becomes $7, not $7.0

    def write(value: Number) -> str | None:
        scaled = value * 10**places
        if scaled.__class__ is not int:
            if scaled.denominator != 1:
                return None
            scaled = scaled.numerator
        if scaled < 0:
            return None
        if not places:
            return f"{sign}{scaled:,}{mark}" if commas else f"{sign}{scaled}{mark}"
        left, right = divmod(scaled, 10**places)
        if short and not right:
            return f"{sign}{left:,}{mark}" if commas else f"{sign}{left}{mark}"
        return f"{sign}{left:,}.{right:0{places}}{mark}" if commas else f"{sign}{left}.{right:0{places}}{mark}"

    plain = not sign and not places and not mark and mention.kind == "integer"
    return Figure("digits", write, sign, places, flips=plain and _stands_alone(mention, question))


_ABBREVIATED = re.compile(
    r" (?:ft|in|cm|mm|m|km|kg|g|mg|lbs?|oz|ml|l|mph|kph|mpg|gb|mb|am|pm|hrs?|mins?|secs?|sq|x|by|degrees?|to|and a)\b",
    re.I,
)


def _stands_alone(mention: Mention, question: str) -> bool:
    """Say whether a number in digits would read as well in words: spaces around it, a word and no sign after it."""
    before = question[max(0, mention.start - 1) : mention.start]
    after = question[mention.end : mention.end + 12]
    if mention.start < 2 or question[mention.start - 2] in '.?!:"' or before not in (" ", "\n"):
        return False
    if not re.match(r" [a-z]", after) or _ABBREVIATED.match(after):
        return False
    last = question[: mention.start].rstrip()[-1:]
    return not last or not (last.isdecimal() or last in "/x:*+=-")


def _words(mention: Mention) -> Figure | None:
    text = mention.text
    capital = text[:1].isupper()
    hyphen = " " if re.fullmatch(r"[A-Za-z]+ [a-z]+", text) else "-"

    def write(value: Number) -> str | None:
        if value.__class__ is not int or value < 0:
            return None
        if value > MOST_SPELLED:
            return f"{value:,}"
        words = spell(value).replace("-", hyphen)
        return words.capitalize() if capital else words

    if write(mention.value) != text:
        return None
    return Figure("words", write, flips=mention.kind == "word" and not capital)


def _scaled(text: str) -> Figure | None:
    match = _SCALED.match(text)
    if not match:
        return None
    sign, number, gap, word = match.groups()
    scale = _SCALES[word.lower()]
    places = len(number.partition(".")[2])
    spelled = number.isalpha()
    capital = number[0].isupper()

    def write(value: Number) -> str | None:
        times = Fraction(value) / scale * 10**places
        if times.denominator != 1 or times <= 0:
            return None
        if spelled:
            if times > 20:
                return None
            words = spell(times.numerator)
            return f"{words.capitalize() if capital else words}{gap}{word}"
        left, right = divmod(times.numerator, 10**places)
        return f"{sign}{left}.{right:0{places}}{gap}{word}" if places else f"{sign}{left}{gap}{word}"

    return Figure("scaled", write, sign, places, scale)


def _ratio(text: str) -> Figure | None:
    match = _RATIO.match(text)
    if not match:
        return None
    suffix = match[3] or ""
    if suffix and not (int(match[2]) in (4, 5, 6, 7, 8, 9, 10) and suffix.startswith("th")) and match[2] != "3":
        return None

    def write(value: Number) -> str | None:
        top, bottom = value.numerator, value.denominator
        if top <= 0 or bottom == 1:
            return None
        if not suffix:
            return f"{top}/{bottom}"
        ending = {2: "", 3: "rd"}.get(bottom, "th")
        plural = "s" if suffix.endswith("s") and top > 1 else ""
        return f"{top}/{bottom}{ending}{plural}" if ending else None

    return Figure("ratio", write)


def _part(text: str, value: Number) -> Figure | None:
    match = _SPELLED.match(text)
    if not match or value.denominator == 1:
        return None
    number, gap, part, _ = match.groups()
    if number.lower() not in ("a", "an", *_ONES):
        return None
    article = number.lower() in ("a", "an")
    fourth = part.lower() == "fourth"
    capital = number[0].isupper()

    def write(new: Number) -> str | None:
        top, bottom = new.numerator, new.denominator
        if bottom not in _PART or not 0 < top < 20 or (article and top != 1):
            return None
        name = "quarter" if bottom == 4 and not fourth else _PART[bottom]
        count = ("an" if name[0] == "e" else "a") if article else _ONES[top]
        count = count.capitalize() if capital else count
        return f"{count}{gap}{name}{'s' if top > 1 else ''}"

    return Figure("part", write)


def _times(text: str) -> Figure | None:
    """Understand `twice` and `thrice`, which may become `four times`."""
    own = {"twice": 2, "thrice": 3}.get(text.lower())
    if own is None:
        return None
    capital = text[0].isupper()

    def write(value: Number) -> str | None:
        if value.__class__ is not int or not 1 < value < 10:
            return None
        words = text.lower() if value == own else "twice" if value == 2 else f"{_ONES[int(value)]} times"
        return words.capitalize() if capital else words

    return Figure("times", write)


_FOLDS = {2: "double", 3: "triple", 4: "quadruple"}
_FOLD_OF = re.compile(
    r"[.,;?!]| (?:the|what|that|this|his|her|their|its|my|our|your|as|how|of|in|by|after|every|[A-Z])"
)


def _fold(mention: Mention, question: str) -> Figure | None:
    """Understand `double the price` and `doubles`, which may become `triple the price`, but no `double room`."""
    text = mention.text
    old = text.lower()
    stems = {value: stem for value, stem in _FOLDS.items() if old.startswith(stem[:-1])}
    if mention.kind != "multiple" or not stems:
        return None
    ((_, stem),) = stems.items()
    ending = old[len(stem) - 1 :]
    if ending not in ("e", "es", "ed", "ing") or (ending == "e" and not _FOLD_OF.match(question, mention.end)):
        return None

    def write(value: Number) -> str | None:
        new = _FOLDS.get(int(value)) if value.denominator == 1 else None
        if new is None:
            return None
        words = f"{new[:-1]}{ending}"
        return words.capitalize() if text[0].isupper() else words

    return Figure("times", write)
