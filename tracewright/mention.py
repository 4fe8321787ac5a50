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
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain
from operator import eq
from typing import NamedTuple

from tracewright.number import MAX_DIGITS, Number, tidy

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


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: value * 10 for value, word in enumerate(_TEN_WORDS.split(), 2)}
_SMALL = {word: value for value, word in enumerate(["zero", *_UNITS, *_TEEN_WORDS.split()])} | {"fourty": 40} | _TENS
_DIGIT = {word: value for value, word in enumerate(_UNITS, 1)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_ORDINAL_WORDS = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), 3)} | {
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
    "hundredth": 100,
}
_NTH = {"first": 1, "second": 2} | {word: value for word, value in _ORDINALS.items() if value < 10}
_PARTS = _ORDINALS | {"half": 2, "quarter": 4}
_PARTS |= {word + "s": value for word, value in _ORDINALS.items()} | {"halves": 2, "quarters": 4}
_MULTIPLES: dict[str, Number] = {"twice": 2, "thrice": 3, "halved": Fraction(1, 2), "halving": Fraction(1, 2)}
for _stem, _factor in (("double", 2), ("triple", 3), ("quadruple", 4), ("quintuple", 5)):
    _MULTIPLES |= {_stem: _factor, _stem + "s": _factor, _stem + "d": _factor, _stem[:-1] + "ing": _factor}
_FOLDS = {f"{word}fold": value for word, value in _SMALL.items() if value > 1}
_MULTIPLES |= _FOLDS
VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
"""Numerator and denominator of the fractions that are one character."""

_CURRENCY = frozenset("$€£")
_MONEY_WORDS = _words("dollar dollars cent cents euro euros buck bucks pound-sterling usd $ € £ ¢")
_OWNERS = _words("the his her their its my our your")
_NOT_ONE_BEFORE = _words("each every no any which this that another other the last") | set(_NTH)
_NOT_ONE_AFTER = _words(
    """of is was are were has had have that who whom which whose for at and or in on with to from by than as if but so
    then when while where because costs cost can could will would does do did a an the he she it they his her their
    be been into per after before during not also only only's gets got
    """
)
_PART_AFTER = _words(
    """of as the more less fewer that what his her its their this those these longer shorter higher lower cheaper
    larger smaller taller older faster slower cup cups pound pounds mile miles hour hours inch inches foot feet gallon
    gallons teaspoon teaspoons tablespoon tablespoons liter liters kilogram kilograms meter meters yard yards ounce
    ounces acre acres full empty way
    """
)
_PART_BEFORE = _words("another remaining other last final by")
_RANK_AFTER = _words("grade grader graders place floor day week month year grade's")
_COINS = _words("dime dimes nickel nickels penny pennies coin coins")
_MONTHS = _words("january february march april may june july august september october november december")
_YEAR_BEFORE = _words("in since year until till before after during")
_YEAR_PARTS = _MONTHS | _words("spring summer fall autumn winter end start beginning year rest half")
_MERIDIEM = frozenset(("am", "pm", "a", "p", "o'clock", "o"))
_SUFFIX_ORDINAL = frozenset(("st", "nd", "rd", "th"))

_QUALIFIES = (
    _MERIDIEM | _SUFFIX_ORDINAL | _MONEY_WORDS | _CURRENCY | set(VULGAR) | set(_PARTS) | set(_SCALES)
    | _words("d : / - – and & hundred k dozen dozens % percent percents per")
)  # fmt: skip
"""What stands after digits that are more than an amount by themselves: whatever a reader of digits asks for there."""

_TOKEN = re.compile(
    r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+|\S", re.ASCII
)

Found = tuple[int, int, Number, str]
"""First token, token after the last, value, kind."""


@lru_cache(maxsize=8192)
def _read(text: str) -> tuple[Mention, ...]:
    part = _Part(text)
    mentions: list[Mention] = []
    for first, after, value, kind in _find(part.readers, _Tokens(part.words, part.touching, (part,))):
        start, end = part.starts[first], part.ends[after - 1]
        mentions.append(Mention(len(mentions) + 1, text[start:end], start, end, value, kind))
    return tuple(mentions)


