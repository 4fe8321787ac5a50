"""A problem: a question, its exact answer and, where one is known, its gold trace. Reading and writing JSONL.

One problem is one line. Nothing here knows where problems come from.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson

from tracewright.atomic import whole_file
from tracewright.errors import DataError, nearest

CANARY = "tracewright-canary-9d0c1f3e-5b7a-4c52-8e61-2f4ab7d6e0c8"
"""Stands in every problem that is written to a file for others, so that who gathers training data can leave it out."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A question with what is known about it."""

    question: str
    answer: str
    """Exact, as `number.write` writes it, or with decimals where it is to be met to that precision."""
    id: str = ""
    """Unique in a data set: `consume_then_sell/7/12` (schema, seed, index) or `gsm8k/train/42`."""
    trace: str = ""
    """Canonical text of the gold trace, or empty. Grounded in mentions (`source: n1`) wherever the source is known."""
    expert: str = ""
    """The expert that is expected, `composition` for a list; empty where none is (real problems)."""
    source: str = ""
    """Where it comes from: `schema`, `story`, `gsm8k`, `variant`, or a file's name."""
    schema: str = ""
    """The schema that made it, or the id of the real problem that it varies; clusters of errors are counted by it."""
    wording: int = -1
    """Which wording of the schema; -1 where that means nothing."""
    tier: str = ""
    """How sure its wiring is, for annotated problems: `certain`, `likely`, `doubtful`."""
    names: tuple[str, ...] = ()
    """Names of people and places in the question, for masking; empty: found by the mask's own reader."""
    steps: int = 0
    """Steps that compute something in the gold trace."""
    solution: str = ""
    """The worked solution in words, where there is one."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Whatever else a source says of it."""


def question_digest(question: str) -> str:
    """Return the SHA-256 of a question in hexadecimal digits, whatever its case and white space."""
    return hashlib.sha256(" ".join(question.lower().split()).encode("utf-8", "surrogatepass")).hexdigest()


FIELDS = tuple(item.name for item in fields(Problem))
"""The fields of a problem, in order."""
_DEFAULTS: dict[str, Any] = {
    item.name: item.default_factory() if item.default_factory is not MISSING else item.default
    for item in fields(Problem)
}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(problem: Problem, *, marked: bool = False) -> str:
    """Write a problem as one line of JSON, without the fields that hold their default; `marked`: with the canary."""
    row = {name: value for name, value in vars(problem).items() if value != _DEFAULTS[name]}
    if marked:
        row["extra"] = {**problem.extra, "canary": CANARY}
    try:
        return orjson.dumps(row).decode()
    except TypeError:  # half a character, which no file can hold, or a whole number of more than 64 bits
        return _encode(row)


def write_problems(problems: Iterable[Problem], path: Path) -> int:
    """Write problems to a JSONL file, whole or not at all; return how many."""
    count = 0
    with whole_file(path) as file:
        for problem in problems:
            file.write(to_json(problem) + "\n")
            count += 1
    return count


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) of a JSONL file.

    Raises:
        DataError: the file is missing, a folder, not text or empty, or a line is not a JSON object.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder", "name a .jsonl file")
    if not path.exists():
        raise DataError(f"{path} does not exist")
    empty = True
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                empty = False
                try:
                    # Numbers stay the text they were written as: 18.50 keeps its precision.
                    row = json.loads(line, parse_float=str, parse_int=str)
                except ValueError as error:
                    raise DataError(f"{path}, line {number}: not JSON ({error})") from None
                except RecursionError:
                    raise DataError(f"{path}, line {number}: nested too deeply") from None
                if not isinstance(row, dict):
                    raise DataError(f"{path}, line {number}: a JSON object is needed, read {line.strip()[:60]!r}")
                yield number, row
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from None
    if empty:
        raise DataError(f"{path} is empty")


def read_problems(path: Path) -> list[Problem]:
    """Read a JSONL file of problems; `question` and `answer` are needed in each line.

    Raises:
        DataError: as `read_lines`, or a line lacks a field, has an unknown one, or one of the wrong type.
    """
    return [read_problem(row, f"{path}, line {number}") for number, row in read_lines(path)]


_KINDS: dict[str, tuple[type, str]] = {"extra": (dict, "an object"), "names": (list, "a list")}
"""What fields hold that hold no text; numbers stay text until they are read."""


def read_problem(row: dict[str, Any], where: str) -> Problem:
    """Make a problem of the fields of a line; `where` names the line in messages.

    Raises:
        DataError: it lacks a field, has an unknown one, or one of the wrong type.
    """
    for key in ("question", "answer"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise DataError(f"{where}: {key!r} is missing or no text")
    for key in row:
        if key not in FIELDS:
            raise DataError(f"{where}: unknown field {key!r}", nearest(key, FIELDS))
        kind, what = _KINDS.get(key, (str, "a text"))
        if not isinstance(row[key], kind):
            raise DataError(f"{where}: {key!r} must be {what}, read {str(row[key])[:40]!r}")
    row = dict(row)
    for key in ("wording", "steps"):
        if key in row:
            try:
                row[key] = int(row[key])
            except ValueError:
                raise DataError(f"{where}: {key!r} must be a whole number, read {row[key]!r}") from None
    if "names" in row:
        if not all(isinstance(name, str) for name in row["names"]):
            raise DataError(f"{where}: 'names' must be a list of texts, read {str(row['names'])[:40]!r}")
        row["names"] = tuple(row["names"])
    return Problem(**row)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
