"""Everything that a trace can get wrong, as data. A model's mistake is a `Fault`, never an exception.

FAULTS says what each kind means; `docs/language.md` has the same lines, and a test asks for a golden trace of each.
"""

from types import MappingProxyType
from typing import NamedTuple


class Fault(NamedTuple):
    """The first thing that is wrong with a trace."""

    kind: str
    """A key of FAULTS."""
    step: int
    """The step, counted from 1 through all sub-traces; 0 where the whole text is meant."""
    message: str
    """What is wrong, and what was read."""
    hint: str = ""
    """What would be right, with the nearest name where there is one."""

    def __str__(self) -> str:
        where = f"step {self.step}: " if self.step else ""
        return f"{where}{self.kind}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class Lint(NamedTuple):
    """A remark on a trace that is valid all the same."""

    kind: str
    """A key of LINTS."""
    step: int
    """The step, counted as in Fault."""
    message: str


UNREADABLE = MappingProxyType(
    {
        "parse_error": "The text is not YAML, or uses what the language refuses (aliases, tags, repeated keys).",
        "not_a_trace": "The text is YAML, but not a mapping with expert and trace, nor a list of these.",
        "too_large": "A bound of the language is passed: bytes, depth, steps, sub-traces, digits.",
        "empty_composition": "The list of sub-traces is empty.",
    }
)
"""Kinds that leave nothing to look at (`too_large` also stands for a result with too many digits)."""

FAULTS = MappingProxyType(
    {
        **UNREADABLE,
        "unknown_expert": "The expert is in no row of the table.",
        "unknown_operation": "The operation is in no row of the table ({op: add} for {op: compute, compute_op: add}).",
        "unknown_compute_op": "The compute_op is in no row of the table.",
        "wrong_expert_operation": "The operation exists, but is not in this expert's vocabulary.",
        "missing_field": "The operation needs a field that is not there.",
        "unknown_field": "The operation has no such field, or has it twice under two names.",
        "value_and_source": "An init has both a value and a source.",
        "not_a_number": "A number is needed: read an expression, a word, money, a float of YAML.",
        "not_a_name": "A name is needed: read a number, an expression, a list.",
        "wrong_arguments": "The compute_op takes another number of arguments.",
        "undefined_name": "A name is read before anything has set it.",
        "redefined_name": "An init sets a name that exists already (the overwriting bug).",
        "unknown_source": "The source is no number of the question and no earlier sub-trace.",
        "missing_query": "A sub-trace does not end in a query.",
        "step_after_query": "A step stands after the query.",
        "short_circuit": "The query names a variable that nothing has computed.",
        "division_by_zero": "A divisor is zero.",
    }
)
"""Every kind of fault, and what it means."""

LINTS = MappingProxyType(
    {
        "unused_variable": "A variable is set and never read.",
        "dangling_result": "The last step before the query sets a result that is not asked for.",
        "repeated_subtrace": "A sub-trace stands twice, word for word.",
        "negative_entity": "An entity falls below zero.",
        "ungrounded_value": "A number stands neither in the question nor among the known constants.",
    }
)
"""Every kind of lint, and what it means."""
