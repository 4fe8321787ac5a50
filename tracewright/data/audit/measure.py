"""Measure one set of problems: what its questions and traces are made of."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tracewright.data.audit.constructs import CONSTRUCTS
from tracewright.data.audit.shape import shape
from tracewright.data.mask import read_names
from tracewright.data.problem import CANARY, Problem
from tracewright.mention import read_mentions
from tracewright.trace.experts import ANY_RULES, OPERATIONS
from tracewright.trace.parse import parse
from tracewright.trace.syntax import Trace

_TOKEN = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[^\sA-Za-z\d]")

OPERATORS = {"percent_of": "mul", "percent_off": "mul", "percent_increase": "mul"}
"""Operations that are counted as one of the four; entities' changes count as add and sub."""


class Measures(NamedTuple):
    """What was counted of a set."""

    problems: int
    questions: int
    """Different questions."""
    masked: int
    """Different questions with numbers and names masked."""
    shapes: int
    """Different shapes of traces; problems without a trace have none."""
    traced: int
    """Problems with a trace."""
    constructs: dict[str, float]
    """Share of questions with each construct."""
    kinds: dict[str, float]
    """Share of the questions' numbers that are of each kind."""
    mentions: float
    """Numbers in a question, on average."""
    operators: dict[str, float]
    """Share of add, sub, mul, div and others among the computing steps."""
    steps: list[int]
    """Computing steps of each trace, sorted."""
    lengths: list[int]
    """Tokens (words, numbers, signs) of each question, sorted."""
    words: Counter[str]
    """How often each lower-case word stands in the questions."""
    canary: int
    """Problems that carry the canary string."""


def tokens(text: str) -> list[str]:
    """Return the words, numbers and punctuation signs of a text."""
    return _TOKEN.findall(text)


def quantile(ordered: list[int], share: float) -> int:
    """Return the value below which a share of sorted values lies (the nearest one); 0 for none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def measure(problems: Iterable[Problem], progress: Callable[[int], None] | None = None) -> Measures:
    """Measure a set of problems."""
    questions: set[str] = set()
    masked: set[str] = set()
    shapes: set[str] = set()
    constructs: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    operators: Counter[str] = Counter()
    words: Counter[str] = Counter()
    steps: list[int] = []
    lengths: list[int] = []
    count = canary = 0
    for problem in problems:
        count += 1
        questions.add(problem.question)
        masked.add(masked_text(problem))
        constructs.update(name for name, pattern in CONSTRUCTS.items() if pattern.search(problem.question))
        kinds.update(mention.kind for mention in read_mentions(problem.question))
        found = tokens(problem.question)
        lengths.append(len(found))
        words.update(word.lower() for word in found if word[0].isalpha())
        canary += problem.extra.get("canary") == CANARY
        trace = parse(problem.trace, ANY_RULES) if problem.trace else None
        if isinstance(trace, Trace):
            shapes.add(shape(trace))
            names = list(_operators(trace))
            steps.append(len(names))
            operators.update(names)
        if progress:
            progress(1)
    return Measures(
        problems=count,
        questions=len(questions),
        masked=len(masked),
        shapes=len(shapes),
        traced=len(steps),
        constructs={name: constructs[name] / max(1, count) for name in CONSTRUCTS},
        kinds=_shares(kinds),
        mentions=kinds.total() / max(1, count),
        operators=_shares(operators),
        steps=sorted(steps),
        lengths=sorted(lengths),
        words=words,
        canary=canary,
    )


def masked_text(problem: Problem) -> str:
    """Return the question with every number as # and every name as @."""
    text = problem.question
    for mention in reversed(read_mentions(text)):
        text = f"{text[: mention.start]}#{text[mention.end :]}"
    for name in problem.names or read_names(problem.question):
        text = re.sub(rf"\b{re.escape(name)}\b", "@", text)
    return " ".join(text.split())


def _operators(trace: Trace) -> Iterable[str]:
    for part in trace.parts:
        for step in part.steps:
            operation = OPERATIONS[step.op]
            if step.op == "compute":
                name = step.fields["compute_op"]
                # A fold over n arguments is n - 1 steps of two.
                yield from [name] * max(1, len(step.fields["args"]) - 1)
            elif operation.sets and operation.reads:
                yield OPERATORS.get(step.op, step.op)
            elif operation.changes:
                yield "add" if operation.changes[0].sign > 0 else "sub"


def _shares(counted: Counter[Any]) -> dict[Any, float]:
    total = counted.total()
    return {name: number / total for name, number in counted.most_common()}
