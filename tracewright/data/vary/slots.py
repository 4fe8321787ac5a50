"""The slots of a problem: which of its numbers move, which move together, which follow, which stay, and in what order.

Numbers of equal value are one slot, whatever they count: then no mistake in the wiring between them can make a wrong
answer. A number that a constant of the trace equals stays, and so does a small one with two roles.

Not covered: how they are drawn (`draw.py`), how they are written (`rewrite.py`).
"""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from tracewright.data.vary.checks import Check, Op, Order, Program, check_of, program_of
from tracewright.data.vary.draw import Drawer, Slot, drawer_of
from tracewright.data.vary.figures import Figure, read_figure
from tracewright.data.vary.fixed import fixed
from tracewright.data.vary.relations import Relation, arrange, follow, implied
from tracewright.data.vary.values import Key, Ranges, candidates, cap_of, key_of
from tracewright.mention import Mention
from tracewright.number import Number
from tracewright.trace.syntax import Trace

MOST_MENTIONS = 24
MOST_LEFT_OUT = 3
"""So many numbers that the trace does not read are no decoration: its constants may hold them."""
SMALL_TWICE = 3
"""Up to here a number that the trace uses in two roles stays: one of them may be a count that no number states."""

_PLAIN = ("integer", "word", "decimal", "money", "percent", "group")
_BEST = re.compile(
    r"\b(?:(?<!at )(?:most|least)|cheaper|cheapest|better|best|worst|winn?(?:er|ers|ing|s)|oldest|youngest|tallest|"
    r"shortest|longest|fastest|slowest|highest|lowest|largest|smallest|biggest|fewest|heaviest|lightest|whoever|whichever|"
    r"closest|greatest|farthest|furthest|earliest|latest|middle)\b", re.I
)  # fmt: skip
_COMPARED = re.compile(
    r"\b(?:discount\w*|sale|regular\w*|normal\w*|usual\w*|original\w*|instead|sav(?:es?|ed|ings?)|cheaper|used to)\b",
    re.I,
)
"""Words of a question that sets one price against another: all its prices keep their order."""
_AGES = re.compile(r"\b(?:how old|ages?|years? old|older|younger)\b", re.I)
OLDEST = 100
"""In a question about ages no result grows beyond it that was below."""
_STOP = re.compile(r"[.?!;]\s")
_THRESHOLD = re.compile(
    r"\b(?:over|above|more than|at least|exceeds?|under|below|less than|up to|minimum|maximum|limit|only|fits?|holds?|"
    r"capacity|first|after|if|every|within|between|from|until)\b[^.?!]{0,25}\Z", re.I
)  # fmt: skip


class Layout(NamedTuple):
    """What there is to know of a problem's numbers before one is drawn."""

    program: Program
    drawer: Drawer
    figures: tuple[Figure | None, ...]
    moving: tuple[int, ...]
    """Mentions (from 0) that may change, slots and derived ones, in the order of the question."""
    bounds: dict[int, tuple[float, float]]
    """For derived mentions, the least and greatest value that they may take."""
    groups: tuple[tuple[int, ...], ...]
    """The slots: mentions that move together."""
    stays: dict[int, str]
    """Why each of the others stays."""


def read_layout(
    question: str, mentions: Sequence[Mention], trace: Trace, names: Sequence[str], ranges: Ranges
) -> Layout | str:
    """Find the slots of a problem; a reason in words where it cannot be varied."""
    if len(mentions) > MOST_MENTIONS:
        return "too many numbers"
    program = program_of(trace, [mention.value for mention in mentions])
    if program is None:
        return "the trace reads a number that is not there"
    return _Reader(question, mentions, program, names, ranges).read()


