"""Parts of the variants: figures, values, fixed numbers, names, draws, worked solutions."""

import random
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.data.mask import read_names
from tracewright.data.problem import Problem
from tracewright.data.vary import names
from tracewright.data.vary.checks import Check, Op, Order, Program, check_of, keeps, pairs, program_of, work
from tracewright.data.vary.doubts import cued, doubt_of, guises
from tracewright.data.vary.draw import Slot, draw, drawer_of, list_draws
from tracewright.data.vary.figures import read_figure, spell
from tracewright.data.vary.fixed import fixed
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.data.vary.names import read_persons, read_things, rename
from tracewright.data.vary.trial import equal, in_order, trial_of
from tracewright.data.vary.values import Ranges, candidates, cap_of, key_of, learn_ranges, step_of
from tracewright.data.vary.worked import read_template, tell
from tracewright.mention import Mention, read_mentions
from tracewright.trace.parse import parse
from tracewright.trace.syntax import Trace


def one(text: str, at: int = 0) -> Mention:
    return read_mentions(text)[at]


@pytest.mark.parametrize(
    ("text", "new", "written"),
    [
        ("He has 12,500 nuts.", 9000, "9,000"),
        ("He has 1500 nuts.", 2400, "2400"),
        ("It costs $2.50.", Fraction(15, 4), "$3.75"),
        ("It costs $2.50.", 3, "$3.00"),
        ("Add 20% more.", 35, "35%"),
        ("There are twenty-five cups.", 31, "thirty-one"),
        ("Twelve cups stand there.", 30, "Thirty"),
        ("He eats 3/4 of it.", Fraction(2, 5), "2/5"),
        ("He eats two thirds of it.", Fraction(3, 4), "three quarters"),
        ("He eats a third of it.", Fraction(1, 8), "an eighth"),
        ("He eats one-fourth of it.", Fraction(1, 6), "one-sixth"),
        ("She has twice as many.", 4, "four times"),
        ("She has two dozen eggs.", 60, "five dozen"),
        ("It has 1.5 million cells.", 2_500_000, "2.5 million"),
        ("Ada ate double the figs.", 3, "triple"),
        ("It doubled in a year.", 4, "quadrupled"),
        ("He pays 40$ for it.", 55, "55$"),
        ("It costs $3.5 now.", 7, "$7"),
    ],
)
def test_a_number_is_written_as_the_old_one_was(text: str, new: int | Fraction, written: str) -> None:
    mention = one(text)
    figure = read_figure(mention, text)
    assert figure is not None and figure.write(mention.value) == mention.text
    assert figure.write(new) == written
    again = text[: mention.start] + written + text[mention.end :]
    assert one(again).value == new


def test_what_cannot_be_written_so_is_refused() -> None:
    assert read_figure(one("It costs $5."), "It costs $5.").write(Fraction(7, 2)) is None  # type: ignore[union-attr]
    assert read_figure(one("two dozen eggs"), "two dozen eggs").write(13) is None  # type: ignore[union-attr]
    text = "the second half of it"
    assert all(read_figure(mention, text) is None for mention in read_mentions(text))
    assert [spell(n) for n in (7, 20, 42, 99)] == ["seven", "twenty", "forty-two", "ninety-nine"]


@pytest.mark.parametrize(
    ("value", "step"), [(7, 1), (12, 1), (13, 1), (20, 5), (35, 5), (100, 10), (120, 10), (400, 50)]
)
def test_round_stays_round(value: int, step: int) -> None:
    assert step_of(value) == step


def values(text: str, at: int = 0, ranges: Ranges | None = None) -> tuple[int | Fraction, ...]:
    mention = one(text, at)
    figure = read_figure(mention, text)
    assert figure is not None
    return candidates(mention, text, key_of(mention, text), figure, ranges or Ranges())


