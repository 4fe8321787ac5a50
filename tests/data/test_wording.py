"""The template language: what each place gives, read through schemas as an author writes them."""

import re
from pathlib import Path

import pytest

from tracewright.data.compile import machine
from tracewright.data.generate import Options, generate
from tracewright.data.schema import read_schema
from tracewright.data.telling import FRACTIONS, TIMES, WORDS, dozen_forms, fraction_forms, money, times_forms
from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.number import read_literal

SCHEMA = """about: A test.
expert: arithmetic
slots:
  name: person she
  friend: person he
  item:
    rows:
    - {{one: apple, verb: eats}}
  count: {count}
  more: {more}
trace:
- {{op: init, var: count, source: count}}
- {{op: init, var: more, source: more}}
- {{op: compute, compute_op: add, args: [count, more], var: total}}
- {{op: query, var: total}}
results: any
wordings:
- >-
  {text}
"""


def tell(tmp_path: Path, text: str, count: str = "7", more: str = "9", index: int = 0, words: float = 0.0) -> str:
    path = tmp_path / "test.yaml"
    path.write_text(SCHEMA.format(count=count, more=more, text=text), encoding="utf-8")
    return generate(read_schema(path), 0, index, Options("hybrid", words, split=None)).question


BOTH = " ({count}, {more})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{count} {item}, {more} {item}.", "7 apples, 9 apples."),
        ("a {item.one} and {count} more {item:count}, {more}.", "An apple and 7 more apples, 9."),
        ("it {item.verb} {count}. a {item.one} {more}!", "It eats 7. An apple 9!"),
        ("{count:egg|eggs} {count}, {more}", "Eggs 7, 9"),
        ("is an {count}-page book a {more:digits}?", "Is a 7-page book a 9?"),
        ("he asks {count}. {item} {more}? {item}! At 7 p.m. {item}.", "He asks 7. Apples 9? Apples! At 7 p.m. apples."),
        ('"It is {count}." {item}. "is it {more}?" {item}.', '"It is 7." Apples. "is it 9?" apples.'),
        ("she paid {count:dollars} and {more:dollars}.", "She paid 7 dollars and 9 dollars."),
    ],
)
def test_places(tmp_path, text, expected):
    assert tell(tmp_path, text) == expected


def test_people_and_pronouns(tmp_path):
    text = (
        "{name}'s [|]{count} {more}. {he} asks {friend}, {friend.he} asks {him}, "
        "{friend.his} own is {own}, {himself}, {friend.himself}."
    )
    told = tell(tmp_path, text)
    assert re.fullmatch(r"(\w+)'s 7 9\. She asks (\w+), he asks her, his own is hers, herself, himself\.", told), told
    names = re.findall(r"^\w+|asks ([A-Z]\w+)", told)
    assert names


def test_nouns_agree_with_one(tmp_path):
    assert (
        tell(tmp_path, "{count} {item} {count:is|are} red, {more} more {item:more}.", "1", "1")
        == "1 apple is red, 1 more apple."
    )
    assert tell(tmp_path, "{count} {item}, {more}.", "0.5", "1.5") == "0.5 apples, 1.5."


def test_every_alternative_comes_up_and_sentences_start_with_a_capital(tmp_path):
    told = {
        tell(tmp_path, "[yesterday, |]the {item} cost {count}. [well, |so |]{name} paid {more}.", index=index)
        for index in range(60)
    }
    starts = {re.sub(r"paid.*", "", text.replace(text.split(" paid")[0].split()[-1], "X")) for text in told}
    assert starts == {
        f"{first} apples cost 7. {second}X " for first in ("Yesterday, the", "The") for second in ("Well, ", "So ", "")
    }


def test_an_article_fits_an_alternative(tmp_path):
    told = {tell(tmp_path, "it is a [old|new] {item.one}, {count}, {more}.", index=index) for index in range(20)}
    assert told == {"It is an old apple, 7, 9.", "It is a new apple, 7, 9."}


