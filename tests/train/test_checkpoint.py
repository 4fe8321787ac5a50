import resource

import pytest
import torch

from tracewright.errors import RunError
from tracewright.train.checkpoint import Checkpoint, newest_step, read_checkpoint, write_checkpoint

CPU = torch.device("cpu")


def make(step: int, size: int = 4) -> Checkpoint:
    return Checkpoint(
        step, {"a": torch.full((size,), float(step))}, {"state": {0: {"m": torch.ones(2)}}}, {"cursor": 3}
    )


def test_what_is_written_is_read(tmp_path):
    assert newest_step(tmp_path / "nowhere") == 0
    assert read_checkpoint(tmp_path, CPU) is None
    write_checkpoint(tmp_path / "new", make(7))
    found = read_checkpoint(tmp_path / "new", CPU)
    assert (found.step, found.extra) == (7, {"cursor": 3})
    assert torch.equal(found.weights["a"], torch.full((4,), 7.0))


def test_the_newest_two_are_kept(tmp_path):
    for step in (10, 20, 30, 100):
        write_checkpoint(tmp_path, make(step))
    assert newest_step(tmp_path) == 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-0000030.pt", "step-0000100.pt"]


def test_what_is_half_written_does_not_count(tmp_path):
    write_checkpoint(tmp_path, make(10))
    (tmp_path / "step-0000020.pt.partial").write_bytes(b"half")
    assert newest_step(tmp_path) == 10
    assert read_checkpoint(tmp_path, CPU).step == 10


def test_a_full_disk_leaves_the_last_one_intact(tmp_path):
    """A file that may not grow behaves as a disk that is full."""
    write_checkpoint(tmp_path, make(10))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(
            RunError, match=r"cannot be written.*the checkpoint of step 10 is intact; free some space"
        ) as caught:
            write_checkpoint(tmp_path, make(20, size=1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000010.pt"]
    assert read_checkpoint(tmp_path, CPU).step == 10


def test_a_damaged_checkpoint_is_one_sentence(tmp_path):
    write_checkpoint(tmp_path, make(10))
    path = tmp_path / "step-0000020.pt"
    path.write_bytes((tmp_path / "step-0000010.pt").read_bytes()[:200])
    with pytest.raises(RunError, match=r"step-0000020\.pt cannot be read .*; delete it to go on from the one before"):
        read_checkpoint(tmp_path, CPU)
    path.write_bytes(b"no checkpoint at all")
    with pytest.raises(RunError, match="cannot be read"):
        read_checkpoint(tmp_path, CPU)
