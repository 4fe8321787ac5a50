"""The main job on a very small scale: every file is there, and a resume after kill -9 changes no byte."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tracewright import parse, read_mentions, solve
from tracewright.cli import main
from tracewright.data.generate import Options, generate
from tracewright.data.problem import read_problems
from tracewright.data.schema import load_schemas
from tracewright.number import write
from tracewright.run import reopen
from tracewright.trace.experts import COMPUTE_OPS

SMALL = [
    "data.train=96", "data.dev=6", "model.tiny.width=32", "model.tiny.layers=2", "model.tiny.heads=2",
    "model.tiny.feed_forward=64", "model.tiny.vocabulary=900", "prompt.system=none", "prompt.numbers=masked",
    "sft.steps=14", "sft.batch=8", "sft.warmup=2", "sft.save_every=4", "sft.eval_every=7", "rl.steps=6",
    "rl.questions=3", "rl.samples=2", "rl.baseline=leave_one_out", "rl.save_every=2", "rl.max_new_tokens=40",
    "eval.max_new_tokens=40", "eval.limit=4", "threads=1",
]  # fmt: skip


def recipe(folder):
    path = folder / "small.yaml"
    path.write_text("name: small\nseed: 5\n")
    return str(path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run from data to report, uninterrupted."""
    folder = tmp_path_factory.mktemp("finished")
    assert main(["run", recipe(folder), *SMALL, "--out", str(folder / "run")]) == 0
    return reopen(folder / "run")


def test_every_file_is_there(finished):
    assert finished.splits() == ["fresh", "unseen_wordings", "unseen_schemas"]
    scores = finished.read_json(finished.scores)
    assert set(scores) == {"sft", "rl"}
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        for stage in ("start", "sft", "rl"):
            assert (finished.model(stage) / name).exists(), f"{stage}/{name}"
    assert len(finished.read_metrics()) == 14 + 6
    assert "small" in finished.report_markdown.read_text()
    assert finished.report_html.read_text().rstrip().endswith("</html>")
    environment = finished.read_json(finished.environment)
    assert {"commit", "packages", "seed", "trace_version", "mention_version", "command"} <= set(environment)


def test_the_models_are_ordinary_folders(finished):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    for stage in ("start", "sft", "rl"):
        model = AutoModelForCausalLM.from_pretrained(finished.model(stage))
        tokenizer = AutoTokenizer.from_pretrained(finished.model(stage))
        assert model.config.vocab_size >= len(tokenizer)


def test_scoring_again_needs_no_model_and_changes_nothing(finished, tmp_path, capsys):
    copy = tmp_path / "run"
    shutil.copytree(finished.path, copy)
    for stage in ("start", "sft", "rl", "checkpoints"):
        shutil.rmtree(copy / stage)
    before = reopen(copy).scores.read_bytes()
    assert main(["score", str(copy)]) == 0
    assert "after SFT and RL" in capsys.readouterr().out
    assert reopen(copy).scores.read_bytes() == before
    assert main(["report", str(copy)]) == 0
    assert reopen(copy).report_html.read_text() == finished.report_html.read_text()


def test_comparing_and_asking(finished, capsys):
    assert main(["compare", f"{finished.path}:sft", f"{finished.path}:rl"]) == 0
    assert "fresh" in capsys.readouterr().out
    question = read_problems(finished.problems("fresh"))[0].question
    assert main(["ask", question, "--model", str(finished.path)]) in (0, 1)
    assert capsys.readouterr().out


def test_a_finished_run_is_not_done_again(finished, capsys):
    before = finished.metrics.read_bytes()
    assert main(["run", "--resume", "--out", str(finished.path)]) == 0
    assert capsys.readouterr().out.count("done already") == 6
    assert finished.metrics.read_bytes() == before


