"""Every source that could fill a slot: numbers of the question, earlier results, constants, a number from nowhere.

A number of the question may stand as it is or in a view: 4 for a quarter where it divides, .8 for 20 % off, 100 for
$100 million. Weaker views, an operation done in the head, come into question only where nothing else fits.

Not covered: the choice among candidates (`wire.py`).
"""

from fractions import Fraction
from functools import lru_cache

from tracewright.data.annotate.constants import cue_words, find_constant
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.slots import Candidate, Known, Slot, View
from tracewright.number import Number, tidy

MOST_IMPLICIT = 12
"""The largest number that a solution may use without the question stating it, though the question has its equal."""


def find_candidates(slot: Slot, known: Known) -> list[Candidate]:
    """List the sources that give a slot its value: mentions, results, constants; weaker views only where none fits."""
    if slot.leaf.made and slot.form == "plain":
        return [Candidate("constant", 0, "same", slot.value, 1, 2)]
    found = [*_mentions(slot, known), *_results(slot, known)]
    constant = find_constant(slot.value, known.equations[slot.equation].words, known.question)
    strength = constant.strength if constant else -1
    if slot.value in known.listed and slot.role in ("factor", "divisor"):
        strength = max(strength, 1)
    if slot.value == 100 and strength == 0 and slot.role in ("plus", "minus"):
        strength = 0 if any(place.mention.kind == "percent" for place in known.places) else -1
    if slot.form == "plain" and strength >= 0:
        found.append(Candidate("constant", 0, "same", slot.value, 1, strength))
    if not found:
        found = _weak(slot, known)
    small = isinstance(slot.value, int) and 2 <= slot.value <= MOST_IMPLICIT
    if slot.form == "plain" and strength < 0 and small and all(pick.kind != "free" for pick in found):
        found.append(Candidate("free", 0, "same", slot.value))
    return found


def _mentions(slot: Slot, known: Known) -> list[Candidate]:
    found = []
    for index, place in enumerate(known.places):
        m = place.mention
        for view in _views(slot, m.value, m.kind):
            found.append(Candidate("mention", index, view, m.value))
        if m.kind == "money" and not place.dollar and slot.value * 100 == m.value and slot.form == "plain":
            found.append(Candidate("mention", index, "hundredth", m.value))
        scale = _scale(m.text)
        if scale and slot.value * scale == m.value:
            found.append(Candidate("mention", index, "scaled_down", m.value, scale))
    return found


_SCALE_WORDS = {"k": 1000, "thousand": 1000, "million": 10**6, "billion": 10**9}
"""Words of an amount that a solution may leave out: 100 + 20 million."""


@lru_cache(maxsize=4096)
def _scale(text: str) -> int:
    return next((by for word, by in _SCALE_WORDS.items() if text.lower().endswith(word)), 0)


def _views(slot: Slot, m: Number, kind: str) -> list[View]:
    """List the views in which a mention of value `m` gives the slot its value."""
    v, views = slot.value, list[View]()
    multiplies = slot.role in ("factor", "divisor")
    if v == m and slot.form != "percent" and not (slot.form == "ratio" and kind == "percent"):
        views.append("same")
    if kind == "percent":
        share = Fraction(m) / 100
        if v == share:
            views.append("rate" if multiplies else "hundredth")
        elif v == 1 - share:
            views.append("off" if multiplies else "complement")
        elif v == 1 + share:
            views.append("increase")
        elif v == 100 - m and v != m:
            views.append("hundred_less")
        elif v == 100 + m:
            views.append("hundred_more")
        if slot.role == "divisor" and share and v == 1 / share:
            views.append("flip")
    elif 0 < m < 1:
        m = Fraction(m)
        if v == 1 / m and multiplies:
            views.append("flip")
        elif v == 1 - m and v != m:
            views.append("complement")
        elif v == 1 + m:
            views.append("one_more")
        elif m.numerator > 1 and slot.form == "plain":
            if v == m.denominator and multiplies:
                views.append("denominator")
            elif v == m.numerator and multiplies:
                views.append("numerator")
    elif kind == "group" and v * 12 == m and slot.form == "plain":
        views.append("dozens")
    return views


