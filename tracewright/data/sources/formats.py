"""The formats of annotated files, told apart by their content or named by a person; and their compiling, counted.

Not covered: questions with answers alone (`answers.py`): there is nothing to compile.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tracewright.data.annotate import Annotation, Coverage, annotate, annotated, coverage
from tracewright.data.gsm8k import MARK, read_solutions
from tracewright.data.problem import Problem
from tracewright.data.sources import equation, program
from tracewright.data.sources.entry import Entry
from tracewright.data.sources.fields import has
from tracewright.data.sources.rows import Row, read_rows
from tracewright.errors import DataError


class Format(NamedTuple):
    """How one kind of file is told by a row, and read."""

    about: str
    fits: Callable[[Row], bool]
    read: Callable[[Path], list[Entry]]


def _of_rows(reader: Callable[[Sequence[Row], str], list[Entry]], path: Path) -> list[Entry]:
    return reader(read_rows(path), path.name.partition(".")[0])


def _is_gsm8k(row: Row) -> bool:
    return has(row, ("question",)) and MARK in str(row.fields.get("answer", ""))


def _read_gsm8k(path: Path) -> list[Entry]:
    return [Entry(problem, partial(annotate, problem)) for problem in read_solutions(path)]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "gsm8k": Format("worked solutions that end in '#### 42'", _is_gsm8k, _read_gsm8k),
        "program": Format("operation programs (MathQA)", program.fits, partial(_of_rows, program.read)),
        "equation": Format("equations (MAWPS, SVAMP, ASDiv)", equation.fits, partial(_of_rows, equation.read)),
    }
)
"""Every format by the name that `tracewright annotate --format` uses."""


def find_format(path: Path) -> str:
    """Say which format a file has, by its first row.

    Raises:
        DataError: the file cannot be read, or has no annotation that could be compiled.
    """
    first = read_rows(path)[0]
    for name, kind in FORMATS.items():
        if kind.fits(first):
            return name
    if has(first, ("trace",)):
        raise DataError(f"{path} has traces already", "name it in data.files of a recipe")
    if has(first, ("question",)) and has(first, ("answer",)):
        raise DataError(
            f"{path} has questions and answers alone, nothing to make a trace of",
            "a recipe takes it as rl.problems or in eval.files",
        )
    raise DataError(
        f"{first.where}: no solution, equation or program among the fields {', '.join(map(repr, first.fields))[:100]}",
        f"known are {'; '.join(f'{name}: {kind.about}' for name, kind in FORMATS.items())}",
    )


def read(path: Path, name: str = "auto") -> list[Entry]:
    """Read the problems of an annotated file; `name` is a key of FORMATS, or `auto`.

    Raises:
        DataError: the file, or a row of it, cannot be used; names the line.
    """
    return FORMATS[find_format(path) if name == "auto" else name].read(path)


def compile_entries(
    entries: Sequence[Entry], progress: Callable[[int], None] | None = None
) -> tuple[list[Problem], Coverage]:
    """Compile the annotations of problems, as `annotate_all` does worked solutions.

    Returns the problems that have a question and an answer, those that could be compiled with trace, tier and steps
    set, and the coverage table of all. A question that stands again is counted once. `progress` is called with the
    number done so far.
    """
    done: list[Problem] = []
    seen: list[Problem] = []
    found: list[Annotation] = []
    questions: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        problem = entry.problem
        words = " ".join(problem.question.lower().split())
        fresh = words not in questions
        first = questions.setdefault(words, problem.id)
        again = Annotation(None, "failed", "the question stands twice", f"it stands at {first} already")
        annotation = entry.compile() if fresh else again
        seen.append(problem)
        found.append(annotation)
        if entry.whole and fresh:
            done.append(annotated(problem, annotation))
        if progress:
            progress(number)
    return done, coverage(seen, found)
