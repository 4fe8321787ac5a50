"""Put a wiring to the test: every other way to fill a slot, run with all numbers of the question given new values.

The answer of a problem cannot tell two wirings apart when two of its numbers are equal; numbers that differ can. An
alternative is the best wiring in which one slot is forced to another source. Where it computes the same whatever the
numbers (a * b for b * a), it does no harm; where it does not, its distance in score says how sure the choice is.

Not covered: whether the solution itself is right.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.context import Place
from tracewright.data.annotate.features import Scene
from tracewright.data.annotate.program import Op, build, prune, run
from tracewright.data.annotate.slots import Candidate, Shaped
from tracewright.data.annotate.wire import Wiring, wire
from tracewright.number import Number

DRAWS = 2
"""Sets of new numbers that two programs are compared on."""

ENOUGH = 12.0
"""A margin that means that there is no alternative at all."""

_PRIMES = (
    101, 211, 307, 401, 503, 601, 701, 809, 907, 1009, 1103, 1201, 1301, 1409, 1511, 1601, 1709, 1801, 1901,
)  # fmt: skip


CERTAIN = 0.6
"""Smallest margin, in log odds, over an alternative that computes something else, to be certain."""

CERTAIN_RESULT = 1.4
"""The same where one of the two is the result of an earlier step, or an ordinal: read by eye, such choices are wrong
more often."""

CERTAIN_FLIP = 1.0
"""The same where one of the two is a share turned over (/2 for a half), which a plain 2 is easily taken for."""

CERTAIN_CONSTANT = 1.3
"""The same where one of the two is a constant that the question does not state."""

CERTAIN_IMPLICIT = 0.0
"""The same over a number that nothing states."""


class Rival(NamedTuple):
    """The nearest alternative that computes something else: how far behind, and where it differs."""

    margin: float
    slot: int
    """Which slot was forced, counted through the solution; -1 where there is no rival."""
    pick: Candidate | None
    """What it was forced to."""
    over: Candidate | None = None
    """What the best wiring has there."""
    ordinal: bool = False
    """One of the two is an ordinal (the 8th day)."""

    @property
    def excess(self) -> float:
        """By how much the margin is above what such a choice needs; from 0 on it is certain."""
        pair = [pick for pick in (self.pick, self.over) if pick]
        if any(pick.kind == "free" for pick in pair):
            return self.margin - CERTAIN_IMPLICIT
        if any(pick.kind == "result" for pick in pair) or self.ordinal:
            return self.margin - CERTAIN_RESULT
        if any(pick.view == "flip" for pick in pair):
            return self.margin - CERTAIN_FLIP
        if any(pick.kind == "constant" for pick in pair):
            return self.margin - CERTAIN_CONSTANT
        return self.margin - CERTAIN


def nearest_rival(shaped: Sequence[Shaped], scene: Scene, best: Wiring, ops: Sequence[Op], rounding: str) -> Rival:
    """Find the best wiring that differs in what it computes, or a small number that may be an implicit count.

    `ops` is the program of the best wiring, `rounding` the operation on its last result, if any.
    """
    implicit = weakest_small(shaped, scene, best, frozenset(op.equation for op in ops))
    forced = _forced_rival(shaped, scene, best, ops, rounding)
    return min(forced, implicit, key=lambda rival: rival.excess)


def _forced_rival(shaped: Sequence[Shaped], scene: Scene, best: Wiring, ops: Sequence[Op], rounding: str) -> Rival:
    numbers = [new_numbers(scene.places, draw) for draw in range(DRAWS)]
    expected = [_result(ops, values) for values in numbers]
    rival = Rival(ENOUGH, -1, None)
    at = -1
    for each in shaped:
        for slot in each.slots:
            at += 1
            for pick, _ in scene.options(slot):
                if pick == best.picks[at]:
                    continue
                other = wire(shaped, scene, {at: pick}, beam=6)[0]
                margin = best.score - other.score
                found = Rival(margin, at, pick, best.picks[at], scene.ordinal(pick) or scene.ordinal(best.picks[at]))
                if found.excess < rival.excess and _differs(shaped, other.picks, rounding, numbers, expected):
                    rival = found
    return rival


IMPLICIT = -1.5
"""What a small number from nowhere would score: the three friends that are named, not counted."""

REUSED = -0.8
"""The same where the mention that it could be has another use already."""

REUSED_TWO = 1.2
"""The same for a 2, which halves, pairs and round trips bring in more often than all others together."""

MOST_IMPLICIT = 5
"""The largest number that a solution is likely to use without the question stating it."""


def weakest_small(shaped: Sequence[Shaped], scene: Scene, best: Wiring, needed: frozenset[int]) -> Rival:
    """Find the small whole number whose source fits worst: it may be an implicit count that equals a mention."""
    weakest = Rival(ENOUGH, -1, None)
    uses = Counter(pick.place for pick in best.picks if pick.kind == "mention")
    at = -1
    for each in shaped:
        for slot in each.slots:
            at += 1
            pick = best.picks[at]
            small = isinstance(slot.value, int) and 2 <= slot.value <= MOST_IMPLICIT
            if small and not slot.base and slot.equation in needed and pick.kind == "mention" and pick.view == "same":
                if scene.places[pick.place].mention.kind not in ("integer", "word", "money", "multiple"):
                    continue
                reused = REUSED_TWO if slot.value == 2 else REUSED
                margin = best.gains[at] - (reused if uses[pick.place] > 1 else IMPLICIT)
                if margin < weakest.margin:
                    weakest = Rival(margin, at, Candidate("free", 0, "same", slot.value), pick)
    return weakest


def _differs(
    shaped: Sequence[Shaped],
    picks: Sequence[Candidate],
    rounding: str,
    numbers: Sequence[Sequence[Number]],
    expected: Sequence[Number | None],
) -> bool:
    built = build(shaped, picks)
    answer = built.results[-1]
    if rounding:
        answer = built.program.add(rounding, (answer,), -1)
    ops = prune(built.program.ops, answer)
    return any(_result(ops, values) != wanted for values, wanted in zip(numbers, expected, strict=True))


def _result(ops: Sequence[Op], numbers: Sequence[Number]) -> Number | None:
    try:
        return run(ops, numbers)[-1] if ops else None
    except ZeroDivisionError:
        return None


def new_numbers(places: Sequence[Place], draw: int) -> list[Number]:
    """Give every mention a number of its own; one that refers back to another (`the 20 children`) gets the same."""
    numbers: list[Number] = []
    for at, place in enumerate(places):
        earlier = next((before for before in range(at) if same_thing(places[before], place)), -1)
        if earlier >= 0:
            numbers.append(numbers[earlier])
            continue
        prime = _PRIMES[(at * 7 + draw * 3) % len(_PRIMES)] + 2 * (at // len(_PRIMES))
        value = place.mention.value
        numbers.append(Fraction(prime, 2 * prime + 3 + at) if 0 < value < 1 else prime)
    return numbers


def same_thing(first: Place, second: Place) -> bool:
    """Say whether a mention refers back to an earlier one: equal value and noun, and a word such as `the` before it.

    A question also repeats what was said where it asks (`How much does she earn in the 5 days?`).
    """
    if first.mention.value != second.mention.value or first.mention.kind == "ordinal":
        return False
    if not first.after or not second.after or first.after[0] != second.after[0]:
        return False
    if second.asked and not first.asked and second.mention.value > 2:
        return True
    return second.before[-1:] in (("the",), ("these",), ("those",), ("all",), ("his",), ("her",), ("their",), ("its",))
