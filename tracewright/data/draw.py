"""How a schema draws.

A Python function takes one large random number apart into a problem's values and its answer. It is written as source
text and compiled by `compile.py`. It draws the slots in their order, checks each condition as soon as it can, runs the
trace, and returns None where something does not hold. The operations of traces are those of `trace/experts.py`; the
commonest are written out, for speed, and `check.py` holds the outcome against the solver.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from tracewright.data.expression import Expression
from tracewright.data.schema import Schema
from tracewright.data.slots import WHOLE_KINDS, Slot
from tracewright.data.vocabulary import Values
from tracewright.errors import DataError, nearest
from tracewright.number import Number, divide, read_literal, tidy
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS
from tracewright.trace.syntax import Step, SubTrace

BUCKETS = 16
"""The numbers of a problem fall into one of these; FRESH is kept out of training, for the evaluation splits."""
FRESH = 5
_GOLDEN = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: times it, every bit reaches the upper ones. Source: Knuth, TAOCP 3, section 6.4."""


def whole(value: Number) -> bool:
    """Say whether a number has no fraction."""
    return value.__class__ is int or value.denominator == 1


class DrawWriter:
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

    def _line(self, text: str) -> None:
        self.lines.append("    " + text)

    def write(self) -> tuple[str, dict[str, Any]]:
        """Return the source, and the objects that it names."""
        known: set[str] = set()
        for slot in self.schema.slots.values():
            self._slot(slot)
            known.add(slot.name)
            self._conditions(known)
        answers: list[str] = []
        for part in self.schema.trace.parts:
            answers.append(self._part(part, len(answers), answers, known))
        self._conditions(known)
        if self.waiting:
            name = next(name for name in self.waiting[0].names if name not in known)
            raise DataError(
                f"{self.schema.path}: {self.waiting[0].text!r} names {name!r}, which is no slot or variable",
                nearest(name, known),
            )
        if self.schema.results == "answer":
            self._line(f"if not whole({answers[-1]}) or {answers[-1]} <= 0: return None")
        values = "".join(f"s_{name}, " for name in self.schema.slots)
        self._line(f"return ({values}), {answers[-1]}, x, {self._bucket()}")
        return "\n".join(self.lines), self.constants

    def _conditions(self, known: set[str]) -> None:
        """Write the conditions that can be checked now."""
        ready = [condition for condition in self.waiting if known.issuperset(condition.names)]
        self.waiting = [condition for condition in self.waiting if condition not in ready]
        for condition in ready:
            self._line(f"if not {condition.python(self.variables)}: return None")

    def _python(self, expression: Expression | None) -> str:
        return expression.python(self.variables) if expression else "0"

    def _take(self, count: str) -> None:
        """Write a draw from 0 to count - 1 into `r`."""
        self._line(f"x, r = divmod(x, {count})")

    def _slot(self, slot: Slot) -> None:
        name = f"s_{slot.name}"
        if slot.draws in ("person", "row", "word", "values"):
            self._listed(slot, name)
        elif slot.draws == "field":
            owner, key = slot.field
            self._line(f"values = s_{owner}[{key!r}].numbers")
            self._take("len(values)")
            self._line(f"{name} = values[r]")
        elif slot.draws == "derived":
            self._line(f"{name} = {self._python(slot.low)}")
            self._line(f"if {name}.__class__ is not int: {name} = tidy({name})")
        else:
            self._drawn(slot, name)
        if slot.kind in WHOLE_KINDS:
            if slot.draws in ("field", "derived", "range", "multiple"):
                self._line(f"if {name}.__class__ is not int: return None")
            self.exact.add(name)
        elif slot.draws == "values" and all(value.__class__ is int for value in slot.values):
            self.exact.add(name)
        if slot.draws in ("derived", "range", "multiple"):
            self._line(f"if {name} <= 0: return None")

    def _listed(self, slot: Slot, name: str) -> None:
        """Write a draw from a list; a person or row is not drawn twice."""
        items: Sequence[Any] = slot.words or slot.values or slot.rows
        if slot.draws == "row":
            items = self._rows(slot)
        if len(items) == 1:
            self.constants[f"list{name}"] = items[0]
            self._line(f"{name} = list{name}")
            return
        whole_numbers = [item for item in items if item.__class__ is int]
        steps = {after - before for before, after in pairwise(whole_numbers)}
        self._take(str(len(items)))
        if len(whole_numbers) == len(items) and len(steps) == 1:
            step = steps.pop()
            self._line(f"{name} = r + {items[0]}" if step == 1 else f"{name} = r * {step} + {items[0]}")
        else:
            self.constants[f"list{name}"] = tuple(items)
            self._line(f"{name} = list{name}[r]")
        for other in self.schema.slots.values():
            if other.name == slot.name:
                break
            if slot.draws in ("person", "row") and other.draws == slot.draws:
                self._line(f"if {name} is s_{other.name}: return None")

    def _rows(self, slot: Slot) -> tuple[Any, ...]:
        """Return the rows of a slot that have every field that the schema uses of it."""
        slots = self.schema.slots.values()
        numbers = {other.field[1] for other in slots if other.draws == "field" and other.field[0] == slot.name}
        inserts = [insert for wording in self.schema.wordings for insert in wording.inserts if insert.slot == slot.name]
        words = {insert.form or "many" for insert in inserts}
        rows = [
            row for row in slot.rows if words <= row.keys() and all(isinstance(row.get(key), Values) for key in numbers)
        ]
        if not rows:
            raise DataError(
                f"{self.schema.path}: no row of {slot.name!r} has all of {', '.join(sorted(words | numbers))}"
            )
        for key in words:
            if any(isinstance(row[key], Values) for row in rows):
                hint = f"draw it as a slot: '{key}: {slot.name}.{key}'"
                raise DataError(f"{self.schema.path}: {{{slot.name}.{key}}} is a number", hint)
        return tuple(rows)

    def _drawn(self, slot: Slot, name: str) -> None:
        """Write a draw from a range with names in it, or of a multiple."""
        low, high = self._python(slot.low), self._python(slot.high)
        if slot.draws == "range":
            step = self._python(slot.step)
            self._line(f"low = {low}")
            self._line(f"n = ({high} - low) // {step} + 1")
            self._line("if n <= 0: return None")
            self._take("n")
            self._line(f"{name} = low + r * {step}" if step != "1" else f"{name} = low + r")
        else:
            plus = f" + {self._python(slot.plus)}" if slot.plus else ""
            less = f" - {self._python(slot.plus)}" if slot.plus else ""
            self._line(f"of = {self._python(slot.of)}")
            self._line(f"low = {low}" if slot.times else f"low = -(-({low}{less}) // of)")
            self._line(f"n = {high} - low + 1" if slot.times else f"n = (({high}){less}) // of - low + 1")
            self._line("if n <= 0: return None")
            self._take("n")
            self._line(f"{name} = of * (low + r){plus}")
        self._line(f"if {name}.__class__ is not int: {name} = tidy({name})")

    def _bucket(self) -> str:
        """Write what the numbers of the problem fall into: a hash of the values that the question shows."""
        value = "0"
        for name in self.schema.shown:
            variable = f"s_{name}"
            if not self.schema.slots[name].constant:
                one = variable if variable in self.exact else f"{variable}.numerator * 31 + {variable}.denominator"
                value = f"({value} * 1009 + {one})"
        return f"{value} * {_GOLDEN} >> {64 - BUCKETS.bit_length() + 1} & {BUCKETS - 1}"

    # The trace

    def _part(self, part: SubTrace, index: int, answers: Sequence[str], known: set[str]) -> str:
        """Write the steps of one sub-trace; return the variable that holds its answer."""
        names: dict[str, str] = {}
        for step in part.steps:
            if step.op == "query":
                self._read(names, str(step.fields["var"]))
                break
            self._step(step, names, index, answers)
        for name, variable in names.items():
            if name not in self.variables:
                self.variables[name] = variable
            known.add(name)
        return names[str(part.steps[-1].fields["var"])]

    def _step(self, step: Step, names: dict[str, str], index: int, answers: Sequence[str]) -> None:
        operation = OPERATIONS[step.op]
        fields: Mapping[str, Any] = step.fields
        if step.op == "formula":
            return
        if step.op == "init":
            variable = names.setdefault(str(fields["var"]), f"t{index}_{len(names)}")
            value = self._init(fields, answers)
            self._line(f"{variable} = {value}")
            if value in self.exact or value.isdecimal():
                self.exact.add(variable)
            return
        if operation.changes:
            amount = self._read(names, fields["amount"])
            for change in operation.changes:
                entity = str(fields[change.entity])
                if entity not in names and change.may_be_new:
                    names[entity] = f"t{index}_{len(names)}"
                    self._line(f"{names[entity]} = 0")
                    self.exact.add(names[entity])
                variable = self._read(names, entity)
                self._store(
                    variable, f"{variable} {'+' if change.sign > 0 else '-'} {amount}", {variable, amount} <= self.exact
                )
            return
        if step.op == "compute":
            args = [self._read(names, item) for item in fields["args"]]
            value, exact = self._compute(str(fields["compute_op"]), args)
        else:
            args = [self._read(names, fields[key]) for key in operation.reads]
            value, exact = self._function(step.op, args)
        variable = names.setdefault(str(fields[operation.sets]), f"t{index}_{len(names)}")
        self._store(variable, value, exact)

    def _init(self, fields: Mapping[str, Any], answers: Sequence[str]) -> str:
        if "value" in fields:
            return self._constant(fields["value"])
        source = fields["source"]
        if source == "prev.result":
            return answers[-1]
        if source.endswith(".result"):
            return answers[int(source[3:-7])]
        return f"s_{self.schema.sources[int(source[1:]) - 1]}"

    def _constant(self, value: Number) -> str:
        if value.__class__ is int:
            return str(value)
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _read(self, names: Mapping[str, str], item: Any) -> str:
        if not isinstance(item, str):
            return self._constant(item)
        if item not in names:
            raise DataError(
                f"{self.schema.path}: the trace reads {item!r} before anything has set it", nearest(item, names)
            )
        return names[item]

    def _compute(self, op: str, args: list[str]) -> tuple[str, bool]:
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

    def _function(self, op: str, args: list[str]) -> tuple[str, bool]:
        factor = {"percent_of": "{1}", "percent_off": "(100 - {1})", "percent_increase": "(100 + {1})"}.get(op)
        if factor:
            return f"div({args[0]} * {factor.format(*args)}, 100)", True
        self.constants[f"op_{op}"] = OPERATIONS[op].function
        return f"op_{op}({', '.join(args)})", False

    def _store(self, variable: str, value: str, exact: bool) -> None:
        """Write an assignment, and what the schema asks of computed values."""
        self._line(f"{variable} = {value}" if exact else f"{variable} = tidy({value})")
        certain = exact and not value.startswith(("div(", "op_"))
        if certain:
            self.exact.add(variable)
        else:
            self.exact.discard(variable)
        results = self.schema.results
        if results == "whole":
            self._line(
                f"if {variable} <= 0: return None"
                if certain
                else f"if {variable}.__class__ is not int or {variable} <= 0: return None"
            )
            self.exact.add(variable)
        elif results == "cents":
            self._line(
                f"if {variable} <= 0" + ("" if certain else f" or not whole({variable} * 100)") + ": return None"
            )
