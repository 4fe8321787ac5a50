"""The decisions of one story, all taken from one large random number, as everywhere in the data engine.

A `Draws` is made of a key (`story/7/12`): BLAKE2b gives 512 bits, each decision takes a part of them, and when they run
low the hash of the key and a count gives more. No global state, no dependence on PYTHONHASHSEED.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

from tracewright.data.compile import random_number
from tracewright.number import Number

Item = TypeVar("Item")

_LOW = 1 << 48
"""Below this many possibilities left, the number is refilled: every draw stays as good as uniform."""


class Draws:
    """A stream of decisions, the same for the same key anywhere."""

    __slots__ = ("key", "left", "refills")

    def __init__(self, key: str) -> None:
        self.key = key
        self.refills = 0
        self.left = random_number(key)

    def refill(self) -> None:
        """Start on a new large number."""
        self.refills += 1
        self.left = random_number(f"{self.key}+{self.refills}")

    def below(self, count: int) -> int:
        """Draw from 0 to count - 1; the same three lines stand in `chance` and `pick`, which are called most."""
        if self.left < _LOW:
            self.refill()
        self.left, drawn = divmod(self.left, count)
        return drawn

    def chance(self, share: float) -> bool:
        """Say yes with a probability (in steps of 1/1024)."""
        if self.left < _LOW:
            self.refill()
        self.left, drawn = divmod(self.left, 1024)
        return drawn < share * 1024

    def pick(self, items: Sequence[Item]) -> Item:
        """Draw one of several."""
        count = len(items)
        if count == 1:
            return items[0]
        if self.left < _LOW:
            self.refill()
        self.left, drawn = divmod(self.left, count)
        return items[drawn]

    def weighted(self, items: Sequence[Item], weights: Sequence[int]) -> Item:
        """Draw one of several, each as likely as its weight."""
        return self.ranked(items, tuple(accumulate(weights)))

    def ranked(self, items: Sequence[Item], ends: Sequence[int]) -> Item:
        """Draw one of several; `ends` are their weights, added up."""
        return items[bisect_right(ends, self.below(ends[-1]))]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        """Draw several different ones, in the order in which they are drawn."""
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(count)]

    def between(self, low: int, high: int, step: int = 1) -> int | None:
        """Draw a whole number from low to high, in steps; None where there is none."""
        count = (high - low) // step + 1
        return low + step * self.below(count) if count > 0 else None

    def near(self, low: int, high: int) -> int | None:
        """Draw a whole number as people choose them: round where it is large."""
        if high < low:
            return None
        if high >= 40 and high - low >= 20 and self.below(3):
            step = 100 if high - low >= 2000 else 10 if high - low >= 120 else 5
            return self.between(-(-low // step) * step, high, step)
        return self.between(low, high)


def divisors(value: Number, low: int, high: int) -> list[int]:
    """Return the whole numbers from low to high that divide a value, leaving at least 2."""
    return [item for item in range(low, min(high, int(value // 2)) + 1) if value % item == 0]
