"""Two runs are compared on the same problems only, and no more is said than n allows."""

import random

import pytest

from tracewright.errors import DataError
from tracewright.evaluate.compare import compare, compare_table
from tracewright.evaluate.grades import Graded
from tracewright.evaluate.stats import mcnemar, sign_flip
from tracewright.grade import Grade


def row(index, right, split="dev", schema="", question="", sample=0, answer=""):
    status = "correct" if right else "wrong_answer"
    verdict = Grade(status, float(right), "", answer or ("8" if right else "5"), "arithmetic")
    return Graded(
        id=f"p{index}", split=split, index=sample, question=question or f"How many are {index}?", expected="8",
        schema=schema, error="correct" if right else "other", grade=verdict,
    )  # fmt: skip


def runs(both, only_a, only_b, neither, schema=lambda index: ""):
    pairs = [(1, 1)] * both + [(1, 0)] * only_a + [(0, 1)] * only_b + [(0, 0)] * neither
    return ([row(index, pair[side], schema=schema(index)) for index, pair in enumerate(pairs)] for side in (0, 1))


def one(*counts, **more):
    rows_a, rows_b = runs(*counts, **more)
    random.Random(9).shuffle(rows_b)  # the order of the lines says nothing
    (found,) = compare(rows_a, rows_b, rng=random.Random(0), resamples=2000)
    return found


def test_the_four_counts_the_difference_and_mcnemar():
    found = one(40, 10, 25, 25)
    assert (found.both, found.only_a, found.only_b, found.neither, found.n) == (40, 10, 25, 25, 100)
    assert (found.rate_a, found.rate_b, found.difference) == (0.5, 0.65, pytest.approx(0.15))
    assert found.p == found.mcnemar == mcnemar(10, 25) < 0.05
    assert 0 < found.low < 0.15 < found.high
    assert found.told_apart and found.sentence.startswith("B is better, and not by chance (n = 100, p = 0.017)")
    assert one(40, 25, 10, 25).sentence.startswith("A is better")


def test_a_small_difference_is_not_told_from_chance():
    found = one(15, 3, 5, 7)
    assert not found.told_apart and found.low < 0 < found.high
    assert found.sentence.startswith("The difference cannot be told from chance (n = 30, p = 0.73)")
    assert f"{100 * found.smallest:.1f} points" in found.sentence
    assert found.smallest > found.difference


def test_equal_runs_still_have_an_interval():
    found = one(30, 0, 0, 0)
    assert (found.difference, found.p) == (0, 1)
    assert found.low < -0.05 and found.high > 0.05


def test_too_few_problems_say_so():
    assert "no difference whatever" in one(1, 0, 3, 0).sentence


def test_schemas_are_the_units_where_they_repeat():
    """All of the gain lies in one schema: for McNemar it is certain, for schemas it is a single witness."""
    found = one(30, 0, 20, 0, schema=lambda index: f"s{min(index, 30) // 10}")
    assert found.mcnemar < 1e-5
    assert found.clusters == 4
    assert found.test == "exact sign-flip test over schemas"
    assert found.p == sign_flip([0] * 30 + [1] * 20, ["a"] * 30 + ["b"] * 20) == 1
    assert not found.told_apart
    assert found.low <= 0
    spread = one(30, 0, 20, 0, schema=lambda index: f"s{index % 10}")
    assert spread.told_apart and spread.p == pytest.approx(2 / 2**10)


def test_with_several_samples_the_vote_counts():
    rows_a = [row(1, right, sample=index) for index, right in enumerate((1, 0, 0))]
    rows_b = [row(1, right, sample=index) for index, right in enumerate((0, 1, 1))]
    (found,) = compare(rows_a, rows_b, rng=random.Random(0))
    assert (found.n, found.only_a, found.only_b) == (1, 0, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[1:], "1 problems are in run A only, 'p0' first"),
        (lambda rows: [*rows, row(77, 1)], "1 problems are in run B only, 'p77' first"),
        (lambda rows: [row(0, 1, question="Another?"), *rows[1:]], "problem 'p0' has another question in run B"),
        (lambda rows: [row(index, 1, split="test") for index in range(4)], "no split in common: dev and test"),
        (lambda rows: [], "no split in common: dev and none"),
    ],
)
def test_different_problems_are_an_error(change, said):
    rows_a, rows_b = runs(1, 1, 1, 1)
    with pytest.raises(DataError) as caught:
        compare(rows_a, change(rows_b), rng=random.Random(0))
    assert said in str(caught.value)


def test_each_common_split_is_compared_on_its_own():
    rows_a, rows_b = runs(5, 1, 2, 2)
    more = [row(index, 1, split="fresh") for index in range(3)]
    found = compare([*rows_a, *more, row(9, 1, split="only a")], [*more, *rows_b], rng=random.Random(0))
    assert [(part.split, part.n) for part in found] == [("dev", 10), ("fresh", 3)]
    text = compare_table(found, "runs/one", "runs/two")
    assert text.startswith("A: runs/one\nB: runs/two")
    assert "both right 5, only A 1, only B 2, neither 2" in text
    assert "dev: n = 10" in text and "exact McNemar test" in text
    assert found[0].to_dict()["sentence"] == found[0].sentence
