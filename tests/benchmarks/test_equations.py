"""The benchmark of wiring by equations alone: what it tells is what the trace computes, and differences are seen."""

import importlib.util
from pathlib import Path

from tracewright import parse, read_mentions
from tracewright.data.problem import Problem

PATH = Path(__file__).parents[2] / "benchmarks" / "equations.py"
spec = importlib.util.spec_from_file_location("equations_benchmark", PATH)
equations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(equations)

MIA = Problem(
    question="Mia bakes 12 rolls and eats 4 of them. She sells the rest for $2 each. How much does she get?",
    answer="16",
    solution="She has 12 - 4 = <<12-4=8>>8 rolls left.\nShe gets 8 * 2 = $<<8*2=16>>16.",
    id="mia",
)


def test_a_trace_is_told_and_found_again():
    found = list(equations.outcomes([MIA]))
    assert found == [equations.Outcome("mia", "((12 - 4) * 2)", 2, "certain", True)]


def test_traces_that_differ_on_other_numbers_are_seen():
    question = "A box has 5 red pens and 5 blue pens. Ida takes 2."
    trace = "expert: arithmetic\ntrace:\n- {op: init, var: a, source: n1}\n- {op: init, var: b, source: n3}\n" + (
        "- {op: compute, compute_op: sub, args: [a, b], var: result}\n- {op: query, var: result}"
    )
    mentions = read_mentions(question)
    assert equations.same(parse(trace), parse(trace), mentions)
    assert not equations.same(parse(trace), parse(trace.replace("n1", "n2")), mentions)
