"""What a draw asks of the registers: whether a result keeps what it must, and whether numbers keep their order.

Nearly all results are whole, above zero and made of two numbers or a sum: for these the check is a least and a greatest
value, and neither the lowest terms nor the other rules of `keeps` are asked. Where the numbers are whole as well, no
denominator is. Every other operation goes through `work` and `keeps`, and a test asks that all ways say the same.

Each question can be asked of one draw, whose registers are ints, or of many at once, whose registers are arrays with
one entry a draw (or ints, where all draws have the same number).
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from tracewright.data.vary.checks import MOST_GROWTH, Check, Op, keeps, work

Pair = tuple[int, int]
Registers = list[Any]
"""Numerators or denominators: ints, or arrays of them."""
One = Callable[[list[int], list[int]], bool]
Many = Callable[[Registers, Registers], Any]


class Trial(NamedTuple):
    """A question, which works an operation out first where it is about one; the result may be unset where it says no.

    A result that stays whole has the denominator 1 from the start, as it had in the original; it is never set.
    """

    one: One
    many: Many
    """The same for many draws: an array that says which of them may stay."""


def trial_of(op: Op, check: Check | None, whole: Collection[int] = ()) -> Trial:
    """Return the trial of an operation by the quickest way that there is; `whole` registers hold whole numbers only."""
    name = "add" if op.name == "mul" and len(op.args) == 1 else op.name  # a copy is a sum of one
    if not (check and check.whole and check.sign > 0 and (name == "add" or (len(op.args) == 2 and name in _RATIOS))):

        def plain(tops: list[int], bottoms: list[int]) -> bool:
            return work(op, tops, bottoms) and (check is None or keeps(check, tops, bottoms))

        return Trial(plain, _row_by_row(plain, op))
    # As `keeps` has it: 1 of something has no plural, and nothing shrinks or grows too much.
    low = max(2 if check.top > 1 else 1, -(-check.top // MOST_GROWTH), check.least)
    high = min(check.top * MOST_GROWTH, check.most or check.top * MOST_GROWTH)
    ratio, out = _RATIOS[name](op.args), op.out

    def settle(tops: list[int], bottoms: list[int]) -> bool:
        top: int
        top, bottom = ratio(tops, bottoms)
        if bottom != 1:
            if not bottom:
                return False
            top, rest = divmod(top, bottom)
            if rest:
                return False
        tops[out] = top
        return low <= top <= high

    def settle_many(tops: Registers, bottoms: Registers) -> Any:
        result, bottom = ratio(tops, bottoms)
        kept: Any = True
        if not (isinstance(bottom, int) and bottom == 1):
            divisor = bottom + (bottom == 0)
            top, result = result, result // divisor
            kept = (bottom != 0) & (result * divisor == top)
        tops[out] = result
        return kept & (low <= result) & (result <= high)

    quick = _WHOLE.get(name) if set(whole).issuperset(op.args) else _FRACTIONS.get(name)
    return Trial(quick(op.args, out, low, high) if quick else settle, settle_many)


def in_order(pairs: Sequence[Pair], whole: Collection[int] = ()) -> Trial:
    """Return what says whether the first register of each pair is greater than the second."""

    def whole_order(tops: list[int], bottoms: list[int]) -> bool:
        for left, right in pairs:
            if tops[left] <= tops[right]:
                return False
        return True

    def order(tops: list[int], bottoms: list[int]) -> bool:
        for left, right in pairs:
            if tops[left] * bottoms[right] <= tops[right] * bottoms[left]:
                return False
        return True

    def many(tops: Registers, bottoms: Registers) -> Any:
        kept: Any = True
        for left, right in pairs:
            kept = kept & (tops[left] * bottoms[right] > tops[right] * bottoms[left])
        return kept

    return Trial(whole_order if set(whole).issuperset({*sum(pairs, ())}) else order, many)


def equal(pairs: Sequence[Pair]) -> Trial:
    """Return what says whether the registers of each pair, in lowest terms, are equal."""

    def one(tops: list[int], bottoms: list[int]) -> bool:
        return all(tops[left] == tops[right] and bottoms[left] == bottoms[right] for left, right in pairs)

    def many(tops: Registers, bottoms: Registers) -> Any:
        kept: Any = True
        for left, right in pairs:
            kept = kept & (tops[left] == tops[right]) & (bottoms[left] == bottoms[right])
        return kept

    return Trial(one, many)


def _row_by_row(one: One, op: Op) -> Many:
    """Return what asks a question of many draws in turn."""

    def many(tops: Registers, bottoms: Registers) -> Any:
        of = [*op.args, op.out]
        columns = np.broadcast_arrays(*(np.asarray(row[at], object) for at in of for row in (tops, bottoms)))
        kept, results = [], []
        for row in zip(*(np.atleast_1d(column).tolist() for column in columns), strict=True):
            own_tops, own_bottoms = dict(zip(of, row[::2], strict=True)), dict(zip(of, row[1::2], strict=True))
            kept.append(one(own_tops, own_bottoms))  # type: ignore[arg-type]  # that these are dicts is all the same
            results.append((own_tops[op.out], own_bottoms[op.out]))
        tops[op.out], bottoms[op.out] = np.array(results, object).T
        return np.array(kept)

    return many


Ratio = Callable[[Registers, Registers], tuple[Any, Any]]
"""The numerator and the denominator of a result, not in lowest terms."""


def _product(args: Sequence[int], over: int = 1) -> Ratio:
    left, right = args
    return lambda tops, bottoms: (tops[left] * tops[right], bottoms[left] * bottoms[right] * over)


def _quotient(args: Sequence[int]) -> Ratio:
    left, right = args
    return lambda tops, bottoms: (tops[left] * bottoms[right], bottoms[left] * tops[right])


def _difference(args: Sequence[int]) -> Ratio:
    left, right = args
    return lambda tops, bottoms: (
        tops[left] * bottoms[right] - tops[right] * bottoms[left],
        bottoms[left] * bottoms[right],
    )


def _sum(args: Sequence[int]) -> Ratio:
    def total(tops: Registers, bottoms: Registers) -> tuple[Any, Any]:
        value, bottom = tops[args[0]], bottoms[args[0]]
        for arg in args[1:]:
            value, bottom = value * bottoms[arg] + tops[arg] * bottom, bottom * bottoms[arg]
        return value, bottom

    return total


_RATIOS: dict[str, Callable[[Sequence[int]], Ratio]] = {
    "mul": _product, "div": _quotient, "add": _sum, "sub": _difference, "percent_of": lambda args: _product(args, 100),
}  # fmt: skip


def _whole_product(args: Sequence[int], out: int, low: int, high: int) -> One:
    left, right = args

    def product(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] * tops[right]
        return low <= top <= high

    return product


def _whole_quotient(args: Sequence[int], out: int, low: int, high: int) -> One:
    left, right = args

    def quotient(tops: list[int], bottoms: list[int]) -> bool:
        top, by = tops[left], tops[right]
        if not by or top % by:
            return False
        tops[out] = top = top // by
        return low <= top <= high

    return quotient


def _whole_difference(args: Sequence[int], out: int, low: int, high: int) -> One:
    left, right = args

    def difference(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] - tops[right]
        return low <= top <= high

    return difference


def _whole_sum(args: Sequence[int], out: int, low: int, high: int) -> One:
    if len(args) != 2:

        def total(tops: list[int], bottoms: list[int]) -> bool:
            tops[out] = top = sum([tops[arg] for arg in args])
            return low <= top <= high

        return total
    left, right = args

    def sum_of_two(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] + tops[right]
        return low <= top <= high

    return sum_of_two


def _whole_percent_of(args: Sequence[int], out: int, low: int, high: int) -> One:
    left, right = args

    def percent_of(tops: list[int], bottoms: list[int]) -> bool:
        top = tops[left] * tops[right]
        if top % 100:
            return False
        tops[out] = top = top // 100
        return low <= top <= high

    return percent_of


def _product_of_fractions(args: Sequence[int], out: int, low: int, high: int) -> One:
    left, right = args

    def product(tops: list[int], bottoms: list[int]) -> bool:
        top, bottom = tops[left] * tops[right], bottoms[left] * bottoms[right]
        if top % bottom:
            return False
        tops[out] = top = top // bottom
        return low <= top <= high

    return product


_Quick = dict[str, Callable[[Sequence[int], int, int, int], One]]
_WHOLE: _Quick = {
    "mul": _whole_product, "div": _whole_quotient, "add": _whole_sum, "sub": _whole_difference,
    "percent_of": _whole_percent_of,
}  # fmt: skip
"""The same of whole numbers, which need no denominators."""
_FRACTIONS: _Quick = {"mul": _product_of_fractions}
"""What is quicker than the ratio for other numbers too."""
