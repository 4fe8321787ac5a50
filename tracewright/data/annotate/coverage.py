"""Many solutions at once: problems with traces, and the table that says how many, how sure, and why not.

Not covered: writing files (`data/problem.py`), the command (`cli.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tracewright.data.annotate.annotation import Annotation, annotate
from tracewright.data.errata import KNOWN, find_erratum
from tracewright.data.problem import Problem
from tracewright.trace.render import render

MOST_IDS = 12
"""Ids that a row of the taxonomy prints; `Coverage.rows` has them all."""


class Row(NamedTuple):
    """A line of the table: what was counted, how many, of how many, and the ids where they are worth naming."""

    name: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks of a row
    total: int
    ids: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The count as a share of the total, 0 for an empty total."""
        return self.count / self.total if self.total else 0.0


class Coverage(NamedTuple):
    """The coverage table of an annotated set; `str()` prints it."""

    rows: tuple[Row, ...]
    """Executes, grounded, and each tier, of all problems; and how many `errata.py` knows."""
    experts: tuple[Row, ...]
    """Experts of the traces."""
    failures: tuple[Row, ...]
    """Why a problem has no trace, by kind, most frequent first."""
    doubts: tuple[Row, ...]
    """Why a trace is not certain, by kind, most frequent first."""

    def __str__(self) -> str:
        lines = []
        for title, rows, with_ids in (
            ("annotated", self.rows, False),
            ("expert", self.experts, False),
            ("not certain because", self.doubts, True),
            ("failed because", self.failures, True),
        ):
            if not rows:
                continue
            lines.append(title)
            for row in rows:
                ids = ""
                if with_ids:
                    shown = ", ".join(_short(id_) for id_ in row.ids[:MOST_IDS])
                    ids = f"  {shown}{', ...' if len(row.ids) > MOST_IDS else ''}"
                lines.append(f"  {row.name:<34}{row.count:>6}{row.share:>8.1%}{ids}")
        return "\n".join(lines)


def _short(id_: str) -> str:
    return id_.rpartition("/")[2]


def annotate_all(
    problems: Iterable[Problem], progress: Callable[[int], None] | None = None
) -> tuple[list[Problem], Coverage]:
    """Annotate problems that have a worked solution.

    Returns all of them, in order, those that could be annotated with trace, tier and steps set (the failed keep an
    empty trace and the tier `failed`), and the coverage table. `progress` is called with the number done so far.
    """
    done: list[Problem] = []
    found: list[Annotation] = []
    for number, problem in enumerate(problems, 1):
        annotation = annotate(problem)
        found.append(annotation)
        done.append(annotated(problem, annotation))
        if progress:
            progress(number)
    return done, coverage(done, found)


def annotated(problem: Problem, annotation: Annotation) -> Problem:
    """Return a problem with what its annotation says: the trace (empty where there is none), tier and steps.

    In `extra` stand the reason (`annotation`), the `odds`, whether it `varies` though it is not certain, and an
    `erratum` where one is known.
    """
    trace = render(annotation.trace) if annotation.trace else ""
    extra = dict(problem.extra)
    if annotation.reason:
        extra["annotation"] = annotation.reason
    if annotation.odds is not None:
        extra["odds"] = round(annotation.odds, 2)
    if annotation.varies and annotation.tier != "certain":
        extra["varies"] = True
    erratum = find_erratum(problem)
    if erratum:
        extra["erratum"] = f"{erratum.fault}: {erratum.reason}"
    return replace(problem, trace=trace, tier=annotation.tier, steps=annotation.steps, extra=extra)


def coverage(problems: Sequence[Problem], annotations: Sequence[Annotation]) -> Coverage:
    """Count what became of a set of problems."""
    total = len(problems)
    pairs = list(zip(problems, annotations, strict=True))
    traced = [annotation for annotation in annotations if annotation.trace]
    rows = [
        Row("executes to the gold answer", len(traced), total),
        Row("... and every number has a source", sum(annotation.grounded for annotation in traced), total),
    ]
    for tier in ("certain", "likely", "doubtful", "failed"):
        rows.append(Row(f"tier {tier}", sum(annotation.tier == tier for annotation in annotations), total))
    known = [problem.id for problem in problems if find_erratum(problem)]
    if known:
        rows.append(Row(KNOWN, len(known), total, tuple(known)))
    experts = _count((annotation.trace.expert, "") for annotation in traced if annotation.trace)
    failures = _count((annotation.kind, problem.id) for problem, annotation in pairs if annotation.tier == "failed")
    doubts = _count(
        (annotation.kind, problem.id) for problem, annotation in pairs if annotation.tier in ("likely", "doubtful")
    )
    return Coverage(tuple(rows), _rows(experts, total), _rows(failures, total), _rows(doubts, total))


def _count(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    counted: dict[str, list[str]] = {}
    for name, id_ in pairs:
        counted.setdefault(name, []).append(id_)
    return counted


def _rows(counted: dict[str, list[str]], total: int) -> tuple[Row, ...]:
    ordered = sorted(counted.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Row(name, len(ids), total, tuple(ids)) for name, ids in ordered)
