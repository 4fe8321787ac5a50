"""Schemas: what each slot draws, and that every mistake of an author is named with its place."""

from fractions import Fraction
from pathlib import Path

import pytest

from tracewright.data.check import check_schema
from tracewright.data.compile import machine, random_number
from tracewright.data.schema import STARTER, load_schemas, read_schema
from tracewright.errors import DataError
from tracewright.trace.render import render

GOOD = """about: A test.
expert: arithmetic
slots:
  name: person
  item: from fruit
  count: 2..9
  price: $2..$5
trace:
- {op: init, var: count, source: count}
- {op: init, var: price, source: price}
- {op: compute, compute_op: mul, args: [count, price], var: cost}
- {op: query, var: cost}
wordings:
- >-
  {name} buys {count} {item} at {price} each. What does {he} pay?
"""


def write(tmp_path: Path, text: str, name: str = "test.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def values(tmp_path: Path, slots: str, name: str, count: int = 400) -> list:
    """Draw a slot many times, in a schema that shows nothing but its count and price."""
    text = GOOD.replace("  price: $2..$5\n", f"  price: $2..$5\n{slots}").replace("  count: 2..9", "  count: 2..9")
    made = machine(read_schema(write(tmp_path, text)))
    drawn = [made.try_draw(random_number(str(index))) for index in range(count)]
    place = made.order.index(name)
    return [draw[0][place] for draw in drawn if draw]


def test_a_schema_reads(tmp_path):
    schema = read_schema(write(tmp_path, GOOD))
    assert schema.name == "test"
    assert schema.sources == ("count", "price")
    assert schema.shown == ("count", "price")
    assert "source: n2" in render(schema.trace)


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("3..6", {3, 4, 5, 6}),
        ("10..50 by 20", {10, 30, 50}),
        ("[3, 5]", {3, 5}),
        ("7", {7}),
        ("0.5..1.5 by 0.5", {Fraction(1, 2), 1, Fraction(3, 2)}),
        ("[1/2, 1/3]", {Fraction(1, 2), Fraction(1, 3)}),
        ("2..3 times", {2, 3}),
        ("= 2 * 3 + 1", {7}),
        ("{list: [12, 24], kind: dozens}", {12, 24}),
        ("{value: 7 / 2, kind: decimal}", {Fraction(7, 2)}),
        ("[red, blue]", {"red", "blue"}),
    ],
)
def test_what_slots_draw(tmp_path, slot, expected):
    assert set(values(tmp_path, f"  x: {slot}\n", "x")) == expected


def test_ranges_with_names(tmp_path):
    slots = "  low: 2..4\n  x: low + 1..2 * low\n"
    assert set(values(tmp_path, slots, "x")) == {3, 4, 5, 6, 7, 8}


def test_multiples(tmp_path):
    assert set(values(tmp_path, "  g: 4\n  x: {range: 10..21, multiple_of: g}\n", "x")) == {12, 16, 20}
    assert set(values(tmp_path, "  g: 4\n  x: {range: 10..21, multiple_of: g, plus: 1}\n", "x")) == {13, 17, 21}
    assert set(values(tmp_path, "  g: 3..4\n  x: {multiple_of: g, times: 2..3}\n", "x")) == {6, 8, 9, 12}


def test_an_empty_range_is_drawn_again(tmp_path):
    drawn = values(tmp_path, "  low: 1..9\n  x: low..5\n", "low")
    assert set(drawn) == {1, 2, 3, 4, 5}


def test_numbers_of_rows(tmp_path):
    rows = ("{one: bus, seats: 30..31}", "{one: car, seats: 4..5}", "{one: sled}")
    slots = "  r:\n    rows:\n" + "".join(f"    - {row}\n" for row in rows) + "  x: r.seats\n"
    assert set(values(tmp_path, slots, "x")) == {30, 31, 4, 5}
    assert {row["one"] for row in values(tmp_path, slots, "r")} == {"bus", "car"}


def test_persons_and_rows_are_never_drawn_twice(tmp_path):
    slots = "  friend: person\n  other:\n    from: [fruit]\n"
    text = GOOD.replace("  item: from fruit\n", f"  item: from fruit\n{slots}")
    made = machine(read_schema(write(tmp_path, text)))
    for index in range(3000):
        drawn = made.try_draw(random_number(str(index)))
        if drawn:
            name, item, friend, other = drawn[0][:4]
            assert name is not friend
            assert item is not other


def test_conditions_hold_for_slots_and_for_variables_of_the_trace(tmp_path):
    text = GOOD.replace("wordings:", "where: [count != price, 'cost > 12 and cost < 30']\nwordings:")
    made = machine(read_schema(write(tmp_path, text)))
    drawn = [draw for draw in (made.try_draw(random_number(str(index))) for index in range(500)) if draw]
    assert 100 < len(drawn) < 400
    assert all(12 < draw[1] < 30 and draw[0][2] != draw[0][3] for draw in drawn)


