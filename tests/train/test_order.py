from collections import Counter

import pytest

from tracewright.data.problem import Problem
from tracewright.train.order import WINDOW, ErrorOrder, Order, QuestionOrder, curriculum_ranks

LENGTHS = [(7 * place) % 50 + 10 for place in range(100)]


@pytest.mark.parametrize("bucket", [True, False])
def test_every_example_comes_once_a_pass(bucket):
    order = Order(LENGTHS, batch=5, seed=1, bucket=bucket)
    steps = 5 * WINDOW  # whole passes: 800 examples
    counts = Counter(index for step in range(steps) for index in order(step))
    assert set(counts.values()) == {steps * 5 // 100}
    assert all(len(order(step)) == 5 for step in range(steps))


def test_a_step_is_a_function_of_the_seed_and_the_step():
    first, second = Order(LENGTHS, batch=4, seed=1), Order(LENGTHS, batch=4, seed=1)
    steps = list(range(70))
    assert [first(step) for step in steps] == [second(step) for step in reversed(steps)][::-1]
    other = Order(LENGTHS, batch=4, seed=2)
    assert [other(step) for step in steps] != [first(step) for step in steps]


def test_buckets_hold_like_lengths():
    def padding(bucket: bool) -> int:
        order = Order(LENGTHS, batch=5, seed=1, bucket=bucket)
        batches = [[LENGTHS[index] for index in order(step)] for step in range(WINDOW)]
        return sum(max(batch) * len(batch) - sum(batch) for batch in batches)

    assert padding(True) < padding(False) / 5


def test_lengths_come_in_any_order_over_time():
    order = Order(LENGTHS, batch=5, seed=1)
    means = [sum(LENGTHS[index] for index in order(step)) for step in range(WINDOW)]
    assert means != sorted(means)


def test_fewer_examples_than_a_batch_repeat():
    order = Order([3, 4], batch=5, seed=0, bucket=False)
    assert Counter(index for step in range(2) for index in order(step)) == {0: 5, 1: 5}


@pytest.mark.parametrize("bucket", [True, False])
def test_a_curriculum_goes_from_low_ranks_to_high(bucket):
    ranks = [place % 4 for place in range(128)]
    order = Order([10] * 128, batch=4, seed=0, bucket=bucket, ranks=ranks)
    seen = [ranks[index] for step in range(WINDOW) for index in order(step)]
    assert seen == sorted(seen)
    shuffled = [index for step in range(8) for index in order(step)]
    assert shuffled != sorted(shuffled)


def test_ranks_of_curricula():
    problems = [Problem(question="?", answer="1", expert=expert, steps=steps) for expert, steps in
                [("percentage", 3), ("composition", 1), ("arithmetic", 2), ("", 5)]]  # fmt: skip
    assert curriculum_ranks(problems, "steps") == [3, 1, 2, 5]
    assert curriculum_ranks(problems, "expert") == [4, 5, 0, 6]
    assert curriculum_ranks(problems, "none") is None


def test_what_fails_is_drawn_more_often_and_nothing_is_forgotten():
    groups = ["easy"] * 50 + ["hard"] * 50
    order = ErrorOrder(LENGTHS, groups, batch=5, seed=0)
    first = Counter(groups[index] for step in range(WINDOW) for index in order(step))
    assert 0.3 < first["easy"] / first.total() < 0.7
    for _ in range(30):
        order.note([0, 60], [0.0, 2.3])
    later = Counter(groups[index] for step in range(WINDOW, 2 * WINDOW) for index in order(step))
    share = later["easy"] / later.total()
    assert share == pytest.approx(0.1 / (0.1 + 1.0), abs=0.06)
    assert later["easy"] > 0


def test_the_order_by_errors_goes_on_from_its_state():
    groups = ["a", "b"] * 50
    whole = ErrorOrder(LENGTHS, groups, batch=3, seed=0)
    seen = []
    state = None
    for step in range(2 * WINDOW + 5):
        if step == WINDOW + 7:
            state = whole.state()
        seen.append(whole(step))
        whole.note(seen[-1], [0.7 * (groups[index] == "a") for index in seen[-1]])
    again = ErrorOrder(LENGTHS, groups, batch=3, seed=0, state=state)
    for step in range(WINDOW + 7, 2 * WINDOW + 5):
        batch = again(step)
        assert batch == seen[step]
        again.note(batch, [0.7 * (groups[index] == "a") for index in batch])


MIXED = [Problem(question="?", answer="1", expert=("arithmetic", "percentage")[place % 2], steps=place % 5 + 1)
         for place in range(40)]  # fmt: skip


def questions(curriculum, state=None, **changes):
    settings = {"questions": 4, "steps": 6, "seed": 3, **changes}
    return QuestionOrder(MIXED, curriculum=curriculum, state=state or {}, **settings)


def test_questions_without_a_curriculum_are_the_row_of_passes():
    order = questions("none")
    seen = [index for step in range(20) for index in order(4, step)]
    assert [Counter(seen[start : start + 40]) for start in (0, 40)] == [Counter(range(40))] * 2
    assert seen[:40] != seen[40:]
    assert order.state() == {"cursor": 80}
    assert questions("none", order.state())(4, 20) == order(4, 20)


@pytest.mark.parametrize("curriculum", ["steps", "expert"])
def test_questions_of_a_curriculum_span_the_run(curriculum):
    """The run takes 24 of 40 questions: they are spread over all ranks, and come in the order of these."""
    ranks = curriculum_ranks(MIXED, curriculum)
    order = questions(curriculum)
    seen = []
    for step in range(6):
        seen += order(4, step)
        assert len(order(2, step, 1)) == 2  # replacements do not move the plan on
    assert len(set(seen)) == 24
    assert [ranks[index] for index in seen] == sorted(ranks[index] for index in seen)
    assert {ranks[index] for index in seen} == set(ranks)
    assert order.state() == {"cursor": 24 + 12}
    again = questions(curriculum, {"cursor": 26})
    assert [again(4, step) for step in range(6)] == [seen[start : start + 4] for start in range(0, 24, 4)]


def test_questions_that_fail_are_drawn_more_often_and_nothing_is_forgotten():
    order = questions("errors")
    for step in range(30):
        drawn = order(4, step)
        assert len(set(drawn)) == 4
        order.note(drawn, [MIXED[index].expert == "arithmetic" for index in drawn])
    assert order.errors["arithmetic"] < 0.1 < 0.9 < order.errors["percentage"]
    experts = Counter(MIXED[index].expert for step in range(30, 230) for index in order(2, step))
    assert experts["arithmetic"] / 400 == pytest.approx(0.1 / 1.2, abs=0.05)
    again = questions("errors", order.state())
    assert [again(4, step) for step in range(5)] == [order(4, step) for step in range(5)]
    assert len(order(50, 0)) == 50  # more than there are questions
