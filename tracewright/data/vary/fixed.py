"""Numbers that must stay: those that the words around them, or the world, hold fast.

`3D` and `24/7` are no mentions; this page knows years, ranks, times of day, labels (room 12), lists that are counted
(three friends, A, B and C), words that count along (both, the other two, all four), what nature or custom fixes (legs
of a dog, minutes of an hour, cents of a coin), and the half of something.

Not covered: numbers that follow from others (`relations.py`).
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from tracewright.data.annotate.words import stem, word_set
from tracewright.data.vary.figures import Figure
from tracewright.mention import Mention

SMALL = 12
"""Up to here a number may count a list of the text, or be counted along by a word."""

_HALF = {False: Fraction(1, 2), True: 50}
_KINDS = frozenset(("ordinal", "year", "clock"))
_UNIT_FACTS = frozenset(
    [
        ("7", "day"), ("24", "hour"), ("60", "minute"), ("60", "second"), ("12", "month"), ("52", "week"),
        ("365", "day"), ("366", "day"), ("100", "cent"), ("12", "inch"), ("30", "day"), ("31", "day"), ("28", "day"),
        ("5280", "feet"),
        ("16", "ounce"), ("1000", "gram"), ("1000", "meter"), ("52", "card"), ("50", "state"), ("26", "letter"),
        ("4", "quarter"), ("2000", "pound"), ("1000", "milliliter"), ("8", "ounce"), ("4", "week"), ("2", "weekend"),
    ]
)  # fmt: skip
_FAMILIES = (
    word_set("inch foot yard mile meter kilometer centimeter millimeter"),
    word_set("teaspoon tablespoon cup pint quart gallon ounce liter milliliter"),
    word_set("ounce pound gram kilogram ton"),
    word_set("cent penny nickel dime quarter dollar"),
)
"""Units of one sort: `16 ounces in a pound` is a fact. Hours of a day are not, see `values.py` for their caps."""
_OF_UNIT = re.compile(r" (?:in|per|to|make|makes|equals?|is|are in|for) (?:an?|one|each|every|the|1) ([a-z]+)", re.I)
_UNIT_IS = re.compile(
    r"\b(?:an?|one|each|every|1) ([a-z]+) (?:is|are|has|have|equals?|contains?|makes?|holds?|=)\s+\Z", re.I
)
_BODY = word_set(
    """leg legs wheel wheels tire tires eye eyes ear ears arm arms hand hands finger fingers toe toes wing wings side
    sides corner corners legged wheeled sided paw paws hoof hooves wheeler story stories-high way season seasons sexes
    innings quarters halves dimensional weekdays letters letter vowels degrees degree digit digits grade grades man
    person-tent year-olds percenters gender genders
    """
)
_PEOPLE = word_set(
    """friend friends brother brothers sister sisters sibling siblings son sons daughter daughters child children kid
    kids cousin cousins roommate roommates parent parents grandparents nephews nieces boys girls men women people
    person adults grandchildren pets cats dogs employees workers teammates classmates neighbors players guests
    """
)
_SORTS = word_set(
    """types type kinds kind sizes colors flavors varieties options choices categories sections parts stages levels
    teams groups rooms classes ways different subjects sources jobs shifts phases trips stops shops stores houses
    companies companions planes ships fields    buildings classrooms schools cities towns states countries floors sets
    """
)
_LABELS = (
    "day week month year grade room chapter page level lap step stage class section size highway route number no "
    "question problem game unit apartment gate track platform version door phase part round house street floor "
    "january february march april may june july august september october november december"
)
_LABEL = re.compile(rf"\b(?:{'|'.join(_LABELS.split())})\.?\s+#?\Z|#\Z", re.I)
_DATE_AFTER = re.compile(
    r"\s+(?:of )?(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_BACK = re.compile(
    r"\b(?:other|remaining|last|final|next|first|these|those|all|both|same|previous|past|rest of the)\s+\Z", re.I
)
_DEFINITE = re.compile(r"\b(?:the|his|her|their|its|my|our|your|[a-z]+'s|[a-z]+s')\s+\Z", re.I)
_PAIRING = re.compile(
    r"\b(?:both|either|neither|each other|couple|twins?|the other|another|one of (?:them|the|his|her)|first|second|"
    r"third|fourth|last|others|former|latter|rest of|remaining|respectively|between them|the two|older|younger|oldest|"
    r"youngest|middle|half of them|final)\b", re.I
)  # fmt: skip
_LIST = re.compile(r"[^,.;:?!]{1,45}(?:,[^,.;:?!]{2,45}){0,7},? (?:and|or) [^,.;:?!]{1,45}")
_DAYS = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")
_TAIL_WORD = re.compile(r"[\s-]*(?:more |other |different |new |of the |of her |of his |of their |of )?([A-Za-z-]+)")
_ORDINALS = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth)\b", re.I)
_BILLS = re.compile(r"[\s-]*(?:dollar |cent )?(?:bills?|notes?|coins?|pieces?)\b", re.I)
_JOINED = re.compile(
    r"-(?:story|stories|bedroom|door|way|piece|man|legged|wheel|wheeled|person|sided|star|time|part|tier|seater|course|"
    r"digit|point|pointer|speed|on-|day work)"
)


def fixed(mention: Mention, question: str, figure: Figure | None, names: Sequence[str]) -> str:
    """Say in a word why a number must stay as it is; empty where nothing holds it."""
    if figure is None or mention.kind in _KINDS:
        return "its writing or kind"
    value = mention.value
    if value < 0 or value in (0, 1):
        return "nought or one"
    if mention.kind == "percent" and value == 100:
        return "all or nothing"
    if value == _HALF[mention.kind == "percent"] and mention.kind in ("percent", "fraction"):
        return "a half, which is also what a half leaves"
    before, after = question[max(0, mention.start - 40) : mention.start], question[mention.end : mention.end + 60]
    if _LABEL.search(before) and mention.kind in ("integer", "word"):
        return "a label"
    if mention.kind in ("integer", "word") and (_DATE_AFTER.match(after) or re.match(r"\s*:|\s*'s\b", after)):
        return "a date or ratio"
    if re.search(r"\d\s*:\s*\Z", before) or re.search(r"\bratio\b", _sentence(question, mention.start), re.I):
        return "a ratio"
    if (mention.kind == "money" and _BILLS.match(after)) or re.match(r"[\s-]*cent (?:coin|piece)", after):
        return "a denomination"
    if mention.kind == "fraction":
        return "a part named again" if re.search(r"\b(?:other|remaining|last|another)\s+\Z", before) else ""
    if _JOINED.match(after):
        return "part of a noun"
    return _world(mention, before, after) or _counted(mention, question, before, after, names)


def _world(mention: Mention, before: str, after: str) -> str:
    """Say whether nature or custom fixes the number."""
    match = _TAIL_WORD.match(after)
    word = match[1].lower() if match else ""
    family = next((family for family in _FAMILIES if stem(word) in family), None)
    if family:
        of = _OF_UNIT.match(after[match.end() :]) if match else None
        whose = _UNIT_IS.search(before)
        if (of and stem(of[1]) in family) or (whose and stem(whose[1]) in family):
            return "a fact of units"
    if word.partition("-")[0] in _BODY or word in _BODY:
        return "fixed by nature"
    for noun in {word, word.removesuffix("s"), word.removesuffix("es")}:
        if (str(mention.value), noun) in _UNIT_FACTS and (
            mention.value not in (4, 8, 16, 30, 12, 1000, 7)
            or re.match(r"[\s-]*\w+ (?:in|per|a|an|each|every|of|make|equals?|is)\b", after)
        ):
            return "a fact of units"
    return ""


def _counted(mention: Mention, question: str, before: str, after: str, names: Sequence[str]) -> str:
    """Say whether the text counts along: lists, days, people by name, `both`, `the other two`, `all four`."""
    value = mention.value
    if mention.kind not in ("integer", "word") or value.__class__ is not int or value > SMALL:
        return ""
    if _BACK.search(before):
        return "named again"
    match = _TAIL_WORD.match(after)
    noun = match[1].lower() if match else ""
    if re.match(r"[^.?!]{0,60}:", after):
        return "a list follows"
    if value == 2 and _PAIRING.search(question):
        return "a pair that is spoken of"
    if _DEFINITE.search(before) or re.match(r"\s+of (?:them|us|the|these|those|his|her|their)\b", after):
        return "a group that is spoken of"
    if (noun in _PEOPLE or noun in _SORTS) and (_PAIRING.search(question) or value <= len(names) + 1):
        return "a group that is spoken of"
    if len(set(_DAYS.findall(question))) in (value, value - 1) and re.match(r"[\s-]*(?:days?|nights?)\b", after):
        return "days that are named"
    if value > 2 and _lists(question, int(value), mention):
        return "a list of that many"
    ordinals = {match[0].lower() for match in _ORDINALS.finditer(question)}
    if ordinals and value <= 6 and value in (len(ordinals), len(ordinals) + 1):
        return "counted by first, second, ..."
    return ""


def _lists(question: str, value: int, mention: Mention) -> bool:
    """Say whether a list of exactly so many parts stands near."""
    near = question[max(0, mention.start - 120) : mention.end + 160]
    if value > 3 and near.count(",") + 2 < value:
        return False
    for match in _LIST.finditer(near):
        commas = match[0].count(",")
        if value == commas + (1 if ", and" in match[0] or ", or" in match[0] else 2):
            return True
    return False


def _sentence(question: str, place: int) -> str:
    ends = [0, *(match.end() for match in re.finditer(r"[.?!](?=\s|\Z)", question)), len(question)]
    return next(question[left:right] for left, right in pairwise(ends) if left <= place <= right)
