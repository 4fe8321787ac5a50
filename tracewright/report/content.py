"""What the report shows of one problem, as plain data: the page draws it when a reader opens it.

The trace is read and followed again to say what each step gave; the verdict is the saved one. Long texts are cut for
display, and say so: completions.jsonl has them whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tracewright.evaluate.graph import Graph, build_graph
from tracewright.grade import read_completion
from tracewright.mention import Mention, read_mentions
from tracewright.number import Number, write
from tracewright.report.layout import lay_out
from tracewright.report.record import Item
from tracewright.trace.experts import ANY_RULES, DEFAULT_RULES, Rules
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render, render_step
from tracewright.trace.solve import Solution, solve
from tracewright.trace.syntax import Trace

MAX_SHOWN_STEPS = 60
"""A longer trace is cut for display."""


def show_item(item: Item, most_characters: int) -> dict[str, Any]:
    """Return what the page shows of an item; keys whose value is empty are left out."""
    problem, sample, graded = item
    verdict = graded.grade
    mentions = read_mentions(problem.question)
    # What a dialect allows is no fault; which dialect it was, the saved verdict knows.
    rules = DEFAULT_RULES if verdict.fault else ANY_RULES
    trace = read_completion(sample.text, rules)
    shown = {
        "id": problem.id,
        "split": graded.split,
        "index": graded.index,
        "status": verdict.status,
        "error": graded.error,
        "expert": graded.wanted or verdict.expert or "not known",
        "question": _segments(problem.question, mentions),
        "answer": verdict.answer,
        "expected": problem.answer,
        "reward": verdict.reward,
        "reason": verdict.reason,
        "tokens": sample.tokens,
        "fault": list(verdict.fault) if verdict.fault else None,
        "lints": [list(remark) for remark in verdict.lints],
        "text": cut(sample.text, most_characters),
        "raw": cut(sample.raw, most_characters),
        "prompt": cut(sample.prompt, most_characters) if sample.prompt != problem.question else "",
    }
    if isinstance(trace, Trace):
        if sample.text.strip() == render(trace):
            del shown["text"]  # the steps say the same
        shown["steps"], shown["graph"] = _follow(trace, mentions, verdict.fault, rules)
    if problem.trace:
        shown |= _gold(problem.trace, mentions)
        if shown.get("gold_graph") == shown.get("graph"):
            shown.pop("gold_graph", None)
    if problem.solution:
        shown["solution"] = cut(problem.solution, most_characters)
    return {key: value for key, value in shown.items() if value not in ("", None, [], 0)}


def cut(text: str, most: int) -> str:
    """Return a text, its end left out where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[:most]}\n\u2026 {len(text) - most:,} more characters"


def _segments(question: str, mentions: Sequence[Mention]) -> list[str | list[str]]:
    """Return the question in pieces: plain text, and [text, name, value, kind] for its numbers."""
    pieces: list[str | list[str]] = []
    end = 0
    for mention in mentions:
        if mention.start > end:
            pieces.append(question[end : mention.start])
        pieces.append([mention.text, mention.name, write(mention.value), mention.kind])
        end = mention.end
    return [*pieces, question[end:]] if end < len(question) else pieces


def _gold(text: str, mentions: Sequence[Mention]) -> Mapping[str, Any]:
    trace = parse(text, ANY_RULES)
    if isinstance(trace, Fault):
        return {"gold": [["n", text]]}
    steps, graph = _follow(trace, mentions, None)
    return {"gold": steps, "gold_graph": graph}


def _follow(
    trace: Trace, mentions: Sequence[Mention], fault: Fault | None, rules: Rules = ANY_RULES
) -> tuple[list[list[str]], dict[str, Any] | None]:
    """Return the lines of a trace, with the value that each step set, and its graph; as far as it runs.

    A line is ["h", expert], ["n", note], ["s", step, value] or ["f", step] for the one with the fault.
    """
    solution = solve(trace, mentions, rules)
    graph = _graph(trace, tuple(mentions), solution if isinstance(solution, Fault) else None)
    found = _values(graph) if isinstance(solution, Fault) else _solved(solution)
    faulty = fault or (solution if isinstance(solution, Fault) else None)
    lines: list[list[str]] = []
    number = 0
    for part in trace.parts:
        lines.append(["h", part.expert])
        for step in part.steps:
            number += 1
            if number > MAX_SHOWN_STEPS:
                continue
            lines += [["n", note] for note in step.notes]
            text = render_step(step)[2:]
            value = found.get(number)
            if faulty and faulty.step == number:
                lines.append(["f", text])
            else:
                lines.append(["s", text] if value is None else ["s", text, write(value)])
    if number > MAX_SHOWN_STEPS:
        lines.append(["n", f"{number - MAX_SHOWN_STEPS} more steps"])
    return lines, lay_out(graph)


def _graph(trace: Trace, mentions: Sequence[Mention], fault: Fault | None) -> Graph:
    if fault is None:
        return build_graph(trace, mentions)
    after = fault.kind == "missing_query"  # the step that is named there ran
    return build_graph(trace, mentions, before=fault.step + after)


def _values(graph: Graph) -> dict[int, Number | None]:
    """Return what each step before the fault set: of a transfer, what is left with the giver."""
    found: dict[int, Number | None] = {}
    for node in graph.nodes:
        if node.name:
            found.setdefault(node.step, node.value)
    return found


def _solved(solution: Solution) -> dict[int, Number | None]:
    return dict(enumerate((value for values in solution.values for value in values), 1))
