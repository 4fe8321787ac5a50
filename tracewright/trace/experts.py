"""The one table of the language: operations with their fields and functions, experts with their vocabularies.

The solver, the prompts, the grammar, the documentation and the gallery all read it. To add an expert, add a row to
EXPERTS and, for each operation that is new, one to OPERATIONS: which fields are read, which is set, and a function of
the numbers read. Nothing else has to be touched. `docs/language.md` shows it for a `calendar` expert.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from tracewright.number import Number, divide


class ComputeOp(NamedTuple):
    """A function of `compute`, folded from the left over its arguments."""

    function: Callable[[list[Number]], Number]
    least: int
    most: int | None
    sign: str
    """Between the arguments where a person would write one, else empty: `min(a, b)`."""
    about: str


def _add(args: list[Number]) -> Number:
    total: Any = args[0]
    for item in args[1:]:
        total += item
    return cast(Number, total)


def _sub(args: list[Number]) -> Number:
    value: Any = args[0]
    for item in args[1:]:
        value -= item
    return cast(Number, value)


def _mul(args: list[Number]) -> Number:
    value: Any = args[0]
    for item in args[1:]:
        value *= item
    return cast(Number, value)


def _div(args: list[Number]) -> Number:
    """Divide exactly; raises ZeroDivisionError, which the solver turns into a fault."""
    value = args[0]
    for divisor in args[1:]:
        value = divide(value, divisor)
    return value


def _round(args: list[Number]) -> Number:
    """Round half away from zero, as people do."""
    whole = math.floor(abs(Fraction(args[0])) + Fraction(1, 2))
    return -whole if args[0] < 0 else whole


COMPUTE_OPS: Mapping[str, ComputeOp] = MappingProxyType(
    {
        "add": ComputeOp(_add, 2, None, "+", "the sum"),
        "sub": ComputeOp(_sub, 2, None, "-", "the first less all others"),
        "mul": ComputeOp(_mul, 2, None, "*", "the product"),
        "div": ComputeOp(_div, 2, None, "/", "the first divided by each other in turn, exactly"),
        "min": ComputeOp(min, 2, None, "", "the smallest"),
        "max": ComputeOp(max, 2, None, "", "the largest"),
        "mod": ComputeOp(
            lambda args: args[0] % args[1], 2, 2, "", "the remainder of a division, with the divisor's sign"
        ),
        "floor": ComputeOp(lambda args: math.floor(args[0]), 1, 1, "", "the whole number below"),
        "ceil": ComputeOp(lambda args: math.ceil(args[0]), 1, 1, "", "the whole number above"),
        "round": ComputeOp(_round, 1, 1, "", "the nearest whole number, half away from zero"),
    }
)
"""What `compute_op` may name."""


class Change(NamedTuple):
    """What an operation does to an entity: the amount is added `sign` times."""

    entity: str
    """The field that names the entity."""
    sign: int
    may_be_new: bool
    """An entity that is not there yet starts at 0."""


class Operation(NamedTuple):
    """A row of the table: one operation of the language."""

    fields: tuple[str, ...]
    """All fields but `op`, in canonical order; every one is needed (init: value or source)."""
    about: str
    reads: tuple[str, ...] = ()
    """Fields that hold an argument: a name that is defined, or a number."""
    sets: str = ""
    """The field that names the variable that is set, or empty."""
    function: Callable[..., Number] | None = None
    """From the numbers read, in the order of `reads`, to the value that is set."""
    changes: tuple[Change, ...] = ()
    """Entities that change by the number in `amount`."""
    sentence: str = ""
    """How a person would write the step: fields in braces, replaced by names, and once more by values."""


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "init": Operation(
            ("var", "value", "source"), "define a new name, by exactly one of value and source", sets="var"
        ),
        "compute": Operation(
            ("compute_op", "args", "var"), "work out a value from its arguments", ("args",), "var"
        ),
        "query": Operation(("var",), "the answer; exactly one, last"),
        "consume": Operation(
            ("entity", "amount"), "take the amount from the entity", ("amount",),
            changes=(Change("entity", -1, False),), sentence="{entity} - {amount}",
        ),
        "add_entity": Operation(
            ("entity", "amount"), "add the amount to the entity, which may be new", ("amount",),
            changes=(Change("entity", 1, True),), sentence="{entity} + {amount}",
        ),
        "transfer": Operation(
            ("from", "to", "amount"), "take the amount from one entity, add it to another, maybe new", ("amount",),
            changes=(Change("from", -1, False), Change("to", 1, True)), sentence="{amount} from {from} to {to}",
        ),
        "percent_of": Operation(
            ("base", "rate", "var"), "base * rate / 100", ("base", "rate"), "var",
            lambda base, rate: divide(base * rate, 100), sentence="{rate}% of {base}",
        ),
        "percent_off": Operation(
            ("base", "rate", "var"), "base * (1 - rate / 100)", ("base", "rate"), "var",
            lambda base, rate: divide(base * (100 - rate), 100), sentence="{base} less {rate}%",
        ),
        "percent_increase": Operation(
            ("base", "rate", "var"), "base * (1 + rate / 100)", ("base", "rate"), "var",
            lambda base, rate: divide(base * (100 + rate), 100), sentence="{base} plus {rate}%",
        ),
        "formula": Operation(("expression",), "say a formula in words; computes nothing; off by default"),
    }
)  # fmt: skip
"""Every operation, by name."""

SYNONYMS: Mapping[str, str] = MappingProxyType({"from_entity": "from", "to_entity": "to"})
"""Fields that are read as another."""


class Expert(NamedTuple):
    """A row of the table: one expert and its vocabulary."""

    operations: tuple[str, ...]
    about: str
    compute_ops: tuple[str, ...] = tuple(COMPUTE_OPS)
    formula: bool = False
    """Has the operation `formula` where the rules allow it."""


_CORE = ("init", "compute", "query")

EXPERTS: Mapping[str, Expert] = MappingProxyType(
    {
        "arithmetic": Expert(_CORE, "chains of sums, differences, products and quotients"),
        "entity_track": Expert(
            (*_CORE, "consume", "add_entity", "transfer"), "amounts that people or places gain, lose and hand on"
        ),
        "rate_equation": Expert(_CORE, "a rate times or into a quantity", ("mul", "div"), formula=True),
        "comparison": Expert(_CORE, "more than, less than, times as many as", formula=True),
        "percentage": Expert(
            (*_CORE, "percent_of", "percent_off", "percent_increase"), "percentages of, off and on top of an amount"
        ),
    }
)
"""Every expert, by name. A list of sub-traces goes by the name `composition`."""


class Rules(NamedTuple):
    """What a dialect of the language allows; the default is the language as it is documented."""

    formula: bool = False
    """Allow the operation `formula` to the experts that have it (the reports' first run)."""
    short_circuit: bool = False
    """Let a query name an init variable (the reports' runs 1 to 3)."""
    rate_sums: bool = False
    """Let the expert rate_equation add and subtract (the reports' runs 1 to 5)."""


DEFAULT_RULES = Rules()
"""The language as it is documented."""
ANY_RULES = Rules(True, True, True)
"""All that some dialect allows: for reading gold traces, whatever dialect they are written in."""

CONSTANTS = frozenset(
    {0, 1, 2, 3, 4, 5, 7, 10, 12, 14, 16, 20, 24, 25, 26, 28, 29, 30, 31, 36, 48, 50, 52, 60, 100}
    | {144, 365, 366, 1000, 1440, 1760, 2000, 3600, 5280, 1_000_000}
    | {Fraction(1, 2), Fraction(1, 4), Fraction(3, 4), Fraction(1, 10), Fraction(1, 100)}
)
"""Numbers that a trace may use though no question states them: days, months, minutes, cents, dozens, feet, halves."""
