"""What the experiments varied, as options: a problem of a schema -> the same problem with its trace or text changed.

The options of a recipe's data section that the generator does not know: formula steps, percentages by chains of
compute, inits between computes or before them, uniform or mixed shapes, further sentences. Each leaves the answer as
it is; the gold trace stays right under the dialect that the recipe allows. Pure: what is drawn comes from the
problem's id. Which run of the reports is behind each option, `docs/data.md` says.

Not covered: naming, wordings, number words and mixtures (`generate.py`), layout (`prompt.py`), the order of
the training data (`train/order.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from tracewright.data.asides import add_aside
from tracewright.data.compile import random_number
from tracewright.data.naming import rename
from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.recipe import DataConfig
from tracewright.trace.experts import ANY_RULES, COMPUTE_OPS, EXPERTS, OPERATIONS
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.syntax import Argument, Step, SubTrace, Trace

MIXED: Mapping[str, str] = {"work_rate": "rate_equation", "combined_rate": "rate_equation"}
"""The experts of schemas under `data.shapes=mixed`, where they are not the schema's own."""

_PARTS = 2**512
"""Random numbers are below this."""


def adapter(config: DataConfig) -> Callable[[Problem], Problem] | None:
    """Return the function that changes each problem as the options ask for; None where nothing is to be done."""
    plain = DataConfig()
    own = ("interleaved", "percent", "formula", "shapes", "decorative", "distracting")
    if all(getattr(config, key) == getattr(plain, key) for key in own):
        return None
    return lambda problem: adapt(problem, config)


def expert_of(schema: str, expert: str, config: DataConfig) -> str:
    """Return the expert of a schema's problems under the options."""
    return MIXED.get(schema, expert) if config.shapes == "mixed" else expert


def adapt(problem: Problem, config: DataConfig) -> Problem:
    """Change one problem as the options ask for.

    Raises:
        DataError: its trace does not parse.
    """
    before = parse(problem.trace, ANY_RULES)
    if isinstance(before, Fault):
        raise DataError(f"the gold trace of {problem.id!r} does not parse: {before.message}", "make it again")
    trace = _shaped(before, problem, config)
    if config.percent == "compute":
        trace = each_part(trace, spell_percent)
    if config.interleaved is not None and trace.expert == "arithmetic":
        between = drawn(problem, "interleaved") < config.interleaved
        trace = each_part(trace, lambda part: order_inits(part, between=between))
    if trace != before and config.naming in ("hybrid", "abstract"):
        trace = rename(trace, config.naming)
    if config.formula:
        trace = each_part(trace, say_formula)
    if trace != before:
        steps = sum(step.op not in ("init", "query", "formula") for part in trace.parts for step in part.steps)
        problem = replace(problem, trace=render(trace), expert=trace.expert, steps=steps)
    if config.decorative and drawn(problem, "decorative") < config.decorative:
        problem = add_aside(problem, "decorative", random_number(f"{problem.id}/decorative/which"))
    if config.distracting and drawn(problem, "distracting") < config.distracting:
        problem = add_aside(problem, "distracting", random_number(f"{problem.id}/distracting/which"))
    return problem


def drawn(problem: Problem, what: str) -> Fraction:
    """Return a number from 0 to 1 that belongs to a problem and a decision."""
    return Fraction(random_number(f"{problem.id}/{what}"), _PARTS)


def each_part(trace: Trace, change: Callable[[SubTrace], SubTrace]) -> Trace:
    """Change every sub-trace."""
    return trace._replace(parts=tuple(change(part) for part in trace.parts))


def _shaped(trace: Trace, problem: Problem, config: DataConfig) -> Trace:
    if config.shapes == "uniform":
        return each_part(trace, fold_percent)
    if config.shapes == "mixed" and problem.schema in MIXED:
        return each_part(trace, lambda part: part._replace(expert=MIXED[problem.schema]))
    return trace


