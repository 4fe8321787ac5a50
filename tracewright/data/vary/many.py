"""Variants of many problems, with the reasons why some have none: what the command and the recipes share."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tracewright.data.problem import Problem
from tracewright.data.vary.values import Ranges
from tracewright.data.vary.variant import plan_of, variants


class Varied(NamedTuple):
    """A problem, its variants, and the reason where it has none."""

    problem: Problem
    variants: tuple[Problem, ...]
    reason: str = ""


def vary_all(problems: Iterable[Problem], count: int, seed: int, ranges: Ranges) -> Iterator[Varied]:
    """Vary each problem up to `count` times; the same variants whatever other problems stand beside it.

    The numbers move within `ranges`, which `learn_ranges` reads from the problems of a whole set.
    """
    for problem in problems:
        made = tuple(variants(problem, count, seed, ranges))
        plan = plan_of(problem, ranges)
        reason = plan if isinstance(plan, str) else "" if made else "no draw keeps every check"
        yield Varied(problem, made, reason)
