"""From a set of others to a report: its equations become traces, RL asks questions that have answers alone."""

import json
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.data.problem import read_problems
from tracewright.run import reopen

FOLDER = Path(__file__).parent / "data" / "sources"
SMALL = [
    "data.train=40", "data.dev=4", "data.hold_out=0", "model.tiny.width=32", "model.tiny.layers=2",
    "model.tiny.heads=2", "model.tiny.feed_forward=64", "model.tiny.vocabulary=900", "prompt.system=none",
    "sft.steps=4", "sft.batch=8", "sft.warmup=1", "rl.steps=3", "rl.questions=2", "rl.samples=2", "rl.save_every=2",
    "rl.baseline=leave_one_out", "rl.max_new_tokens=24", "eval.max_new_tokens=24", "eval.limit=3", "threads=1",
]  # fmt: skip
ASKED = [
    {"question": "Ole catches 7 crabs before noon and 9 crabs after it. How many crabs does he catch?", "answer": 16},
    {"question": "A rope of 30 feet is cut in 5 equal pieces by Pia. How long is each?", "answer": "30/5=6\n#### 6"},
    {"question": "Sven saves $2.50 a week for a kite of $20. How many weeks must he save?", "answer": "8"},
]
SCORED = [
    {"question": "Uma paints 3 fences a day. How many fences does Uma paint in 6 days?", "answer": 18},
    {"question": "Of 24 lanterns Wim lights half. How many lanterns stay dark?", "answer": "12 (lanterns)"},
]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def words(tmp_path):
    """A recipe, and the files that it names."""
    (tmp_path / "small.yaml").write_text("name: small\nseed: 3\n")
    traces = str(tmp_path / "traces.jsonl")
    assert main(["annotate", str(FOLDER / "own_svamp.json"), "--out", traces]) == 0
    return [
        "run", str(tmp_path / "small.yaml"), *SMALL, f"data.files=[{traces}]",
        f"rl.problems={write(tmp_path / 'asked.jsonl', ASKED)}",
        f"eval.files=[{write(tmp_path / 'scored.jsonl', SCORED)}]", "--out", str(tmp_path / "run"),
    ]  # fmt: skip


def test_rl_on_answers_alone_from_file_to_report(words, tmp_path, capsys):
    assert main(words) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    assert "RL asks 3 questions of" in printed
    run = reopen(tmp_path / "run")
    train = read_problems(run.problems("train"))
    assert [problem.source for problem in train[40:]] == ["own_svamp"] * 4
    asked = read_problems(run.problems("rl"))
    assert [problem.answer for problem in asked] == ["16", "6", "8"]
    assert not any(problem.trace or problem.expert for problem in asked)
    assert run.splits() == ["fresh", "unseen_wordings", "scored"]
    rows = [row for row in run.read_metrics() if row["stage"] == "rl"]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert all(row["share/wrong_expert"] == 0 for row in rows)
    scores = run.read_json(run.scores)
    for stage in ("sft", "rl"):
        assert scores[stage]["splits"]["scored"]["n"] == 2
    grades = [json.loads(line) for line in run.grades("rl").read_text().splitlines()]
    assert {row["expected"] for row in grades if row["split"] == "scored"} == {"18", "12"}
    assert "scored" in run.report_markdown.read_text()
    recorded = run.read_json(run.environment)["data"]
    assert {Path(name).name for name in recorded} == {"traces.jsonl", "asked.jsonl", "scored.jsonl"}
    before = run.metrics.read_bytes()
    assert main(["run", "--resume", "--out", str(run.path)]) == 0
    assert run.metrics.read_bytes() == before


def test_an_overlap_ends_the_run_in_one_sentence(words, tmp_path, capsys):
    twin = {**ASKED[0], "question": ASKED[0]["question"].replace("9", "11"), "answer": 18}
    write(tmp_path / "scored.jsonl", [*SCORED, twin])
    assert main(words) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "asked/0" in line
    assert "scored/2" in line
    assert "take them out of the training data" in line


def test_a_bad_file_ends_the_run_in_one_sentence(words, tmp_path, capsys):
    write(tmp_path / "asked.jsonl", [*ASKED, {"question": "How many?", "answer": "a few"}])
    assert main(words) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "asked.jsonl, line 4: the answer 'a few' is no number" in line


def test_answers_alone_take_the_same_steps_as_traces(tmp_path):
    """The questions of the training data without their traces: RL is the same, expert aside, to the last digit."""
    (tmp_path / "small.yaml").write_text("name: small\nseed: 4\n")
    common = ["run", str(tmp_path / "small.yaml"), *SMALL, "eval.check_expert=false"]
    assert main([*common, "--out", str(tmp_path / "traces")]) == 0
    traced = reopen(tmp_path / "traces")
    rows = [
        {"question": problem.question, "answer": problem.answer} for problem in read_problems(traced.problems("train"))
    ]
    asked = write(tmp_path / "asked.jsonl", rows)
    assert main([*common, f"rl.problems={asked}", "--out", str(tmp_path / "answers")]) == 0
    alone = reopen(tmp_path / "answers")
    assert not any(problem.trace for problem in read_problems(alone.problems("rl")))
    assert alone.read_metrics() == traced.read_metrics()
    weights = [run.model("rl") / "model.safetensors" for run in (traced, alone)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