def read_parts(parts: Sequence[str]) -> list[tuple[Number, str]]:
    """Read the values and kinds of the numbers of a text that comes in parts, as `read_mentions` of their sum would.

    Parts recur in many texts, and are taken apart once. For this the text must be cut at white space; where it is cut
    elsewhere, it is read as a whole, which is slower.
    """
    if sum(map(len, parts)) > MAX_CHARACTERS:
        return [(mention.value, mention.kind) for mention in read_mentions("".join(parts))]
    known = [_known_part(text) for text in parts if text]
    words: list[str] = []
    touching: list[bool] = []
    readers: list[tuple[int, _Reader]] = []
    closed = True
    for part in known:
        if not (closed or part.opened):
            return [(mention.value, mention.kind) for mention in read_mentions("".join(parts))]
        closed = part.closed
        readers += [(len(words) + at, reader) for at, reader in part.readers]
        words += part.words
        touching += part.touching
    return [(value, kind) for _, _, value, kind in _find(readers, _Tokens(words, touching, known))]


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
            if (reader := _READERS.get(word) or (_digits if word[-1].isdecimal() else None))
        ]
        """The tokens where a mention may begin, and what reads it."""
        self.opened = text[:1] in _WHITE
        self.closed = text[-1:] in _WHITE
        """Whether white space stands before the first token, and after the last one."""


_known_part = lru_cache(maxsize=4096)(_Part)
_WHITE = frozenset(" \t\n\r\f\v")
_PADDING, _APART = [""] * 8, [False] * 8
"""Readers look back by at most three tokens, and ahead by a few more than they have read."""


class _Tokens:
    """The words, numbers and signs of a text, in lower case; the ends are padded with ''."""

    def __init__(self, words: list[str], touching: list[bool], parts: Sequence[_Part]) -> None:
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
        return not _COINS.isdisjoint(self.words)


_Reader = Callable[[_Tokens, int], Found | None]


def _find(readers: Iterable[tuple[int, _Reader]], tokens: _Tokens) -> Iterator[Found]:
    """Yield the mentions that readers find at their places, which are in order."""
    read = 0  # tokens before this one are part of a mention
    for at, reader in readers:
        found = reader(tokens, at) if at >= read else None
        if found:
            first, read, value, kind = found
            yield first, read, value if value.__class__ is int else tidy(value), kind


def _digits(tokens: _Tokens, at: int) -> Found | None:
    """Read an amount that starts with digits."""
    word = tokens.words[at]
    before = tokens.word(at - 1) if tokens.joined(at) else ""
    if not word.isascii() or len(word) > MAX_DIGITS or _part_of_a_name(tokens, at, before):
        return None
    first = at - 1 if before in _CURRENCY else at
    whole, point, decimals = word.replace(",", "").partition(".")
    value: Number = Fraction(int(whole + decimals), 10 ** len(decimals)) if point else int(whole)
    kind = "decimal" if point else "integer"
    follows = tokens.words[at + 1]
    if before != "-" and follows not in _QUALIFIES and not follows[-1:].isdecimal():  # most amounts are that plain
        year = _year(tokens, at, value) if first == at and kind == "integer" and len(word) == 4 else None
        return year or (first, at + 1, value, "money" if first < at else kind)
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


def _part_of_a_name(tokens: _Tokens, at: int, before: str) -> bool:
    """Say whether the digits belong to a name: mp3, D20, COVID-19, 3D, 24/7."""
    if before and (before.isalpha() or before == "_"):
        return True
    if before == "-" and tokens.joined(at - 1) and tokens.written[at - 2][0].isupper():
        return tokens.words[at - 2].isalpha() and tokens.words[at - 2] not in _SMALL
    if tokens.joined(at + 1) and tokens.words[at + 1] == "d":
        return True
    return tokens.words[at] == "24" and tokens.word(at + 1) == "/" and tokens.word(at + 2) == "7"


