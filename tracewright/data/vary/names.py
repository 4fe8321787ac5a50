"""Who and what a problem is about, and who and what else it could be about: persons' names, and things of one sort.

A name is exchanged for another of the same gender, everywhere alike, so that pronouns stay right; a thing for another
of its table (`vocabulary/things.yaml`), in singular and plural. Both only where every place in the text allows it: a
name that stands before another capital, a thing inside a compound (`apple pie`) or beside words that belong to it
(`orchard`, `sharpen`) stays.

Not covered: places, shops, family words, things outside the vocabulary.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from string import ascii_lowercase
from typing import NamedTuple

from tracewright.data.annotate.words import word_set
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.data.vocabulary import Values, load_names, load_tables, slug

_NO_NEW = word_set(
    """Gabriel Daisy Jade Hazel Iris Heather Florence Charlotte Victoria Robin Alex Max Roman Jan Dana Noel Flora Dev
    Chen Mei Regina Juan Juliet Leo Kai Ali Milan Gloria Francis Carmen Jasper Scott Linus Stella Valentina Logan
    Owen Aurora Simone Bonnie Mina Moses Louis Hector
    """
)
"""Names that are also places, things or words, or common for he and she alike: none of these is put in."""
_EITHER = word_set("Alex Brooke Cory Dana Francis Gabriel Jan Kai Logan Max Noel Robin Sammy")
"""Known names that he and she bear alike: only pronouns tell."""
_ALSO_SHE = word_set(
    """Sarah Janet Jenny Sally Jill Betty Amanda Annie Beth Lily Carrie Julie Rose Grace Carly Mandy Donna Sue
    Samantha Ann Jennifer Angela Susie Kate Cindy Stacy Kendra Marcy Michelle Diane Joan Barbara Katie Melissa
    Kylie Jen Tiffany Brittany Carolyn Haley Becky Anne Kayla Claire Tonya Elizabeth Stephanie Carol Cheryl Sophie
    Sheila Marla Maggie Andrea Amber Ashley Erin Danielle Christine Gretchen Nicole Shelby Alyssa Christina Missy
    Pam Kelsey Pauline Penny Polly Shelly Maddie Marcia Cynthia Marie Allison Brooke Sydney Peggy Isabella Patty
    Milly Bethany Alexis Liza Ellie Rosie Angie Katrina Cathy Lucille Alison Nellie Kimiko Tammy Alexa Madison
    Theresa Shara Alicia Tabitha Ruby Daria Katy Louise Lizzy Ivy Aubrey Josie Liz Juanita Betsy Violet Cara Allie
    Lauren Natalia Hillary Fern Katherine Darcy Chelsea Connie Belinda Hilary Paige Kimberly Audrey Wendi Gladys
    Bea Francine Genevieve Lexie Joyce Carlotta Kathleen Lori Debbie Jeanine Mariel Abby Kathy Kristen Trisha
    Vicki Vicky Virginia
    """
)
_ALSO_HE = word_set(
    """Tom Mark Bob Jack Mike Tim Bill Jerry Jason Jim Matt Steve Joe Billy Jake Frank Josh Jackson Andy Jimmy Jeff
    Randy Tommy Bobby Rick Jeremy Johnny Ken Roger Toby Danny Justin Carson Gary Barry Pete Jose Dave Dan Grant
    Luke Manny Ian Phil Bryan Trevor Joey Sean Mason Jon Bert Austin Jay Nick Carter Steven Connor Jared Larry
    Chad Kenny Calvin Anthony Brad Ron Rob Todd Jayden Ted Nate Phillip Jude Stan Olaf Ray Bruce Hank Zach Malcolm
    Dexter Mitchell Lance Rodney Grayson Brendan Trey Troy Alexander Jame Cole Kenneth Devin Dante Mitch Freddy
    Don Hans Ed Cory Archie Seth Arnold Jonah Bart Jed Tyson Dean Timmy Perry Julio Roy Rudy Benjamin Darrel Donny
    Rocky Marlon Barney Maurice Dallas Benny Colin Chandler Reggie Mack Duke Sid Teddy Louie Maxwell Evan Eli Cody
    Samson Ernesto Glenn Basil Craig Dylan Jaden Jeffrey Jesus Lenny Ronnie Sammy
    """
)
"""More names by which persons of a question are known; none of these is put in."""
_TITLES = word_set(
    "Mr Mrs Ms Miss Dr Aunt Auntie Uncle Grandma Grandpa Coach Sister Brother Farmer Chef Officer Professor"
)
_BEFORE_NAMES = _TITLES | word_set(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays
    Sundays If When While After Before On In And So But Then Since Because As For
    """
)
_TITLED = re.compile(r"\b(Mr|Mrs|Ms|Miss)\.?\s+\Z")
_HE = Lexicon("he|him|his|himself")
_SHE = Lexicon("she|her|hers|herself")
_KIN = Lexicon(
    r"(?:mother|father|mom|dad|brother|sister|son|daughter|wife|husband|boyfriend|girlfriend|uncle|aunt|grandmother|"
    r"grandfather|grandma|grandpa|friend|niece|nephew|boss|man|woman|boy|girl|cousin|teacher|"
    r"neighbor)s?"
)
_BODIES = Lexicon(
    "(?:town|city|village|county|country|state|school|company|team|shop|store|club|church|restaurant|hotel|farm|zoo|"
    "island|population|brand|factory|bank|university|band)s?|cities|companies"
)
"""Where one of these is told of, a capital may be its name."""
_SPOUSE = Lexicon("(?:husband|wife|boyfriend|girlfriend|fiancee?|son|daughter|boy|girl|man|woman|brother|sister)s?")
"""Words that may tell the gender of who is named, against the pronouns of another."""
_PLACE_BEFORE = re.compile(r"\b(?:the|of|from|to|for|by|on|via|an?)\s+\Z", re.I)
_ACTS = re.compile(
    r"(?:'s)? (?:is|was|has|had|can|will|wants?|needs?|likes?|loves?|decide[sd]|[a-z]+ed|bought|buys|went)\b"
)
_LETTERS = re.compile(r"\bletters?\b[^.?!]* (?:names?|words?)\b|\bnames?\b[^.?!]* letters?\b|\binitials\b|\balphabet")
_NAME = re.compile(r"\b[A-Z][a-zà-ÿ]+\b")
_SMALL = re.compile("[a-z]+")
_CAPITAL = re.compile(r"\b[A-Z][a-z]+")
_WORD_BEFORE = re.compile(r"([A-Za-z.]+)[\s]+\Z")


