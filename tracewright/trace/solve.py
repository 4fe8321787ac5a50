"""Run a trace: Trace (and the numbers of its question) -> Solution, or the first Fault. Exact, total and bounded.

Nothing raises, whatever the trace says, and nothing is rounded. Lints, which are remarks and no faults, are found by
`lint` on a solved trace.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tracewright.errors import nearest
from tracewright.mention import Mention
from tracewright.number import Number, tidy, write
from tracewright.trace.experts import COMPUTE_OPS, CONSTANTS, DEFAULT_RULES, OPERATIONS, Operation, Rules
from tracewright.trace.fault import Fault, Lint
from tracewright.trace.render import render_step
from tracewright.trace.syntax import Step, SubTrace, Trace

MAX_BITS = 256
"""Most bits of the numerator or the denominator of a result, about 77 decimal digits; more is `too_large`."""


_BELOW = 1 << MAX_BITS
_FUNCTIONS = {name: row.function for name, row in COMPUTE_OPS.items()}


class Solution(NamedTuple):
    """What running a trace gave."""

    answer: Number
    """The answer of the last sub-trace."""
    answers: tuple[Number, ...]
    """One a sub-trace."""
    values: tuple[tuple[Number | None, ...], ...]
    """For each sub-trace and each step, the value that it set (of a transfer: what is left with the giver)."""


def solve(trace: Trace, mentions: Sequence[Mention] = (), rules: Rules = DEFAULT_RULES) -> Solution | Fault:
    """Run a trace; return its answer and the value of every step, or the first fault met."""
    return solve_values(trace, [mention.value for mention in mentions], rules)


def solve_values(trace: Trace, numbers: Sequence[Number], rules: Rules = DEFAULT_RULES) -> Solution | Fault:
    """Run a trace on the values of a question's mentions; return what `solve` does."""
    if not trace.parts:
        return Fault("empty_composition", 0, "the list of sub-traces is empty")
    answers: list[Number] = []
    values = []
    before = 0
    for part in trace.parts:
        ran = _run(part, before, answers, numbers, rules)
        if isinstance(ran, Fault):
            return ran
        answer = ran[-1]
        assert answer is not None  # the last step is a query
        answers.append(answer)
        values.append(tuple(ran))
        before += len(part.steps)
    return Solution(answers[-1], tuple(answers), tuple(values))


def _run(
    part: SubTrace, before: int, answers: Sequence[Number], numbers: Sequence[Number], rules: Rules
) -> list[Number | None] | Fault:
    """Run one sub-trace; return the value of each step, the answer last."""
    known: dict[str, Number] = {}
    given: set[str] = set()  # names that nothing but an init has set
    values: list[Number | None] = []
    value: Any
    last = len(part.steps)
    for index, step in enumerate(part.steps, 1):
        op, fields = step.op, step.fields
        if op == "init":
            var = fields["var"]
            if var in known:
                hint = "give the new value a name of its own, or compute it"
                return Fault("redefined_name", before + index, f"init sets {var!r}, which exists already", hint)
            value = fields.get("value")
            if value is None:
                value = _source(fields["source"], before + index, answers, numbers)
                if value.__class__ is Fault:
                    return value
            known[var] = value
            given.add(var)
        elif op == "query":
            fault = _query(fields["var"], index, last, before, known, given, rules)
            if fault:
                return fault
            value = known[fields["var"]]
        elif op == "formula":
            value = None
        else:
            value = _operate(step, OPERATIONS[op], before + index, known, given)
            if value.__class__ is Fault:
                return value
        values.append(value)
    if not part.steps or part.steps[-1].op != "query":
        return Fault("missing_query", before + last, "the last step is no query", "end with {op: query, var: NAME}")
    return values


def _query(
    var: str, index: int, last: int, before: int, known: dict[str, Number], given: set[str], rules: Rules
) -> Fault | None:
    if var not in known:
        return _undefined(var, before + index, known)
    if index < last:
        return Fault("step_after_query", before + index + 1, "a step stands after the query", "the query comes last")
    if var in given and not rules.short_circuit:
        hint = "query a name that a step computes"
        return Fault("short_circuit", before + index, f"{var!r} was only given, not computed", hint)
    return None


def _source(source: str, index: int, answers: Sequence[Number], numbers: Sequence[Number]) -> Number | Fault:
    """Look up `n3`, `prev.result` or `sub0.result`."""
    if source[0] == "n" and source[1:].isdecimal():
        place = int(source[1:])
        if 0 < place <= len(numbers):
            return numbers[place - 1]
        have = f"the question has {len(numbers)} numbers" if numbers else "no question with numbers is given"
        return Fault("unknown_source", index, f"{source!r} points at no number", have)
    place = len(answers) - 1 if source.startswith("prev.") else int(source[3:-7]) if source.startswith("sub") else -1
    if source.endswith(".result") and 0 <= place < len(answers):
        return answers[place]
    have = f"{len(answers)} sub-traces come before this one" if answers else "no sub-trace comes before this one"
    return Fault("unknown_source", index, f"{source!r} is no earlier answer", have)


