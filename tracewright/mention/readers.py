"""The readers of numbers: each begins at one token of a text, looks at those around it, and finds a mention or none.

What they find, and what not, is told in the docstring of the package.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain
from typing import Protocol

from tracewright.mention.words import (
    AFTER_ARTICLE,
    COINS,
    CURRENCY,
    DIGIT,
    FOLDS,
    MERIDIEM,
    MONEY_WORDS,
    MONTHS,
    MULTIPLES,
    NOT_ONE_AFTER,
    NOT_ONE_BEFORE,
    NTH,
    ORDINALS,
    OWNERS,
    PART_AFTER,
    PART_BEFORE,
    PARTS,
    QUALIFIES,
    QUALIFIES_WORDS,
    RANK_AFTER,
    SCALES,
    SMALL,
    SUFFIX_ORDINAL,
    TENS,
    VULGAR,
    YEAR_BEFORE,
    YEAR_PARTS,
)
from tracewright.number import MAX_DIGITS, Number, tidy

Found = tuple[int, int, Number, str]
"""First token, token after the last, value, kind."""

_PADDING, _APART = [""] * 8, [False] * 8
"""Readers look back by at most three tokens, and ahead by a few more than they have read."""


class Written(Protocol):
    """A part of a text, in tokens as they are written."""

    written: list[str]


class Tokens:
    """The words, numbers and signs of a text, in lower case; the ends are padded with ''."""

    def __init__(self, words: list[str], touching: list[bool], parts: Sequence[Written]) -> None:
        self.parts = parts
        self.words = words + _PADDING
        self.word: Callable[[int], str] = self.words.__getitem__
        """The token at a place, or '' a little beyond either end."""
        self.joined: Callable[[int], bool] = (touching + _APART).__getitem__
        """Whether the token at a place touches the one before it."""

    def next_word(self, at: int) -> tuple[str, int]:
        """Return the token at a place, or the one after a hyphen there, and where it stands."""
        word = self.words[at]
        return (self.words[at + 1], at + 1) if word in ("-", "–") else (word, at)

    @cached_property
    def written(self) -> list[str]:
        """The tokens as they are written, which is seldom asked."""
        return list(chain.from_iterable(part.written for part in self.parts))

    @cached_property
    def coins(self) -> bool:
        """Whether the text speaks of coins."""
        return not COINS.isdisjoint(self.words)


Reader = Callable[[Tokens, int], Found | None]


def find(readers: Iterable[tuple[int, Reader]], tokens: Tokens) -> Iterator[Found]:
    """Yield the mentions that readers find at their places, which are in order."""
    read = 0  # tokens before this one are part of a mention
    for at, reader in readers:
        found = reader(tokens, at) if at >= read else None
        if found:
            first, read, value, kind = found
            yield first, read, value if value.__class__ is int else tidy(value), kind


def read_digits(tokens: Tokens, at: int) -> Found | None:
    """Read an amount that starts with digits."""
    word = tokens.words[at]
    before = tokens.word(at - 1) if tokens.joined(at) else ""
    follows = tokens.words[at + 1]
    plain = follows not in QUALIFIES and not follows[-1:].isdecimal() and (not before or before in CURRENCY)
    if not word.isascii() or len(word) > MAX_DIGITS or not (plain or not _part_of_a_name(tokens, at, before)):
        return None
    first = at - 1 if before in CURRENCY else at
    value, kind = _amount(word)
    if plain:  # as most amounts are
        year = _year(tokens, at, value) if not before and kind == "integer" and len(word) == 4 else None
        return year or (first, at + 1, value, "money" if before else kind)
    if first == at and kind == "integer":
        special = _clock(tokens, at, value) or _rank(tokens, at, value) or _year(tokens, at, value)
        if special:
            return special
    if (
        before == "-"
        and kind in ("integer", "decimal")
        and not tokens.joined(at - 1)
        and not tokens.word(at - 2).isdecimal()
    ):
        value, first = -value, at - 1
    after = at + 1
    fraction = _fraction_after(tokens, after, value, whole=kind == "integer")
    if fraction:
        after, value = fraction
        kind = "fraction"
    value, after, kind = _scaled(tokens, after, value, kind)
    return _unit(tokens, first, after, value, kind)


@lru_cache(maxsize=4096)
def _amount(word: str) -> tuple[Number, str]:
    """Return the value of digits, and their kind."""
    if word.isdecimal():
        return int(word), "integer"
    whole, point, decimals = word.replace(",", "").partition(".")
    if not point:
        return int(whole), "integer"
    return Fraction(int(whole + decimals), 10 ** len(decimals)), "decimal"


def _part_of_a_name(tokens: Tokens, at: int, before: str) -> bool:
    """Say whether the digits belong to a name: mp3, D20, COVID-19, 3D, 24/7."""
    if before and (before.isalpha() or before == "_"):
        return True
    if before == "-" and tokens.joined(at - 1) and tokens.written[at - 2][0].isupper():
        return tokens.words[at - 2].isalpha() and tokens.words[at - 2] not in SMALL
    if tokens.joined(at + 1) and tokens.words[at + 1] == "d":
        return True
    return tokens.words[at] == "24" and tokens.word(at + 1) == "/" and tokens.word(at + 2) == "7"


def _clock(tokens: Tokens, at: int, value: Number) -> Found | None:
    """Read `8:30`, `2:15:30`, `7 pm`, `6 o'clock` as hours on the clock's face."""
    if value > 24:
        return None
    minutes = tokens.word(at + 2)
    if tokens.word(at + 1) == ":" and tokens.joined(at + 1) and tokens.joined(at + 2) and len(minutes) == 2:
        if minutes.isdecimal() and int(minutes) < 60 and "ratio" not in tokens.words[max(0, at - 8) : at]:
            hours = value + Fraction(int(minutes), 60)
            seconds = tokens.word(at + 4)
            if tokens.word(at + 3) == ":" and tokens.joined(at + 4) and len(seconds) == 2 and seconds.isdecimal():
                return at, at + 5, hours + Fraction(int(seconds), 3600), "clock"
            return at, at + 3, hours, "clock"
        return None
    sign = tokens.word(at + 1)
    if value > 12 or sign not in MERIDIEM:
        return None
    dotted = tokens.word(at + 2) == "." and tokens.word(at + 3) == "m"
    if sign in ("am", "pm", "o'clock") or (dotted and sign in ("a", "p")):
        return at, at + 1, value, "clock"
    return None


