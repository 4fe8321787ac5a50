"""Who and what a problem is about, and who and what else it could be about: persons' names, and things of one sort.

A name is exchanged for another of the same gender, everywhere alike, so that pronouns stay right; a thing for another
of its table (`vocabulary/things.yaml`), in singular and plural. Both only where every place in the text allows it: a
name that stands before another capital, a thing inside a compound (`apple pie`) or beside words that belong to it
(`orchard`, `sharpen`) stays.

Not covered: places, shops, family words, things outside the vocabulary.
"""

import re
from functools import cache
from typing import NamedTuple

from tracewright.data.annotate.words import word_set
from tracewright.data.mask import read_names
from tracewright.data.vocabulary import Values, load_names, load_tables, slug

_NO_NEW = word_set(
    """Daisy Jade Hazel Iris Heather Florence Charlotte Victoria Robin Alex Max Roman Jan Dana Noel Georgia Flora Dev
    Chen Mei Regina Jordan Juan Juliet Leo Kai Ali Milan Gloria Francis Carmen Jasper Scott Linus Stella Olive
    Valentina Logan Owen Holly Aurora Dawn Rose Simone Bonnie Mina Moses Louis Hector
    """
)
"""Names that are also places, things or words, or common for he and she alike: none of these is put in."""
_TITLES = word_set(
    "Mr Mrs Ms Miss Dr Aunt Auntie Uncle Grandma Grandpa Coach Sister Brother Farmer Chef Officer Professor"
)
_HE = re.compile(r"\b(?:he|him|his|himself|He|His|Him)\b")
_SHE = re.compile(r"\b(?:she|her|hers|herself|She|Her|Hers)\b")
_KIN = re.compile(
    r"\b(?:mother|father|mom|dad|brother|sister|son|daughter|wife|husband|boyfriend|girlfriend|uncle|aunt|grandmother|"
    r"grandfather|grandma|grandpa|friend|niece|nephew|boss|man|woman|boy|girl|cousin|teacher|"
    r"neighbor|dog|cat|horse)s?\b", re.I
)  # fmt: skip
_PLACE_BEFORE = re.compile(r"\b(?:the|of|from|to|for|by|on|via|an?)\s+\Z")
_ACTS = re.compile(
    r"(?:'s)? (?:is|was|has|had|can|will|wants?|needs?|likes?|loves?|decide[sd]|[a-z]+ed|bought|buys|went)\b"
)
_WORD_BEFORE = re.compile(r"([A-Za-z.]+)[\s]+\Z")


class Person(NamedTuple):
    """A name that may be exchanged, and the names that may take its place."""

    name: str
    others: tuple[str, ...]


class Thing(NamedTuple):
    """A noun that may be exchanged: its singular and plural, and those of what may take its place."""

    one: str
    many: str
    others: tuple[tuple[str, str], ...]


@cache
def _genders() -> dict[str, str]:
    """Return the gender of each name of the vocabulary."""
    names = load_names()
    return {str(row["one"]): gender for gender in ("she", "he") for row in names[gender]}


@cache
def _pool(gender: str) -> tuple[str, ...]:
    return tuple(
        name for name, own in _genders().items() if own == gender and name not in _NO_NEW and not name.endswith("s")
    )


def read_persons(question: str, solution: str) -> tuple[Person, ...]:
    """Find the persons of a question whose names can be exchanged."""
    if re.search(r"\bletters?\b|\binitials?\b|\balphabet", question):
        return ()
    found = read_names(question)
    capitals = set(re.findall(r"\b[A-Z][a-z]+", question))
    words = set(re.findall(r"[a-z]+", f"{question} {solution}".lower()))
    persons = []
    for name in dict.fromkeys(re.findall(r"\b[A-Z][a-zà-ÿ]+\b", question)):
        gender = _gender(name, question, found)
        if not gender or not _exchangeable(name, question, capitals):
            continue
        others = tuple(other for other in _pool(gender) if other.lower() not in words)
        persons.append(Person(name, others))
    return tuple(persons)


def _gender(name: str, question: str, found: tuple[str, ...]) -> str:
    """Return the gender of a name by the vocabulary or, where it is the only one, by the pronouns; empty in doubt."""
    he, she = bool(_HE.search(question)), bool(_SHE.search(question))
    known = _genders().get(name, "")
    alone = found in ((name,), ()) and not _KIN.search(question)
    if known:
        against = she if known == "he" else he
        agree = he if known == "he" else she
        return "" if alone and against and not agree else known
    if found == (name,) and alone and he != she and not _PLACE_BEFORE.search(question.partition(name)[0]):
        acts = question.startswith(name) or _ACTS.match(question.partition(name)[2])
        return ("he" if he else "she") if acts else ""
    return ""


def _exchangeable(name: str, question: str, capitals: set[str]) -> bool:
    """Say whether a word is a person's name wherever it stands, and no part of another name."""
    if any(other != name and other[:3] == name[:3] for other in capitals) or f"{name}' " in question:
        return False
    for match in re.finditer(rf"\b{name}\b", question):
        after = question[match.end() : match.end() + 20]
        before = question[: match.start()]
        if re.match(r"(?:'s)?[ -][A-Z]|['’]s?\s+(?:Street|Road)|-|[A-Za-z]| (?:Street|Avenue|River|Lake)", after):
            return False
        word = _WORD_BEFORE.search(before)
        if word:
            starts = not before[: word.start()].rstrip("\"'“( \n") or before[: word.start()].rstrip()[-1:] in ".?!:"
            plain = word[1].rstrip(".")
            if plain[:1].isupper() and not starts and plain not in _TITLES and not word[1].endswith("."):
                return False
            if plain.lower() in ("in", "at", "near", "st", "mount", "lake", "named", "called"):
                return False
    return True


