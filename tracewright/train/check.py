"""The self-check before any step: gold targets grade 1.0, spoiled ones less, and everything fits.

The targets go through the very functions that training and evaluation use.
A parser that is not wired, a mask that cannot be undone or a target that is cut makes a model learn nonsense without a
word. Here it is an error that names the example.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tracewright.data.problem import Problem
from tracewright.data.prompt import restore, view
from tracewright.errors import DataError
from tracewright.grade import GRADED, Grade, grade, grade_answer
from tracewright.mention import read_mentions
from tracewright.model.load import Encoded, LanguageModel
from tracewright.recipe import PromptConfig
from tracewright.trace.experts import DEFAULT_RULES, Rules
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import Solution, solve
from tracewright.trace.syntax import Step, SubTrace, Trace

SPOILED_SAMPLE = 200
"""So many problems, evenly spread, are spoiled in every way; the gold targets are all graded."""


class Checked(NamedTuple):
    """How many targets were graded, and how many spoiled ones."""

    targets: int
    spoiled: int


def check_targets(
    problems: Sequence[Problem],
    prompt: PromptConfig,
    rules: Rules = DEFAULT_RULES,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Grade the gold target of every problem, and spoiled ones of some.

    Raises:
        DataError: a gold target earns less than the full reward, or a spoiled one as much.
    """
    spoiled = 0
    stride = max(1, len(problems) // SPOILED_SAMPLE)
    for place, problem in enumerate(problems):
        verdict = judge(view(problem, prompt).target, problem, prompt, rules=rules)
        if verdict.status != "correct" or verdict.reward < 1:
            raise DataError(
                f"the gold target of {_name(problem)} grades {verdict.reward:g} ({verdict.status}: {verdict.reason})",
                "it would teach a wrong trace; mend or drop this problem",
            )
        if place % stride == 0 and problem.trace:
            for way, text in spoil(problem, rules):
                spoiled += 1
                if grade(text, problem, rules=rules).reward >= 1:
                    raise DataError(f"the trace of {_name(problem)} grades 1 although {way}", "the grader is broken")
        if progress:
            progress(1)
    return Checked(len(problems), spoiled)


def encode_examples(
    language_model: LanguageModel,
    problems: Sequence[Problem],
    prompt: PromptConfig,
    *,
    max_length: int,
    truncate: bool = False,
) -> list[Encoded]:
    """Tokenize the prompts and targets of problems.

    Raises:
        DataError: one has no target, or is longer than `max_length` or the model's context, and `truncate` is off.
    """
    limit = min(max_length, language_model.context)
    which = "sft.max_length" if max_length <= language_model.context else "the model's context"
    examples = []
    encoded = language_model.encode_all([view(problem, prompt) for problem in problems])
    for problem, item in zip(problems, encoded, strict=True):
        if not item.target:
            raise DataError(f"{_name(problem)} has no gold {prompt.target}", "train on problems that have one")
        length = len(item.prompt) + len(item.target)
        if length > limit and not truncate:
            raise DataError(
                f"{_name(problem)} has {length} tokens ({len(item.prompt)} prompt, {len(item.target)} target), "
                f"more than {which}={limit}",
                f"raise it to {length}, or leave such problems out",
            )
        if length > limit:
            item = Encoded(item.prompt[: limit - 1], item.target[: max(1, limit - len(item.prompt))])
        examples.append(item)
    return examples


def judge(
    completion: str,
    problem: Problem,
    prompt: PromptConfig,
    *,
    truncated: bool = False,
    rewards: Mapping[str, float] = GRADED,
    check_expert: bool = True,
    rules: Rules = DEFAULT_RULES,
) -> Grade:
    """Grade what a model wrote under a prompt configuration: names put back, a trace or words as the target says."""
    text = restore(completion, problem, prompt)
    if prompt.target != "trace":
        return grade_answer(text, problem, truncated=truncated, rewards=rewards)
    return grade(text, problem, truncated=truncated, rewards=rewards, check_expert=check_expert, rules=rules)


def spoil(problem: Problem, rules: Rules = DEFAULT_RULES) -> Iterator[tuple[str, str]]:
    """Yield (what was done, text) for the gold trace of a problem, spoiled in ways that must each cost reward."""
    yield "nothing is left of it", ""
    yield "only half of it is left", problem.trace[: len(problem.trace) // 2]
    yield "only the bare answer is left", problem.answer
    trace = parse(problem.trace, rules)
    if isinstance(trace, Fault):
        return
    mentions = read_mentions(problem.question)
    solution = solve(trace, mentions, rules)
    if isinstance(solution, Fault):
        return
    last = trace.parts[-1]
    yield "its query is missing", render(_with_last(trace, last.steps[:-1]))
    copied = (Step("init", {"var": "copied", "value": solution.answer}), Step("query", {"var": "copied"}))
    if not rules.short_circuit:
        yield "it queries an init", render(_with_last(trace, copied))
    if solution.answer != 0:
        tripled = Step(
            "compute", {"compute_op": "mul", "args": (str(last.steps[-1].fields["var"]), 3), "var": "tripled"}
        )
        yield (
            "the answer is three times as large",
            render(_with_last(trace, (*last.steps[:-1], tripled, Step("query", {"var": "tripled"})))),
        )
    swapped = _swap_first_operation(trace)
    solved = solve(swapped, mentions, rules)
    if not isinstance(solved, Solution) or solved.answer != solution.answer:
        yield "an operation was swapped", render(swapped)


def _with_last(trace: Trace, steps: tuple[Step, ...]) -> Trace:
    last: SubTrace = trace.parts[-1]._replace(steps=steps)
    return trace._replace(parts=(*trace.parts[:-1], last))


def _swap_first_operation(trace: Trace) -> Trace:
    """Return the trace with its first sum made a difference, product a quotient, or the other way round."""
    opposite = {"add": "sub", "sub": "add", "mul": "div", "div": "mul"}
    parts = list(trace.parts)
    for place, part in enumerate(parts):
        for index, step in enumerate(part.steps):
            other = opposite.get(str(step.fields.get("compute_op")))
            if other:
                swapped = step._replace(fields={**step.fields, "compute_op": other})
                parts[place] = part._replace(steps=(*part.steps[:index], swapped, *part.steps[index + 1 :]))
                return trace._replace(parts=tuple(parts))
    return trace


def _name(problem: Problem) -> str:
    return f"problem {problem.id!r}" if problem.id else f"the problem {problem.question[:50]!r}"
