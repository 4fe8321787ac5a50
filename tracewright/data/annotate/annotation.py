"""One worked solution -> one wired trace with its tier: the layers of this room, put together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tracewright.data.annotate.alternatives import LIKELY, Rival, nearest_rival, weakest_small
from tracewright.data.annotate.compose import compose
from tracewright.data.annotate.context import Place, read_places
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.program import Op, build, prune
from tracewright.data.annotate.repair import Repair, repair
from tracewright.data.annotate.slots import Candidate, Known, Shaped
from tracewright.data.annotate.solution import read_equations
from tracewright.data.annotate.wire import Scene, shape_all, wire
from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.number import Number, read_answer, write
from tracewright.trace.fault import Fault
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

Tier = Literal["certain", "likely", "doubtful", "failed"]


@dataclass(frozen=True)
class Annotation:
    """What became of one solution."""

    trace: Trace | None
    """Runs exactly to the gold answer; None where the tier is `failed`."""
    tier: Tier
    kind: str = ""
    """Why it is not certain, in a word or two, for counting."""
    reason: str = ""
    """The same in a sentence about this problem."""
    grounded: bool = False
    """Every number is a mention, a result, or a constant that is called for."""
    margin: float = 0.0
    """How far the best alternative that computes something else is behind, in log odds."""
    rival_kind: str = ""
    steps: int = 0
    """Operations of the trace."""


def annotate(problem: Problem) -> Annotation:
    """Compile the worked solution of a problem into a trace.

    Raises:
        DataError: the problem has no worked solution, or its answer is no number.
    """
    if not problem.solution.strip():
        raise DataError(f"problem {problem.id or problem.question[:40]!r} has no worked solution to annotate")
    gold = read_answer(problem.answer)
    if gold is None:
        raise DataError(f"problem {problem.id or problem.question[:40]!r}: the answer {problem.answer!r} is no number")
    places = read_places(problem.question)
    equations = read_equations(problem.solution, gold[0])
    cut = _up_to_answer(equations, gold[0])
    mended = None
    if cut is None:
        mended = repair(equations, places, problem.question, problem.solution, gold[0])
        if mended is None:
            return _failed("no equation gives the answer", "no equation of the solution gives the answer")
        cut = (*equations, mended.equation) if mended.equation else tuple(equations)
    known = Known.of(problem.question, places, cut)
    shaped = shape_all(known)
    scene = Scene(known)
    best = wire(shaped, scene)[0]
    built = build(shaped, best.picks)
    answer = built.results[-1]
    if mended and mended.rounding:
        answer = built.program.add(mended.rounding, (answer,), len(cut) - 1)
    ops = prune(built.program.ops, answer)
    checked = _checked(ops, places, problem, gold[0], mended)
    if checked.trace is None:
        return checked
    rival = nearest_rival(shaped, scene, best, ops, mended.rounding if mended else "")
    rival = min(
        rival, weakest_small(shaped, scene, best, frozenset(op.equation for op in ops)), key=lambda one: one.excess
    )
    ventured = _ventured(ops, shaped, best.picks, known)
    checked = replace(checked, margin=rival.margin, rival_kind=f'{best.picks[rival.slot].kind}:{best.picks[rival.slot].view}->{rival.pick.kind}:{rival.pick.view}' if rival.pick else '')
    return _tiered(checked, rival, shaped, mended, places, ventured)


def _ventured(ops: Sequence[Op], shaped: Sequence[Shaped], picks: Sequence[Candidate], known: Known) -> str:
    """Name a step that the solution does not write, among those that the answer needs; empty where there is none."""
    needed = {op.equation for op in ops}
    slots = [slot for each in shaped for slot in each.slots]
    for slot, pick in zip(slots, picks, strict=True):
        if slot.equation in needed and pick.view in HIDDEN:
            return f"{write(slot.value)} from {write(pick.value)}"
    return ""


HIDDEN = frozenset(("plus_one", "minus_one", "joined"))
"""Views that make a value by a step that nothing in the solution shows."""


def _tiered(
    annotation: Annotation,
    rival: Rival,
    shaped: Sequence[Shaped],
    mended: Repair | None,
    places: Sequence[Place],
    ventured: str,
) -> Annotation:
    """Say how sure the wiring is, and why."""
    if not annotation.grounded:
        return replace(annotation, tier="doubtful", kind="a number without a source", reason="a number has no source")
    if mended:
        tier: Tier = "likely" if mended.cued else "doubtful"
        return replace(annotation, tier=tier, kind=mended.about, reason=f"the last step is a guess: {mended.about}")
    if ventured:
        return replace(
            annotation, tier="doubtful", kind="a hidden step", reason=f"a hidden step is guessed: {ventured}"
        )
    if rival.beaten or rival.pick is None:
        return replace(annotation, tier="certain", margin=rival.margin)
    slot = [slot for each in shaped for slot in each.slots][rival.slot]
    other = places[rival.pick.place].mention.name if rival.pick.kind == "mention" else f"a {rival.pick.kind}"
    reason = f"{write(slot.value)} of step {slot.equation + 1} could be {other} as well"
    tier = "likely" if rival.margin >= LIKELY else "doubtful"
    return replace(annotation, tier=tier, kind="two sources fit", reason=reason, margin=rival.margin)


def _failed(kind: str, reason: str) -> Annotation:
    return Annotation(None, "failed", kind, reason)


def _up_to_answer(equations: list[Equation], gold: Number) -> tuple[Equation, ...] | None:
    """Cut the equations off after the last one that is worth the answer."""
    for at in reversed(range(len(equations))):
        if equations[at].value == gold:
            return tuple(equations[: at + 1])
    return None


def _checked(
    ops: list[Op], places: tuple[Place, ...], problem: Problem, gold: Number, mended: Repair | None
) -> Annotation:
    """Write the trace and run it: what does not run to the gold answer has failed."""
    if not ops:
        return _failed("nothing is computed", "the answer is a number of the question itself")
    trace = compose(ops, places, problem.question)
    solved = solve(trace, [place.mention for place in places])
    if isinstance(solved, Fault):
        return _failed(f"fault {solved.kind}", solved.message)
    if solved.answer != gold:
        return _failed("wrong answer", f"the trace gives {solved.answer}, not {gold}")
    grounded = all(ref.kind != "free" for op in ops for ref in op.args)
    return Annotation(trace, "likely", grounded=grounded, steps=len(ops))
