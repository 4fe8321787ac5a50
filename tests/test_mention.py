"""The numbers of a question: what is one, where it stands, what it is worth and of which kind."""

import json
import os
import time
from fractions import Fraction
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracewright.mention import KINDS, MAX_CHARACTERS, Frame, read_mentions


def read(text: str) -> list[tuple[str, str, str]]:
    return [(mention.text, str(mention.value), mention.kind) for mention in read_mentions(text)]


SINGLE = [
    # digits
    ("16 ducks", "16", "16", "integer"),
    ("80,000 seats", "80,000", "80000", "integer"),
    ("1,234,567.25 litres", "1,234,567.25", "4938269/4", "decimal"),
    ("2.5 kg", "2.5", "5/2", "decimal"),
    ("about .5 km", ".5", "1/2", "decimal"),
    ("it was -5 degrees", "-5", "-5", "integer"),
    ("5kg of salt", "5", "5", "integer"),
    ("a 12-foot pole", "12", "12", "integer"),
    ("3.0 cups", "3.0", "3", "decimal"),
    # money
    ("costs $1,200.50.", "$1,200.50", "2401/2", "money"),
    ("$.75 each", "$.75", "3/4", "money"),
    ("50 cents", "50", "50", "money"),
    ("five dollars", "five", "5", "money"),
    ("a 20-dollar bill", "20", "20", "money"),
    ("€40", "€40", "40", "money"),
    ("30€ a day", "30€", "30", "money"),
    ("$2 million", "$2 million", "2000000", "money"),
    ("$5k", "$5k", "5000", "money"),
    # percents
    ("20% off", "20%", "20", "percent"),
    ("12.5 % more", "12.5 %", "25/2", "percent"),
    ("20 percent", "20", "20", "percent"),
    ("thirty per cent", "thirty", "30", "percent"),
    ("a 15-percent raise", "15", "15", "percent"),
    # fractions and mixed numbers
    ("1/2 of it", "1/2", "1/2", "fraction"),
    ("2 1/2 cups", "2 1/2", "5/2", "fraction"),
    ("2-1/2 cups", "2-1/2", "5/2", "fraction"),
    ("3 and 1/4 miles", "3 and 1/4", "13/4", "fraction"),
    ("2 and a half cups", "2 and a half", "5/2", "fraction"),
    ("two and a half hours", "two and a half", "5/2", "fraction"),
    ("three-and-a-half", "three-and-a-half", "7/2", "fraction"),
    ("one and half times", "one and half", "3/2", "fraction"),
    ("four and three quarters inches", "four and three quarters", "19/4", "fraction"),
    ("2½ cups", "2½", "5/2", "fraction"),
    ("¾ of it", "¾", "3/4", "fraction"),
    ("2/3rds of them", "2/3rds", "2/3", "fraction"),
    ("three quarters of it", "three quarters", "3/4", "fraction"),
    ("two-thirds", "two-thirds", "2/3", "fraction"),
    ("one fifth of them", "one fifth", "1/5", "fraction"),
    ("a third of them", "a third", "1/3", "fraction"),
    ("a third as many", "a third", "1/3", "fraction"),
    ("fell by a third", "a third", "1/3", "fraction"),
    ("the remaining third", "third", "1/3", "fraction"),
    ("a quarter mile", "a quarter", "1/4", "fraction"),
    ("half the eggs", "half", "1/2", "fraction"),
    ("one-half", "one-half", "1/2", "fraction"),
    ("it halved", "halved", "1/2", "multiple"),
    # words
    ("three hens", "three", "3", "word"),
    ("twenty-five hens", "twenty-five", "25", "word"),
    ("twenty five hens", "twenty five", "25", "word"),
    ("one hundred and twenty", "one hundred and twenty", "120", "word"),
    ("a hundred and fifty", "a hundred and fifty", "150", "word"),
    ("two thousand", "two thousand", "2000", "word"),
    ("twelve hundred", "twelve hundred", "1200", "word"),
    ("three thousand, four hundred twelve", "three thousand, four hundred twelve", "3412", "word"),
    ("two million five hundred thousand", "two million five hundred thousand", "2500000", "word"),
    ("2 million people", "2 million", "2000000", "integer"),
    ("half a million", "half a million", "500000", "word"),
    ("zero goals", "zero", "0", "word"),
    # multiples and groups
    ("twice as many", "twice", "2", "multiple"),
    ("she doubled it", "doubled", "2", "multiple"),
    ("triple the price", "triple", "3", "multiple"),
    ("grew tenfold", "tenfold", "10", "multiple"),
    ("two dozen eggs", "two dozen", "24", "group"),
    ("5 dozen eggs", "5 dozen", "60", "group"),
    ("a dozen eggs", "a dozen", "12", "group"),
    ("half a dozen eggs", "half a dozen", "6", "group"),
    ("sold per dozen", "dozen", "12", "group"),
    ("a pair of gloves", "a pair", "2", "group"),
    ("a couple of gloves", "a couple", "2", "group"),
    # ordinals, years, clocks
    ("the third day", "third", "3", "ordinal"),
    ("every fourth guest", "fourth", "4", "ordinal"),
    ("the first box", "first", "1", "ordinal"),
    ("Ann's second box", "second", "2", "ordinal"),
    ("the 22nd floor", "22nd", "22", "ordinal"),
    ("his twenty-first birthday", "twenty-first", "21", "ordinal"),
    ("in 2004, she", "2004", "2004", "year"),
    ("the year 1990", "1990", "1990", "year"),
    ("in March 2011 they", "2011", "2011", "year"),
    ("at 8:30 pm", "8:30", "17/2", "clock"),
    ("at 7 a.m. sharp", "7", "7", "clock"),
    ("at 6 o'clock", "6", "6", "clock"),
    ("in 2:15:30", "2:15:30", "271/120", "clock"),
    # one
    ("one apple", "one", "1", "word"),
    ("one more", "one", "1", "word"),
    ("one out of them", "one", "1", "word"),
]


