"""One hand-made wrong trace a class: what a person would call it is what the taxonomy calls it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.evaluate.taxonomy import CLASSES, FAULT_CLASSES, SEMANTIC, classify
from tracewright.grade import STATUSES, grade
from tracewright.trace.fault import FAULTS


def trace(*steps, expert="arithmetic"):
    return f"expert: {expert}\ntrace:\n" + "\n".join(f"- {{op: {step}}}" for step in steps)


LAID, EATEN, BAKED, PRICE = (
    f"init, var: {name}, source: n{place}" for place, name in enumerate(("laid", "eaten", "baked", "price"), 1)
)
REST = "compute, compute_op: sub, args: [laid, eaten], var: step1"
SOLD = "compute, compute_op: sub, args: [step1, baked], var: step2"
PAID = "compute, compute_op: mul, args: [step2, price], var: step3"
WEEK = "compute, compute_op: mul, args: [step3, 7], var: result"
ASK = "query, var: result"
GOLD = (LAID, EATEN, BAKED, PRICE, REST, SOLD, PAID, WEEK, ASK)

PROBLEM = Problem(
    question="Mira's hens lay 16 eggs a day. She eats 3, bakes with 4 and sells the rest for $2 each. How much a week?",
    answer="126",
    id="eggs",
    trace=trace(*GOLD),
    expert="arithmetic",
)


def swap(old, new, steps=GOLD):
    assert old in steps
    return trace(*(new if step == old else step for step in steps))


COMPLETIONS = {
    "correct": trace(*GOLD),
    "empty": " \n",
    "not_yaml": trace(*GOLD)[:80],
    "not_a_trace": "She earns 126 dollars a week.",
    "too_large": "expert: arithmetic\ntrace:\n" + "# on and on\n" * 20_000,
    "bad_vocabulary": swap(REST, "sub, args: [laid, eaten], var: step1"),
    "bad_fields": swap(REST, "compute, compute_op: sub, args: [laid, eaten]"),
    "bad_value": swap(LAID, "init, var: laid, value: 4 * 4"),
    "bad_reference": swap(REST, "compute, compute_op: sub, args: [layed, eaten], var: step1"),
    "bad_query": trace(*GOLD[:-1]),
    "short_circuit": trace(LAID, "query, var: laid"),
    "division_by_zero": swap(WEEK, "compute, compute_op: div, args: [step3, 0], var: result"),
    "wrong_expert": trace(*GOLD, expert="comparison"),
    "missing_last_step": trace(LAID, EATEN, BAKED, PRICE, REST, SOLD, PAID, "query, var: step3"),
    "wrong_operation": swap(PAID, "compute, compute_op: add, args: [step2, price], var: step3"),
    "wrong_wiring": swap(SOLD, "compute, compute_op: sub, args: [baked, step1], var: step2"),
    "missing_step": swap(PAID, "compute, compute_op: mul, args: [step1, price], var: step3"),
    "extra_step": swap(WEEK, "compute, compute_op: mul, args: [step3, 7, 2], var: result"),
    "wrong_constant": swap(WEEK, "compute, compute_op: mul, args: [step3, 5], var: result"),
    "wrong_value": swap(EATEN, "init, var: eaten, value: 8"),
    "other": trace(
        LAID, EATEN, BAKED, PRICE, "compute, compute_op: mul, args: [laid, eaten], var: step1",
        "compute, compute_op: div, args: [step1, 7], var: step2",
        "compute, compute_op: add, args: [price, step2], var: step3",
        "compute, compute_op: sub, args: [step3, baked], var: result", ASK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLETIONS)
def test_example_is_called_by_its_name(name):
    verdict = grade(COMPLETIONS[name], PROBLEM)
    assert classify(COMPLETIONS[name], PROBLEM, verdict) == name


def test_every_class_has_an_example():
    assert set(COMPLETIONS) == set(CLASSES) - {"truncated", "no_gold"}


def test_a_completion_that_was_cut_off_is_truncated_whatever_it_holds():
    for text in COMPLETIONS.values():
        assert classify(text, PROBLEM, grade(text, PROBLEM, truncated=True)) == "truncated"


def test_without_a_gold_trace_a_wrong_answer_is_not_explained():
    alone = Problem(question=PROBLEM.question, answer=PROBLEM.answer, id="eggs")
    text = COMPLETIONS["wrong_operation"]
    assert classify(text, alone, grade(text, alone)) == "no_gold"


def test_a_gold_trace_that_does_not_run_is_named():
    broken = Problem(question=PROBLEM.question, answer="126", id="eggs", trace=trace(LAID, ASK))
    text = COMPLETIONS["wrong_operation"]
    with pytest.raises(DataError, match="gold trace of 'eggs' does not run"):
        classify(text, broken, grade(text, broken))


OTHERS = {
    # wired otherwise: the same values and operations, the eggs for baking taken from the price
    "wrong_wiring": trace(
        LAID, EATEN, BAKED, PRICE, REST, "compute, compute_op: mul, args: [step1, price], var: step2",
        "compute, compute_op: mul, args: [step2, 7], var: step3",
        "compute, compute_op: sub, args: [step3, baked], var: result", ASK,
    ),
    # a value of the question is left out, and another operation stands there: more than a missing step
    "wrong_value": trace(LAID, EATEN, PRICE, "compute, compute_op: div, args: [laid, price, eaten], var: result", ASK),
    # two numbers of the question change places
    "wrong_operation": swap(REST, "compute, compute_op: add, args: [eaten, laid], var: step1"),
    # one step for two, by a chain of arguments, and the price forgotten
    "missing_step": trace(
        LAID, EATEN, BAKED, PRICE, "compute, compute_op: sub, args: [laid, baked, eaten], var: left",
        "compute, compute_op: mul, args: [7, left], var: result", ASK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_second_example_is_called_by_its_name(name):
    assert classify(OTHERS[name], PROBLEM, grade(OTHERS[name], PROBLEM)) == name


def test_names_order_and_chains_do_not_matter():
    """A wrong operation stays one when the trace is written in another way."""
    text = trace(
        "init, var: p, value: 2", "init, var: z, value: 4", "init, var: e, value: 3", "init, var: l, value: 16",
        "compute, compute_op: sub, args: [l, z, e], var: left", "compute, compute_op: add, args: [p, left], var: paid",
        "compute, compute_op: mul, args: [7, paid], var: w", "query, var: w",
    )  # fmt: skip
    assert classify(text, PROBLEM, grade(text, PROBLEM)) == "wrong_operation"


def test_what_the_answer_does_not_depend_on_is_left_out():
    text = COMPLETIONS["missing_step"].replace(
        "- {op: query", "- {op: compute, compute_op: add, args: [baked, 12], var: aside}\n- {op: query"
    )
    assert classify(text, PROBLEM, grade(text, PROBLEM)) == "missing_step"


def test_entities_are_compared_as_what_they_compute():
    gold = trace(
        "init, var: ola, source: n1", "init, var: ben, source: n2", "transfer, from: ola, to: ben, amount: 2",
        "add_entity, entity: ben, amount: 1", "compute, compute_op: sub, args: [ben, ola], var: result", ASK,
        expert="entity_track",
    )  # fmt: skip
    question = "Ola has 6 cards and Ben has 9. Ola gives him some. How many more has Ben?"
    problem = Problem(question=question, answer="8", id="cards", trace=gold, expert="entity_track")
    cases = {
        "wrong_operation": gold.replace("add_entity, entity: ben, amount: 1", "consume, entity: ben, amount: 1"),
        "missing_step": gold.replace("- {op: add_entity, entity: ben, amount: 1}\n", ""),
        "wrong_constant": gold.replace("amount: 2", "amount: 3"),
        "wrong_wiring": gold.replace("[ben, ola]", "[ola, ben]"),
    }
    for name, text in cases.items():
        assert classify(text, problem, grade(text, problem)) == name


def test_a_value_that_doubles_a_hundred_times_is_compared_at_once():
    steps = [LAID, "compute, compute_op: add, args: [laid, laid], var: x"]
    steps += ["compute, compute_op: add, args: [x, x], var: x"] * 200
    steps += ["compute, compute_op: sub, args: [x, 1], var: result", ASK]
    problem = Problem(question=PROBLEM.question, answer="1", id="twice", trace=trace(*steps, expert="arithmetic"))
    text = trace(*steps[:-2], "compute, compute_op: sub, args: [1, x], var: result", ASK)
    assert classify(text, problem, grade(text, problem)) == "wrong_wiring"


@pytest.mark.parametrize("source", ["sub", "sub.result", "subn1.result", "prev.", "prev.x.result", "n\u0663", "n0"])
def test_a_source_that_is_none_is_a_bad_reference(source):
    text = swap(EATEN, f"init, var: eaten, source: {source}")
    assert classify(text, PROBLEM, grade(text, PROBLEM)) == "bad_reference"


def test_every_fault_kind_has_a_class():
    assert set(FAULT_CLASSES) == set(FAULTS)
    assert set(FAULT_CLASSES.values()) <= set(CLASSES) - set(SEMANTIC)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_every_spoiled_trace_has_exactly_one_class(seed, truncated):
    rng = random.Random(seed)
    text = rng.choice(list(COMPLETIONS.values()))[:600]
    for _ in range(rng.randint(0, 3)):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(["", "0", "n2", "sub", "]", "}\n"]) + text[place + rng.randint(0, 4) :]
    verdict = grade(text, PROBLEM, truncated=truncated)
    found = classify(text, PROBLEM, verdict)
    assert found in CLASSES
    assert (found == "correct") == (verdict.status == "correct")
    assert (found in SEMANTIC) == (verdict.status == "wrong_answer")
    assert (found == "truncated") == (verdict.status == "truncated")
    assert verdict.status in STATUSES
