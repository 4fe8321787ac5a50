"""The shape of a trace: its operations with their full wiring, names and numbers left out.

Two traces have one shape where they compute the same graph in the same order: `mul(a,b);sub(1,c)`. Numbers of the
question are letters in order of first use, constants stand for themselves, a result is the number of its step.
"""

from tracewright.number import write
from tracewright.trace.experts import OPERATIONS
from tracewright.trace.syntax import Step, Trace


def shape(trace: Trace) -> str:
    """Return the shape of a trace as text."""
    letters: dict[object, str] = {}
    answers: list[str] = []
    lines: list[str] = []
    for part in trace.parts:
        known: dict[str, str] = {}
        for step in part.steps:
            if step.op == "query":
                answers.append(known.get(step.fields["var"], "?"))
            elif step.op == "init":
                known[step.fields["var"]] = _leaf(step, letters, answers)
            elif step.op != "formula":
                _operation(step, known, lines)
    return ";".join(lines)


def _leaf(step: Step, letters: dict[object, str], answers: list[str]) -> str:
    source = step.fields.get("source")
    if source is None:
        return f"k{write(step.fields['value'])}"
    if source == "prev.result":
        return answers[-1] if answers else "?"
    if source.startswith("sub"):
        place = int(source[3:-7])
        return answers[place] if place < len(answers) else "?"
    return letters.setdefault(source, _letter(len(letters)))


def _letter(place: int) -> str:
    return chr(ord("a") + place % 26) + ("" if place < 26 else str(place // 26))


def _operation(step: Step, known: dict[str, str], lines: list[str]) -> None:
    operation = OPERATIONS[step.op]
    fields = step.fields
    items = fields["args"] if step.op == "compute" else [fields[key] for key in operation.reads]
    args = [known.get(item, "?") if isinstance(item, str) else f"k{write(item)}" for item in items]
    name = fields["compute_op"] if step.op == "compute" else step.op
    if operation.sets:
        lines.append(f"{name}({','.join(args)})")
        known[fields[operation.sets]] = str(len(lines))
    for change in operation.changes:
        entity = fields[change.entity]
        lines.append(f"{'add' if change.sign > 0 else 'sub'}({known.get(entity, '0')},{args[0]})")
        known[entity] = str(len(lines))
