"""Decide which number each literal of a solution means: jointly, over the whole solution.

Every slot has its candidates (`slots.py`); a wiring picks one for each. Its score is a sum of weighted features:
whether the nouns after the literal and after the mention agree, whether the sentences share words and names, money
with money, numbers and results that nothing has used yet, and so on (`weights.py`). A beam search keeps the best
wirings; those that lost are the alternatives that `alternatives.py` puts to the test.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tracewright.data.annotate.features import Scene, State, dynamic_features, final_features, score
from tracewright.data.annotate.slots import Candidate, Known, Shaped, Slot, shape

BEAM = 24
"""Wirings kept after each slot."""


class Wiring(NamedTuple):
    """One candidate a slot, in order, what they score together, and what each of them added to that."""

    picks: tuple[Candidate, ...]
    score: float
    gains: tuple[float, ...] = ()


def _end(state: State, scene: Scene) -> Wiring:
    return Wiring(state.picks, state.score + score(final_features(state, scene.known)), state.gains)


def wire(
    shaped: Sequence[Shaped], scene: Scene, forced: Mapping[int, Candidate] | None = None, beam: int = BEAM
) -> list[Wiring]:
    """Return the best wirings, best first; never none. `forced` fixes the source of slots, by their number."""
    forced = forced or {}
    states = [start_state(scene.known)]
    for each in shaped:
        start = len(states[0].picks)
        for at, slot in enumerate(each.slots):
            twin = next((before for before in range(at) if _same_literal(each.slots[before], slot)), -1)
            if twin >= 0:  # 2(x + 3) came to be 2x + 2 * 3: one literal, one source
                states = [_repeat(state, start + twin) for state in states]
                continue
            number = start + at
            options = scene.options(slot)
            if number in forced:
                options = [option for option in options if option[0] == forced[number]]
            grown = [
                bind(state, pick, fixed + score(dynamic_features(state, slot, pick, scene, start)))
                for state in states
                for pick, fixed in options
            ]
            grown.sort(key=lambda state: -state.score)
            states = grown[:beam]
    ended = [_end(state, scene) for state in states]
    ended.sort(key=lambda wiring: -wiring.score)
    return ended


def _same_literal(first: Slot, second: Slot) -> bool:
    return (first.leaf, first.value, first.role) == (second.leaf, second.value, second.role)


def _repeat(state: State, at: int) -> State:
    return state._replace(picks=(*state.picks, state.picks[at]), gains=(*state.gains, state.gains[at]))


def start_state(known: Known) -> State:
    """Return the wiring in which nothing is bound yet."""
    return State(0.0, (), (0,) * len(known.places), (0,) * len(known.equations), -1)


def bind(state: State, pick: Candidate, gain: float) -> State:
    """Add a pick to a wiring in the making."""
    mentions, results, last = state.mentions, state.results, state.last
    if pick.kind == "mention":
        mentions = (*mentions[: pick.place], mentions[pick.place] + 1, *mentions[pick.place + 1 :])
        last = pick.place
    elif pick.kind == "result":
        results = (*results[: pick.place], results[pick.place] + 1, *results[pick.place + 1 :])
    return State(state.score + gain, (*state.picks, pick), mentions, results, last, (*state.gains, gain))


def shape_all(known: Known) -> list[Shaped]:
    """Shape every equation of a solution."""
    return [shape(equation, index, known) for index, equation in enumerate(known.equations)]