def test_values_stay_near_on_their_grid_and_off_one() -> None:
    assert values("She has 2 cats.") == (2, 3, 4, 5)
    assert values("He runs 3 times as far.") == values("He runs thrice as far.") == (2, 3, 4)
    assert values("It is 2 feet deep.") == (2, 3, 4)
    assert values("She has 1 cat.") == (1,)
    assert values("She has 40 cats.") == tuple(range(20, 85, 5))
    assert values("A 20% rise.") == tuple(range(10, 45, 5))
    assert min(values("It grew to 150% of that.")) > 100 and 100 not in values("An 80% share of it.")
    assert values("An 80% share of it.")[-1] == 95
    assert values("It costs $2.50.") == tuple(Fraction(n, 2) for n in range(3, 11))
    assert values("It costs $19.99.")[0] == Fraction(1099, 100)
    assert {value.denominator for value in values("It weighs 2.4 tons.")} <= {2, 5, 10}
    assert max(values("He swims 5 days a week.")) == 7
    assert max(values("He works 8 hours a day.")) == max(values("He worked 8 hours on Monday.")) == 12
    assert max(values("He works 48 weeks a year.")) == 52
    assert max(values("It took 7 minutes and 35 seconds.", 1)) <= 59
    assert max(values("She walks at 4 miles per hour.")) == 5 and max(values("She ran at 8 miles per hour.")) == 10
    assert values("She is 150 cm tall.")[0] >= 120 and values("She is 150 cm tall.")[-1] <= 180
    assert set(values("Add 3/4 cup of rice.")) <= {Fraction(2, 3), Fraction(3, 4)}
    assert max(values("Ida is 12 years old.")) < 18
    assert 98 in values("Ida is 98 years old.") and 97 in values("It rose by 97%.")
    assert values("He has 10 times as many.") == (9, 10, 11)
    assert (
        7_654_321_987 in values("There are 7,654,321,987 people.")
        and len(values("There are 7,654,321,987 ants.")) < 3000
    )


def test_ranges_are_learned_from_problems() -> None:
    found = [Problem(question=f"The loan has {n}% interest and {n} clerks.", answer="1") for n in range(4, 13)]
    ranges = learn_ranges(found)
    assert ranges.usual[("percent", "interest")] == (4.0, 12.0)
    assert values("A loan at 10% interest.", ranges=ranges) == (5, 10)
    assert values("A loan at 10% interest.") == (5, 10, 15, 20)
    assert key_of(one("$12 per hour"), "$12 per hour") == ("money", "hour")
    assert ("count", "clerk") in ranges.usual and ("count", "loan") not in ranges.usual
    assert cap_of(one("4 days a week"), "4 days a week", ("count", "day")) == 7


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a dog with 4 legs", "fixed by nature"),
        ("on page 12 of it", "a label"),
        ("5 May it rained", "a date or ratio"),
        ("she has 3 $20 bills", ""),
        ("three boxes: one red", "a list follows"),
        ("four strips of tape, one along the lid and three across", "a list follows"),
        ("3 figs, 2 pears, and 5 plums", ""),
        ("the sum is 180 degrees in a triangle", "fixed by nature"),
        ("it has 60 degrees outside", ""),
        ("he trains for 30 days, and after a month he rests", "a fact of units"),
        ("a nickel has the same value as 5 pennies", "a fact of units"),
        ("a gallon of water weighs 8 pounds", "a fact of units"),
        ("each hectare is equal to 10000 m^2", "a fact of units"),
        ("an acre has 50 trees", ""),
        ("an army of Warhammer 40k figures", "a label"),
        ("The 5km race", ""),
        ("Which is Bo 40", ""),
        ("the remaining 3 cups", "named again"),
        ("24 hours in a day", "a fact of units"),
        ("a two-story house", "part of a noun"),
        ("6 friends came", ""),
        ("2 friends came; the other friend", "a pair that is spoken of"),
        ("20 friends came", ""),
        ("for the three of them", "a group that is spoken of"),
        ("a 50% share", "a half, which is also what a half leaves"),
        ("3 pints per quart", "a fact of units"),
        ("a fluid ounce is equal to 30 ml", "a fact of units"),
        ("a gallon of paint, which is the same as 8 pints", ""),
        ("a gallon of paint (which is the same as 8 pints)", "a fact of units"),
        ("of the $20 bills", "a denomination"),
        ("they are all 20s", "a denomination"),
        ("adults have 32 teeth", "fixed by nature"),
        ("the comb lost 40 teeth", ""),
        ("a sonnet has 14 lines", "fixed by nature"),
        ("there are 14 lines", ""),
        ("a touchdown is worth 6 points", "fixed by nature"),
        ("he has 6 points", ""),
        ("he eats 3 meals, of which breakfast is the least", "fixed by nature"),
        ("the restaurant had 17 meals for lunch", ""),
        ("4 days ago, and then yesterday", "a day that is spoken of"),
        ("4 days ago", ""),
        ("she reads 5 nights a week, and on weekends", "days that are named"),
        ("she reads 5 nights a week", ""),
        ("she has four different pens", "a list of that many"),
        ("2 phones for her parents", "a pair that is spoken of"),
        ("a class of 30 in the ratio 3:2", ""),
        ("a ratio of 2 ounces to a pound", "a ratio"),
    ],
)
def test_fixed(text: str, reason: str) -> None:
    mention = one(text)
    assert fixed(mention, text, read_figure(mention, text), ()) == reason