def _clock(tokens: _Tokens, at: int, value: Number) -> Found | None:
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
    if value > 12 or sign not in _MERIDIEM:
        return None
    dotted = tokens.word(at + 2) == "." and tokens.word(at + 3) == "m"
    if sign in ("am", "pm", "o'clock") or (dotted and sign in ("a", "p")):
        return at, at + 1, value, "clock"
    return None


def _rank(tokens: _Tokens, at: int, value: Number) -> Found | None:
    """Read `3rd`, `22nd`."""
    if tokens.joined(at + 1) and tokens.words[at + 1] in _SUFFIX_ORDINAL:
        return at, at + 2, value, "ordinal"
    return None


def _year(tokens: _Tokens, at: int, value: Number) -> Found | None:
    """Read four digits from 1500 to 2100 as a year where the words around them say so."""
    if not 1500 <= value <= 2100 or len(tokens.words[at]) != 4:
        return None
    before, after = tokens.word(at - 1), tokens.word(at + 1)
    dated = before in _MONTHS or (before == "," and tokens.word(at - 3) in _MONTHS)
    spanned = (before == "from" and after in ("to", "until")) or (
        before in ("to", "until") and tokens.word(at - 3) == "from"
    )
    if not (dated or spanned or before in _YEAR_BEFORE or (before == "of" and tokens.word(at - 2) in _YEAR_PARTS)):
        return None
    # "in 2000 homes" counts homes: a year is followed by a stop, or by a word that begins something new.
    opens = not after or not after.isalpha() or after in _NOT_ONE_AFTER or after == "until"
    return (at, at + 1, value, "year") if dated or before == "year" or opens else None


def _fraction_after(tokens: _Tokens, at: int, value: Number, *, whole: bool) -> tuple[int, Number] | None:
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


def _divisor(tokens: _Tokens, at: int) -> int:
    word = tokens.word(at)
    return int(word) if word.isdecimal() and word.isascii() and len(word) <= MAX_DIGITS else 0


def _behind_suffix(tokens: _Tokens, at: int) -> int:
    """Step over the ending of `1/3rd`, `2/3rds`, `1/10th`, `3/4ths`."""
    return at + 1 if tokens.joined(at) and tokens.word(at) in ("st", "nd", "rd", "th", "rds", "ths", "nds") else at


def _and_a_half(tokens: _Tokens, at: int, value: Number) -> tuple[int, Number] | None:
    """Read `and a half`, `-and-a-half`, `and half`, `and three quarters` after a whole number."""
    word, at = tokens.next_word(at)
    if word != "and":
        return None
    word, at = tokens.next_word(at + 1)
    top = 1 if word in ("a", "half") else _DIGIT.get(word, 0)
    part, at = tokens.next_word(at + 1) if word != "half" else (word, at)
    follows = tokens.word(at + 1)
    if not top or part not in _PARTS or follows == "of" or (part not in ("half", "quarter", "quarters") and top == 1):
        return None
    if part.startswith("quarter") and tokens.coins:
        return None
    fraction = Fraction(top, _PARTS[part])
    return (at + 1, value + fraction) if fraction < 1 else None


def _named_part(tokens: _Tokens, at: int, value: Number) -> tuple[int, Number] | None:
    """Read `thirds`, `-quarters`, `fifth` after a numerator below the denominator."""
    part, place = tokens.next_word(at)
    if part not in _PARTS or (part in ("half", "halves") and value != 1):
        return None
    bottom = _PARTS[part]
    plural = part.endswith("s")
    if not 0 < value < bottom or plural != (value > 1) or (tokens.word(place + 1) in _RANK_AFTER and not plural):
        return None
    if part.startswith("quarter") and tokens.coins and tokens.word(place + 1) not in ("of", "as"):
        return None
    return place + 1, Fraction(value) / bottom


def _scaled(tokens: _Tokens, at: int, value: Number, kind: str) -> tuple[Number, int, str]:
    """Multiply by the word that follows: hundred, thousand, million, dozen."""
    word, place = tokens.next_word(at)
    if word == "hundred":
        return value * 100, place + 1, kind
    if word in _SCALES:
        return value * _SCALES[word], place + 1, kind
    if word == "k" and tokens.joined(at) and kind != "word" and tokens.word(at - 2) == "$":
        return value * 1000, at + 1, kind
    if word in ("dozen", "dozens"):
        return value * 12, place + 1, "group"
    return value, at, kind


