"""Streams that are closed, full or cannot hold a letter: one sentence, no traceback, and an exit code that says so."""

import errno
import os
import subprocess
import sys

import pytest

from tracewright.cli import main


def shell(command, **environment):
    """Run a command of ours in a shell, `T` being the command line."""
    command = command.replace("T ", f"{sys.executable} -m tracewright ", 1)
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=100, env={**os.environ, **environment}
    )


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="needs a device that is full")
def test_a_full_output_is_one_sentence():
    done = shell("T experts > /dev/full")
    assert done.returncode == 2
    reason = os.strerror(errno.ENOSPC)
    assert (
        done.stderr == f"tracewright: standard output cannot be written ({reason}); make room, or send it elsewhere\n"
    )


def test_closed_streams_are_no_crash():
    assert (shell("T experts >&-").returncode, shell("T experts 2>&-").stdout[:11]) == (0, "arithmetic:")
    done = shell("T solve - <&-")
    assert (done.returncode, done.stderr[:19]) == (1, "fault: parse_error:")


def test_progress_needs_no_standard_error(tmp_path):
    assert shell(f"T generate -n 1 --out {tmp_path}/a.jsonl 2>&-").returncode == 0
    assert (tmp_path / "a.jsonl").read_text().count("\n") == 1


def test_letters_that_the_output_has_not():
    done = shell("T mentions '½ of them'", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "tracewright: standard output cannot take '\\xbd': it is ascii; set PYTHONIOENCODING=utf-8\n"
    )


def test_input_that_is_no_text_is_called_by_its_name():
    done = shell("printf '\\377' | T mentions -")
    assert (done.returncode, done.stderr) == (2, "tracewright: standard input is not UTF-8 text\n")


def test_a_word_too_many_is_not_taken_for_a_flag(capsys):
    assert main(["audit", "a.jsonl", "q.jsonl"]) == 2
    assert "unknown word 'q.jsonl'; 'tracewright audit --help'" in capsys.readouterr().err