def run_of(steps: str, numbers: list[int]) -> Trace:
    inits = "".join(f"- {{op: init, var: n{n}, source: n{n}}}\n" for n in range(1, len(numbers) + 1))
    trace = parse(f"expert: arithmetic\ntrace:\n{inits}{steps}\n- {{op: query, var: r}}")
    assert isinstance(trace, Trace)
    return trace


def checked(steps: str, numbers: list[int]) -> tuple[Program, dict[int, Check]]:
    """Return the program of a trace and the checks of its results."""
    program = program_of(run_of(steps, numbers), numbers)
    assert program is not None
    return program, {op.out: check_of(op.out, program.start[op.out]) for op in program.ops}


def test_draws_find_dividends() -> None:
    steps = (
        "- {op: compute, compute_op: sub, args: [n1, n2], var: a}\n"
        "- {op: compute, compute_op: div, args: [a, n3], var: r}"
    )
    program, checks = checked(steps, [100, 9, 7])
    slots = [Slot((0,), tuple(range(50, 200))), Slot((1,), tuple(range(5, 18))), Slot((2,), tuple(range(4, 14)))]
    drawer = drawer_of(program, program.ops, checks, slots, ())
    assert drawer.levels[0].registers == (2,)  # the divisor comes first
    chance = random.Random(3).random
    failed = 0
    for _ in range(300):
        drawn = draw(drawer, chance)
        assert drawn is not None
        tops, bottoms, _ = drawn
        assert (tops[0] - tops[1]) % tops[2] == 0 and set(bottoms) == {1}
        failed += tops[program.answer] * tops[2] != tops[0] - tops[1]
    assert failed == 0
    assert list_draws(drawer) is None  # too many


def test_all_of_a_few_draws_are_listed() -> None:
    steps = "- {op: compute, compute_op: div, args: [n1, n2], var: r}"
    program, checks = checked(steps, [24, 4])
    slots = [Slot((0,), tuple(range(20, 40))), Slot((1,), (3, 4, 5, 7))]
    drawer = drawer_of(program, program.ops, checks, slots, [Order(0, program.answer, 1)])
    listed = list_draws(drawer)
    assert listed is not None and all(set(bottoms) == {1} for _, bottoms in listed)
    assert sorted(tops for tops, _ in listed) == sorted(
        [top, by, top // by] for top in range(20, 40) for by in (3, 4, 5, 7) if top % by == 0
    )
    chance = random.Random(2).random
    drawn = {tuple(found[0]) for _ in range(400) if (found := draw(drawer, chance))}
    assert drawn == {tuple(tops) for tops, _ in listed}


def test_draws_give_up_where_nothing_will_do() -> None:
    steps = "- {op: compute, compute_op: div, args: [n1, n2], var: r}"
    program, checks = checked(steps, [12, 4])
    slots = [Slot((0,), (13, 17)), Slot((1,), (5, 7))]
    drawer = drawer_of(program, program.ops, checks, slots, ())
    assert draw(drawer, random.Random(1).random) is None and list_draws(drawer) == []


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (8, (9, 1), True), (8, (9, 2), False), (8, (-3, 1), False), (8, (1, 1), False),
        (8, (33, 1), False), (8, (32, 1), True),
        (Fraction(5, 2), (15, 4), True), (Fraction(5, 2), (10, 3), False), (Fraction(1, 3), (3, 4), True),
        (Fraction(1, 3), (4, 3), False), (-4, (-7, 1), True), (0, (0, 1), True), (0, (2, 1), False),
    ],
)  # fmt: skip
def test_results_keep_what_they_were(old: int | Fraction, new: tuple[int, int], kept: bool) -> None:
    check = check_of(0, old)
    assert isinstance(check, Check)
    assert keeps(check, [new[0]], [new[1]]) is kept


_NUMBERS = st.one_of(
    st.integers(-4, 40), st.sampled_from([Fraction(1, 2), Fraction(3, 4), Fraction(5, 2), Fraction(18, 5)])
)


