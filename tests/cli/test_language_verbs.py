"""solve, grade, mentions, experts: what they print, their exit codes, and one clear sentence for each mistake."""

import io
import json
import subprocess
import sys

import pytest

from tracewright.cli import main

GOOD = """expert: arithmetic
trace:
- {op: init, var: a, source: n1}
- {op: compute, compute_op: mul, args: [a, 3], var: b}
- {op: query, var: b}
"""
BAD = GOOD.replace("args: [a, 3]", "args: [aa, 3]")


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.yaml"
    path.write_text(GOOD)
    return str(path)


def test_solve_prints_the_answer_and_the_steps(trace, capsys):
    assert main(["solve", trace, "--question", "Ann has 4 hens and 2.5 eggs."]) == 0
    out, err = capsys.readouterr()
    assert out == "12\n"
    assert "b = a * 3 = 4 * 3 = 12" in err


def test_solve_json(trace, capsys):
    assert main(["solve", trace, "--question", "Ann has 4 hens.", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert set(row) == {"status", "answer", "fault", "steps", "lints"}
    assert (row["status"], row["answer"], row["fault"], row["lints"]) == ("ok", "12", None, [])
    assert [step["value"] for step in row["steps"]] == ["4", "12", "12"]


def test_solve_names_the_fault(tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    assert main(["solve", str(path), "--question", "4 hens"]) == 1
    assert "undefined_name: 'aa' is read before it is set; did you mean 'a'?" in capsys.readouterr().err
    assert main(["solve", str(path), "--question", "4 hens", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["status"] == "fault"
    assert set(row["fault"]) == {"kind", "step", "message", "hint"}
    assert (row["fault"]["kind"], row["fault"]["step"], row["answer"]) == ("undefined_name", 2, None)


def test_solve_reads_standard_input_and_fences(monkeypatch, capsys):
    text = "Sure:\n```yaml\n" + GOOD.replace("source: n1", "value: 1/3") + "```\nDone."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["solve", "-"]) == 0
    assert capsys.readouterr().out == "1\n"


def write(tmp_path, *rows):
    path = tmp_path / "completions.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return str(path)


def test_grade(tmp_path, capsys):
    path = write(
        tmp_path,
        {"completion": GOOD, "answer": "12", "question": "4 hens", "id": "x"},
        {"completion": GOOD, "answer": 13, "question": "4 hens"},
        {"completion": GOOD, "answer": "12", "question": "4 hens", "expert": "percentage"},
        {"completion": BAD, "answer": "12", "question": "4 hens"},
        {"completion": "\ud800 no", "answer": "12"},
        {"completion": GOOD, "answer": "12", "question": "4 hens", "truncated": True},
    )
    assert main(["grade", path]) == 0
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    statuses = ["correct", "wrong_answer", "wrong_expert", "invalid_trace", "parse_failure", "truncated"]
    assert [row["status"] for row in rows] == statuses
    assert [row["reward"] for row in rows] == [1.0, 0.7, 0.3, 0.5, 0.0, 0.0]
    assert (rows[0]["id"], rows[0]["line"]) == ("x", 1)
    assert "6 completions, mean reward 0.417" in err
    assert main(["grade", path, "--rewards", "binary", "--out", str(tmp_path / "grades.jsonl")]) == 0
    assert capsys.readouterr().out == ""
    rows = [json.loads(line) for line in (tmp_path / "grades.jsonl").read_text().splitlines()]
    assert [row["reward"] for row in rows] == [1, 0, 0, 0, 0, 0]


def test_decimals_of_the_answer_are_its_precision(tmp_path, capsys):
    third = GOOD.replace("mul", "div")
    path = write(
        tmp_path,
        json.dumps({"completion": third, "answer": 3.33, "question": "10 hens"}),
        json.dumps({"completion": third, "answer": "$3.330", "question": "10 hens"}),
    )
    assert main(["grade", path]) == 0
    assert [json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()] == ["correct", "wrong_answer"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: a JSON object is needed"),
        ('{"answer": "3"}', "line 2: 'completion' is missing"),
        ('{"completion": "x"}', "line 2: 'answer' is missing"),
        ('{"completion": 3, "answer": [1]}', "line 2: 'answer' must be text"),
        ('{"completion": "x", "answer": "many"}', "line 2: the expected answer 'many' is no number"),
        ('{"completion": "x", "answer": "3", "anwser": "3"}', "line 2: unknown field 'anwser'; did you mean 'answer'?"),
        ('{"completion": "x", "answer": "3", "expert": "arithmetics"}', "did you mean 'arithmetic'?"),
        ('{"completion": "x", "answer": "3", "truncated": "no"}', "line 2: 'truncated' must be true or false"),
        ("[" * 100_000, "line 2: "),
    ],
)
def test_grade_names_the_bad_line(tmp_path, capsys, row, message):
    path = write(tmp_path, {"completion": GOOD, "answer": "12"}, row)
    out = tmp_path / "grades.jsonl"
    assert main(["grade", path, "--out", str(out)]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not out.exists()


def test_mentions(capsys):
    assert main(["mentions", "Half of the 1,200 seats cost $4.50 each."]) == 0
    values = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert values == ["0.5", "1200", "4.5"]
    assert main(["mentions", "two dozen", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["name"], row["value"], row["text"]) == ("n1", "24", "two dozen")


def test_experts_prints_the_table(capsys):
    assert main(["experts"]) == 0
    out = capsys.readouterr().out
    assert "percent_off" in out
    assert "rate_equation" in out
    assert main(["experts", "--faults"]) == 0
    assert "short_circuit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["solv"], "unknown verb 'solv'; did you mean 'solve'?"),
        (["solve"], "the following arguments are required"),
        (["solve", "x", "--jsno"], "unknown flag '--jsno'; did you mean '--json'?"),
        (["solve", "nowhere.yaml"], "nowhere.yaml does not exist"),
        (["solve", "."], ". is a folder"),
        (["grade", "nowhere.jsonl"], "nowhere.jsonl does not exist"),
        (["grade", "."], "is a folder"),
        (["grade", "x", "--rewards", "gradedd"], "invalid choice"),
        (["generate", "-n", "many"], "argument -n/--count: a whole number is needed, read 'many'"),
        (["generate", "-n", "0"], "from 1 on"),
    ],
)
def test_a_mistake_is_one_sentence(words, message, capsys):
    assert main(words) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_files_that_are_no_text(tmp_path, capsys):
    path = tmp_path / "binary"
    path.write_bytes(b"\xff\xfe\x00\x01")
    for verb in ("solve", "grade"):
        assert main([verb, str(path)]) == 2
        assert "not UTF-8" in capsys.readouterr().err
    path.write_text("")
    assert main(["grade", str(path)]) == 2
    assert "is empty" in capsys.readouterr().err
    assert main(["solve", str(path)]) == 1
    assert "parse_error" in capsys.readouterr().err


def test_no_verb_prints_the_help_and_a_closed_pipe_is_no_error():
    assert main([]) == 2
    command = f"{sys.executable} -m tracewright experts | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("arithmetic")
    assert done.stderr == ""


def test_debug_shows_the_traceback(capsys):
    from tracewright.errors import DataError

    with pytest.raises(DataError):
        main(["solve", "nowhere.yaml", "--debug"])