class _Reader:
    """Works the layout of one problem out."""

    def __init__(
        self, question: str, mentions: Sequence[Mention], program: Program, names: Sequence[str], ranges: Ranges
    ) -> None:
        self.question, self.mentions, self.ranges = question, mentions, ranges
        start = (*program.start, 100, 1)
        self.hundred, self.unit = len(program.start), len(program.start) + 1
        self.program = program._replace(start=start)
        self.figures = tuple(read_figure(mention, question) for mention in mentions)
        self.keys: list[Key] = [key_of(mention, question) for mention in mentions]
        self.stays: dict[int, str] = {}
        for at, mention in enumerate(mentions):
            reason = fixed(mention, question, self.figures[at], names)
            if not reason and mention.kind in _PLAIN and mention.value in program.constants:
                reason = "a constant of the trace"
            if reason:
                self.stays[at] = reason
        for at in implied(mentions):
            self.stays.setdefault(at, "it equals a rest that no number states")

    def read(self) -> Layout | str:
        doubt = self._doubt()
        if doubt:
            return doubt
        groups = self._groups()
        derived, copies = self._derived(groups)
        ops = arrange(self.program, derived, copies)
        while ops is None and derived:
            derived.popitem()
            copies = {out: others for out, others in copies.items() if out in derived}
            ops = arrange(self.program, derived, copies)
        assert ops is not None
        followers = {*derived, *(at for others in copies.values() for at in others)}
        free = [group for group in groups if not followers & set(group) and not any(at in self.stays for at in group)]
        slots = [Slot(group, self._values(group)) for group in free]
        slots = [slot for slot in slots if len(slot.values) > 1]
        moved = {at for slot in slots for at in slot.registers}
        if not slots:
            return "no number may move"
        unused = [
            at
            for at, mention in enumerate(self.mentions)
            if at not in self.program.used | followers | moved and mention.kind in _PLAIN and mention.value > 1
        ]
        best = _BEST.search(self.question)
        if best and unused:
            return "a number that decides what is asked is not in the trace"
        orders = self._orders(moved | followers, unused, bool(best))
        drawer = drawer_of(self.program, ops, self._checks(ops), slots, orders)
        for at in range(len(self.mentions)):
            if at not in moved and at not in followers:
                self.stays.setdefault(at, "no other value will do" if at in self.program.used else "not in the trace")
        bounds = {at: (float(self.mentions[at].value) / 3, float(self.mentions[at].value) * 3) for at in followers}
        return Layout(
            self.program, drawer, self.figures, tuple(sorted(moved | followers)), bounds,
            tuple(slot.registers for slot in slots), self.stays,
        )  # fmt: skip

    def _doubt(self) -> str:
        """Say in words where a trace looks as if numbers of the question stood hidden in its constants and sums."""
        program, mentions, start = self.program, self.mentions, self.program.start
        constants = set(range(len(mentions), len(start))) - {op.out for op in program.ops}
        used = program.used
        left_out = [
            at
            for at, mention in enumerate(mentions)
            if at not in used and mention.kind in (*_PLAIN, "fraction") and mention.value != 1
        ]
        untied = [at for at in left_out if all(mentions[at].value != mentions[other].value for other in used)]
        if len(untied) >= MOST_LEFT_OUT or len(untied) > len(used):
            return "the trace leaves out too many numbers"
        for op in program.ops:
            given = [arg for arg in op.args if arg < len(mentions)]
            if op.name in ("percent_off", "percent_increase") and op.args[0] < len(mentions):
                if mentions[op.args[0]].kind == "percent":
                    return "a percentage is taken off a percentage"
            if op.name in ("add", "sub"):
                terms = op.args if op.name == "add" else op.args[1:]
                if any(arg in constants and start[arg] not in (0, 1) for arg in terms):
                    return "a constant may be a result"
                kinds = {mentions[at].kind for at in given}
                if "money" in kinds and kinds & {"integer", "word"}:
                    return "prices and counts are added"
                if sum(start[at] == 2 for at in given) > 1:
                    return "2 and 2 may be twice 2"
            elif left_out and op.name in ("mul", "div") and any(a in constants and start[a] == 1 for a in op.args):
                return "a constant may be a result"
        return ""

    def _groups(self) -> list[tuple[int, ...]]:
        """Put mentions of equal value together; a group stays where one of them does, or where it has two roles."""
        by_value: dict[tuple[str, object], list[int]] = {}
        for at, mention in enumerate(self.mentions):
            if mention.kind in ("ordinal", "year", "clock"):
                continue
            sort = "fraction" if mention.kind == "fraction" else "percent" if mention.kind == "percent" else "number"
            by_value.setdefault((sort, mention.value), []).append(at)
        groups = []
        for (sort, value), places in by_value.items():
            group = tuple(places)
            if not self.program.used & set(group):
                continue
            reason = next((self.stays[at] for at in group if at in self.stays), "")
            twin = by_value.get(("number" if sort == "percent" else "percent", value))
            if not reason and twin and self.program.used & set(twin):
                reason = "a percent of the same value"
            if (
                not reason
                and value == 2
                and any(name == "div" and place for at in group for name, place in self.program.readers.get(at, ()))
            ):
                reason = "a half, which is also what a half leaves"
            if not reason and sort == "number" and value <= SMALL_TWICE and self._two_roles(group):  # type: ignore[operator]
                reason = "small, and in two roles"
            if reason:
                for at in group:
                    self.stays.setdefault(at, reason)
            groups.append(group)
        return groups

    def _two_roles(self, group: Sequence[int]) -> bool:
        """Say whether the trace reads the mentions of a group in more than one way."""
        readers = [reader for at in group for reader in self.program.readers.get(at, ())]
        return len({(name, place > 0 and name in ("div", "sub")) for name, place in readers}) > 1

    def _derived(self, groups: Sequence[tuple[int, ...]]) -> tuple[dict[int, Relation], dict[int, list[int]]]:
        """Find the numbers that follow from others. Where one that must stay does, what it follows from stays too."""
        group_of = {at: group for group in groups for at in group}
        derived: dict[int, Relation] = {}
        copies: dict[int, list[int]] = {}
        order = sorted(range(len(self.mentions)), key=lambda at: (self.mentions[at].value, at))
        for at in order:
            group = group_of.get(at, (at,))
            if any(other in derived or other in copies for other in group):
                continue
            found = follow(at, self.mentions, self.keys, self.program, self.question)
            found = [(name, args) for name, args in found if not set(args) & set(group)]
            if not found:
                continue
            if any(other in self.stays for other in group) or self.figures[at] is None:
                self._hold(found, group_of)
                continue
            for name, args in found:
                op = self._op(name, args, at)
                trial = {**derived, at: op}
                trial_copies = {**copies, at: [other for other in group if other != at]}
                if arrange(self.program, trial, trial_copies) is not None:
                    derived, copies = trial, trial_copies
                    break
        return derived, {at: others for at, others in copies.items() if others}

    def _op(self, name: str, args: tuple[int, ...], at: int) -> Relation:
        if name != "rest":
            return name, args
        return "sub", (self.hundred if self.mentions[at].kind == "percent" else self.unit, *args)

    def _hold(self, found: list[Relation], group_of: dict[int, tuple[int, ...]]) -> None:
        """Keep what a number that stays follows from."""
        for _, args in found[:1]:
            for arg in args:
                for at in group_of.get(arg, ()):
                    self.stays.setdefault(at, "a number that stays follows from it")

    def _values(self, group: tuple[int, ...]) -> tuple[Number, ...]:
        """Return the values that all mentions of a group may take."""
        found: tuple[Number, ...] | None = None
        for at in group:
            figure = self.figures[at]
            assert figure is not None
            own = candidates(self.mentions[at], self.question, figure, self.ranges)
            found = own if found is None else tuple(sorted(set(found) & set(own)))
        return found or ()

    def _checks(self, ops: Sequence[Op]) -> dict[int, Check]:
        """Say what each result must keep; a sum of days a week is itself no more than 7."""
        percent = re.search(r"\b(?:percent|percentage)\b[^.?!]*\?|%[^.?!]*\?", self.question) is not None
        aged = _AGES.search(self.question) is not None
        start = self.program.start
        most = {at: cap_of(mention, self.question) for at, mention in enumerate(self.mentions)}
        checks = {}
        for op in ops:
            caps = {most.get(arg, 0) for arg in op.args}
            cap = caps.pop() if len(caps) == 1 and op.name in ("add", "sub") else 0
            if percent and op.out == self.program.answer:
                cap = 100
            if not cap and aged and start[op.out] <= OLDEST:
                cap = OLDEST
            most[op.out] = cap if start[op.out] <= cap else 0
            checks[op.out] = check_of(op.out, start[op.out], most[op.out])
        return checks

    def _orders(self, moving: set[int], unused: Sequence[int], best: bool) -> list[Order]:
        """Find the pairs of registers that keep their order: numbers of one noun, thresholds, best and worst."""
        start, mentions = self.program.start, self.mentions
        pairs: set[tuple[int, int]] = set()
        compared = _COMPARED.search(self.question)
        numbers = [at for at in range(len(mentions)) if mentions[at].kind in _PLAIN]
        for left, right in combinations(numbers, 2):
            same_sort = self.keys[left][0] == self.keys[right][0]
            between = self.question[mentions[left].end : mentions[right].start]
            near = self.keys[left][1] == self.keys[right][1] != "" or not _STOP.search(between)
            alike = same_sort and (near or (compared and self.keys[left][0] == "money"))
            joined = right == left + 1 and re.fullmatch(
                r"\s*(?:out of|of every|in every|to|from|-|instead of)(?: every)?(?: the)?\s*", between
            )
            if alike or joined or (best and same_sort):
                pairs.add((left, right))
        results = [op.out for op in self.program.ops]
        for at in unused:
            pairs |= {(at, other) for other in numbers if self.keys[other][0] == self.keys[at][0] and other != at}
            if _THRESHOLD.search(self.question[: mentions[at].start]):
                pairs |= {(at, result) for result in results if start[at] != start[result]}
        if best:
            pairs |= set(combinations(results, 2))
        return [
            Order(left, right, (start[left] > start[right]) - (start[left] < start[right]))
            for left, right in sorted(pairs)
            if left in moving or right in moving or left >= len(mentions) or right >= len(mentions)
        ]
