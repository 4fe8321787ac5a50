"""Draw new values for the slots of a problem, so that every check holds.

Constructive, not by trial of whole problems: the slots come one after another, those with the fewest values (divisors,
shares, percents) first, and each is drawn from those of its values that keep every check that can be made by then; so
a dividend is drawn from the multiples of what was drawn before it. Where a slot has no such value, all begins anew.

Where there are few values all draws are listed, many tried at once, which is quicker.

Not covered: what the slots and checks are (`slots.py`, `checks.py`).
"""

import random as random_module
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import gcd, lcm, prod
from typing import Any, NamedTuple

import numpy as np

from tracewright.data.vary.checks import MOST_GROWTH, Check, Op, Order, Program, pairs
from tracewright.data.vary.trial import Many, One, Pair, Registers, Trial, equal, in_order, trial_of
from tracewright.number import Number

ATTEMPTS = 12
"""So often it begins anew before it gives up."""
TRIES = 120
"""Most values of one slot that are tried in one attempt."""
FEW = 1000
"""Up to so many draws, those that keep no check counted as well, are listed at once."""
HARD, STEPS = 100, 20_000
"""Where more values than the first are tried for one draw that keeps the checks, the draws are listed as well, if all
of them take no more values than the second."""

_SMALL = 1 << 30
"""The product of two numbers below this stays within 64 bits."""


class Slot(NamedTuple):
    """Mentions that move together, and the values that they may take."""

    registers: tuple[int, ...]
    values: tuple[Number, ...]
    """In increasing order."""


class Level(NamedTuple):
    """One slot, and what can be worked out and checked once it is drawn."""

    registers: tuple[int, ...]
    tops: tuple[int, ...]
    bottoms: tuple[int, ...]
    strides: tuple[int, ...]
    """Steps that visit every value: those without a common divisor with their number."""
    scale: int
    scaled: tuple[int, ...]
    """The values are whole times this; these are what they are then."""
    above: tuple[int, ...]
    below: tuple[int, ...]
    """Registers known by then that the values must be greater and less than."""
    asked: tuple[One, ...]
    """All other questions: the operations, and the orders of what they work out."""
    asked_of_many: tuple[Many, ...]
    """All questions, of many draws."""


class Drawer(NamedTuple):
    """What is needed to draw: the levels in order, and all registers at their start."""

    levels: tuple[Level, ...]
    tops: tuple[int, ...]
    bottoms: tuple[int, ...]
    small: bool
    """All numbers are whole, and so small that no product of two is beyond 64 bits."""


def drawer_of(
    program: Program, ops: Sequence[Op], checks: dict[int, Check], slots: Sequence[Slot], orders: Sequence[Order]
) -> Drawer:
    """Order the slots, and put every operation and check where it can first be made.

    `ops` are the operations of the trace and those that make stated results follow, in an order in which they run.
    """
    slots, orders = _within(slots, orders, program, ops)
    assert all(slot.values for slot in slots), "what a number was is among its values, and keeps every order"
    whole = _whole(program, ops, checks, slots)
    known: dict[int, int] = {}
    ordered_slots = sorted(slots, key=lambda slot: (_rank(slot, program), len(slot.values), slot.registers))
    for level, slot in enumerate(ordered_slots):
        for register in slot.registers:
            known[register] = level
    work_at: list[list[Trial]] = [[] for _ in ordered_slots]
    worked_at: list[set[int]] = [set() for _ in ordered_slots]
    for op in ops:
        level = max(known.get(arg, -1) for arg in op.args)
        if level >= 0:
            known[op.out] = level
            work_at[level].append(trial_of(op, checks.get(op.out), whole))
            worked_at[level].add(op.out)
    greater_at: list[dict[Pair, None]] = [{} for _ in ordered_slots]
    equal_at: list[dict[Pair, None]] = [{} for _ in ordered_slots]
    one_of = {register: slot.registers[0] for slot in slots for register in slot.registers}  # they hold one value
    for left, right, sign in orders:
        level = max(known.get(left, -1), known.get(right, -1))
        if level >= 0:
            one, other = one_of.get(left, left), one_of.get(right, right)
            if sign:
                greater_at[level][(one, other) if sign > 0 else (other, one)] = None
            else:
                equal_at[level][one, other] = None
    ordered = {pair for found in greater_at for pair in found}
    levels = []
    for at, slot in enumerate(ordered_slots):
        greater = [pair for pair in greater_at[at] if not worked_at[at].isdisjoint(pair)]
        trials = list(work_at[at])
        if greater:
            trials.append(in_order(greater, whole))
        if equal_at[at]:
            trials.append(equal(list(equal_at[at])))
        above, below = _bounds(slot, [pair for pair in greater_at[at] if pair not in greater], ordered)
        levels.append(_level(slot, above, below, trials))
    tops, bottoms = pairs(program.start)
    largest = max(map(abs, [*tops, *(top for level in levels for top in level.tops)]))
    small = len(whole) == len(tops) and largest * MOST_GROWTH < _SMALL
    return Drawer(tuple(levels), tuple(tops), tuple(bottoms), small)


