"""The numbers of a question, in order: `n1`, `n2`, ..., each with its exact value and what kind of number it is.

This is the one reader of numbers in prose; a trace that says `source: n2` means the second mention that it finds, so
whatever it numbers, it numbers for good: a change in what is found bumps `MENTION_VERSION`.

What counts, and what the value is
- The value is the number that is written: `20%` and `20 percent` are 20 (percent), `50 cents` is 50 and `$5` is 5
  (money), `half` is 1/2, `twice` and `doubled` are 2, `8:30` is 17/2 (hours on the clock's face, am or pm left out).
- One amount is one mention: `2 1/2`, `two and a half`, `three quarters`, `two dozen` (24), `half a dozen` (6),
  `1.5 million`, `one hundred and twenty`. `two pairs` is the mention 2; `a pair` is 2, `a dozen` 12.
- The span holds signs (`$`, `%`) and the article of `a third`, not the words after it: `20` of `20 percent`.
- `one` is a number before a word that can be counted (`one apple`, `one more`), a pronoun after each, every, no, any,
  which and their like, and before of, is, has, a preposition or a full stop.
- `first` and `second` are ordinals after the, his, Ann's, ...; elsewhere they are an adverb or a unit and no mention.
  `third` and up are ordinals, unless they are a part of something (`a third of`, `two thirds`, `a third less`).
- `quarters` beside dimes, nickels or pennies are coins, and no fraction, unless `of` or `as` (many) follows.
- 2004 after `in`, `since`, a month, ... is a year; so are `March 2004` and `the year 1990`.

Not covered: the sign of `minus five` in words, Roman numerals, dates such as 12/25 (read as a fraction), hundreds of
(no amount), text after the first MAX_CHARACTERS, numbers of more than `number.MAX_DIGITS` digits.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import eq
from typing import NamedTuple

from tracewright.mention.readers import READERS, Reader, Tokens, find, read_digits
from tracewright.mention.words import VULGAR
from tracewright.number import Number

__all__ = ["KINDS", "MAX_CHARACTERS", "MENTION_VERSION", "VULGAR", "Frame", "Mention", "read_mentions"]

MENTION_VERSION = 2
"""Bumped by any change in what is numbered, or in the value it gets."""

MAX_CHARACTERS = 20_000
"""Only so much of a text is read: the longest question of GSM8K has under 1,000 characters."""

KINDS = ("integer", "decimal", "money", "percent", "fraction", "word", "multiple", "group", "ordinal", "year", "clock")


class Mention(NamedTuple):
    """One number of a text: `text == whole[start:end]`, `index` from 1, `kind` one of KINDS."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a mention
    text: str
    start: int
    end: int
    value: Number
    kind: str

    @property
    def name(self) -> str:
        """How a trace refers to it: `n1`."""
        return f"n{self.index}"


def read_mentions(text: str) -> tuple[Mention, ...]:
    """Read the numbers of a text in order, disjoint, numbered from 1. Never raises; bounded in time; cached."""
    return _read(text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS])


_TOKEN = re.compile(
    r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+|\S", re.ASCII
)


@lru_cache(maxsize=8192)
def _read(text: str) -> tuple[Mention, ...]:
    part = _Part(text)
    mentions: list[Mention] = []
    for first, after, value, kind in find(part.readers, Tokens(part.words, part.touching, (part,))):
        start, end = part.starts[first], part.ends[after - 1]
        mentions.append(Mention(len(mentions) + 1, text[start:end], start, end, value, kind))
    return tuple(mentions)


class Frame:
    """A text with holes. What stands around them is taken apart once, whatever is put into them."""

    def __init__(self, parts: Sequence[str | None]) -> None:
        """Take the parts of the text in turn, None for a hole."""
        self.around = [""]
        """The text before each hole, and after the last one."""
        for part in parts:
            if part is None:
                self.around.append("")
            else:
                self.around[-1] += part
        self.length = sum(map(len, self.around))
        self.parts = [_Part(text) for text in self.around]
        first, last = self.around[0], self.around[-1]
        self.apart = (first[-1:] in _WHITE or not first) and (last[:1] in _WHITE or not last)
        """White space stands before and after each hole; where not, the text is read as a whole, which is slower."""
        self.apart &= all(text[:1] in _WHITE and text[-1:] in _WHITE for text in self.around[1:-1])

    def join(self, fills: Sequence[str]) -> str:
        """Return the text with a text in each hole."""
        texts = [*self.around, *fills]
        texts[::2], texts[1::2] = self.around, fills
        return "".join(texts)

    def read(self, fills: Sequence[str]) -> list[tuple[Number, str]]:
        """Read the values and kinds of the numbers of the text with these in its holes, as `read_mentions` would."""
        if not self.apart or self.length + sum(map(len, fills)) > MAX_CHARACTERS:
            return [(mention.value, mention.kind) for mention in read_mentions(self.join(fills))]
        known: list[_Part] = [*self.parts, *map(_known_part, fills)]
        known[::2], known[1::2] = self.parts, known[len(self.parts) :]
        words: list[str] = []
        touching: list[bool] = []
        readers: list[tuple[int, Reader]] = []
        for part in known:
            if part.readers:
                before = len(words)
                readers += [(before + at, reader) for at, reader in part.readers]
            words += part.words
            touching += part.touching
        return [(value, kind) for _, _, value, kind in find(readers, Tokens(words, touching, known))]


class _Part:
    """The words, numbers and signs of a text or of a part of one, in lower case, with their offsets."""

    def __init__(self, text: str) -> None:
        self.written: list[str] = _TOKEN.findall(text)
        self.words = list(map(str.lower, self.written))
        self.starts: list[int] = []
        self.ends: list[int] = []
        place = 0
        for word in self.written:  # only white space stands between tokens, so each is the next of its writing
            place = text.index(word, place)
            self.starts.append(place)
            place += len(word)
            self.ends.append(place)
        self.touching = [False, *map(eq, self.starts[1:], self.ends)] if self.words else []
        """Whether each token touches the one before it."""
        self.readers = [
            (at, reader)
            for at, word in enumerate(self.words)
            if (reader := READERS.get(word) or (read_digits if word[-1].isdecimal() else None))
        ]
        """The tokens where a mention may begin, and what reads it."""


_known_part = lru_cache(maxsize=4096)(_Part)
_WHITE = frozenset(" \t\n\r\f\v")
