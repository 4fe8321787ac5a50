"""The trace of a problem as straight-line arithmetic on pairs of ints, and what each number in it must keep.

Registers hold the numbers of the question, the constants and the results. A `Check` says what a register must keep of
what it was: whole stays whole, the sign stays, cents stay cents, a share stays a share, and nothing grows or shrinks
more than 4 times; `Order` keeps which of two registers is the larger.

Not covered: which numbers move (`slots.py`), drawing them (`draw.py`).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from tracewright.number import Number, tidy
from tracewright.trace.experts import COMPUTE_OPS
from tracewright.trace.syntax import Argument, Trace

MOST_GROWTH = 4
"""A result stays within so many times what it was."""
_FINEST = 1000
"""Largest denominator of a result that was no whole number and no amount of cents."""


class Op(NamedTuple):
    """`registers[out] = name(registers[args])`."""

    name: str
    out: int
    args: tuple[int, ...]


class Order(NamedTuple):
    """Register `left` keeps its relation to register `right`: -1 less, 0 equal, 1 greater."""

    left: int
    right: int
    sign: int


class Program(NamedTuple):
    """A trace over registers: the mentions first (from 0), then constants, then results in order."""

    ops: tuple[Op, ...]
    start: tuple[Number, ...]
    """What each register holds for the original numbers."""
    mentions: int
    """How many registers are mentions."""
    constants: frozenset[Number]
    answer: int
    used: frozenset[int]
    """Registers of mentions that the trace reads."""
    readers: dict[int, tuple[tuple[str, int], ...]]
    """For each register, the (operation, place among its arguments) that read it."""


def program_of(trace: Trace, values: Sequence[Number]) -> Program | None:
    """Write a solved trace as a program; None where it reads what has no register here."""
    return _Writer(values).write(trace)


class _Writer:
    """Turns the steps of a trace into operations on registers."""

    def __init__(self, values: Sequence[Number]) -> None:
        self.start: list[Number] = list(values)
        self.tops, self.bottoms = pairs(values)
        self.count = len(values)
        self.ops: list[Op] = []
        self.constant: dict[Number, int] = {}
        self.answers: list[int] = []

    def write(self, trace: Trace) -> Program | None:
        for part in trace.parts:
            names: dict[str, int] = {}
            for step in part.steps:
                fields = step.fields
                if step.op == "init":
                    place = self._given(fields)
                    if place is None:
                        return None
                    names[fields["var"]] = place
                elif step.op == "query":
                    self.answers.append(names[fields["var"]])
                elif step.op == "compute":
                    args = tuple(self._argument(item, names) for item in fields["args"])
                    names[fields["var"]] = self._add(fields["compute_op"], args)
                elif step.op.startswith("percent"):
                    args = (self._argument(fields["base"], names), self._argument(fields["rate"], names))
                    names[fields["var"]] = self._add(step.op, args)
                elif step.op != "formula":
                    self._move(step.op, fields, names)
        used = {arg for op in self.ops for arg in op.args if arg < self.count}
        readers: dict[int, list[tuple[str, int]]] = {}
        for op in self.ops:
            for place, arg in enumerate(op.args):
                readers.setdefault(arg, []).append((op.name, place))
        return Program(
            tuple(self.ops), tuple(self.start), self.count, frozenset(self.constant), self.answers[-1],
            frozenset(used), {arg: tuple(found) for arg, found in readers.items()},
        )  # fmt: skip

    def _given(self, fields: dict[str, Argument]) -> int | None:
        source = fields.get("source")
        if source is None:
            return self._literal(fields["value"])  # type: ignore[arg-type]
        text = str(source)
        if text[0] == "n" and text[1:].isdecimal():
            return int(text[1:]) - 1 if int(text[1:]) <= self.count else None
        place = len(self.answers) - 1 if text.startswith("prev.") else int(text[3:-7]) if text[3:-7].isdecimal() else -1
        return self.answers[place] if 0 <= place < len(self.answers) else None

    def _literal(self, value: Number) -> int:
        if value not in self.constant:
            self.constant[value] = len(self.start)
            self._keep(value)
        return self.constant[value]

    def _argument(self, item: Argument, names: dict[str, int]) -> int:
        return names[item] if isinstance(item, str) else self._literal(item)

    def _move(self, op: str, fields: dict[str, str], names: dict[str, int]) -> None:
        """Write consume, add_entity and transfer as sums and differences."""
        amount = self._argument(fields["amount"], names)
        taken = fields.get("from") or (fields["entity"] if op == "consume" else "")
        given = fields.get("to") or (fields["entity"] if op == "add_entity" else "")
        if taken:
            names[taken] = self._add("sub", (names[taken], amount))
        if given:
            names[given] = self._add("add", (names[given], amount)) if given in names else amount

    def _add(self, name: str, args: tuple[int, ...]) -> int:
        op = Op(name, len(self.start), args)
        self._keep(0)
        work(op, self.tops, self.bottoms)
        self.start[op.out] = number_of(self.tops[op.out], self.bottoms[op.out])
        self.ops.append(op)
        return op.out

    def _keep(self, value: Number) -> None:
        """Give a number a register of its own."""
        self.start.append(value)
        self.tops.append(value.numerator)
        self.bottoms.append(value.denominator)


def pairs(values: Sequence[Number]) -> tuple[list[int], list[int]]:
    """Return the numerators and the denominators of numbers."""
    return [value.numerator for value in values], [value.denominator for value in values]


def number_of(top: int, bottom: int) -> Number:
    """Return the number of a numerator and a denominator in lowest terms."""
    return top if bottom == 1 else Fraction(top, bottom)


def work(op: Op, tops: list[int], bottoms: list[int]) -> bool:
    """Run one operation on the registers, in lowest terms; say False where it divides by zero."""
    name, out, args = op
    first = args[0]
    top, bottom = tops[first], bottoms[first]
    if name == "mul":
        for arg in args[1:]:
            top *= tops[arg]
            bottom *= bottoms[arg]
    elif name == "add":
        for arg in args[1:]:
            top, bottom = top * bottoms[arg] + tops[arg] * bottom, bottom * bottoms[arg]
    elif name == "sub":
        for arg in args[1:]:
            top, bottom = top * bottoms[arg] - tops[arg] * bottom, bottom * bottoms[arg]
    elif name == "div":
        for arg in args[1:]:
            top *= bottoms[arg]
            bottom *= tops[arg]
    elif name.startswith("percent_"):
        rate, of = tops[args[1]], bottoms[args[1]]
        top *= rate if name == "percent_of" else 100 * of - rate if name == "percent_off" else 100 * of + rate
        bottom *= 100 * of
    else:
        return _rare(op, tops, bottoms)
    if bottom == 1:
        tops[out], bottoms[out] = top, 1
        return True
    if not bottom:
        return False
    shared = gcd(top, bottom) if bottom > 0 else -gcd(top, bottom)
    tops[out], bottoms[out] = top // shared, bottom // shared
    return True


def _rare(op: Op, tops: list[int], bottoms: list[int]) -> bool:
    """Run an operation of the language's own table: min, max, mod, floor, ceil, round."""
    try:
        value = COMPUTE_OPS[op.name].function([tidy(Fraction(tops[arg], bottoms[arg])) for arg in op.args])
    except ZeroDivisionError:
        return False
    tops[op.out], bottoms[op.out] = value.numerator, value.denominator
    return True


