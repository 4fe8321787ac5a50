"""Names, nouns, their plurals and articles, and ranges of numbers."""

from fractions import Fraction

import pytest

from tracewright.data.vocabulary import Values, load_names, load_tables, plural, read_row, read_values, with_article
from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.tree import Map


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("apple", "apples"),
        ("box", "boxes"),
        ("peach", "peaches"),
        ("cherry", "cherries"),
        ("toy", "toys"),
        ("bus", "buses"),
        ("glass", "glasses"),
        ("potato", "potatoes"),
        ("loaf", "loaves"),
        ("goldfish", "goldfish"),
        ("sheep", "sheep"),
        ("cup of flour", "cups of flour"),
        ("box of pens", "boxes of pens"),
        ("rose bush", "rose bushes"),
        ("child", "children"),
        ("photo", "photos"),
        ("piano", "pianos"),
        ("snowman", "snowmen"),
        ("toothbrush", "toothbrushes"),
        ("bookshelf", "bookshelves"),
    ],
)
def test_plurals(one, many):
    assert plural(one) == many


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apple", "an apple"),
        ("unicorn", "a unicorn"),
        ("umbrella", "an umbrella"),
        ("hour", "an hour"),
        ("one-way ticket", "a one-way ticket"),
        ("8", "an 8"),
        ("80", "an 80"),
        ("11", "an 11"),
        ("18", "an 18"),
        ("1", "a 1"),
        ("110", "a 110"),
        ("118", "a 118"),
        ("11,000", "an 11,000"),
        ("1,100", "a 1,100"),
        ("800", "an 800"),
        ("$8", "an $8"),
        ("$15", "a $15"),
        ("eight", "an eight"),
        ("egg", "an egg"),
        ("half", "a half"),
        ("uniform", "a uniform"),
        ("used car", "a used car"),
        ("European", "a European"),
        ("T-shirt", "a T-shirt"),
        ("urn", "an urn"),
    ],
)
def test_articles(text, expected):
    assert with_article(text) == expected


@pytest.mark.parametrize(
    ("text", "numbers", "kind"),
    [
        ("7", (7,), "integer"),
        ("2..5", (2, 3, 4, 5), "integer"),
        ("10..30 by 10", (10, 20, 30), "integer"),
        ("$1.50..$2 by 0.25", (Fraction(3, 2), Fraction(7, 4), 2), "money"),
        ("5%..15% by 5", (5, 10, 15), "percent"),
        ("20%", (20,), "percent"),
        ("0.5..1 by 0.5", (Fraction(1, 2), 1), "decimal"),
        ("2..4 times", (2, 3, 4), "times"),
        ("2/3", (Fraction(2, 3),), "fraction"),
    ],
)
def test_ranges(text, numbers, kind):
    assert read_values(text) == Values(numbers, kind)


@pytest.mark.parametrize(
    "text", ["", "red", "5..2", "2..x", "a..b", "1..9 by 0", "1..9 by -1", "1..1000000", "..", "2..", "by 3"]
)
def test_what_is_no_range(text):
    assert read_values(text) is None


def test_a_row_must_not_smuggle_in_a_number():
    for text in ("pair of shoes", "dozen eggs", "half loaf", "two-seater", "3 cups"):
        with pytest.raises(DataError, match="holds a number"):
            read_row(text, "here")


def test_a_comma_in_a_row_is_noticed():
    row = Map({"one": "bus", "which stops": ""})
    with pytest.raises(DataError, match="in quotes"):
        read_row(row, "here")


def test_every_table_reads_and_has_no_row_twice():
    tables = load_tables()
    assert len(tables) >= 20
    for name, rows in tables.items():
        nouns = [row["one"] for row in rows if "one" in row]
        assert len(nouns) == len(set(nouns)), name


def test_names_are_many_distinct_plain_and_no_numbers():
    names = load_names()
    everyone = [str(row["one"]) for row in names["person"]]
    assert len(everyone) == len(set(everyone)) >= 400
    assert abs(len(names["she"]) - len(names["he"])) < 60
    slugs = {row["slug"] for row in names["person"]}
    assert len(slugs) == len(everyone)
    for name in everyone:
        assert name.isascii()
        assert name.isalpha()
        assert name[0].isupper()
        assert not read_mentions(f"{name} has it. {name}'s is here.")