class Person(NamedTuple):
    """A name that may be exchanged, and the names that may take its place."""

    name: str
    others: tuple[str, ...]
    must: bool = False
    """The pronouns are not those of this name: it is always exchanged."""


class Thing(NamedTuple):
    """A noun that may be exchanged: its singular and plural, and those of what may take its place."""

    one: str
    many: str
    others: tuple[tuple[str, str], ...]


@cache
def _genders() -> dict[str, str]:
    """Return the gender of each name that is known."""
    also = {**dict.fromkeys(_ALSO_SHE, "she"), **dict.fromkeys(_ALSO_HE, "he")}
    return {**also, **_vocabulary()}


@cache
def _vocabulary() -> dict[str, str]:
    """Return the gender of each name that may be put in."""
    names = load_names()
    return {str(row["one"]): gender for gender in ("she", "he") for row in names[gender]}


@cache
def _pool(gender: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the names of a gender that may be put in, as they are and in lower case."""
    names = tuple(
        name
        for name, own in _vocabulary().items()
        if gender in (own, "either") and name not in _NO_NEW and not name.endswith("s")
    )
    return names, frozenset(name.lower() for name in names)


def read_persons(question: str, solution: str, found: tuple[str, ...]) -> tuple[Person, ...]:
    """Find the persons of a question whose names can be exchanged; `found` are its names as the mask reads them."""
    if _LETTERS.search(question):
        return ()
    capitals = set(_CAPITAL.findall(question))
    words = _letters(question, solution)
    persons = []
    names = dict.fromkeys(_NAME.findall(question))
    known = {*found, *(name for name in names if name in _genders())}
    for name in names:
        gender = _gender(name, question, known == {name})
        if not gender or not _exchangeable(name, question, capitals):
            continue
        if gender == "either" and (_HE.any(words) or _SHE.any(words)):
            continue  # the solution knows
        pool, lowered = _pool(gender)
        others = pool if lowered.isdisjoint(words) else tuple(other for other in pool if other.lower() not in words)
        known_as = "" if name in _EITHER else _genders().get(name, "")
        persons.append(Person(name, others, known_as not in ("", gender)))
    return tuple(persons)


@lru_cache(maxsize=1)
def _letters(question: str, solution: str) -> frozenset[str]:
    """Return the runs of letters of both texts, in lower case; those of the last problem are remembered."""
    return frozenset(_SMALL.findall(f"{question} {solution}".lower()))


def _gender(name: str, question: str, only: bool) -> str:
    """Return the gender of a name by the pronouns where it is the `only` one, else by the vocabulary.

    `either` where nothing in the question tells it; empty in doubt.
    """
    title = _TITLED.search(question[: question.find(name)])
    if title:
        return "he" if title[1] == "Mr" else "she"
    known = "" if name in _EITHER else _genders().get(name, "")
    told = words_of(question)
    he, she = _HE.any(told), _SHE.any(told)
    alone = only and not _KIN.any(told)
    if known:
        return known if not alone or he == she else "he" if he else "she"
    if not only or not _acts(name, question):
        return ""
    if he == she:
        return "" if he or not _ACTS.match(question.partition(name)[2]) or _BODIES.any(told) else "either"
    return "" if _SPOUSE.any(told) else "he" if he else "she"


def _acts(name: str, question: str) -> bool:
    """Say whether a word that no list knows is a person: it does or has something, and no place goes before it."""
    before, _, after = question.partition(name)
    return not _PLACE_BEFORE.search(before) and bool(not before or _ACTS.match(after))


def places_of(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each place where a word stands whole in a text."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            yield start, end
        start = text.find(word, end)


def _exchangeable(name: str, question: str, capitals: set[str]) -> bool:
    """Say whether a word is a person's name wherever it stands, and no part of another name."""
    if (
        any(other != name and other[:3] == name[:3] for other in capitals)
        or f"{name}' " in question
        or f"{name}’ " in question
    ):
        return False
    if next(places_of(name.lower(), question), None):
        return False  # `tony`, or a name that is a word
    for start, end in places_of(name, question):
        after = question[end : end + 20]
        before = question[:start]
        if re.match(r"(?:['’]s)?[ -][A-Z]|['’]s?\s+(?:Street|Road)|-", after):
            return False
        word = _WORD_BEFORE.search(before)
        if word:
            starts = not before[: word.start()].rstrip("\"'“( \n") or before[: word.start()].rstrip()[-1:] in ".?!:"
            plain = word[1].rstrip(".")
            if word[1].endswith(".") and plain not in ("St", "Mt"):
                continue
            if plain[:1].isupper() and not starts and plain not in _BEFORE_NAMES:
                return False
            place = plain.lower() in ("in", "at", "near") and question[end : end + 2] not in ("'s", "’s")
            if place or plain.lower() in ("st", "mt", "mount", "lake", "named", "called"):
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
_BELONGS = Lexicon(
    r"trees?|orchard|juice|juicy|peel\w*|seeds?|vines?|bush(?:es)?|squeez\w*|pies?|jams?|sauce|smoothies?|slic\w+|"
    r"cider|lay|lays|hatch\w*|eggs?|sharpen\w*|ink|pages?|chapters?|read\w*|wear\w*|sew\w*|bouquets?|vases?|petals?|"
    r"bloom\w*|grow\w*|plant\w*|garden\w*|farm\w*|harvest\w*|wool|milk|yarn|knit\w*|fabric|leather|cotton|dough|flour|"
    r"sugar|butter|batter|recipes?|oven|frosting|frost\w*|ingredients?|chips?|deck|strings?|wax|candles?|rid(?:e|es|ing)|"
    r"wheels?|beads?|peck|ripe\w*|rot\w*|weigh\w*|jewelry|pounds?|ounces?|grams?|kilograms?|kg|colou?r\w*|bunch\w*|leaf|leaves|"
    r"crust|bake|bit|bites?|salad|fit|pair|pairs|inch\w*|feet|draw\w*|writ\w*|paint\w*|toppings?|beach|fly|flew|broken?|"
    r"calories|flavou?r\w*|mint\w*|sticks?|berry|berries|blow\w*|layers?|pits?|spring|sleeves?|sheets?|rolls?|stacks?|albums?|crates?|"
    r"bushels?|cuts?|cutting|divid\w*|desserts?|pan|fries|baskets?|basketball|scor\w*|parade|quarters|dimes|nickels|pennies|"
    r"wins|losses|wrapp\w*|inside|contain\w*|mixture"
)
"""Words that go with some things of a table and not with others: where one stands, no thing is exchanged."""
_HOLDS = re.compile(r"\b(?:books?|notebooks?|binders?|folders?|albums?) (?:of|with|has|have|holds?)\b|\bon each of\b")
"""What one thing holds, or goes on it, does not go with every other."""


class _Row(NamedTuple):
    table: str
    one: str
    many: str
    price: float


@cache
def _rows() -> tuple[dict[str, _Row], frozenset[str], re.Pattern[str]]:
    """Return the things by singular and plural, the words that these begin with, and a pattern that finds them."""
    forms: dict[str, _Row] = {}
    for table in _TABLES:
        for row in load_tables()[table]:
            price = row.get("price")
            numbers = [float(number) for number in price.numbers] if isinstance(price, Values) else [0.0]
            thing = _Row(table, str(row["one"]), str(row["many"]), sum(numbers) / len(numbers))
            if thing.one.islower():
                forms[thing.one] = forms[thing.many] = thing
    longest = sorted(forms, key=len, reverse=True)
    first_words = frozenset(re.findall(r"[a-z]+", form)[0] for form in forms)
    return forms, first_words, re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.I)


