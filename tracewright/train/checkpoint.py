"""Checkpoints to resume from: one file each, written whole or not at all, the newest two kept.

A checkpoint holds what training changes (trained weights, optimizer) and the loop's own state, no random state: what a
step draws is a function of the seed and the step (`model/seed.py`). Models for use are written by `model/load.py`.
Not covered: the sharded states of FSDP and ZeRO, which accelerate writes itself (`step.py`).
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import torch
from torch.distributed.checkpoint.api import CheckpointException

from tracewright.errors import RunError

KEPT = 2
_name = re.compile(r"step-(\d{7})\.pt\Z")


class Checkpoint(NamedTuple):
    """The state of a training loop after `step` optimizer steps."""

    step: int
    weights: dict[str, torch.Tensor]
    optimizer: dict[str, Any]
    extra: dict[str, Any]
    """What the loop itself carries: plain numbers, words, lists and dicts."""


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint and drop all but the newest two.

    Raises:
        RunError: the disk is full or the folder cannot be written; earlier checkpoints are untouched.
    """
    path = folder / f"step-{checkpoint.step:07d}.pt"
    write_whole(path, checkpoint._asdict())
    for old in _found(folder)[:-KEPT]:
        old.unlink()
    return path


def write_whole(path: Path, payload: Mapping[str, Any]) -> None:
    """Write tensors and plain values to a file that is there whole or not at all.

    Raises:
        RunError: it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                torch.save(dict(payload), file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
    except RunError:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write a checkpoint into one sentence.

    Raises:
        RunError: as said.
    """
    try:
        yield
    except (OSError, RuntimeError, CheckpointException) as error:  # torch's writers turn a full disk into the others
        reason = getattr(error, "strerror", None) or "the disk is full or the file may not grow"
        last = newest_step(path.parent)
        kept = f"the checkpoint of step {last} is intact" if last else "there is no earlier checkpoint"
        raise RunError(
            f"{path} cannot be written ({reason}); {kept}", "free some space and go on with --resume"
        ) from None


def newest_step(folder: Path) -> int:
    """Return the step of the newest checkpoint in a folder, 0 where there is none.

    Whoever keeps metrics cuts them after this step before a resumed loop goes on.
    """
    found = _found(folder)
    match = _name.match(found[-1].name) if found else None
    return int(match[1]) if match else 0


def read_checkpoint(folder: Path, device: torch.device) -> Checkpoint | None:
    """Read the newest checkpoint of a folder, or None where there is none.

    Raises:
        RunError: it cannot be read.
    """
    found = _found(folder)
    return Checkpoint(**read_whole(found[-1], device)) if found else None


def read_whole(path: Path, device: torch.device) -> dict[str, Any]:
    """Read what `write_whole` wrote; nothing in it is executed.

    Raises:
        RunError: it cannot be read.
    """
    try:
        return dict(torch.load(path, map_location=device, weights_only=True))
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, UnpicklingError) as error:
        reason = str(error).strip().split("\n")[0][:120]
        raise RunError(f"{path} cannot be read ({reason})", "delete it to go on from the one before") from None


def _found(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("step-*.pt") if _name.match(path.name)) if folder.is_dir() else []
