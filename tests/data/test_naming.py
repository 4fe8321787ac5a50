"""The four naming strategies, on one trace of each shape; what a trace computes does not depend on them."""

import pytest

from tracewright.data.generate import Options, generate
from tracewright.data.naming import NAMINGS, RESERVED, rename, variables
from tracewright.data.schema import load_schemas
from tracewright.mention import read_mentions
from tracewright.number import write
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

CHAIN = """expert: arithmetic
trace:
- {op: init, var: produced, value: 16}
- {op: init, var: eaten, value: 3}
- {op: compute, compute_op: sub, args: [produced, eaten], var: left}
- {op: init, var: price, value: 2}
- {op: compute, compute_op: mul, args: [left, price], var: earned}
- {op: query, var: earned}"""

TRACK = """expert: entity_track
trace:
- {op: init, var: bob.cards, value: 16}
- {op: init, var: given, value: 3}
- {op: transfer, from: bob.cards, to: ann.cards, amount: given}
- {op: query, var: ann.cards}"""


def named(text, naming, owner="ann"):
    trace = parse(text)
    assert isinstance(trace, Trace)
    return render(rename(trace, naming, owner))


def test_hybrid_keeps_what_enters_and_numbers_what_is_computed():
    assert named(CHAIN, "hybrid") == CHAIN.replace("left", "step1").replace("earned", "result")


def test_semantic_changes_nothing():
    assert named(CHAIN, "semantic") == CHAIN
    assert named(TRACK, "semantic") == TRACK


def test_abstract_takes_the_meaning_away():
    text = CHAIN.replace("left", "step1").replace("earned", "result")
    assert named(CHAIN, "abstract") == text.replace("produced", "a").replace("eaten", "b").replace("price", "c")


def test_per_instance_names_the_owner():
    text = named(CHAIN, "per_instance")
    assert "args: [ann.produced, ann.eaten], var: ann.left" in text
    assert named(TRACK, "per_instance") == TRACK.replace("given", "ann.given")


def test_entities_keep_their_names_in_hybrid():
    assert named(TRACK, "hybrid") == TRACK


def test_variables_of_a_part():
    part = parse(CHAIN).parts[0]
    assert variables(part) == (["produced", "eaten", "price"], ["left", "earned"], "earned")


@pytest.mark.parametrize("naming", NAMINGS)
def test_each_part_of_a_composition_starts_anew(naming):
    text = f"- {CHAIN}\n- {CHAIN}".replace("\n", "\n  ").replace("\n  - expert", "\n- expert")
    first, second = parse(named(text, naming)).parts
    assert first == second


@pytest.mark.parametrize("naming", NAMINGS)
def test_every_naming_solves_to_the_same_answer(naming):
    for schema in list(load_schemas().values())[::7]:
        problem = generate(schema, 3, 1, Options(naming, split=None))
        solution = solve(parse(problem.trace), read_mentions(problem.question))
        assert not isinstance(solution, Fault), (schema.name, solution)
        assert write(solution.answer) == problem.answer


def test_reserved_names():
    assert all(RESERVED.match(name) for name in ("result", "step1", "step12"))
    assert not any(RESERVED.match(name) for name in ("results", "step", "steps1", "prev"))