@pytest.mark.parametrize(
    ("count", "forms"),
    [
        ("7", {"7", "seven"}),
        ("7000", {"7000", "7,000"}),
        ("70000", {"70,000"}),
        ("$7", {"$7"}),
        ("$7.5", {"$7.50"}),
        ("20%", {"20%", "20 percent"}),
        ("2.5", {"2.5"}),
        ("1/2", {"half", "one-half", "1/2"}),
        ("2/3", {"two thirds", "two-thirds", "2/3"}),
        ("2 times", {"twice", "two times", "2 times"}),
        ("3 times", {"three times", "3 times"}),
        ("{list: [24], kind: dozens}", {"two dozen", "2 dozen"}),
        ("{list: [6], kind: dozens}", {"half a dozen", "1/2 dozen"}),
    ],
)
def test_number_forms(tmp_path, count, forms):
    told = {tell(tmp_path, "it is {count}; {more}.", count, "$5", index, 0.5) for index in range(80)}
    assert told == {f"It is {form}; $5." for form in forms}


def test_chance_of_number_words(tmp_path):
    path = tmp_path / "test.yaml"
    path.write_text(SCHEMA.format(count="2..9", more="$5", text="it is {count}; {more}."), encoding="utf-8")
    schema = read_schema(path)
    for share in (0.0, 0.3, 1.0):
        told = [generate(schema, 0, index, Options("hybrid", share, split=None)).question for index in range(1500)]
        found = sum(not any(letter.isdigit() for letter in text[:10]) for text in told) / 1500
        assert abs(found - share) < 0.05


@pytest.mark.parametrize("value", ["1/2", "1/3", "2/3", "3/4", "5/8", "7/10", "5/2", "9/4", "13/20"])
def test_the_reader_reads_every_fraction_form(value):
    for form in fraction_forms(read_literal(value)):
        behind = "of it" if read_literal(value) < 1 else "pounds"
        assert [mention.value for mention in read_mentions(f"Ann ate {form} {behind}.")] == [read_literal(value)]


@pytest.mark.parametrize("value", [2, 3, 5, 12, 17])
def test_the_reader_reads_every_multiple_and_dozen(value):
    for form in times_forms(value):
        assert [mention.value for mention in read_mentions(f"Ann has {form} as many.")] == [value]
    for form in dozen_forms(12 * value):
        assert [mention.value for mention in read_mentions(f"Ann has {form} eggs.")] == [12 * value]


def test_the_reader_reads_every_number_word():
    for value, word in WORDS.items():
        assert [mention.value for mention in read_mentions(f"Ann has {word} eggs.")] == [value]


def test_money():
    assert [money(read_literal(text)) for text in ("5", "1250", "4.5", "0.05", "1234.56")] == [
        "$5",
        "$1,250",
        "$4.50",
        "$0.05",
        "$1,234.56",
    ]
    assert FRACTIONS[read_literal("1/2")] is FRACTIONS[read_literal("1/2")]
    assert TIMES[2][0] == "twice"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{cuont} {more}", "did you mean 'count'"),
        ("{count {more}", "no partner"),
        ("{count} [a|b {more}", "no partner"),
        ("{count} {more} [only]", "no alternatives"),
        ("{more} [{count}|none]", "alternatives hold the number"),
        ("{count} {more} {item.ones}", "did you mean 'one'"),
        ("{count} {more} {name.she}", "did you mean 'he'"),
        ("{count.one} {more}", "has no form 'one'"),
        ("{count:digit} {more}", "did you mean 'digits'"),
        ("{count} {more} {item:name}", "no slot with a number"),
        ("{count} {}", "no place for a slot"),
        ("it is {count}.", "{more} is not shown"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    with pytest.raises(DataError) as error:
        tell(tmp_path, text)
    assert message in str(error.value)
    assert "test.yaml" in str(error.value)


def test_numbers_that_run_together_are_refused(tmp_path):
    with pytest.raises(DataError, match="not always the same mention"):
        tell(tmp_path, "{count} {more}/2 of it.", "3..9", "2..9")


def test_the_trace_points_at_the_first_of_two_mentions(tmp_path):
    path = tmp_path / "test.yaml"
    text = "the first {more} of {count} {item}, all {count}, {more}?"
    path.write_text(SCHEMA.format(count="7", more="9", text=text), encoding="utf-8")
    telling = machine(read_schema(path)).telling(0, "hybrid")
    assert telling.mentions == {"more": 1, "count": 2} or telling.mentions == {"more": 2, "count": 3}
    problem = generate(read_schema(path), 0, 0)
    values = {mention.name: mention.value for mention in read_mentions(problem.question)}
    assert values[re.search(r"var: count, source: (n\d)", problem.trace)[1]] == 7
