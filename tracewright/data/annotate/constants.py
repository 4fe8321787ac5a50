"""Numbers that a solution may use though the question does not state them, each with the words that call for it.

A constant is let in where its cue stands in the question or in the sentence of the solution; which of these it is
tells how well the constant is founded. The structural numbers 1, 2, 100 and 0 need no cue, and count for less.

Not covered: facts of the world beyond units, calendars, coins, small groups and shapes (50 states, 26 letters).
"""

from fractions import Fraction
from typing import NamedTuple

from tracewright.number import Number

_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_WEEK = f"week weekly daily day {_DAYS}"

CUES: dict[Number, tuple[str, ...]] = {
    2: (
        "both couple twin pair brother sister parent roommate half twice double two weekend other saturday sunday "
        "round trip back return way side bicycle bike wheel eye hand foot leg leap arm ear shoe sock glove earring "
        "alternate partner wife husband spouse twelve bi eraser dozen perimeter rectangle semester pint quart "
        "weekends another friend also again opposite halves average together and",
    ),
    3: ("triple thrice triplet triangle yard tricycle trio third average foot feet meal each", ),
    4: ("quarter square leg week month season quart gallon wheel car tire side fourth quadruple corner foursome "
        "cow dog cat horse table chair room wall average each",),
    5: (f"nickel weekday workday work school {_DAYS} finger weekdays toe fifth average pentagon each", ),
    6: ("insect hexagon cube dozen half average sixth each week day", ),
    7: (f"{_WEEK} fortnight each", ),
    8: ("octopus spider octagon cup ounce pint gallon arm eighth average", ),
    9: ("baseball average ninth", ),
    10: ("dime decade penny cent ten tenth millimeter average finger toe", ),
    12: ("month year annual annually yearly monthly dozen inch foot feet noon midnight hour", ),
    14: ("week fortnight", ),
    16: ("ounce pound cup gallon", ),
    20: ("nickel score", ),
    21: ("week",),
    24: ("hour day daily", ),
    25: ("quarter", ),
    26: ("alphabet letter week year fortnight", ),
    28: ("february week", ),
    29: ("february leap", ),
    30: ("month monthly june april september november day half minute", ),
    31: ("january march may july august october december month", ),
    36: ("yard inch", ),
    48: ("hour day", ),
    50: ("half cent state", ),
    52: ("week year card deck weekly annual annually yearly", ),
    60: ("minute hour second mph hourly", ),
    90: ("quarter angle right month",),
    100: ("cent percent dollar centimeter meter century penny percentage coin dime nickel quarter whole rest remain", ),
    128: ("gallon ounce",),
    144: ("gross",),
    180: ("triangle angle",),
    360: ("circle degree angle year",),
    365: ("year day daily annual", ),
    366: ("leap year",),
    1000: ("kilogram gram kilometer meter liter milliliter thousand ton kilometre millimeter", ),
    1440: ("minute day",),
    1760: ("mile yard",),
    2000: ("ton pound",),
    3600: ("hour second",),
    5280: ("mile foot feet",),
    Fraction(1, 2): ("half halfway", ),
    Fraction(1, 4): ("quarter quarters", ),
    Fraction(1, 10): ("dime dimes", ),
    Fraction(1, 20): ("nickel", ),
    Fraction(1, 100): ("penny cent percent percentage", ),
    Fraction(3, 4): ("quarter",),
}  # fmt: skip
"""Value -> stems of the words that call for it."""

_CUE_SETS = {value: frozenset(words[0].split()) for value, words in CUES.items()}

STRUCTURAL: frozenset[Number] = frozenset((0, 1, 2, 100))
"""Numbers that need no cue: a whole, a doubling or halving, a percent scale, nothing."""


class Constant(NamedTuple):
    """A constant that may stand here; `strength` 2: the sentence calls for it, 1: the question does, 0: structural."""

    value: Number
    strength: int


def find_constant(value: Number, sentence: frozenset[str], question: frozenset[str]) -> Constant | None:
    """Say whether a value may stand as a constant, given the stems of the solution's sentence and of the question."""
    cues = _CUE_SETS.get(value)
    if cues is not None:
        if not cues.isdisjoint(sentence):
            return Constant(value, 2)
        if not cues.isdisjoint(question):
            return Constant(value, 1)
    return Constant(value, 0) if value in STRUCTURAL else None
