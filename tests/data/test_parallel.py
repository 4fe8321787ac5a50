"""Several processes make the same problems as one; one that dies, or Ctrl-C, ends the work with one sentence."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from itertools import islice

import pytest

import tracewright.data.parallel as parallel
from tracewright.data.generate import BLOCK, SPLITS, WHOLE, Part, Stream, problems
from tracewright.data.parallel import lines_parallel, problems_parallel
from tracewright.data.problem import CANARY, read_problems, to_json
from tracewright.data.story.mixture import Mixture, training_problems
from tracewright.errors import ConfigError, DataError
from tracewright.recipe import DataConfig

CONFIG = DataConfig(schemas=("percentage", "comparison"))


@pytest.fixture(params=["as here", "spawn"])
def start(request, monkeypatch):
    """Run the test with the way of starting that is safe here, and with the one of other systems."""
    if request.param == "spawn":
        monkeypatch.setattr(parallel, "_fork_is_safe", lambda: False)


def test_the_same_problems_in_the_same_order(start):
    made = list(problems_parallel(CONFIG, 700, 4, workers=2, block=100))
    assert made == list(problems(CONFIG, 700, 4))
    assert list(problems_parallel(CONFIG, 20, 4, workers=1)) == made[:20]


def test_the_same_bytes_with_stories_and_options():
    config = DataConfig(schemas=("percentage",), story=0.3, decorative=0.5, interleaved=0.5, balance="run6")
    found = {}
    for workers in (1, 2, 3):
        made = lines_parallel(config, 500, 9, workers=workers, marked=True, block=60)
        found[workers] = [line for lines in made for line in lines]
    assert len(found[1]) == 500
    assert found[1] == found[2] == found[3]
    assert found[1] == [to_json(problem, marked=True) for problem in training_problems(config, 500, 9)]
    assert sum(json.loads(line)["extra"]["canary"] == CANARY for line in found[1]) == 500


@pytest.mark.parametrize("split", SPLITS[1:])
def test_every_split(split):
    config = DataConfig(schemas=("comparison",), story=0.5)
    made = list(problems_parallel(config, 150, 1, split, workers=2, block=40))
    assert made == list(problems(config, 150, 1, split))


def test_parts_make_the_whole_and_are_as_large_as_each_other():
    mixture = Mixture(DataConfig(schemas=("price_chain",), hold_out=0.0, story=0.2), 3)
    whole = mixture.made(100, 900)
    assert [place for place, _ in whole] == list(range(100, 1000))
    parts = [mixture.made(100, 900, Part(number, 3)) for number in range(3)]
    assert sorted((row for part in parts for row in part), key=lambda row: row[0]) == whole
    assert all(240 < len(part) < 360 for part in parts)
    assert mixture.made(100, 900, WHOLE) == whole


def test_parts_share_few_schemas():
    """So that a process compiles what it needs, and not everything."""
    stream = Stream(DataConfig(), 0, "train")
    found = [{problem.schema for _, problem in stream.made(0, 1200, Part(number, 4))} for number in range(4)]
    assert sum(map(len, found)) <= len(set.union(*found)) + 3


def test_a_process_that_is_killed_ends_the_work_in_one_sentence():
    made = problems_parallel(CONFIG, 8000, 4, workers=2, block=100)
    assert len(list(islice(made, 150))) == 150
    victim = multiprocessing.active_children()[0]
    os.kill(victim.pid, signal.SIGKILL)
    with pytest.raises(DataError, match=r"^one of the 2 processes that make problems was killed by signal 9; .*--work"):
        list(made)
    assert not multiprocessing.active_children()


def test_processes_end_when_nobody_asks_for_more():
    made = problems_parallel(CONFIG, 8000, 4, workers=2, block=100)
    next(made)
    assert len(multiprocessing.active_children()) == 2
    made.close()
    assert not multiprocessing.active_children()


def test_any_number_of_problems_can_be_asked_for():
    made = problems_parallel(CONFIG, 10**40, 4, workers=2, block=100)
    assert [problem.id for problem in islice(made, 250)] == [
        problem.id for problem in problems_parallel(CONFIG, 250, 4, workers=1)
    ]
    made.close()


def test_no_more_processes_start_than_have_something_to_do():
    made = problems_parallel(CONFIG, 150, 4, workers=64, block=100)
    next(made)
    assert len(multiprocessing.active_children()) <= 2
    assert len(list(made)) == 149


def test_a_machine_that_starts_no_more_processes_is_one_sentence(monkeypatch):
    start = parallel._start

    def start_two(context, job, others):
        if job.part.number == 2:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return start(context, job, others)

    monkeypatch.setattr(parallel, "_start", start_two)
    with pytest.raises(DataError, match=r"^only 2 of 5 processes could be started \(Resource .*; try fewer --workers"):
        list(problems_parallel(CONFIG, 500, 4, workers=5, block=100))
    assert not multiprocessing.active_children()


def test_a_mistake_in_the_configuration_starts_no_process(monkeypatch):
    monkeypatch.setattr(parallel, "_team", lambda jobs: pytest.fail("processes were started"))
    with pytest.raises(ConfigError, match=r"data\.schemas names 'percentag'"):
        list(problems_parallel(DataConfig(schemas=("percentag",)), 9000, 0, workers=2))


def test_a_mistake_that_a_process_finds_is_sent_home(monkeypatch):
    """For example a schema whose conditions leave no problem: nobody has compiled it before."""
    sent = []
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(parallel, "Mixture", lambda *_: (_ for _ in ()).throw(DataError("no problem", "widen")))
    job = parallel._Job(CONFIG, 0, "train", 10, 10, WHOLE, to_json)
    parallel._work(job, type("Pipe", (), {"send": staticmethod(sent.append)}))
    assert [str(error) for error in sent] == ["no problem; widen"]


def gone(group):
    """Say whether all processes of a group have ended, within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def begun(folder):
    """Wait until problems are being written."""
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def start_command(folder):
    words = ["generate", "-n", str(500 * BLOCK), "--workers", "2", "schemas=[percentage]", "--out"]
    return subprocess.Popen(
        [sys.executable, "-m", "tracewright", *words, str(folder / "made.jsonl")],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX")
def test_ctrl_c_ends_all_processes_in_one_sentence(tmp_path):
    ran = start_command(tmp_path)
    begun(tmp_path)
    os.killpg(ran.pid, signal.SIGINT)
    said = ran.communicate(timeout=60)[1]
    assert ran.returncode == 130
    assert said.splitlines()[-1] == "tracewright: interrupted"
    assert "Traceback" not in said
    assert gone(ran.pid)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX")
def test_processes_end_when_the_one_that_started_them_is_killed(tmp_path):
    ran = start_command(tmp_path)
    begun(tmp_path)
    ran.kill()
    ran.communicate(timeout=60)
    assert gone(ran.pid)


def test_a_written_problem_is_read_back(tmp_path):
    path = tmp_path / "made.jsonl"
    made = list(problems(CONFIG, 60, 2))
    assert {problem.wording for problem in made} >= {0, 1}
    path.write_text("".join(to_json(problem) + "\n" for problem in made))
    assert read_problems(path) == made