def start(*words):
    command = [sys.executable, "-m", "tracewright", "run", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def kill_when(process, ready, seconds=120):
    """Kill a process the hard way as soon as `ready` says so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if ready():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    _, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, err


def count(path, stage):
    try:
        return path.read_text().count(f'"stage": "{stage}"')
    except FileNotFoundError:
        return 0


@pytest.mark.slow
def test_a_resume_after_kill_9_changes_no_byte(finished, tmp_path):
    """Killed in the middle of SFT and again in the middle of RL: weights, metrics, completions, scores are the same."""
    out = tmp_path / "run"
    metrics = out / "metrics.jsonl"
    kill_when(start(recipe(tmp_path), *SMALL, "--out", str(out)), lambda: count(metrics, "sft") >= 6)
    kill_when(start("--resume", "--out", str(out)), lambda: count(metrics, "rl") >= 3)
    done = start("--resume", "--out", str(out))
    _, err = done.communicate()
    assert done.returncode == 0, err
    run = reopen(out)
    for stage in ("sft", "rl"):
        for name in ("model.safetensors", "config.json", "tokenizer.json"):
            assert (run.model(stage) / name).read_bytes() == (finished.model(stage) / name).read_bytes()
        assert run.completions(stage).read_bytes() == finished.completions(stage).read_bytes()
    assert metrics.read_text() == finished.metrics.read_text()
    assert run.scores.read_bytes() == finished.scores.read_bytes()


@pytest.mark.slow
def test_interrupting_says_how_to_go_on(tmp_path):
    out = tmp_path / "run"
    process = start(recipe(tmp_path), *SMALL, "--out", str(out))
    end = time.monotonic() + 120
    while count(out / "metrics.jsonl", "sft") < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert f"tracewright run --resume --out {out}" in err.splitlines()[-1]
    assert not list(out.rglob("*.partial"))


def one_line(words, capsys):
    assert main(words) == 2
    err = capsys.readouterr().err.strip().splitlines()
    return err[-1]


def test_mistakes_are_one_sentence(finished, tmp_path, capsys):
    small, out = recipe(tmp_path), str(tmp_path / "run")
    assert "does not exist" in one_line(["run", "nowhere.yaml"], capsys)
    assert "a recipe is needed" in one_line(["run"], capsys)
    assert "did you mean 'sft.lr'?" in one_line(["run", small, "sft.lrr=1"], capsys)
    assert "not empty" in one_line(["run", small, "--out", str(finished.path)], capsys)
    assert "is no run directory" in one_line(["score", small], capsys)
    assert "does not exist" in one_line(["score", out], capsys)
    assert "does not exist" in one_line(["run", "--resume", "--out", out], capsys)
    assert "another recipe" in one_line(["run", small, "seed=6", "--resume", "--out", str(finished.path)], capsys)
    assert "the question is empty" in one_line(["ask", " ", "--model", str(finished.path)], capsys)
    assert "no grades of a model" not in one_line(["compare", out, out], capsys)
    assert "does not exist" in one_line(["run", small, *SMALL, "data.gsm8k=nowhere.jsonl", "--out", out], capsys)
    for key in ("data.files", "eval.files", "rl.problems"):
        for name, what in (("nowhere.jsonl", "does not exist"), (str(tmp_path), "is a folder")):
            line = one_line(["run", small, *SMALL, "rl.steps=1", f"{key}={name}", "--out", out], capsys)
            assert f"{key}: {name} {what}" in line
    assert "even multiple" in one_line(["run", small, *SMALL, "model.tiny.heads=3", "--out", out], capsys)
    assert not Path(out).exists()  # so that the same command can be given again, mended


@pytest.mark.slow
def test_a_model_that_is_not_there(tmp_path):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "tracewright", "run", recipe(tmp_path), *SMALL, "--out", str(tmp_path / "run")]
    done = subprocess.run(
        [*command, "model.id=nobody/no-such-model"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "nobody/no-such-model" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_target_that_does_not_fit_names_the_example(tmp_path, capsys):
    words = ["run", recipe(tmp_path), *SMALL, "sft.max_length=60", "--out", str(tmp_path / "run")]
    line = one_line(words, capsys)
    assert "sft.max_length=60" in line
    assert "tokens" in line


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc").exists(), reason="needs a file system that can refuse")
def test_a_folder_that_cannot_be_written(tmp_path, capsys):
    assert "cannot be" in one_line(["run", recipe(tmp_path), *SMALL, "--out", "/proc/nowhere/run"], capsys)


def worked(problem):
    """Tell a problem of ours in GSM8K's format: its steps as annotated equations."""
    trace = parse(problem.trace)
    solution = solve(trace, read_mentions(problem.question))
    lines = []
    for part, values in zip(trace.parts, solution.values, strict=True):
        known = {}
        for step, value in zip(part.steps, values, strict=True):
            if step.op == "compute" and COMPUTE_OPS[step.fields["compute_op"]].sign:
                sign = COMPUTE_OPS[step.fields["compute_op"]].sign
                left = sign.join(write(known.get(item, item)) for item in step.fields["args"])
                lines.append(f"That makes {left} = <<{left}={write(value)}>>{write(value)}.")
            if "var" in step.fields:
                known[step.fields["var"]] = value
    return "\n".join([*lines, f"#### {problem.answer}"])


@pytest.fixture
def gsm8k(tmp_path):
    """A stand-in for GSM8K in its format; the questions are our own, one of each wording."""
    path = tmp_path / "train.jsonl"
    with path.open("w") as file:
        for schema in load_schemas().values():
            if schema.expert == "arithmetic":
                for wording in range(len(schema.wordings)):
                    problem = generate(schema, 1, wording, Options(only=wording))
                    file.write(json.dumps({"question": problem.question, "answer": worked(problem)}) + "\n")
    return path


def test_words_are_taught_where_there_are_any(gsm8k, tmp_path, capsys):
    few = ["data.train=6", "data.gsm8k_train=10", "prompt.target=cot", "prompt.numbers=marked", "rl.steps=1"]
    words = ["run", recipe(tmp_path), *SMALL, *few, "--out", str(tmp_path / "run")]
    assert "no training problem has one; set data.gsm8k=PATH" in one_line(words, capsys)
    words[-1] += "-2"
    assert main([*words, f"data.gsm8k={gsm8k}", "data.tiers=[certain, likely, doubtful]"]) == 0
    assert "sft: 10 of 16 training problems have a worked solution, and are used" in capsys.readouterr().out


def test_no_training_problem_is_a_mistake(gsm8k, tmp_path, capsys):
    words = ["run", recipe(tmp_path), *SMALL, f"data.gsm8k={gsm8k}", "--out", str(tmp_path / "run")]
    assert "leaves no training problem" in one_line([*words, "data.train=0", "data.gsm8k_train=0"], capsys)


def test_real_problems_are_mixed_in_and_scored(gsm8k, tmp_path, capsys):
    out = tmp_path / "run"
    words = ["run", recipe(tmp_path), *SMALL, f"data.gsm8k={gsm8k}", "data.tiers=[certain, likely, doubtful]"]
    code = main([*words, "data.schemas=[comparison]", "rl.steps=0", "sft.steps=2", "--out", str(out)])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    run = reopen(out)
    assert "gsm8k_dev" in run.splits()
    scores = run.read_json(run.scores)
    assert scores["sft"]["splits"]["gsm8k_dev"]["n"] == 4
    assert "gsm8k/train" in run.read_json(run.environment)["data"]
    assert run.models() == ["sft"]
    train = read_problems(run.problems("train"))
    real = [problem for problem in train if problem.source == "gsm8k"]
    assert len(real) > 50
    assert not {problem.question for problem in real} & {
        item.question for item in read_problems(run.problems("gsm8k_dev"))
    }