def read_things(question: str, solution: str) -> tuple[Thing, ...]:
    """Find the things of a question that can be exchanged."""
    if _BELONGS.any(words_of(question)) or _HOLDS.search(question):
        return ()
    forms, first_words, pattern = _rows()
    words = _letters(question, solution)
    if first_words.isdisjoint(words):
        return ()
    found: dict[_Row, bool] = {}
    for match in pattern.finditer(question):
        row = forms[match[0].lower()]
        fits = _stands_free(question, match.start(), match.end())
        found[row] = found.get(row, True) and fits
    text = f"{question} {solution}".lower()
    paid = "$" in question or "dollar" in question or "cent" in question
    things = []
    for row, fits in found.items():
        if not fits or not re.search(rf"\b{re.escape(row.many)}\b", question, re.I):
            continue
        ends = (row.one, row.many)
        if len(row.one) > 3 and any(word.endswith(ends) and word not in ends for word in words):
            continue  # a coin is more than a bitcoin
        if _named_short(row, question):
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


def _named_short(row: _Row, question: str) -> bool:
    """Say whether a thing of two words is also called by the last alone: toy cars, and then `cars`."""
    forms = {form for form in (row.one, row.many) if " " in form}
    return any(
        not question[:start].endswith(form.rpartition(" ")[0] + " ")
        for form in forms
        for start, _ in places_of(form.rpartition(" ")[2], question)
    )


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


