"""Operations -> a trace: expert, inits with names, steps, query.

The expert is the simplest one whose vocabulary holds the steps and whose kind the solution is: `percentage` where a
percentage operation stands, `rate_equation` where everything is a product or quotient and the question speaks of a
rate, `comparison` where it compares, else `arithmetic`. A solution that mixes percentages with other steps is one
percentage trace, not a composition: the expert's vocabulary holds them all, and nothing would be gained by cutting it.
"""

import re
from collections.abc import Sequence

from tracewright.data.annotate.context import Place
from tracewright.data.annotate.names import distinct, name_constant, name_mention
from tracewright.data.annotate.program import Op, Ref
from tracewright.number import Number
from tracewright.trace.syntax import Step, SubTrace, Trace

_RATE = re.compile(r"\b(?:per|each|every|an?|apiece)\b|/", re.I)
_COMPARE = re.compile(r"\b(?:than|as (?:many|much|old|tall|long|far|fast|big|heavy|large|often)|twice|thrice)\b", re.I)


def expert_of(ops: Sequence[Op], question: str) -> str:
    """Choose the expert of a program."""
    names = {op.name for op in ops}
    if any(name.startswith("percent") for name in names):
        return "percentage"
    if names <= {"mul", "div"} and _RATE.search(question):
        return "rate_equation"
    return "comparison" if _COMPARE.search(question) else "arithmetic"


def compose(ops: Sequence[Op], places: Sequence[Place], question: str) -> Trace:
    """Write a pruned program as a trace: inits right before the step that needs them first."""
    names: dict[Ref, str] = {}
    steps: list[Step] = []
    results = [f"step{number}" for number in range(1, len(ops))] + ["result"]
    for number, op in enumerate(ops):
        for ref in op.args:
            if ref.kind != "step" and ref not in names:
                names[ref] = distinct(_wanted(ref, places, question), names.values())
                steps.append(_init(ref, names[ref], places))
        args = tuple(results[ref.place] if ref.kind == "step" else names[ref] for ref in op.args)
        steps.append(_step(op, args, results[number]))
    steps.append(Step("query", {"var": "result"}))
    return Trace((SubTrace(expert_of(ops, question), tuple(steps)),))


def _wanted(ref: Ref, places: Sequence[Place], question: str) -> str:
    if ref.kind == "mention":
        return name_mention(places[ref.place], question)
    return name_constant(_constant_value(ref, places))


def _constant_value(ref: Ref, places: Sequence[Place]) -> Number:
    if ref.kind in ("constant", "free"):
        return ref.value
    value = places[ref.place].mention.value
    return value.numerator if ref.kind == "numerator" else value.denominator


def _init(ref: Ref, name: str, places: Sequence[Place]) -> Step:
    if ref.kind == "mention":
        return Step("init", {"var": name, "source": places[ref.place].mention.name})
    return Step("init", {"var": name, "value": _constant_value(ref, places)})


def _step(op: Op, args: tuple[str, ...], var: str) -> Step:
    if op.name.startswith("percent"):
        return Step(op.name, {"base": args[0], "rate": args[1], "var": var})
    return Step("compute", {"compute_op": op.name, "args": args, "var": var})