_TABLES = ("fruit", "vegetable", "baked", "sweet", "school", "collectible", "toy", "clothing", "flower", "handmade")
_NEXT = word_set(
    """and or in for to that from per each if than left does did do has have had can will would cost costs costing at on
    with he she they it is are was were remaining altogether total as who which when while but so by were weigh weighs
    after before because into among between every this there being the his her their apiece than how all only not also
    still now then sold were may might could should must given bought used taken away together yesterday today
    """
)
_PREVIOUS = word_set(
    """the a an some many more of his her their its all any no fewer less these those other another extra additional and
    or how bought buys buy sold sells sell eats ate eat has have had picked picks pick collects collected collect gives
    gave give makes made make gets got get needs needed need wants wanted want owns owned own each every few several
    remaining new old loves likes selling buying eating making baking collecting bakes baked packs packed pack brings
    brought received receives lost found purchased ordered carries using used use with for my our your both total
    """
)
_BELONGS = re.compile(
    r"\b(?:trees?|orchard|juice|juicy|peel\w*|seeds?|vines?|bush(?:es)?|squeez\w*|pies?|jams?|sauce|smoothies?|slic\w+|"
    r"cider|lay|lays|hatch\w*|eggs?|sharpen\w*|ink|pages?|chapters?|read\w*|wear\w*|sew\w*|bouquets?|vases?|petals?|"
    r"bloom\w*|grow\w*|plant\w*|garden\w*|farm\w*|harvest\w*|wool|milk|yarn|knit\w*|fabric|leather|cotton|dough|flour|"
    r"sugar|butter|batter|recipes?|oven|frosting|frost\w*|ingredients?|chips?|deck|strings?|wax|candles?|rid(?:e|es|ing)|"
    r"wheels?|beads?|peck|ripe\w*|rot\w*|weigh\w*|pounds?|ounces?|grams?|kilograms?|kg|colou?r\w*|bunch\w*|leaf|leaves|"
    r"crust|bake|bit|bites?|salad|fit|pair|pairs|inch\w*|feet|draw\w*|writ\w*|paint\w*|toppings?|beach|fly|flew|broken?|"
    r"calories|flavou?r\w*|mint\w*|blow\w*|layers?|pits?|spring|sleeves?|sheets?|rolls?|stacks?|albums?|crates?|"
    r"bushels?)\b",
    re.I,
)
"""Words that go with some things of a table and not with others: where one stands, no thing is exchanged."""


class _Row(NamedTuple):
    table: str
    one: str
    many: str
    price: float


@cache
def _rows() -> tuple[dict[str, _Row], re.Pattern[str]]:
    """Return the things by their singular and plural, and a pattern that finds them."""
    forms: dict[str, _Row] = {}
    for table in _TABLES:
        for row in load_tables()[table]:
            price = row.get("price")
            numbers = [float(number) for number in price.numbers] if isinstance(price, Values) else [0.0]
            thing = _Row(table, str(row["one"]), str(row["many"]), sum(numbers) / len(numbers))
            if thing.one.islower():
                forms[thing.one] = forms[thing.many] = thing
    longest = sorted(forms, key=len, reverse=True)
    return forms, re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.I)


def read_things(question: str, solution: str) -> tuple[Thing, ...]:
    """Find the things of a question that can be exchanged."""
    if _BELONGS.search(question):
        return ()
    forms, pattern = _rows()
    text = f"{question} {solution}".lower()
    if not any(row.many in text for row in forms.values()):
        return ()
    found: dict[_Row, bool] = {}
    for match in pattern.finditer(question):
        row = forms[match[0].lower()]
        fits = _stands_free(question, match.start(), match.end())
        found[row] = found.get(row, True) and fits
    paid = "$" in question or "dollar" in question or "cent" in question
    things = []
    for row, fits in found.items():
        if not fits or not re.search(rf"\b{re.escape(row.many)}\b", question, re.I):
            continue
        others = tuple(
            (other.one, other.many)
            for other in dict.fromkeys(forms.values())
            if other.table == row.table
            and other != row
            and other.many != other.one
            and not any(word in text for word in (*other.one.split(), other.many))
            and (not paid or (row.price and 0.5 < other.price / row.price < 2))
        )
        if others:
            things.append(Thing(row.one, row.many, others))
    return tuple(things)


def _stands_free(question: str, start: int, end: int) -> bool:
    """Say whether a noun is no part of a compound and has no adjective that fits it alone."""
    after = re.match(r"\s+([A-Za-z]+)|-|'|’|/", question[end : end + 20])
    if after and (after[1] is None or after[1].lower() not in _NEXT):
        return False
    before = re.search(r"([A-Za-z0-9]+)\s+\Z", question[max(0, start - 25) : start])
    if not before:
        return question[:start].rstrip()[-1:] in ".?!" and question[start].isupper()
    word = before[1].lower()
    return word.isdecimal() or word in _PREVIOUS or word in _SPELLED


_SPELLED = word_set(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred dozen
    """
)


def rename(text: str, renamed: dict[str, str]) -> str:
    """Exchange names and nouns inside the variables of a trace."""
    swap = {slug(old): slug(new) for old, new in renamed.items()}
    pattern = rf"(?<![a-z])(?:{'|'.join(sorted(swap, key=len, reverse=True))})(?![a-z])"
    return re.sub(pattern, lambda match: swap[match[0]], text)
