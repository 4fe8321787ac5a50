"""A schema -> functions that draw a problem, work out its answer and tell it, fast enough to never wait for data.

Two small Python functions are written and compiled for each schema: `draw`, which takes one large random number apart
into the values of the slots, checks the conditions, and runs the trace; and for each wording `tell`, which writes the
question. No text of a schema reaches Python as it stands: names are checked, expressions are rewritten from their syntax
trees, everything else is quoted. `check.py` holds the outcome against the readers of the house, the solver among them.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from tracewright.data.expression import Expression
from tracewright.data.naming import Naming, rename
from tracewright.data.schema import WHOLE_KINDS, Schema, Slot
from tracewright.data.vocabulary import Values
from tracewright.data.wording import CHANCE, SPELLING, Range, write_python
from tracewright.errors import DataError, nearest
from tracewright.mention import read_mentions
from tracewright.number import Number, read_literal, tidy
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS
from tracewright.trace.render import render
from tracewright.trace.syntax import Step, SubTrace, Trace

RANDOM_BYTES = 64
"""Size of the random number that a problem is made of: 512 bits, of which schemas use 100 to 250."""
BUCKETS = 16
"""The numbers of a problem fall into one of these; FRESH is kept out of training, for the evaluation splits."""
FRESH = 5
_GOLDEN = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: multiplied by it, every bit reaches the upper ones. Source: Knuth, TAOCP 3, section 6.4."""
MAX_TRIES = 2000
"""Draws after which a schema's conditions are taken for impossible."""

Draw = Callable[[int], "tuple[tuple[Any, ...], Number, int, int] | None"]
"""From a random number to the values of the slots, the answer, what is left of the random number, and the bucket."""
Tell = Callable[[tuple[Any, ...], int, int], tuple[str, ...]]


class Telling(NamedTuple):
    """One wording, ready: how it is told, and where its numbers and names stand."""

    tell: Tell
    trace: Callable[[tuple[Any, ...]], str]
    """From the values of the slots to the trace's canonical text."""
    people: tuple[int, ...]
    """Places of the persons among the slots."""
    numbers: tuple[tuple[int, str], ...]
    """(piece, slot) of each number."""
    mentions: Mapping[str, int]
    """The mention (from 1) that each slot is first shown as."""


def random_number(key: str, salt: int = 0) -> int:
    """Return the number that a problem is made of: BLAKE2b of a key, 512 bits, the same anywhere."""
    return int.from_bytes(blake2b(key.encode(), digest_size=RANDOM_BYTES).digest(), "little") ^ salt


