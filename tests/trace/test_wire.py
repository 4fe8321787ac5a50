"""A trace is wired once and run on many numbers, as if it were solved anew each time."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracewright.mention import read_mentions
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.solve import MAX_BITS, Solution, Wired, solve, wire
from tracewright.trace.syntax import Trace

TEXT = """
- expert: arithmetic
  trace:
  - {op: init, var: eggs, source: n1}
  - {op: init, var: boxes, source: n2}
  - {op: compute, compute_op: div, args: [eggs, boxes], var: each}
  - {op: query, var: each}
- expert: entity_track
  trace:
  - {op: init, var: each, source: prev.result}
  - {op: init, var: ann, source: n3}
  - {op: transfer, from: ann, to: ben, amount: each}
  - {op: add_entity, entity: ben, amount: 2}
  - {op: query, var: ben}
"""


def read(text: str = TEXT) -> Trace:
    trace = parse(text)
    assert isinstance(trace, Trace)
    return trace


WIRED = wire(read(), 3)


@given(*[st.integers(0, 50)] * 3)
def test_a_wired_trace_runs_as_it_is_solved(eggs: int, boxes: int, ann: int) -> None:
    solved = solve(read(), read_mentions(f"{eggs} eggs, {boxes} boxes, Ann has {ann} pens."))
    assert WIRED.run([eggs, boxes, ann]) == solved
    if boxes:
        each = Fraction(eggs, boxes)
        assert isinstance(solved, Solution)
        assert solved.answer == WIRED.answer([eggs, boxes, ann]) == each + 2
        assert solved.values == ((eggs, boxes, each, each), (each, ann, ann - each, each + 2, each + 2))
    else:
        assert isinstance(solved, Fault)
        assert (solved.kind, solved.step, WIRED.answer([eggs, 0, ann])) == ("division_by_zero", 3, solved)


@pytest.mark.parametrize(
    ("old", "new", "numbers", "kind", "step"),
    [
        ("source: n3", "source: n4", [6, 3, 9], "unknown_source", 6),
        ("source: n3", "source: n4", [6, 0, 9], "division_by_zero", 3),
        ("from: ann", "from: bob", [6, 3, 9], "undefined_name", 7),
        ("from: ann", "from: bob", [6, 0, 9], "division_by_zero", 3),
        ("from: ann", "from: ann", [2**MAX_BITS, 1, 9], "too_large", 3),
        ("from: ann", "from: ann", [2**MAX_BITS - 1, 1, 9], "too_large", 8),
        ("from: ann", "from: ann", [1, 2**MAX_BITS, 9], "too_large", 3),
        ("op: query, var: each", "op: query, var: eggs", [6, 3, 9], "short_circuit", 4),
    ],
)
def test_the_first_fault_is_told_whatever_is_found_first(
    old: str, new: str, numbers: list[int], kind: str, step: int
) -> None:
    wired = wire(read(TEXT.replace(old, new)), 3)
    fault = wired.run(numbers)
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.step) == (kind, step)
    assert wired.answer(numbers) == fault


def test_nothing_is_no_trace() -> None:
    wired = wire(Trace((), True), 0)
    assert isinstance(wired, Wired)
    fault = wired.run([])
    assert isinstance(fault, Fault)
    assert fault.kind == "empty_composition"
