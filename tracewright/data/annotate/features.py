"""Features of a source for a slot: what the words, units and earlier choices say for it and against it.

Static features look at the slot and the source alone, dynamic ones at what has been picked before, final ones at a
whole wiring. `weights.py` weighs them.

Not covered: which sources come into question (`slots.py`), the search (`wire.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from tracewright.data.annotate.constants import cue_words
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.slots import Candidate, Known, Rarity, Slot, find_candidates
from tracewright.data.annotate.weights import WEIGHTS
from tracewright.data.annotate.words import STOP, UNITS

CONVERSIONS = frozenset((7, 12, 24, 52, 60, 100, 365, 1000))
"""Constants that turn one unit into another."""


class State(NamedTuple):
    """A wiring in the making."""

    score: float
    picks: tuple[Candidate, ...]
    mentions: tuple[int, ...]
    """How often each mention is used."""
    results: tuple[int, ...]
    last: int
    """The mention used last, -1 at the start."""
    gains: tuple[float, ...] = ()
    """What each pick added to the score."""


Features = list[tuple[str, float]]


class Scene:
    """What is known of a problem, with the weights of its words."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.places, self.equations = known.places, known.equations
        self.near = Rarity([place.near for place in known.places])
        self.clause = Rarity([place.clause for place in known.places])
        self.pairs = Rarity([place.pairs for place in known.places])
        self.sentence = Rarity([place.sentence for place in known.places])
        self.words = Rarity([equation.segment for equation in known.equations])
        self.phrases = Rarity([equation.pairs for equation in known.equations])
        self._options: dict[Slot, list[tuple[Candidate, float]]] = {}

    def dollar(self, pick: Candidate) -> bool:
        """Say whether a source is an amount of money."""
        if pick.kind == "mention":
            return self.places[pick.place].dollar
        return pick.kind == "result" and self.equations[pick.place].dollar

    def ordinal(self, pick: Candidate) -> bool:
        """Say whether a source is an ordinal of the question."""
        return pick.kind == "mention" and self.places[pick.place].mention.kind == "ordinal"

    def options(self, slot: Slot) -> list[tuple[Candidate, float]]:
        """Return the candidates of a slot, each with the score of its static features."""
        found = self._options.get(slot)
        if found is None:
            found = [(pick, score(static_features(slot, pick, self))) for pick in find_candidates(slot, self.known)]
            self._options[slot] = found
        return found


def score(features: Features) -> float:
    """Weigh features."""
    return sum(WEIGHTS.get(name, 0.0) * amount for name, amount in features)


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in STOP)


