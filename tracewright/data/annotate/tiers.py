"""How sure a trace is: its tier, and why it is no better.

- `certain`: every number has a source, no step is guessed but one more than a number where somebody or a part comes on
  top (he and 5 friends are 6), and all that would compute something else is far enough behind (`alternatives.py`).
- `likely`: an alternative is near, the last step is a guess that the text cues, or an ordinal is counted.
- `doubtful`: an alternative is as good, a step or a number comes from nowhere.
- `failed`: there is no trace that runs to the answer.

Not covered: whether the solution itself is right.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from tracewright.data.annotate.alternatives import CERTAIN, Alternatives, Rival
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.features import head
from tracewright.data.annotate.program import HIDDEN, Op
from tracewright.data.annotate.repair import Repair
from tracewright.data.annotate.slots import Candidate, Shaped, Slot
from tracewright.data.annotate.words import stem_set
from tracewright.number import Number, write

Tier = Literal["certain", "likely", "doubtful", "failed"]

CERTAIN_ORDINAL = -3.0
"""The same where an ordinal is counted: what `by his 8th birthday` counts needs more to go by."""

LIKELY = 0.2
"""Log odds of all that computes something else, up to which a wiring is likely."""

SURE = 3.0
"""Margin from which a share or percentage that nothing uses is no sign of a wrong choice."""


class Verdict(NamedTuple):
    """A tier, the kind of reason for counting, and the reason in a sentence."""

    tier: Tier
    kind: str = ""
    reason: str = ""


def judge(
    ops: Sequence[Op],
    shaped: Sequence[Shaped],
    picks: Sequence[Candidate],
    weighed: Alternatives,
    mended: Repair | None,
    places: Sequence[Place],
    unread: frozenset[Number] = frozenset(),
) -> Verdict:
    """Say how sure a wired trace is."""
    loose = next((ref for op in ops for ref in op.args if ref.kind == "free"), None)
    if loose:
        return Verdict("doubtful", "a number without a source", f"{write(loose.value)} comes from nowhere")
    if mended:
        tier: Tier = "likely" if mended.cued else "doubtful"
        return Verdict(tier, mended.about, f"the last step is a guess: {mended.about}")
    if all(ref.kind != "mention" for op in ops for ref in op.args):
        return Verdict("doubtful", "no number of the question", "the trace uses no number of the question")
    hidden = _hidden(ops, shaped, picks, places)
    if hidden:
        return Verdict("doubtful", "a hidden step", f"a hidden step is guessed: {hidden}")
    worked_out = _worked_out(ops, shaped, picks, unread)
    if worked_out:
        return Verdict("likely", "a result that is not read", f"{worked_out} is worked out in a way that is not read")
    ranked = _ranked(ops, places)
    if ranked and weighed.odds >= CERTAIN_ORDINAL:
        return Verdict("likely", "an ordinal is counted", f"{ranked} is an ordinal, and no amount")
    rival = weighed.rival
    if weighed.odds < CERTAIN:
        idle = _idle(ops, places) if rival.margin < SURE else ""
        idle = idle or _part_of_hour(ops, shaped, picks, places)
        return Verdict("likely", "an idle number", f"{idle} is not used") if idle else Verdict("certain")
    assert rival.pick is not None
    slot = [slot for each in shaped for slot in each.slots][rival.slot]
    reason = f"{write(slot.value)} in equation {slot.equation + 1} could be {_source(rival.pick, places)} as well"
    return Verdict("likely" if weighed.odds <= LIKELY else "doubtful", _kind(rival), reason)


def _source(pick: Candidate, places: Sequence[Place]) -> str:
    if pick.kind == "mention":
        return places[pick.place].mention.name
    return {"result": f"the result of equation {pick.place + 1}", "constant": "a constant"}.get(pick.kind, "unstated")


def _kind(rival: Rival) -> str:
    kinds = {pick.kind for pick in (rival.pick, rival.over) if pick}
    if "free" in kinds:
        return "an implicit count"
    if "result" in kinds:
        return "a result or another number"
    return "a constant or a mention" if "constant" in kinds else "two mentions"


def _ranked(ops: Sequence[Op], places: Sequence[Place]) -> str:
    """Name an ordinal that a step reads: three prizes are seldom counted by `third`."""
    used = [ref.place for op in ops for ref in op.args if ref.kind == "mention"]
    return next((places[at].mention.name for at in used if places[at].mention.kind == "ordinal"), "")


def _idle(ops: Sequence[Op], places: Sequence[Place]) -> str:
    """Name a share, a percentage or a multiple of the question that no step uses: where there is one, few are idle."""
    used = {ref.place for op in ops for ref in op.args if ref.kind in ("mention", "numerator", "denominator")}
    idle = [
        place.mention.name
        for at, place in enumerate(places)
        if at not in used and place.mention.kind in ("fraction", "percent", "multiple")
    ]
    return idle[0] if idle else ""


def _part_of_hour(
    ops: Sequence[Op], shaped: Sequence[Shaped], picks: Sequence[Candidate], places: Sequence[Place]
) -> str:
    """Name a number of the question that nothing uses while a factor is 60 over it: 3, for every 20 minutes."""
    used = {ref.place for op in ops for ref in op.args if ref.kind == "mention"}
    idle = {
        60 / Fraction(place.mention.value): place.mention.name
        for at, place in enumerate(places)
        if at not in used and "minute" in place.near and place.mention.value
    }
    needed = {op.equation for op in ops}
    slots = [slot for each in shaped for slot in each.slots]
    for slot, pick in zip(slots, picks, strict=True):
        factor = slot.role in ("factor", "divisor") and pick.kind in ("constant", "mention") and slot.value > 1
        if factor and slot.equation in needed and Fraction(slot.value) in idle:
            return idle[Fraction(slot.value)]
    return ""


def _worked_out(
    ops: Sequence[Op], shaped: Sequence[Shaped], picks: Sequence[Candidate], unread: frozenset[Number]
) -> str:
    """Name a number that is taken for a constant where the solution has worked it out."""
    needed = {op.equation for op in ops}
    slots = [slot for each in shaped for slot in each.slots]
    for slot, pick in zip(slots, picks, strict=True):
        if slot.equation in needed and pick.kind == "constant" and slot.value in unread:
            return write(slot.value)
    return ""


_COMPANIONS = stem_set(
    "friend coworker colleague classmate teammate roommate neighbor sibling brother sister cousin child"
)
"""People who come on top of somebody: he and his 5 friends are 6."""

_COUNTED_WITH = _COMPANIONS | stem_set("person part share unit portion group time set")
"""What a number may be said to count that is one more: 6 people, 3 parts."""


def _one_more_told(slot: Slot, pick: Candidate, places: Sequence[Place]) -> bool:
    """Say whether one more than a number is what the text speaks of: its people and the one they belong to, or parts.

    The parts of a multiple: who has twice as many as the other has two of the three.
    """
    if pick.view != "plus_one" or pick.kind != "mention":
        return False
    counted = head(slot.leaf.after)
    if counted and _COUNTED_WITH.isdisjoint(counted):
        return False
    place = places[pick.place]
    multiple = place.mention.kind == "multiple" or (place.relation == "times" and bool(place.reference))
    return multiple or not _COMPANIONS.isdisjoint(head(place.after))


def _hidden(ops: Sequence[Op], shaped: Sequence[Shaped], picks: Sequence[Candidate], places: Sequence[Place]) -> str:
    """Name a step that the solution does not write, among those that the answer needs; empty where there is none."""
    needed = {op.equation for op in ops}
    slots = [slot for each in shaped for slot in each.slots]
    for slot, pick in zip(slots, picks, strict=True):
        if _one_more_told(slot, pick, places):
            continue
        worked = pick.view in HIDDEN or (pick.kind == "result" and pick.view in ("scaled_up", "scaled_down"))
        if slot.equation in needed and worked:
            return f"{write(slot.value)} from {write(pick.value)}"
    return ""
