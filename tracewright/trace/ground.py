"""Translate between the two groundings: `value: 16` (literal) and `source: n1` (mention).

To literal is exact. To mention binds a value only where exactly one number of the question has it; which of two equal
numbers is meant, no reader of the trace alone can tell, and the value stays.
"""

from collections.abc import Callable, Sequence

from tracewright.mention import Mention
from tracewright.number import Number
from tracewright.trace.parse import is_mention
from tracewright.trace.syntax import Step, Trace


def to_literal(trace: Trace, mentions: Sequence[Mention]) -> Trace:
    """Replace every `source: nK` that the question has by its value; leave the others for the solver to fault."""

    def literal(step: Step) -> Step:
        source = step.fields.get("source")
        if isinstance(source, str) and is_mention(source) and int(source[1:]) <= len(mentions):
            value = mentions[int(source[1:]) - 1].value
            return step._replace(fields={"var": step.fields["var"], "value": value})
        return step

    return _map_inits(trace, literal)


def to_mention(trace: Trace, mentions: Sequence[Mention]) -> Trace:
    """Replace every init value that stands exactly once in the question by its source."""
    places: dict[Number, list[str]] = {}
    for mention in mentions:
        places.setdefault(mention.value, []).append(mention.name)

    def grounded(step: Step) -> Step:
        names = places.get(step.fields["value"], []) if "value" in step.fields else []
        return step._replace(fields={"var": step.fields["var"], "source": names[0]}) if len(names) == 1 else step

    return _map_inits(trace, grounded)


def _map_inits(trace: Trace, change: Callable[[Step], Step]) -> Trace:
    parts = tuple(
        part._replace(steps=tuple(change(step) if step.op == "init" else step for step in part.steps))
        for part in trace.parts
    )
    return trace._replace(parts=parts)
