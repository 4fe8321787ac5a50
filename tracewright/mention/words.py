"""The words by which a text says a number, or what kind of number it is."""

from fractions import Fraction

from tracewright.number import Number


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: value * 10 for value, word in enumerate(_TEN_WORDS.split(), 2)}
SMALL = {word: value for value, word in enumerate(["zero", *_UNITS, *_TEEN_WORDS.split()])} | {"fourty": 40} | TENS
DIGIT = {word: value for value, word in enumerate(_UNITS, 1)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_ORDINAL_WORDS = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
ORDINALS = {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), 3)} | {
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
    "hundredth": 100,
}
NTH = {"first": 1, "second": 2} | {word: value for word, value in ORDINALS.items() if value < 10}
PARTS = ORDINALS | {"half": 2, "quarter": 4}
PARTS |= {word + "s": value for word, value in ORDINALS.items()} | {"halves": 2, "quarters": 4}
MULTIPLES: dict[str, Number] = {"twice": 2, "thrice": 3, "halved": Fraction(1, 2), "halving": Fraction(1, 2)}
for _stem, _factor in (("double", 2), ("triple", 3), ("quadruple", 4), ("quintuple", 5)):
    MULTIPLES |= {_stem: _factor, _stem + "s": _factor, _stem + "d": _factor, _stem[:-1] + "ing": _factor}
FOLDS = {f"{word}fold": value for word, value in SMALL.items() if value > 1}
MULTIPLES |= FOLDS
VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
"""Numerator and denominator of the fractions that are one character."""

CURRENCY = frozenset("$€£")
MONEY_WORDS = _words("dollar dollars cent cents euro euros buck bucks pound-sterling usd $ € £ ¢")
OWNERS = _words("the his her their its my our your")
NOT_ONE_BEFORE = _words("each every no any which this that another other the last") | set(NTH)
NOT_ONE_AFTER = _words(
    """of is was are were has had have that who whom which whose for at and or in on with to from by than as if but so
    then when while where because costs cost can could will would does do did a an the he she it they his her their
    be been into per after before during not also only only's gets got
    """
)
PART_AFTER = _words(
    """of as the more less fewer that what his her its their this those these longer shorter higher lower cheaper
    larger smaller taller older faster slower cup cups pound pounds mile miles hour hours inch inches foot feet gallon
    gallons teaspoon teaspoons tablespoon tablespoons liter liters kilogram kilograms meter meters yard yards ounce
    ounces acre acres full empty way
    """
)
PART_BEFORE = _words("another remaining other last final by")
RANK_AFTER = _words("grade grader graders place floor day week month year grade's")
COINS = _words("dime dimes nickel nickels penny pennies coin coins")
MONTHS = _words("january february march april may june july august september october november december")
YEAR_BEFORE = _words("in since year until till before after during")
YEAR_PARTS = MONTHS | _words("spring summer fall autumn winter end start beginning year rest half")
MERIDIEM = frozenset(("am", "pm", "a", "p", "o'clock", "o"))
SUFFIX_ORDINAL = frozenset(("st", "nd", "rd", "th"))

QUALIFIES = (
    MERIDIEM | SUFFIX_ORDINAL | MONEY_WORDS | CURRENCY | set(VULGAR) | set(PARTS) | set(SCALES)
    | _words("d : / - – and & hundred k dozen dozens % percent percents per")
)  # fmt: skip
"""What stands after digits that are more than an amount by themselves: whatever a reader of digits asks for there."""

QUALIFIES_WORDS = QUALIFIES | set(SMALL)
"""The same after an amount in words."""
AFTER_ARTICLE = _words("- – hundred dozen pair couple") | set(SCALES) | set(PARTS)
"""What makes an amount of an article."""