def _rank(tokens: Tokens, at: int, value: Number) -> Found | None:
    """Read `3rd`, `22nd`."""
    if tokens.joined(at + 1) and tokens.words[at + 1] in SUFFIX_ORDINAL:
        return at, at + 2, value, "ordinal"
    return None


def _year(tokens: Tokens, at: int, value: Number) -> Found | None:
    """Read four digits from 1500 to 2100 as a year where the words around them say so."""
    if not 1500 <= value <= 2100 or len(tokens.words[at]) != 4:
        return None
    before, after = tokens.word(at - 1), tokens.word(at + 1)
    dated = before in MONTHS or (before == "," and tokens.word(at - 3) in MONTHS)
    spanned = (before == "from" and after in ("to", "until")) or (
        before in ("to", "until") and tokens.word(at - 3) == "from"
    )
    if not (dated or spanned or before in YEAR_BEFORE or (before == "of" and tokens.word(at - 2) in YEAR_PARTS)):
        return None
    # "in 2000 homes" counts homes: a year is followed by a stop, or by a word that begins something new.
    opens = not after or not after.isalpha() or after in NOT_ONE_AFTER or after == "until"
    return (at, at + 1, value, "year") if dated or before == "year" or opens else None


def _fraction_after(tokens: Tokens, at: int, value: Number, *, whole: bool) -> tuple[int, Number] | None:
    """Read what makes a fraction of the number before it: `/2`, ` 1/2`, `½`, `and a half`, ` thirds`."""
    word = tokens.word(at)
    if whole and word == "/" and tokens.joined(at) and tokens.joined(at + 1):
        bottom = _divisor(tokens, at + 1)
        if bottom:
            return _behind_suffix(tokens, at + 2), Fraction(value) / bottom
        return None
    if not whole:
        return None
    if word in VULGAR:
        return at + 1, value + Fraction(*VULGAR[word])
    inner = at + 1 if word in ("-", "and", "&") else at
    top = tokens.word(inner)
    if (
        top.isdecimal()
        and top.isascii()
        and len(top) < 4
        and tokens.word(inner + 1) == "/"
        and tokens.joined(inner + 2)
    ):
        bottom = _divisor(tokens, inner + 2)
        if bottom and 0 < int(top) < bottom:
            return _behind_suffix(tokens, inner + 3), value + Fraction(int(top), bottom)
    return _and_a_half(tokens, at, value) or _named_part(tokens, at, value)


