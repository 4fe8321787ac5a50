"""What the units and words of a whole equation say of its sources. Stories of our own invention."""

from fractions import Fraction

import pytest

from tracewright.data.annotate.annotation import Wired, wire_solution
from tracewright.data.annotate.arithmetic import leaves
from tracewright.data.annotate.balance import balance_features
from tracewright.data.annotate.context import read_places
from tracewright.data.annotate.slots import Candidate
from tracewright.data.annotate.solution import read_equations
from tracewright.data.annotate.wire import describe
from tracewright.data.annotate.words import per_unit
from tracewright.data.problem import Problem

PRICES = "Uma buys 3 pounds of figs at $2 a pound and walks 3 miles. How much does she pay?"


def wired(question: str, solution: str, answer: str) -> Wired:
    found = wire_solution(Problem(question=question, solution=solution, answer=answer))
    assert isinstance(found, Wired)
    return found


def said(found: Wired, *names: str) -> set[str]:
    """Return the features of the last equation, its slots filled by these: `n1`, `eq0` or `c`."""
    slots = found.scene.slots
    start = len(slots) - len(names)
    picks: list[Candidate] = []
    for slot, name in zip(slots[start:], names, strict=True):
        kind = {"n": "mention", "e": "result", "c": "constant"}[name[0]]
        place = int(name.strip("neqc") or 0) - (kind == "mention")
        options = found.scene.picks(slot)
        picks.append(
            next(pick for pick in options if pick.kind == kind and (kind == "constant" or pick.place == place))
        )
    assert balance_features(picks[:-2], slots[-2], picks[-2], found.scene, start) == []  # before the last slot
    return {name for name, amount in balance_features(picks[:-1], slots[-1], picks[-1], found.scene, start) if amount}


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("mile per hour", "hour"),
        ("per pound", "pound"),
        ("lap a day", "day"),
        ("fig each", ""),
        ("fig each the", ""),
        ("fig", ""),
        ("", ""),
    ],
)
def test_the_unit_that_a_unit_is_counted_by(words: str, unit: str) -> None:
    assert per_unit(words.split()) == unit


def test_a_slash_between_units_is_read_as_per_and_one_between_numbers_is_not() -> None:
    (found,) = read_equations("12 laps/day * $5/lap = 12*5 = $<<12*5=60>>60/day", 60)
    first, second = leaves(found.tree)
    assert (first.after, first.per) == (("lap", "per", "day"), "day")
    assert (second.after, second.per) == (("per", "lap"), "lap")
    assert found.per == "day"
    (found,) = read_equations("3 mice / 3 owls = <<3/3=1>>1 mouse", 1)
    assert [leaf.per for leaf in leaves(found.tree)] == ["", ""]


def test_a_number_that_falls_to_each_of_something_is_counted_by_it() -> None:
    places = read_places("Each box holds 5 figs. Bo eats 2 figs every day and pays $3 for a fig.")
    assert [place.per for place in places] == ["box", "day", "fig"]


def test_only_what_stands_after_the_word_that_asks_is_asked() -> None:
    places = read_places("If Bo is 10 years old, how old will he be in 10 years?")
    assert [place.asked for place in places] == [False, True]


def test_money_is_made_of_money_and_a_price_takes_what_it_is_counted_by() -> None:
    found = wired(PRICES, "She pays 3*2=$<<3*2=6>>6.", "6")
    assert {"money_made_1", "per_taken"} <= said(found, "n1", "n2")
    assert {"money_made_1", "per_left"} <= said(found, "n3", "n2")
    assert "money_made_0" in said(found, "n1", "c")


def test_a_result_has_the_unit_of_one_factor_and_of_no_divisor() -> None:
    question = "Ed packs 6 crates. Each crate holds 4 trays, and 4 crates go on a cart. How many trays are there?"
    found = wired(question, "There are 6*4=<<6*4=24>>24 trays.", "24")
    assert "unit_above_1" in said(found, "n1", "n2")
    assert not {"unit_above_1", "unit_above_2"} & said(found, "n1", "n3")
    question = "24 trays lie in 4 crates of 6 rows, or in 4 rows of trays. How many trays are in a crate?"
    found = wired(question, "A crate has 24/4=<<24/4=6>>6 trays per crate.", "6")
    assert "per_made_hit" in said(found, "n1", "n2")
    assert {"per_made_miss"} <= said(found, "n1", "n4")


def test_a_constant_turns_one_unit_into_another() -> None:
    question = "Flo hums for 2 hours and Gus for 60 seconds. How many minutes does Flo hum?"
    found = wired(question, "Flo hums 2*60=<<2*60=120>>120 minutes.", "120")
    assert "convert_hit_constant" in said(found, "n1", "c")
    assert "convert_hit_mention" in said(found, "n1", "n2")
    question = "Flo has 2 bags of 60 figs and Gus hums for an hour and a minute. How many figs has Flo?"
    assert "convert_miss_mention" in said(wired(question, "2*60=<<2*60=120>>120 figs", "120"), "n1", "n2")


