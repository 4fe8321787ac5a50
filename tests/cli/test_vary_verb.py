"""vary: what it writes, and one clear sentence for each mistake."""

import json

import pytest

from tracewright.cli import main
from tracewright.data.problem import read_problems
from tracewright.grade import grade

TRACE = """expert: arithmetic
trace:
- {op: init, var: rolls, source: n1}
- {op: init, var: eaten, source: n2}
- {op: compute, compute_op: sub, args: [rolls, eaten], var: left}
- {op: init, var: price, source: n3}
- {op: compute, compute_op: mul, args: [left, price], var: result}
- {op: query, var: result}"""
SOLVED = {
    "question": "Mia bakes 12 rolls and eats 4 of them. She sells the rest for $2 each. How much does she get?",
    "answer": "16",
    "trace": TRACE,
    "id": "own/7",
    "tier": "certain",
}


@pytest.fixture
def source(tmp_path):
    rows = [SOLVED, {**SOLVED, "id": "own/8", "tier": "doubtful"}, {"question": "How many?", "answer": "3"}]
    path = tmp_path / "traces.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_vary(source, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert main(["vary", str(source), "-n", "12", "--seed", "3", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith("12 variants of 1 problems, 1 of which have 12")
    made = read_problems(out)
    assert {problem.schema for problem in made} == {"own/7"}
    assert all(grade(problem.trace, problem).status == "correct" for problem in made)
    assert all(problem.extra["changed"]["slots"] for problem in made)
    first = out.read_bytes()
    assert main(["vary", str(source), "-n", "12", "--seed", "3", "--out", str(out)]) == 0
    assert out.read_bytes() == first
    assert main(["vary", str(source), "-n", "2", "--tiers", "certain", "doubtful", "--out", str(out)]) == 0
    assert {problem.schema for problem in read_problems(out)} == {"own/7", "own/8"}


def test_problems_that_have_no_variant_are_counted(tmp_path, capsys):
    path = tmp_path / "in.jsonl"
    stiff = "A dog has 4 legs and 2 ears. How many legs and ears has it?"
    trace = TRACE.split("- {op: init, var: price")[0].replace("sub", "add").replace("var: left", "var: result")
    row = {"question": stiff, "answer": "6", "trace": trace + "- {op: query, var: result}"}
    path.write_text(json.dumps(row) + "\n")
    assert main(["vary", str(path), "--out", str(tmp_path / "out.jsonl")]) == 0
    told = capsys.readouterr().out
    assert "0 variants of 1 problems" in told and "none for 1: no number may move" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["vary", "nowhere.jsonl", "--out", "x.jsonl"], "does not exist"),
        (["vary", ".", "--out", "x.jsonl"], "is a folder"),
        (["vary", "x.jsonl"], "required: --out"),
        (["vary", "x.jsonl", "--out", "./x.jsonl"], "is the file that is read"),
        (["vary", "x.jsonl", "-n", "0", "--out", "y.jsonl"], "a whole number from 1 on is needed"),
        (["vary", "x.jsonl", "--tiers", "sure", "--out", "y.jsonl"], "invalid choice"),
    ],
)
def test_a_mistake_is_one_sentence(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_no_problem_of_the_tier(source, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert main(["vary", str(source), "--tiers", "likely", "--out", str(out)]) == 2
    assert "has no problem with a trace of tier likely" in capsys.readouterr().err
    assert not out.exists()
