"""Put a wiring to the test: every other way to fill a slot, run with all numbers of the question given new values.

The answer of a problem cannot tell two wirings apart when two of its numbers are equal; numbers that differ can. An
alternative is any other wiring that the search comes to, or comes to with one slot forced to another source. Where it
computes the same whatever the numbers (a * b for b * a), it does no harm; where it does not, its distance in score says
how sure the choice is. Where it computes the same as long as equal numbers of the question stay equal, it does no harm
to variants, in which they do.

Not covered: whether the solution itself is right.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.context import Place, same_thing
from tracewright.data.annotate.features import Scene
from tracewright.data.annotate.program import Op, build, needed_steps, run
from tracewright.data.annotate.slots import Candidate, Shaped
from tracewright.data.annotate.wire import Beam, Wiring, wire_with
from tracewright.mention import Mention
from tracewright.number import Number

DRAWS = 2
"""Sets of new numbers that two programs are compared on."""

ENOUGH = 12.0
"""A margin that means that there is no alternative at all."""

_PRIMES = (
    101, 211, 307, 401, 503, 601, 701, 809, 907, 1009, 1103, 1201, 1301, 1409, 1511, 1601, 1709, 1801, 1901,
)  # fmt: skip

FAR = 9.0
"""A distance, in log odds, from which an alternative is not looked at."""

CATCH_UP = 2.0
"""How much of its distance an alternative may still make good once it is that far behind."""


CERTAIN = -0.65
"""Log odds of all that computes something else, below which a wiring is certain."""

UNLABELLED = 1.5
"""Log odds by which a wiring is less sure than it seems where equations of the text alone could be wired otherwise.

