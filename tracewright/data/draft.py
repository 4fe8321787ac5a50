"""The words of a worked solution as comments of its trace: each sentence stands before the steps that it tells.

A sentence is placed by what its calculator annotations give (`<<16-3=13>>`): it stands before the first step that no
earlier sentence has told, and reaches to the step that computes the same number. A sentence without one that is found
waits for the next that has; those that are left stand before the query.

Not covered: problems without a worked solution, which have no draft, and numbers that the prompt masks: a sentence
writes them as they are.
"""

import re
from collections.abc import Iterator

from tracewright.data.problem import Problem
from tracewright.mention import read_mentions
from tracewright.number import Number, read_answer
from tracewright.trace.experts import ANY_RULES
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

_calculator = re.compile(r"<<(?:[^<>]*=)?([^<>=]*)>>")
_sentence_end = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def write_draft(problem: Problem) -> str:
    """Return the gold trace with the sentences of the worked solution as comments; one that has comments as it is."""
    if "#" in problem.trace or not problem.solution:
        return problem.trace
    trace = parse(problem.trace, ANY_RULES)
    if isinstance(trace, Fault):
        return problem.trace
    solution = solve(trace, read_mentions(problem.question), ANY_RULES)
    if isinstance(solution, Fault):
        return problem.trace
    steps = [step for part in trace.parts for step in part.steps]
    values = [value for part in solution.values for value in part]
    computed = [None if step.op in ("init", "query") else value for step, value in zip(steps, values, strict=True)]
    return render(_with_notes(trace, _places(list(_sentences(problem.solution)), computed)))


def _sentences(solution: str) -> Iterator[tuple[str, list[Number]]]:
    """Yield each sentence, its annotations taken out, and what these give; the line of the answer is none."""
    for line in solution.split("\n"):
        if line.startswith("####"):
            continue
        for sentence in _sentence_end.split(line):
            read = [read_answer(text.strip()) for text in _calculator.findall(sentence)]
            plain = " ".join(_calculator.sub("", sentence).split())
            text = "".join(sign for sign in plain if sign.isprintable())
            if text:
                yield text, [found[0] for found in read if found]


def _places(sentences: list[tuple[str, list[Number]]], computed: list[Number | None]) -> dict[int, tuple[str, ...]]:
    """Return the comments before each step; `computed` holds what a step computes, None for init and query."""
    notes: dict[int, tuple[str, ...]] = {}
    waiting: list[str] = []
    free = 0  # the first step that no sentence has told
    for text, results in sentences:
        waiting.append(text)
        told = [computed.index(result, free) for result in results if result in computed[free:]]
        if told:
            notes[free] = tuple(waiting)
            waiting = []
            free = max(told) + 1
    if waiting:
        last = len(computed) - 1
        notes[last] = (*notes.get(last, ()), *waiting)
    return notes


def _with_notes(trace: Trace, notes: dict[int, tuple[str, ...]]) -> Trace:
    parts = []
    place = 0
    for part in trace.parts:
        steps = [step._replace(notes=notes.get(place + index, ())) for index, step in enumerate(part.steps)]
        parts.append(part._replace(steps=tuple(steps)))
        place += len(steps)
    return trace._replace(parts=tuple(parts))
