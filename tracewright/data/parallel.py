"""The problems of a stream, made by several processes: the same ones, in the same order, in less time.

Each process makes one part of every block (`generate.Part`) and sends it, ready to be written, through a pipe of its
own; here the parts are put in order. Where that is safe (Linux, one thread) the processes are forked, and find the
schemas read and whatever was compiled before; elsewhere they start anew. A process that dies ends the work with one
sentence, and so does Ctrl-C: the processes do not hear it, and are stopped from here.
"""

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from tracewright.data.generate import BLOCK, Part, Split
from tracewright.data.problem import FIELDS, Problem, to_json
from tracewright.data.story.mixture import Mixture
from tracewright.errors import DataError, TracewrightError
from tracewright.recipe import DataConfig

AHEAD = 4
"""Blocks that a quick process may be ahead of a slow one; what it makes beyond waits in its pipe."""

Pack = Callable[[Problem], Any]


def problems_parallel(
    config: DataConfig, count: int, seed: int, split: Split = "train", *, workers: int, block: int = BLOCK
) -> Iterator[Problem]:
    """Yield the problems of a split, stories among those of training, made by several processes.

    Raises:
        ConfigError: the configuration leaves no problem for the split.
        DataError: a schema cannot be used, or a process died.
    """
    if workers <= 1 or count <= block:
        for made in _blocks(config, count, seed, split, block):
            yield from made
        return
    for rows in _gathered(config, count, seed, split, workers, block, _fields):
        for row in rows:
            yield Problem(**dict(zip(FIELDS, row, strict=True)))


def lines_parallel(
    config: DataConfig, count: int, seed: int, split: Split = "train", *, workers: int, marked: bool, block: int = BLOCK
) -> Iterator[list[str]]:
    """Yield the same problems as lines of JSON, some thousand at a time; `marked`: each with the canary.

    Raises:
        ConfigError, DataError: as `problems_parallel`.
    """
    pack = _marked if marked else to_json
    if workers <= 1 or count <= block:
        for made in _blocks(config, count, seed, split, block):
            yield [pack(problem) for problem in made]
        return
    yield from _gathered(config, count, seed, split, workers, block, pack)


def _blocks(config: DataConfig, count: int, seed: int, split: Split, block: int) -> Iterator[list[Problem]]:
    mixture = Mixture(config, seed, split)
    for first in range(0, count, block):
        yield [problem for _, problem in mixture.made(first, min(block, count - first))]


def _fields(problem: Problem) -> tuple[Any, ...]:
    """Return what a problem holds: a third of what pickling the object costs."""
    return tuple([getattr(problem, name) for name in FIELDS])


def _marked(problem: Problem) -> str:
    return to_json(problem, marked=True)


# The processes.


class _Job(NamedTuple):
    """What one process makes: its part of each block."""

    config: DataConfig
    seed: int
    split: Split
    total: int
    size: int
    """Problems of a block, but for the last."""
    part: Part
    pack: Pack

    @property
    def blocks(self) -> Iterator[tuple[int, int]]:
        """(first, count) of each block: never a list, for nobody knows how long it would be."""
        return ((first, min(self.size, self.total - first)) for first in range(0, self.total, self.size))


@dataclass
class _Member:
    """One process and the end of its pipe."""

    process: BaseProcess
    connection: Connection
    due: int
    """Blocks that it has still to send."""
    sent: deque[tuple[list[int], list[Any]]] = field(default_factory=deque)
    """What it has sent and nobody has taken yet: places within a block, and what stands there."""


def _gathered(
    config: DataConfig, count: int, seed: int, split: Split, workers: int, block: int, pack: Pack
) -> Iterator[list[Any]]:
    """Yield, block by block and in order, what the processes make."""
    workers = min(workers, -(-count // block))  # no more than have something to do
    Mixture(config, seed, split)  # a mistake in the configuration shows here, and forked processes find all files read
    size = block * workers
    jobs = [_Job(config, seed, split, count, size, Part(number, workers), pack) for number in range(workers)]
    with _team(jobs) as team:
        for _, length in jobs[0].blocks:
            while not all(member.sent for member in team):
                _receive(team)
            rows: list[Any] = [None] * length
            for member in team:
                for place, row in zip(*member.sent.popleft(), strict=True):
                    rows[place] = row
            yield rows


@contextmanager
def _team(jobs: list[_Job]) -> Iterator[list[_Member]]:
    """Start a process a job; stop those that still work in the end, whatever has happened."""
    forked = _fork_is_safe()
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    team: list[_Member] = []
    try:
        with _interrupts_held():
            for job in jobs:
                try:
                    team.append(_start(context, job, [member.connection for member in team] if forked else None))
                except OSError as error:
                    raise DataError(
                        f"only {len(team)} of {len(jobs)} processes could be started ({error.strerror})",
                        "try fewer --workers",
                    ) from None
        yield team
    finally:
        for member in team:
            member.process.terminate()
            member.connection.close()
        for member in team:
            member.process.join()


def _start(context: Any, job: _Job, others: list[Connection] | None) -> _Member:
    """Start a process; `others` are the ends of pipes that a forked one has by inheritance, None where it has none."""
    ours, theirs = context.Pipe(duplex=False)
    inherited = [] if others is None else [ours, *others]
    process = context.Process(target=_work, args=(job, theirs, inherited), daemon=True)
    process.start()
    theirs.close()  # so that the pipe ends when the process does
    return _Member(process, ours, -(-job.total // job.size))


def _fork_is_safe() -> bool:
    """Say whether a copy of this process works: on Linux, where no other thread may hold a lock."""
    threads = Path("/proc/self/task")
    return sys.platform == "linux" and threads.is_dir() and len(list(threads.iterdir())) == 1


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: they keep it so for good, and it reaches this one afterwards."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(team: list[_Member]) -> None:
    """Take what processes have sent, but no more than AHEAD blocks of one.

    Raises:
        DataError: one of them has died.
        TracewrightError: what one of them raised.
    """
    listening = {member.connection: member for member in team if member.due and len(member.sent) < AHEAD}
    for connection in wait(list(listening)):
        member = listening[connection]  # type: ignore[index]
        try:
            sent = member.connection.recv()
        except (EOFError, OSError):
            member.process.join()
            code = member.process.exitcode or 0
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            raise DataError(
                f"one of the {len(team)} processes that make problems {how}",
                "is memory short? try fewer --workers",
            ) from None
        if isinstance(sent, TracewrightError):
            raise sent
        member.sent.append(sent)
        member.due -= 1


def _work(job: _Job, connection: Connection, inherited: Sequence[Connection] = ()) -> None:
    """Make one part of every block and send it; in a process of its own.

    `inherited` are the ends of pipes that only the starting process reads: while they are open here too, nobody would
    notice that it has gone.
    """
    for end in inherited:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(BrokenPipeError):  # nobody listens any more
        try:
            mixture = Mixture(job.config, job.seed, job.split)
            for first, count in job.blocks:
                made = mixture.made(first, count, job.part)
                connection.send(([place - first for place, _ in made], [job.pack(problem) for _, problem in made]))
        except TracewrightError as error:
            connection.send(error)
