"""Features of a whole equation: whether the units and words of its sources, taken together, make those of its result.

3 pounds at $2 a pound are money; 3 pounds and 2 dogs are no pounds. `weights.py` weighs what is said here.

Not covered: a source by itself (`features.py`), sources next to each other (`choices.py`).
"""

from collections.abc import Sequence

from tracewright.data.annotate.constants import cue_sets
from tracewright.data.annotate.features import Features, Scene, head
from tracewright.data.annotate.slots import Candidate, Slot


def balance_features(here: Sequence[Candidate], slot: Slot, pick: Candidate, known: Scene, start: int) -> Features:
    """Hold the units of a whole equation against that of its result; no features before its last slot.

    None for an equation of one number, or whose last number is one that it has had already.
    """
    number = start + len(here)
    if number + 1 < len(known.slots) and known.slots[number + 1].equation == slot.equation:
        return []
    slots, picks = known.slots[start : number + 1], (*here, pick)
    return _coverage(picks, slot, known) + _units(slots, picks, known)


def _coverage(picks: Sequence[Candidate], slot: Slot, known: Scene) -> Features:
    """Weigh the words of an equation that stand around one of its sources at least."""
    equation = known.equations[slot.equation]
    places = [known.places[pick.place] for pick in picks if pick.kind == "mention"]
    results = [known.equations[pick.place] for pick in picks if pick.kind == "result"]
    words = frozenset().union(*(place.clause for place in places), *(each.segment for each in results))
    return [("covered", known.clause.overlap(equation.segment, words))] if words else []


def _units(slots: Sequence[Slot], picks: Sequence[Candidate], known: Scene) -> Features:
    if all(each.role in ("factor", "divisor") for each in slots):
        return _product_units(slots, picks, known)
    return _sum_units(slots, picks, known) if all(each.role in ("plus", "minus") for each in slots) else []


def _product_units(slots: Sequence[Slot], picks: Sequence[Candidate], known: Scene) -> Features:
    """Hold the units of factors and divisors against the result: money is made of money, $3 a pound takes pounds."""
    equation = known.equations[slots[0].equation]
    money = sum(
        (1 if each.role == "factor" else -1) * known.dollar(one) for each, one in zip(slots, picks, strict=True)
    )
    features: Features = [(f"money_{'made' if equation.dollar else 'gone'}_{max(-1, min(money, 2))}", 1.0)]
    nouns = [head(known.after(one)) for one in picks]
    unit = head(equation.after)[:1]
    if unit and not equation.dollar:
        above = sum(unit[0] in words for each, words in zip(slots, nouns, strict=True) if each.role == "factor")
        below = sum(unit[0] in words for each, words in zip(slots, nouns, strict=True) if each.role == "divisor")
        features.append((f"unit_above_{min(above, 2)}", 1.0))
        if below:
            features.append(("unit_below", 1.0))
    for at, one in enumerate(picks):
        per = known.per(one)
        if per:
            taken = any(per in words for n, words in enumerate(nouns) if n != at)
            features.append((f"per_{'taken' if taken else 'kept' if per == equation.per else 'left'}", 1.0))
    if len(picks) == 2:
        features += _conversion(picks, nouns, "dollar" if equation.dollar else "".join(unit), known)
    if equation.per:
        below = any(equation.per in words for each, words in zip(slots, nouns, strict=True) if each.role == "divisor")
        features.append((f"per_made_{'hit' if below else 'miss'}", 1.0))
    return features


def _conversion(picks: Sequence[Candidate], nouns: Sequence[tuple[str, ...]], unit: str, known: Scene) -> Features:
    """Ask of a constant, and of a number that is one as well, whether it turns one unit into the other."""
    features: Features = []
    for at in range(2):
        cues = [cue for cue in cue_sets(picks[at].value) if len(cue) == 2]
        if not cues or picks[at].kind not in ("constant", "mention"):
            continue
        other = {"dollar"} if known.dollar(picks[1 - at]) else set(nouns[1 - at][:1])
        told = any(unit in cue and not cue.isdisjoint(other - {unit}) for cue in cues)
        features.append((f"convert_{'hit' if told else 'miss'}_{picks[at].kind}", 1.0))
    return features


def _sum_units(slots: Sequence[Slot], picks: Sequence[Candidate], known: Scene) -> Features:
    """Hold the units of the terms against the result: apples are made of apples, not of money."""
    equation = known.equations[slots[0].equation]
    told = [pick for pick in picks if pick.kind in ("mention", "result")]
    if equation.dollar or not told:
        return []
    features: Features = [(f"sum_money_{_how_many(sum(map(known.dollar, told)), len(told))}", 1.0)]
    unit = head(equation.after)[:1]
    if unit:
        hits = sum(unit[0] in head(known.after(pick)) for pick in told)
        features.append((f"sum_unit_{_how_many(hits, len(told))}", 1.0))
    return features


def _how_many(count: int, total: int) -> str:
    return "all" if count == total else "some" if count else "none"
