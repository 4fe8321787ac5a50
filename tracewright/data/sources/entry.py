"""A problem of an annotated file, with what compiles its annotation into a trace.

Not covered: reading files (`rows.py` and the readers), which reader (`formats.py`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from tracewright.data.annotate import Annotation
from tracewright.data.problem import Problem
from tracewright.data.sources.wiring import refused


class Entry(NamedTuple):
    """A problem and its annotation, to be compiled when it is asked for."""

    problem: Problem
    compile: Callable[[], Annotation]
    whole: bool = True
    """It has a question and a number for its answer; one that has not is counted, and never written."""

    @classmethod
    def of(cls, problem: Problem, answer: str, compiler: Callable[[Problem], Annotation]) -> "Entry":
        """Give a problem its answer, and its annotation a compiler."""
        answered = replace(problem, answer=answer)
        return cls(answered, partial(compiler, answered))


def left_out(problem: Problem, kind: str, reason: str) -> Entry:
    """Return an entry that is only counted."""
    return Entry(problem, partial(refused, kind, reason), whole=False)