def _results(slot: Slot, known: Known) -> list[Candidate]:
    found = []
    percents = any(place.mention.kind == "percent" for place in known.places)
    for index in range(slot.equation):
        value = known.equations[index].value
        if slot.form == "percent":
            if slot.value == value:
                found.append(Candidate("result", index, "same", value))
            elif slot.value * 100 == value:
                found.append(Candidate("result", index, "rate", value))
        elif slot.value == value:
            found.append(Candidate("result", index, "same", value))
        elif slot.role in ("factor", "divisor") and 0 < slot.value < 2 and slot.value * 100 == value and percents:
            found.append(Candidate("result", index, "rate", value))
    return found


_SCALES: tuple[Number, ...] = (60, 7, 12, 24, 100, 52, 3, 4, 16, 30, 365, 1000, 10, 2, 36, 3600)


def _weak(slot: Slot, known: Known) -> list[Candidate]:
    """List sources that give the value with one more step: a unit conversion, one more or less, a complement."""
    found = []
    v = slot.value
    sources = [("mention", index, place.mention.value) for index, place in enumerate(known.places)]
    sources += [("result", index, known.equations[index].value) for index in range(slot.equation)]
    sentence = known.equations[slot.equation].words
    for kind, index, m in sources:
        views: list[tuple[View, Number]] = []
        if v == m + 1:
            views.append(("plus_one", 1))
        if v == m - 1:
            views.append(("minus_one", 1))
        if kind == "result" and v == 1 - m:
            views.append(("complement", 1))
        if kind == "result" and v == 100 - m:
            views.append(("hundred_less", 1))
        if v * 100 == m:
            views.append(("hundredth", 100))
        for by in _SCALES:
            up, down = v == m * by and m != 1, v * by == m
            if not (up or down) or (kind == "mention" and cue_words(by).isdisjoint(_units(known.places[index]))):
                continue
            constant = find_constant(by, sentence, known.question)
            if constant and constant.strength == 2:
                views.append(("scaled_up" if up else "scaled_down", by))
        found += [Candidate(kind, index, view, m, by) for view, by in views]  # type: ignore[arg-type]
    return found or _joined(slot, known) or [Candidate("free", 0, "same", tidy(v))]


def _units(place: Place) -> frozenset[str]:
    """Return the words of which one may be the unit of a number: 30 minutes become half an hour, 12 episodes do not."""
    return frozenset((*place.after, "dollar") if place.dollar else place.after)


def _joined(slot: Slot, known: Known) -> list[Candidate]:
    """List the pairs of mentions, or a mention and 60 or 100, that give the value in one step done in the head."""
    v = slot.value
    found = []
    numbers = [(at, place.mention.value, place.mention.kind) for at, place in enumerate(known.places)]
    numbers = [(at, m, kind) for at, m, kind in numbers if kind not in ("ordinal", "year") and m not in (0, 1)]
    for at, m, kind in numbers:
        for other, n, other_kind in numbers:
            if at == other or (kind == "clock") != (other_kind == "clock"):
                continue
            if m - n == v:
                found.append(Candidate("mention", at, "joined", m, 1, 0, other, "sub"))
            if Fraction(m) / n == v:
                found.append(Candidate("mention", at, "joined", m, 1, 0, other, "div"))
            if at < other and m + n == v and kind != "clock":
                found.append(Candidate("mention", at, "joined", m, 1, 0, other, "add"))
            if at < other and m * n == v and kind != "clock":
                found.append(Candidate("mention", at, "joined", m, 1, 0, other, "mul"))
        for by in (60, 100):
            if known.question & {"minute", "hour", "percent"} and Fraction(by) / m == v:
                found.append(Candidate("mention", at, "joined", m, by, 0, -1, "into"))
    return found[:4]
