"""The last step that the equations of a solution leave out: a sum in words, a share to be a percentage, a rounding.

A repaired step is a guess from the answer, and the tier says so: `likely` where the guess is the only one of its kind
and cued by the text, else `doubtful`.

Not covered: more than one missing step.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.arithmetic import Leaf, Node, Product, Sum, evaluate, leaves
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.equations import Equation
from tracewright.number import Number

_ROUND = re.compile(
    r"\b(?:round\w*|nearest|approximately|approx|about|whole|at least|at most|cannot|can't|can not|partial|full)\b",
    re.I,
)
_PERCENT = re.compile(r"percent|%", re.I)


class Repair(NamedTuple):
    """What to add to the equations: one more equation, or an operation on the last result; and whether it is cued."""

    equation: Equation | None
    rounding: str
    cued: bool
    about: str


def repair(
    equations: Sequence[Equation], places: Sequence[Place], question: str, solution: str, answer: Number
) -> Repair | None:
    """Find the one step that leads from the equations to the answer; None where there is none."""
    if not equations:
        return _from_mentions(places, answer)
    last = equations[-1]
    if last.value * 100 == answer:
        tree = Product(((Leaf(last.value), False), (Leaf(100), False)))
        return Repair(_made(tree, answer, last), "", bool(_PERCENT.search(question)), "a share is made a percentage")
    joined = _joined(equations, places, answer)
    if joined:
        return joined
    if last.value != answer and abs(Fraction(last.value) - answer) < 1:
        rounding = _rounding(last.value, answer)
        cued = bool(_ROUND.search(question) or _ROUND.search(solution))
        return Repair(None, rounding, cued, "the last result is rounded") if rounding else None
    return None


def _rounding(value: Number, answer: Number) -> str:
    floor: Number = Fraction(value) // 1
    if answer == floor + 1:
        return "ceil" if (value - floor) * 2 < 1 else "round"
    if answer == floor:
        return "floor" if (value - floor) * 2 >= 1 else "round"
    return ""


def _made(tree: Node, value: Number, like: Equation) -> Equation:
    return Equation(tree, value, like.line + 1, (), like.words, like.names, like.dollar, False)


def _joined(equations: Sequence[Equation], places: Sequence[Place], answer: Number) -> Repair | None:
    """Join the last result, or two results, or a result and a number of the question."""
    results = [equation.value for equation in equations]
    used = {id(equation) for equation in equations[:-1] if any(_reads(other, equation.value) for other in equations)}
    unused = [equation.value for equation in equations if id(equation) not in used]
    numbers = [place.mention.value for place in places if place.mention.kind not in ("ordinal", "year", "clock")]
    tries = [
        [(unused[-1], value) for value in unused[:-1]],
        [(results[-1], value) for value in (*results[:-1][::-1], *numbers)],
        [(value, other) for value in unused for other in (*results, *numbers)],
    ]
    for pairs in tries:
        trees = [tree for left, right in pairs for tree in _operations(left, right) if _worth(tree, answer)]
        if trees:
            return Repair(
                _made(trees[0], answer, equations[-1]), "", len(set(map(_shape, trees))) == 1, "a step is missing"
            )
    return None


def _reads(equation: Equation, value: Number) -> bool:
    return any(leaf.value == value for leaf in leaves(equation.tree))


def _from_mentions(places: Sequence[Place], answer: Number) -> Repair | None:
    """Join two numbers of the question, where the solution has no equation at all."""
    numbers = [place.mention.value for place in places if place.mention.kind not in ("ordinal", "year", "clock")]
    trees = [
        tree
        for at, left in enumerate(numbers)
        for right in numbers[at + 1 :]
        for tree in (*_operations(left, right), *_operations(right, left)[1::2])
        if _worth(tree, answer)
    ]
    if len(trees) != 1 or len(numbers) != 2:
        return None
    return Repair(Equation(trees[0], answer, 0), "", True, "the solution is in words")


def _operations(left: Number, right: Number) -> list[Node]:
    a, b = Leaf(left), Leaf(right)
    return [
        Sum(((a, False), (b, False))),
        Sum(((a, False), (b, True))),
        Product(((a, False), (b, False))),
        Product(((a, False), (b, True))),
        Sum(((b, False), (a, True))),
        Product(((b, False), (a, True))),
    ]


def _worth(tree: Node, answer: Number) -> bool:
    try:
        return evaluate(tree) == answer
    except ZeroDivisionError:
        return False


def _shape(tree: Node) -> tuple[str, tuple[tuple[Number, bool], ...]]:
    assert not isinstance(tree, Leaf)
    return type(tree).__name__, tuple((part.value, sign) for part, sign in tree[0] if isinstance(part, Leaf))
