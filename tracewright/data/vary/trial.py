"""What a draw asks of the registers, in one call each: whether a result keeps what it must, and whether two do.

Nearly all results are whole, above zero and made of two numbers or a sum: for these the check is a least and a greatest
value, and neither the lowest terms nor the other rules of `keeps` are asked. Where the numbers are whole as well, no
denominator is. Every other operation goes through `work` and `keeps`, and a test asks that all ways say the same.
"""

from collections.abc import Callable, Collection, Sequence

from tracewright.data.vary.checks import MOST_GROWTH, Check, Op, keeps, work

Trial = Callable[[list[int], list[int]], bool]
"""Works an operation out on the registers and says whether the result keeps what it must; it may be unset where not."""
Pair = tuple[int, int]


def trial_of(op: Op, check: Check | None, whole: Collection[int] = ()) -> Trial:
    """Return the trial of an operation by the quickest way that there is; `whole` registers always hold whole numbers.

    A result that stays whole has the denominator 1 from the start, as it had in the original; it is never set.
    """
    if check and check.whole and check.sign > 0:
        # As `keeps` has it: 1 of something has no plural, and nothing shrinks or grows too much.
        low = max(2 if check.top > 1 else 1, -(-check.top // MOST_GROWTH), check.least)
        high = min(check.top * MOST_GROWTH, check.most or check.top * MOST_GROWTH)
        if len(op.args) == 2 and op.name in _OF_TWO:
            table = _OF_TWO_WHOLE if set(op.args) <= set(whole) else _OF_TWO
            return table[op.name](*op.args, op.out, low, high)
        if op.name == "add" or (op.name == "mul" and len(op.args) == 1):  # a copy is a sum of one
            return _sum(op.args, op.out, low, high)

    def plain(tops: list[int], bottoms: list[int]) -> bool:
        return work(op, tops, bottoms) and (check is None or keeps(check, tops, bottoms))

    return plain


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

    return whole_order if {register for pair in pairs for register in pair} <= set(whole) else order


def equal(pairs: Sequence[Pair]) -> Trial:
    """Return what says whether the registers of each pair, in lowest terms, are equal."""

    def equality(tops: list[int], bottoms: list[int]) -> bool:
        return all(tops[left] == tops[right] and bottoms[left] == bottoms[right] for left, right in pairs)

    return equality


def _settle(tops: list[int], out: int, top: int, bottom: int, low: int, high: int) -> bool:
    """Set the register of a result to top / bottom where that is whole, and say whether it is, and within bounds."""
    if bottom != 1:
        top, rest = divmod(top, bottom)
        if rest:
            return False
    tops[out] = top
    return low <= top <= high


def _product(left: int, right: int, out: int, low: int, high: int, over: int = 1) -> Trial:
    def product(tops: list[int], bottoms: list[int]) -> bool:
        return _settle(tops, out, tops[left] * tops[right], bottoms[left] * bottoms[right] * over, low, high)

    return product


def _percent_of(left: int, right: int, out: int, low: int, high: int) -> Trial:
    return _product(left, right, out, low, high, 100)


def _quotient(left: int, right: int, out: int, low: int, high: int) -> Trial:
    def quotient(tops: list[int], bottoms: list[int]) -> bool:
        bottom = bottoms[left] * tops[right]
        return bottom != 0 and _settle(tops, out, tops[left] * bottoms[right], bottom, low, high)

    return quotient


def _sum(args: tuple[int, ...], out: int, low: int, high: int) -> Trial:
    def total(tops: list[int], bottoms: list[int]) -> bool:
        value, bottom = 0, 1
        for arg in args:
            if bottoms[arg] == bottom:
                value += tops[arg]
            else:
                value, bottom = value * bottoms[arg] + tops[arg] * bottom, bottom * bottoms[arg]
        return _settle(tops, out, value, bottom, low, high)

    return total


def _sum_of_two(left: int, right: int, out: int, low: int, high: int, sign: int = 1) -> Trial:
    def total(tops: list[int], bottoms: list[int]) -> bool:
        value = tops[left] * bottoms[right] + sign * tops[right] * bottoms[left]
        return _settle(tops, out, value, bottoms[left] * bottoms[right], low, high)

    return total


def _difference(left: int, right: int, out: int, low: int, high: int) -> Trial:
    return _sum_of_two(left, right, out, low, high, -1)


def _whole_product(left: int, right: int, out: int, low: int, high: int) -> Trial:
    def product(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] * tops[right]
        return low <= top <= high

    return product


def _whole_quotient(left: int, right: int, out: int, low: int, high: int) -> Trial:
    def quotient(tops: list[int], bottoms: list[int]) -> bool:
        top, by = tops[left], tops[right]
        if not by or top % by:
            return False
        tops[out] = top = top // by
        return low <= top <= high

    return quotient


def _whole_sum(left: int, right: int, out: int, low: int, high: int) -> Trial:
    def total(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] + tops[right]
        return low <= top <= high

    return total


def _whole_difference(left: int, right: int, out: int, low: int, high: int) -> Trial:
    def difference(tops: list[int], bottoms: list[int]) -> bool:
        tops[out] = top = tops[left] - tops[right]
        return low <= top <= high

    return difference


_OfTwo = dict[str, Callable[[int, int, int, int, int], Trial]]
_OF_TWO: _OfTwo = {
    "mul": _product, "div": _quotient, "add": _sum_of_two, "sub": _difference, "percent_of": _percent_of,
}  # fmt: skip
_OF_TWO_WHOLE: _OfTwo = {
    **_OF_TWO, "mul": _whole_product, "div": _whole_quotient, "add": _whole_sum, "sub": _whole_difference,
}  # fmt: skip
