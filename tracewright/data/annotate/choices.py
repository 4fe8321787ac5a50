"""Features of a pick beside the others: numbers used already, in order, next to each other; what is left unused.

Some look at what has been picked before in the same equation, some at all that has, final ones at a whole wiring.
`weights.py` weighs them.

Not covered: how well a source fits a slot whatever the others hold (`features.py`), whether the units of an equation
come out (`balance.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from tracewright.data.annotate.balance import balance_features
from tracewright.data.annotate.constants import cue_words
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.features import Features, Scene, head
from tracewright.data.annotate.slots import Candidate, Slot
from tracewright.number import Number


class State(NamedTuple):
    """A wiring in the making."""

    score: float
    picks: tuple[Candidate, ...]
    mentions: tuple[int, ...]
    """How often each mention is used."""
    results: tuple[int, ...]
    last: int
    """The mention used last, -1 at the start."""
    roles: tuple[str, ...] = ()
    """The role in which each mention was used last, empty for none."""


def beside_features(here: Sequence[Candidate], slot: Slot, pick: Candidate, known: Scene, start: int) -> Features:
    """Describe how a candidate fits those of the slots before it in its equation, the first of them slot `start`."""
    features: Features = []
    if not here:
        return features
    if slot.role in ("plus", "minus"):
        features.append((f"{pick.kind}_after_{here[-1].kind}_{slot.role}", 1.0))
    if pick.kind != "result" and pick.value not in (1, 2):
        kinds = {other.kind for other in here if other.kind != "result" and other.value == pick.value} - {pick.kind}
        if kinds:  # 6 * 6 * 6 is one side three times, 60 words * 60 minutes is not
            sources = [*zip(known.slots[start:], here, strict=False), (slot, pick)]
            words = {word for each, other in sources if other.kind == "constant" for word in head(each.leaf.after)}
            told = not cue_words(pick.value).isdisjoint(words)
            features.append((f"constant_beside_mention{'_told' if told else ''}", 1.0))
    elif pick.kind in ("constant", "mention") and slot.role == "plus":
        if any(other.value == pick.value and {other.kind, pick.kind} == {"constant", "mention"} for other in here):
            features.append(("constant_beside_mention_small", 1.0))  # $1 + $1
    if slot.role == "factor" and known.dollar(pick) and any(known.dollar(other) for other in here):
        features.append(("money_times_money", 1.0))
    if pick.kind == "mention":
        features += _mention_beside(here, slot, pick, known, start)
    elif pick.kind == "result":
        if any(other.kind == "result" and other.place == pick.place for other in here):
            features.append(("r_twice_here", 1.0))
        before = [other.place for other in here if other.kind == "result"]
        if before:
            step = pick.place - before[-1]
            features.append((f"r_step_{'next' if step == 1 else 'up' if step > 1 else 'back'}", 1.0))
        source = known.equations[pick.place]
        features += _sibling_features("r", slot, head(source.after), source.segment, here, known)
        features += _told_of(source.segment, here, known)
    return features + balance_features(here, slot, pick, known, start)


_SQUARE = frozenset(("square", "cube", "cubic"))


def _mention_beside(here: Sequence[Candidate], slot: Slot, pick: Candidate, known: Scene, start: int) -> Features:
    features: Features = []
    place = known.places[pick.place]
    twins = [at for at, other in enumerate(here, start) if other.kind == "mention" and other.place == pick.place]
    if twins:
        features.append(("m_twice_here", 1.0))
        if slot.role == "factor" and not known.known.question.isdisjoint(_SQUARE):
            features.append(("m_twice_square", 1.0))
        nouns = [head(each.leaf.after)[:1] for each in (slot, known.slots[twins[0]])]
        if all(nouns) and nouns[0] != nouns[1]:
            features.append(("m_twice_apart", 1.0))
    near = [known.places[other.place] for other in here if other.kind == "mention"]
    if near:
        same = [other for other in near if other.number == place.number]
        features.append((f"m_neighbour_{'same' if same else 'other'}", 1.0))
        beside = [other for other in same if abs(other.mention.index - place.mention.index) == 1]
        if beside:  # 3 more than twice as many: no product of 3 and 2
            differs = any(each.relation in ("more", "less") for each in (place, *beside))
            features.append((f"m_neighbour_next{f'_more_{slot.role}' if differs else ''}", 1.0))
    features += _sibling_features("m", slot, head(place.after), place.clause, here, known)
    features += _told_of(place.clause, here, known)
    if place.own or place.relation:
        features += _taken_of(place, here, known)
    return features


def past_features(state: State, slot: Slot, pick: Candidate, known: Scene) -> Features:
    """Describe how a candidate fits all that has been picked before: used already, in what role, in order."""
    repeats = known.repeats(slot)
    features = _again_features(state, pick, repeats) if repeats else []
    if pick.kind == "mention":
        times, place = state.mentions[pick.place], known.places[pick.place]
        features.append((f"m_used{min(times, 2)}", 1.0))
        if times:
            role = "same" if state.roles[pick.place] == slot.role else "other"
            features.append((f"m_again_{role}_role", 1.0))
            if pick.value == 2 and place.relation != "times" and not place.own:
                features.append(("m_two_again", 1.0))
            if place.own and place.own.isdisjoint(known.equations[slot.equation].words):
                features.append(("m_own_again", 1.0))
        elif 0 not in state.mentions[: pick.place]:
            features.append(("m_earliest_unused", 1.0))
        step = pick.place - state.last
        features.append((f"m_step_{'next' if step == 1 else 'skip' if step > 1 else 'back'}", 1.0))
        if pick.view in ("numerator", "denominator") and _other_half(state, pick):
            features.append(("m_other_half", 1.0))
    elif pick.kind == "result":
        features.append((f"r_used{min(state.results[pick.place], 2)}", 1.0))
        if slot.first and slot.equation - pick.place == 1:
            features.append((f"r_first_previous_{slot.role}", 1.0))
    elif not slot.leaf.made and known.equals(slot):
        equals = known.equals(slot)
        if any(state.roles[at] == slot.role for at in equals):
            features.append((f"{pick.kind}_instead_again", 1.0))
        if pick.kind == "constant":
            spent = all(state.mentions[at] for at in equals)
            features.append((f"constant_beside_{'spent' if spent else 'idle'}_cue{pick.strength}", 1.0))
    return features


def _again_features(state: State, pick: Candidate, repeats: Sequence[tuple[int, float]]) -> Features:
    """Weigh what the same number was taken for in sentences that are alike: `Ann works 7 days, so 7 * 9. Bo ...`."""
    same = other = 0.0
    for number, alike in repeats:
        if state.picks[number][:2] == pick[:2]:
            same = max(same, alike)
        else:
            other = max(other, alike)
    return [(f"again_same_{pick.kind}", same), (f"again_other_{pick.kind}", other)]


def _told_of(words: frozenset[str], here: Sequence[Candidate], known: Scene) -> Features:
    """Weigh the words that a source shares with the clause of a share or multiple that is taken of it."""
    relative = [known.places[other.place] for other in here if other.kind == "mention"]
    shared = [known.clause.overlap(place.clause, words) for place in relative if place.own or place.relation]
    return [("told_of", max(shared))] if shared else []


def _taken_of(place: Place, here: Sequence[Candidate], known: Scene) -> Features:
    """Weigh the same where what it is taken of stands first."""
    words = [known.places[other.place].clause for other in here if other.kind == "mention"]
    words += [known.equations[other.place].segment for other in here if other.kind == "result"]
    return [("told_of", max(known.clause.overlap(place.clause, each) for each in words))] if words else []


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


def final_features(state: State, known: Scene) -> Features:
    """Describe a whole wiring: what it leaves unused, and which numbers it takes instead."""
    used = {known.first[at] for at, count in enumerate(state.mentions) if count}
    idle = [at for at in known.countable if at not in used]
    counted = [at for at in idle if known.places[at].mention.value != 1]
    telling = sum(known.places[at].mention.kind in TELLING for at in counted)
    features: Features = [
        ("dangling", float(state.results[:-1].count(0))),
        ("unused_telling", float(telling)),
        ("unused", float(len(counted) - telling)),
    ]
    if counted:
        features += _said_otherwise({known.places[at].mention.value for at in counted}, state, known)
    for at in idle:
        instead = {_instead(state.picks[number], state) for number in known.fitting(at)}
        features += [(f"passed_over_{kind}", 1.0) for kind in sorted(instead - {""})]
    return features


def _said_otherwise(idle: set[Number], state: State, known: Scene) -> Features:
    """Count unused numbers that a sum says by its terms: $1 + $1 for 2 sodas, three terms for 3 days."""
    sums = [[state.picks[number][:2] for number in numbers] for numbers in known.sums]
    repeated = idle & {max(map(found.count, found)) for found in sums}
    counted = (idle & set(map(len, sums))) - repeated
    return [("idle_repeated", float(len(repeated))), ("idle_terms", float(len(counted)))]


TELLING = ("multiple", "fraction", "percent", "money", "decimal")
"""Kinds of mentions that few questions leave unused."""


def _instead(pick: Candidate, state: State) -> str:
    """Say what a slot holds instead of a number that nothing uses; nothing where it is used once and for this."""
    if pick.kind == "mention":
        return "reused" if state.mentions[pick.place] > 1 else ""
    return pick.kind
