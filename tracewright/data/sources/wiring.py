"""An annotator's equation or program -> a wired trace with its tier.

Where the annotator says which number of the question is meant (a placeholder, the n0 of a program), that is the
wiring, and a number that is written out is a constant, but for one that the question has as a word: the annotators
number digits alone. Where each literal of an equation stands once in the question, and once in the equation, there is
nothing to choose. Elsewhere the equation is told as a worked solution, and `annotate/` binds its literals as it does
those of any other, with every alternative put to the test.

Not covered: reading equations (`formula.py`) and programs (`program.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from tracewright.data.annotate import Annotation, annotate
from tracewright.data.annotate.alternatives import ENOUGH
from tracewright.data.annotate.arithmetic import Leaf, Node, Product, Sum, evaluate, leaves
from tracewright.data.annotate.compose import compose
from tracewright.data.annotate.context import Place, read_places
from tracewright.data.annotate.program import Op, Program, Ref, constant, prune
from tracewright.data.problem import Problem
from tracewright.data.sources.steps import Steps
from tracewright.number import Number, read_answer, same, write
from tracewright.trace.experts import CONSTANTS
from tracewright.trace.fault import Fault
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

NO_NUMBER = frozenset((1, 2))
"""Numbers that are taken for constants even where the question has them as words: `two` pumps are seldom the 2 that
halves a sum."""


class Words(NamedTuple):
    """The numbers of a question that stand in words, as mentions (from 0), by their value."""

    places: Mapping[Number, Sequence[int]]

    @classmethod
    def of(cls, places: Sequence[Place]) -> "Words":
        """Find the mentions without a digit."""
        found: dict[Number, list[int]] = {}
        for at, place in enumerate(places):
            if not any(sign.isdecimal() for sign in place.mention.text):
                found.setdefault(place.mention.value, []).append(at)
        return cls(found)

    def bind(self, value: Number) -> Ref:
        """Refer to a number that is written out: as the one word that says it, or else as a constant."""
        places = self.places.get(value, ())
        return Ref("mention", places[0]) if len(places) == 1 and value not in NO_NUMBER else constant(value)

    def doubted(self, ops: Sequence[Op]) -> str:
        """Name a number of a program that may be a word of the question, or empty."""
        used = {ref for op in ops for ref in op.args}
        for value, places in self.places.items():
            if value != 1 and used & {constant(value), *(Ref("mention", place) for place in places)}:
                return write(value)
        return ""


def wire_equation(problem: Problem, tree: Node) -> Annotation:
    """Bind the literals of an equation as those of a worked solution; it is the only line of one."""
    try:
        value = evaluate(tree)
    except ZeroDivisionError:
        return refused("a division by zero", "the equation divides by zero")
    if isinstance(tree, Leaf):
        return refused("nothing is computed", "the answer is a number of the question itself")
    rounding = _rounding(value, problem.answer)
    if rounding is None:
        return refused("another answer", f"the equation gives {write(value)}, the answer is {problem.answer}")
    told = f"{tell(tree)} = {write(value)}"
    # Where the answer was cut to some decimals, the solution is held against what it stands for.
    exact = write(value) if not rounding else problem.answer
    done = annotate(replace(problem, solution=told, answer=exact))
    if done.trace is None:
        return done
    if done.tier == "likely":
        # An equation has no words that could speak for one of two sources.
        return replace(done, tier="doubtful")
    return replace(done, **_doubt(problem.question, tree, done.margin)) if done.tier == "certain" else done


def _doubt(question: str, tree: Node, margin: float) -> dict[str, Any]:
    """Say what keeps the wiring of an equation from being certain, as fields of an annotation; nothing where all is.

    Between equal numbers of the question only their places in it speak; and of a 100 that an equation has twice, and
    the question once, one may be the constant.
    """
    values = [leaf.value for leaf in leaves(tree) if not leaf.made]
    mentioned = [place.mention.value for place in read_places(question)]
    for value in values:
        count = mentioned.count(value)
        if count > 1 and margin < ENOUGH:
            reason = f"{write(value)} stands {count} times in the question"
            return {"tier": "likely", "kind": "two mentions", "reason": reason}
        if value in CONSTANTS and 0 < count < values.count(value):
            reason = f"{write(value)} stands more often in the equation than in the question"
            return {"tier": "likely", "kind": "a constant or a mention", "reason": reason}
    return {}


def tell(node: Node) -> str:
    """Write a tree as a person writes an expression; what was written in one sign (20%) in two."""
    if isinstance(node, Leaf):
        text = write(node.value)
        return f"({text})" if node.value < 0 or "/" in text else text
    text = ""
    for part, inverse in node[0]:
        told = tell(part)
        brackets = (isinstance(part, Sum) and (isinstance(node, Product) or inverse or part.terms[0][1])) or (
            isinstance(part, Product) and isinstance(node, Product)
        )
        sign = ("-" if inverse else "+") if isinstance(node, Sum) else ("/" if inverse else "*")
        if not text:
            text = {"-": "-", "/": "1 / "}.get(sign, "")
        else:
            text += f" {sign} "
        text += f"({told})" if brackets else told
    return text


def stated(question: str, tree: Node) -> dict[Leaf, int]:
    """Say which mention each literal of an equation is, where there is one only that it can be; empty elsewhere.

    A literal that stands twice is the same number twice, but for 7, 100 and their like: one may be the constant. The
    100 below a percentage of the question is no mention, and needs none.
    """
    places = read_places(question)
    literals = [leaf for leaf in leaves(tree) if not leaf.made]
    values = [leaf.value for leaf in literals]
    given = {}
    for leaf in literals:
        fitting = [at for at, place in enumerate(places) if place.mention.value == leaf.value]
        twice = leaf.value in CONSTANTS and values.count(leaf.value) > 1
        if leaf.value == 100 and not fitting and _reads_percent(places, values):
            continue
        if len(fitting) != 1 or twice or places[fitting[0]].mention.kind in _NO_AMOUNTS:
            return {}
        given[leaf] = fitting[0]
    return given


def _reads_percent(places: Sequence[Place], values: Sequence[Number]) -> bool:
    return any(place.mention.kind == "percent" and place.mention.value in values for place in places)


_NO_AMOUNTS = ("ordinal", "year", "clock")


def write_equation(problem: Problem, tree: Node, given: Mapping[Leaf, int]) -> Annotation:
    """Write an equation as a trace; `given` says which mention (from 0) its literals are, the others are constants."""
    places = read_places(problem.question)
    words = Words.of(places)
    steps = Steps(places)
    answer = _write(tree, given, places, words, steps)
    return settle(steps.program, answer, places, words if not _all_given(tree, given) else Words({}), problem)


def _write(tree: Node, given: Mapping[Leaf, int], places: Sequence[Place], words: Words, steps: Steps) -> Ref:
    """Write the steps of a tree; return what holds its value."""
    if isinstance(tree, Leaf):
        place = given.get(tree)
        if place is None:
            return constant(tree.value) if tree.made else words.bind(tree.value)
        same_value = places[place].mention.value == tree.value
        return Ref("mention", place) if same_value else Ref("free", 0, tree.value)
    plain, inverse, unit = ("add", "sub", 0) if isinstance(tree, Sum) else ("mul", "div", 1)
    parts = [(_write(part, given, places, words, steps), sign) for part, sign in _flat(tree)]
    kept = [ref for ref, sign in parts if not sign] or [constant(unit)]
    turned = [ref for ref, sign in parts if sign]
    total = steps.add(plain, *kept) if len(kept) > 1 else kept[0]
    return steps.add(inverse, total, *turned) if turned else total


def _flat(tree: Sum | Product) -> list[tuple[Node, bool]]:
    """Lay out what is nested in front: ((a * b) * c) has three factors."""
    (first, turned), *rest = tree[0]
    inner = _flat(first) if type(first) is type(tree) and not turned else [(first, turned)]
    return [*inner, *rest]


def _all_given(tree: Node, given: Mapping[Leaf, int]) -> bool:
    return all(leaf in given or leaf.made or leaf.value == 100 for leaf in leaves(tree))


def settle(program: Program, answer: Ref, places: Sequence[Place], words: Words, problem: Problem) -> Annotation:
    """Write what a result needs as a trace, run it, and say how sure its wiring is.

    What does not come to the answer of the problem is refused, but for a result that is rounded: that is a guess.
    """
    ops = prune(program.ops, answer)
    if not ops:
        return refused("nothing is computed", "the answer is a number of the question itself")
    trace = compose(ops, tuple(places), problem.question)
    solved = solve(trace, [place.mention for place in places])
    if isinstance(solved, Fault):
        return refused(f"fault {solved.kind}", solved.message)
    rounding = _rounding(solved.answer, problem.answer)
    if rounding is None:
        return refused("another answer", f"the trace gives {write(solved.answer)}, the answer is {problem.answer}")
    if rounding:
        ops = prune(program.ops, program.add(rounding, (answer,), 0))
        trace = compose(ops, tuple(places), problem.question)
    return _judged(trace, ops, rounding, words)


def _judged(trace: Trace, ops: Sequence[Op], rounding: str, words: Words) -> Annotation:
    refs = [ref for op in ops for ref in op.args]
    loose = next((ref for ref in refs if ref.kind == "free"), None)
    doubted = words.doubted(ops)
    if loose:
        verdict = "doubtful", "a number without a source", f"{write(loose.value)} comes from nowhere"
    elif rounding:
        verdict = "doubtful", "the last result is rounded", "the last step is a guess: the last result is rounded"
    elif all(ref.kind != "mention" for ref in refs):
        verdict = "doubtful", "no number of the question", "the trace uses no number of the question"
    elif doubted:
        reason = f"{doubted} is a word of the question, and the annotator knows digits and constants only"
        verdict = "likely", "a constant or a mention", reason
    else:
        return Annotation(trace, "certain", grounded=True, steps=len(ops))
    return Annotation(trace, *verdict, grounded=loose is None, steps=len(ops))  # type: ignore[arg-type]


def _rounding(value: Number, answer: str) -> str | None:
    """Return the operation that makes a value the answer: none ('') where it is that, None where there is none."""
    read = read_answer(answer)
    assert read is not None  # the readers compile no problem without a number for its answer
    gold, decimals = read
    if same(value, gold, decimals):
        return ""
    if not isinstance(gold, int) or abs(Fraction(value) - gold) >= 1:
        return None
    nearest = (abs(Fraction(value)) + Fraction(1, 2)) // 1
    if gold == (-nearest if value < 0 else nearest):
        return "round"
    return "floor" if gold < value else "ceil"


def refused(kind: str, reason: str) -> Annotation:
    """Say why a problem has no trace: a few words for counting, a sentence."""
    return Annotation(None, "failed", kind, reason)
