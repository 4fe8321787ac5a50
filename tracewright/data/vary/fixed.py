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

from tracewright.data.annotate.words import UNITS, stem, word_set
from tracewright.data.vary.figures import Figure
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.mention import Mention
from tracewright.number import Number

MOST_NAMED = 4
"""Groups up to here are often told apart: the first, the other, the oldest."""
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
    word_set("inch foot yard mile meter kilometer centimeter millimeter cm mm km ft"),
    word_set("teaspoon tablespoon cup pint quart gallon ounce liter milliliter ml l oz"),
    word_set("ounce pound gram kilogram ton oz lb kg mg g"),
    word_set("cent penny nickel dime quarter dollar"),
    word_set("byte kb mb gb tb kilobyte megabyte gigabyte terabyte"),
)
"""Units of one sort: `16 ounces in a pound` is a fact. Hours of a day are not, see `values.py` for their caps."""
_FAMILY_OF = {unit: family for family in reversed(_FAMILIES) for unit in family}
"""The sort of each unit, the first where it is of two."""
_WHOLES = {
    ("day", 7): "week", ("day", 28): "month", ("day", 30): "month", ("day", 31): "month", ("day", 365): "year",
    ("week", 4): "month", ("week", 52): "year", ("month", 12): "year", ("hour", 24): "day", ("minute", 60): "hour",
    ("second", 60): "minute", ("year", 10): "decade", ("year", 100): "century",
}  # fmt: skip
"""Where a text has both, 30 days may be the month that it goes on to speak of."""
_OF_UNIT = re.compile(
    r" (?:per (?:one )?|(?:in|per|to|make|makes|equals?|is|are in|for) (?:an?|one|each|every|the|1) )([a-z]+)", re.I
)
_AREA = re.compile(r"\s*-?(?:square|sq|m\^?2|m²|acres?|hectares?)(?!\w)", re.I)
_BRAND = re.compile(r"\b[A-Z]\w+ \Z")
_THOUSANDS = re.compile(r"k\b", re.I)
_UNIT_IS = re.compile(
    r"\b(?:an?|one|each|every|1) (?:fluid |nautical )?([a-z]+) (?:is|are|has|have|equals?|contains?|makes?|holds?|=)"
    r"(?: (?:worth|equal to|the same (?:value )?as))?\s+\Z",
    re.I,
)
_BODY = word_set(
    """leg legs wheel wheels tire tires eye eyes ear ears arm arms hand hands finger fingers toe toes wing wings side
    sides corner corners legged wheeled sided paw paws hoof hooves wheeler story stories-high way season seasons sexes
    innings quarters halves dimensional weekdays letters letter vowels degrees degree digit digits grade grades man
    person-tent year-olds percenters gender genders strings string semester semesters weekend
    """
)
MOST_LIMBS = 12
"""Up to here, and at 18 wheels, nature or custom fixes how many of a sort one body has; more of them are counted."""
_HOLDS = re.compile(
    r"\b(?:gallon|quart|pint|cup|liter|cubic (?:foot|inch|yard|meter))s?(?: of [a-z]+)? \(?(?:which )?"
    r"(?:weighs?|is|are|equals?|contains?|holds?)(?: about| the same as| equal to)? \Z", re.I
)  # fmt: skip
"""What a gallon weighs, and how much a cubic foot holds, does not change."""
_ALPHABET = word_set("letters consonants vowels")
_ALPHABET_TOLD = Lexicon("alphabet|vowels?|consonants?")
_ANY = Lexicon(r"\w+")
_CUSTOM = {
    **dict.fromkeys(("teeth", "tooth"), ((20, 28, 30, 32, 42), _ANY)),
    **dict.fromkeys(("line", "lines"), ((3, 5, 14), Lexicon("sonnets?|haikus?|limericks?"))),
    **dict.fromkeys(("stripes", "stars", "colonies"), ((13, 50), Lexicon("flags?"))),
    **dict.fromkeys(("mile", "miles"), ((26,), Lexicon("marathons?"))),
    "planets": ((8, 9), _ANY), "continents": ((7,), _ANY),
    "meals": ((3,), Lexicon("breakfast|lunch|dinner")),
}  # fmt: skip
"""What custom or nature counts, how many, and the words beside which it does: 14 lines of a sonnet, 32 teeth."""
_POINTS = Lexicon(
    "touchdowns?|football|basketball|soccer|hockey|wins?|conversions?|goals?|baskets?|throws?|fouls?|season|team"
)
MOST_POINTS = 7
"""In a game whose rules are the world's, so many points at most are given for one of something."""
_POINT = word_set("point points pointer pointers shots")
_RIGHT = (90, 180, 360)
_ANGLES = Lexicon("angles?|triangles?|degrees?|polygons?|quadrilaterals?")
_FIXED_DEGREES = re.compile(
    r"\b(?:angles?|triangles?|circles?|rotat\w*|turn\w*|fevers?|sick\w*|freez\w*|boil\w*|Fahrenheit|Celsius)\b"
)
_COINS = re.compile(r"\b(?:dimes?|nickels?|penn(?:y|ies)|coins?|cents?|change|bank)\b", re.I)
_PEOPLE = word_set(
    """friend friends brother brothers sister sisters sibling siblings son sons daughter daughters child children kid
    kids cousin cousins roommate roommates parent parents grandparents nephews nieces boys girls men women people
    person adults grandchildren pets cats dogs employees workers teammates classmates neighbors players guests
    """
)
_EACH = (
    "both|either|neither|each|first|second|third|fourth|last|final|other|another|next|remaining|same|those|these|of the"
)
_CUSTOMARY = word_set(
    """day days month months weekday weekdays workday workdays hour hours week weeks state states planet planets player
    players season seasons quarter quarters minute minutes continent continents innings holes lanes grades
    """
)
"""`The 12 months` is a fact as much as a count."""
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
_LABEL = re.compile(rf"(?:.*[^\w])?(?:{'|'.join(_LABELS.split())})\.?\Z", re.I)
_DATE_AFTER = re.compile(
    r"\s+(?:of )?(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_COLON = re.compile(r"\s*:|\s*'s\b")
_LIST_AFTER = re.compile(r"[^.?!]{0,60}:|[^.?!]{0,40}, (?:one|1) (?!of\b)")
_OF_THEM = re.compile(r"\s+of (?:them|us|the|these|those|his|her|their)\b")
_DAYS_AFTER = re.compile(r"[\s-]*(?:days?|nights?)\b")
_CENT_COIN = re.compile(r"[\s-]*cent (?:coin|piece)")
_COLON_BEFORE = re.compile(r"\d\s*:\s*\Z")
_COLONS = re.compile(r"\d\s*:\s*\d")
_RATIO = re.compile(r"\bratio\b", re.I)
_BACK = re.compile(
    r"\b(?:other|remaining|last|final|next|first|these|those|all|both|same|previous|past|rest of the)\s+\Z", re.I
)
_DEFINITE = re.compile(r"\b(?:the|his|her|their|its|my|our|your|[a-z]+'s|[a-z]+s')\s+\Z", re.I)
_PAIRING = re.compile(
    r"\b(?:both|either|neither|each other|couple|twins?|the other|another|one of (?:them|the|his|her)|first|second|"
    r"third|fourth|last|others|former|latter|rest of|remaining|respectively|between them|the two|older|younger|oldest|"
    r"youngest|middle|half of them|final|parents|grandparents)\b", re.I
)  # fmt: skip
_CLAUSE = re.compile(r"[^.;:?!]+")
_JOINT = re.compile(r",? (?:and|or) (?=.)")
_AMOUNT = re.compile(r"\d|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|twice)\b", re.I)
_DAYS = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")
_TAIL_WORD = re.compile(
    r"[\s-]*(?:more |other |different |new |land |baby |equal |of the |of her |of his |of their |of )?([A-Za-z-]+)"
)
_ORDINALS = re.compile(r"\b(?:first|second|third|fourth|fifth|sixth)\b", re.I)
_BILLS = re.compile(r"[\s-]*(?:dollar |cent )?(?:bills?|notes?|coins?|pieces?)\b", re.I)
_BILL_OF = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)) (?:bills?|notes?|coins?) of \Z", re.I
)
_BILL = Lexicon("bills?|coins?|notes?")
_TENS_OF = re.compile(r"s\b")
_COUNT_BEFORE = re.compile(r"\d \Z")
_AGO = re.compile(r" (?:days?|weeks?|months?) ago\b")
_LATER = Lexicon("yesterday|previous|today|now")
_WEEKLY = re.compile(r"(?: \w+)? (?:days?|nights?|mornings?|evenings?)\b")
_REST_OF_WEEK = re.compile(
    r"\b(?:weekends?|Saturdays?|Sundays?)\b|\b(?:other|remaining|rest of the|last) (?:\w+ )?(?:days?|nights?|week)\b|"
    r"\b(?:the|and) other (?:\d|two|three|four|five)\b"
)
_DIFFERENT = re.compile(r"\s*(?:different|kinds?|types?|sorts?|colou?rs?|flavou?rs?|varieties|sizes|sections)\b")
_KINDS_TOLD = 6
"""Up to so many kinds are told one by one."""
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
    if mention.kind in ("integer", "word") and (
        _labelled(before) or (_BRAND.search(before) and _THOUSANDS.match(after))
    ):
        return "a label"
    if mention.kind in ("integer", "word") and (_DATE_AFTER.match(after) or _COLON.match(after)):
        return "a date or ratio"
    if _COLON_BEFORE.search(before) or (_RATIO.search(question) and _in_ratio(_sentence(question, mention.start))):
        return "a ratio"
    if (mention.kind == "money" and (_BILLS.match(after) or _BILL_OF.search(before))) or _CENT_COIN.match(after):
        return "a denomination"
    if _BILL.any(words_of(question)) and mention.kind == "money" and _COUNT_BEFORE.search(before):
        return "a denomination"
    if _TENS_OF.match(after):
        return "a denomination"
    if _AGO.match(after) and _LATER.any(words_of(question)):
        return "a day that is spoken of"
    if mention.kind == "fraction":
        return "a part named again" if re.search(r"\b(?:other|remaining|last|another)\s+\Z", before) else ""
    if _JOINED.match(after):
        return "part of a noun"
    return _world(mention, question, before, after) or _counted(mention, question, before, after, names)


