"""Names for the variables of a trace, by the strategies of the reports.

An author writes semantic names throughout. `hybrid` keeps them where a number enters, and calls what is computed
step1, step2, ..., result (the reports' run 13, their best). `semantic` changes nothing (run 3). `abstract` calls what
enters a, b, c (runs 5 and 12, a failure worth repeating). `per_instance` puts the problem's own person or thing in
front, `anna.left` (run 3's comparison). Each sub-trace has its own names.
"""

import re
from collections.abc import Mapping
from typing import Literal

from tracewright.trace.experts import OPERATIONS
from tracewright.trace.syntax import Field, Step, SubTrace, Trace

Naming = Literal["hybrid", "semantic", "abstract", "per_instance"]
NAMINGS: tuple[Naming, ...] = ("hybrid", "semantic", "abstract", "per_instance")

RESERVED = re.compile(r"(?:result|step\d+)\Z")
"""Names that the strategies give, and that an author may give to nothing that enters."""


def rename(trace: Trace, naming: Naming, owner: str = "") -> Trace:
    """Return the trace with its variables named by a strategy.

    `owner` is what `per_instance` puts in front of a name that has no dot yet; empty: nothing.
    """
    if naming == "semantic" or (naming == "per_instance" and not owner):
        return trace
    return trace._replace(parts=tuple(_rename_part(part, naming, owner) for part in trace.parts))


def _rename_part(part: SubTrace, naming: Naming, owner: str) -> SubTrace:
    entering, computed, asked = variables(part)
    names: dict[str, str] = {}
    if naming == "per_instance":
        names = {name: name if "." in name else f"{owner}.{name}" for name in (*entering, *computed)}
    else:
        if naming == "abstract":
            names = {name: letter(place) for place, name in enumerate(entering)}
        inner = [name for name in computed if name != asked]
        names |= {name: f"step{place}" for place, name in enumerate(inner, 1)}
        if asked in computed:
            names[asked] = "result"
    return part._replace(steps=tuple(_rename_step(step, names) for step in part.steps))


def variables(part: SubTrace) -> tuple[list[str], list[str], str]:
    """Return the names that enter (inits and entities), those that a step computes, and the one that is asked for."""
    entering: dict[str, None] = {}
    computed: dict[str, None] = {}
    asked = ""
    for step in part.steps:
        operation = OPERATIONS[step.op]
        if step.op == "init":
            entering[str(step.fields["var"])] = None
        elif step.op == "query":
            asked = str(step.fields["var"])
        for change in operation.changes:
            entering[str(step.fields[change.entity])] = None
        if operation.sets and step.op != "init" and step.fields[operation.sets] not in entering:
            computed[str(step.fields[operation.sets])] = None
    return list(entering), list(computed), asked


def letter(place: int) -> str:
    """Return a, b, ..., z, a1, b1, ..."""
    rounds, rest = divmod(place, 26)
    return chr(ord("a") + rest) + (str(rounds) if rounds else "")


def _rename_step(step: Step, names: Mapping[str, str]) -> Step:
    operation = OPERATIONS[step.op]
    named = {operation.sets, *operation.reads, *(change.entity for change in operation.changes)}
    if step.op == "query":
        named = {"var"}
    fields: dict[str, Field] = {}
    for key, value in step.fields.items():
        if key not in named:
            fields[key] = value
        elif isinstance(value, tuple):
            fields[key] = tuple(names.get(item, item) if isinstance(item, str) else item for item in value)
        else:
            fields[key] = names.get(value, value) if isinstance(value, str) else value
    return step._replace(fields=fields)