def fold_percent(part: SubTrace) -> SubTrace:
    """Write a percentage that is taken of an amount and then added to it, or taken from it, as one operation.

    Only where it is the whole sub-trace: `percent_of bill, rate -> tip; add bill, tip -> total; query total`.
    """
    taken, then, query = part.steps[-3:] if len(part.steps) >= 3 else (None, None, None)
    if taken is None or then is None or query is None or taken.op != "percent_of" or then.op != "compute":
        return part
    if any(step.op != "init" for step in part.steps[:-3]) or query.fields["var"] != then.fields["var"]:
        return part
    base, share = taken.fields["base"], taken.fields["var"]
    way = then.fields["compute_op"]
    if not (way == "add" and sorted(then.fields["args"], key=str) == sorted((base, share), key=str)) and not (
        way == "sub" and then.fields["args"] == (base, share)
    ):
        return part
    fields = {"base": base, "rate": taken.fields["rate"], "var": then.fields["var"]}
    folded = Step("percent_increase" if way == "add" else "percent_off", fields, (*taken.notes, *then.notes))
    return part._replace(steps=(*part.steps[:-3], folded, query))


def spell_percent(part: SubTrace) -> SubTrace:
    """Write the percentage operations as chains: base * rate, / 100, and where need be base + or - that."""
    steps: list[Step] = []
    names = {str(step.fields["var"]) for step in part.steps if "var" in step.fields}
    for step in part.steps:
        if not step.op.startswith("percent_"):
            steps.append(step)
            continue
        base, rate, var = (step.fields[key] for key in ("base", "rate", "var"))
        product, share = _new(f"{var}_product", names), var
        steps.append(_compute("mul", (base, rate), product)._replace(notes=step.notes))
        if step.op != "percent_of":
            share = _new(f"{var}_share", names)
        steps.append(_compute("div", (product, 100), share))
        if step.op != "percent_of":
            steps.append(_compute("add" if step.op == "percent_increase" else "sub", (base, share), var))
    return part._replace(steps=tuple(steps))


def _compute(compute_op: str, args: tuple[Argument, ...], var: str) -> Step:
    return Step("compute", {"compute_op": compute_op, "args": args, "var": var})


def _new(name: str, names: set[str]) -> str:
    """Return a name that is not taken yet, and take it."""
    while name in names:
        name += "_"
    names.add(name)
    return name


def order_inits(part: SubTrace, *, between: bool) -> SubTrace:
    """Put each init just before the first step that needs it, or all of them first; nothing else moves."""
    waiting = [step for step in part.steps if step.op == "init"]
    others = [step for step in part.steps if step.op != "init"]
    if not between:
        return part._replace(steps=(*waiting, *others))
    steps: list[Step] = []
    for step in others:
        read = _read(step)
        ready = [init for init in waiting if init.fields["var"] in read or step.op == "query"]
        waiting = [init for init in waiting if init not in ready]
        steps += [*ready, step]
    return part._replace(steps=tuple(steps))


def _read(step: Step) -> set[str]:
    """Return the names that a step needs."""
    operation = OPERATIONS[step.op]
    fields = [step.fields[key] for key in (*operation.reads, *(change.entity for change in operation.changes))]
    names = {item for field in fields for item in (field if isinstance(field, tuple) else (field,))}
    return {name for name in names if isinstance(name, str)}


def say_formula(part: SubTrace) -> SubTrace:
    """Put a formula step before the first step that computes, where the expert has that operation."""
    if not EXPERTS[part.expert].formula or any(step.op == "formula" for step in part.steps):
        return part
    texts: dict[str, tuple[str, bool]] = {}
    for step in part.steps:
        if step.op == "compute":
            texts[str(step.fields["var"])] = _expression(step, texts)
    asked = str(part.steps[-1].fields["var"])
    if asked not in texts:
        return part
    place = next(index for index, step in enumerate(part.steps) if step.op == "compute")
    formula = Step("formula", {"expression": f"{asked} = {texts[asked][0]}"})
    return part._replace(steps=(*part.steps[:place], formula, *part.steps[place:]))


def _expression(step: Step, texts: Mapping[str, tuple[str, bool]]) -> tuple[str, bool]:
    """Return what a compute works out, in the names that enter, and whether it needs brackets as a part of another."""
    sign = COMPUTE_OPS[step.fields["compute_op"]].sign
    items = [
        texts.get(item, (item, False)) if isinstance(item, str) else (str(item), False) for item in step.fields["args"]
    ]
    if not sign:
        return f"{step.fields['compute_op']}({', '.join(text for text, _ in items)})", False
    return f" {sign} ".join(f"({text})" if compound else text for text, compound in items), True