@settings(max_examples=3000)
@given(
    st.sampled_from(["mul", "div", "add", "sub", "percent_of", "percent_off", "copy"]),
    st.lists(_NUMBERS, min_size=2, max_size=4),
    st.integers(-2, 20),
    st.integers(0, 30),
    st.integers(0, 20),
)
def test_a_trial_says_what_working_and_checking_do(
    name: str, numbers: list[int | Fraction], old: int, most: int, least: int
) -> None:
    op = Op(name, len(numbers), tuple(range(len(numbers) if name != "copy" else 1)))
    op = op._replace(name="mul") if name == "copy" else op
    check = check_of(op.out, old, most, least)
    slow, quick = pairs([*numbers, old]), pairs([*numbers, old])
    kept = work(op, *slow) and keeps(check, *slow)
    assert trial_of(op, check).one(*quick) is kept
    assert quick == slow or not kept
    whole = {at for at, number in enumerate(numbers) if number.__class__ is int}
    quick = pairs([*numbers, old])
    assert trial_of(op, check, whole).one(*quick) is kept
    assert quick == slow or not kept


@pytest.mark.parametrize(
    ("name", "numbers", "old", "most", "kept"),
    [
        ("div", (24, 4), 5, 0, True), ("div", (25, 4), 5, 0, False), ("div", (25, 0), 5, 0, False),
        ("div", (4, 4), 5, 0, False), ("mul", (3, 4), 10, 11, False), ("mul", (3, 4), 10, 12, True),
        ("mul", (Fraction(3, 4), 8), 5, 0, True), ("mul", (Fraction(3, 4), 2), 5, 0, False),
        ("add", (Fraction(1, 2), 3, Fraction(5, 2)), 5, 0, True), ("add", (Fraction(1, 2), 3, 4), 5, 0, False),
        ("sub", (9, 4), 5, 0, True), ("sub", (4, 9), 5, 0, False), ("percent_of", (40, 20), 5, 0, True),
        ("percent_of", (41, 20), 5, 0, False),
    ],
)  # fmt: skip
def test_a_trial_keeps_what_stays_whole_and_within_bounds(
    name: str, numbers: tuple[int | Fraction, ...], old: int, most: int, kept: bool
) -> None:
    op = Op(name, len(numbers), tuple(range(len(numbers))))
    check = check_of(op.out, old, most)
    slow, quick = pairs([*numbers, old]), pairs([*numbers, old])
    assert (work(op, *slow) and keeps(check, *slow)) is kept
    assert trial_of(op, check).one(*quick) is kept
    whole = {at for at, number in enumerate(numbers) if number.__class__ is int}
    assert trial_of(op, check, whole).one(*pairs([*numbers, old])) is kept


def _columns(rows: list[list[int | Fraction]]) -> tuple[list[Any], list[Any]]:
    """Return registers that hold many draws at once; those that are alike in all are no arrays."""
    found = []
    for part in ("numerator", "denominator"):
        columns = [[getattr(number, part) for number in column] for column in zip(*rows, strict=True)]
        found.append([np.array(column, object) if len(set(column)) > 1 else column[0] for column in columns])
    return found[0], found[1]


@settings(max_examples=2000)
@given(
    st.sampled_from(["mul", "div", "add", "sub", "percent_of", "percent_off", "min"]),
    st.lists(st.lists(_NUMBERS, min_size=2, max_size=2), min_size=2, max_size=5, unique_by=tuple),
    st.integers(-2, 20),
)
def test_many_draws_are_asked_as_each_is(name: str, rows: list[list[int | Fraction]], old: int) -> None:
    op, check = Op(name, 2, (0, 1)), check_of(2, old)
    tops, bottoms = _columns([[*row, old] for row in rows])
    trial = trial_of(op, check)
    kept = np.broadcast_to(trial.many(tops, bottoms), len(rows)).tolist()
    for at, row in enumerate(rows):
        own = pairs([*row, old])
        assert trial.one(*own) is kept[at]
        if kept[at]:
            assert [np.broadcast_to(part[2], len(rows))[at] for part in (tops, bottoms)] == [part[2] for part in own]
    for some in ([(0, 1)], [(1, 0)]):
        for asked in (in_order(some), equal(some)):
            kept = np.broadcast_to(asked.many(tops, bottoms), len(rows)).tolist()
            assert kept == [asked.one(*pairs(row)) for row in rows]


