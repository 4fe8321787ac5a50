"""Which examples a step sees, as a function of the seed and the step: a resumed run needs no iterator to be restored.

The data is an endless row of passes over the examples, each pass in a new order. It is cut into windows of WINDOW
batches; within a window, examples of similar length are put into the same batch, and the batches are shuffled. Every
example is seen once a pass, whatever the batch size, and several processes share each batch.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch

from tracewright.data.problem import Problem
from tracewright.model.seed import generator
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
        inside = sorted(self.stretch(number * count, count), key=lambda index: self.lengths[index])
        batches = [inside[place : place + self.batch] for place in range(0, count, self.batch)]
        if self.ranks is not None:  # a curriculum: keep the batches in the order of their ranks
            return sorted(batches, key=lambda batch: float(self.ranks[batch].double().mean()))  # type: ignore[index]
        places = torch.randperm(WINDOW, generator=generator(self.seed, "window", number)).tolist()
        return [batches[place] for place in places]


def curriculum_ranks(problems: Sequence[Problem], curriculum: str) -> list[int] | None:
    """Return the ranks of a curriculum: by computed steps, or by expert in the order of the table; None for none."""
    if curriculum == "steps":
        return [problem.steps or problem.trace.count("op: ") for problem in problems]
    if curriculum == "expert":
        order = {name: rank for rank, name in enumerate((*EXPERTS, "composition"))}
        return [order.get(problem.expert, len(order)) for problem in problems]
    return None
