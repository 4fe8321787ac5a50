"""Run a trace: Trace (and the numbers of its question) -> Solution, or the first Fault. Exact, total and bounded.

Nothing raises, whatever the trace says, and nothing is rounded. Lints, which are remarks and no faults, are found by
`lint` on a solved trace.

A trace is wired first: names and sources are looked up, once for all numbers that a question may hold. Then it is run
on some, and only dividing by zero and numbers of too many bits can go wrong.
"""

from collections.abc import Callable, Collection, Sequence
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


class Work(NamedTuple):
    """One thing to compute: `registers[out] = function(registers[args])`."""

    function: Callable[[list[Number]], Number]
    args: tuple[int, ...]
    out: int
    at: int
    """The number of its step in the whole trace, from 1."""
    step: Step


class Wired(NamedTuple):
    """A trace whose names and sources are looked up.

    Registers hold the numbers of the question, then literals and results in the order of the steps.
    """

    registers: tuple[Number, ...]
    """Those after the numbers of the question: literals, and 0 for what is to be computed."""
    works: tuple[Work, ...]
    shown: tuple[tuple[int | None, ...], ...]
    """For each sub-trace and each step, the register of the value that it set; the answer's last."""
    fault: Fault | None
    """What is wrong with the trace whatever the numbers are, after the work that comes before it."""

    def run(self, numbers: Sequence[Number]) -> Solution | Fault:
        """Run the trace on the values of the mentions, as many as it was wired for."""
        registers = self._work(numbers)
        if isinstance(registers, Fault):
            return registers
        values = tuple([tuple([None if at is None else registers[at] for at in part]) for part in self.shown])
        answers: Any = tuple([part[-1] for part in values])  # the last step is a query, which shows a number
        return Solution(answers[-1], answers, values)

    def answer(self, numbers: Sequence[Number]) -> Number | Fault:
        """Return the answer that `run` gives, without the values on the way."""
        registers = self._work(numbers)
        if isinstance(registers, Fault):
            return registers
        place = self.shown[-1][-1]
        assert place is not None
        return registers[place]

    def _work(self, numbers: Sequence[Number]) -> list[Number] | Fault:
        """Compute what is to be computed; return all registers."""
        registers = [*numbers, *self.registers]
        for function, args, out, at, step in self.works:
            try:
                value = function([registers[arg] for arg in args])
            except ZeroDivisionError:
                return Fault("division_by_zero", at, f"a divisor is zero in {render_step(step)[2:]}")
            if value.__class__ is not int:
                value = tidy(value)
            if not -_BELOW < value < _BELOW or (value.__class__ is not int and _large(value)):
                return Fault("too_large", at, f"the result has more than {MAX_BITS} bits")
            registers[out] = value
        return self.fault or registers


def solve(trace: Trace, mentions: Sequence[Mention] = (), rules: Rules = DEFAULT_RULES) -> Solution | Fault:
    """Run a trace; return its answer and the value of every step, or the first fault met."""
    return wire(trace, len(mentions), rules).run([mention.value for mention in mentions])


def wire(trace: Trace, count: int, rules: Rules = DEFAULT_RULES) -> Wired:
    """Look up the names and sources of a trace for a question of so many numbers, up to the first fault."""
    wirer = _Wirer(count, rules)
    fault = None if trace.parts else Fault("empty_composition", 0, "the list of sub-traces is empty")
    for part in trace.parts:
        fault = wirer.wire(part)
        if fault:
            break
    return Wired(tuple(wirer.registers), tuple(wirer.works), tuple(wirer.shown), fault)