@settings(max_examples=300)
@given(
    st.lists(st.integers(2, 12), min_size=1, max_size=9, unique=True),
    st.lists(st.integers(2, 40), min_size=1, max_size=20, unique=True),
    st.lists(st.sampled_from([Fraction(1, 2), Fraction(3, 4), 2, 3]), min_size=1, unique=True),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-1, 1)), max_size=3),
)
def test_what_is_listed_is_all_that_keeps_every_check(
    by: list[int], tops: list[int], shares: list[int | Fraction], orders: list[tuple[int, int, int]]
) -> None:
    """Registers: a dividend, a divisor, a share; their quotient, and the share of it."""
    steps = (
        "- {op: compute, compute_op: div, args: [n1, n2], var: a}\n"
        "- {op: compute, compute_op: mul, args: [a, n3], var: r}"
    )
    program, checks = checked(steps, [24, 4, 2])
    kept_orders = [Order(*order) for order in orders if order[0] != order[1]]
    slots = [Slot((0,), tuple(sorted(tops))), Slot((1,), tuple(sorted(by))), Slot((2,), tuple(sorted(shares)))]
    drawer = drawer_of(program, program.ops, checks, slots, kept_orders)
    wanted = []
    for drawn in product(*(slot.values for slot in slots)):
        registers = pairs([*drawn, 6, 12])
        if all(work(op, *registers) and keeps(checks[op.out], *registers) for op in program.ops):
            values = [Fraction(top, bottom) for top, bottom in zip(*registers, strict=True)]
            signs = [(values[left] > values[right]) - (values[left] < values[right]) for left, right, _ in kept_orders]
            if signs == [order.sign for order in kept_orders]:
                wanted.append(registers)
    listed = list_draws(drawer)
    assert listed is not None
    assert sorted(listed) == sorted(map(tuple, wanted))
    chance = random.Random(1).random
    for _ in range(5):
        found = draw(drawer, chance)
        assert found is None or (found[0], found[1]) in listed


@settings(max_examples=500)
@given(st.lists(_NUMBERS, min_size=2, max_size=4))
def test_orders_and_equalities_say_what_numbers_do(numbers: list[int | Fraction]) -> None:
    places = [(left, right) for left in range(len(numbers)) for right in range(len(numbers)) if left != right]
    whole = {at for at, number in enumerate(numbers) if number.__class__ is int}
    for some in (places, places[:1], places[1:2]):
        greater = all(numbers[left] > numbers[right] for left, right in some)
        assert in_order(some).one(*pairs(numbers)) is in_order(some, whole).one(*pairs(numbers)) is greater
        assert equal(some).one(*pairs(numbers)) is all(numbers[left] == numbers[right] for left, right in some)


def test_persons_and_things() -> None:
    persons = read_persons("Ruth has 3 cats. Her cats like Omar. She and Omar sing.", "", ("Ruth", "Omar"))
    assert [person.name for person in persons] == ["Ruth", "Omar"]
    assert "Hannah" in persons[0].others and "Peter" in persons[1].others and "Ruth" not in persons[0].others
    for text in ("Ruth Miller has 3 cats.", "How many letters has the name Ruth?", "Alice came. Alicia went."):
        assert read_persons(text, "", read_names(text)) == ()
    (thing,) = read_things("Ida buys 5 apples. Each apple costs $1.", "")
    assert (thing.one, thing.many) == ("apple", "apples") and ("pear", "pears") in thing.others
    for text in (
        "Ida bakes 5 apples pies.",
        "An apple tree has 50 apples.",
        "She has 4 green apples.",
        "He has 5 toy cars. She has 7 cars.",
        "He has 5 binders with 7 stamps each.",
        "They made 5 baskets and won.",
        "They cut 5 oranges.",
    ):
        assert read_things(text, "") == ()
    (robin,) = read_persons("Robin feeds her hens. Robin has 5.", "", ("Robin",))
    assert "Hannah" in robin.others and "Peter" not in robin.others and not robin.must
    assert read_persons("Robin has a sister. Robin feeds her hens.", "", ("Robin",)) == ()
    (peter,) = read_persons("Peter feeds her hens. Peter has 5.", "", ("Peter",))
    assert peter.must and "Hannah" in peter.others
    (zed,) = read_persons("Zedrick has 5 hens.", "", ("Zedrick",))
    assert {"Hannah", "Paul"} <= set(zed.others)
    assert read_persons("Zedrick has 5 hens.", "She has 5.", ("Zedrick",)) == ()
    known = set(names._vocabulary())
    assert not known & (names._ALSO_SHE | names._ALSO_HE) and not names._NO_NEW - known
    (smith,) = read_persons("Mrs. Smith has 5 hens.", "", ("Smith",))
    assert "Hannah" in smith.others and "Paul" not in smith.others
    assert [each.name for each in read_persons("At a lake.  Caleb swims. On Monday Tom swims.", "", ())] == [
        "Caleb",
        "Tom",
    ]
    for text in (
        "What was it? He ran 5 miles.",
        "Ruth has 3 cats, said ruth.",
        "How many letters are in the word Ruth?",
    ):
        assert read_persons(text, "", ()) == ()
    assert rename("{compute_op: max, args: [max, b]}", {"Max": "Ronald"}) == "{compute_op: max, args: [ronald, b]}"
    assert rename("{var: apples_2, args: [apple, pineapple]}", {"apple": "pear", "apples": "pears"}) == (
        "{var: pears_2, args: [pear, pineapple]}"
    )