def _unit(tokens: _Tokens, first: int, after: int, value: Number, kind: str) -> Found:
    """Let a sign or a unit word say that the amount is money or a percentage."""
    if tokens.word(first) in _CURRENCY:
        return first, after, value, "money"
    word, _ = tokens.next_word(after)
    if word == "%":
        return first, after + 1, value, "percent"
    if word in ("percent", "percents") or (word == "per" and tokens.word(after + 1) == "cent"):
        return first, after, value, "percent"
    sign = word in _CURRENCY
    if sign and (not tokens.joined(after) or tokens.word(after + 1)[:1].isdecimal()):  # "ten $10 bills"
        return first, after, value, kind
    if word in _MONEY_WORDS:
        return first, after + (sign or word == "¢"), value, "money"
    return first, after, value, kind


def _number_word(tokens: _Tokens, at: int) -> Found | None:
    """Read an amount in words: `three`, `twenty-five`, `two and a half`, `one hundred and twenty`, `three quarters`."""
    word = tokens.words[at]
    if word == "one":
        return _one(tokens, at)
    return _worded(tokens, at)


def _one(tokens: _Tokens, at: int) -> Found | None:
    found = _worded(tokens, at)
    if found is None or found[1] > at + 1:
        return found
    word, _ = tokens.next_word(at + 1)
    if word == "of" or (word == "out" and tokens.word(at + 2) == "of"):
        return found if word == "out" else None
    counted = word.isalpha() and word not in _NOT_ONE_AFTER and tokens.word(at + 1) not in ("'", "’")
    return found if counted and tokens.word(at - 1) not in _NOT_ONE_BEFORE else None


def _worded(tokens: _Tokens, at: int) -> Found | None:
    value: Number
    value, after = _whole(tokens, at)
    nth = tokens.word(after + 1) if tokens.word(after) == "-" else ""
    if value in _TENS.values() and nth in _NTH:
        return at, after + 2, value + _NTH[nth], "ordinal"
    fraction = _and_a_half(tokens, after, value) or _named_part(tokens, after, value)
    if fraction:
        after, value = fraction
        value, after, kind = _scaled(tokens, after, value, "fraction")
    else:
        value, after, kind = _scaled(tokens, after, value, "word")
    return _unit(tokens, at, after, value, kind)


def _whole(tokens: _Tokens, at: int) -> tuple[int, int]:
    """Read the whole number in words at a place: its value, and the token after it."""
    total, scale_left = 0, 10**12
    while True:
        value, after = _below_thousand(tokens, at)
        scale, place = tokens.next_word(after)
        if scale not in _SCALES or _SCALES[scale] >= scale_left:
            return total + value, after
        scale_left = _SCALES[scale]
        total, at = total + value * scale_left, place + 1
        follows = at + 1 if tokens.word(at) in ("and", ",") else at
        if tokens.word(follows) not in _SMALL or (tokens.word(at) == "," and _below_thousand(tokens, follows)[0] < 100):
            return total, at
        at = follows


def _below_thousand(tokens: _Tokens, at: int) -> tuple[int, int]:
    value, after = _below_hundred(tokens, at)
    word, place = tokens.next_word(after)
    if word != "hundred":
        return value, after
    value, after = value * 100, place + 1
    follows, place = tokens.next_word(after)
    if follows == "and":
        follows, place = tokens.next_word(place + 1)
    if follows in _SMALL and follows not in ("zero", "one"):
        small, after = _below_hundred(tokens, place)
        value += small
    return value, after


def _below_hundred(tokens: _Tokens, at: int) -> tuple[int, int]:
    word = tokens.words[at]
    if word in ("a", "an"):
        return 1, at + 1
    value = _SMALL[word]
    if value >= 20:
        unit, place = tokens.next_word(at + 1)
        # "twenty one-dollar bills" are twenty bills, "twenty-one dollars" are not.
        if unit in _DIGIT and not (place == at + 1 and tokens.word(place + 1) == "-"):
            return value + _DIGIT[unit], place + 1
    return value, at + 1


