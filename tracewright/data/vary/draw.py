"""Draw new values for the slots of a problem, so that every check holds.

Constructive, not by trial of whole problems: the slots come one after another, those with the fewest values (divisors,
shares, percents) first, and each is drawn from those of its values that keep every check that can be made by then; so
a dividend is drawn from the multiples of what was drawn before it. Where a slot has no such value, all begins anew.

Where there are few values all draws are listed at once, which is quicker.

Not covered: what the slots and checks are (`slots.py`, `checks.py`).
"""

import random as random_module
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import gcd, inf, prod
from typing import NamedTuple

from tracewright.data.vary.checks import Check, Op, Order, Program, pairs
from tracewright.data.vary.trial import Pair, Trial, equal, in_order, trial_of
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


class Slot(NamedTuple):
    """Mentions that move together, and the values that they may take."""

    registers: tuple[int, ...]
    values: tuple[Number, ...]


class Level(NamedTuple):
    """One slot, and what can be worked out and checked once it is drawn."""

    registers: tuple[int, ...]
    tops: tuple[int, ...]
    bottoms: tuple[int, ...]
    strides: tuple[int, ...]
    """Steps that visit every value: those without a common divisor with their number."""
    above: tuple[int, ...]
    below: tuple[int, ...]
    """Registers known by then that the values must be greater and less than; all of these are whole numbers."""
    trials: tuple[Trial, ...]
    """All other questions: the orders of what is known, the operations, and the orders of what they work out."""


class Drawer(NamedTuple):
    """What is needed to draw: the levels in order, and all registers at their start."""

    levels: tuple[Level, ...]
    tops: tuple[int, ...]
    bottoms: tuple[int, ...]


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
    levels = [
        _level(slot, work_at[at], worked_at[at], list(greater_at[at]), list(equal_at[at]), whole)
        for at, slot in enumerate(ordered_slots)
    ]
    tops, bottoms = pairs(program.start)
    return Drawer(tuple(levels), tuple(tops), tuple(bottoms))


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


def _level(
    slot: Slot, works: Sequence[Trial], worked: set[int], greater: list[Pair], same: list[Pair], whole: set[int]
) -> Level:
    """Put together what is asked of one slot, the quickest questions first."""
    own = slot.registers[0]
    first = [pair for pair in greater if worked.isdisjoint(pair)]
    bounds = [pair for pair in first if own in pair and whole.issuperset(pair)]
    rest = [pair for pair in first if pair not in bounds]
    later = [pair for pair in greater if pair not in first]
    trials = [in_order(rest, whole)] if rest else []
    trials += works
    if later:
        trials.append(in_order(later, whole))
    if same:
        trials.append(equal(same))
    tops, bottoms = pairs(slot.values)
    return Level(
        slot.registers, tuple(tops), tuple(bottoms), _strides(len(slot.values)),
        tuple([right for left, right in bounds if left == own]),
        tuple([left for left, right in bounds if right == own]), tuple(trials),
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
    registers, new_tops, new_bottoms, _, above, below, trials = level
    count = len(new_tops)
    least = max([tops[other] for other in above]) if above else -inf
    greatest = min([tops[other] for other in below]) if below else inf
    for tried in range(1, most + 1):
        top = new_tops[at]
        if least < top < greatest:
            bottom = new_bottoms[at]
            for register in registers:
                tops[register] = top
                bottoms[register] = bottom
            for trial in trials:
                if not trial(tops, bottoms):
                    break
            else:
                return tried
        at = (at + stride) % count
    return -most


def list_draws(drawer: Drawer) -> list[tuple[list[int], list[int]]] | None:
    """List the registers' numerators and denominators of all draws that keep the checks; None for more than a few."""
    possible = prod(len(level.tops) for level in drawer.levels)
    if possible > FEW:
        found = draw(drawer, random_module.Random(possible).random)
        if found and found[2] <= HARD:
            return None
    listed: list[tuple[list[int], list[int]]] = []
    left = _list_from(drawer.levels, list(drawer.tops), list(drawer.bottoms), listed, STEPS)
    return listed if left >= 0 else None


def _list_from(
    levels: Sequence[Level], tops: list[int], bottoms: list[int], found: list[tuple[list[int], list[int]]], steps: int
) -> int:
    """Add the draws that begin as the registers do, which these levels may still change.

    No more than `steps` values are tried; return how many of them are left, a negative number where they ran out.
    """
    if not levels:
        found.append((tops.copy(), bottoms.copy()))
        return steps
    at, count = 0, len(levels[0].tops)
    while at < count:
        tried = _set(levels[0], at, 1, count - at, tops, bottoms)
        at, steps = at + abs(tried), steps - abs(tried)
        if tried > 0 and steps >= 0:
            steps = _list_from(levels[1:], tops, bottoms, found, steps)
        if steps < 0:
            return steps
    return steps