def _in_ratio(sentence: str) -> bool:
    """Say whether the numbers of a sentence may be those of a ratio, which no colon tells: 2 ounces to every 8."""
    return _RATIO.search(sentence) is not None and not _COLONS.search(sentence)


def _labelled(before: str) -> bool:
    """Say whether what stands before a number makes a label of it: `room 12`, `#3`."""
    if before[-1:] == "#":
        return True
    return before[-1:].isspace() and _LABEL.match(before.split()[-1] if before.strip() else "") is not None


def _counted_out(value: Number, word: str, question: str) -> bool:
    """Say whether what nature fixes of one is counted of many here: 20 hands, 4 quarters and a dime, 60 degrees."""
    if word in ("degree", "degrees"):
        return not _FIXED_DEGREES.search(question)
    if word == "quarters":
        return _COINS.search(question) is not None
    return value > MOST_LIMBS and value != 18 and word not in ("letter", "letters")


def _world(mention: Mention, question: str, before: str, after: str) -> str:
    """Say whether nature or custom fixes the number."""
    match = _TAIL_WORD.match(after)
    word = match[1].lower() if match else ""
    family = _FAMILY_OF.get(stem(word))
    area = _AREA.match(after)
    whose = _UNIT_IS.search(before) if family or area else None
    if area and whose and whose[1].lower() in ("hectare", "acre"):
        return "a fact of units"
    if family:
        of = _OF_UNIT.match(after[match.end() :]) if match else None
        if (of and stem(of[1].lower()) in family) or (whose and stem(whose[1].lower()) in family):
            return "a fact of units"
    whole = _WHOLES.get((stem(word), int(mention.value))) if mention.value.denominator == 1 else None
    if whole and words_of(question) & {whole, f"{whole}s", f"{whole}ly"}:
        return "a fact of units"
    if _HOLDS.search(before) or (word in _ALPHABET and _ALPHABET_TOLD.any(words_of(question))):
        return "a fact of units"
    customary, told = _CUSTOM.get(word, ((), _ANY))
    if mention.value in customary and told.any(words_of(question)):
        return "fixed by nature"
    if word.partition("-")[0] in _POINT and mention.value <= MOST_POINTS and _POINTS.any(words_of(question)):
        return "fixed by nature"
    if mention.value in _RIGHT and _ANGLES.any(words_of(question)):
        return "fixed by nature"
    if (word.partition("-")[0] in _BODY or word in _BODY) and not _counted_out(mention.value, word, question):
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
    if _LIST_AFTER.match(after):
        return "a list follows"
    if value <= _KINDS_TOLD and _DIFFERENT.match(after):
        return "a list of that many"
    if value <= 7 and _WEEKLY.match(after) and _REST_OF_WEEK.search(question):
        return "days that are named"
    if value > 2 and value == len(names) and "each" in words_of(question):
        return "a group that is spoken of"
    if value == 2 and _PAIRING.search(question) and not _measures(noun, question):
        return "a pair that is spoken of"
    definite = _DEFINITE.search(before) or _OF_THEM.match(after)
    if definite and (value <= max(MOST_NAMED, len(names) + 1) or noun in _CUSTOMARY):
        return "a group that is spoken of"
    if noun in _PEOPLE or noun in _SORTS:
        if value <= len(names) + 1 or (value <= MOST_NAMED and _PAIRING.search(question)):
            return "a group that is spoken of"
    if _DAYS_AFTER.match(after) and len(set(_DAYS.findall(question))) in (value, value - 1):
        return "days that are named"
    if value > 2 and _lists(question, int(value), mention):
        return "a list of that many"
    ordinals = {match[0].lower() for match in _ORDINALS.finditer(question)} if value <= 6 else ()
    if ordinals and value in (len(ordinals), len(ordinals) + 1):
        return "counted by first, second, ..."
    return ""


