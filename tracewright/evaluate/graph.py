"""The computation graph of a trace: values and operations, joined by what reads what.

The taxonomy compares graphs, the report draws them. Names, the order of independent steps and the way a value was
grounded do not matter to a graph. It follows a trace that the parser accepted, as far as it runs.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tracewright.mention import Mention
from tracewright.number import Number, tidy
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS
from tracewright.trace.parse import is_mention
from tracewright.trace.syntax import Step, Trace


class Node(NamedTuple):
    """A value that was given (no `op`), or the result of an operation on earlier nodes."""

    op: str
    """`sub`, `percent_off`, ...; a change of an entity is the `add` or `sub` that it amounts to."""
    value: Number
    name: str
    """The variable that holds it, or empty for a number written as an argument."""
    args: tuple[int, ...]
    """Indices of the nodes that it reads, in order."""
    step: int
    """The step that made it, counted as in Fault."""
    source: str
    """`n3` for a number of the question, else empty."""


class Graph(NamedTuple):
    """Nodes in the order of their making, so that arguments come before what reads them."""

    nodes: tuple[Node, ...]
    answer: int
    """The node that is asked for; -1 where the trace stopped before."""

    def reached(self) -> list[int]:
        """Return the indices of the nodes that the answer depends on, the answer included, in order."""
        wanted = {self.answer} if self.answer >= 0 else set()
        for index in range(len(self.nodes) - 1, -1, -1):
            if index in wanted:
                wanted.update(self.nodes[index].args)
        return sorted(wanted)


def build_graph(trace: Trace, mentions: Sequence[Mention] = (), *, before: int | None = None) -> Graph:
    """Follow a trace that runs; with `before`, only the steps before that one, which is where a fault was found."""
    nodes: list[Node] = []
    answers: list[int] = []
    number = 0
    for part in trace.parts:
        known: dict[str, int] = {}
        for step in part.steps:
            number += 1
            if before is not None and number >= before:
                return Graph(tuple(nodes), -1)
            if step.op == "query":
                answers.append(known[step.fields["var"]])
            elif step.op == "init":
                _give(step, number, nodes, known, answers, mentions)
            elif OPERATIONS[step.op].reads:
                _operate(step, number, nodes, known)
    return Graph(tuple(nodes), answers[-1] if answers else -1)


def _give(
    step: Step, number: int, nodes: list[Node], known: dict[str, int], answers: list[int], mentions: Sequence[Mention]
) -> None:
    """Add the node of an init; the answer of an earlier sub-trace has one already."""
    var, source = step.fields["var"], step.fields.get("source")
    if source is None:
        node = Node("", step.fields["value"], var, (), number, "")
    elif is_mention(source):
        node = Node("", mentions[int(source[1:]) - 1].value, var, (), number, source)
    else:
        known[var] = answers[-1] if source.startswith("prev.") else answers[int(source[3:-7])]
        return
    known[var] = _add(nodes, node)


def _operate(step: Step, number: int, nodes: list[Node], known: dict[str, int]) -> None:
    operation, fields = OPERATIONS[step.op], step.fields
    read = fields["args"] if step.op == "compute" else [fields[key] for key in operation.reads]
    args = [known[item] if isinstance(item, str) else _add(nodes, Node("", item, "", (), number, "")) for item in read]
    values = [nodes[index].value for index in args]
    for change in operation.changes:
        entity = fields[change.entity]
        old = [known[entity]] if entity in known else []
        value = tidy((nodes[old[0]].value if old else 0) + change.sign * values[0])
        op = "add" if change.sign > 0 else "sub"
        known[entity] = _add(nodes, Node(op, value, entity, (*old, args[0]), number, ""))
    if operation.sets:
        var = fields[operation.sets]
        if step.op == "compute":
            op, value = fields["compute_op"], COMPUTE_OPS[fields["compute_op"]].function(values)
        else:
            assert operation.function is not None
            op, value = step.op, operation.function(*values)
        known[var] = _add(nodes, Node(op, tidy(value), var, tuple(args), number, ""))


def _add(nodes: list[Node], node: Node) -> int:
    nodes.append(node)
    return len(nodes) - 1