def exchange(text: str, new: Mapping[str, str]) -> str:
    """Exchange names and nouns in a text, capitals kept; `new` says what becomes what."""
    found = []
    for old, other in new.items():
        found += [(start, end, other) for start, end in places_of(old, text)]
        if old[0].islower():
            capital = other[0].upper() + other[1:]
            found += [(start, end, capital) for start, end in places_of(old.capitalize(), text)]
    return _put(text, found)


def rename(trace: str, new: Mapping[str, str]) -> str:
    """Exchange names and nouns inside the variables of a trace in canonical writing."""
    found = []
    for old, other in new.items():
        word, put = slug(old), slug(other)
        start = trace.find(word)
        while start >= 0:
            end = start + len(word)
            operation = trace.endswith("op: ", 0, start)  # Max has hens, and max is an operation
            if not (operation or trace[start - 1] in ascii_lowercase or trace[end] in ascii_lowercase):
                found.append((start, end, put))
            start = trace.find(word, end)
    return _put(trace, found)


def _put(text: str, found: list[tuple[int, int, str]]) -> str:
    """Put words in the places of others; of two that overlap, the one that begins first, or is longer."""
    if not found:
        return text
    found.sort(key=lambda item: (item[0], -item[1]))
    pieces: list[str] = []
    place = 0
    for start, end, word in found:
        if start >= place:
            pieces += (text[place:start], word)
            place = end
    return "".join((*pieces, text[place:]))
