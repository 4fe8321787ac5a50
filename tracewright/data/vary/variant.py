"""One real problem -> many: the same story with other numbers, names and things, and the answer that then holds.

A variant is a pure function of (problem, seed, index) and of the ranges that it may draw from: one random generator,
seeded by BLAKE2b of these, decides everything, under any PYTHONHASHSEED. What is known of a problem before a variant is
drawn is its plan, which is kept for the problems seen last.

A variant is checked as a reader would: its numbers are read anew from its text, they must be those that were drawn, and
the solver's answer on them is the answer.

Not covered: problems without a trace; the choice of tiers.
"""

import hashlib
import random as random_module
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tracewright.data.mask import read_names
from tracewright.data.problem import Problem
from tracewright.data.vary.checks import number_of
from tracewright.data.vary.draw import draw
from tracewright.data.vary.figures import spell
from tracewright.data.vary.names import Person, Thing, exchange, read_persons, read_things, rename
from tracewright.data.vary.rewrite import Arrangement, Forms, Pieces, arrange, cut, fill, shuffled
from tracewright.data.vary.slips import REASONS, find_slip, mend
from tracewright.data.vary.slots import Layout, read_layout
from tracewright.data.vary.values import Ranges
from tracewright.data.vary.worked import Template, read_template, tell
from tracewright.mention import Mention, read_mentions
from tracewright.number import Number, read_answer, same, write
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import solve, solve_values
from tracewright.trace.syntax import Trace

DRAWS = 8
"""So many draws of one index may fail or give the original before there is no variant for it."""
PATIENCE = 60, 5
"""So many indices in a row, and so many more for each variant found, may give nothing new before the search ends."""
SAMPLES = 5
"""Draws by which the numbers of a worked solution are told apart."""
NAMES, THINGS, STYLE, ORDER = 0.8, 0.7, 0.2, 0.5
"""Chances that names and things are exchanged, that a number is written the other way, that sentences change places."""


class Plan(NamedTuple):
    """What is known of a problem before a variant of it is drawn."""

    mentions: tuple[Mention, ...]
    trace: Trace
    text: str
    """The trace in canonical writing."""
    layout: Layout
    persons: tuple[Person, ...]
    things: tuple[Thing, ...]
    pieces: Pieces
    template: Template | None
    flips: frozenset[int]
    """Mentions that may be written in digits and in words alike."""
    mended: Mapping[str, str] = MappingProxyType({})
    """Words of the original, and those that were put in their place."""


def vary(problem: Problem, seed: int, index: int, ranges: Ranges) -> Problem | None:
    """Return one variant of a problem with a trace; None where it has none, or this index finds none."""
    plan = plan_of(problem, ranges)
    return None if isinstance(plan, str) else _Teller(problem, plan, seed).tell(index)


def variants(problem: Problem, count: int, seed: int, ranges: Ranges) -> Iterator[Problem]:
    """Yield up to `count` variants of a problem, no two with the same question; fewer where there are not so many."""
    plan = plan_of(problem, ranges)
    if isinstance(plan, str):
        return
    teller = _Teller(problem, plan, seed)
    seen, index, idle = {problem.question}, 0, 0
    while len(seen) <= count and idle < PATIENCE[0] + PATIENCE[1] * len(seen) and not teller.ends_at(index):
        made = teller.tell(index, seen)
        index, idle = index + 1, idle + 1
        if made is not None:
            seen.add(made.question)
            idle = 0
            yield made


def plan_of(problem: Problem, ranges: Ranges) -> Plan | str:
    """Return the plan of a problem, or the reason in words why it cannot be varied."""
    slip = find_slip(problem.question)
    if slip is None:
        return _plan(problem.question, problem.trace, problem.solution, problem.answer, ranges)
    if not (slip.mends or slip.stays):
        return REASONS[slip.sort]
    question, solution = mend(problem.question, slip), mend(problem.solution, slip)
    plan = _plan(question, problem.trace, solution, problem.answer, ranges, slip.stays)
    return plan if isinstance(plan, str) else plan._replace(mended=dict(slip.mends))