def test_the_terms_of_a_sum_have_the_unit_of_the_result() -> None:
    question = "Hal has 5 figs and 3 nuts. He buys 3 figs for $5. How many figs has he?"
    found = wired(question, "He has 5+3=<<5+3=8>>8 figs.", "8")
    assert {"sum_unit_all", "sum_money_none"} <= said(found, "n1", "n3")
    assert "sum_unit_some" in said(found, "n1", "n2")
    assert {"sum_unit_none", "sum_money_some"} <= said(found, "n4", "n2")


def test_the_number_of_terms_is_what_an_average_divides_by() -> None:
    question = "Ivy scores 6, 7 and 8 in 3 games with 3 friends. What is her average?"
    found = wired(question, "She has 6+7+8=<<6+7+8=21>>21.\nHer average is 21/3=<<21/3=7>>7.", "7")
    assert found.scene.terms(found.scene.slots[-1]) == 3
    assert found.scene.terms(found.scene.slots[0]) == 0
    found = wired(question, "Her average is (6+7+8)/3=<<(6+7+8)/3=7>>7.", "7")
    assert found.scene.terms(found.scene.slots[-1]) == 3
    assert found.scene.slots[-1].value == Fraction(3)


def test_what_an_equation_counts_may_be_said_before_it() -> None:
    for text in ("The number of figs is 3*4=<<3*4=12>>12.", "Number of figs: 3*4 = <<3*4=12>>12"):
        (found,) = read_equations(text, 12)
        assert found.after[0] == "fig"
    (found,) = read_equations("The number of figs is 3*4=<<3*4=12>>12 nuts.", 12)
    assert found.after == ("nut",)
    assert found.per == ""


@pytest.mark.parametrize("text", ["12/x", "12/two boys", "12/4 figs"])
def test_a_slash_before_no_unit_parts_no_units(text: str) -> None:
    (found,) = read_equations(f"{text}: 12 - 5 = <<12-5=7>>7", 7)
    assert "per" not in next(leaves(found.tree)).after


def described(found: Wired, *names: str) -> dict[str, float]:
    """Return the features of a whole wiring of an equation, added up."""
    picks = []
    for slot, name in zip(found.scene.slots, names, strict=True):
        kind = {"n": "mention", "c": "constant"}[name[0]]
        options = [pick for pick in found.scene.picks(slot) if pick.kind == kind]
        picks.append(next(pick for pick in options if kind == "constant" or pick.place == int(name[1:]) - 1))
    total: dict[str, float] = {}
    for name, amount in describe(found.shaped, found.scene, picks):
        total[name] = total.get(name, 0.0) + amount
    return total


def test_a_number_that_a_sum_says_by_its_terms_is_not_simply_unused() -> None:
    found = wired("Jo buys 2 pens for $3 each and a cap for $9. What does she pay?", "3+3+9=$<<3+3+9=15>>15", "15")
    told = described(found, "n2", "n2", "n3")
    assert (told["unused"], told["idle_repeated"], told["idle_terms"]) == (1.0, 1.0, 0.0)
    found = wired("In 3 games Kim scores 5, 6 and 7. How many points has she?", "5+6+7=<<5+6+7=18>>18 points", "18")
    told = described(found, "n2", "n3", "n4")
    assert (told["unused"], told["idle_repeated"], told["idle_terms"]) == (1.0, 0.0, 1.0)


def test_a_number_may_stand_twice_where_something_is_square() -> None:
    solution = "The area is 4*4=<<4*4=16>>16."
    square = wired("A square has sides of 4 feet. Lou has 4 pens. What is its area?", solution, "16")
    assert described(square, "n1", "n1")["m_twice_square"] == 1
    plain = wired("A yard has sides of 4 feet. Lou has 4 pens. What is its area?", solution, "16")
    assert "m_twice_square" not in described(plain, "n1", "n1")


def test_units_and_earlier_uses_speak_for_a_number_and_against_a_constant() -> None:
    question = "Mo runs 5 miles a day. Ned has 5 cats, and a dozen figs. How far does Mo run in 12 days?"
    found = wired(question, "He runs 5 miles/day * 12 days = <<5*12=60>>60 miles.", "60")
    assert described(found, "n1", "n4")["m_per_hit"] == 1
    assert described(found, "n2", "n4")["m_per_none"] == 1
    told = described(found, "n1", "c")
    assert told["constant_stated_group"] == told["constant_beside_idle_cue1"] == 1
    assert described(found, "n1", "n4")["covered"] > described(found, "n2", "n3")["covered"]


def test_a_hundred_in_a_sum_stands_for_nothing_without_a_percentage() -> None:
    problem = "Ora has 40 squares, Pat has 300{}. How many more has Pat?"
    for share, kinds in (("", {"free"}), (", 5% of them red", {"constant"})):
        found = wired(problem.format(share), "100-40=<<100-40=60>>60", "60")
        assert {pick.kind for pick in found.scene.picks(found.scene.slots[0])} == kinds