@pytest.mark.parametrize(("text", "span", "value", "kind"), SINGLE, ids=[item[0] for item in SINGLE])
def test_one_amount_is_one_mention(text: str, span: str, value: str, kind: str) -> None:
    assert read(text) == [(span, value, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "each one of them", "no one came", "one of them left", "the red one is new", "which one?",
        "one by one they", "first he slept", "gallons per second", "a second opinion", "dozens of them",
        "an mp3 player", "planet Zeta-5", "a 3D film", "they run", "hundreds of birds",
        "a double-decker bus", "", "   ", "!?%$-/:.", "a quarter for the machine and a dime", "1" * 31,
    ],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("six twenty-dollar bills", [6, 20]),
        ("twenty one-dollar bills", [20, 1]),
        ("ten $10 bills", [10, 10]),
        ("two 3-pound bags", [2, 3]),
        ("five and two", [5, 2]),
        ("a ratio of 2:3", [2, 3]),
        ("a ratio of 10:12", [10, 12]),
        ("three quarters and two dimes", [3, 2]),
        ("one quarter as many coins as Ann, who has 12", [Fraction(1, 4), 12]),
        ("from 2-4 cups", [2, 4]),
        ("5/0", [5, 0]),
        ("10-5", [10, 5]),
        ("1,2,3", [1, 2, 3]),
        ("2000 homes in 2000.", [2000, 2000]),
        ("one out of five", [1, 5]),
        ("the second one runs", [2]),
        ("from 1999 to 2003, a total of 1900.", [1999, 2003, 1900]),
        ("had $3, half of it, and 20%", [3, Fraction(1, 2), 20]),
    ],
)
def test_neighbours_stay_apart(text: str, values: list[int]) -> None:
    assert [mention.value for mention in read_mentions(text)] == values


def test_names_count_from_one() -> None:
    mentions = read_mentions("Ida has 16 hens and gives three away for $2.")
    assert [(mention.index, mention.name) for mention in mentions] == [(1, "n1"), (2, "n2"), (3, "n3")]


def test_years_are_told_from_amounts() -> None:
    kinds = [mention.kind for mention in read_mentions("From 1999 to 2003, it rose to a total of 1900.")]
    assert kinds == ["year", "year", "integer"]


def test_a_house_and_a_year() -> None:
    assert [mention.kind for mention in read_mentions("In 1999 they built 1999 homes in 1800 square feet.")] == [
        "year",
        "integer",
        "integer",
    ]


_PIECE_WORDS = (
    "one two twenty -five and a half third quarters dozen pair $ % / : , . - 1 12 1,000 2.5 .5 8:30 pm in 2004 hundred "
    "thousand million twice the first 3rd ½ percent dollars of 'o 24/7 ٣ ² \x00 é"
)
_PIECES = st.sampled_from(_PIECE_WORDS.split(" "))