@lru_cache(maxsize=1024)
def _plan(
    question: str, trace_text: str, solution: str, answer: str, ranges: Ranges, held: tuple[str, ...] = ()
) -> Plan | str:
    """Work out the plan; `held` are numbers that stay, by their names."""
    if not trace_text:
        return "it has no trace"
    trace = parse(trace_text)
    mentions = read_mentions(question)
    solved = trace if isinstance(trace, Fault) else solve(trace, mentions)
    if isinstance(trace, Fault) or isinstance(solved, Fault):
        return "its trace does not run"
    expected = read_answer(answer)
    if expected is None or not same(solved.answer, *expected):
        return "its trace does not come to its answer"
    names = read_names(question)
    layout = read_layout(question, mentions, trace, names, ranges, held)
    if isinstance(layout, str):
        return layout
    samples = _samples(layout, len(solution))
    persons = read_persons(question, solution, names)
    things = read_things(question, solution)
    flips = frozenset(
        at
        for at, figure in enumerate(layout.figures)
        if figure and figure.flips and mentions[at].value != 1 and layout.stays.get(at, "") not in KEPT_AS_WRITTEN
    )
    pieces = cut(question, mentions, sorted({*layout.moving, *flips}), persons, things)
    kinds = [mention.kind for mention in mentions]
    template = None
    if solution and len(samples) == SAMPLES:
        template = read_template(solution, layout.program.start, samples, layout.moving, kinds)
    return Plan(mentions, trace, render(trace), layout, persons, things, pieces, template, flips)


def _samples(layout: Layout, seed: int) -> list[list[Number]]:
    """Draw a few times, to tell the numbers of a worked solution apart; return the registers."""
    source = random_module.Random(seed)
    samples: list[list[Number]] = []
    for _ in range(SAMPLES if layout.draws != [] else 0):
        listed = source.choice(layout.draws) if layout.draws else None
        drawn = listed or draw(layout.drawer, source.random)
        if drawn is None:
            break
        samples.append([number_of(top, bottom) for top, bottom in zip(drawn[0], drawn[1], strict=True)])
    return samples


class _Numbers(NamedTuple):
    """What was drawn for one variant."""

    tops: list[int]
    bottoms: list[int]
    """The numbers of the question and the results of the trace, as `draw` gives them."""
    values: dict[int, Number]
    texts: dict[int, str]
    """By mention, the values of those that move, and how they are written."""


