"""Run directories: made once, written whole, reopened; and files that appear whole or not at all."""

import json
import os
import subprocess
import sys

import pytest

from tracewright import run as runs
from tracewright.atomic import whole_file, whole_folder
from tracewright.errors import RunError
from tracewright.recipe import Recipe


def test_create_and_reopen(tmp_path):
    made = runs.create(tmp_path / "a", Recipe(name="x", seed=3))
    assert runs.reopen(made.path).recipe() == Recipe(name="x", seed=3)
    with pytest.raises(RunError, match="--resume"):
        runs.create(made.path, Recipe())
    assert not made.done("data")
    made.mark("data")
    assert made.done("data")
    made.unmark(["data"])
    assert not made.done("data")


def test_what_is_no_run(tmp_path):
    with pytest.raises(RunError, match="does not exist"):
        runs.reopen(tmp_path / "nowhere")
    with pytest.raises(RunError, match="no config"):
        runs.reopen(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="no run directory"):
        runs.reopen(tmp_path / "file")
    with pytest.raises(RunError, match="not empty"):
        runs.create(tmp_path, Recipe())
    with pytest.raises(RunError, match="no folder"):
        runs.create(tmp_path / "file" / "a", Recipe())


def test_metrics_are_cut_where_a_run_resumes(tmp_path):
    made = runs.create(tmp_path / "a", Recipe())
    for step in range(1, 6):
        made.append(made.metrics, {"stage": "sft", "step": step})
    made.append(made.metrics, {"stage": "rl", "step": 1})
    with made.metrics.open("a") as file:
        file.write('{"stage": "rl", "st')  # a kill in the middle of a line
    made.cut_metrics("sft", 3)
    assert [row["step"] for row in made.read_metrics()] == [1, 2, 3]


def test_a_line_that_a_kill_cut_off_takes_no_other_with_it(tmp_path):
    made = runs.create(tmp_path / "run", Recipe())
    for step in (1, 2):
        made.append(made.timing, {"stage": "sft", "step": step})
    with made.timing.open("a") as file:
        file.write('{"stage": "sft", "st')
    for step in (3, 4):
        made.append(made.timing, {"stage": "sft", "step": step})
    assert [row["step"] for row in made.read_timing()] == [1, 2, 4]


def test_names_of_runs(tmp_path):
    assert runs.free_path(tmp_path, "q").name == "q"
    runs.create(tmp_path / "q", Recipe())
    assert runs.free_path(tmp_path, "q").name == "q-2"
    runs.create(tmp_path / "q-other", Recipe())
    os.utime(tmp_path / "q-other" / "config.yaml", (2**31, 2**31))
    assert runs.newest_path(tmp_path, "q").name == "q"
    with pytest.raises(RunError, match="no run of 'r'"):
        runs.newest_path(tmp_path, "r")


def test_one_process_at_a_time(tmp_path):
    made = runs.create(tmp_path / "a", Recipe())
    code = f"from tracewright import run; from pathlib import Path\nwith run.Run(Path({str(made.path)!r})).lock(): pass"
    with made.lock():
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "another process is at work" in other.stderr
    with made.lock():
        pass


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with whole_file(path) as file:
        file.write("new")
    assert path.read_text() == "new"


def test_a_folder_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "model"
    with whole_folder(path) as folder:
        (folder / "a").write_text("1")
    with pytest.raises(KeyboardInterrupt), whole_folder(path) as folder:
        (folder / "b").write_text("2")
        raise KeyboardInterrupt
    assert [item.name for item in path.iterdir()] == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(RunError, match="is no folder"), whole_file(tmp_path / "no" / "a") as file:
        file.write("x")
    if os.access("/dev/full", os.W_OK):
        made = runs.create(tmp_path / "a", Recipe())
        made.metrics.symlink_to("/dev/full")
        with pytest.raises(RunError, match="disk is full"):
            made.append(made.metrics, {"step": 1})


def test_damaged_json_is_named(tmp_path):
    made = runs.create(tmp_path / "a", Recipe())
    made.scores.write_text("{")
    with pytest.raises(RunError, match=r"scores\.json cannot be read"):
        made.read_json(made.scores)
    with pytest.raises(RunError, match="not as far yet"):
        made.read_json(made.environment)
    made.write_json(made.environment, {"a": 1})
    assert json.loads(made.environment.read_text()) == {"a": 1}