def _whole(program: Program, ops: Sequence[Op], checks: dict[int, Check], slots: Sequence[Slot]) -> set[int]:
    """Return the registers that hold whole numbers whatever is drawn."""
    whole = {register for register, value in enumerate(program.start) if value.denominator == 1}
    for slot in slots:
        if any(value.denominator != 1 for value in slot.values):
            whole.difference_update(slot.registers)
    for op in ops:
        check = checks.get(op.out)
        if not (check and check.whole):
            whole.discard(op.out)
    return whole


def _bounds(slot: Slot, pairs: Sequence[Pair], ordered: set[Pair]) -> tuple[list[int], list[int]]:
    """Return the registers that a slot must be greater and less than, those left out that others of these imply."""
    own = slot.registers[0]
    above = [right for left, right in pairs if left == own]
    below = [left for left, right in pairs if right == own]
    return (
        [low for low in above if not any((other, low) in ordered for other in above)],
        [high for high in below if not any((high, other) in ordered for other in below)],
    )


def _level(slot: Slot, above: Sequence[int], below: Sequence[int], trials: Sequence[Trial]) -> Level:
    """Put together what is asked of one slot."""
    own = slot.registers[0]
    bounds = [*((own, other) for other in above), *((other, own) for other in below)]
    tops, bottoms = pairs(slot.values)
    scale = lcm(*bottoms)
    scaled = [top * (scale // bottom) for top, bottom in zip(tops, bottoms, strict=True)]
    return Level(
        slot.registers, tuple(tops), tuple(bottoms), _strides(len(slot.values)), scale, tuple(scaled), tuple(above),
        tuple(below), tuple([trial.one for trial in trials]),
        tuple([trial.many for trial in (*([in_order(bounds)] if bounds else []), *trials)]),
    )  # fmt: skip


def _within(
    slots: Sequence[Slot], orders: Sequence[Order], program: Program, ops: Sequence[Op]
) -> tuple[list[Slot], list[Order]]:
    """Take from the slots the values that an order with a number that stays forbids; return the other orders too."""
    slot_of = {register: at for at, slot in enumerate(slots) for register in slot.registers}
    moving = set(slot_of)
    for op in ops:
        if not moving.isdisjoint(op.args):
            moving.add(op.out)
    values = [slot.values for slot in slots]
    kept = []
    for order in orders:
        left, right, sign = order
        if left in slot_of and right not in moving:
            bound, at, sign = program.start[right], slot_of[left], -sign
        elif right in slot_of and left not in moving:
            bound, at = program.start[left], slot_of[right]
        else:
            kept.append(order)
            continue
        values[at] = tuple([value for value in values[at] if (bound > value) - (bound < value) == sign])
    return [Slot(slot.registers, new) for slot, new in zip(slots, values, strict=True)], kept


def _rank(slot: Slot, program: Program) -> int:
    """Put divisors, shares and rates before everything else."""
    for register in slot.registers:
        for name, place in program.readers.get(register, ()):
            if (name == "div" and place) or (name.startswith("percent") and place) or slot.values[0] < 1:
                return 0
    return 1


@lru_cache(maxsize=4096)
def _strides(count: int) -> tuple[int, ...]:
    found = [stride for stride in range(1, min(count, 40)) if gcd(stride, count) == 1]
    return tuple(found) or (1,)


def draw(drawer: Drawer, random: Callable[[], float]) -> tuple[list[int], list[int], int] | None:
    """Draw values of all slots; return the registers' numerators and denominators, and how many values were tried.

    `random` gives numbers from 0 to 1. None where no attempt succeeds.
    """
    tried = 0
    for _ in range(ATTEMPTS):
        tops, bottoms = list(drawer.tops), list(drawer.bottoms)
        for level in drawer.levels:
            step = _draw_level(level, tops, bottoms, random)
            tried += abs(step)
            if step < 0:
                break
        else:
            return tops, bottoms, tried
    return None


def _draw_level(level: Level, tops: list[int], bottoms: list[int], random: Callable[[], float]) -> int:
    """Set one slot to a value that keeps the checks; return how many were tried, negative where none does."""
    count = len(level.tops)
    at = int(random() * count)
    stride = level.strides[int(random() * len(level.strides))]
    return _set(level, at, stride, min(count, TRIES), tops, bottoms)


def _set(level: Level, at: int, stride: int, most: int, tops: list[int], bottoms: list[int]) -> int:
    """Set one slot to the first of its values that keeps the checks, from one on (from 0) and so many apart.

    Return how many were tried, negative where none of so many as `most` keeps them.
    """
    registers, new_tops, new_bottoms, _, scale, _, above, below, asked, _ = level
    own, alone = registers[0], scale == 1 and len(registers) == 1
    count = len(new_tops)
    first, end = 0, count  # of the values between what is less and what is greater
    if above or below:
        first, end = _between(level, tops, bottoms)
        if first >= end:
            return -most
    for tried in range(1, most + 1):
        if first <= at < end:
            top = new_tops[at]
            if alone:
                tops[own] = top
            else:
                for register in registers:
                    tops[register] = top
                    bottoms[register] = new_bottoms[at]
            for ask in asked:
                if not ask(tops, bottoms):
                    break
            else:
                return tried
        at = (at + stride) % count
    return -most


def _between(level: Level, tops: list[int], bottoms: list[int]) -> tuple[int, int]:
    """Return where the values begin and end that lie between the registers that must be less and greater."""
    scale, scaled = level.scale, level.scaled
    first, end = 0, len(scaled)
    for other in level.above:
        first = bisect_right(scaled, tops[other] * scale // bottoms[other], first)
    for other in level.below:
        end = bisect_left(scaled, -(-tops[other] * scale // bottoms[other]), 0, end)
    return first, end


def list_draws(drawer: Drawer) -> list[tuple[list[int], list[int]]] | None:
    """List the registers' numerators and denominators of all draws that keep the checks; None for more than a few."""
    possible = prod(len(level.tops) for level in drawer.levels)
    if possible > FEW:
        found = draw(drawer, random_module.Random(possible).random)
        if found and found[2] <= HARD:
            return None
    kind = np.int64 if drawer.small else object
    tops: Registers = list(drawer.tops)
    bottoms: Registers = list(drawer.bottoms)
    rows, tried = 1, 0
    for level in drawer.levels:
        tried += rows * len(level.tops)
        if tried > STEPS:
            return None
        rows = _try_all(level, tops, bottoms, rows, kind)
        if not rows:
            return []
    columns = [_column(values, rows) for values in (*tops, *bottoms)]
    return [(list(row[: len(tops)]), list(row[len(tops) :])) for row in zip(*columns, strict=True)]


def _try_all(level: Level, tops: Registers, bottoms: Registers, rows: int, kind: type) -> int:
    """Try every value of one slot in each of the draws so far, in their order; return how many draws there are then."""
    count = len(level.tops)
    _take(tops, bottoms, np.repeat(np.arange(rows), count))
    new_tops: Any = np.resize(np.array(level.tops, kind), rows * count)
    new_bottoms: Any = 1 if level.scale == 1 else np.resize(np.array(level.bottoms, kind), rows * count)
    for register in level.registers:
        tops[register], bottoms[register] = new_tops, new_bottoms
    rows *= count
    for many in level.asked_of_many:
        left = np.flatnonzero(many(tops, bottoms))
        if len(left) < rows:
            _take(tops, bottoms, left)
            rows = len(left)
        if not rows:
            break
    return rows


def _take(tops: Registers, bottoms: Registers, rows: Any) -> None:
    """Take some of the draws, each as often as it is named."""
    for values in (tops, bottoms):
        values[:] = [value[rows] if isinstance(value, np.ndarray) else value for value in values]


def _column(values: Any, rows: int) -> list[int]:
    """Return what a register holds in each draw."""
    return values.tolist() if isinstance(values, np.ndarray) else [values] * rows
