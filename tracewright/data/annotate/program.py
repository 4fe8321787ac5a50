"""A wired solution as a program: operations over mentions, constants and earlier results, ready to be run or written.

Percentages become the percentage operations where a slot is filled by a rate; restated steps are one step; steps that
the answer does not need are left out.

Not covered: names and the trace language itself (`compose.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.slots import Candidate, Shaped, Slot, SlotProduct, SlotSum, SlotTree
from tracewright.number import Number, tidy


class Ref(NamedTuple):
    """What an operation reads: mention `place`, the constant `value`, or the result of step `place`."""

    kind: str
    """`mention`, `constant`, `free` (a constant that nothing calls for), `step`, `numerator` or `denominator`."""
    place: int = 0
    value: Number = 0


class Op(NamedTuple):
    """One operation: `add sub mul div floor ceil round` over its arguments, or `percent_*` over base and rate."""

    name: str
    args: tuple[Ref, ...]
    equation: int = -1
    """The equation of the solution that it was made for, -1 for none."""


@dataclass
class Program:
    """Operations in order; each may read earlier ones. `answer` is what the last one gives."""

    ops: list[Op] = field(default_factory=list)
    seen: dict[tuple[str, tuple[Ref, ...]], int] = field(default_factory=dict)

    def add(self, name: str, args: tuple[Ref, ...], equation: int) -> Ref:
        """Append an operation, or find the equal one that is there already."""
        if len(args) == 2:
            undone = self._undo(name, args)
            if undone:
                return undone
            name, args = self._fold_share(name, args) or (name, args)
        key = (name, tuple(sorted(args)) if name in ("add", "mul") else args)
        if key not in self.seen:
            self.seen[key] = len(self.ops)
            self.ops.append(Op(name, args, equation))
        return Ref("step", self.seen[key])

    def _undo(self, name: str, args: tuple[Ref, ...]) -> Ref | None:
        """Return x for `(x / c) * c`: two dozen are one number of the question, 24, whatever the solution does."""
        for first, second in (args, args[::-1]):
            if name == "mul" and first.kind == "step" and second.kind == "constant":
                base = self.ops[first.place]
                if base.name == "div" and base.args[1:] == (second,):
                    return base.args[0]
        return None

    def _fold_share(self, name: str, args: tuple[Ref, ...]) -> tuple[str, tuple[Ref, ...]] | None:
        """Turn `(x / 4) * 3`, both numbers of the mention 3/4, into `x * 3/4`, and `(x / 3) * 4` into `x / 3/4`."""
        for first, second in (args, args[::-1]) if name == "mul" else (args,):
            if first.kind != "step" or second.kind not in ("numerator", "denominator"):
                continue
            base = self.ops[first.place]
            if len(base.args) != 2 or {base.name, name} != {"mul", "div"}:
                continue
            other = "denominator" if second.kind == "numerator" else "numerator"
            for inner, left in (base.args, base.args[::-1]) if base.name == "mul" else (base.args[::-1],):
                if inner == Ref(other, second.place):
                    whole = Ref("mention", second.place)
                    multiplied = (second.kind == "numerator") == (name == "mul")
                    return ("mul" if multiplied else "div"), (left, whole)
        return None


_FUNCTIONS: dict[str, Callable[[list[Number]], Number]] = {
    "percent_of": lambda args: Fraction(args[0]) * args[1] / 100,
    "percent_off": lambda args: Fraction(args[0]) * (100 - args[1]) / 100,
    "percent_increase": lambda args: Fraction(args[0]) * (100 + args[1]) / 100,
    "floor": lambda args: args[0] // 1,
    "ceil": lambda args: -(-args[0] // 1),
    "round": lambda args: (Fraction(args[0]) + Fraction(1, 2)) // 1,
}


def run(ops: Sequence[Op], numbers: Sequence[Number], steps: Sequence[int] | None = None) -> list[Number]:
    """Run operations with these numbers as the mentions; return the result of each.

    `steps` are the ones to run, in order, if not all; the result of each other one is 0.

    Raises:
        ZeroDivisionError: a divisor is zero.
    """
    values: list[Number] = [0] * len(ops)
    for step in range(len(ops)) if steps is None else steps:
        op = ops[step]
        args = [_value(ref, numbers, values) for ref in op.args]
        if op.name in _FUNCTIONS:
            value = _FUNCTIONS[op.name](args)
        else:
            value = args[0]
            for arg in args[1:]:
                if op.name == "add":
                    value = value + arg
                elif op.name == "sub":
                    value = value - arg
                elif op.name == "mul":
                    value = value * arg
                else:
                    value = Fraction(value) / arg
        values[step] = value
    return values


def _value(ref: Ref, numbers: Sequence[Number], values: Sequence[Number]) -> Number:
    if ref.kind in ("constant", "free"):
        return ref.value
    if ref.kind == "step":
        return values[ref.place]
    number = numbers[ref.place]
    if ref.kind == "mention":
        return number
    return Fraction(number).numerator if ref.kind == "numerator" else Fraction(number).denominator


def needed_steps(ops: Sequence[Op], answer: Ref) -> list[int]:
    """Return the operations that an answer needs, in order; itself last."""
    needed: set[int] = set()
    stack = [answer.place] if answer.kind == "step" else []
    while stack:
        at = stack.pop()
        if at not in needed:
            needed.add(at)
            stack += [ref.place for ref in ops[at].args if ref.kind == "step"]
    return sorted(needed)


def prune(ops: Sequence[Op], answer: Ref) -> list[Op]:
    """Keep the operations that the answer needs, numbered anew; the answer is the last of them."""
    order = needed_steps(ops, answer)
    place = {old: new for new, old in enumerate(order)}
    return [
        ops[old]._replace(
            args=tuple(ref._replace(place=place[ref.place]) if ref.kind == "step" else ref for ref in ops[old].args)
        )
        for old in order
    ]


class Built(NamedTuple):
    """A program, and for each equation of the solution what holds its result."""

    program: Program
    results: tuple[Ref, ...]


HIDDEN = frozenset(("plus_one", "minus_one", "joined"))
"""Views that make a value by a step that nothing in the solution shows."""


def build(shaped: Sequence[Shaped], picks: Sequence[Candidate]) -> Built:
    """Turn equations with their wiring into a program."""
    program = Program()
    results: list[Ref] = []
    chosen = {}
    at = 0
    for each in shaped:
        for slot in each.slots:
            chosen[slot] = picks[at]
            at += 1
    for index, each in enumerate(shaped):
        known = _stated_before(index, shaped, chosen)
        results.append(results[known] if known >= 0 else _Builder(program, chosen, results, index).node(each.tree))
    return Built(program, tuple(results))


def _stated_before(index: int, shaped: Sequence[Shaped], chosen: dict[Slot, Candidate]) -> int:
    """Find the solved equation that one with a number from nowhere restates (12x = 60, x = 60 / 12); -1 for none."""
    picks = [chosen[slot] for slot in shaped[index].slots]
    if all(pick.kind != "free" and pick.view not in HIDDEN for pick in picks):
        return -1
    value = shaped[index].equation.value
    for before in range(index):
        if shaped[before].equation.letter and shaped[before].equation.value == value:
            return before
    return -1


def constant(value: Number) -> Ref:
    """Refer to a constant."""
    return Ref("constant", 0, tidy(value))


class _Builder:
    """Writes the operations of one equation."""

    def __init__(self, program: Program, chosen: dict[Slot, Candidate], results: Sequence[Ref], index: int) -> None:
        self.program, self.chosen, self.results, self.index = program, chosen, results, index

    def add(self, name: str, *args: Ref) -> Ref:
        return self.program.add(name, args, self.index)

    def node(self, tree: SlotTree) -> Ref:
        if isinstance(tree, Slot):
            return self.alone(tree)
        if isinstance(tree, SlotSum):
            return self.sum(tree)
        return self.product(tree)

    def source(self, pick: Candidate) -> Ref:
        """Refer to what a candidate takes its value from, whatever the view."""
        if pick.kind == "mention":
            return Ref("mention", pick.place)
        if pick.kind == "result":
            return self.results[pick.place]
        return Ref("free", 0, pick.value) if pick.kind == "free" else constant(pick.value)

    def alone(self, slot: Slot) -> Ref:
        """Make the value of a slot by itself."""
        pick = self.chosen[slot]
        source = self.source(pick)
        percent = pick.kind == "mention" and pick.view in ("complement", "flip") and pick.value >= 1
        match pick.view:
            case "same":
                return source
            case "rate" | "hundredth":
                return self.add("div", source, constant(100))
            case "complement" if percent:
                return self.add("percent_off", constant(1), source)
            case "off":
                return self.add("percent_off", constant(1), source)
            case "increase":
                return self.add("percent_increase", constant(1), source)
            case "flip":
                return self.add("div", constant(100 if percent else 1), source)
            case "complement":
                return self.add("sub", constant(1), source)
            case "one_more" | "plus_one":
                return self.add("add", source, constant(1))
            case "minus_one":
                return self.add("sub", source, constant(1))
            case "hundred_less":
                return self.add("sub", constant(100), source)
            case "hundred_more":
                return self.add("add", constant(100), source)
            case "dozens":
                return self.add("div", source, constant(12))
            case "scaled_up":
                return self.add("mul", source, constant(pick.by))
            case "scaled_down":
                return self.add("div", source, constant(pick.by))
            case "joined" if pick.sign == "into":
                return self.add("div", constant(pick.by), source)
            case "joined":
                return self.add(pick.sign, source, Ref("mention", pick.other))
            case "denominator" | "numerator":
                return Ref(pick.view, pick.place)
        raise AssertionError(pick.view)

    def sum(self, tree: SlotSum) -> Ref:
        terms = list(tree.terms)
        ahead = next((at for at, (_, negative) in enumerate(terms) if not negative), None)
        if ahead is None:
            terms.insert(0, (Slot(0, "plus", None, self.index), False))  # type: ignore[arg-type]
            self.chosen[terms[0][0]] = Candidate("constant", 0, "same", 0)  # type: ignore[index]
        elif ahead:
            terms.insert(0, terms.pop(ahead))
        return self._fold([(self.node(part), negative) for part, negative in terms], "add", "sub")

    def _fold(self, parts: list[tuple[Ref, bool]], plain: str, inverse: str) -> Ref:
        """Join parts from the left, as few operations as their signs allow."""
        total = parts[0][0]
        at = 1
        while at < len(parts):
            sign = parts[at][1]
            run_end = at
            while run_end < len(parts) and parts[run_end][1] == sign:
                run_end += 1
            total = self.add(inverse if sign else plain, total, *(ref for ref, _ in parts[at:run_end]))
            at = run_end
        return total

    def product(self, tree: SlotProduct) -> Ref:
        factors = list(tree.factors)
        lead = next((at for at, (part, divides) in enumerate(factors) if not divides and not self._applied(part)), None)
        if lead:
            factors.insert(0, factors.pop(lead))
        elif lead is None:
            first = factors[0]
            if first[1]:
                total = constant(1)
            else:
                total, factors = self.node(first[0]), factors[1:]
            return self._apply_all(total, factors)
        return self._apply_all(self.node(factors[0][0]), factors[1:])

    def _applied(self, part: SlotTree) -> bool:
        """Say whether a factor is written as an operation on what stands before it."""
        return isinstance(part, Slot) and self.chosen[part].view in ("rate", "off", "increase", "flip")

    def _apply_all(self, total: Ref, factors: list[tuple[SlotTree, bool]]) -> Ref:
        waiting: list[tuple[Ref, bool]] = [(total, False)]
        for part, divides in factors:
            if isinstance(part, Slot) and self._applied(part):
                pick = self.chosen[part]
                source = self.source(pick)
                if pick.view == "flip" and pick.value < 1:
                    waiting.append((source, not divides))
                    continue
                # A division by a share that is 1/rate is a rate of; a division by a rate is its inverse.
                if pick.view == "flip" and divides:
                    waiting = [(self.add("percent_of", self._fold(waiting, "mul", "div"), source), False)]
                    continue
                if not divides and pick.view != "flip":
                    name = {"rate": "percent_of", "off": "percent_off", "increase": "percent_increase"}[pick.view]
                    waiting = [(self.add(name, self._fold(waiting, "mul", "div"), source), False)]
                    continue
            waiting.append((self.node(part), divides))
        return self._fold(waiting, "mul", "div")
