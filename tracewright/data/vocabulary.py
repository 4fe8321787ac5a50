"""The words of the problems: names, and tables of nouns with their plurals, scenes and plausible amounts and prices.

A table is a list of rows in a file of `vocabulary/`, or written into a schema. A row is a dict: `one` and `many` are
the forms of a noun, `a` the noun with its article, `slug` its form inside a variable name, and every other key is the
author's own: a word, or a range of numbers such as `price: $0.50..$3 by 0.25`, which is kept as the tuple of its
values.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.number import Number, read_literal, tidy
from tracewright.tree import Map, Seq, Tree, TreeError, read_tree

FOLDER = Path(__file__).parent / "vocabulary"

MAX_VALUES = 20_000
"""Most values of a range of numbers that is written out."""

Row = Mapping[str, "str | Values"]


class Values(NamedTuple):
    """The values of a range of numbers, from least to greatest, and their kind."""

    numbers: tuple[Number, ...]
    kind: str
    """`integer`, `decimal`, `money`, `percent`, `fraction` or `times`."""


_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_FREE = ("ordinal", "year", "clock")
_IRREGULAR = {
    "child": "children", "person": "people", "man": "men", "woman": "women", "foot": "feet", "goose": "geese",
    "mouse": "mice", "tooth": "teeth", "knife": "knives", "loaf": "loaves", "shelf": "shelves", "leaf": "leaves",
    "calf": "calves", "half": "halves", "wolf": "wolves", "scarf": "scarves", "sheep": "sheep", "fish": "fish",
    "deer": "deer", "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes", "cactus": "cacti", "life": "lives",
    "mango": "mangoes", "wife": "wives", "ox": "oxen", "series": "series", "salmon": "salmon", "trout": "trout",
    "popcorn": "popcorn", "policeman": "policemen", "fireman": "firemen", "snowman": "snowmen", "thief": "thieves",
}  # fmt: skip
_VOWEL_SOUND = re.compile(
    r"(?:[aeio]|u(?!ni|se|su|ti|ku|r[aeiou])|hour|honest|honou?r|heir|8|1[18](?:\D|$)|1[18],|11th|18th)", re.I
)
_CONSONANT_SOUND = re.compile(r"(?:one\b|once|eu|ewe)", re.I)
_RANGE = re.compile(r"(.+?)\.\.(.+?)(?: by (.+))?\Z")


def plural(noun: str) -> str:
    """Return the plural of a noun: `box` -> `boxes`, `cup of flour` -> `cups of flour`, `goldfish` -> `goldfish`."""
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    before, space, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        return before + space + _IRREGULAR[last]
    for ending, many in _IRREGULAR.items():
        if len(ending) > 3 and last.endswith(ending) and ending not in ("person", "hero", "half", "life"):
            return noun[: len(noun) - len(ending)] + many
    if re.search(r"(?:s|x|z|ch|sh)$", last):
        return noun + "es"
    if re.search(r"[^aeiou]y$", last):
        return noun[:-1] + "ies"
    return noun + "s"


def with_article(text: str) -> str:
    """Return `text` behind a or an, as it is spoken: an apple, a unicorn, an 8-page book, a $1,100 car, an 18."""
    bare = text.lstrip("$")
    digits = re.match(r"[\d,]+", bare)
    if digits:
        group = digits[0].rstrip(",").split(",")[0]
        return f"an {text}" if group[0] == "8" or (group in ("11", "18")) else f"a {text}"
    vowel = _VOWEL_SOUND.match(bare) and not _CONSONANT_SOUND.match(bare)
    return f"an {text}" if vowel else f"a {text}"


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Return a word or phrase as part of a variable name: `Anna-Lena` -> `anna_lena`."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def read_values(text: str) -> Values | None:
    """Read constant numbers: `7`, `2..9`, `10..200 by 5`, `$1.50..$4 by 0.25`, `5%..40% by 5`, `2..4 times`, `1/2`.

    Returns None where the text is something else.
    """
    ends, step, kind = split_range(text)
    low, high, by = (read_literal(part) for part in (*ends, step))
    if low is None or high is None or by is None or by <= 0 or high < low or (high - low) / by > MAX_VALUES:
        return None
    count = int((high - low) // by) + 1
    numbers = tuple(tidy(low + by * index) for index in range(count))
    return Values(numbers, kind or kind_of(numbers, text))


def kind_of(numbers: Iterable[Number], text: str) -> str:
    """Return the kind of numbers without a sign: `fraction` where a stroke is written, else by their values."""
    if "/" in text:
        return "fraction"
    return "integer" if all(number.__class__ is int for number in numbers) else "decimal"


def split_range(text: str) -> tuple[tuple[str, str], str, str]:
    """Split `$1..$9 by 2` into ((1, 9), 2, money): the ends, the step, and the kind that the signs say, or empty."""
    kind = ""
    text = text.strip()
    if text.endswith(" times"):
        text, kind = text[:-6].strip(), "times"
    match = _RANGE.match(text)
    low, high, by = (match[1].strip(), match[2].strip(), (match[3] or "1").strip()) if match else (text, text, "1")
    if low.startswith("$"):
        kind = "money"
    elif low.endswith("%") or high.endswith("%"):
        kind = "percent"
    if kind in ("money", "percent"):
        low, high, by = (part.removeprefix("$").removesuffix("%").strip() for part in (low, high, by))
    return (low, high), by, kind


def read_row(node: Tree, where: str) -> Row:
    """Read one row of a table: a noun, or a mapping whose `one` is the noun.

    Raises:
        DataError: the row is neither.
    """
    if isinstance(node, str):
        node = Map(one=node)
    if not isinstance(node, Map) or not all(isinstance(value, str) for value in node.values()):
        raise DataError(
            f"{where}: a row is a noun or a mapping of words", "write for example '- {one: bus, many: buses}'"
        )
    row: dict[str, str | Values] = {}
    for key, value in node.items():
        assert isinstance(value, str)
        if not _KEY.match(key) or not value:
            raise DataError(
                f"{where}: the key {key!r} has no name or no value", "put a text with a comma in it in quotes"
            )
        row[key] = read_values(value) or value
        if row[key] is value and any(mention.kind not in _FREE for mention in read_mentions(f"a {value}")):
            raise DataError(
                f"{where}: {value!r} holds a number, which would count as one of the question's", "find another word"
            )
    one = node.get("one")
    if isinstance(one, str):
        row.setdefault("many", plural(one))
        row.setdefault("a", with_article(one))
        row.setdefault("slug", slug(str(row["many"])))
    return row


def read_table(node: Tree, where: str) -> tuple[Row, ...]:
    """Read a list of rows."""
    if not isinstance(node, Seq) or not node:
        raise DataError(f"{where}: a table is a list of rows")
    return tuple(read_row(item, f"{where}, row {index}") for index, item in enumerate(node, 1))


def person_row(name: str, gender: str) -> Row:
    """Return the row of a person: the name, its slug, and pronouns."""
    he, him, his, own = ("she", "her", "her", "hers") if gender == "she" else ("he", "him", "his", "his")
    return {"one": name, "slug": slug(name), "he": he, "him": him, "his": his, "own": own, "himself": him + "self"}


def _read_file(path: Path) -> Map:
    try:
        tree = read_tree(path.read_text(encoding="utf-8"))
    except TreeError as error:
        raise DataError(f"{path}, {error}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from None
    if not isinstance(tree, Map):
        raise DataError(f"{path}: a vocabulary file is a mapping of tables")
    return tree


@cache
def load_tables() -> Mapping[str, tuple[Row, ...]]:
    """Read every table of the vocabulary, by name.

    Raises:
        DataError: a file cannot be read, or a table stands in two files.
    """
    tables: dict[str, tuple[Row, ...]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem == "names":
            continue
        for name, node in _read_file(path).items():
            if name in tables:
                raise DataError(f"{path}: the table {name!r} stands in another file too")
            tables[name] = read_table(node, f"{path.name}, {name}")
    return tables


@cache
def load_names() -> Mapping[str, tuple[Row, ...]]:
    """Read the persons' names: `she`, `he`, and `person` for all of them."""
    tree = _read_file(FOLDER / "names.yaml")
    people = {}
    for gender in ("she", "he"):
        names = tree.get(gender)
        if not isinstance(names, Seq):
            raise DataError(f"{FOLDER / 'names.yaml'}: {gender!r} must be a list of names")
        people[gender] = tuple(person_row(str(name), gender) for name in names)
    return {**people, "person": people["she"] + people["he"]}
