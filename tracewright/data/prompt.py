"""Problem -> what the model reads and is to write, and from what it wrote back to what is graded. Written once.

SFT, RL, evaluation and `ask` all come here, so a model is asked exactly what it was taught. `view` gives three texts
(chat templates and tokens are the model's affair, `model/load.py`); `restore` undoes the masking of names in a
completion. A gold target comes back from `restore` as a text that grades 1.0: `train/check.py` makes sure.

How a number of the question is shown, with mentions:

    marked   Ann has 16 [n1] eggs, sells half [n2] of them and pays $3 [n3], 20% [n4] of it as tax.
    masked   Ann has n1 eggs, sells fraction n2 of them and pays $n3, n4% of it as tax.

A masked number keeps what it is for: the signs `$` and `%`, and a word where the number is a fraction below 1, a
multiple (`twice` -> `n1 times`), an ordinal, a year or a time of day. Its size is hidden.
"""

import re
from functools import cache
from typing import NamedTuple

from tracewright.data.draft import write_draft
from tracewright.data.mask import Edit, Mask, apply, mask
from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.mention import Mention, read_mentions
from tracewright.recipe import PromptConfig
from tracewright.trace.experts import ANY_RULES, COMPUTE_OPS, EXPERTS, OPERATIONS
from tracewright.trace.fault import Fault
from tracewright.trace.ground import to_literal
from tracewright.trace.parse import parse
from tracewright.trace.render import render, render_block
from tracewright.trace.syntax import Trace

SYSTEM = "Solve the problem by writing a trace in YAML."
"""The minimal system prompt: one line."""
SYSTEM_COT = "Solve the problem step by step, and end with a line '#### ' and the answer."
SYSTEM_ANSWER = "Give the answer to the problem, a number alone."

ANSWER_MARK = "#### "
"""Stands before the answer on the last line of a worked solution, as GSM8K has it."""

_calculator = re.compile(r"<<[^<>]*>>")
_commas = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class View(NamedTuple):
    """One problem as a model meets it. `target` follows the prompt, without the stop token; empty where unknown."""

    system: str
    question: str
    target: str


def view(problem: Problem, config: PromptConfig) -> View:
    """Write the system prompt, the question and the target of a problem.

    Raises:
        DataError: the gold trace of the problem does not parse.
    """
    names = mask(problem) if config.mask_names else Mask()
    return View(_system(config), _question(problem, config, names), _target(problem, config, names))


def restore(completion: str, problem: Problem, config: PromptConfig) -> str:
    """Return a completion with the names put back: what is graded and shown."""
    if not config.mask_names:
        return completion
    names = mask(problem)
    return names.show_variables(completion) if config.target == "trace" else names.show(completion)


def _question(problem: Problem, config: PromptConfig, names: Mask) -> str:
    question = problem.question
    edits = names.edits(question)
    if config.target == "trace" and config.grounding == "mention":
        show = _masked if config.numbers == "masked" else _marked
        hidden = [Edit(item.start, item.end, show(item, config.strip_commas)) for item in read_mentions(question)]
        # A name may hold a number word ("Three Rivers"): the number is what the trace needs, so it wins.
        edits = hidden + [
            edit for edit in edits if not any(edit.start < one.end and one.start < edit.end for one in hidden)
        ]
        return apply(question, edits)
    question = apply(question, edits)
    return _commas.sub("", question) if config.strip_commas else question


def _marked(mention: Mention, strip_commas: bool) -> str:
    return f"{_commas.sub('', mention.text) if strip_commas else mention.text} [{mention.name}]"


def _masked(mention: Mention, strip_commas: bool) -> str:
    kind, name = mention.kind, mention.name
    if kind == "money":
        sign = mention.text[0] if mention.text[0] in "$€£" else ""
        return f"{sign}{name}{'¢' if mention.text.endswith('¢') else ''}"
    if kind == "percent":
        return f"{name}%" if mention.text.endswith("%") else name
    if kind == "multiple":
        return f"{name} times"
    if kind == "fraction":
        return f"fraction {name}" if mention.value < 1 else name
    return f"{kind} {name}" if kind in ("ordinal", "year", "clock") else name


def _target(problem: Problem, config: PromptConfig, names: Mask) -> str:
    if config.target == "answer":
        return problem.answer
    if config.target == "cot":
        return names.hide(f"{plain_solution(problem)}\n{ANSWER_MARK}{problem.answer}") if problem.solution else ""
    if not problem.trace:
        return ""
    text = problem.trace if config.draft == "none" else write_draft(problem)
    notes, text = _take_notes(text, keep=config.draft == "line")
    if config.grounding == "literal" or config.layout == "block":
        trace = _parsed(text, problem)
        if config.grounding == "literal":
            trace = to_literal(trace, read_mentions(problem.question))
        text = render_block(trace) if config.layout == "block" else render(trace)
    if config.draft == "first" and notes:
        text = "\n".join([*notes, text])
    text = names.hide_variables(text)
    return f"```yaml\n{text}\n```" if config.fence else text


def plain_solution(problem: Problem) -> str:
    """Return the worked solution without calculator annotations and without its last line `#### answer`."""
    lines = _calculator.sub("", problem.solution).rstrip().split("\n")
    return "\n".join(line.rstrip() for line in lines if not line.startswith(ANSWER_MARK.strip()))


def _take_notes(text: str, *, keep: bool) -> tuple[list[str], str]:
    """Return the comment lines of a trace and its text, without them unless `keep`."""
    if "#" not in text:
        return [], text
    notes = [line.strip() for line in text.split("\n") if line.lstrip().startswith("#")]
    if keep:
        return notes, text
    return notes, "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))


def _parsed(text: str, problem: Problem) -> Trace:
    trace = parse(text, ANY_RULES)
    if isinstance(trace, Fault):
        where = problem.id or problem.question[:40]
        raise DataError(
            f"the gold trace of {where!r} does not parse: {trace.message}", "make it again, or leave it out"
        )
    return trace


def _system(config: PromptConfig) -> str:
    if config.system == "none":
        return ""
    if config.target != "trace":
        return SYSTEM_COT if config.target == "cot" else SYSTEM_ANSWER
    return SYSTEM if config.system == "minimal" else _verbose(config.grounding, config.fence)


@cache
def _verbose(grounding: str, fence: bool) -> str:
    """Describe the whole language, from the table that the solver reads."""
    number = "source: n1 (a number of the question, by its mark)" if grounding == "mention" else "value: 16 (a number)"
    lines = [
        SYSTEM,
        "",
        "A trace names one expert and its steps, one a line:",
        "expert: NAME",
        "trace:",
        "- {op: ..., ...}",
        "",
        "Experts and their operations:",
    ]
    for name, expert in EXPERTS.items():
        lines.append(f"- {name}: {expert.about}; {', '.join(expert.operations)}")
    lines += ["", "Operations and their fields:"]
    for name, operation in OPERATIONS.items():
        if name != "formula":
            lines.append(f"- {name}: {', '.join(operation.fields)}; {operation.about}")
    lines += [
        "",
        f"An init takes {number}, or source: prev.result or sub0.result (the answer of an earlier sub-trace).",
        "compute_op is one of:",
        *(f"- {name}: {row.about}" for name, row in COMPUTE_OPS.items()),
        "",
        "Arguments are names that earlier steps defined, or numbers; never expressions.",
        "The last step is the query, and it names a variable that a step has computed.",
        "A problem that needs several experts is a list of such traces, each written '- expert: NAME', run in order.",
    ]
    if fence:
        lines.append("Write the trace between ```yaml and ```.")
    return "\n".join(lines)
