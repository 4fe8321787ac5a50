"""annotate: every format through one command, the same table, and problems that a recipe can train on."""

import json
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.data.problem import read_problems
from tracewright.grade import grade

FOLDER = Path(__file__).parents[1] / "data" / "sources"


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_format(path, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert main(["annotate", str(path), "--out", str(out), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    done = read_problems(out)
    assert rows[0]["name"] == "executes to the gold answer"
    assert rows[0]["count"] == sum(bool(problem.trace) for problem in done) > 0
    for problem in done:
        assert not problem.trace or grade(problem.trace, problem).status == "correct"
    failed = sum(row["count"] for row in rows if row["table"] == "failures")
    assert rows[0]["count"] + failed == rows[0]["total"]


def test_the_format_can_be_named(tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    words = ["annotate", str(FOLDER / "own_mathqa.json"), "--out", str(out)]
    assert main([*words, "--format", "program"]) == 0
    assert "tier certain" in capsys.readouterr().out
    assert main([*words, "--format", "equation"]) == 2
    assert "line 2: no text in a field 'squestion' or 'question'" in capsys.readouterr().err.splitlines()[-1]
    assert main([*words, "--format", "programs"]) == 2
    assert "invalid choice" in capsys.readouterr().err


def test_answers_alone_are_no_annotation(tmp_path, capsys):
    source = tmp_path / "questions.jsonl"
    source.write_text('{"question": "Ann has 3 hens and gets 4. How many has she?", "answer": 7}\n')
    assert main(["annotate", str(source), "--out", str(tmp_path / "out.jsonl")]) == 2
    assert "rl.problems" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "out.jsonl").exists()