@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map(" ".join), st.lists(_PIECES).map("".join)))
def test_spans_are_in_order_disjoint_and_true(text: str) -> None:
    end = 0
    for index, mention in enumerate(read_mentions(text), 1):
        assert mention.index == index
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.kind in KINDS
        assert isinstance(mention.value, int) or mention.value.denominator > 1
        end = mention.end


_PARTS = st.lists(_PIECES, max_size=6).map(" ".join)


@given(
    st.lists(st.tuples(_PARTS, st.sampled_from([" ", " ", "\n", "", "\xa0", " . "])), max_size=10)
    .map(chain.from_iterable)
    .flatmap(lambda texts: st.lists(st.booleans()).map(lambda holes: (list(texts), holes)))
)
def test_a_text_with_holes_is_read_as_the_whole(given: tuple[list[str], list[bool]]) -> None:
    texts, holes = given
    holes += [False] * (len(texts) - len(holes))
    frame = Frame([None if hole else text for text, hole in zip(texts, holes, strict=False)])
    fills = [text for text, hole in zip(texts, holes, strict=False) if hole]
    assert frame.join(fills) == "".join(texts)
    assert frame.read(fills) == [(mention.value, mention.kind) for mention in read_mentions("".join(texts))]


def test_what_is_put_between_white_space_is_read_with_what_stands_around() -> None:
    frame = Frame(["He has ", None, " 1/2 pies, ", None, " of ", None])
    assert frame.apart
    assert frame.read(["2", "a", "five"]) == [(Fraction(5, 2), "fraction"), (5, "word")]
    assert frame.read(["two", "half", "$5."]) == [
        (2, "word"),
        (Fraction(1, 2), "fraction"),
        (Fraction(1, 2), "fraction"),
        (5, "money"),
    ]
    glued = Frame(["He has 1", None, " pies"])
    assert not glued.apart and glued.read(["2"]) == [(12, "integer")]


def test_a_long_text_with_holes_is_cut_as_the_whole() -> None:
    parts = ["ten nuts. "] * (MAX_CHARACTERS // 10)
    assert len(Frame([*parts, None]).read(["twelve more."])) == MAX_CHARACTERS // 10
    assert len(Frame([*parts[1:], None]).read(["twelve"])) == MAX_CHARACTERS // 10


@given(st.integers(min_value=0, max_value=10**29))
def test_any_whole_number_is_read_back(value: int) -> None:
    for text in (f"It has {value} parts", f"It has {value:,} parts"):
        if len(f"{value:,}") <= 30 or "," not in text:
            assert [mention.value for mention in read_mentions(text)] == [value]


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,111",
        "one ",
        "twenty-",
        "two and a half ",
        "/",
        "1/",
        "a ",
        "1 hundred ",
        "thousand ",
        "²",
        "(",
        "half of ",
    ],
)
def test_hostile_text_is_cut_and_quick(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    began = time.process_time()
    mentions = read_mentions(text)
    assert time.process_time() - began < 1.0
    assert all(mention.end <= MAX_CHARACTERS for mention in mentions)


def _real_questions() -> list[str]:
    folder = os.environ.get("TRACEWRIGHT_GSM8K") or Path(__file__).parents[2] / "shared" / "data" / "gsm8k"
    path = Path(folder) / "train.jsonl" if Path(folder).is_dir() else Path(folder)
    if not path.is_file():  # sentences of our own where the real ones are not at hand
        return [
            "Ida has 16 hens, sells half of them for $2 each and 20% of the rest.",
            "Bo ran 2 1/2 miles in 2004 and 3 miles in 2005.",
        ] * 50
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["question"] for line, _ in zip(file, range(500), strict=False)]


def test_real_questions_have_about_four_numbers_and_no_digit_is_lost() -> None:
    questions = _real_questions()
    found = [read_mentions(question) for question in questions]
    assert 3 < sum(map(len, found)) / len(questions) < 6
    lost = 0
    for question, mentions in zip(questions, found, strict=True):
        covered = {place for mention in mentions for place in range(mention.start, mention.end)}
        lost += any(letter.isdecimal() and place not in covered for place, letter in enumerate(question))
    assert lost <= len(questions) // 100
