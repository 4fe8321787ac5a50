"""Two sets side by side: the table of an audit, and the training questions that give reference questions away."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from tracewright.data.audit.measure import Measures, measure, quantile
from tracewright.data.overlap import Overlap, find_overlaps
from tracewright.data.problem import Problem

FACTOR = 1.5
"""A construct is well represented where its share is within this factor of the reference's."""

COMMON = 0.05
"""Constructs in a smaller share of the reference's questions are not held against the data."""


class Audit(NamedTuple):
    """What an audit found."""

    data: Measures
    reference: Measures | None
    coverage: float | None
    """Share of the reference's words that stand in the data."""
    overlaps: list[Overlap]
    """Reference questions that the data gives away."""

    @property
    def off(self) -> list[str]:
        """Return the common constructs whose share is off by more than FACTOR."""
        if self.reference is None:
            return []
        real = self.reference.constructs
        return [
            name
            for name, share in self.data.constructs.items()
            if real[name] > COMMON and not real[name] / FACTOR <= share <= real[name] * FACTOR
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        row: dict[str, Any] = {"data": _plain(self.data), "constructs_off": self.off, "word_coverage": self.coverage}
        if self.reference is not None:
            row["reference"] = _plain(self.reference)
            row["overlaps"] = [
                {"data": item.training.id, "reference": item.evaluation.id, "share": item.share}
                for item in self.overlaps
            ]
        return row

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def audit(
    problems: Sequence[Problem],
    reference: Sequence[Problem] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Measure a set, and a reference where one is given; look for the reference's questions in the set."""
    data = measure(problems, progress)
    if reference is None:
        return Audit(data, None, None, [])
    real = measure(reference, progress)
    covered = sum(number for word, number in real.words.items() if word in data.words)
    coverage = covered / max(1, real.words.total())
    return Audit(data, real, coverage, find_overlaps(problems, reference))


def _plain(found: Measures) -> dict[str, Any]:
    row = found._asdict()
    steps, lengths = found.steps, found.lengths
    row["steps"] = {"mean": _mean(steps), "median": quantile(steps, 0.5), "p90": quantile(steps, 0.9)}
    row["lengths"] = {"mean": _mean(lengths), "median": quantile(lengths, 0.5), "p90": quantile(lengths, 0.9)}
    row["words"] = len(found.words)
    return row


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0


Show = Callable[[Measures], str]
"""Writes one figure of a set."""


def _lines(found: Audit) -> list[str]:
    data, real = found.data, found.reference

    def row(name: str, show: Show, note: str = "") -> str:
        return f"{name:36}{show(data):>12}{show(real) if real else '':>12}  {note}".rstrip()

    lines = [f"{'':36}{'data':>12}{'reference' if real else '':>12}".rstrip()]
    lines += [row(name, show) for name, show in _figures()]
    for title, pick in _SHARES:
        lines.append(f"{title}:")
        for name in {**(getattr(real, pick) if real else {}), **getattr(data, pick)}:
            note = f"off by more than a factor of {FACTOR}" if pick == "constructs" and name in found.off else ""
            lines.append(row(f"  {name}", partial(_share, pick, name), note))
    if real:
        lines.append(f"the data's words cover {found.coverage:.1%} of the reference's words as they occur")
        lines.append(f"{len(found.off)} constructs of over {COMMON:.0%} are off by more than a factor of {FACTOR}")
        lines.append(f"{len(found.overlaps)} reference questions stand in the data, in part or whole")
        for item in found.overlaps[:10]:
            names = [problem.id or repr(problem.question[:60]) for problem in (item.evaluation, item.training)]
            lines.append(f"  {' in '.join(names)} ({item.share:.0%})")
    lines.append(f"{data.canary} of {data.problems} problems carry the canary string")
    return lines


_COUNTS = {
    "problems": "problems",
    "questions": "different questions",
    "masked": "... names and numbers masked",
    "traced": "problems with a trace",
    "shapes": "different shapes of traces",
}
_SHARES = (
    ("share of numbers", "kinds"),
    ("share of computing steps", "operators"),
    ("share of questions", "constructs"),
)
_SUMMARIES: dict[str, Callable[[list[int]], str]] = {
    "mean": lambda values: f"{_mean(values):.1f}",
    "median": lambda values: str(quantile(values, 0.5)),
    "p90": lambda values: str(quantile(values, 0.9)),
}


def _figures() -> Iterator[tuple[str, Show]]:
    for key, label in _COUNTS.items():
        yield label, partial(_count, key)
    yield "different words", lambda found: f"{len(found.words):,}"
    for label, key in (("tokens a question", "lengths"), ("computing steps", "steps")):
        for name in _SUMMARIES:
            yield f"{label}, {name}", partial(_summary, key, name)
    yield "numbers a question", lambda found: f"{found.mentions:.2f}"


def _count(key: str, found: Measures) -> str:
    return f"{getattr(found, key):,}"


def _summary(key: str, name: str, found: Measures) -> str:
    return _SUMMARIES[name](getattr(found, key))


def _share(key: str, name: str, found: Measures) -> str:
    return f"{getattr(found, key).get(name, 0):.1%}"
