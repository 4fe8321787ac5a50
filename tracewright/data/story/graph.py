"""The graph of a story, quantities and the steps that compute them, and the trace that is written from it.

A quantity is given (a number of the question), constant (7 days), or computed by one step from others. The trace holds
what the asked quantity needs, each init just before the step that needs it; what it does not need is a distractor.
The expert follows from the steps by the rule of docs/data.md; percentages beside other steps make a composition, cut so
that each sub-trace hands on one value.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from tracewright.data.naming import RESERVED, Naming, letter, rename
from tracewright.number import Number, tidy
from tracewright.trace.render import render
from tracewright.trace.syntax import Step, SubTrace, Trace

PERCENT_OPS = ("percent_of", "percent_off", "percent_increase")


class Node:
    """One quantity: its value, a name for its variable, and where it comes from."""

    __slots__ = ("args", "kind", "mention", "name", "op", "owner", "value")

    def __init__(
        self, value: Number, name: str, kind: str, op: str = "", args: "tuple[Node, ...]" = (), owner: str = ""
    ) -> None:
        self.value = value
        self.name = name
        self.kind = kind
        """How it is written where it is given (a number kind of the schemas); `constant`; empty: computed."""
        self.op = op
        self.args = args
        self.mention = 0
        """The mention of the question that a given quantity is; 0: not told yet."""
        self.owner = owner
        """What the expert follows from: `relation` compares like with like, `sum` adds up, `event` gains or loses."""


_OPS: dict[str, Callable[[Sequence[Number]], Number]] = {
    "add": lambda values: sum(values[1:], values[0]),
    "sub": lambda values: values[0] - sum(values[1:]),
    "mul": lambda values: values[0] * values[1],
    "div": lambda values: Fraction(values[0]) / values[1],
    "percent_of": lambda values: Fraction(values[0] * values[1]) / 100,
    "percent_off": lambda values: Fraction(values[0] * (100 - values[1])) / 100,
    "percent_increase": lambda values: Fraction(values[0] * (100 + values[1])) / 100,
}


_WHOLE: dict[str, Callable[[Number, Number], Number]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul,
}  # fmt: skip
"""What two whole numbers give at once."""


def computed(op: str, args: tuple[Node, ...], name: str, owner: str = "") -> Node:
    """Return the quantity that a step computes."""
    if len(args) == 2:
        first, second = args[0].value, args[1].value
        if first.__class__ is int and second.__class__ is int and op in _WHOLE:
            return Node(_WHOLE[op](first, second), name, "", op, args, owner)
        if second.__class__ is Fraction and op == "mul" and first.__class__ is int:
            whole, rest = divmod(first * second.numerator, second.denominator)
            if not rest:
                return Node(whole, name, "", op, args, owner)
    return Node(tidy(_OPS[op]([arg.value for arg in args])), name, "", op, args, owner)


def needed(target: Node) -> list[Node]:
    """Return the computed quantities that a target needs, itself last, each after those it is computed from."""
    order: list[Node] = []
    seen: set[int] = set()

    def visit(node: Node) -> None:
        seen.add(id(node))
        for arg in node.args:
            if arg.op and id(arg) not in seen:
                visit(arg)
        order.append(node)

    if target.op:
        visit(target)
    return order


def used_mentions(steps: Iterable[Node]) -> set[int]:
    """Return the mentions that the steps refer to."""
    return {arg.mention for step in steps for arg in step.args if arg.mention}


def expert_of(steps: Sequence[Node], rate: bool) -> str:
    """Return the expert that a set of steps belongs to; `composition` for percentages beside other steps."""
    percent = sum(step.op in PERCENT_OPS for step in steps)
    if percent:
        return "percentage" if percent == len(steps) else "composition"
    if _entity_chain(steps):
        return "entity_track"
    if any(step.owner == "relation" for step in steps) and all(step.owner in ("relation", "sum") for step in steps):
        return "comparison"
    if rate and all(step.op in ("mul", "div") for step in steps):
        return "rate_equation"
    return "arithmetic"


def _entity_chain(steps: Sequence[Node]) -> bool:
    """Say whether the steps are gains and losses of one amount, one after the other, and nothing else."""
    if len(steps) < 2 or steps[0].args[0].op:
        return False
    before: Node | None = None
    for step in steps:
        if step.owner != "event" or step.op not in ("add", "sub") or any(arg.op for arg in step.args[1:]):
            return False
        if before is not None and step.args[0] is not before:
            return False
        before = step
    return True


def write_trace(steps: Sequence[Node], rate: bool, naming: Naming, owner: str, entity: str) -> tuple[str, str, int]:
    """Return the canonical text of the trace of steps (see `needed`), its expert, and how many steps compute.

    `owner` is what the naming `per_instance` puts in front; `entity` names the amount that an `entity_track` follows.
    The text is written at once, for speed: it is what `render` gives of the trace with `rename`d variables, and the
    tests hold it against that.
    """
    expert = expert_of(steps, rate)
    if expert == "entity_track":
        part, count = _entity_part(steps, entity)
        return render(rename(Trace((part,)), naming, owner)), expert, count
    if expert == "composition":
        parts = ["- " + text.replace("\n", "\n  ") for text in _composition(steps, naming, owner)]
        return "\n".join(parts), expert, len(steps)
    return _part(steps, {}, expert, naming, owner), expert, len(steps)


@lru_cache(maxsize=1 << 14)
def _reserved(name: str) -> bool:
    return RESERVED.match(name) is not None


class _Names:
    """Variable names of one sub-trace: each different, none of those that the strategies give."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def name(self, node: Node) -> str:
        found, count = node.name, 1
        while found in self.taken or _reserved(found):
            count += 1
            found = f"{node.name}{count}"
        self.taken.add(found)
        return found


