"""One worked solution -> one wired trace with its tier: the layers of this room, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracewright.data.annotate.alternatives import CERTAIN, weigh_alternatives
from tracewright.data.annotate.compose import compose
from tracewright.data.annotate.context import Place, read_places
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.features import Scene
from tracewright.data.annotate.program import Op, Ref, build, prune
from tracewright.data.annotate.repair import Repair, repair
from tracewright.data.annotate.slots import Known, Shaped
from tracewright.data.annotate.solution import read_equations, unread_results
from tracewright.data.annotate.tiers import Tier, judge
from tracewright.data.annotate.wire import Beam, Wiring, search, shape_all
from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.number import Number, read_answer, write
from tracewright.trace.fault import Fault
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

MAX_SOLUTION = 10_000
"""Most characters of a solution that is compiled; GSM8K's longest has under 2,000."""

MAX_SLOTS = 80
"""Most literals that are wired together; GSM8K's longest solution has 28."""


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
    steps: int = 0
    """Operations of the trace."""
    odds: float | None = None
    """Log odds of all wirings that compute something else against this one; None where nothing was weighed."""
    varies: bool = False
    """It would be certain if equal numbers of the question stayed equal, as they do in its variants."""


class _Read(NamedTuple):
    """The equations up to the one that gives the answer, and what was mended to get there."""

    equations: tuple[Equation, ...]
    mended: Repair | None


class Wired(NamedTuple):
    """A solution with every literal bound: what the trace is written from."""

    places: tuple[Place, ...]
    shaped: list[Shaped]
    scene: Scene
    beam: Beam
    best: Wiring
    results: tuple[Ref, ...]
    """What holds the result of each equation."""
    ops: list[Op]
    """The program, without what the answer does not need."""
    mended: Repair | None
    rounding: str
    """The operation on the last result, if any."""
    unread: frozenset[Number]
    """Numbers that the solution works out in a way that was not read."""


def annotate(problem: Problem) -> Annotation:
    """Compile the worked solution of a problem into a trace.

    Raises:
        DataError: the problem has no worked solution, or its answer is no number.
    """
    gold = _gold(problem)
    wired = wire_solution(problem)
    if isinstance(wired, Annotation):
        return wired
    trace = _trace(wired.ops, wired.places, problem, gold)
    if isinstance(trace, Annotation):
        return trace
    weighed = weigh_alternatives(wired.shaped, wired.beam, wired.scene, wired.best, wired.ops, wired.rounding)
    picks = wired.best.picks
    verdict = judge(wired.ops, wired.shaped, picks, weighed, wired.mended, wired.places, wired.unread)
    varies = verdict.tier == "certain"
    if not varies and weighed.together < CERTAIN <= weighed.odds:
        equal = weighed._replace(odds=weighed.together)
        again = judge(wired.ops, wired.shaped, picks, equal, wired.mended, wired.places, wired.unread)
        varies = again.tier == "certain"
    grounded = all(ref.kind != "free" for op in wired.ops for ref in op.args)
    return Annotation(trace, *verdict, grounded, weighed.rival.margin, len(wired.ops), weighed.odds, varies)


def wire_solution(problem: Problem) -> Wired | Annotation:
    """Read the equations of a worked solution and bind every literal; a failed annotation where that cannot be.

    Raises:
        DataError: the problem has no worked solution, or its answer is no number.
    """
    gold = _gold(problem)
    if len(problem.solution) > MAX_SOLUTION:
        return _failed("the solution is too long", f"the solution has over {MAX_SOLUTION} characters")
    places = read_places(problem.question)
    read = _read(problem, places, gold)
    if read is None:
        return _failed("no equation gives the answer", "no equation of the solution gives the answer")
    known = Known.of(problem.question, places, read.equations)
    shaped = shape_all(known)
    if sum(len(each.slots) for each in shaped) > MAX_SLOTS:
        return _failed("the solution is too long", f"the equations have over {MAX_SLOTS} literals")
    scene = Scene(known, [slot for each in shaped for slot in each.slots])
    beam = search(shaped, scene)
    best = beam.ended[0]
    built = build(shaped, best.picks)
    rounding = read.mended.rounding if read.mended else ""
    answer = built.results[-1]
    if rounding:
        answer = built.program.add(rounding, (answer,), len(shaped) - 1)
    ops = prune(built.program.ops, answer)
    unread = unread_results(problem.solution, read.equations)
    return Wired(places, shaped, scene, beam, best, built.results, ops, read.mended, rounding, unread)


def _gold(problem: Problem) -> Number:
    name = repr(problem.id or problem.question[:40])
    if not problem.solution.strip():
        raise DataError(f"the problem {name} has no worked solution to annotate")
    gold = read_answer(problem.answer)
    if gold is None:
        raise DataError(f"the answer {problem.answer!r} of the problem {name} is no number")
    return gold[0]


def _read(problem: Problem, places: Sequence[Place], gold: Number) -> _Read | None:
    """Read the equations up to the last one that is worth the answer, or mend the step that leads there."""
    equations = read_equations(problem.solution, gold)
    for at in reversed(range(len(equations))):
        if equations[at].value == gold:
            return _Read(tuple(equations[: at + 1]), None)
    mended = repair(equations, places, problem.question, problem.solution, gold)
    if mended is None:
        return None
    return _Read((*equations, mended.equation) if mended.equation else tuple(equations), mended)


def _failed(kind: str, reason: str) -> Annotation:
    return Annotation(None, "failed", kind, reason)


def _trace(ops: list[Op], places: tuple[Place, ...], problem: Problem, gold: Number) -> Trace | Annotation:
    """Write the trace and run it: what does not run to the gold answer has failed."""
    if not ops:
        return _failed("nothing is computed", "the answer is a number of the question itself")
    trace = compose(ops, places, problem.question)
    solved = solve(trace, [place.mention for place in places])
    if isinstance(solved, Fault):
        return _failed(f"fault {solved.kind}", solved.message)
    if solved.answer != gold:
        return _failed("wrong answer", f"the trace gives {write(solved.answer)}, not {write(gold)}")
    return trace
