"""From one grounding to the other: `source: n1` (mention) becomes `value: 16` (literal), exactly.

Not the way back: which of two equal numbers is meant, no reader of the trace alone can tell. The annotator reads more.
"""

from collections.abc import Sequence

from tracewright.mention import Mention
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

    parts = tuple(
        part._replace(steps=tuple(literal(step) if step.op == "init" else step for step in part.steps))
        for part in trace.parts
    )
    return trace._replace(parts=parts)