class _Wirer:
    """Wires the sub-traces of one trace in turn."""

    def __init__(self, count: int, rules: Rules) -> None:
        self.count, self.rules = count, rules
        self.registers: list[Number] = []
        self.works: list[Work] = []
        self.shown: list[tuple[int | None, ...]] = []
        self.before = 0
        """Steps of the sub-traces before this one."""

    def wire(self, part: SubTrace) -> Fault | None:
        known: dict[str, int] = {}  # the register of each name
        given: set[str] = set()  # names that nothing but an init has set
        shown: list[int | None] = []
        place: int | Fault | None
        for index, step in enumerate(part.steps, self.before + 1):
            op, fields = step.op, step.fields
            if op == "init":
                place = self._init(fields, index, known)
                given.add(fields["var"])
            elif op == "query":
                place = self._query(fields["var"], index, self.before + len(part.steps), known, given)
            elif op == "formula":
                place = None
            else:
                place = self._operate(step, OPERATIONS[op], index, known, given)
            if place.__class__ is Fault:
                return place
            shown.append(place)  # type: ignore[arg-type]
        self.before += len(part.steps)
        if not part.steps or part.steps[-1].op != "query":
            return Fault("missing_query", self.before, "the last step is no query", "end with {op: query, var: NAME}")
        self.shown.append(tuple(shown))
        return None

    def _init(self, fields: dict[str, Any], index: int, known: dict[str, int]) -> int | Fault:
        var = fields["var"]
        if var in known:
            hint = "give the new value a name of its own, or compute it"
            return Fault("redefined_name", index, f"init sets {var!r}, which exists already", hint)
        value = fields.get("value")
        place = self._source(fields["source"], index) if value is None else self._literal(value)
        if place.__class__ is int:
            known[var] = place
        return place

    def _literal(self, value: Number) -> int:
        """Give a number a register; return which."""
        self.registers.append(value)
        return self.count + len(self.registers) - 1

    def _source(self, source: str, index: int) -> int | Fault:
        """Look up `n3`, `prev.result` or `sub0.result`."""
        if source[0] == "n" and source[1:].isdecimal():
            place = int(source[1:])
            if 0 < place <= self.count:
                return place - 1
            have = f"the question has {self.count} numbers" if self.count else "no question with numbers is given"
            return Fault("unknown_source", index, f"{source!r} points at no number", have)
        done = len(self.shown)
        place = done - 1 if source.startswith("prev.") else int(source[3:-7]) if source.startswith("sub") else -1
        if source.endswith(".result") and 0 <= place < done:
            answer = self.shown[place][-1]
            assert answer is not None
            return answer
        have = f"{done} sub-traces come before this one" if done else "no sub-trace comes before this one"
        return Fault("unknown_source", index, f"{source!r} is no earlier answer", have)

    def _query(self, var: str, index: int, last: int, known: dict[str, int], given: set[str]) -> int | Fault:
        if var not in known:
            return _undefined(var, index, known)
        if index < last:
            return Fault("step_after_query", index + 1, "a step stands after the query", "the query comes last")
        if var in given and not self.rules.short_circuit:
            hint = "query a name that a step computes"
            return Fault("short_circuit", index, f"{var!r} was only given, not computed", hint)
        return known[var]

    def _operate(
        self, step: Step, operation: Operation, index: int, known: dict[str, int], given: set[str]
    ) -> int | Fault:
        """Wire an operation that computes: look its arguments up, give what it sets a register."""
        fields = step.fields
        is_compute = step.op == "compute"
        items = fields["args"] if is_compute else [fields[key] for key in operation.reads]
        for item in items:
            if item.__class__ is str and item not in known:
                return _undefined(item, index, known)
        args = tuple([known[item] if item.__class__ is str else self._literal(item) for item in items])
        if not is_compute and operation.changes:
            return self._change(step, operation, args[0], index, known, given)
        function = _FUNCTIONS[fields["compute_op"]] if is_compute else _of_list(operation.function)
        var: str = fields[operation.sets]
        given.discard(var)
        known[var] = self._work(function, args, index, step)
        return known[var]

    def _change(
        self, step: Step, operation: Operation, amount: int, index: int, known: dict[str, int], given: set[str]
    ) -> int | Fault:
        """Add the amount to entities, or take it from them; return where stands what the first one holds then."""
        fields = step.fields
        for change in operation.changes:
            entity = fields[change.entity]
            if entity not in known and not change.may_be_new:
                return _undefined(entity, index, known)
        for change in operation.changes:
            entity = fields[change.entity]
            held = known[entity] if entity in known else self._literal(0)
            function = _FUNCTIONS["add" if change.sign > 0 else "sub"]
            known[entity] = self._work(function, (held, amount), index, step)
            given.discard(entity)
        return known[fields[operation.changes[0].entity]]

    def _work(self, function: Callable[[list[Number]], Number], args: tuple[int, ...], index: int, step: Step) -> int:
        """Note something to compute; return the register of its result."""
        out = self._literal(0)
        self.works.append(Work(function, args, out, index, step))
        return out


def _of_list(function: Callable[..., Number] | None) -> Callable[[list[Number]], Number]:
    """Return a function of a list for one of several arguments."""
    assert function is not None  # what sets a variable and is no compute has one
    return lambda args: function(*args)


def _large(value: Number) -> bool:
    return value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS


def _undefined(name: str, index: int, known: Collection[str]) -> Fault:
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