def _divisor(tokens: Tokens, at: int) -> int:
    word = tokens.word(at)
    return int(word) if word.isdecimal() and word.isascii() and len(word) <= MAX_DIGITS else 0


def _behind_suffix(tokens: Tokens, at: int) -> int:
    """Step over the ending of `1/3rd`, `2/3rds`, `1/10th`, `3/4ths`."""
    return at + 1 if tokens.joined(at) and tokens.word(at) in ("st", "nd", "rd", "th", "rds", "ths", "nds") else at


def _and_a_half(tokens: Tokens, at: int, value: Number) -> tuple[int, Number] | None:
    """Read `and a half`, `-and-a-half`, `and half`, `and three quarters` after a whole number."""
    word, at = tokens.next_word(at)
    if word != "and":
        return None
    word, at = tokens.next_word(at + 1)
    top = 1 if word in ("a", "half") else DIGIT.get(word, 0)
    part, at = tokens.next_word(at + 1) if word != "half" else (word, at)
    follows = tokens.word(at + 1)
    if not top or part not in PARTS or follows == "of" or (part not in ("half", "quarter", "quarters") and top == 1):
        return None
    if part.startswith("quarter") and tokens.coins:
        return None
    fraction = Fraction(top, PARTS[part])
    return (at + 1, value + fraction) if fraction < 1 else None


def _named_part(tokens: Tokens, at: int, value: Number) -> tuple[int, Number] | None:
    """Read `thirds`, `-quarters`, `fifth` after a numerator below the denominator."""
    part, place = tokens.next_word(at)
    if part not in PARTS or (part in ("half", "halves") and value != 1):
        return None
    bottom = PARTS[part]
    plural = part.endswith("s")
    if not 0 < value < bottom or plural != (value > 1) or (tokens.word(place + 1) in RANK_AFTER and not plural):
        return None
    if part.startswith("quarter") and tokens.coins and tokens.word(place + 1) not in ("of", "as"):
        return None
    return place + 1, Fraction(value) / bottom


def _scaled(tokens: Tokens, at: int, value: Number, kind: str) -> tuple[Number, int, str]:
    """Multiply by the word that follows: hundred, thousand, million, dozen."""
    word, place = tokens.next_word(at)
    if word == "hundred":
        return value * 100, place + 1, kind
    if word in SCALES:
        return value * SCALES[word], place + 1, kind
    if word == "k" and tokens.joined(at) and kind != "word" and tokens.word(at - 2) == "$":
        return value * 1000, at + 1, kind
    if word in ("dozen", "dozens"):
        return value * 12, place + 1, "group"
    return value, at, kind


