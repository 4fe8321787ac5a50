"""A trace -> its canonical text, which `parse.py` reads back to the same trace. The block style of the reports, too."""

from tracewright.number import Number, write
from tracewright.trace.syntax import Field, Step, SubTrace, Trace


def render(trace: Trace) -> str:
    """Write a trace canonically: one step a line in braces, fields in order, no quotes where none are needed."""
    if not trace.listed:
        return _part(trace.parts[0])
    return "\n".join("- " + _part(part).replace("\n", "\n  ") for part in trace.parts) if trace.parts else "[]"


def _part(part: SubTrace) -> str:
    lines = [f"expert: {part.expert}", "trace:"]
    for step in part.steps:
        lines += [f"# {note}" if note else "#" for note in step.notes]
        lines.append(render_step(step))
    lines += [f"# {note}" if note else "#" for note in part.notes]
    if not part.steps:
        lines[1] = "trace: []"
    return "\n".join(lines)


def render_step(step: Step) -> str:
    """Write one step as a line: `- {op: init, var: eggs, value: 16}`."""
    fields = "".join(f", {key}: {_field(value)}" for key, value in step.fields.items())
    return f"- {{op: {step.op}{fields}}}"


def _field(value: Field) -> str:
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_argument(item) for item in value)}]"
    return write(value)


def _argument(item: str | Number) -> str:
    return item if isinstance(item, str) else write(item)


def _word(text: str) -> str:
    """Write a name as it is; quote the text of a formula where YAML needs it."""
    plain = text and text == text.strip() and not set(text) & set(",[]{}#:&*!|>%@`\"'\\\n\t?-")
    if plain or text.replace("_", "a").replace(".", "a").isalnum():
        return text
    return "'" + text.replace("'", "''") + "'"


def render_block(trace: Trace) -> str:
    """Write a trace in YAML's block style, a field a line, as the reports' first runs had it."""
    blocks = []
    for part in trace.parts:
        lines = [f"expert: {part.expert}", "trace:"]
        for step in part.steps:
            lines += [f"# {note}" if note else "#" for note in step.notes]
            lines.append(f"- op: {step.op}")
            lines += [f"  {key}: {_field(value)}" for key, value in step.fields.items()]
        lines += [f"# {note}" if note else "#" for note in part.notes]
        if not part.steps:
            lines[1] = "trace: []"
        blocks.append("\n".join(lines))
    if not trace.listed:
        return blocks[0]
    return "\n".join("- " + block.replace("\n", "\n  ") for block in blocks)
