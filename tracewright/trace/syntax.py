"""What a trace is, as data: steps, sub-traces, and a list of these. No behaviour.

Reading is in `parse.py`, writing in `render.py`, running in `solve.py`; what the operations are is in `experts.py`.
"""

from typing import Any, NamedTuple

from tracewright.number import Number

TRACE_VERSION = 1
"""Bumped by any change in what a trace means."""

MAX_BYTES = 65_536
"""Most bytes of text that are looked at; more is the fault `too_large`."""
MAX_DEPTH = 12
"""Deepest nesting of brackets and indents."""
MAX_STEPS = 400
"""Most steps in a trace, all sub-traces together."""
MAX_SUBTRACES = 40
"""Most sub-traces in a composition."""
MAX_NAME = 80
"""Most characters in a name."""

Argument = str | Number
"""A name that is defined, or a number."""
Field = str | Number | tuple[Argument, ...]
"""What a field of a step holds: a name or source, a number, or the arguments of a compute."""


class Step(NamedTuple):
    """One step: `Step("compute", {"compute_op": "sub", "args": ("eggs", 3), "var": "step1"})`.

    `fields` has the keys in canonical order, each holds a Field, and it is never changed: steps are shared. `notes`
    are the comments that precede the step.
    """

    op: str
    fields: dict[str, Any]
    notes: tuple[str, ...] = ()


class SubTrace(NamedTuple):
    """The steps of one expert; `notes` are comments after its last step."""

    expert: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()


class Trace(NamedTuple):
    """One sub-trace, or several that run in order.

    `listed` says that the text was a YAML list. It is always so for several; a list of one is allowed, and kept.
    """

    parts: tuple[SubTrace, ...]
    listed: bool = False

    @property
    def expert(self) -> str:
        """The expert that a grader compares: `composition` where the trace is a list."""
        return "composition" if self.listed else self.parts[0].expert
