"""GSM8K as problems: from its official JSONL by path, or from the hub by name. Train, dev, and test on request.

The official train file is carved in two, for good: a question goes to *dev* where the first eight hexadecimal digits
of the SHA-256 of its normalised text (lower case, runs of white space as one blank), read as a number, are below
DEV_SHARE of their range. So the split depends on nothing but the question, and a question that stands twice stays on
one side. Near-twins of a dev question that fall to train (the same story with other numbers; `overlap.py` finds them)
belong to neither split. The test split is read only when it is asked for by name.

Ids are lines of the official files from 0: `gsm8k/train/42`; dev problems keep their `gsm8k/train/` id.

Not covered: traces (`annotate/`); whether a test file has twins in train (`overlap.check_overlap`).
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from tracewright.data.overlap import find_all_overlaps
from tracewright.data.problem import Problem, question_digest
from tracewright.errors import DataError
from tracewright.number import read_answer, write

Split = Literal["train", "dev", "test"]

DEV_SHARE = 0.0715
"""Share of the official train file that is dev: 505 of its 7,473 problems."""

MARK = "####"
"""Stands before the final answer of a worked solution."""

_SPLITS = ("train", "dev", "test")


def read_gsm8k(source: str | Path, split: Split = "train") -> list[Problem]:
    """Read one split of GSM8K.

    `source` is a JSONL file of `question` and `answer` (also gzipped), a folder with `train.jsonl` and `test.jsonl`,
    or the name of a dataset on the hub, such as `openai/gsm8k`. A file that is named itself is taken as the official
    train file for `train` and `dev`, and as the test file for `test`.

    Raises:
        DataError: there is no such file or dataset, a line of it cannot be used, or the split comes out empty.
    """
    if split not in _SPLITS:
        raise DataError(f"GSM8K has no split {split!r}", f"it has {', '.join(_SPLITS)}")
    official = "test" if split == "test" else "train"
    path = gsm8k_path(source, split)
    rows = _rows_of_file(path) if path else _rows_of_hub(str(source), official)
    problems = [_problem(row, where, f"gsm8k/{official}/{line}") for line, where, row in rows]
    if split != "test":
        dev = [problem for problem in problems if is_dev(problem.question)]
        problems = dev if split == "dev" else _apart_from(problems, dev)
    if not problems:
        raise DataError(f"{source} has no problem in the split {split!r}")
    return problems


def read_solutions(path: Path) -> list[Problem]:
    """Read every problem of one file in GSM8K's format, whatever split it belongs to; ids are `<file's stem>/<line>`.

    Raises:
        DataError: there is no such file, or a line of it cannot be used.
    """
    if not path.is_file():
        raise DataError(f"{path} is a folder" if path.is_dir() else f"{path} does not exist", "name a .jsonl file")
    rows = _rows_of_file(path)
    problems = [_problem(row, where, f"{path.name.partition('.')[0]}/{line}") for line, where, row in rows]
    if not problems:
        raise DataError(f"{path} is empty")
    return problems


def gsm8k_path(source: str | Path, split: Split = "train") -> Path | None:
    """Return the file that `read_gsm8k` reads, for its fingerprint; None where the hub is meant.

    Raises:
        DataError: a path is meant and nothing is there.
    """
    path = Path(source).expanduser()
    stem = "test" if split == "test" else "train"
    if path.is_dir():
        for name in (f"{stem}.jsonl", f"{stem}.jsonl.gz"):
            if (path / name).is_file():
                return path / name
        raise DataError(f"{path} holds no {stem}.jsonl")
    if path.exists():
        return path
    if path.suffix in (".jsonl", ".gz", ".json") or path.is_absolute() or str(source).startswith((".", "~")):
        raise DataError(f"{path} does not exist", "name a .jsonl file, its folder, or a hub id such as openai/gsm8k")
    return None


def is_dev(question: str) -> bool:
    """Say whether a question of the official train file belongs to dev."""
    return int(question_digest(question)[:8], 16) < DEV_SHARE * 16**8


def read_final_answer(solution: str) -> str | None:
    """Return what stands after the last `####` as an exact number, commas and `$` taken out; None where none does."""
    _, mark, tail = solution.rpartition(MARK)
    lines = tail.strip().splitlines()
    read = read_answer(lines[0].strip()) if mark and lines else None
    return write(read[0]) if read else None


def _apart_from(problems: list[Problem], dev: list[Problem]) -> list[Problem]:
    """Leave out the dev problems themselves and the near-twins of any of them."""
    rest = [problem for problem in problems if not is_dev(problem.question)]
    twins = {overlap.training.id for overlap in find_all_overlaps(rest, dev)}
    return [problem for problem in rest if problem.id not in twins]


def _problem(row: dict[str, Any], where: str, id_: str) -> Problem:
    for key in ("question", "answer"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise DataError(f"{where}: {key!r} is missing or no text")
    answer = read_final_answer(row["answer"])
    if answer is None:
        tail = row["answer"].rpartition("\n")[2][:60]
        raise DataError(f"{where}: no number after '{MARK}' in the answer, which ends in {tail!r}")
    solution = row["answer"].rpartition(MARK)[0].rstrip()
    return Problem(question=row["question"], answer=answer, id=id_, source="gsm8k", solution=solution)


Row = tuple[int, str, dict[str, Any]]
"""Line from 0, a name for it in messages, its object."""


def _rows_of_file(path: Path) -> Iterator[Row]:
    opener = gzip.open if path.suffix == ".gz" else open
    empty = True
    try:
        with opener(path, "rt", encoding="utf-8-sig") as file:
            for number, line in enumerate(file):
                if not line.strip():
                    continue
                empty = False
                yield number, f"{path}, line {number + 1}", _object(line, f"{path}, line {number + 1}")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if empty:
        raise DataError(f"{path} is empty")


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON ({error})") from None
    except RecursionError:
        raise DataError(f"{where}: nested too deeply") from None
    if not isinstance(row, dict):
        raise DataError(f"{where}: a JSON object is needed, read {line.strip()[:60]!r}")
    return row


def _rows_of_hub(name: str, split: str) -> Iterator[Row]:
    try:
        import datasets
    except ImportError:
        raise DataError(
            f"{name} is no file or folder here, and reading it from the hub needs the package datasets",
            "install tracewright[train], or name a .jsonl file",
        ) from None
    # The loader fails in the ways of a dozen libraries (hub, requests, httpx, fsspec, arrow); a person's remedy is one.
    try:
        rows: Iterable[Any] = datasets.load_dataset(name, "main", split=split)
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
        raise DataError(
            f"{name} is no file or folder here and cannot be had from the hub ({reason})",
            "check the name and the network, or name a .jsonl file",
        ) from error
    for number, row in enumerate(rows):
        yield number, f"{name}, {split} row {number + 1}", dict(row)