def _operate(step: Step, operation: Operation, index: int, known: dict[str, Number], given: set[str]) -> Number | Fault:
    """Run an operation that computes: look its arguments up, apply its function, set what it sets."""
    fields = step.fields
    is_compute = step.op == "compute"
    items = fields["args"] if is_compute else [fields[key] for key in operation.reads]
    try:
        args: list[Number] = [known[item] if item.__class__ is str else item for item in items]
    except KeyError:
        return _undefined(next(item for item in items if item.__class__ is str and item not in known), index, known)
    if not is_compute and operation.changes:
        return _change(fields, operation, args[0], index, known, given)
    try:
        if is_compute:
            value = _FUNCTIONS[fields["compute_op"]](args)
        else:
            assert operation.function is not None
            value = operation.function(*args)
    except ZeroDivisionError:
        return Fault("division_by_zero", index, f"a divisor is zero in {render_step(step)[2:]}")
    if value.__class__ is not int:
        value = tidy(value)
    if not -_BELOW < value < _BELOW or (value.__class__ is not int and _large(value)):
        return Fault("too_large", index, f"the result has more than {MAX_BITS} bits")
    var: str = fields[operation.sets]
    known[var] = value
    given.discard(var)
    return value


def _change(
    fields: dict[str, str], operation: Operation, amount: Number, index: int, known: dict[str, Number], given: set[str]
) -> Number | Fault:
    """Add the amount to entities, or take it from them; return what the first one holds then."""
    for change in operation.changes:
        entity = fields[change.entity]
        if entity not in known and not change.may_be_new:
            return _undefined(entity, index, known)
    for change in operation.changes:
        entity = fields[change.entity]
        value = tidy(known.get(entity, 0) + change.sign * amount)
        if _large(value):
            return Fault("too_large", index, f"the result has more than {MAX_BITS} bits")
        known[entity] = value
        given.discard(entity)
    return known[fields[operation.changes[0].entity]]


def _large(value: Number) -> bool:
    if value.__class__ is int:
        return value.bit_length() > MAX_BITS
    return value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS


def _undefined(name: str, index: int, known: dict[str, Number]) -> Fault:
    hint = nearest(name, known) or (f"known here: {', '.join(list(known)[:8])}" if known else "init it first")
    return Fault("undefined_name", index, f"{name!r} is read before it is set", hint)


def lint(
    trace: Trace, solution: Solution, mentions: Sequence[Mention] = (), question_given: bool = False
) -> tuple[Lint, ...]:
    """Return the remarks on a solved trace, in the order of its steps.

    `question_given` says that `mentions` are all the numbers of the question, so that a value can be found ungrounded.
    """
    found: list[Lint] = []
    grounds = {mention.value for mention in mentions} if question_given else None
    before = 0
    for place, part in enumerate(trace.parts):
        _lint_part(part, solution.values[place], before, grounds, found)
        if place and any(part.steps == other.steps for other in trace.parts[:place]):
            found.append(Lint("repeated_subtrace", before + 1, f"sub-trace {place + 1} stands twice"))
        before += len(part.steps)
    return tuple(found)


def _lint_part(
    part: SubTrace, values: Sequence[Number | None], before: int, grounds: set[Number] | None, found: list[Lint]
) -> None:
    unread: dict[str, int] = {}  # name -> the step that set it last, while nothing has read it
    last = len(part.steps) - 1
    for index, step in enumerate(part.steps):
        op, fields = step.op, step.fields
        if op == "init":
            if grounds is not None and "value" in fields:
                value = fields["value"]
                if value not in grounds and value not in CONSTANTS:
                    found.append(_ungrounded(value, before + index + 1))
            unread[fields["var"]] = index
            continue
        operation = OPERATIONS[op]
        for key in operation.reads:
            item = fields[key]
            for argument in item if item.__class__ is tuple else (item,):
                if argument.__class__ is str:
                    unread.pop(argument, None)
                elif grounds is not None and argument not in grounds and argument not in CONSTANTS:
                    found.append(_ungrounded(argument, before + index + 1))
        if op == "query":
            unread.pop(fields["var"], None)
        elif operation.sets:
            unread[fields[operation.sets]] = index
        elif operation.changes:
            left = values[index]
            if left is not None and left < 0:
                entity = fields[operation.changes[0].entity]
                found.append(Lint("negative_entity", before + index + 1, f"{entity!r} falls to {write(left)}"))
            for change in operation.changes:
                if change.sign < 0:
                    unread.pop(fields[change.entity], None)
    for name, index in unread.items():
        kind = "dangling_result" if index == last - 1 else "unused_variable"
        found.append(Lint(kind, before + index + 1, f"{name!r} is set and never read"))


def _ungrounded(value: Number, index: int) -> Lint:
    message = f"{write(value)} stands neither in the question nor among the known constants"
    return Lint("ungrounded_value", index, message)