def _measures(noun: str, question: str) -> bool:
    """Say whether a noun is a unit none of which is spoken of by itself: no `first hour`, no `other cup`."""
    unit = stem(noun)
    if unit not in UNITS or unit in ("day", "week", "month", "year", "dozen", "pair", "quarter", "dime", "nickel"):
        return False
    return not re.search(rf"\b(?:{_EACH})(?: \w+)? {noun.removesuffix('s')}s?\b", question, re.I)


def _lists(question: str, value: int, mention: Mention) -> bool:
    """Say whether a list of exactly so many parts stands near, which is no list of amounts: `3 figs, 2 pears, ...`."""
    left = max(0, mention.start - 120)
    near = question[left : mention.end + 160]
    if near.count(",") + 2 < value:
        return False
    for clause in _CLAUSE.finditer(near):
        place = mention.start - left - clause.start()
        for joint in _JOINT.finditer(clause[0]):
            items = _items(clause[0], joint.start(), joint.end())
            own = next((at for at, (start, end) in enumerate(items) if start <= place < end), -1)
            counted = [bool(_AMOUNT.search(clause[0][start:end])) for at, (start, end) in enumerate(items) if at != own]
            inside = 0 < own < len(items) - 1
            if len(items) == value and not inside and not all(counted):
                return True
            if own >= 0 and len(items) - 1 - own == value and not all(counted[own:]):
                return True
    return False


def _items(clause: str, left: int, right: int) -> list[tuple[int, int]]:
    """Return where the items of a list stand whose `and` is at `left` to `right`: one at least, and at most 45 long."""
    after = clause.find(",", right)
    items = [(right, len(clause) if after < 0 else after)]
    end = left
    for _ in range(8):
        start = clause.rfind(",", 0, end) + 1
        if items[1:] and not 2 <= end - start <= 45 and start:
            break
        items.append((start, end))
        if not start or end - start > 45:
            break
        end = start - 1
    return items[::-1]


def _sentence(question: str, place: int) -> str:
    ends = [0, *(match.end() for match in re.finditer(r"[.?!](?=\s|\Z)", question)), len(question)]
    return next(question[left:right] for left, right in pairwise(ends) if left <= place <= right)