def head(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a phrase is about: its first words that say something, at most two, up to one that says nothing."""
    found: list[str] = []
    for word in words:
        if word in STOP:
            if found:
                break
            continue
        found.append(word)
    return tuple(found[:2])


def static_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    """Describe how well a candidate fits a slot, whatever the other slots hold."""
    if pick.kind == "mention":
        return _mention_features(slot, pick, known)
    if pick.kind == "result":
        return _result_features(slot, pick, known)
    if pick.kind == "constant":
        return _constant_features(slot, pick, known)
    return [("free", 1.0)]


def _constant_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    features: Features = [(f"constant_cue{pick.strength}", 1.0), (f"constant_{slot.role}", 1.0)]
    if slot.leaf.dollar:
        features.append(("constant_dollar", 1.0))
    if not slot.leaf.made and pick.value != 1 and any(place.mention.value == pick.value for place in known.places):
        features.append(("constant_stated", 1.0))
    if pick.value in CONVERSIONS and pick.strength == 2 and slot.role in ("factor", "divisor"):
        features.append(("constant_conversion", 1.0))
    nouns = _content(slot.leaf.after)[:2]
    if nouns and pick.value not in (1, 2):
        hit = not cue_words(pick.value).isdisjoint(nouns)
        features.append((f"constant_noun_{'hit' if hit else 'miss'}", 1.0))
    return features


def _mention_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    equation, place = known.equations[slot.equation], known.places[pick.place]
    # The coefficients of an unknown are added up, but each of them multiplies.
    role = "factor" if equation.letter and slot.role == "plus" else slot.role
    features: Features = [("mention", 1.0), (f"kind_{_kind(place)}_{role}", 1.0)]
    if pick.view != "same":
        features.append((f"view_{pick.view}", 1.0))
    if pick.view == "flip" and slot.role == "factor":
        features.append(("view_flip_factor", 1.0))
    features += _noun_features("m", slot, place.after, place.dollar)
    if place.own:
        hit = not place.own.isdisjoint(equation.words)
        features.append((f"m_own_{'hit' if hit else 'miss'}{'_flip' if pick.view == 'flip' else ''}", 1.0))
    if slot.leaf.shown:
        features.append(("m_ahead", float(len(set(_content(slot.leaf.before)[-2:]) & set(place.before)))))
    features.append(("m_near", known.near.overlap(equation.segment, place.near)))
    features.append(("m_clause", known.clause.overlap(equation.segment, place.clause)))
    features.append(("m_pairs", known.pairs.overlap(equation.pairs, place.pairs)))
    features.append(("m_sentence", known.sentence.overlap(equation.words, place.sentence)))
    if equation.names:
        if equation.names & place.names:
            features.append(("m_name_hit", 1.0))
        elif place.names:
            features.append(("m_name_miss", 1.0))
    features += _unit_features("m", slot, equation, head(place.after), place.dollar)
    if place.asked:
        features.append(("m_asked", 1.0))
    if place.each:
        features.append((f"m_each_{slot.role}", 1.0))
    if place.relation:
        features.append((f"m_{place.relation}_{'base' if slot.base else slot.role}", 1.0))
        if slot.leaf.relation:
            features.append((f"m_relation_{'hit' if slot.leaf.relation == place.relation else 'miss'}", 1.0))
    elif slot.leaf.relation:
        features.append(("m_relation_none", 1.0))
    return features


def _kind(place: Place) -> str:
    """Return the kind of a mention; numbers in words are like those in digits, and a pair is seldom counted."""
    if place.mention.kind == "group" and place.mention.value == 2:
        return "pair"
    return "integer" if place.mention.kind == "word" else place.mention.kind


def _unit_features(prefix: str, slot: Slot, equation: Equation, nouns: tuple[str, ...], dollar: bool) -> Features:
    """Compare what the result counts with what the source counts: sums keep the unit, products may change it."""
    features: Features = []
    role = "base" if slot.base else slot.role
    unit = head(equation.after)
    if unit and nouns:
        hit = not set(unit).isdisjoint(nouns)
        features.append((f"{prefix}_unit_{'hit' if hit else 'miss'}_{role}", 1.0))
        if not hit and (nouns[0] in UNITS or unit[0] in UNITS):
            features.append((f"{prefix}_clash_{role}", 1.0))
    if equation.dollar or dollar:
        word = "both" if equation.dollar and dollar else "result" if equation.dollar else "source"
        features.append((f"{prefix}_money_{word}_{role}", 1.0))
    return features


def _noun_features(prefix: str, slot: Slot, words: tuple[str, ...], dollar: bool) -> Features:
    """Compare what follows the literal with what follows the source."""
    features: Features = []
    leaf = slot.leaf
    if not leaf.shown:
        return features
    after, nouns = _content(leaf.after), _content(words)
    if after and nouns:
        if after[0] == nouns[0]:
            features.append((f"{prefix}_noun_first", 1.0))
        elif after[0] in nouns or nouns[0] in after:
            features.append((f"{prefix}_noun_hit", 1.0))
        elif set(after) & set(nouns):
            features.append((f"{prefix}_noun_near", 1.0))
        else:
            features.append((f"{prefix}_noun_miss", 1.0))
            if after[0] in UNITS or nouns[0] in UNITS:
                features.append((f"{prefix}_noun_clash", 1.0))
    if leaf.dollar:
        features.append((f"{prefix}_dollar_{'both' if dollar else 'leaf'}", 1.0))
    elif dollar:
        features.append((f"{prefix}_dollar_source", 1.0))
    return features


def _result_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    equation, source = known.equations[slot.equation], known.equations[pick.place]
    features: Features = [("result", 1.0), (f"result_{slot.role}", 1.0)]
    features.append((f"result_back{min(slot.equation - pick.place, 4)}", 1.0))
    if pick.view != "same":
        features.append((f"result_view_{pick.view}", 1.0))
    features += _noun_features("r", slot, source.after, source.dollar)
    features.append(("r_words", known.words.overlap(equation.segment, source.segment)))
    features.append(("r_pairs", known.phrases.overlap(equation.pairs, source.pairs)))
    if equation.names:
        if equation.names & source.names:
            features.append(("r_name_hit", 1.0))
        elif source.names:
            features.append(("r_name_miss", 1.0))
    if slot.first:
        features.append(("r_first", 1.0))
    features += _unit_features("r", slot, equation, head(source.after), source.dollar)
    return features


def dynamic_features(state: State, slot: Slot, pick: Candidate, known: Scene, start: int) -> Features:
    """Describe how a candidate fits what has been picked before: used already, in order, beside its neighbours."""
    features: Features = []
    here = state.picks[start:]
    if here and slot.role in ("plus", "minus"):
        features.append((f"{pick.kind}_after_{here[-1].kind}_{slot.role}", 1.0))
    if pick.kind != "result" and pick.value not in (1, 2):
        kinds = {other.kind for other in here if other.kind != "result" and other.value == pick.value} - {pick.kind}
        if kinds:  # 6 * 6 * 6 is one side three times
            features.append(("constant_beside_mention", 1.0))
    if slot.role == "factor" and known.dollar(pick) and any(known.dollar(other) for other in here):
        features.append(("money_times_money", 1.0))
    if pick.kind == "mention":
        times = state.mentions[pick.place]
        features.append((f"m_used{min(times, 2)}", 1.0))
        if any(other.kind == "mention" and other.place == pick.place for other in here):
            features.append(("m_twice_here", 1.0))
        place = known.places[pick.place]
        if times and place.own and place.own.isdisjoint(known.equations[slot.equation].words):
            features.append(("m_own_again", 1.0))
        step = pick.place - state.last
        features.append((f"m_step_{'next' if step == 1 else 'skip' if step > 1 else 'back'}", 1.0))
        if times == 0 and 0 not in state.mentions[: pick.place]:
            features.append(("m_earliest_unused", 1.0))
        near = [known.places[other.place] for other in here if other.kind == "mention"]
        if near:
            same = any(other.number == place.number for other in near)
            features.append((f"m_neighbour_{'same' if same else 'other'}", 1.0))
        features += _sibling_features("m", slot, head(place.after), place.clause, here, known)
        if pick.view in ("numerator", "denominator") and _other_half(state, pick):
            features.append(("m_other_half", 1.0))
    elif pick.kind == "result":
        times = state.results[pick.place]
        features.append((f"r_used{min(times, 2)}", 1.0))
        if any(other.kind == "result" and other.place == pick.place for other in here):
            features.append(("r_twice_here", 1.0))
        if slot.first and slot.equation - pick.place == 1:
            features.append((f"r_first_previous_{slot.role}", 1.0))
        before = [other.place for other in here if other.kind == "result"]
        if before:
            step = pick.place - before[-1]
            features.append((f"r_step_{'next' if step == 1 else 'up' if step > 1 else 'back'}", 1.0))
        source = known.equations[pick.place]
        features += _sibling_features("r", slot, head(source.after), source.segment, here, known)
    return features


def _other_half(state: State, pick: Candidate) -> bool:
    """Say whether the other number of the same fraction is in use: / 4 before * 3."""
    return any(
        other.kind == "mention" and other.place == pick.place and other.view in ("numerator", "denominator")
        for other in state.picks
        if other.view != pick.view
    )


def _sibling_features(
    prefix: str, slot: Slot, nouns: tuple[str, ...], clause: frozenset[str], here: Sequence[Candidate], known: Scene
) -> Features:
    """Ask whether the sources of one equation speak of each other: 5 pencils, $2 for each pencil."""
    best = ""
    for other in here:
        if other.kind == "mention":
            place = known.places[other.place]
            nouns_there, clause_there = head(place.after), place.clause
        elif other.kind == "result":
            nouns_there, clause_there = (
                head(known.equations[other.place].after),
                known.equations[other.place].segment,
            )
        else:
            continue
        if nouns and nouns_there and nouns[0] == nouns_there[0]:
            best = best or "same"
        elif clause.intersection(nouns_there[:1]) or clause_there.intersection(nouns[:1]):
            best = "linked"
        else:
            best = best or "apart"
    return [(f"{prefix}_sibling_{best}_{slot.role}", 1.0)] if best else []


def final_features(state: State, known: Known) -> Features:
    """Describe a whole wiring: what it leaves unused."""
    dangling = sum(1 for count in state.results[:-1] if count == 0)
    unused = [
        place.mention.kind
        for count, place in zip(state.mentions, known.places, strict=True)
        if count == 0 and place.mention.kind not in ("ordinal", "year", "clock") and place.mention.value != 1
    ]
    telling = sum(kind in ("multiple", "fraction", "percent", "money", "decimal") for kind in unused)
    return [
        ("dangling", float(dangling)),
        ("unused_telling", float(telling)),
        ("unused", float(len(unused) - telling)),
    ]