class Machine:
    """A compiled schema: draws values, and has each wording told."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.salt = random_number(f"schema/{schema.name}")
        self.order = tuple(schema.slots)
        self.source, constants = _Writer(schema).write()
        self.draw: Draw = _run(self.source, "draw", constants)
        self.ranges = {name: _range(slot) for name, slot in schema.slots.items() if slot.is_number}
        self.steps = sum(step.op not in ("init", "query", "formula") for part in schema.trace.parts for step in part.steps)
        self._tellings: dict[tuple[int, Naming], Telling] = {}
        self._samples: list[tuple[tuple[Any, ...], int]] = []

    def telling(self, wording: int, naming: Naming) -> Telling:
        """Return a wording with the trace that belongs to it.

        Raises:
            DataError: its numbers do not keep their places among the mentions, so no one trace fits all problems.
        """
        found = self._tellings.get((wording, naming))
        if found is None:
            found = self._tellings[wording, naming] = self._compile(wording, naming)
        return found

    def samples(self) -> list[tuple[tuple[Any, ...], int]]:
        """Return a few draws: values, and what is left of the random number."""
        tries = 0
        while len(self._samples) < 6:
            drawn = self.try_draw(random_number(f"sample/{tries}", self.salt))
            tries += 1
            if drawn:
                self._samples.append((drawn[0], drawn[2]))
            if tries > MAX_TRIES:
                raise DataError(f"{self.schema.path}: its conditions leave no problem in {MAX_TRIES} draws", "widen the ranges, or draw multiples")
        return self._samples

    def try_draw(self, number: int) -> tuple[tuple[Any, ...], Number, int, int] | None:
        """Draw once; None where a condition does not hold."""
        try:
            return self.draw(number)
        except ZeroDivisionError:
            return None

    def _compile(self, wording: int, naming: Naming) -> Telling:
        told = write_python(self.schema.wordings[wording], self.order, self.ranges)
        tell: Tell = _run(told.source, "tell", dict(SPELLING))
        mentions = self._mentions(tell, told.numbers, wording)
        places = {f"n{index}": f"n{mentions[slot]}" for index, slot in enumerate(self.schema.sources, 1)}
        trace = rename(_point(self.schema.trace, places), naming, _owner(self.schema))
        named = {
            insert.slot
            for insert in self.schema.wordings[wording].inserts
            if self.schema.slots[insert.slot].kind == "person" and insert.form == "one"
        }
        people = tuple(place for place, name in enumerate(self.order) if name in named)
        return Telling(tell, self._fill(render(trace)), people, told.numbers, mentions)

    def _mentions(self, tell: Tell, numbers: Sequence[tuple[int, str]], wording: int) -> Mapping[str, int]:
        """Find out, from a few samples in digits and in words, which mention each number is; all must agree."""
        found: dict[str, int] | None = None
        for place, (values, number) in enumerate(self.samples()):
            pieces = tell(values, number, (0, CHANCE, CHANCE // 2)[place % 3])
            here = mention_places(pieces, numbers)
            if found is not None and here != found or 0 in here.values():
                other = next(slot for slot, index in here.items() if index == 0 or found and found[slot] != index)
                where = f"{self.schema.path}, wording {wording + 1}"
                raise DataError(f"{where}: the number {{{other}}} is not always the same mention", f"read {''.join(pieces)!r}")
            found = here
        return found or {}

    def _fill(self, text: str) -> Callable[[tuple[Any, ...]], str]:
        """Return the function that puts the problem's names into the variables of a trace."""
        parts = text.replace("%", "%%").split("X_")
        places = []
        for index, part in enumerate(parts[1:], 1):
            name, _, rest = part.partition("_X")
            places.append(self.order.index(name))
            parts[index] = "%s" + rest
        if not places:
            return lambda values: text
        template = "".join(parts)
        return lambda values: template % tuple([_slug(values[place]) for place in places])


