"""Which examples a step sees, as a function of the seed and the step: a resumed run needs no iterator to be restored.

The data is an endless row of passes over the examples, each pass in a new order. It is cut into windows of WINDOW
batches; within a window, examples of similar length are put into the same batch, and the batches are shuffled. Every
example is seen once a pass, whatever the batch size, and several processes share each batch.

Curricula: `steps` and `expert` order each pass; `errors` draws each window anew, with more of what failed before. RL
sees few questions, often less than a pass: there `steps` and `expert` order those of the whole run.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch

from tracewright.data.problem import Problem
from tracewright.model.seed import derive, generator
from tracewright.recipe import SftConfig
from tracewright.trace.experts import EXPERTS

WINDOW = 32
"""Batches in a window: enough for lengths to be alike, few enough for the order to stay random."""


class Order:
    """The batches of a run: `order(step)` gives the indices of a step's examples (steps from 0)."""

    def __init__(
        self, lengths: Sequence[int], *, batch: int, seed: int, bucket: bool = True, ranks: Sequence[int] | None = None
    ) -> None:
        """`ranks`, one an example: lower ones come first in each pass; equal ones are shuffled."""
        self.lengths = list(lengths)
        self.batch = batch
        self.seed = seed
        self.bucket = bucket
        self.ranks = None if ranks is None else torch.tensor(list(ranks))
        self._pass = lru_cache(maxsize=2)(self._draw_pass)
        self._window = lru_cache(maxsize=2)(self._draw_window)

    def __call__(self, step: int) -> list[int]:
        """Return the examples of a step."""
        if self.bucket:
            return self._window(step // WINDOW)[step % WINDOW]
        return self.stretch(step * self.batch, self.batch)

    def note(self, indices: Sequence[int], losses: Sequence[float]) -> None:
        """Take in the summed losses of the examples of a step; here they change nothing."""

    def state(self) -> dict[str, Any] | None:
        """Return what a checkpoint must keep; here nothing."""
        return None

    def _draw_pass(self, number: int) -> list[int]:
        shuffled = torch.randperm(len(self.lengths), generator=generator(self.seed, "pass", number))
        if self.ranks is not None:
            shuffled = shuffled[torch.sort(self.ranks[shuffled], stable=True).indices]
        return shuffled.tolist()

    def stretch(self, start: int, count: int) -> list[int]:
        """Return a stretch of the endless row of passes."""
        size = len(self.lengths)
        return [self._pass(place // size)[place % size] for place in range(start, start + count)]

    def _draw_window(self, number: int) -> list[list[int]]:
        count = WINDOW * self.batch
        batches = self._cut(self.stretch(number * count, count), number)
        if self.ranks is not None:  # a curriculum: keep the batches in the order of their ranks
            return sorted(batches, key=lambda batch: float(self.ranks[batch].double().mean()))  # type: ignore[index]
        return batches

    def _cut(self, drawn: list[int], number: int) -> list[list[int]]:
        """Cut a window into batches of like lengths, in a random order."""
        inside = sorted(drawn, key=lambda index: self.lengths[index]) if self.bucket else drawn
        batches = [inside[place : place + self.batch] for place in range(0, len(inside), self.batch)]
        places = torch.randperm(WINDOW, generator=generator(self.seed, "window", number)).tolist()
        return [batches[place] for place in places]


class ErrorOrder(Order):
    """The curriculum `errors`: groups of examples that the model fails are drawn more often.

    A group's error is a moving average of 1 - p(target), the chance that a sample at temperature 1 is not the gold
    target. Each window is drawn with replacement, an example in proportion to LEAST plus its group's error, so nothing
    is forgotten. What a window looks like is settled when it starts; `state` holds what a resumed run needs.
    """

    LEAST = 0.1
    DECAY = 0.8

    def __init__(
        self,
        lengths: Sequence[int],
        groups: Sequence[str],
        *,
        batch: int,
        seed: int,
        bucket: bool = True,
        state: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(lengths, batch=batch, seed=seed, bucket=bucket)
        state = state or {}
        self.groups = list(groups)
        self.errors: dict[str, float] = {**dict.fromkeys(groups, 1.0), **state.get("errors", {})}
        self.settled: dict[str, float] = {**self.errors, **state.get("settled", {})}
        self.window = int(state.get("window", 0))

    def __call__(self, step: int) -> list[int]:
        """Return the examples of a step, and settle the shares where a window starts."""
        if step // WINDOW != self.window:
            self.window = step // WINDOW
            self.settled = dict(self.errors)
            self._window.cache_clear()
        return self._window(self.window)[step % WINDOW]

    def note(self, indices: Sequence[int], losses: Sequence[float]) -> None:
        """Take in the summed losses of the examples of a step: p(target) is exp(-loss)."""
        for index, loss in zip(indices, losses, strict=True):
            group = self.groups[index]
            self.errors[group] = self.DECAY * self.errors[group] - (1 - self.DECAY) * math.expm1(-loss)

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"errors": dict(self.errors), "settled": dict(self.settled), "window": self.window}

    def _draw_window(self, number: int) -> list[list[int]]:
        weights = torch.tensor([self.LEAST + self.settled[group] for group in self.groups], dtype=torch.float64)
        draws = generator(self.seed, "errors", number)
        drawn = torch.multinomial(weights, WINDOW * self.batch, replacement=True, generator=draws)
        return self._cut(drawn.tolist(), number)


def make_order(problems: Sequence[Problem], lengths: Sequence[int], config: SftConfig, seed: int, state: Any) -> Order:
    """Return the order that a configuration asks for; `state` is what `ErrorOrder.state` gave, or None."""
    if config.curriculum == "errors":
        return ErrorOrder(lengths, _groups(problems), batch=config.batch, seed=seed, bucket=config.bucket, state=state)
    ranks = curriculum_ranks(problems, config.curriculum)
    return Order(lengths, batch=config.batch, seed=seed, bucket=config.bucket, ranks=ranks)


class QuestionOrder:
    """The questions of an RL run, step by step, those that are drawn instead of others among them.

    `none`: the next ones of the endless row of passes. `steps`, `expert`: as many as the run's steps take of that row,
    sorted; replacements come from behind them, in any order. `errors`: drawn in proportion to LEAST plus the moving
    average of the share of wrong samples of the question's group (its schema, else its expert).
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        *,
        questions: int,
        steps: int,
        curriculum: str,
        seed: int,
        state: Mapping[str, Any],
    ) -> None:
        self.questions = questions
        self.seed = derive(seed, "rl")
        self.order = Order([0] * len(problems), batch=1, seed=self.seed, bucket=False)
        self.planned: list[int] = []
        ranks = curriculum_ranks(problems, curriculum)
        if ranks is not None:
            self.planned = sorted(self.order.stretch(0, questions * steps), key=ranks.__getitem__)
        self.cursor = int(state.get("cursor", len(self.planned)))
        self.groups = _groups(problems)
        self.errors: dict[str, float] | None = None
        if curriculum == "errors":
            self.errors = {**dict.fromkeys(self.groups, 1.0), **state.get("errors", {})}

    def __call__(self, count: int, step: int, attempt: int = 0) -> list[int]:
        """Return the next questions of a step (from 0); from the first attempt on they replace others."""
        if self.errors is not None:
            shares = [ErrorOrder.LEAST + self.errors[group] for group in self.groups]
            weights = torch.tensor(shares, dtype=torch.float64)
            draws = generator(self.seed, "errors", step, attempt)
            return torch.multinomial(weights, count, replacement=count > len(shares), generator=draws).tolist()
        if self.planned and attempt == 0:
            return self.planned[step * self.questions : step * self.questions + count]
        drawn = self.order.stretch(self.cursor, count)
        self.cursor += count
        return drawn

    def note(self, indices: Iterable[int], right: Iterable[bool]) -> None:
        """Take in which samples of which questions were right."""
        if self.errors is None:
            return
        for index, good in zip(indices, right, strict=True):
            group = self.groups[index]
            self.errors[group] += (1 - ErrorOrder.DECAY) * ((not good) - self.errors[group])

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        errors = {} if self.errors is None else {"errors": dict(self.errors)}
        return {"cursor": self.cursor, **errors}


def _groups(problems: Sequence[Problem]) -> list[str]:
    return [problem.schema or problem.expert for problem in problems]


def curriculum_ranks(problems: Sequence[Problem], curriculum: str) -> list[int] | None:
    """Return the ranks of a curriculum: by computed steps, or by expert in the order of the table; None for none."""
    if curriculum == "steps":
        return [problem.steps or problem.trace.count("op: ") for problem in problems]
    if curriculum == "expert":
        order = {name: rank for rank, name in enumerate((*EXPERTS, "composition"))}
        return [order.get(problem.expert, len(order)) for problem in problems]
    return None