No label says what their numbers mean: of 20 such traces with an alternative less than 2 behind, readers found 7 wrong.
"""


class Rival(NamedTuple):
    """The nearest alternative that computes something else: how far behind, and where it differs."""

    margin: float
    slot: int
    """The first slot that differs, counted through the solution; -1 where there is no rival."""
    pick: Candidate | None
    """What the alternative has there."""
    over: Candidate | None = None
    """What the best wiring has there."""


class Alternatives(NamedTuple):
    """What could have been meant instead."""

    rival: Rival
    odds: float
    """Log odds of the wirings that compute something else, all together, against those that compute the same."""
    together: float
    """The same of those that do so while equal numbers of the question stay equal; not asked where the odds are low."""


def weigh_alternatives(
    shaped: Sequence[Shaped], beam: Beam, scene: Scene, best: Wiring, ops: Sequence[Op], rounding: str
) -> Alternatives:
    """Weigh the other wirings of the search, and those with one slot forced to another source, against the best one.

    `beam` is the search that found the best wiring, `ops` its program, `rounding` the operation on the last result, if
    there is one.
    """
    numbers = [new_numbers(scene.places, draw) for draw in range(DRAWS)]
    expected = [_result(ops, values) for values in numbers]
    same, other = 1.0, 0.0
    others: list[tuple[float, tuple[Candidate, ...]]] = []
    rival = Rival(ENOUGH, -1, None)
    for wiring in forced_wirings(beam, scene, best):
        margin = best.score - wiring.score
        if _differs(shaped, wiring.picks, rounding, numbers, expected):
            changed = [n for n, (own, pick) in enumerate(zip(best.picks, wiring.picks, strict=True)) if own != pick]
            bare = any(scene.equations[scene.slots[n].equation].mark < 0 for n in changed)
            weight = math.exp(-margin + UNLABELLED * bare)
            other += weight
            others.append((weight, wiring.picks))
            if margin < rival.margin:
                at = changed[0]
                rival = Rival(margin, at, wiring.picks[at], best.picks[at])
        else:
            same += math.exp(-margin)
    odds = math.log(other / same) if other else -ENOUGH
    if odds < CERTAIN:
        return Alternatives(rival, odds, odds)
    numbers = [_equal_numbers(scene.places, ops, values) for values in numbers]
    expected = [_result(ops, values) for values in numbers]
    harm = sum(weight for weight, picks in others if _differs(shaped, picks, rounding, numbers, expected))
    return Alternatives(rival, odds, math.log(harm / (same + other - harm)) if harm else -ENOUGH)


def forced_wirings(beam: Beam, scene: Scene, best: Wiring, far: float = FAR) -> Iterator[Wiring]:
    """Yield other wirings, none of them twice: the best ones of the search, and those with a slot forced elsewhere."""
    seen = {best.picks}

    def new(wirings: Sequence[Wiring]) -> Iterator[Wiring]:
        for wiring in wirings:
            if wiring.picks not in seen and best.score - wiring.score < far:
                seen.add(wiring.picks)
                yield wiring

    yield from new(beam.ended)
    for turn in beam.turns:
        at = turn.number
        for pick, _ in scene.options(turn.slot):
            if pick != best.picks[at]:
                yield from new(wire_with(beam, at, pick, scene, far + CATCH_UP))


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
    steps = needed_steps(built.program.ops, answer)
    results = (_result(built.program.ops, values, steps) for values in numbers)
    return any(result != wanted for result, wanted in zip(results, expected, strict=True))


def _result(ops: Sequence[Op], numbers: Sequence[Number], steps: Sequence[int] | None = None) -> Number | None:
    """Run a program, or some steps of it; return the result of the last of them."""
    steps = range(len(ops)) if steps is None else steps
    try:
        return run(ops, numbers, steps)[steps[-1]] if steps else None
    except ZeroDivisionError:
        return None


def same_program(first: Sequence[Op], second: Sequence[Op], places: Sequence[Place]) -> bool:
    """Say whether two programs compute the same, whatever the numbers of the question; no two numbers are equal."""
    return same_on(first, second, [_own_numbers(places, draw) for draw in range(DRAWS)])


def same_on(first: Sequence[Op], second: Sequence[Op], numbers: Sequence[Sequence[Number]]) -> bool:
    """Say whether two programs give the same on each of several sets of numbers."""
    return all(_result(first, values) == _result(second, values) for values in numbers)


def new_numbers(places: Sequence[Place], draw: int) -> list[Number]:
    """Give every mention a number of its own; one that refers back to another (`the 20 children`) gets the same."""
    numbers = _own_numbers(places, draw)
    for at, place in enumerate(places):
        earlier = next((before for before in range(at) if same_thing(places[before], place)), -1)
        if earlier >= 0:
            numbers[at] = numbers[earlier]
    return numbers


def sort_of(mention: Mention) -> str:
    """Return the sort within which equal numbers stay equal in variants; empty for those that move with no other."""
    if mention.kind in ("ordinal", "year", "clock"):
        return ""
    return mention.kind if mention.kind in ("percent", "fraction") else "number"


def _equal_numbers(places: Sequence[Place], ops: Sequence[Op], numbers: Sequence[Number]) -> list[Number]:
    """Give equal mentions of one sort the same new number, as variants do; those that equal a constant keep theirs."""
    constants = {ref.value for op in ops for ref in op.args if ref.kind == "constant"}
    first: dict[tuple[str, Number], Number] = {}
    found: list[Number] = []
    for place, number in zip(places, numbers, strict=True):
        value, sort = place.mention.value, sort_of(place.mention)
        if sort:
            number = first.setdefault((sort, value), number)
        found.append(value if value in constants else number)
    return found


def _own_numbers(places: Sequence[Place], draw: int) -> list[Number]:
    """Give every mention a number of its own; a share stays one."""
    numbers: list[Number] = []
    for at, place in enumerate(places):
        prime = _PRIMES[(at * 7 + draw * 3) % len(_PRIMES)] + 2 * (at // len(_PRIMES))
        numbers.append(Fraction(prime, 2 * prime + 3 + at) if 0 < place.mention.value < 1 else prime)
    return numbers