def mention_places(pieces: Sequence[str], numbers: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Return, for each number slot, the index of the mention it is first shown as; 0 where the reader sees none there."""
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    mentions = read_mentions("".join(pieces))
    places: dict[str, int] = {}
    for piece, slot in numbers:
        inside = [mention.index for mention in mentions if mention.start >= starts[piece] and mention.end <= starts[piece + 1]]
        places.setdefault(slot, inside[0] if len(inside) == 1 else 0)
    return places


def _slug(value: Any) -> str:
    return value.replace(" ", "_").lower() if isinstance(value, str) else value["slug"]


def _owner(schema: Schema) -> str:
    """Return what names of instances begin with: the first person, else the first noun."""
    for kind in ("person", "noun"):
        for slot in schema.slots.values():
            if slot.kind == kind and all("slug" in row for row in slot.rows):
                return f"X_{slot.name}_X"
    return ""


def _point(trace: Trace, places: Mapping[str, str]) -> Trace:
    """Replace the sources of a schema's trace by mentions."""

    def point(step: Step) -> Step:
        source = step.fields.get("source")
        return step._replace(fields={**step.fields, "source": places[source]}) if isinstance(source, str) and source in places else step

    return trace._replace(parts=tuple(part._replace(steps=tuple(map(point, part.steps))) for part in trace.parts))


def _range(slot: Slot) -> Range:
    if slot.draws == "values":
        numbers = [value for value in slot.values if isinstance(value, (int, Fraction))]
        return Range(slot.kind, min(numbers), max(numbers))
    return Range(slot.kind)


def _run(source: str, name: str, constants: dict[str, Any]) -> Any:
    """Compile a function that this package has written."""
    exec(compile(source, f"<{name}>", "exec"), constants)  # noqa: S102
    return constants[name]


def divide(left: Number, right: Number) -> Number:
    """Divide exactly; quick where both are whole and nothing is left."""
    if left.__class__ is int and right.__class__ is int:
        quotient, rest = divmod(left, right)
        if not rest:
            return int(quotient)
    return tidy(Fraction(left) / right)


def whole(value: Number) -> bool:
    """Say whether a number has no fraction."""
    return value.__class__ is int or value.denominator == 1


class _Writer:
    """Writes the function `draw` of one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.lines = ["def draw(x):"]
        self.constants: dict[str, Any] = {
            "div": divide, "whole": whole, "tidy": tidy, "number": lru_cache(read_literal), "Fraction": Fraction,
            "min": min, "max": max, "abs": abs,
        }  # fmt: skip
        self.variables = {name: f"s_{name}" for name in schema.slots}
        self.waiting = list(schema.where)
        self.exact: set[str] = set()  # variables that are certainly ints

    def line(self, text: str) -> None:
        self.lines.append("    " + text)

    def write(self) -> tuple[str, dict[str, Any]]:
        """Return the source, and the objects that it names."""
        known: set[str] = set()
        for slot in self.schema.slots.values():
            self.slot(slot)
            known.add(slot.name)
            self.conditions(known)
        answers: list[str] = []
        for part in self.schema.trace.parts:
            answers.append(self.part(part, len(answers), answers, known))
        self.conditions(known)
        if self.waiting:
            name = next(name for name in self.waiting[0].names if name not in known)
            raise DataError(f"{self.schema.path}: {self.waiting[0].text!r} names {name!r}, which is no slot or variable", nearest(name, known))
        if self.schema.results == "answer":
            self.line(f"if not whole({answers[-1]}) or {answers[-1]} <= 0: return None")
        values = "".join(f"s_{name}, " for name in self.schema.slots)
        self.line(f"return ({values}), {answers[-1]}, x, {self.bucket()}")
        return "\n".join(self.lines), self.constants

    def conditions(self, known: set[str]) -> None:
        """Write the conditions that can be checked now."""
        ready = [condition for condition in self.waiting if known.issuperset(condition.names)]
        self.waiting = [condition for condition in self.waiting if condition not in ready]
        for condition in ready:
            self.line(f"if not {condition.python(self.variables)}: return None")

    def python(self, expression: Expression | None) -> str:
        return expression.python(self.variables) if expression else "0"

    def take(self, count: str) -> None:
        """Write a draw from 0 to count - 1 into `r`."""
        self.line(f"x, r = divmod(x, {count})")

    def slot(self, slot: Slot) -> None:
        name = f"s_{slot.name}"
        if slot.draws in ("person", "row", "word", "values"):
            self.listed(slot, name)
        elif slot.draws == "field":
            owner, key = slot.field
            self.line(f"values = s_{owner}[{key!r}].numbers")
            self.take("len(values)")
            self.line(f"{name} = values[r]")
        elif slot.draws == "derived":
            self.line(f"{name} = {self.python(slot.low)}")
            self.line(f"if {name}.__class__ is not int: {name} = tidy({name})")
        else:
            self.drawn(slot, name)
        if slot.kind in WHOLE_KINDS:
            if slot.draws in ("field", "derived", "range", "multiple"):
                self.line(f"if {name}.__class__ is not int: return None")
            self.exact.add(name)
        elif slot.draws == "values" and all(value.__class__ is int for value in slot.values):
            self.exact.add(name)
        if slot.draws in ("derived", "range", "multiple"):
            self.line(f"if {name} <= 0: return None")

    def listed(self, slot: Slot, name: str) -> None:
        """Write a draw from a list; rows that lack a field that the schema uses are left out, and no row is drawn twice."""
        items = self.rows(slot) if slot.draws in ("person", "row") else slot.words or slot.values
        if len(items) == 1:
            self.constants[f"list{name}"] = items[0]
            self.line(f"{name} = list{name}")
            return
        whole_numbers = [item for item in items if item.__class__ is int]
        steps = {after - before for before, after in zip(whole_numbers, whole_numbers[1:], strict=False)}
        self.take(str(len(items)))
        if len(whole_numbers) == len(items) and len(steps) == 1:
            step = steps.pop()
            self.line(f"{name} = r + {items[0]}" if step == 1 else f"{name} = r * {step} + {items[0]}")
        else:
            self.constants[f"list{name}"] = tuple(items)
            self.line(f"{name} = list{name}[r]")
        for other in self.schema.slots.values():
            if other.name == slot.name:
                break
            if slot.draws in ("person", "row") and other.draws == slot.draws:
                self.line(f"if {name} is s_{other.name}: return None")

    def rows(self, slot: Slot) -> tuple[Any, ...]:
        needed = {other.field[1] for other in self.schema.slots.values() if other.draws == "field" and other.field[0] == slot.name}
        for wording in self.schema.wordings:
            needed |= {insert.form for insert in wording.inserts if insert.slot == slot.name and insert.form}
            if any(insert.slot == slot.name and not insert.form for insert in wording.inserts):
                needed.add("many")
        rows = [row for row in slot.rows if needed <= row.keys()]
        rows = [row for row in rows if not any(isinstance(row[key], str) for key in needed if self.is_field(slot, key))]
        if not rows:
            raise DataError(f"{self.schema.path}: no row of {slot.name!r} has all of {', '.join(sorted(needed))}")
        for key in needed:
            if not self.is_field(slot, key) and any(isinstance(row[key], Values) for row in rows):
                raise DataError(f"{self.schema.path}: {{{slot.name}.{key}}} is a number", f"draw it as a slot: '{key}: {slot.name}.{key}'")
        return tuple(rows)

    def is_field(self, slot: Slot, key: str) -> bool:
        return any(other.draws == "field" and other.field == (slot.name, key) for other in self.schema.slots.values())

    def drawn(self, slot: Slot, name: str) -> None:
        """Write a draw from a range with names in it, or of a multiple."""
        low, high = self.python(slot.low), self.python(slot.high)
        if slot.draws == "range":
            step = self.python(slot.step)
            self.line(f"low = {low}")
            self.line(f"n = ({high} - low) // {step} + 1")
            self.line("if n <= 0: return None")
            self.take("n")
            self.line(f"{name} = low + r * {step}" if step != "1" else f"{name} = low + r")
        else:
            plus = f" + {self.python(slot.plus)}" if slot.plus else ""
            less = f" - {self.python(slot.plus)}" if slot.plus else ""
            self.line(f"of = {self.python(slot.of)}")
            self.line(f"low = {low}" if slot.times else f"low = -(-({low}{less}) // of)")
            self.line(f"n = {high} - low + 1" if slot.times else f"n = (({high}){less}) // of - low + 1")
            self.line("if n <= 0: return None")
            self.take("n")
            self.line(f"{name} = of * (low + r){plus}")
        self.line(f"if {name}.__class__ is not int: {name} = tidy({name})")

    def bucket(self) -> str:
        """Write what the numbers of the problem fall into: a polynomial of the values that the question shows."""
        names = [name for name in self.schema.shown if not self.schema.slots[name].constant]
        value = "0"
        for name in names:
            exact = f"s_{name}" in self.exact
            value = f"({value} * 1009 + {f's_{name}' if exact else f'hash(s_{name})'})"
        return f"{value} * {_GOLDEN} >> {64 - BUCKETS.bit_length() + 1} & {BUCKETS - 1}"

    # The trace

    def part(self, part: SubTrace, index: int, answers: Sequence[str], known: set[str]) -> str:
        """Write the steps of one sub-trace; return the variable that holds its answer."""
        names: dict[str, str] = {}
        for step in part.steps:
            if step.op == "query":
                self.read(names, str(step.fields["var"]))
                break
            self.step(step, names, index, answers)
        for name, variable in names.items():
            if name not in self.variables:
                self.variables[name] = variable
            known.add(name)
        return names[str(part.steps[-1].fields["var"])]

    def step(self, step: Step, names: dict[str, str], index: int, answers: Sequence[str]) -> None:
        operation = OPERATIONS[step.op]
        fields = step.fields
        if step.op == "formula":
            return
        if step.op == "init":
            variable = names.setdefault(str(fields["var"]), f"t{index}_{len(names)}")
            value = self.init(fields, answers)
            self.line(f"{variable} = {value}")
            if value in self.exact or value.isdecimal():
                self.exact.add(variable)
            return
        if operation.changes:
            amount = self.read(names, fields["amount"])
            for change in operation.changes:
                entity = str(fields[change.entity])
                if entity not in names and change.may_be_new:
                    names[entity] = f"t{index}_{len(names)}"
                    self.line(f"{names[entity]} = 0")
                    self.exact.add(names[entity])
                variable = self.read(names, entity)
                self.store(variable, f"{variable} {'+' if change.sign > 0 else '-'} {amount}", {variable, amount} <= self.exact)
            return
        if step.op == "compute":
            args = [self.read(names, item) for item in fields["args"]]  # type: ignore[union-attr]
            value, exact = self.compute(str(fields["compute_op"]), args)
        else:
            args = [self.read(names, fields[key]) for key in operation.reads]
            value, exact = self.function(step.op, args)
        variable = names.setdefault(str(fields[operation.sets]), f"t{index}_{len(names)}")
        self.store(variable, value, exact)

    def init(self, fields: Mapping[str, Any], answers: Sequence[str]) -> str:
        if "value" in fields:
            return self.constant(fields["value"])
        source = fields["source"]
        if source == "prev.result":
            return answers[-1]
        if source.endswith(".result"):
            return answers[int(source[3:-7])]
        return f"s_{self.schema.sources[int(source[1:]) - 1]}"

    def constant(self, value: Number) -> str:
        if value.__class__ is int:
            return str(value)
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def read(self, names: Mapping[str, str], item: object) -> str:
        if not isinstance(item, str):
            return self.constant(item)  # type: ignore[arg-type]
        if item not in names:
            raise DataError(f"{self.schema.path}: the trace reads {item!r} before anything has set it", nearest(item, names))
        return names[item]

    def compute(self, op: str, args: list[str]) -> tuple[str, bool]:
        exact = all(arg in self.exact or arg.isdecimal() for arg in args)
        if op in ("add", "sub", "mul"):
            return {"add": " + ", "sub": " - ", "mul": " * "}[op].join(args), exact
        if op == "div":
            value = args[0]
            for arg in args[1:]:
                value = f"div({value}, {arg})"
            return value, True  # `div` tidies
        self.constants[f"op_{op}"] = COMPUTE_OPS[op].function
        return f"op_{op}([{', '.join(args)}])", exact

    def function(self, op: str, args: list[str]) -> tuple[str, bool]:
        factor = {"percent_of": "{1}", "percent_off": "(100 - {1})", "percent_increase": "(100 + {1})"}.get(op)
        if factor:
            return f"div({args[0]} * {factor.format(*args)}, 100)", True
        self.constants[f"op_{op}"] = OPERATIONS[op].function
        return f"op_{op}({', '.join(args)})", False

    def store(self, variable: str, value: str, exact: bool) -> None:
        """Write an assignment, and what the schema asks of computed values."""
        self.line(f"{variable} = {value}" if exact else f"{variable} = tidy({value})")
        certain = exact and not value.startswith(("div(", "op_"))
        if certain:
            self.exact.add(variable)
        else:
            self.exact.discard(variable)
        results = self.schema.results
        if results == "whole":
            self.line(f"if {variable} <= 0: return None" if certain else f"if {variable}.__class__ is not int or {variable} <= 0: return None")
            self.exact.add(variable)
        elif results == "cents":
            self.line(f"if {variable} <= 0" + ("" if certain else f" or not whole({variable} * 100)") + ": return None")


@lru_cache(maxsize=None)
def machine(schema: Schema) -> Machine:
    """Return the compiled schema; each is compiled once."""
    return Machine(schema)