def test_a_solution_is_given_up_in_doubt() -> None:
    start = (6, 4, 24)
    samples = [(5, 7, 35), (8, 3, 24)]
    kinds = ("integer", "integer")
    good = read_template("6 boxes * 4 = <<6*4=24>>24 cups.", start, samples, (0, 1), kinds)
    assert good is not None
    assert tell(good, (9, 5, 45), (1, 1, 1), 24, 45) == "9 boxes * 5 = <<9*5=45>>45 cups."
    assert tell(good, (9, 5, 45), (1, 1, 1), 24, 44) is None
    for text in ("6*4=<<6*4=24>>24, of the 17 cups.", "<<6*4>>24", "<<6*=24>>24", "<<(6*4=24>>24"):
        assert read_template(text, start, samples, (0, 1), kinds) is None
    assert read_template("Both are 2 * 3 = <<2*3=6>>6.", (2, 3, 6), [(4, 3, 12)], (0,), kinds) is None


def test_what_is_a_noun_is_not() -> None:
    for text in ("A double room is free.", "They cost $3 a dozen."):
        assert read_figure(read_mentions(text)[-1], text) is None


@pytest.mark.parametrize(
    ("steps", "numbers", "doubt"),
    [
        ("- {op: compute, compute_op: div, args: [n1, n2], var: r}", [5, 5], ""),
        ("- {op: compute, compute_op: div, args: [n1, 5], var: r}", [5, 9], "a quotient of 1"),
        ("- {op: compute, compute_op: div, args: [n1, 100], var: r}", [50, 9], "a count is divided by 100"),
        ("- {op: compute, compute_op: mul, args: [n1, n1], var: r}", [40, 40], ""),
        (
            "- {op: compute, compute_op: add, args: [n1, n2], var: a}\n"
            "- {op: compute, compute_op: mul, args: [a, a], var: r}",
            [3, 4],
            "a result is multiplied by itself",
        ),
        ("- {op: compute, compute_op: div, args: [n1, n2], var: r}", [20, 5], ""),
    ],
)
def test_doubts(steps: str, numbers: list[int], doubt: str) -> None:
    text = " ".join(f"{n} cups." for n in numbers)
    program = program_of(run_of(steps, numbers), numbers)
    assert program is not None
    found = doubt_of(program, read_mentions(text), text, {})
    assert doubt in found and bool(doubt) == bool(found)


def test_coins_call_for_what_they_are_worth() -> None:
    assert cued(25, "4 quarters, 7 pens and 9 dimes.") and cued(7, "a week")
    assert not cued(25, "4 quarters of play, 7 pens and 9 cups.")


def test_numbers_in_disguise() -> None:
    mention = one("three-fourths of it")
    assert {4, Fraction(1, 4)} <= guises(mention) and 1 not in guises(mention)
    assert {Fraction(1, 4), 75, 4} <= guises(one("a 25% share"))
    assert guises(one("7 cups")) == {7}


def test_a_lexicon_is_a_search_by_words() -> None:
    lexicon = Lexicon(r"trees?|peel\w*")
    assert lexicon.any(words_of("He is PEELING it.")) and lexicon.any(words_of("tree-lined"))
    assert not lexicon.any(words_of("a street")) and not lexicon.any(())
