"""Decide which number each literal of a solution means: jointly, over the whole solution.

Every slot has its candidates (`candidates.py`); a wiring picks one for each. Its score is a sum of weighted features:
whether the nouns after the literal and after the mention agree, whether the sentences share words and names, money
with money, numbers and results that nothing has used yet, and so on (`weights.py`). A beam search keeps the best
wirings; those that lost are the alternatives that `alternatives.py` puts to the test.
"""

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from tracewright.data.annotate.choices import State, beside_features, final_features, past_features
from tracewright.data.annotate.features import Features, Scene, score, static_features
from tracewright.data.annotate.slots import Candidate, Known, Shaped, Slot, shape

BEAM = 16
"""Wirings kept after each slot."""

FORCED_BEAM = 4
"""The same where one slot is forced to a source."""


class Wiring(NamedTuple):
    """One candidate a slot, in order, and what they score together."""

    picks: tuple[Candidate, ...]
    score: float


class Beam(NamedTuple):
    """The slots in order, the wirings in the making before each of them and after the last, and the ended ones."""

    turns: "list[Turn]"
    layers: list[list[State]]
    ended: list[Wiring]
    """Never none. These and those in the making: best first."""


def search(shaped: Sequence[Shaped], scene: Scene) -> Beam:
    """Pick source after source, keeping the best wirings in the making."""
    layers, listed = [[start_state(scene.known)]], turns(shaped)
    for turn in listed:
        layers.append(_grow(layers[-1], turn, scene, None, BEAM, -math.inf))
    return Beam(listed, layers, _rank(layers[-1], scene))


def wire_with(beam: Beam, number: int, pick: Candidate, scene: Scene, far: float) -> list[Wiring]:
    """Return the best wirings in which one slot, by its number from 0, has this source, best first.

    What falls more than `far` behind the best wiring in the making is dropped: it is not likely to catch up.
    """
    states = beam.layers[number][:FORCED_BEAM]
    for turn in beam.turns[number:]:
        least = beam.layers[turn.number + 1][0].score - far
        states = _grow(states, turn, scene, pick if turn.number == number else None, FORCED_BEAM, least)
    return _rank(states, scene)


class Turn(NamedTuple):
    """A slot whose source is to be picked: its number, that of the first slot of its equation, that of its twin or -1.

    2(x + 3) comes to be 2x + 2 * 3: one literal, one source.
    """

    number: int
    slot: Slot
    start: int
    twin: int
    kin: int
    """The slot of the same literal in another role: 2(10 - x) comes to be 20 - 2x; -1 for none."""
    scores: dict[tuple[int, tuple[int, ...]], float]
    """What a source scores by itself and beside those of its equation, by the identities of all: asked for many times.

    The scene keeps its candidates, so that an identity stays what it is; a turn is used with one scene.
    """


def turns(shaped: Sequence[Shaped]) -> list[Turn]:
    """List the slots of a solution in order."""
    out: list[Turn] = []
    for each in shaped:
        start = len(out)
        for at, slot in enumerate(each.slots):
            twin = _twin(each.slots, at)
            kin = next((before for before in range(at) if each.slots[before].leaf is slot.leaf), -1)
            twin, kin = (start + place if place >= 0 else -1 for place in (twin, kin))
            out.append(Turn(start + at, slot, start, twin, kin, {}))
    return out


def _grow(
    states: Sequence[State], turn: Turn, scene: Scene, only: Candidate | None, beam: int, least: float
) -> list[State]:
    """Pick the source of one more slot; keep the best `beam` wirings of those that score `least` or more."""
    if turn.twin >= 0:
        return [_repeat(state, turn.twin) for state in states if state.score >= least]
    slot, start, scores = turn.slot, turn.start, turn.scores
    options = [option for option in scene.options(slot) if only is None or option[0] == only]
    grown: list[tuple[float, State, Candidate]] = []
    for state in states:
        here = state.picks[start:]
        key = tuple(map(id, here))
        for pick, fixed in _like(state.picks[turn.kin], options) if turn.kin >= 0 and only is None else options:
            fits = scores.get((id(pick), key))
            if fits is None:
                fits = scores[id(pick), key] = fixed + score(beside_features(here, slot, pick, scene, start))
            grown.append((state.score + fits + score(past_features(state, slot, pick, scene)), state, pick))
    grown.sort(key=itemgetter(0), reverse=True)
    return [bind(state, slot, pick, total) for total, state, pick in grown[:beam] if total >= least]


def _like(pick: Candidate, options: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Keep the options that take their value from where the same literal took it, in whatever view."""
    return [option for option in options if (option[0].kind, option[0].place) == (pick.kind, pick.place)] or options


def _rank(states: Sequence[State], scene: Scene) -> list[Wiring]:
    ended = [Wiring(state.picks, state.score + score(final_features(state, scene))) for state in states]
    return sorted(ended, key=lambda wiring: -wiring.score)


def describe(shaped: Sequence[Shaped], scene: Scene, picks: Sequence[Candidate]) -> Features:
    """Return every feature of a whole wiring; weighed, they are its score."""
    state, features, listed = start_state(scene.known), Features(), turns(shaped)
    for turn, pick in zip(listed, picks, strict=True):
        if turn.twin >= 0:
            state = _repeat(state, turn.twin)
            continue
        features += static_features(turn.slot, pick, scene)
        features += beside_features(state.picks[turn.start :], turn.slot, pick, scene, turn.start)
        features += past_features(state, turn.slot, pick, scene)
        state = bind(state, turn.slot, pick, 0.0)
    return features + final_features(state, scene)


def _twin(slots: Sequence[Slot], at: int) -> int:
    """Find the earlier slot of an equation that is the same literal, -1 for none."""
    return next((before for before in range(at) if _same_literal(slots[before], slots[at])), -1)


def _same_literal(first: Slot, second: Slot) -> bool:
    return (first.leaf, first.value, first.role) == (second.leaf, second.value, second.role)


def _repeat(state: State, at: int) -> State:
    return state._replace(picks=(*state.picks, state.picks[at]))


def start_state(known: Known) -> State:
    """Return the wiring in which nothing is bound yet."""
    return State(0.0, (), (0,) * len(known.places), (0,) * len(known.equations), -1, ("",) * len(known.places))


def bind(state: State, slot: Slot, pick: Candidate, total: float) -> State:
    """Add a pick for a slot to a wiring in the making, which then scores `total`."""
    mentions, results, last, roles = state.mentions, state.results, state.last, state.roles
    if pick.kind == "mention":
        mentions = (*mentions[: pick.place], mentions[pick.place] + 1, *mentions[pick.place + 1 :])
        last = pick.place
        roles = (*roles[: pick.place], slot.role, *roles[pick.place + 1 :])
    elif pick.kind == "result":
        results = (*results[: pick.place], results[pick.place] + 1, *results[pick.place + 1 :])
    return State(total, (*state.picks, pick), mentions, results, last, roles)


def shape_all(known: Known) -> list[Shaped]:
    """Shape every equation of a solution."""
    return [shape(equation, index, known) for index, equation in enumerate(known.equations)]