class Check(NamedTuple):
    """What one result must keep, read off its original value."""

    out: int
    whole: bool
    cents: bool
    share: bool
    """It lay between 0 and 1; where not, it must not come to lie there."""
    sign: int
    top: int
    bottom: int
    most: int = 0
    """It stays at or under that, where that is not 0: 100 for an answer in percent, 7 for days a week."""
    least: int = 0
    """It stays at or over that: an age two thirds of what it was."""


def check_of(out: int, value: Number, most: int = 0, least: int = 0) -> Check:
    """Return the check of a register by the value that it had."""
    top, bottom = value.numerator, value.denominator
    sign = (top > 0) - (top < 0)
    return Check(out, bottom == 1, 100 % bottom == 0, 0 < abs(top) < bottom, sign, abs(top), bottom, most, least)


def keeps(check: Check, tops: list[int], bottoms: list[int]) -> bool:
    """Say whether a register keeps what it must."""
    top, bottom = tops[check.out], bottoms[check.out]
    if check.whole:
        if bottom != 1:
            return False
    elif 100 % bottom if check.cents else bottom > _FINEST:
        return False
    if check.sign <= 0:
        return top == 0 if check.sign == 0 else top < 0
    if (
        top <= 0
        or (top < bottom) != check.share
        or (check.most and top > check.most * bottom)
        or top < check.least * bottom
    ):
        return False
    # 1 of something has no plural, here as in the question's own numbers.
    if top == bottom and check.top != check.bottom:
        return False
    left, right = top * check.bottom, check.top * bottom
    return left <= MOST_GROWTH * right and right <= MOST_GROWTH * left