def _article(tokens: _Tokens, at: int) -> Found | None:
    """Read `a dozen`, `a third of`, `a hundred and ten`, `a pair`, `a couple of`, `a half`."""
    word, place = tokens.next_word(at + 1)
    if word in ("hundred", *_SCALES):
        return _worded(tokens, at)
    if word == "dozen":
        return at, place + 1, 12, "group"
    if word == "pair" or (word == "couple" and tokens.word(place + 1) == "of"):
        return at, place + 1, 2, "group"
    if word in _PARTS and not word.endswith("s"):
        found = _part(tokens, place)
        return (at, *found[1:]) if found and found[3] != "ordinal" else None
    return None


def _part(tokens: _Tokens, at: int) -> Found | None:
    """Read `half`, `quarter`, `third` and up, as a part of something or as an ordinal."""
    word = tokens.words[at]
    if word == "half":
        return _half(tokens, at)
    before = tokens.word(at - 1)
    follows, _ = tokens.next_word(at + 1)
    if before == "-":
        before = tokens.word(at - 2)
    part = (at, at + 1, Fraction(1, _PARTS[word]), "fraction")
    if word == "quarter":
        is_part = (
            follows in _PART_AFTER and (before in ("a", "and", "about", "by") or follows == "of") and before not in _NTH
        )
        return part if is_part or (before == "by" or tokens.word(at - 2) == "by") else None
    if before in ("a", "an") and (
        follows in _PART_AFTER or tokens.word(at - 2) == "by" or tokens.word(at - 2) == "only"
    ):
        return part
    if before in _PART_BEFORE or (follows == "of" and before not in _OWNERS and before not in ("every", "each")):
        return part
    return at, at + 1, _ORDINALS[word], "ordinal"


def _half(tokens: _Tokens, at: int) -> Found:
    """Read `half`, and what it is a half of where that is a number: `half a dozen`, `half a million`."""
    of, place = tokens.next_word(at + 1)
    if of == "a":
        of, place = tokens.next_word(place + 1)
    if of == "dozen":
        return at, place + 1, 6, "group"
    if of in _SCALES:
        return at, place + 1, Fraction(_SCALES[of], 2), "word"
    return at, at + 1, Fraction(1, 2), "fraction"


def _multiple(tokens: _Tokens, at: int) -> Found | None:
    """Read `twice`, `doubled`, `triple`; `double-decker` is a name."""
    word = tokens.words[at]
    if tokens.word(at + 1) == "-" and tokens.joined(at + 1) and word not in _FOLDS:
        return None
    return at, at + 1, _MULTIPLES[word], "multiple"


def _dozen(tokens: _Tokens, at: int) -> Found | None:
    """Read a bare `dozen` (`per dozen`, `the dozen`); `dozens of` is no amount."""
    return at, at + 1, 12, "group"


def _early_ordinal(tokens: _Tokens, at: int) -> Found | None:
    """Read `the first`, `Ann's second`."""
    before = tokens.word(at - 1)
    if before in _OWNERS or before.endswith(("'s", "’s")):
        return at, at + 1, _NTH[tokens.words[at]], "ordinal"
    return None


def _vulgar(tokens: _Tokens, at: int) -> Found | None:
    return _unit(tokens, at, at + 1, Fraction(*VULGAR[tokens.words[at]]), "fraction")


_READERS: dict[str, _Reader] = {
    **dict.fromkeys(_SMALL, _number_word),
    **dict.fromkeys(_MULTIPLES, _multiple),
    **dict.fromkeys(_ORDINALS, _part),
    **dict.fromkeys(VULGAR, _vulgar),
    "half": _part,
    "quarter": _part,
    "a": _article,
    "an": _article,
    "dozen": _dozen,
    "first": _early_ordinal,
    "second": _early_ordinal,
}
