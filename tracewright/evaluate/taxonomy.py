"""Grade (and gold trace, where one is known) -> one error class. The classes are disjoint and sum to all completions.

The first half names what kept a completion from being a trace that runs; the fault kinds are grouped, and each belongs
to one class. The second half looks at traces that run to a wrong answer and compares two computation graphs, the
model's and the gold one, from which everything that the answer does not depend on is dropped:

    leaves   the set of values that are given, by init or as a number among arguments
    shape    what reads what, without the order of arguments; operations as chains of two, or whole chains as one
    counts   how often each operation is used

The first class of CLASSES that fits is taken, except that swapped arguments are wiring, not operation. A graph says
what is different, not why: a class describes the wrong trace beside the gold one, and another way may be right too.

Not covered: right answers by a wrong way, and completions that are no traces by design (worked solutions in words).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.evaluate.graph import Graph, Node, build_graph
from tracewright.grade import Grade, read_completion
from tracewright.mention import Mention, read_mentions
from tracewright.number import Number
from tracewright.trace.experts import ANY_RULES, COMPUTE_OPS, DEFAULT_RULES, Rules
from tracewright.trace.fault import FAULTS, Fault
from tracewright.trace.parse import parse
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "correct": "The right answer, by the expected expert.",
        "truncated": "Cut off at the token limit.",
        "empty": "Nothing was written.",
        "not_yaml": "The text is no YAML that the language accepts.",
        "not_a_trace": "YAML, but no trace.",
        "too_large": "A bound of the language is passed.",
        "bad_vocabulary": "An expert, operation or compute_op that does not exist, or not for this expert.",
        "bad_fields": "A field is missing, unknown or given twice, or the number of arguments is wrong.",
        "bad_value": "Something else stands where a number or a name is needed.",
        "bad_reference": "A name or source that does not exist is read, or an existing name is initialised again.",
        "bad_query": "The query is missing or not the last step.",
        "short_circuit": "The query names a value that was only given.",
        "division_by_zero": "A divisor is zero.",
        "wrong_expert": "A trace by another expert than the one expected.",
        "missing_last_step": "Wrong answer: it is the result of an earlier step of the gold trace.",
        "wrong_operation": "Wrong answer: the same values, wired the same way, by another operation.",
        "wrong_wiring": "Wrong answer: the same values and operations, wired otherwise, or with arguments swapped.",
        "missing_step": "Wrong answer: nothing but steps and values of the gold trace, and some are missing.",
        "extra_step": "Wrong answer: all steps and values of the gold trace, and some more.",
        "wrong_constant": "Wrong answer: the values differ, only in numbers that do not stand in the question.",
        "wrong_value": "Wrong answer: other numbers of the question are used, or numbers read wrongly.",
        "other": "Wrong answer: several differences at once.",
        "no_gold": "Wrong answer, and no gold trace that runs is known to compare with.",
    }
)
"""Every error class, in the order in which they are tried, and what it means."""

SEMANTIC = tuple(CLASSES)[tuple(CLASSES).index("missing_last_step") :]
"""The classes of traces that run to a wrong answer."""

FAULT_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "parse_error": "not_yaml",
        "not_a_trace": "not_a_trace",
        "empty_composition": "not_a_trace",
        "too_large": "too_large",
        "unknown_expert": "bad_vocabulary",
        "unknown_operation": "bad_vocabulary",
        "unknown_compute_op": "bad_vocabulary",
        "wrong_expert_operation": "bad_vocabulary",
        "missing_field": "bad_fields",
        "unknown_field": "bad_fields",
        "value_and_source": "bad_fields",
        "wrong_arguments": "bad_fields",
        "not_a_number": "bad_value",
        "not_a_name": "bad_value",
        "undefined_name": "bad_reference",
        "unknown_source": "bad_reference",
        "redefined_name": "bad_reference",
        "missing_query": "bad_query",
        "step_after_query": "bad_query",
        "short_circuit": "short_circuit",
        "division_by_zero": "division_by_zero",
    }
)
"""The error class of every fault kind."""
assert set(FAULT_CLASSES) == set(FAULTS), "every fault kind needs an error class"


MAX_MENDED = 60
"""In a larger graph no single operation is exchanged to look for the wrong one."""

Table = dict[tuple[object, ...], int]
"""Shapes, numbered as they are met."""


def classify(completion: str, problem: Problem, grade: Grade, rules: Rules = DEFAULT_RULES) -> str:
    """Return the error class of a completion that was graded under the same rules, a key of CLASSES.

    Raises:
        DataError: the gold trace of the problem does not parse or run.
    """
    if grade.status in ("correct", "truncated"):
        return grade.status
    if not completion.strip():
        return "empty"
    if grade.status == "wrong_expert":
        return "wrong_expert"
    if grade.fault:
        return FAULT_CLASSES[grade.fault.kind]
    trace = read_completion(completion, rules)
    if isinstance(trace, Fault) or not problem.trace:
        return "no_gold"
    mentions = read_mentions(problem.question)
    return compare_graphs(build_graph(trace, mentions), gold_graph(problem, mentions), mentions)


def gold_graph(problem: Problem, mentions: Sequence[Mention]) -> Graph:
    """Return the graph of a problem's gold trace.

    Raises:
        DataError: it does not parse or run.
    """
    trace = parse(problem.trace, ANY_RULES)
    solution = solve(trace, mentions, ANY_RULES) if isinstance(trace, Trace) else trace
    if isinstance(solution, Fault):
        raise DataError(f"the gold trace of {problem.id!r} does not run: {solution}", "make the problems again")
    assert isinstance(trace, Trace)
    return build_graph(trace, mentions)


class _Look(NamedTuple):
    """What the classes ask about a graph; the shapes are keys into a table that both graphs share."""

    leaves: frozenset[Number]
    counts: Counter[str]
    blank: int
    marked: int
    merged: int


def compare_graphs(graph: Graph, gold: Graph, mentions: Sequence[Mention]) -> str:
    """Return the class of a graph with a wrong answer, beside the gold one."""
    answer = graph.nodes[graph.answer].value
    results = [node for node in map(gold.nodes.__getitem__, gold.reached()[:-1]) if node.op]
    if any(node.value == answer for node in results):
        return "missing_last_step"
    table: Table = {}
    ours, right = _look(graph, table), _look(gold, table)
    if ours.leaves == right.leaves:
        if ours.marked == right.marked or ours.merged == right.merged:
            return "wrong_wiring"  # only the order of arguments differs
        if ours.blank == right.blank or _mended(graph, set(right.counts), right.merged, table):
            return "wrong_operation"
        if ours.counts == right.counts:
            return "wrong_wiring"
    if ours.counts < right.counts and ours.leaves <= right.leaves:
        return "missing_step"
    if ours.counts > right.counts and ours.leaves >= right.leaves:
        return "extra_step"
    if ours.leaves == right.leaves:
        return "other"
    stated = {mention.value for mention in mentions}
    return "wrong_value" if (ours.leaves ^ right.leaves) & stated else "wrong_constant"


def _mended(graph: Graph, operations: set[str], shape: int, table: Table) -> bool:
    """Say whether another operation at one place gives the gold shape, however its chains are written."""
    reached = graph.reached()
    if len(reached) > MAX_MENDED:
        return False
    for index in reached:
        node = graph.nodes[index]
        for op in operations - {node.op} if node.op and not _passes(node) else ():
            nodes = (*graph.nodes[:index], node._replace(op=op), *graph.nodes[index + 1 :])
            if _merged_shape(graph._replace(nodes=nodes), reached, table) == shape:
                return True
    return False


def _look(graph: Graph, table: Table) -> _Look:
    reached = graph.reached()
    counts: Counter[str] = Counter()
    for index in reached:
        node = graph.nodes[index]
        if node.op and not _passes(node):
            counts[node.op] += len(node.args) - 1 if _folds(node.op) else 1
    leaves = frozenset(graph.nodes[index].value for index in reached if not graph.nodes[index].op)
    blank, marked = (_chained_shape(graph, reached, table, marked=marked) for marked in (False, True))
    return _Look(leaves, counts, blank, marked, _merged_shape(graph, reached, table))


def _folds(op: str) -> bool:
    """Say whether several arguments are a chain of two each."""
    return op in COMPUTE_OPS and COMPUTE_OPS[op].most is None


def _passes(node: Node) -> bool:
    """Say whether a node hands its one argument on: what a new entity is given."""
    return node.op == "add" and len(node.args) == 1


def _key(table: Table, *content: object) -> int:
    return table.setdefault(content, len(table))


def _chained_shape(graph: Graph, reached: Sequence[int], table: Table, *, marked: bool) -> int:
    """Return a key that two graphs share where they are wired alike, several arguments as a chain of two each.

    Arguments have no order; `marked` tells operations apart. Shared nodes are seen once, so that the work is linear
    however often a trace doubles a value.
    """
    keys: dict[int, int] = {}
    for index in reached:
        node = graph.nodes[index]
        args = [keys[arg] for arg in node.args]
        op = node.op if marked else "any"
        if not node.op:
            keys[index] = _key(table, "value", node.value)
        elif _passes(node):
            keys[index] = args[0]
        elif _folds(node.op):
            left = args[0]
            for right in args[1:]:
                left = _key(table, "chain", op, *sorted((left, right)))
            keys[index] = left
        else:
            keys[index] = _key(table, "chain", op, *sorted(args))
    return keys[reached[-1]]


def _merged_shape(graph: Graph, reached: Sequence[int], table: Table) -> int:
    """Return a key that two graphs share where they compute alike: chains of one operation are one node of many.

    A sum of a sum, a product of a product, and what is taken from a difference or divides a quotient are merged, so
    that neither the order of such steps nor the number of their arguments matters. Arguments have no order.
    """
    uses = Counter(arg for index in reached for arg in graph.nodes[index].args)
    keys: dict[int, int] = {}
    inside: dict[int, list[int]] = {}  # the arguments of a node, with those of its chain
    for index in reached:
        node = graph.nodes[index]
        if not node.op or _passes(node):
            keys[index] = keys[node.args[0]] if node.op else _key(table, "value", node.value)
            continue
        inside[index] = []
        for place, arg in enumerate(node.args):
            joins = graph.nodes[arg].op == node.op and uses[arg] == 1 and (node.op in ("add", "mul") or place == 0)
            inside[index] += inside[arg] if joins and _folds(node.op) and arg in inside else [keys[arg]]
        keys[index] = _key(table, "merged", node.op, *sorted(inside[index]))
    return keys[reached[-1]]
