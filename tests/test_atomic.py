"""Files that are written whole or not at all: folders, links, pipes and texts that no file can hold."""

import os
import threading
from pathlib import Path

import pytest

from tracewright.atomic import whole_file
from tracewright.errors import DataError, RunError


def write(path, text="new\n"):
    with whole_file(path) as file:
        file.write(text)


@pytest.mark.parametrize("name", [".", "", "folder"])
def test_a_folder_is_no_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError, match="it is a folder; name a file"):
        write(Path(name))
    assert [item.name for item in tmp_path.rglob("*")] == ["folder"]


def test_a_file_that_stands_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(RunError, match=r"a/b cannot be written: .*a is no folder"):
        write(tmp_path / "a" / "b")
    assert (tmp_path / "a").read_text() == "old"


def test_a_link_stays_a_link(tmp_path):
    link = tmp_path / "link"
    (tmp_path / "there").mkdir()
    link.symlink_to(tmp_path / "there" / "file")
    for text in ("first\n", "second\n"):
        write(link, text)
        assert link.is_symlink()
        assert (tmp_path / "there" / "file").read_text() == text
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["file", "link", "there"]


def test_who_may_read_a_file_stays_the_same(tmp_path):
    path = tmp_path / "private"
    path.write_text("old")
    path.chmod(0o600)
    write(path)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new\n", 0o600)


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe)
    reader.join(timeout=20)
    assert read == ["new\n"]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_half_a_character_is_named_and_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(DataError, match=r"half a character, '\\ud800'"):
        write(path, "a\ud800b")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
