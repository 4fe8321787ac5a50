"""Two graded runs on the same problems -> a paired table, and a sentence on whether they differ at all.

Problems are matched by id, question and answer, so that two runs are never compared on different ones. Each problem
counts once: right, or wrong; with several completions, by their vote. Where schemas repeat, whole schemas are the
units of the test and of the interval.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tracewright.errors import DataError
from tracewright.evaluate.grades import Graded
from tracewright.evaluate.score import by_problem, percent, vote
from tracewright.evaluate.stats import (
    CONFIDENCE,
    RESAMPLES,
    Interval,
    cluster_sums,
    mcnemar,
    paired_bootstrap,
    paired_interval,
    sign_flip,
    smallest_detectable_paired,
    wilson,
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two runs on one split."""

    split: str
    n: int
    clusters: int
    """Schemas; equal to n where none repeats."""
    both: int
    only_a: int
    only_b: int
    neither: int
    interval_a: Interval
    interval_b: Interval
    difference: float
    """Share right of B minus that of A."""
    low: float
    high: float
    """The interval of the difference."""
    p: float
    """How often chance alone would make the runs differ at least as much, by `test`."""
    test: str
    mcnemar: float
    """The p-value of McNemar's exact test, for which each problem is a witness of its own."""
    smallest: float | None
    """The smallest difference that this n would show in four of five cases; None: not even the largest."""

    @property
    def rate_a(self) -> float:
        """Share that run A has right."""
        return (self.both + self.only_a) / self.n

    @property
    def rate_b(self) -> float:
        """Share that run B has right."""
        return (self.both + self.only_b) / self.n

    @property
    def told_apart(self) -> bool:
        """Whether the difference can be told from chance: the test says so, and the interval leaves out 0."""
        return self.p < 1 - CONFIDENCE and (self.low > 0 or self.high < 0)

    @property
    def sentence(self) -> str:
        """Say what may be said of the difference."""
        units = f"n = {self.n}" + (f", {self.clusters} schemas" if self.clusters < self.n else "")
        if self.smallest is None:
            return f"With {units} no difference whatever could be told from chance."
        points = f"{100 * self.smallest:.1f} points"
        reach = f"the smallest difference that such runs would show in four cases of five is {points}"
        if not self.told_apart:
            return f"The difference cannot be told from chance ({units}, p = {_p(self.p)}); {reach}."
        better = "B" if self.difference > 0 else "A"
        return f"{better} is better, and not by chance ({units}, p = {_p(self.p)}); {reach}."

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, for --json."""
        row = asdict(self)
        row["rate_a"], row["rate_b"] = self.rate_a, self.rate_b
        row["told_apart"], row["sentence"] = self.told_apart, self.sentence
        return row


def _p(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def compare(
    rows_a: Sequence[Graded], rows_b: Sequence[Graded], *, rng: random.Random, resamples: int = RESAMPLES
) -> list[Comparison]:
    """Compare two runs split by split; where only one of them has a split, it is left out.

    Raises:
        DataError: no split is common, or the problems of a common split are not the same.
    """
    splits_b = {row.split for row in rows_b}
    common = [split for split in dict.fromkeys(row.split for row in rows_a) if split in splits_b]
    if not common:
        names_a = ", ".join(dict.fromkeys(row.split for row in rows_a))
        raise DataError(f"the runs have no split in common: {names_a or 'none'} and {', '.join(splits_b) or 'none'}")
    found = []
    for split in common:
        groups_a, groups_b = (
            {group[0].id: group for group in by_problem(row for row in rows if row.split == split)}
            for rows in (rows_a, rows_b)
        )
        _same_problems(split, groups_a, groups_b)
        pairs = [(groups_a[name], groups_b[name]) for name in groups_a]
        found.append(_compare_split(split, pairs, rng, resamples))
    return found


def _same_problems(split: str, groups_a: dict[str, list[Graded]], groups_b: dict[str, list[Graded]]) -> None:
    hint = "score both runs on the same problems: the same data keys and the same seed"
    for one, other, name in ((groups_a, groups_b, "A"), (groups_b, groups_a, "B")):
        alone = [key for key in one if key not in other]
        if alone:
            raise DataError(f"split {split!r}: {len(alone)} problems are in run {name} only, {alone[0]!r} first", hint)
    for key, group in groups_a.items():
        for field in ("question", "expected"):
            if getattr(group[0], field) != getattr(groups_b[key][0], field):
                what = "question" if field == "question" else "right answer"
                raise DataError(f"split {split!r}: problem {key!r} has another {what} in run B", hint)


def _right(group: Sequence[Graded]) -> bool:
    winner = vote(group)
    return winner is not None and winner.right


def _compare_split(
    split: str, pairs: Sequence[tuple[list[Graded], list[Graded]]], rng: random.Random, resamples: int
) -> Comparison:
    right_a = [int(_right(group)) for group, _ in pairs]
    right_b = [int(_right(group)) for _, group in pairs]
    clusters = [group[0].cluster for group, _ in pairs]
    n = len(pairs)
    both = sum(a and b for a, b in zip(right_a, right_b, strict=True))
    only_a, only_b = sum(right_a) - both, sum(right_b) - both
    counts = (both, only_a, only_b, n - both - only_a - only_b)
    # The closed form never shrinks to a point; with clusters the interval is never narrower than without.
    ends = paired_interval(*counts)
    single = p = mcnemar(only_a, only_b)
    test = "exact McNemar test"
    variance = (only_a + only_b) / n  # n times that of the difference, were there no difference
    if len(set(clusters)) < n:
        drawn = paired_bootstrap(right_a, right_b, rng, clusters, resamples)
        ends = Interval(min(ends.low, drawn.low), max(ends.high, drawn.high))
        differences = [b - a for a, b in zip(right_a, right_b, strict=True)]
        p, test = sign_flip(differences, clusters), "exact sign-flip test over schemas"
        variance = max(variance, sum(total**2 for total, _ in cluster_sums(differences, clusters)) / n)
    return Comparison(
        split=split, n=n, clusters=len(set(clusters)), both=both, only_a=only_a, only_b=only_b, neither=counts[3],
        interval_a=wilson(sum(right_a), n), interval_b=wilson(sum(right_b), n),
        difference=(only_b - only_a) / n, low=ends.low, high=ends.high, p=p, test=test,
        mcnemar=single, smallest=smallest_detectable_paired(n, variance),
    )  # fmt: skip


def compare_table(comparisons: Sequence[Comparison], name_a: str = "A", name_b: str = "B") -> str:
    """Return the comparisons as text for a terminal."""
    blocks = [f"A: {name_a}\nB: {name_b}"] if (name_a, name_b) != ("A", "B") else []
    for one in comparisons:
        signs = f"{100 * one.difference:+.1f} points [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"
        alone = f"; {_p(one.mcnemar)} by McNemar's exact test, problem by problem" if one.clusters < one.n else ""
        blocks.append(
            f"{one.split}: n = {one.n}\n"
            f"  A {_share(one.rate_a, one.interval_a)}   B {_share(one.rate_b, one.interval_b)}\n"
            f"  both right {one.both}, only A {one.only_a}, only B {one.only_b}, neither {one.neither}\n"
            f"  B - A: {signs}, p = {_p(one.p)} ({one.test}{alone})\n"
            f"  {one.sentence}"
        )
    return "\n\n".join(blocks)


def _share(rate: float, ends: Interval) -> str:
    return f"{percent(rate)} [{100 * ends.low:.1f}, {100 * ends.high:.1f}]"
