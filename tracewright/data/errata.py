"""Known faults of GSM8K's train file: solutions that are none of their question, questions that leave theirs open.

No check of ours can see these: the trace does what the solution does. `errata.tsv` lists what readers found who worked
every problem of the file from its question alone (docs/data.md says how), one a line: the first 16 hexadecimal digits
of the SHA-256 of the question (`problem.question_digest`), its id, the fault, the readers' answer where it is a number,
and the reason. Who trains on real problems leaves them out (`data.errata`); `vary` makes no variants of them.

Not covered: questions that two readings fit equally well; other data sets; GSM8K's test split, which nobody read;
whether a file has a fault mended (it is known by its question, unless its answer is the readers'); variants of a
problem, which `vary` does not make.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from tracewright.data.problem import Problem, question_digest

KNOWN = "a fault of it is known"

_FILE = Path(__file__).with_suffix(".tsv")
_DIGITS = 16


class Erratum(NamedTuple):
    """What is wrong with a problem."""

    id: str
    """Line of the official file, from 0: `train/42`."""
    fault: Literal["answer", "steps", "unclear"]
    """The answer is wrong; it is right but the steps would not be with other numbers; most readers answer otherwise."""
    answer: str
    """What readers answer, empty where they do not agree or it is none."""
    reason: str


@lru_cache(maxsize=1)
def errata() -> dict[str, Erratum]:
    """Return the known faults, by the digest of the question."""
    rows = [line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines()]
    return {digest: Erratum(id_, fault, answer, reason) for digest, id_, fault, answer, reason in rows}  # type: ignore[arg-type]


def find_erratum(problem: Problem) -> Erratum | None:
    """Return what is known to be wrong with a problem of GSM8K; None for all others, and where the answer is mended."""
    erratum = errata().get(question_digest(problem.question)[:_DIGITS])
    mended = erratum is not None and erratum.fault == "answer" and problem.answer == erratum.answer
    return None if mended else erratum


def without_errata(problems: Sequence[Problem], known: Literal["drop", "keep"] = "drop") -> list[Problem]:
    """Leave out the problems of which a fault is known, unless they are to be kept."""
    return [problem for problem in problems if known == "keep" or find_erratum(problem) is None]