class _Teller:
    """Makes variants of one problem."""

    def __init__(self, problem: Problem, plan: Plan, seed: int) -> None:
        self.problem, self.plan, self.seed = problem, plan, seed
        self.source = random_module.Random()
        self.random: Callable[[], float] = self.source.random
        self.plain = tuple(range(len(plan.pieces.sentences)))
        self.arrangements: dict[tuple[int, ...], Arrangement] = {}
        self.before = [mention.value for mention in plan.mentions]
        self.written = [write(value) for value in self.before]
        self.kinds = [mention.kind for mention in plan.mentions]
        self.moving = [
            (at, self.before[at], figure.write, plan.layout.bounds.get(at))
            for at in plan.layout.moving
            if (figure := plan.layout.figures[at])
        ]
        """Mentions that may change: what each was, how it is written, and between which bounds it stays."""
        self.flips = [(at, plan.mentions[at].text) for at in plan.flips]
        named = f"{problem.question}\n{problem.id}/{seed}/".encode("utf-8", "surrogatepass")
        self.digest = hashlib.blake2b(named, digest_size=16)
        draws = None if plan.layout.draws is None else list(plan.layout.draws)
        if draws:
            self.source.seed(int.from_bytes(self.digest.digest()))
            self.source.shuffle(draws)
        self.few = None if draws is None else self._that_differ(draws)
        """All that may be drawn, in an order of this seed; None where it is more than a few."""
        self.known: list[_Numbers] = []
        """Those of the few that have been looked at, and can be written and are others than they were."""
        self.alone = not (plan.persons or plan.things or plan.flips or plan.pieces.swaps)
        """Nothing changes but the numbers."""

    def _that_differ(self, draws: Sequence[tuple[list[int], list[int]]]) -> Iterator[_Numbers]:
        """Yield the numbers of draws that can be written and are others than they were."""
        for tops, bottoms in draws:
            numbers = self._numbers(tops, bottoms)
            if numbers:
                yield numbers

    def _of_few(self, few: Iterator[_Numbers], index: int) -> _Numbers | None:
        """Return what an index has of the few, which begin anew after the last."""
        while len(self.known) <= index:
            numbers = next(few, None)
            if numbers is None:
                return self.known[index % len(self.known)] if self.known else None
            self.known.append(numbers)
        return self.known[index]

    def tell(self, index: int, known: Container[str] = ()) -> Problem | None:
        """Return the variant of an index; None where there is none, or its question is known already."""
        digest = self.digest.copy()
        digest.update(b"%d" % index)
        self.source.seed(int.from_bytes(digest.digest()))
        numbers = self._drawn(index)
        if numbers is None:
            return None
        texts, flipped = self._styled(numbers)
        order, names, things = self._order(), self._names(), self._things()
        if order not in self.arrangements:
            self.arrangements[order] = arrange(self.plan.pieces, order)
        arrangement = self.arrangements[order]
        fills = fill(arrangement.groups, texts, names, things)
        question = arrangement.frame.join(fills)
        # Nothing else is drawn in its place: what an index gives must not depend on the others.
        if question in known or not self._reads_as(arrangement, fills, numbers.values):
            return None
        return self._told(index, question, numbers, flipped, order, names, things)

    def ends_at(self, index: int) -> bool:
        """Say whether all that there is has been told before an index."""
        if self.few is None:
            return False
        self._of_few(self.few, index)
        return (self.alone or not self.known) and index >= len(self.known)

    def _drawn(self, index: int) -> _Numbers | None:
        """Draw numbers that can be written and are others than they were, from the list where there is one."""
        if self.few is not None:
            return self._of_few(self.few, index)
        for _ in range(DRAWS):
            drawn = draw(self.plan.layout.drawer, self.random)
            if drawn is None:
                return None
            numbers = self._numbers(*drawn[:2])
            if numbers is not None:
                return numbers
        return None

    def _numbers(self, tops: list[int], bottoms: list[int]) -> _Numbers | None:
        """Write the numbers that were drawn; None where one cannot be written, or none is another than it was."""
        values: dict[int, Number] = {}
        texts: dict[int, str] = {}
        changed = False
        for at, before, write_as, bounds in self.moving:
            top, bottom = tops[at], bottoms[at]
            if bounds and not bounds[0] <= top / bottom <= bounds[1]:
                return None
            value = top if bottom == 1 else Fraction(top, bottom)
            text = write_as(value)
            if text is None:
                return None
            if value != before:
                changed = True
            values[at], texts[at] = value, text
        return _Numbers(tops, bottoms, values, texts) if changed else None

    def _styled(self, numbers: _Numbers) -> tuple[dict[int, str], list[int]]:
        """Write numbers, some in words that were in digits or the other way; return these as well."""
        if not self.flips:
            return numbers.texts, []
        texts, flipped = dict(numbers.texts), []
        for at, text in self.flips:
            text = texts.setdefault(at, text)
            if self.random() < STYLE:
                value = numbers.values.get(at, self.before[at])
                digits = text[0].isdecimal()
                if value.__class__ is int and 1 < value < (13 if digits else 1000):
                    texts[at] = spell(value) if digits else str(value)
                    flipped.append(at)
        return texts, sorted(flipped)

    def _told(
        self,
        index: int,
        question: str,
        numbers: _Numbers,
        flipped: Sequence[int],
        order: tuple[int, ...],
        names: Sequence[str],
        things: Sequence[Forms],
    ) -> Problem | None:
        """Solve a variant, and tell the rest of it and what was changed; None where its trace does not run."""
        plan, problem, values = self.plan, self.problem, numbers.values
        solved = solve_values(plan.trace, [values.get(at, value) for at, value in enumerate(self.before)])
        if isinstance(solved, Fault):
            return None
        answer = write(solved.answer)
        renamed = {person.name: new for person, new in zip(plan.persons, names, strict=True) if new != person.name}
        swapped: dict[str, str] = {}
        for thing, new in zip(plan.things, things, strict=True):
            if new[0] != thing.one:
                swapped |= {thing.one: new[0], thing.many: new[1]}
        exchanged = {**renamed, **swapped}
        trace = rename(plan.text, exchanged) if exchanged else plan.text
        if order != self.plain:
            places = self.arrangements[order].mentions
            numbered = {f"n{at + 1}": f"n{place}" for place, at in enumerate(places, 1)}
            trace = _SOURCE.sub(lambda match: f"source: {numbered[match[1]]}", trace)
        solution = None
        if plan.template:
            solution = tell(
                plan.template,
                numbers.tops,
                numbers.bottoms,
                plan.layout.program.start[plan.layout.program.answer],
                solved.answer,
            )
        if solution and exchanged:
            solution = exchange(solution, exchanged)
        mentions, before = plan.mentions, self.before
        slots = {
            mentions[at].name: [self.written[at], write(value)] for at, value in values.items() if value != before[at]
        }
        changed: dict[str, object] = {"slots": slots}
        if plan.mended:
            changed["mended"] = plan.mended
        if renamed:
            changed["names"] = renamed
        if swapped:
            changed["items"] = {many: swapped[many] for _, many, _ in plan.things if many in swapped}
        if flipped:
            changed["words"] = [f"n{at + 1}" for at in flipped]
        if order != self.plain:
            changed["order"] = list(order)
        return Problem(
            question=question, answer=answer, id=f"{problem.id}/v/{self.seed}/{index}", trace=trace,
            expert=problem.expert, source="variant", schema=problem.id, tier=problem.tier,
            names=tuple([renamed.get(name, name) for name in problem.names]), steps=problem.steps,
            solution=solution or "", extra={**problem.extra, "changed": changed},
        )  # fmt: skip

    def _reads_as(self, arrangement: Arrangement, fills: Sequence[str], values: Mapping[int, Number]) -> bool:
        """Say whether the numbers of a text are those that were drawn, and of the same kinds as in the original."""
        before, kinds = self.before, self.kinds
        found = arrangement.frame.read(fills)
        wanted = [(values.get(at, before[at]), kinds[at]) for at in arrangement.mentions]
        return found == wanted or (
            len(found) == len(wanted)
            and all(
                value == drawn and (kind == old or (kind in _COUNTED and old in _COUNTED))
                for (value, kind), (drawn, old) in zip(found, wanted, strict=True)
            )
        )

    def _order(self) -> tuple[int, ...]:
        """Draw the order of the sentences."""
        if self.plan.pieces.swaps and self.random() < ORDER:
            return shuffled(self.plan.pieces, self.random)
        return self.plain

    def _names(self) -> list[str]:
        """Draw a name for each person, or keep them all."""
        persons = self.plan.persons
        if not persons or (self.random() >= NAMES and not any(person.must for person in persons)):
            return [person.name for person in persons]
        names: list[str] = []
        for person in persons:
            at = int(self.random() * len(person.others))
            while any(person.others[at][:3] == name[:3] for name in names):
                at = (at + 1) % len(person.others)
            names.append(person.others[at])
        return names

    def _things(self) -> list[tuple[str, str]]:
        """Draw what each thing becomes, or keep them all; no two become one."""
        things = self.plan.things
        drawn: list[tuple[str, str]] = []
        exchange = bool(things) and self.random() < THINGS
        for thing in things:
            new = thing.others[int(self.random() * len(thing.others))] if exchange else (thing.one, thing.many)
            drawn.append((thing.one, thing.many) if new in drawn else new)
        return drawn


KEPT_AS_WRITTEN = ("a label", "a date or ratio", "a ratio", "a denomination", "part of a noun")
"""Numbers that stay for these reasons are not written the other way either."""
_COUNTED = ("integer", "word", "multiple")
_SOURCE = re.compile(r"\bsource: (n\d+)\b")
