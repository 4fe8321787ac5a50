"""Which values a number may take: near what it was, as round, on its own grid, and seldom beyond what its noun has.

`learn_ranges` reads from many problems what each noun is usually counted or priced at ("years old", "% tax", "$ per
hour"); `candidates` lists the values for one number. No value becomes 1, and 1 becomes nothing else, for the plurals
around it.

Not covered: whether a number may move at all (`slots.py`), and what the values together must keep (`checks.py`).
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.words import UNITS, WORD, stem, word_set
from tracewright.data.problem import Problem
from tracewright.data.vary.figures import Figure
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.mention import Mention, read_mentions
from tracewright.number import Number, tidy

LEAST_SEEN = 8
"""So many numbers of a noun must have been seen before its range counts."""
TAIL = 0.05
"""Share of the numbers of a noun that is taken off either end of its range."""
MOST_CANDIDATES = 1200
FEW = 5
"""With so few values on its grid a whole number may move on one that is five times as fine."""

Key = tuple[str, str]
"""What kind of number (`count`, `money`, `percent`, `fraction`), and the noun that goes with it, or an empty text."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """The least and the greatest usual number of each noun; one object is one set of ranges, and none is changed."""

    usual: Mapping[Key, tuple[float, float]] = field(default_factory=dict)


_RATES = re.compile(
    r"\b(tax|tip|gratuity|interest|discount|off|raise|fee|commission|profit|bonus|increase|decrease|less|more|of|faster|"
    r"slower|longer|cheaper|loss|coupon|sale|chance|probability)", re.I
)  # fmt: skip
_CHARGES = re.compile(r"\b(tax|tip|gratuity|interest|fee|commission|discount)", re.I)
_PER = re.compile(
    r"\s*(?:dollars?|cents?|bucks?)?\s*(?:(?:for )?(?:per|an?|each|every|one)\s+|/\s*)(?!one\b)([A-Za-z]+)", re.I
)
_TIMES = (2, 3, 4, 5)
"""How often as many: seldom more, and only one more or less than it was, for these numbers multiply."""
_SKIP = word_set(
    """a an the of more less fewer other additional extra new old big small large different whole full total red blue
    green yellow black white pink purple brown orange little long tall short fresh and his her their its my our your
    times as many much local young large-sized
    """
)


def key_of(mention: Mention, question: str) -> Key:
    """Say what a number counts or prices: (`money`, `hour`) for $12 per hour, (`percent`, `tax`), (`count`, `page`)."""
    tail = question[mention.end : mention.end + 50]
    if mention.kind == "percent":
        near = re.split(r"[.;?]", tail.removeprefix("%"))[0][:22]
        found = _CHARGES.search(near) or _RATES.search(near)
        before = [match[1] for match in _RATES.finditer(question[max(0, mention.start - 40) : mention.start])]
        return "percent", (found[1].lower() if found else before[-1].lower() if before else "")
    if mention.kind == "money":
        per = _PER.match(tail)
        cents = "cent" if tail.lstrip().startswith("cent") else ""
        return "money" + cents, stem(per[1]) if per else ""
    if mention.kind == "fraction":
        words = WORD.findall(re.split(r"[.,;:?!]", tail)[0])[:2]
        units = [stem(word) for word in words if stem(word) in UNITS]
        return "fraction", units[0] if units else ""
    return "count", noun_after(question, mention.end)


def noun_after(question: str, place: int) -> str:
    """Return the stem of the noun after a number, and what qualifies it where that matters: `year old`, `mile hour`."""
    phrase = re.split(r"[.,;:?!()\d$%\"]", question[place : place + 60])[0].replace("-", " ")
    words = [word.lower() for word in WORD.findall(phrase)]
    if words and words[0] == "times":
        return "times"
    while words and words[0] in _SKIP:
        words = words[1:]
    if not words:
        return ""
    noun = stem(words[0])
    if noun == "mph":
        return "mile hour"
    if len(words) > 1 and words[1] in ("old", "tall", "high", "deep", "wide"):
        return f"{noun} {words[1]}"
    if len(words) > 2 and words[1] in ("per", "an", "a", "each", "every") and stem(words[2]) in UNITS:
        return f"{noun} {stem(words[2])}"
    return noun


def learn_ranges(problems: Iterable[Problem]) -> Ranges:
    """Learn what each noun is usually counted or priced at, from the questions of many problems."""
    seen: dict[Key, list[float]] = {}
    for problem in problems:
        for mention in read_mentions(problem.question):
            if mention.kind not in ("ordinal", "year", "clock", "multiple") and mention.value > 0:
                seen.setdefault(key_of(mention, problem.question), []).append(float(mention.value))
    ranges = {}
    for key, values in sorted(seen.items()):
        if len(values) >= LEAST_SEEN:
            values.sort()
            cut = int(len(values) * TAIL)
            ranges[key] = values[cut], values[len(values) - 1 - cut]
    return Ranges(ranges)


class Span(NamedTuple):
    """How far a number may move: from `low` to `high` times what it was, and at most to `cap`."""

    low: float
    high: float
    cap: float = math.inf


_PLAIN = Span(0.5, 2.0)
_MEASURED = Span(0.5, 1.6)
"""Prices and what is measured are seldom twice as much and still what they were: a room of 90 feet, 16 pints of tea."""
_MEASURED_IN = word_set(
    "inch foot yard mile meter kilometer centimeter ounce pound gram kilogram ton cup pint quart gallon liter year "
    "square acre ft"
)
LARGE_PRICE = 5
_NARROW = {
    "year old": Span(0.7, 1.4, 95), "mile hour": Span(0.6, 1.5), "kilometer hour": Span(0.6, 1.5),
    "foot tall": Span(0.75, 1.3), "inch tall": Span(0.85, 1.1), "degree": Span(0.8, 1.2),
    **dict.fromkeys(("centimeter tall", "cm tall", "meter tall"), Span(0.8, 1.2)),
}  # fmt: skip
_LENGTHS = ("centimeter", "cm", "inch", "foot", "meter")
_HEIGHT = re.compile(r"\b(?:tall|taller|height|heights)\b", re.I)
_PERIOD = r"(?:\s+\w+){0,3}?[\s-]+(?:per|an?|each|every|in an?|of the|in the|of each|every single)[\s-]+"
_CAPS = (
    (re.compile(rf"\s*-?(?:work|school)?days?(?:{_PERIOD}week|\s+weekly)", re.I), 7),
    (re.compile(rf"\s*(?:times|nights|mornings|afternoons|evenings){_PERIOD}week", re.I), 7),
    (re.compile(rf"\s*-?hours?(?:{_PERIOD}(?:day|night|weekday|workday)|\s+(?:daily|of sleep))", re.I), 12),
    (
        re.compile(
            r"\s*-?hours?(?: \w+){0,2} (?:on|last|that|in one) (?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)?day|night)",
            re.I,
        ),
        12,
    ),
    (re.compile(r"\s*days? of (?:school|work|class)", re.I), 5),
    (re.compile(rf"\s*-?weeks?{_PERIOD}year", re.I), 52),
    (re.compile(rf"\s*-?hours?{_PERIOD}week", re.I), 60),
    (re.compile(rf"\s*-?minutes?{_PERIOD}hour", re.I), 59),
    (re.compile(rf"\s*-?days?{_PERIOD}month", re.I), 28),
    (re.compile(rf"\s*-?weeks?{_PERIOD}month", re.I), 4),
    (re.compile(rf"\s*-?months?{_PERIOD}year", re.I), 11),
)
_SPEEDS = (
    (Lexicon("walk(?:s|ed|ing)?|hik(?:es?|ed|ing)|swim(?:s|ming)?|swam"), 5),
    (Lexicon("runs?|ran|running|jog(?:s|ged|ging)?"), 10),
    (Lexicon("bik(?:es?|ed|ing)|bicycles?|cycl(?:es?|ed|ing)|skat(?:es?|ed|ing)"), 20),
    (Lexicon("car|cars|driv(?:es?|ing)|drove|bus|truck"), 75),
)
"""Miles an hour that are usual for what a question speaks of; of several the quickest counts."""
_FEET = re.compile(r"\b(?:feet|foot),?(?: and)? \Z")
_SIXTY = re.compile(r"\b(?:minutes?|hours?) and \Z")
_DAYS = re.compile(r"\s*-?(?:\w+ )?(?:(?:work|school)?days?|nights?|mornings?|evenings?)\b", re.I)
AGES = Lexicon("old|ages?|aged|older|younger")
OLDEST = 95
"""In a question about ages no number and no result grows beyond it that was below."""
_AGED = re.compile(r"\b(?:is|was|be|turns|turned|aged|age of|am) \Z")
_EXAM = re.compile(r"\b(?:tests?|quiz(?:zes)?|exams?|grades?|graded|marks)\b", re.I)
_WEEK = re.compile(r"\b(?:week|weekly)\b", re.I)
_DAILY = re.compile(
    r"\b(?:each|every|per|a) (?:day|night)\b[^.?!]{0,25}\Z|\b(?:daily|sle(?:ep|pt|eps))\b[^.?!]{0,15}\Z", re.I
)


def span_of(mention: Mention, question: str, key: Key, ranges: Ranges) -> tuple[float, float]:
    """Return the least and the greatest value that a number may take."""
    value = float(mention.value)
    span = _NARROW.get(key[1], _PLAIN)
    if key[1] in _LENGTHS and _HEIGHT.search(question):
        span = _NARROW["inch tall"]
    priced = key[0].startswith("money") and value >= LARGE_PRICE
    if span is _PLAIN and (priced or (key[0] == "count" and key[1].partition(" ")[0] in _MEASURED_IN)):
        span = _MEASURED
    low, high = value * span.low, min(value * span.high, span.cap)
    if key[0] == "count" and value < 4 and span in (_PLAIN, _MEASURED):
        high = value + (3 if span is _PLAIN else 2) if value.is_integer() else value * 2
    usual = ranges.usual.get(key)
    if usual:
        low, high = max(low, min(usual[0], value)), min(high, max(usual[1], value))
    cap = cap_of(mention, question, key)
    if cap:
        high = min(high, max(cap, value))
    if key[1] == "times" and value not in _TIMES:
        low, high = max(low, value - 1), min(high, value + 1)
    if (
        key[0] == "count"
        and (key[1] in ("", "year", "year old") or _AGED.search(question[: mention.start]))
        and 10 <= value <= OLDEST
        and AGES.any(words_of(question))
    ):
        low, high = max(low, value * 0.7), min(high, value * 1.4, OLDEST)
    if key[0] == "count" and 50 <= value <= 100 and _EXAM.search(question):
        high = min(high, 100)
    if key[0] == "percent" and value < 100:
        high = min(high, 95)
    return low, high


def cap_of(mention: Mention, question: str, key: Key) -> int:
    """Return the most that a number may be by nature, and a sum of such ones too: 7 days a week; 0 where none is."""
    tail = question[mention.end : mention.end + 50]
    for pattern, cap in _CAPS:
        if pattern.match(tail):
            return cap
    if mention.value < 12 and _FEET.search(question[: mention.start]) and tail.lstrip().startswith("inch"):
        return 11
    if mention.value < 60 and _SIXTY.search(question[: mention.start]):
        return 59
    if key[1] == "mile hour":
        words = words_of(question)
        return next((most for moves, most in reversed(_SPEEDS) if moves.any(words)), 0)
    if mention.value <= 7 and _DAYS.match(tail) and _WEEK.search(_sentence_around(question, mention.start)):
        return 7
    return 12 if re.match(r"\s*-?hours?\b", tail) and _DAILY.search(question[: mention.start]) else 0


def _sentence_around(question: str, place: int) -> str:
    left = max(question.rfind(stop, 0, place) for stop in (". ", "? ", "! "))
    right = question.find(". ", place)
    return question[left + 1 : right if right > 0 else len(question)]


def candidates(
    mention: Mention, question: str, key: Key, figure: Figure, ranges: Ranges, fine: bool = False
) -> tuple[Number, ...]:
    """List the values that a number may take, its own among them; only its own where nothing else will do.

    They are as round as it is, whole counts and prices less so if `fine`.
    """
    value = mention.value
    low, high = span_of(mention, question, key, ranges)
    found: list[Number]
    if value in (0, 1) or value < 0:
        return (value,)
    if figure.style == "times" or (key[1] == "times" and value in _TIMES):
        found = [new for new in _TIMES if value - 1 <= new <= value + 1]
    elif figure.style in ("ratio", "part"):
        found = _fractions(value, key[1])
    elif figure.style == "scaled":
        whole = tidy(Fraction(value) / figure.scale)
        found = [n * figure.scale for n in _grid(whole, low / figure.scale, high / figure.scale, figure.places, False)]
    else:
        money = key[0].startswith("money")
        finer = key[0] in ("count", "money")
        found = _grid(value, low, high, figure.places, money and not key[0].endswith("cent"), finer, fine)
        if key[0] == "percent" and value % 5 == 0:
            found = [new for new in found if new % 5 == 0]
    share = value < 1
    kept = [new for new in found if new == value or (new != 1 and (new < 1) == share)]
    if key[0] == "percent":
        kept = [new for new in kept if (new > 100) == (value > 100) and (new != 100 or value == 100)]
    if figure.style not in ("digits", "words"):  # whose grids hold nothing that they could not write
        kept = [new for new in kept if figure.write(new)]
    if value not in kept:  # it lies beyond what is usual: a man of 98 years
        kept = sorted({*kept, value})
    return tuple(_thin(kept, value))


def _thin(values: list[Number], value: Number) -> list[Number]:
    """Keep at most MOST_CANDIDATES values, spread evenly, and the original."""
    if len(values) <= MOST_CANDIDATES:
        return values
    step = -(-len(values) // MOST_CANDIDATES)
    return sorted({*values[::step], value})


_SHARES = [Fraction(top, bottom) for bottom in (3, 4, 5, 6, 8, 10) for top in range(1, bottom)]
_MEASURES = {Fraction(1, 3), Fraction(1, 4), Fraction(2, 3), Fraction(3, 4), Fraction(1, 2)}


def _fractions(value: Number, unit: str) -> list[Number]:
    """List fractions of the same sort: of one part or several, and only such as a measuring cup has for a measure."""
    if value > 1:
        return [value]
    shares = sorted({*_SHARES, Fraction(value)})
    near = [share for share in shares if (share.numerator == 1) == (value.numerator == 1) and abs(share - value) < 0.34]
    return [share for share in near if not unit or share in _MEASURES or share == value]


def step_of(value: int) -> int:
    """Return the step of the grid that a whole number lies on: 1 for 13, 5 for 35, 10 for 120, 500 for 4,000."""
    if value < 13 or value % 5:
        return 1
    zeros = 1
    while value % (zeros * 10) == 0:
        zeros *= 10
    lead = value // zeros
    if zeros == 1:
        return 5 if value < 1000 else 1
    if lead < 3:
        return max(zeros // 10, 5 if value < 100 else 10)
    return zeros // 2 if lead < 10 else zeros


def _grid(
    value: Number, low: float, high: float, places: int, money: bool, finer: bool = False, fine: bool = False
) -> list[Number]:
    """List the values from low to high that are as round as `value`; less so if `finer` and few, or if `fine`."""
    if not places:
        if value.__class__ is not int:
            return [value]
        step = step_of(value)
        first = max(2, math.ceil(low))
        if step >= 5 and finer and (fine or (high - first) / step < FEW):
            step //= 5
        step *= max(1, int((high - first) / step) // MOST_CANDIDATES)
        start = first + (value - first) % step
        return list(range(start, math.floor(high) + 1, step))
    unit = 10**places
    scaled = tidy(Fraction(value) * unit)
    assert isinstance(scaled, int)
    step, rest = _decimal_step(scaled, unit, money)
    first = max(1, math.ceil(low * unit))
    many = int((high * unit - first) / step) // MOST_CANDIDATES
    step, rest = step * max(1, many), rest or many > 1
    start = first + (scaled - first) % step if rest else -(-first // step) * step
    found: list[Number] = []
    for number in range(start, math.floor(high * unit) + 1, step):
        # 2.0 is no way to write a length; $2.00 is one to write a price.
        if money or number % 10:
            found.append(tidy(Fraction(number, unit)))
    return found


def _decimal_step(scaled: int, unit: int, money: bool) -> tuple[int, bool]:
    """Return the step of the grid of a decimal, and whether its values end alike ($19.99)."""
    for part in (1, 2, 4, 5, 10, 20):
        if unit % part == 0 and scaled % (unit // part) == 0:
            return max(1, unit // part), False
    if money and unit == 100 and scaled > unit and scaled % 10 == 9:
        return unit, True
    return 1, False
