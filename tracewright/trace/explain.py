"""The steps of a solved trace as a person would work them: `step1 = produced - use1 = 16 - 3 = 13`."""

import re
from collections.abc import Sequence

from tracewright.mention import Mention
from tracewright.number import Number, write
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS, Change
from tracewright.trace.parse import is_mention
from tracewright.trace.solve import Solution
from tracewright.trace.syntax import Argument, Step, Trace


def explain(trace: Trace, solution: Solution, mentions: Sequence[Mention] = ()) -> list[str]:
    """Return one line a step, sub-traces headed by their expert; notes come before their step."""
    lines = []
    for place, part in enumerate(trace.parts):
        if trace.listed:
            lines.append(f"[{place}] {part.expert}")
        known: dict[str, Number] = {}
        for step, value in zip(part.steps, solution.values[place], strict=True):
            lines += [f"  # {note}" for note in step.notes]
            lines.append("  " + _sentence(step, value, known, mentions))
            _follow(step, value, known)
    return lines


def _sentence(step: Step, value: Number | None, known: dict[str, Number], mentions: Sequence[Mention]) -> str:
    fields = step.fields
    if step.op == "init":
        return f"{fields['var']} = {write(value or 0)}{_origin(fields.get('source'), mentions)}"
    if step.op == "query":
        return f"answer: {fields['var']} = {write(value or 0)}"
    if step.op == "formula":
        return f"formula: {fields['expression']}"
    if step.op == "compute":
        names = _calculation(step, [_show(item) for item in fields["args"]])
        numbers = _calculation(step, [_paren(_number(item, known)) for item in fields["args"]])
    else:
        sentence = OPERATIONS[step.op].sentence
        names = re.sub(r"\{(\w+)\}", lambda match: _show(fields[match[1]]), sentence)
        if len(OPERATIONS[step.op].changes) > 1:
            moves = (
                f"{fields[change.entity]} = {_after(step, change, known)}" for change in OPERATIONS[step.op].changes
            )
            return f"{names}: {', '.join(moves)}"
        numbers = re.sub(r"\{(\w+)\}", lambda match: _paren(_number(fields[match[1]], known)), sentence)
    operation = OPERATIONS[step.op]
    var = fields[operation.sets or operation.changes[0].entity]
    middle = f" = {numbers}" if numbers != names else ""
    return f"{var} = {names}{middle} = {write(value or 0)}"


def _origin(source: str | None, mentions: Sequence[Mention]) -> str:
    if source is None:
        return ""
    if is_mention(source) and int(source[1:]) <= len(mentions):
        return f"   ({source}: {mentions[int(source[1:]) - 1].text!r})"
    return f"   ({source})"


def _calculation(step: Step, args: list[str]) -> str:
    name = str(step.fields["compute_op"])
    sign = COMPUTE_OPS[name].sign
    return f" {sign} ".join(args) if sign else f"{name}({', '.join(args)})"


def _show(item: Argument) -> str:
    return item if isinstance(item, str) else write(item)


def _number(item: Argument, known: dict[str, Number]) -> Number:
    return known.get(item, 0) if isinstance(item, str) else item


def _paren(value: Number) -> str:
    text = write(value)
    return f"({text})" if text.startswith("-") or "/" in text else text


def _after(step: Step, change: Change, known: dict[str, Number]) -> str:
    entity = step.fields[change.entity]
    return write(_number(entity, known) + change.sign * _number(step.fields["amount"], known))


def _follow(step: Step, value: Number | None, known: dict[str, Number]) -> None:
    """Keep the amounts up to date, as the solver did."""
    operation = OPERATIONS[step.op]
    if operation.sets and value is not None:
        known[str(step.fields[operation.sets])] = value
    amount = _number(step.fields["amount"], known) if operation.changes else 0
    for change in operation.changes:
        entity = str(step.fields[change.entity])
        known[entity] = known.get(entity, 0) + change.sign * amount