def _unit(tokens: Tokens, first: int, after: int, value: Number, kind: str) -> Found:
    """Let a sign or a unit word say that the amount is money or a percentage."""
    if tokens.word(first) in CURRENCY:
        return first, after, value, "money"
    word, _ = tokens.next_word(after)
    if word == "%":
        return first, after + 1, value, "percent"
    if word in ("percent", "percents") or (word == "per" and tokens.word(after + 1) == "cent"):
        return first, after, value, "percent"
    sign = word in CURRENCY
    if sign and (not tokens.joined(after) or tokens.word(after + 1)[:1].isdecimal()):  # "ten $10 bills"
        return first, after, value, kind
    if word in MONEY_WORDS:
        return first, after + (sign or word == "¢"), value, "money"
    return first, after, value, kind


def _number_word(tokens: Tokens, at: int) -> Found | None:
    """Read an amount in words: `three`, `twenty-five`, `two and a half`, `one hundred and twenty`, `three quarters`."""
    word = tokens.words[at]
    if word == "one":
        return _one(tokens, at)
    return _worded(tokens, at)


def _one(tokens: Tokens, at: int) -> Found | None:
    found = _worded(tokens, at)
    if found is None or found[1] > at + 1:
        return found
    word, _ = tokens.next_word(at + 1)
    if word == "of" or (word == "out" and tokens.word(at + 2) == "of"):
        return found if word == "out" else None
    counted = word.isalpha() and word not in NOT_ONE_AFTER and tokens.word(at + 1) not in ("'", "’")
    return found if counted and tokens.word(at - 1) not in NOT_ONE_BEFORE else None


def _worded(tokens: Tokens, at: int) -> Found | None:
    value: Number
    if tokens.words[at + 1] not in QUALIFIES_WORDS:
        return at, at + 1, SMALL[tokens.words[at]], "word"
    value, after = _whole(tokens, at)
    nth = tokens.word(after + 1) if tokens.word(after) == "-" else ""
    if value in TENS.values() and nth in NTH:
        return at, after + 2, value + NTH[nth], "ordinal"
    fraction = _and_a_half(tokens, after, value) or _named_part(tokens, after, value)
    if fraction:
        after, value = fraction
        value, after, kind = _scaled(tokens, after, value, "fraction")
    else:
        value, after, kind = _scaled(tokens, after, value, "word")
    return _unit(tokens, at, after, value, kind)


def _whole(tokens: Tokens, at: int) -> tuple[int, int]:
    """Read the whole number in words at a place: its value, and the token after it."""
    total, scale_left = 0, 10**12
    while True:
        value, after = _below_thousand(tokens, at)
        scale, place = tokens.next_word(after)
        if scale not in SCALES or SCALES[scale] >= scale_left:
            return total + value, after
        scale_left = SCALES[scale]
        total, at = total + value * scale_left, place + 1
        follows = at + 1 if tokens.word(at) in ("and", ",") else at
        if tokens.word(follows) not in SMALL or (tokens.word(at) == "," and _below_thousand(tokens, follows)[0] < 100):
            return total, at
        at = follows


def _below_thousand(tokens: Tokens, at: int) -> tuple[int, int]:
    value, after = _below_hundred(tokens, at)
    word, place = tokens.next_word(after)
    if word != "hundred":
        return value, after
    value, after = value * 100, place + 1
    follows, place = tokens.next_word(after)
    if follows == "and":
        follows, place = tokens.next_word(place + 1)
    if follows in SMALL and follows not in ("zero", "one"):
        small, after = _below_hundred(tokens, place)
        value += small
    return value, after


def _below_hundred(tokens: Tokens, at: int) -> tuple[int, int]:
    word = tokens.words[at]
    if word in ("a", "an"):
        return 1, at + 1
    value = SMALL[word]
    if value >= 20:
        unit, place = tokens.next_word(at + 1)
        # "twenty one-dollar bills" are twenty bills, "twenty-one dollars" are not.
        if unit in DIGIT and not (place == at + 1 and tokens.word(place + 1) == "-"):
            return value + DIGIT[unit], place + 1
    return value, at + 1


