"""Hold schemas against the readers of the house: what `tracewright schemas --check` and the tests run.

For every wording many problems are made and each is looked at as a stranger would: its trace is parsed and solved
against the numbers that the reader finds in its question, and must give the answer; every number must be used; and the
text must be whole and right in the small things of grammar that can be seen by a rule. What a rule cannot see, a
person has to read: `tracewright schemas --gallery`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tracewright.data.compile import Machine, machine, random_number
from tracewright.data.draw import FRESH
from tracewright.data.generate import Options, generate
from tracewright.data.naming import NAMINGS
from tracewright.data.problem import Problem
from tracewright.data.schema import NAME, Schema
from tracewright.data.sets import load_sets
from tracewright.data.slips import find_slips
from tracewright.data.wording import Choice, Piece
from tracewright.errors import DataError
from tracewright.mention import Mention, read_mentions
from tracewright.number import write
from tracewright.trace.experts import EXPERTS
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import lint, solve

PROBLEMS = 50
"""Problems that are made of each wording."""
LEAST_ACCEPTED = 0.02
"""Least share of draws that must meet a schema's conditions: below, drawing multiples is the better way."""
LEAST_NUMBERS = 40
"""Least number of different sets of numbers that a schema must have."""
LEAST_FRESH = 0.003
"""Least share of draws that give numbers of the evaluation splits."""
LARGEST_ANSWER = 10_000_000

_FREE_KINDS = ("ordinal", "year", "clock")
_FREE_WORDS = ("one",)
_NUMBERED = re.compile(r"n\d+\b")
_TAKEN = ("composition", "story", "new")
"""Words that say something else where the name of a schema may stand."""


class Row(NamedTuple):
    """What a check found of one schema."""

    schema: str
    expert: str
    wordings: int
    problems: int
    accepted: float
    """Share of the draws that met the conditions."""
    faults: tuple[str, ...]
    """One sentence a finding, the first of each kind and wording; empty: all is well."""


def check(schemas: Mapping[str, Schema], problems: int = PROBLEMS, others: Iterable[Schema] = ()) -> Iterator[Row]:
    """Check schemas one by one; a wording that is another one but for its slots is a fault of the later one.

    `others` are not checked, but their wordings must not be repeated either.
    """
    seen: dict[str, str] = {}
    for schema in others:
        if schema.name not in schemas:
            for wording in range(len(schema.wordings)):
                seen.setdefault(skeleton(schema, wording), f"{schema.name}, wording {wording + 1}")
    for schema in schemas.values():
        yield check_schema(schema, problems, seen)


def find_name_fault(name: str) -> str:
    """Say why a schema cannot be called so; empty where it can."""
    if not NAME.match(name):
        return f"{name!r} is no name for a schema; write small letters, digits and _"
    if name in EXPERTS or name in _TAKEN or name in load_sets():
        return f"{name!r} is the name of something else; choose another"
    return ""


