"""An operation and its check in one call, which is most of what a draw does.

Nearly all results are whole, above zero and made of two numbers or a sum: for these the check is a least and a greatest
value, and neither the lowest terms nor the other rules of `keeps` are asked. Every other operation goes through `work`
and `keeps`, and a test asks that both ways say the same.
"""

from collections.abc import Callable

from tracewright.data.vary.checks import MOST_GROWTH, Check, Op, keeps, work

Trial = Callable[[list[int], list[int]], bool]
"""Works an operation out on the registers and says whether the result keeps what it must; it may be unset where not."""


def trial_of(op: Op, check: Check | None) -> Trial:
    """Return the trial of an operation by the quickest way that there is."""
    if check and check.whole and check.sign > 0:
        # As `keeps` has it: 1 of something has no plural, and nothing shrinks or grows too much.
        low = max(2 if check.top > 1 else 1, -(-check.top // MOST_GROWTH), check.least)
        high = min(check.top * MOST_GROWTH, check.most or check.top * MOST_GROWTH)
        if len(op.args) == 2 and op.name in _OF_TWO:
            return _OF_TWO[op.name](*op.args, op.out, low, high)
        if op.name == "add" or (op.name == "mul" and len(op.args) == 1):  # a copy is a sum of one
            return _sum(op.args, op.out, low, high)

    def plain(tops: list[int], bottoms: list[int]) -> bool:
        return work(op, tops, bottoms) and (check is None or keeps(check, tops, bottoms))

    return plain


def _settle(tops: list[int], out: int, top: int, bottom: int, low: int, high: int) -> bool:
    """Set the register of a result to top / bottom where that is whole, and say whether it is, and within bounds.

    The register holds the denominator 1 from the start, as it did in the original.
    """
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


_OF_TWO: dict[str, Callable[[int, int, int, int, int], Trial]] = {
    "mul": _product, "div": _quotient, "add": _sum_of_two, "sub": _difference, "percent_of": _percent_of,
}  # fmt: skip
