"""Decide which number each literal of a solution means: jointly, over the whole solution.

Every slot has its candidates (`slots.py`); a wiring picks one for each. Its score is a sum of weighted features:
whether the nouns after the literal and after the mention agree, whether the sentences share words and names, money with money,
money, numbers and results that nothing has used yet, and so on (`weights.py`). A beam search keeps the best wirings; those
that lost are the alternatives that `alternatives.py` puts to the test.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tracewright.data.annotate.slots import Candidate, Known, Shaped, Slot, find_candidates, shape
from tracewright.data.annotate.weights import WEIGHTS
from tracewright.data.annotate.words import STOP, UNITS

BEAM = 24
"""Wirings kept after each slot."""


class Wiring(NamedTuple):
    """One candidate a slot, in order, and what they score together."""

    picks: tuple[Candidate, ...]
    score: float


class _State(NamedTuple):
    score: float
    picks: tuple[Candidate, ...]
    mentions: tuple[int, ...]
    """How often each mention is used."""
    results: tuple[int, ...]
    last: int
    """The mention used last, -1 at the start."""


def wire(shaped: Sequence[Shaped], known: Known) -> list[Wiring]:
    """Return the best wirings, best first; never none."""
    states = [_State(0.0, (), (0,) * len(known.places), (0,) * len(known.equations), -1)]
    for each in shaped:
        start = len(states[0].picks)
        for slot in each.slots:
            options = [(pick, score(static_features(slot, pick, known))) for pick in find_candidates(slot, known)]
            grown = [
                _bind(state, pick, fixed + score(dynamic_features(state, slot, pick, known, start)))
                for state in states
                for pick, fixed in options
            ]
            grown.sort(key=lambda state: -state.score)
            states = grown[:BEAM]
    ended = [Wiring(state.picks, state.score + score(final_features(state, known, shaped))) for state in states]
    ended.sort(key=lambda wiring: -wiring.score)
    return ended


def _bind(state: _State, pick: Candidate, gain: float) -> _State:
    mentions, results, last = state.mentions, state.results, state.last
    if pick.kind == "mention":
        mentions = (*mentions[: pick.place], mentions[pick.place] + 1, *mentions[pick.place + 1 :])
        last = pick.place
    elif pick.kind == "result":
        results = (*results[: pick.place], results[pick.place] + 1, *results[pick.place + 1 :])
    return _State(state.score + gain, (*state.picks, pick), mentions, results, last)


Features = list[tuple[str, float]]


def score(features: Features) -> float:
    """Weigh features."""
    return sum(WEIGHTS.get(name, 0.0) * amount for name, amount in features)


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in STOP)


def static_features(slot: Slot, pick: Candidate, known: Known) -> Features:
    """Describe how well a candidate fits a slot, whatever the other slots hold."""
    equation = known.equations[slot.equation]
    if pick.kind == "mention":
        return _mention_features(slot, pick, known)
    if pick.kind == "result":
        return _result_features(slot, pick, known)
    if pick.kind == "constant":
        features = [("constant", 1.0), (f"constant_cue{pick.strength}", 1.0), (f"constant_{slot.role}", 1.0)]
        if slot.leaf.dollar:
            features.append(("constant_dollar", 1.0))
        if slot.leaf.after[:1] and slot.leaf.after[0] in UNITS:
            features.append(("constant_unit", 1.0))
        if pick.value in (1, 2, 100) and not pick.strength:
            features.append((f"structural_{pick.value}", 1.0))
        if pick.value in (60, 7, 12, 24, 52, 365, 1000) and pick.strength == 2 and equation.words & UNITS:
            features.append(("constant_conversion", 1.0))
        return features
    return [("free", 1.0)]


def _mention_features(slot: Slot, pick: Candidate, known: Known) -> Features:
    equation, place = known.equations[slot.equation], known.places[pick.place]
    kind = place.mention.kind
    features: Features = [("mention", 1.0), (f"kind_{kind}_{slot.role}", 1.0)]
    if pick.view != "same":
        features.append((f"view_{pick.view}", 1.0))
    features += _noun_features("m", slot, _content(place.after), place.dollar)
    before = _content(slot.leaf.before)
    if before and before[-1] in place.before:
        features.append(("m_before", 1.0))
    features.append(("m_clause", min(len(equation.words & place.clause), 5)))
    features.append(("m_sentence", min(len(equation.words & place.sentence), 8)))
    if equation.names:
        if equation.names & place.names:
            features.append(("m_name_hit", 1.0))
        elif place.names:
            features.append(("m_name_miss", 1.0))
    if equation.after:
        unit = _content(equation.after)[:1]
        near = _content(place.after)[:3]
        hit = bool(unit) and unit[0] in near
        features.append((f"m_unit_{'hit' if hit else 'miss'}_{slot.role}", 1.0))
    if equation.dollar:
        features.append((f"m_money_{'hit' if place.dollar else 'miss'}_{slot.role}", 1.0))
    if place.asked:
        features.append(("m_asked", 1.0))
    if place.each:
        features.append((f"m_each_{slot.role}", 1.0))
    return features


def _noun_features(prefix: str, slot: Slot, nouns: tuple[str, ...], dollar: bool) -> Features:
    """Compare what follows the literal with what follows the source."""
    features: Features = []
    leaf = slot.leaf
    if not leaf.shown:
        return features
    after = _content(leaf.after)
    if after and nouns:
        if after[0] == nouns[0]:
            features.append((f"{prefix}_noun_first", 1.0))
        elif after[0] in nouns or nouns[0] in after:
            features.append((f"{prefix}_noun_hit", 1.0))
        elif set(after) & set(nouns):
            features.append((f"{prefix}_noun_near", 1.0))
        else:
            features.append((f"{prefix}_noun_miss", 1.0))
    if leaf.dollar:
        features.append((f"{prefix}_dollar_{'both' if dollar else 'leaf'}", 1.0))
    elif dollar:
        features.append((f"{prefix}_dollar_source", 1.0))
    return features


def _result_features(slot: Slot, pick: Candidate, known: Known) -> Features:
    equation, source = known.equations[slot.equation], known.equations[pick.place]
    features: Features = [("result", 1.0), (f"result_{slot.role}", 1.0)]
    features.append((f"result_back{min(slot.equation - pick.place, 4)}", 1.0))
    if pick.view != "same":
        features.append((f"result_view_{pick.view}", 1.0))
    features += _noun_features("r", slot, _content(source.after), source.dollar)
    features.append(("r_words", min(len(equation.words & source.words), 6)))
    if equation.names:
        if equation.names & source.names:
            features.append(("r_name_hit", 1.0))
        elif source.names:
            features.append(("r_name_miss", 1.0))
    if slot.first:
        features.append(("r_first", 1.0))
    if equation.line == source.line:
        features.append(("r_same_line", 1.0))
    if equation.after and source.after:
        hit = _content(equation.after)[:1] == _content(source.after)[:1]
        features.append((f"r_unit_{'hit' if hit else 'miss'}_{slot.role}", 1.0))
    if equation.dollar:
        features.append((f"r_money_{'hit' if source.dollar else 'miss'}_{slot.role}", 1.0))
    return features


def dynamic_features(state: _State, slot: Slot, pick: Candidate, known: Known, start: int) -> Features:
    """Describe how a candidate fits what has been picked before: used already, in order, beside its neighbours."""
    features: Features = []
    here = state.picks[start:]
    if pick.kind == "mention":
        times = state.mentions[pick.place]
        features.append((f"m_used{min(times, 2)}", 1.0))
        if any(other.kind == "mention" and other.place == pick.place for other in here):
            features.append(("m_twice_here", 1.0))
        step = pick.place - state.last
        features.append((f"m_step_{'next' if step == 1 else 'skip' if step > 1 else 'back'}", 1.0))
        if times == 0 and not any(count == 0 for count in state.mentions[: pick.place]):
            features.append(("m_earliest_unused", 1.0))
        near = [known.places[other.place] for other in here if other.kind == "mention"]
        if near:
            same = any(other.number == known.places[pick.place].number for other in near)
            features.append((f"m_neighbour_{'same' if same else 'other'}", 1.0))
            if known.places[pick.place].dollar and slot.role == "factor" and any(other.dollar for other in near):
                features.append(("m_money_times_money", 1.0))
    elif pick.kind == "result":
        times = state.results[pick.place]
        features.append((f"r_used{min(times, 2)}", 1.0))
        if any(other.kind == "result" and other.place == pick.place for other in here):
            features.append(("r_twice_here", 1.0))
    return features


def final_features(state: _State, known: Known, shaped: Sequence[Shaped]) -> Features:
    """Describe a whole wiring: what it leaves unused."""
    dangling = sum(1 for count in state.results[:-1] if count == 0)
    unused = sum(
        1
        for count, place in zip(state.mentions, known.places, strict=True)
        if count == 0 and place.mention.kind not in ("ordinal", "year", "clock") and place.mention.value != 1
    )
    return [("dangling", float(dangling)), ("unused", float(unused))]


def shape_all(known: Known) -> list[Shaped]:
    """Shape every equation of a solution."""
    return [shape(equation, index, known) for index, equation in enumerate(known.equations)]