@pytest.mark.parametrize(
    ("results", "allowed"),
    [
        ("whole", lambda value: value.denominator == 1 and value > 0),
        ("cents", lambda value: (value * 100).denominator == 1 and value > 0),
        ("any", lambda value: True),
    ],
)
def test_results(tmp_path, results, allowed):
    text = GOOD.replace("compute_op: mul", "compute_op: div").replace("wordings:", f"results: {results}\nwordings:")
    made = machine(read_schema(write(tmp_path, text)))
    drawn = [made.try_draw(random_number(str(index))) for index in range(300)]
    answers = [Fraction(draw[1]) for draw in drawn if draw]
    assert answers
    assert all(allowed(answer) for answer in answers)
    assert (results == "any") == any((answer * 100).denominator > 1 for answer in answers)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("about:", "abuot:", "line 1: unknown key 'abuot'; did you mean 'about'"),
        ("expert: arithmetic", "expert: arithmatic", "line 2: unknown expert 'arithmatic'; did you mean 'arithmetic'"),
        ("expert: arithmetic\n", "", "the key 'expert' is missing"),
        ("  count: 2..9", "  count: 9..2", "line 6: slot 'count'"),
        ("  count: 2..9", "  count: many", "line 6: slot 'count' draws nothing that is known"),
        ("  count: 2..9", "  count: 2..prize", "uses 'prize', which is not drawn before it"),
        ("  count: 2..9", "  count: 2..name", "reckons with 'name', which is no number"),
        ("  count: 2..9", "  count: item.prise", "no row of 'item' has numbers 'prise'; did you mean 'price'"),
        ("  count: 2..9", "  count: itm.price", "did you mean 'item'"),
        ("  count: 2..9", "  count: {range: 2..9, kidn: money}", "unknown key 'kidn'; did you mean 'kind'"),
        ("  count: 2..9", "  count: {range: 2..9, kind: monney}", "unknown kind 'monney'; did you mean 'money'"),
        ("  count: 2..9", "  count: {times: 2..9}", "needs the key 'multiple_of'"),
        ("  count: 2..9", "  count: = 2 +", "'2 +' is no expression"),
        ("  item: from fruit", "  item: from fruits", "there is no table 'fruits'; did you mean 'fruit'"),
        ("  name: person", "  Name: person", "line 4: 'Name' is no name for a slot"),
        ("source: count", "source: cuont", "line 9: the source 'cuont' is no slot with a number; did you mean 'count'"),
        ("source: count", "source: item", "is no slot with a number"),
        ("compute_op: mul", "compute_op: mull", "did you mean 'mul'"),
        ("op: compute", "op: percent_of", "line 11"),
        ("args: [count, price]", "args: [count, prize]", "the trace reads 'prize' before anything has set it"),
        ("var: count, source", "var: step1, source", "'step1' enters the trace"),
        ("var: cost}\n- {op: query", 'var: "{count}"}\n- {op: query', "{count} is no slot of a person, noun or word"),
        ("wordings:", "where: count >\nwordings:", "is no expression"),
        (
            "wordings:",
            "where: cuont > 3\nwordings:",
            "names 'cuont', which is no slot or variable; did you mean 'count'",
        ),
        ("wordings:", "results: hole\nwordings:", "unknown results 'hole'; did you mean 'whole'"),
        ("  price: $2..$5", "  price: $2..$5\n  extra: 3..4", "OK"),
        (" each. What", " each, {extra}. What", "there is no slot 'extra'"),
        ("{count} {item}", "some {item}", "wording 1: the number {count} is not shown"),
        ("- >-\n  {name}", "- {name}", "line 1"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path, old, new, message):
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    if message == "OK":
        read_schema(path)
        return
    with pytest.raises(DataError) as error:
        machine(read_schema(path)).samples()
    assert str(path) in str(error.value)
    assert message in str(error.value)


def test_a_number_that_nothing_uses_is_an_error_until_it_is_a_distractor(tmp_path):
    text = GOOD.replace("  price: $2..$5", "  price: $2..$5\n  extra: 3..4").replace(
        " each.", " each and sees {extra} cats."
    )
    with pytest.raises(DataError, match=r"does not use the number \{extra\}"):
        read_schema(write(tmp_path, text))
    read_schema(write(tmp_path, text + "distractors: [extra]\n"))


def test_conditions_that_leave_nothing(tmp_path):
    text = GOOD.replace("wordings:", "where: count > 20\nwordings:")
    with pytest.raises(DataError, match="leave no problem"):
        machine(read_schema(write(tmp_path, text))).samples()


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_schema(tmp_path / "none.yaml")
    for text, message in (("- a\n", "a schema is a mapping"), ("a: [", "line 2"), ("a: 1\na: 2\n", "stands twice")):
        with pytest.raises(DataError, match=message):
            read_schema(write(tmp_path, text))
    (tmp_path / "bad.yaml").write_bytes(b"about: \xff\n")
    with pytest.raises(DataError, match="UTF-8"):
        read_schema(tmp_path / "bad.yaml")


def test_folders(tmp_path):
    with pytest.raises(DataError, match="no schema here"):
        load_schemas(tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, GOOD, "same.yaml")
    with pytest.raises(DataError, match="another schema 'same'"):
        load_schemas(tmp_path)
    assert list(load_schemas(tmp_path / "one")) == ["same"]


def test_no_text_of_a_schema_is_run(tmp_path):
    """Code in every place where an author writes text stays text, or is refused."""
    evil = "__import__('os').abort()"
    for old, new in (
        ("$2..$5", f"= {evil}"),
        ("wordings:", f"where: {evil}\nwordings:"),
        ("  count: 2..9", f"  count: 2..{evil}"),
    ):
        with pytest.raises(DataError):
            machine(read_schema(write(tmp_path, GOOD.replace(old, new)))).samples()
    told = GOOD.replace("buys", "buys ' + __import__ + \\\" {count:'x'|__import__}")
    schema = read_schema(write(tmp_path, told))
    values, rest = machine(schema).samples()[0]
    assert "__import__" in "".join(machine(schema).telling(0, "hybrid").tell(values, rest, 0))


def test_the_starter_of_the_docs_is_a_good_schema(tmp_path):
    row = check_schema(read_schema(write(tmp_path, STARTER)), 30)
    assert row.faults == ()
    assert f"```yaml\n{STARTER}```" in (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