def _article(tokens: Tokens, at: int) -> Found | None:
    """Read `a dozen`, `a third of`, `a hundred and ten`, `a pair`, `a couple of`, `a half`."""
    if tokens.words[at + 1] not in AFTER_ARTICLE:
        return None
    word, place = tokens.next_word(at + 1)
    if word in ("hundred", *SCALES):
        return _worded(tokens, at)
    if word == "dozen":
        return at, place + 1, 12, "group"
    if word == "pair" or (word == "couple" and tokens.word(place + 1) == "of"):
        return at, place + 1, 2, "group"
    if word in PARTS and not word.endswith("s"):
        found = _part(tokens, place)
        return (at, *found[1:]) if found and found[3] != "ordinal" else None
    return None


def _part(tokens: Tokens, at: int) -> Found | None:
    """Read `half`, `quarter`, `third` and up, as a part of something or as an ordinal."""
    word = tokens.words[at]
    if word == "half":
        return _half(tokens, at)
    before = tokens.word(at - 1)
    follows, _ = tokens.next_word(at + 1)
    if before == "-":
        before = tokens.word(at - 2)
    part = (at, at + 1, Fraction(1, PARTS[word]), "fraction")
    if word == "quarter":
        is_part = (
            follows in PART_AFTER and (before in ("a", "and", "about", "by") or follows == "of") and before not in NTH
        )
        return part if is_part or (before == "by" or tokens.word(at - 2) == "by") else None
    if before in ("a", "an") and (
        follows in PART_AFTER or tokens.word(at - 2) == "by" or tokens.word(at - 2) == "only"
    ):
        return part
    if before in PART_BEFORE or (follows == "of" and before not in OWNERS and before not in ("every", "each")):
        return part
    return at, at + 1, ORDINALS[word], "ordinal"


def _half(tokens: Tokens, at: int) -> Found:
    """Read `half`, and what it is a half of where that is a number: `half a dozen`, `half a million`."""
    of, place = tokens.next_word(at + 1)
    if of == "a":
        of, place = tokens.next_word(place + 1)
    if of == "dozen":
        return at, place + 1, 6, "group"
    if of in SCALES:
        return at, place + 1, Fraction(SCALES[of], 2), "word"
    return at, at + 1, Fraction(1, 2), "fraction"


def _multiple(tokens: Tokens, at: int) -> Found | None:
    """Read `twice`, `doubled`, `triple`; `double-decker` is a name."""
    word = tokens.words[at]
    if tokens.word(at + 1) == "-" and tokens.joined(at + 1) and word not in FOLDS:
        return None
    return at, at + 1, MULTIPLES[word], "multiple"


def _dozen(tokens: Tokens, at: int) -> Found | None:
    """Read a bare `dozen` (`per dozen`, `the dozen`); `dozens of` is no amount."""
    return at, at + 1, 12, "group"


def _early_ordinal(tokens: Tokens, at: int) -> Found | None:
    """Read `the first`, `Ann's second`."""
    before = tokens.word(at - 1)
    if before in OWNERS or before.endswith(("'s", "’s")):
        return at, at + 1, NTH[tokens.words[at]], "ordinal"
    return None


def _vulgar(tokens: Tokens, at: int) -> Found | None:
    return _unit(tokens, at, at + 1, Fraction(*VULGAR[tokens.words[at]]), "fraction")


READERS: dict[str, Reader] = {
    **dict.fromkeys(SMALL, _number_word),
    **dict.fromkeys(MULTIPLES, _multiple),
    **dict.fromkeys(ORDINALS, _part),
    **dict.fromkeys(VULGAR, _vulgar),
    "half": _part,
    "quarter": _part,
    "a": _article,
    "an": _article,
    "dozen": _dozen,
    "first": _early_ordinal,
    "second": _early_ordinal,
}