def _init(node: Node, name: str) -> Step:
    return Step("init", {"var": name, "source": f"n{node.mention}"})


def _part(steps: Sequence[Node], sources: dict[int, str], expert: str, naming: Naming, owner: str) -> str:
    """Write the steps of one expert; `sources` says which earlier sub-trace a quantity comes from.

    Variables are named as a strategy shows them: see `data/naming.py`.
    """
    names = _Names()
    prefix = f"{owner}." if owner and naming == "per_instance" else ""
    fixed = naming in ("hybrid", "abstract")
    shown: dict[int, str] = {}
    entered = 0
    lines = [f"expert: {expert}", "trace:"]
    for place, step in enumerate(steps, 1):
        args = []
        for arg in step.args:
            name = shown.get(id(arg))
            if name is None:
                name = names.name(arg)
                if naming == "abstract":
                    name = letter(entered)
                    entered += 1
                elif prefix and "." not in name:
                    name = prefix + name
                shown[id(arg)] = name
                lines.append(f"- {{op: init, var: {name}, {_value(arg, sources)}}}")
            args.append(name)
        own = names.name(step)
        if fixed:
            own = f"step{place}" if place < len(steps) else "result"
        elif prefix and "." not in own:
            own = prefix + own
        shown[id(step)] = own
        if step.op in PERCENT_OPS:
            lines.append(f"- {{op: {step.op}, base: {args[0]}, rate: {args[1]}, var: {own}}}")
        else:
            lines.append(f"- {{op: compute, compute_op: {step.op}, args: [{', '.join(args)}], var: {own}}}")
    lines.append(f"- {{op: query, var: {shown[id(steps[-1])]}}}")
    return "\n".join(lines)


def _value(node: Node, sources: dict[int, str]) -> str:
    if id(node) in sources:
        return f"source: {sources[id(node)]}"
    if node.kind == "constant":
        return f"value: {node.value}"
    assert node.mention, f"{node.name} is used and told nowhere"
    return f"source: n{node.mention}"


def _entity_part(steps: Sequence[Node], entity: str) -> tuple[SubTrace, int]:
    """Write gains and losses of one amount as consume and add_entity."""
    names = _Names()
    names.taken.add(entity)
    lines = [_init(steps[0].args[0], entity)]
    count = 0
    for step in steps:
        for arg in step.args[1:]:
            amount = names.name(arg)
            lines.append(_init(arg, amount))
            lines.append(Step("add_entity" if step.op == "add" else "consume", {"entity": entity, "amount": amount}))
            count += 1
    lines.append(Step("query", {"var": entity}))
    return SubTrace("entity_track", tuple(lines)), count


def _composition(steps: Sequence[Node], naming: Naming, owner: str) -> list[str]:
    """Cut steps into sub-traces of one kind each, of which every one hands on its last value alone.

    A step goes with the only step that reads it, where both are percentages or both are not.
    """
    readers: dict[int, list[Node]] = {id(step): [] for step in steps}
    for step in steps:
        for arg in {id(arg): arg for arg in step.args}.values():
            if arg.op:
                readers[id(arg)].append(step)
    group: dict[int, int] = {}
    for step in reversed(steps):
        reading = {group[id(reader)] for reader in readers[id(step)]}
        alike = all((reader.op in PERCENT_OPS) == (step.op in PERCENT_OPS) for reader in readers[id(step)])
        group[id(step)] = reading.pop() if len(reading) == 1 and alike else id(step)
    last = {group[id(step)]: place for place, step in enumerate(steps)}
    parts: list[str] = []
    sources: dict[int, str] = {}
    for key in sorted(last, key=lambda key: last[key]):
        members = [step for step in steps if group[id(step)] == key]
        here = {
            arg: (f"sub{place}.result" if place < len(parts) - 1 else "prev.result") for arg, place in _places(sources)
        }
        parts.append(
            _part(members, here, "percentage" if members[0].op in PERCENT_OPS else "arithmetic", naming, owner)
        )
        sources[id(members[-1])] = str(len(parts) - 1)
    return parts


def _places(sources: dict[int, str]) -> list[tuple[int, int]]:
    return [(node, int(place)) for node, place in sources.items()]
