"""Text -> Trace, or the first Fault of its form. Nothing is run here, and no text makes it raise.

Canonical text takes a short way, a regular expression a line (`_quick`); any other goes through `plain.py` or, as YAML,
through `tree.py`, and is checked field by field. A test asks that all agree. `extract.py` takes the document out of a
model's text.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from tracewright.errors import nearest
from tracewright.number import LITERAL, MAX_DIGITS, Number, read_literal
from tracewright.trace.experts import COMPUTE_OPS, DEFAULT_RULES, EXPERTS, OPERATIONS, SYNONYMS, Rules
from tracewright.trace.fault import Fault
from tracewright.trace.plain import read_plain
from tracewright.trace.syntax import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NAME,
    MAX_STEPS,
    MAX_SUBTRACES,
    Field,
    Step,
    SubTrace,
    Trace,
)
from tracewright.tree import Map, Seq, Tree, TreeError, read_tree

NAME = r"[^\W\d]\w*(?:\.\w+)*"
_name = re.compile(rf"{NAME}\Z")
_mention = re.compile(r"n[1-9]\d{0,3}\Z", re.ASCII)
_earlier = re.compile(r"(?:prev|sub\d{1,3})\.result\Z", re.ASCII)

Checked = Step | Fault


def parse(text: str, rules: Rules = DEFAULT_RULES) -> Trace | Fault:
    """Read a document (without the model's text around it); return the trace, or the first fault of its form."""
    if len(text) > MAX_BYTES // 4 and len(text.encode("utf-8", "replace")) > MAX_BYTES:  # no character has 5 bytes
        return Fault("too_large", 0, f"the text has more than {MAX_BYTES} bytes")
    return _quick(text) or _thorough(text, rules)


def is_name(text: str) -> bool:
    """Say whether a text is a name of the language."""
    return len(text) <= MAX_NAME and _name.match(text) is not None


def is_mention(source: str) -> bool:
    """Say whether a source is a number of the question: n1, n2, ..."""
    return _mention.match(source) is not None


# The short way: canonical lines only. Whatever does not match is left to the thorough way, so this never finds fault.

_ARG = rf"(?:{LITERAL}|{NAME})"
_SOURCE = r"n[1-9][0-9]{0,3}|(?:prev|sub[0-9]{1,3})\.result"
_DIGITS = frozenset("-0123456789")
_LINES = {
    "init": re.compile(rf"- \{{op: init, var: ({NAME}), (?:value: ({LITERAL})|source: ({_SOURCE}))\}}"),
    "compute": re.compile(rf"- \{{op: compute, compute_op: (\w+), args: \[({_ARG}(?:, {_ARG})*)\], var: ({NAME})\}}"),
    "query": re.compile(rf"- \{{op: query, var: ({NAME})\}}"),
}
_OTHERS = {
    name: re.compile(rf"- \{{op: {name}" + "".join(rf", {key}: ({_ARG})" for key in operation.fields) + r"\}")
    for name, operation in OPERATIONS.items()
    if name not in (*_LINES, "formula")
}


_new = tuple.__new__  # makes a Step in a third of the time
_match_init, _match_compute, _match_query = (_LINES[op].fullmatch for op in ("init", "compute", "query"))


@lru_cache(maxsize=16_384)
def _quick_step(line: str) -> Step | None:
    """Read one canonical step line, or return None. Lines recur, so they are remembered."""
    if len(line) > 400:
        return None
    op = line[7 : line.find(",")]
    if op == "init":
        match = _match_init(line)
        if match is None:
            return None
        var, value, source = match.groups()
        number = read_literal(value) if value else None
        if len(var) > MAX_NAME or (value and number is None):
            return None
        return _new(Step, ("init", {"var": var, "value": number} if value else {"var": var, "source": source}, ()))
    if op == "compute":
        match = _match_compute(line)
        if match is None:
            return None
        name, items, var = match.groups()
        args = tuple([read_literal(item) if item[0] in _DIGITS else item for item in items.split(", ")])
        row = COMPUTE_OPS.get(name)
        if row is None or len(args) < row.least or (row.most and len(args) > row.most) or None in args:
            return None
        if len(line) > MAX_NAME and any(len(word) > MAX_NAME for word in (var, *args) if isinstance(word, str)):
            return None
        return _new(Step, ("compute", {"compute_op": name, "args": args, "var": var}, ()))
    if op == "query":
        match = _match_query(line)
        return Step("query", {"var": match[1]}) if match and len(match[1]) <= MAX_NAME else None
    return _quick_other(op, line)


def _quick_other(op: str, line: str) -> Step | None:
    """Read one line of a domain operation."""
    pattern = _OTHERS.get(op)
    match = pattern.fullmatch(line) if pattern else None
    if match is None:
        return None
    operation = OPERATIONS[op]
    fields: dict[str, Any] = dict(zip(operation.fields, match.groups(), strict=True))
    for key, text in fields.items():
        if key in operation.reads:
            fields[key] = read_literal(text) if text[0] in _DIGITS else text
        elif not is_name(text):
            return None
    if None in fields.values() or any(isinstance(value, str) and len(value) > MAX_NAME for value in fields.values()):
        return None
    return Step(op, fields)


def _quick(text: str) -> Trace | None:
    """Read canonical text, comments included, or return None."""
    if text.startswith("expert: "):
        part = _quick_part(text.split("\n"))
        return Trace((part,)) if part else None
    if not text.startswith("- expert: "):
        return None
    parts = []
    steps = 0
    for block in text[2:].split("\n- "):
        part = _quick_part(block.split("\n  "))
        if part is None:
            return None
        steps += len(part.steps)
        parts.append(part)
    if steps > MAX_STEPS or len(parts) > MAX_SUBTRACES or any(part.notes for part in parts[:-1]):
        return None
    return Trace(tuple(parts), True)


def _quick_part(lines: list[str]) -> SubTrace | None:
    if len(lines) < 3 or lines[1] != "trace:" or not lines[0].startswith("expert: "):
        return None
    name = lines[0][8:]
    expert = EXPERTS.get(name)
    if expert is None or len(lines) > MAX_STEPS:
        return None
    operations, compute_ops = expert.operations, expert.compute_ops
    narrow = len(compute_ops) < len(COMPUTE_OPS)
    steps = []
    notes: tuple[str, ...] = ()
    for line in lines[2:]:
        step = _quick_step(line)
        if step is None:
            if line.startswith("#") and line.isprintable():
                notes += (line[1:].strip(),)
                continue
            return None
        op = step.op
        if op not in operations or (narrow and op == "compute" and step.fields["compute_op"] not in compute_ops):
            return None
        if notes:
            step = Step(op, step.fields, notes)
            notes = ()
        steps.append(step)
    return SubTrace(name, tuple(steps), notes)


# The thorough way: any YAML, with a fault for whatever is wrong.


def _thorough(text: str, rules: Rules) -> Trace | Fault:
    if not text.strip():
        return Fault("parse_error", 0, "there is no text", "a trace starts with 'expert: ...'")
    try:
        tree = read_plain(text) or read_tree(text, max_depth=MAX_DEPTH, max_nodes=MAX_BYTES)
    except TreeError as error:
        return Fault("too_large" if "deeper than" in error.message else "parse_error", 0, str(error))
    notes = _comments(text)
    if isinstance(tree, Map):
        only = _part(tree, 0, notes, rules)
        return only if isinstance(only, Fault) else Trace((_close(only, notes),))
    if not isinstance(tree, Seq):
        return Fault("not_a_trace", 0, f"plain text, {_short(tree)}", "a trace is a mapping with 'expert' and 'trace'")
    if not tree:
        return Fault("empty_composition", 0, "the list of sub-traces is empty")
    if len(tree) > MAX_SUBTRACES:
        return Fault("too_large", 0, f"{len(tree)} sub-traces; at most {MAX_SUBTRACES} are allowed")
    parts: list[SubTrace] = []
    for item in tree:
        checked = _part(item, sum(len(part.steps) for part in parts), notes, rules)
        if isinstance(checked, Fault):
            return checked
        parts.append(checked)
    parts[-1] = _close(parts[-1], notes)
    return Trace(tuple(parts), True)


def _close(part: SubTrace, notes: list[tuple[int, str]]) -> SubTrace:
    """Give the comments after the last step of all to the last sub-trace."""
    return part._replace(notes=tuple(note for _, note in notes)) if notes else part


def _part(tree: Tree, before: int, notes: list[tuple[int, str]], rules: Rules) -> SubTrace | Fault:
    """Check one sub-trace. `before`: steps in earlier ones. Takes the comments it passes out of `notes`."""
    if not isinstance(tree, Map) or "op" in tree:
        return Fault(
            "not_a_trace", 0, "a sub-trace must be a mapping", "write 'expert: NAME' and 'trace:' with its steps"
        )
    for key in ("expert", "trace"):
        if key not in tree:
            close = get_close_matches(key, list(tree), n=1)
            hint = f"write {key!r} where {close[0]!r} stands" if close else "a sub-trace has 'expert' and 'trace'"
            return Fault("not_a_trace", 0, f"the key {key!r} is missing", hint)
    for key in tree:
        if key not in ("expert", "trace"):
            return Fault("not_a_trace", 0, f"unknown key {_short(key)}", "a sub-trace has 'expert' and 'trace' alone")
    expert, rows = tree["expert"], tree["trace"]
    if not isinstance(expert, str) or not isinstance(rows, Seq):
        wrong = "expert" if not isinstance(expert, str) else "trace"
        return Fault("not_a_trace", 0, f"{wrong!r} must be {'a word' if wrong == 'expert' else 'a list of steps'}")
    if expert not in EXPERTS:
        hint = nearest(expert, EXPERTS) or f"experts: {', '.join(EXPERTS)}"
        return Fault("unknown_expert", 0, f"no expert is called {_short(expert)}", hint)
    if before + len(rows) > MAX_STEPS:
        return Fault("too_large", 0, f"more than {MAX_STEPS} steps")
    steps: list[Step] = []
    for index, row in enumerate(rows, before + 1):
        step = _step(row, index, expert, rules)
        if isinstance(step, Fault):
            return step
        if notes and isinstance(row, Map):
            step = step._replace(notes=tuple(_take(notes, row.line)))
        steps.append(step)
    return SubTrace(expert, tuple(steps))


def _take(notes: list[tuple[int, str]], line: int) -> Iterable[str]:
    """Remove and return the comments that stand before a line."""
    taken = []
    while notes and notes[0][0] < line:
        taken.append(notes.pop(0)[1])
    return taken


def _step(row: Tree, index: int, expert: str, rules: Rules) -> Checked:
    """Check one step against the row of its operation."""
    if not isinstance(row, Map):
        return Fault("not_a_trace", index, f"a step must be a mapping, read {_short(row)}", "write {op: ..., ...}")
    op = row.get("op")
    if not isinstance(op, str):
        return Fault("missing_field", index, "the step has no 'op'", nearest("op", row) or "write {op: ..., ...}")
    fault = _vocabulary(op, row, index, expert, rules)
    if fault:
        return fault
    names: dict[str, Tree] = {}
    for key, node in row.items():
        known = SYNONYMS.get(key, key)
        if known != "op" and (known not in OPERATIONS[op].fields or known in names):
            return Fault("unknown_field", index, f"{op} has no field {_short(key)}", _field_hint(op, key))
        names[known] = node
    if op == "init":
        return _init(names, index)
    fields: dict[str, Field] = {}
    for key in OPERATIONS[op].fields:
        if key not in names:
            return Fault("missing_field", index, f"{op} needs {key!r}", f"{op}: {', '.join(OPERATIONS[op].fields)}")
        value = _field(op, key, names[key], index)
        if isinstance(value, Fault):
            return value
        fields[key] = value
    if op == "compute":
        fault = _compute(fields, index, expert, rules)
        if fault:
            return fault
    return Step(op, fields)


def _field_hint(op: str, key: str) -> str:
    if op == "init" and key == "from":
        return "did you mean 'source'?"
    return nearest(key, OPERATIONS[op].fields) or f"{op}: {', '.join(OPERATIONS[op].fields)}"


def _vocabulary(op: str, row: Map, index: int, expert: str, rules: Rules) -> Fault | None:
    """Check that the operation exists and is the expert's."""
    if op in EXPERTS[expert].operations or (op == "formula" and rules.formula and EXPERTS[expert].formula):
        return None
    if op in OPERATIONS and op != "formula":
        owners = [name for name, other in EXPERTS.items() if op in other.operations]
        return Fault(
            "wrong_expert_operation", index, f"{op} is no operation of {expert}", f"it belongs to {', '.join(owners)}"
        )
    if op == "formula" and rules.formula:
        owners = [name for name, other in EXPERTS.items() if other.formula]
        return Fault(
            "wrong_expert_operation", index, f"{op} is no operation of {expert}", f"it belongs to {', '.join(owners)}"
        )
    if op in COMPUTE_OPS:
        hint = f"write {{op: compute, compute_op: {op}, ...}}"
    else:
        known = EXPERTS[expert].operations
        hint = nearest(op, known) or f"{expert} has {', '.join(known)}"
    return Fault("unknown_operation", index, f"no operation is called {_short(op)}", hint)


def _init(names: dict[str, Tree], index: int) -> Checked:
    if "var" not in names:
        return Fault("missing_field", index, "init needs 'var'", "init: var, and value or source")
    var = _name_field("var", names["var"], index)
    if isinstance(var, Fault):
        return var
    if "value" in names and "source" in names:
        return Fault("value_and_source", index, f"init of {var!r} has both a value and a source", "keep one of them")
    if "value" in names:
        value = _number(names["value"], index)
        return value if isinstance(value, Fault) else Step("init", {"var": var, "value": value})
    if "source" not in names:
        return Fault("missing_field", index, f"init of {var!r} has neither value nor source")
    source = names["source"]
    if not isinstance(source, str) or not (is_mention(source) or _earlier.match(source)):
        hint = "a source is n1, n2, ... for a number of the question, or prev.result, sub0.result"
        return Fault("unknown_source", index, f"{_short(source)} is no source", hint)
    return Step("init", {"var": var, "source": source})


def _compute(fields: dict[str, Field], index: int, expert: str, rules: Rules) -> Fault | None:
    name, args = fields["compute_op"], fields["args"]
    assert isinstance(name, str)
    assert isinstance(args, tuple)
    row = COMPUTE_OPS.get(name)
    if row is None:
        hint = nearest(name, COMPUTE_OPS) or f"compute_op is one of {', '.join(COMPUTE_OPS)}"
        return Fault("unknown_compute_op", index, f"no compute_op is called {_short(name)}", hint)
    sums = rules.rate_sums and expert == "rate_equation" and name in ("add", "sub")
    if name not in EXPERTS[expert].compute_ops and not sums:
        known = ", ".join(EXPERTS[expert].compute_ops)
        return Fault(
            "wrong_expert_operation", index, f"{expert} computes no {name}", f"{expert} has compute_op {known}"
        )
    if len(args) < row.least or (row.most is not None and len(args) > row.most):
        wanted = f"{row.least}" if row.least == row.most else f"{row.least} or more"
        return Fault("wrong_arguments", index, f"{name} has {len(args)} arguments, and takes {wanted}")
    return None


def _field(op: str, key: str, node: Tree, index: int) -> Field | Fault:
    """Read one field of any operation but init."""
    if key == "args":
        if not isinstance(node, Seq):
            return Fault("wrong_arguments", index, f"args must be a list, read {_short(node)}", "write args: [a, b]")
        items = []
        for item in node:
            value = _argument(item, index)
            if isinstance(value, Fault):
                return value
            items.append(value)
        return tuple(items)
    if key in OPERATIONS[op].reads:
        return _argument(node, index)
    if key == "expression":
        text = " ".join(node.split()) if isinstance(node, str) else ""
        return text or Fault("missing_field", index, "formula needs the text of an 'expression'")
    if key == "compute_op":
        return node if isinstance(node, str) else Fault("unknown_compute_op", index, f"{_short(node)} is no compute_op")
    return _name_field(key, node, index)


def _name_field(key: str, node: Tree, index: int) -> str | Fault:
    if isinstance(node, str) and is_name(node):
        return node
    if isinstance(node, str) and len(node) > MAX_NAME:
        return Fault("too_large", index, f"the name in {key!r} has more than {MAX_NAME} characters")
    hint = "a name starts with a letter or _, and has letters, digits, _ and single dots"
    return Fault("not_a_name", index, f"{key!r} must be a name, read {_short(node)}", hint)


def _argument(node: Tree, index: int) -> str | Number | Fault:
    if isinstance(node, str) and is_name(node):
        return node
    return _number(node, index)


def _number(node: Tree, index: int) -> Number | Fault:
    """Read a number, or say what stands in its place."""
    if not isinstance(node, str):
        return Fault("not_a_number", index, f"a number is needed, read {_short(node)}")
    value = read_literal(node)
    if value is not None:
        return value
    if is_name(node):
        hint = "a value is a number; use the name itself as an argument"
    elif len(node) > MAX_DIGITS and re.fullmatch(LITERAL, node, re.ASCII):
        return Fault("too_large", index, f"a number has more than {MAX_DIGITS} digits")
    elif re.fullmatch(r"-?\d+/0+", node):
        return Fault("division_by_zero", index, f"the ratio {_short(node)} divides by zero")
    elif re.search(r"\d\s*[-+*/x]\s*\S|\w\s*[+*/]\s*\w", node):
        hint = "an expression is no value; init its numbers and let a compute step work it out"
    else:
        hint = "a number is an integer, a decimal or a ratio p/q, without commas, units or exponents"
    return Fault("not_a_number", index, f"{_short(node)} is no number", hint)


def _comments(text: str) -> list[tuple[int, str]]:
    """Return (line, text) of every comment: a # at a line's start or after a blank, outside quotes."""
    if "#" not in text:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        quote = ""
        for place, char in enumerate(line):
            if quote:
                quote = "" if char == quote else quote
            elif char in "'\"" and (place == 0 or line[place - 1] in " [{,:"):
                quote = char
            elif char == "#" and (place == 0 or line[place - 1] in " \t"):
                found.append((number, line[place + 1 :].strip()))
                break
    return found


def _short(node: Tree) -> str:
    """Quote what was read, cut to a readable length."""
    if isinstance(node, str):
        return repr(node if len(node) <= 40 else node[:37] + "...")
    return "a list" if isinstance(node, Seq) else "a mapping"
