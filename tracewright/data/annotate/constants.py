"""Numbers that a solution may use though the question does not state them, each with the words that call for it.

A cue is one word, or several that must all be there (`hour minute` for 60), in the question or in the sentence of the
solution. A constant is *called for* where the sentence speaks of a whole cue, *hinted at* where the question alone
does, and *structural* (a whole, a half, a percent scale) where it needs none.

Not covered: facts of the world beyond units, calendars, coins, small groups and shapes (50 states, 26 letters).
"""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from tracewright.data.annotate.words import stem, stem_set
from tracewright.number import Number

CUES: dict[Number, str] = {
    2: "both | couple | twin | pair | roommate | husband | wife | spouse | weekend | saturday sunday | round trip | "
    "way | back | return | brother | sister | sibling | alternate | alternate day | semester | "
    "parent | partner | together | "
    "perimeter | rectangle | rectangular | bicycle | bike | eye | foot leg | hand | arm | earring | shoe | sock | "
    "glove | "
    "pint quart | cup pint | triangle | side | lot | split | average",
    3: "triplet | triangle | triangular | tricycle | trio | foot yard | teaspoon tablespoon | meal | average | "
    "breakfast lunch dinner | tripod | trimester | month quarter",
    4: "month week | quart gallon | square | season | wheel | tire | leg | quarter year | quarter | average | corner | "
    "quadruplet | cow | dog | cat | horse | car | table | wall | perimeter | quarterly | cup quart | month weekly | "
    "monthly weekly",
    5: "nickel | weekday | workday | school week | work week | monday friday | sunday thursday | finger | average | "
    "quintuplet | weekend",
    6: "insect | monday saturday | ant | cube | hexagon | average | hexagonal | week day",
    7: "week | week day | weekly | daily week",
    8: "spider | octopus | octagon | ounce cup | pint gallon | average | arachnid | stop sign",
    9: "baseball | average",
    10: "dime | decade year | decade | millimeter centimeter | ten cent | penny dime | average",
    12: "year month | month | monthly | yearly | annual | dozen | foot inch | noon | midnight | clock | annually",
    14: "fortnight | week day | week",
    16: "pound ounce | cup gallon",
    20: "nickel dollar | finger toe | score",
    21: "week day",
    24: "day hour | hour | daily",
    25: "quarter",
    26: "alphabet | letter | year week | fortnight",
    28: "february | week day | month day",
    29: "february leap",
    30: "month day | month | june | april | september | november | monthly day | half hour | half minute",
    31: "january | march | may | july | august | october | december | month day",
    32: "quart ounce",
    36: "yard inch",
    48: "day hour",
    50: "half cent | half dollar | state",
    52: "year week | weekly year | deck | card | annual week | week annually | yearly week",
    60: "hour minute | minute second | mile hour | hour | minute",
    90: "month day | right angle",
    100: "cent dollar | centimeter meter | century | penny dollar | cent | percent | percentage | whole | penny | "
    "coin | dime dollar | nickel dollar | quarter dollar",
    128: "gallon ounce",
    144: "gross | foot inch",
    180: "triangle angle | triangle degree | angle",
    360: "circle degree | circle | day year",
    365: "year day | year daily | year",
    366: "leap year",
    1000: "kilogram gram | kilometer meter | liter milliliter | ton kilogram | thousand | milligram gram | "
    "watt kilowatt | watt kw | l milliliter",
    1440: "day minute",
    1760: "mile yard",
    2000: "ton pound",
    3600: "hour second",
    5280: "mile foot",
    Fraction(1, 2): "half | halfway",
    Fraction(1, 4): "quarter",
    Fraction(1, 10): "dime",
    Fraction(1, 20): "nickel",
    Fraction(1, 100): "penny | cent | percent",
    Fraction(3, 4): "quarter",
}
"""Value -> cues, parted by `|`; each is a set of words that have to be there together, in any form."""

_CUE_SETS = {
    value: tuple(frozenset(stem(word) for word in cue.split()) for cue in text.split("|"))
    for value, text in CUES.items()
}

STRUCTURAL: frozenset[Number] = frozenset((0, 1, 2, 100))
"""Numbers that need no cue: a whole, a doubling or halving, a percent scale, nothing."""

LOOSE: frozenset[str] = stem_set(
    """
    way back side lot hand arm eye together half quarter parent brother sister sibling whole coin cat dog cow car
    table horse leg school letter state card wall deck tire split meal triangle rectangle square weekend circle angle
    foot shoe sock glove partner finger
    january february march april may june july august september october november december
    """
)
"""Words that hint at a constant when they stand alone, but call for none: a car may be spoken of without its wheels."""


class Constant(NamedTuple):
    """A constant that may stand here; `strength` 2: it is called for, 1: it is hinted at, 0: it is structural."""

    value: Number
    strength: int


@lru_cache(maxsize=65536)
def find_constant(value: Number, sentence: frozenset[str], question: frozenset[str]) -> Constant | None:
    """Say whether a value may stand as a constant, given the stems of the solution's sentence and of the question."""
    strength = -1
    for cue in _CUE_SETS.get(value, ()):
        spoken = not cue.isdisjoint(sentence)
        if all(word in sentence or word in question for word in cue):
            if spoken and (len(cue) > 1 or cue.isdisjoint(LOOSE)):
                return Constant(value, 2)
            strength = 1
    if strength < 0 and value in STRUCTURAL:
        strength = 0
    return Constant(value, strength) if strength >= 0 else None


def cue_sets(value: Number) -> tuple[frozenset[str], ...]:
    """Return the cues of a value, each the words that have to be there together."""
    return _CUE_SETS.get(value, ())


def cue_words(value: Number) -> frozenset[str]:
    """Return all words that any cue of a value has."""
    return frozenset().union(*_CUE_SETS.get(value, ()))
