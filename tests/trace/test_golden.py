"""Golden traces: files that a person can read, each with its answer or its fault; every row of the tables occurs."""

import re
from pathlib import Path

import pytest

from tracewright.mention import read_mentions
from tracewright.number import write
from tracewright.trace.experts import COMPUTE_OPS, EXPERTS, OPERATIONS
from tracewright.trace.explain import explain
from tracewright.trace.fault import FAULTS, LINTS, Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import lint, solve

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.yaml"))


def read(path):
    text = path.read_text()
    header = dict(re.findall(r"^#: (\w+): (.*)$", text, re.M))
    return header, re.sub(r"^#: .*\n", "", text, flags=re.M).strip("\n")


def run(header, text):
    trace = parse(text)
    if isinstance(trace, Fault):
        return trace, trace
    return trace, solve(trace, read_mentions(header.get("question", "")))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path):
    header, text = read(path)
    trace, solution = run(header, text)
    if "fault" in header:
        assert isinstance(solution, Fault)
        assert f"{solution.kind} at step {solution.step}" == header["fault"]
        assert solution.message
        if "hint" in header:
            assert solution.hint == header["hint"]
        return
    assert not isinstance(solution, Fault), solution
    assert write(solution.answer) == header["answer"]
    if header.get("canonical") != "no":
        assert render(trace) == text
    remarks = lint(trace, solution, read_mentions(header.get("question", "")), "question" in header)
    if "lint" in header:
        assert [f"{remark.kind} at step {remark.step}" for remark in remarks] == [header["lint"]]
    lines = explain(trace, solution, read_mentions(header.get("question", "")))
    assert lines[-1].endswith("= " + header["answer"])


def test_every_fault_and_lint_has_a_golden_trace():
    headers = [read(path)[0] for path in GOLDEN]
    assert {header["fault"].split(" at ")[0] for header in headers if "fault" in header} == set(FAULTS)
    assert {header["lint"].split(" at ")[0] for header in headers if "lint" in header} == set(LINTS)


def test_every_row_of_the_table_has_a_golden_trace():
    traces = [parse(read(path)[1]) for path in GOLDEN if "fault" not in read(path)[0]]
    steps = [(part.expert, step) for trace in traces for part in trace.parts for step in part.steps]
    assert {expert for expert, _ in steps} == set(EXPERTS)
    assert {step.op for _, step in steps} == set(OPERATIONS) - {"formula"}
    assert {step.fields["compute_op"] for _, step in steps if step.op == "compute"} == set(COMPUTE_OPS)


def test_the_language_page_names_every_row():
    page = (Path(__file__).parents[2] / "docs" / "language.md").read_text()
    for name in [*FAULTS, *LINTS, *EXPERTS, *OPERATIONS, *COMPUTE_OPS]:
        assert f"`{name}`" in page, name