def check_schema(schema: Schema, problems: int = PROBLEMS, seen: dict[str, str] | None = None) -> Row:
    """Make problems of every wording and look at each; `seen` has the skeletons of others, and grows."""
    faults: dict[tuple[int, str], str] = {}
    made = 0
    accepted = 0.0
    words: set[str] = set()
    for kind, fault in (("name", find_name_fault(schema.name)), ("operations", _expert_fault(schema))):
        if fault:
            faults[-1, kind] = fault
    try:
        compiled = machine(schema)
        accepted, different, fresh = _draws(compiled)
        if accepted < LEAST_ACCEPTED:
            faults[0, "rare"] = (
                f"only {accepted:.1%} of the draws meet its conditions; draw multiples, or within limits"
            )
        if different < LEAST_NUMBERS:
            faults[0, "few"] = f"only {different} different sets of numbers; widen the ranges"
        elif fresh < LEAST_FRESH:
            faults[0, "fresh"] = "hardly any of its numbers are left for evaluation; widen the ranges"
        for wording in range(len(schema.wordings)):
            for index in range(problems):
                # All namings, and number words in every second problem.
                naming = NAMINGS[index // 2 % len(NAMINGS)]
                problem = generate(schema, 0, index, Options(naming, (index % 2) * 0.8, split=None, only=wording))
                made += 1
                words |= {mention.text.lower() for mention in read_mentions(problem.question)}
                for kind, fault in _findings(schema, problem):
                    faults.setdefault((wording, kind), f"wording {wording + 1}: {fault}")
            this = f"{schema.name}, wording {wording + 1}"
            other = (seen if seen is not None else {}).setdefault(skeleton(schema, wording), this)
            if other != this:
                faults[wording, "same"] = f"wording {wording + 1}: the same text as {other}"
        for word in sorted(schema.distractors - set(schema.slots)):
            if word.lower() not in words:
                faults[-1, word] = f"the distractor {word!r} is neither a slot nor a number word of the text"
    except DataError as error:
        faults[-1, "error"] = str(error)
    return Row(schema.name, schema.expert, len(schema.wordings), made, accepted, tuple(faults.values()))


def _expert_fault(schema: Schema) -> str:
    """Say where a part of the trace is not of the expert that its operations ask for; empty: nowhere."""
    shared = set.intersection(*(set(expert.operations) for expert in EXPERTS.values()))
    for part in schema.trace.parts:
        for name, expert in EXPERTS.items():
            own = set(expert.operations) - shared
            if own and part.expert == name and own.isdisjoint(step.op for step in part.steps):
                return f"the expert {name} without any of its operations {', '.join(sorted(own))}: it is another's"
    return ""


def _draws(compiled: Machine) -> tuple[float, int, float]:
    """Return the share of draws that meet the conditions, how many sets of numbers came up, the share of fresh ones."""
    tries = 1000
    drawn = [compiled.try_draw(random_number(f"check/{index}", compiled.salt)) for index in range(tries)]
    places = [compiled.order.index(name) for name in compiled.schema.shown]
    good = [draw for draw in drawn if draw]
    numbers = {tuple(draw[0][place] for place in places) for draw in good}
    return len(good) / tries, len(numbers), sum(draw[3] == FRESH for draw in good) / tries


def _findings(schema: Schema, problem: Problem) -> Iterator[tuple[str, str]]:
    """Yield (kind, sentence) for whatever is wrong with one problem."""
    mentions = read_mentions(problem.question)
    trace = parse(problem.trace)
    if isinstance(trace, Fault):
        yield "trace", f"the trace is no trace: {trace}"
        return
    if render(trace) != problem.trace:
        yield "canonical", "the trace is not in canonical form"
    if trace.expert != schema.expert:
        yield "expert", f"the trace is of the expert {trace.expert}"
    solution = solve(trace, mentions)
    if isinstance(solution, Fault):
        yield "solve", f"the trace fails: {solution} ({problem.question})"
        return
    if write(solution.answer) != problem.answer:
        yield "answer", f"the solver says {write(solution.answer)}, the schema {problem.answer} ({problem.question})"
    if not -LARGEST_ANSWER <= solution.answer <= LARGEST_ANSWER:
        yield "range", f"the answer {problem.answer} is out of range ({problem.question})"
    for remark in lint(trace, solution, mentions):
        yield remark.kind, f"{remark.kind}: {remark.message}"
    yield from _unused(schema, problem, mentions)
    for slip, where in find_slips(problem.question):
        yield slip, f"{slip}: {where}"


def _unused(schema: Schema, problem: Problem, mentions: Iterable[Mention]) -> Iterator[tuple[str, str]]:
    """Find numbers of the text that neither the trace nor the schema's list of distractors knows.

    A slot that is shown twice counts once: a second mention of a value that the trace uses is not looked for.
    """
    mentions = list(mentions)
    used = {mention.value for mention in mentions if mention.name in set(_NUMBERED.findall(problem.trace))}
    allowed = {word.lower() for word in schema.distractors}
    spare = len([name for name in schema.distractors if name in schema.slots])
    for mention in mentions:
        if mention.value in used or mention.kind in _FREE_KINDS or mention.text.lower() in (*_FREE_WORDS, *allowed):
            continue
        spare -= 1
        if spare < 0:
            yield (
                "unused",
                f"the number {mention.text!r} is neither used nor listed under 'distractors' ({problem.question})",
            )
            return


def skeleton(schema: Schema, wording: int) -> str:
    """Return a wording with its slots masked, numbered as they come: two schemas must not have the same."""
    order: dict[str, int] = {}

    def text(piece: Piece) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Choice):
            return "|".join("".join(map(text, option)) for option in piece.options)
        slot = schema.slots[piece.slot]
        mark = "#" if slot.is_number and not piece.choice else "@" if slot.kind == "person" else "~"
        return f"{mark}{order.setdefault(piece.slot, len(order) + 1)}"

    return " ".join("".join(map(text, schema.wordings[wording].pieces)).lower().split())
