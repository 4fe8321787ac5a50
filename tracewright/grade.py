"""(completion, problem) -> Grade: the one judge. Training, evaluation, the adapters and the command line all call it.

It is total: any text of any size gets a grade within a bounded time, and nothing raises. It knows nothing of prompts:
masks are undone before (`data/prompt.py`), and what a model writes besides traces is judged by `grade_answer`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.number import Number, read_answer, same, write
from tracewright.recipe import LanguageConfig
from tracewright.trace.experts import DEFAULT_RULES, Rules
from tracewright.trace.extract import extract
from tracewright.trace.fault import UNREADABLE, Fault, Lint
from tracewright.trace.parse import parse
from tracewright.trace.solve import lint, solve
from tracewright.trace.syntax import MAX_BYTES, Trace

STATUSES = MappingProxyType(
    {
        "correct": "a valid trace with the right answer",
        "wrong_answer": "a valid trace, another answer",
        "invalid_trace": "a trace with a fault, a short circuit among them",
        "wrong_expert": "a trace by another expert than the one expected",
        "parse_failure": "no trace at all",
        "truncated": "cut off at the token limit",
    }
)
"""Every status of a grade, and what it means."""

GRADED: Mapping[str, float] = MappingProxyType(
    {
        "correct": 1.0,
        "wrong_answer": 0.7,
        "invalid_trace": 0.5,
        "wrong_expert": 0.3,
        "parse_failure": 0.0,
        "truncated": 0.0,
    }
)
"""The reports' table from run 4 on: partial credit for every stage on the way."""

GRADED_EARLY: Mapping[str, float] = MappingProxyType({**GRADED, "invalid_trace": 0.7})
"""The reports' table before run 4, where a short circuit was worth as much as a wrong answer."""

BINARY: Mapping[str, float] = MappingProxyType({status: float(status == "correct") for status in STATUSES})
"""1 for a right answer, 0 for all else."""

REWARDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {"graded": GRADED, "binary": BINARY, "graded_early": GRADED_EARLY}
)
"""Reward tables by the names that recipes and flags use."""


class Grade(NamedTuple):
    """The verdict on one completion."""

    status: str
    """A key of STATUSES."""
    reward: float
    """What the table gives for the status."""
    reason: str
    """One sentence for a person."""
    answer: str = ""
    """The trace's answer, exact; empty where there is none."""
    expert: str = ""
    """The trace's expert, `composition` for a list; empty where nothing could be read."""
    fault: Fault | None = None
    lints: tuple[Lint, ...] = ()


def rules_of(language: LanguageConfig) -> Rules:
    """Return the rules of a recipe's dialect."""
    return Rules(language.formula, language.short_circuit, language.rate_sums)


def grade(
    completion: str,
    problem: Problem,
    *,
    truncated: bool = False,
    rewards: Mapping[str, float] = GRADED,
    check_expert: bool = True,
    rules: Rules = DEFAULT_RULES,
) -> Grade:
    """Judge one completion against its problem.

    The order of the checks is that of the rewards: readable, by the expected expert (where the problem names one and
    `check_expert` is set), valid, right. A completion that was cut off is `truncated`, whatever it holds.

    Raises:
        DataError: the problem's own answer is no number. No completion raises.
    """
    expected = _expected(problem.answer)
    trace = read_completion(completion, rules)
    expert = trace.expert if isinstance(trace, Trace) else ""
    if truncated:
        return Grade("truncated", rewards["truncated"], "the token limit cut it off", "", expert)
    if isinstance(trace, Fault):
        status = "parse_failure" if trace.kind in UNREADABLE else "invalid_trace"
        return Grade(status, rewards[status], str(trace), "", "", trace)
    mentions = read_mentions(problem.question) if problem.question else ()
    solution = solve(trace, mentions, rules)
    wrong_expert = check_expert and problem.expert and expert != problem.expert
    if isinstance(solution, Fault):
        status = "wrong_expert" if wrong_expert else "invalid_trace"
        return Grade(status, rewards[status], str(solution), "", expert, solution)
    lints = lint(trace, solution, mentions, bool(problem.question))
    answer = write(solution.answer)
    if wrong_expert:
        reason = f"the expert is {expert}, not {problem.expert}"
        return Grade("wrong_expert", rewards["wrong_expert"], reason, answer, expert, None, lints)
    if same(solution.answer, *expected):
        return Grade("correct", rewards["correct"], f"the answer is {answer}", answer, expert, None, lints)
    reason = f"the answer is {answer}, not {problem.answer}"
    return Grade("wrong_answer", rewards["wrong_answer"], reason, answer, expert, None, lints)


def read_completion(completion: str, rules: Rules = DEFAULT_RULES) -> Trace | Fault:
    """Take the document out of a completion and read it."""
    if len(completion) > MAX_BYTES:
        return Fault("too_large", 0, f"the text has more than {MAX_BYTES} bytes")
    trace = parse(completion, rules)
    if isinstance(trace, Fault):
        document = extract(completion)
        return parse(document, rules) if document != completion else trace
    return trace


@lru_cache(maxsize=65_536)
def _expected(answer: str) -> tuple[Number, int | None]:
    read = read_answer(answer)
    if read is None:
        raise DataError(f"the expected answer {answer[:40]!r} is no number", "write it as 18, 3.50, 10/3 or $1,200")
    return read


_FINAL = re.compile(r"####\s*(-?\$?[\d,]*\.?\d+(?:/\d+)?)")
_NUMBER = re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?(?:/\d+)?|-?\$?\.\d+")


def grade_answer(
    completion: str, problem: Problem, *, truncated: bool = False, rewards: Mapping[str, float] = GRADED
) -> Grade:
    """Judge a worked solution in words, or a bare answer: for the baselines, by the same rule of what is right.

    The answer is the number after the first `####`, or else the last number of the text.
    """
    expected = _expected(problem.answer)
    text = completion[:MAX_BYTES]
    final = _FINAL.search(text)
    numbers = [final[1]] if final else _NUMBER.findall(text)
    read = read_answer(numbers[-1].rstrip(",")) if numbers else None
    if truncated:
        return Grade("truncated", rewards["truncated"], "the token limit cut it off")
    if read is None:
        fault = Fault("parse_error", 0, "there is no number in the text")
        return Grade("parse_failure", rewards["parse_failure"], str(fault), "", "", fault)
    answer = write(read[0])
    status = "correct" if same(read[0], *expected) else "wrong_answer"
    reason = f"the answer is {answer}" + ("" if status == "correct" else f", not {problem.answer}")
    return Grade(status, rewards[status], reason, answer)
