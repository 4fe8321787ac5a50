"""The slots of a problem: which of its numbers move, which move together, which follow, which stay, and in what order.

Numbers of equal value are one slot, whatever they count: then no mistake in the wiring between them can make a wrong
answer. A number that a constant of the trace equals stays, and so does a small one with two roles.

Not covered: how they are drawn (`draw.py`), how they are written (`rewrite.py`).
"""

import re
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import NamedTuple

from tracewright.data.annotate.alternatives import sort_of
from tracewright.data.vary.checks import Check, Op, Order, Program, check_of, program_of
from tracewright.data.vary.doubts import PLAIN, TOLD_OF, doubt_of, guises
from tracewright.data.vary.draw import Drawer, Slot, drawer_of, list_draws
from tracewright.data.vary.figures import Figure, read_figure
from tracewright.data.vary.fixed import fixed
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.data.vary.relations import Relation, arrange, follow, implied
from tracewright.data.vary.slips import REASONS
from tracewright.data.vary.ties import equals, tied
from tracewright.data.vary.values import AGES, OLDEST, Key, Ranges, candidates, cap_of, key_of
from tracewright.mention import Mention
from tracewright.number import Number
from tracewright.trace.syntax import Trace

MOST_MENTIONS = 24
LARGEST, SMALL_RESULT = 2, 4
"""No result from `SMALL_RESULT` on becomes more than so many times as large: what was plausible is so still."""
LARGEST_AGE = 1.5
"""So much for ages, which do not shrink more either: a mother has her child's age and more."""
ENOUGH = 60
"""With fewer draws than these, values may be less round than they were."""
SMALL_TWICE = 3
"""Up to here a number that the trace uses in two roles stays: one of them may be a count that no number states."""

_BEST = Lexicon(
    "most|least|cheaper|cheapest|better|best|worst|winn?(?:er|ers|ing|s)|oldest|youngest|tallest|shortest|longest|"
    "fastest|slowest|highest|lowest|largest|smallest|biggest|fewest|heaviest|lightest|whoever|whichever|closest|"
    "greatest|farthest|furthest|earliest|latest|middle|busiest|quietest"
)
_AT_MOST = re.compile(r"\bat (?:most|least)\b", re.I)
_GRADED = Lexicon("gpa|tests?|quiz(?:zes)?|exams?|grades?|graded|marks|scores?")
LEAST_GRADE, BEST_GRADE = 50, 100
"""In a question about grades a result between these stays a grade."""
_GROWTH = re.compile(
    r"\b(?:doubl|tripl|quadrupl|halv)\w*\b[^.?!]{0,40}\b(?:every|each|per)\b|"
    r"\b(?:every|each|per)\b[^.?!]{0,60}\b(?:doubl|tripl|quadrupl|halv)\w*", re.I
)  # fmt: skip
_PERIODS = frozenset(
    ("second", "minute", "hour", "day", "night", "week", "month", "year", "decade", "time", "generation")
)
_ASKS_PERCENT = re.compile(r"\b(?:percent|percentage)\b[^.?!]*\?|%[^.?!]*\?")
_JOINED = re.compile(r"\s*(?:out of|of every|in every|to|from|-|instead of)(?: every)?(?: the)?\s*")
_STOP = re.compile(r"[.?!;]\s")
_RATED = frozenset(("hour", "minute", "mile", "kilometer", "pound", "ounce", "liter", "gallon", "cup", "foot", "inch"))
"""What is divided by 2 of these is not halved: 30 miles, 2 hours."""
_THRESHOLD = re.compile(
    r"\b(?:over|above|more than|at least|exceeds?|under|below|less than|up to|minimum|maximum|limit|only|fits?|holds?|"
    r"capacity|first|after|if|every|within|between|from|until)\b[^.?!]{0,25}\Z", re.I
)  # fmt: skip


class Layout(NamedTuple):
    """What there is to know of a problem's numbers before one is drawn."""

    program: Program
    drawer: Drawer
    draws: list[tuple[list[int], list[int]]] | None
    """All that may be drawn, where it is not much."""
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
    question: str,
    mentions: Sequence[Mention],
    trace: Trace,
    names: Sequence[str],
    ranges: Ranges,
    held: Collection[str] = (),
) -> Layout | str:
    """Find the slots of a problem; a reason in words where it cannot be varied. The numbers of the names `held` stay.

    Values are as round as those that stand there, and less so where there would be few draws.
    """
    if len(mentions) > MOST_MENTIONS:
        return "too many numbers"
    program = program_of(trace, [mention.value for mention in mentions])
    if program is None:
        return "the trace reads a number that is not there"
    return _Reader(question, mentions, program, names, ranges, held).read()


class _Reader:
    """Works the layout of one problem out."""

    def __init__(
        self,
        question: str,
        mentions: Sequence[Mention],
        program: Program,
        names: Sequence[str],
        ranges: Ranges,
        held: Collection[str],
    ) -> None:
        self.question, self.mentions, self.ranges = question, mentions, ranges
        start = (*program.start, 100, 1)
        self.hundred, self.unit = len(program.start), len(program.start) + 1
        self.program = program._replace(start=start)
        self.figures = tuple(read_figure(mention, question) for mention in mentions)
        self.keys: list[Key] = [key_of(mention, question) for mention in mentions]
        self.stays = {at: REASONS["tied"] for at, mention in enumerate(mentions) if mention.name in held}
        for at, mention in enumerate(mentions):
            reason = fixed(mention, question, self.figures[at], names)
            if not reason and program.constants and not program.constants.isdisjoint(guises(mention)):
                reason = "a constant of the trace"
            if reason:
                self.stays.setdefault(at, reason)
        if _GROWTH.search(question):
            for at, key in enumerate(self.keys):
                if key[0] == "count" and key[1] in _PERIODS:
                    self.stays.setdefault(at, "how often something doubles is a number of steps")
        for at, reason in tied(self.program, mentions, question).items():
            self.stays.setdefault(at, reason)
        for at in implied(mentions):
            self.stays.setdefault(at, "it equals a rest that no number states")

    def read(self) -> Layout | str:
        doubt = doubt_of(self.program, self.mentions, self.question, self.stays)
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
        slots = self._slots(free, fine=False)
        layout = self._layout(slots, followers, ops)
        if not isinstance(layout, str) and layout.draws is not None and len(layout.draws) < ENOUGH:
            finer = self._slots(free, fine=True)
            return layout if finer == slots else self._layout(finer, followers, ops)
        return layout

    def _slots(self, free: Sequence[tuple[int, ...]], fine: bool) -> list[Slot]:
        """Find what the groups that may move can be, less round than they were if `fine`."""
        slots = [Slot(group, self._values(group, fine)) for group in free]
        return [slot for slot in slots if len(slot.values) > 1]

    def _layout(self, slots: Sequence[Slot], followers: set[int], ops: Sequence[Op]) -> Layout | str:
        """Tell what there is to know once the slots are."""
        moved = {at for slot in slots for at in slot.registers}
        if not slots:
            return "no number may move"
        unused = [
            at
            for at, mention in enumerate(self.mentions)
            if at not in self.program.used | followers | moved and mention.kind in PLAIN and mention.value > 1
        ]
        best = self._best()
        if best and any(self.stays.get(at) not in TOLD_OF for at in unused):
            return "a number that decides what is asked is not in the trace"
        orders = self._orders(moved | followers, unused, best)
        drawer = drawer_of(self.program, ops, self._checks(ops), slots, orders)
        stays = dict(self.stays)
        for at in range(len(self.mentions)):
            if at not in moved and at not in followers:
                stays.setdefault(at, "no other value will do" if at in self.program.used else "not in the trace")
        bounds = {at: (float(self.mentions[at].value) / 3, float(self.mentions[at].value) * 3) for at in followers}
        return Layout(
            self.program, drawer, list_draws(drawer), self.figures, tuple(sorted(moved | followers)), bounds,
            tuple(slot.registers for slot in slots), stays,
        )  # fmt: skip

    def _best(self) -> bool:
        """Say whether the question is about what is the most of its sort."""
        words = words_of(self.question)
        if not _BEST.any(words):
            return False
        return not {"most", "least"} & words or _BEST.any(words_of(_AT_MOST.sub(" ", self.question)))

    def _groups(self) -> list[tuple[int, ...]]:
        """Put mentions of equal value together; a group stays where one of them does, or where it has two roles."""
        by_value: dict[tuple[str, object], list[int]] = {}
        for at, mention in enumerate(self.mentions):
            sort = sort_of(mention)
            if sort:
                by_value.setdefault((sort, mention.value), []).append(at)
        groups: list[tuple[int, ...]] = []
        for (sort, value), places in by_value.items():
            group = tuple(places)
            if not self.program.used & set(group):
                continue
            twin = by_value.get(("number" if sort == "percent" else "percent", value))
            reason = self._held(sort, value, group, twin or ())
            if reason:
                for at in group:
                    self.stays.setdefault(at, reason)
            groups.append(group)
        return groups

    def _held(self, sort: str, value: object, group: tuple[int, ...], twin: Sequence[int]) -> str:
        """Say in words why a group of equal numbers stays."""
        reason = next((self.stays[at] for at in group if at in self.stays), "")
        if not reason and self.program.used & set(twin) and not self._plainly_percent((*group, *twin)):
            reason = "a percent of the same value"
        divides = any(name == "div" and place for at in group for name, place in self.program.readers.get(at, ()))
        if not reason and value == 2 and divides and not all(self.keys[at][1] in _RATED for at in group):
            reason = "a half, which is also what a half leaves"
        if not reason and sort != "percent" and self._inverse(value):
            reason = "a part of which another number is the inverse"
        small = sort == "number" and value in (2, SMALL_TWICE)
        if not reason and small and self._two_roles(group):
            reason = "small, and in two roles"
        return reason

    def _inverse(self, value: object) -> bool:
        """Say whether a small number and its inverse both stand in the question: a solution may use either for both."""
        return any(
            mention.value != 1 and mention.value * value == 1  # type: ignore[operator]
            for mention in self.mentions
            if mention.kind not in ("ordinal", "percent")
        )

    def _plainly_percent(self, places: Sequence[int]) -> bool:
        """Say whether the trace reads each percent of these as a rate alone, and no other number so."""
        for at in places:
            readers = self.program.readers.get(at, ())
            rates = [name.startswith("percent_") and place == 1 for name, place in readers]
            if not (
                all(rates)
                if self.mentions[at].kind == "percent"
                else self.mentions[at].kind == "money" and not any(rates)
            ):
                return False
        return True

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
        while wrong := [at for at in derived if any(other in self.stays for other in group_of.get(at, (at,)))]:
            for at in wrong:  # what followed was held after all, for another number's sake
                self._hold([derived.pop(at)], group_of)
                copies.pop(at, None)
        return derived, {at: others for at, others in copies.items() if others}

    def _op(self, name: str, args: tuple[int, ...], at: int) -> Relation:
        if name != "rest":
            return name, args
        return "sub", (self.hundred if self.mentions[at].kind == "percent" else self.unit, *args)

    def _hold(self, found: list[Relation], group_of: dict[int, tuple[int, ...]]) -> None:
        """Keep what a number that stays follows from, through the results on the way."""
        of_result = {op.out: op.args for op in self.program.ops}
        waiting = [arg for _, args in found[:1] for arg in args]
        while waiting:
            arg = waiting.pop()
            waiting += of_result.get(arg, ())
            for at in group_of.get(arg, ()):
                self.stays.setdefault(at, "a number that stays follows from it")

    def _values(self, group: tuple[int, ...], fine: bool) -> tuple[Number, ...]:
        """Return the values that all mentions of a group may take."""
        found: tuple[Number, ...] | None = None
        for at in group:
            figure = self.figures[at]
            assert figure is not None
            own = candidates(self.mentions[at], self.question, self.keys[at], figure, self.ranges, fine)
            found = own if found is None else tuple(sorted(set(found) & set(own)))
        return found or ()

    def _checks(self, ops: Sequence[Op]) -> dict[int, Check]:
        """Say what each result must keep; a sum of days a week is itself no more than 7."""
        percent = _ASKS_PERCENT.search(self.question) is not None
        graded = _GRADED.any(words_of(self.question))
        aged = AGES.any(words_of(self.question))
        start = self.program.start
        most: dict[int, int] = {}
        checks = {}
        for op in ops:
            cap = self._cap_of_sum(op, most) if op.name in ("add", "sub") else 0
            if percent and op.out == self.program.answer:
                cap = 100
            if not cap and graded and LEAST_GRADE <= start[op.out] <= BEST_GRADE:
                cap = BEST_GRADE
            if not cap and aged and start[op.out] <= OLDEST:
                cap = OLDEST
            most[op.out] = cap if start[op.out] <= cap else 0
            largest = LARGEST_AGE if aged else LARGEST
            grown = int(start[op.out] * largest) if start[op.out] >= SMALL_RESULT else 0
            bounds = [bound for bound in (most[op.out], grown) if bound]
            least = int(start[op.out] / LARGEST_AGE) if aged and start[op.out] <= OLDEST else 0
            checks[op.out] = check_of(op.out, start[op.out], min(bounds, default=0), least)
        return checks

    def _cap_of_sum(self, op: Op, most: dict[int, int]) -> int:
        """Return the most that each term of a sum may be by nature, or 0; `most` keeps what is known of registers."""
        for arg in op.args:
            if arg not in most:
                most[arg] = self._cap_of(arg) if arg < len(self.mentions) else 0
        caps = {most[arg] for arg in op.args}
        return caps.pop() if len(caps) == 1 else 0

    def _cap_of(self, at: int) -> int:
        return cap_of(self.mentions[at], self.question, self.keys[at])

    def _orders(self, moving: set[int], unused: Sequence[int], best: bool) -> list[Order]:
        """Find the pairs of registers that keep their order: counts, prices, thresholds, best and worst."""
        start, mentions = self.program.start, self.mentions
        pairs: set[tuple[int, int]] = set()
        graded = _GRADED.any(words_of(self.question))
        numbers = [at for at in range(len(mentions)) if mentions[at].kind in PLAIN]
        for left, right in combinations(numbers, 2):
            between = self.question[mentions[left].end : mentions[right].start]
            alike = self.keys[left][0] == self.keys[right][0] and (
                self.keys[left][0] != "percent"
                or graded
                or best
                or self.keys[left][1] == self.keys[right][1] != ""
                or not _STOP.search(between)
            )
            if alike or (right == left + 1 and _JOINED.fullmatch(between)):
                pairs.add((left, right))
        results = [op.out for op in self.program.ops]
        for at in unused:
            pairs |= {(at, other) for other in numbers if self.keys[other][0] == self.keys[at][0] and other != at}
            if _THRESHOLD.search(self.question[: mentions[at].start]):
                pairs |= {(at, result) for result in results if start[at] != start[result]}
        for at in moving - self.program.used:  # thirty bottles of which twenty are drunk
            pairs |= {(at, result) for result in results if start[at] != start[result]}
        if best:
            pairs |= set(combinations(results, 2))
        kept = [
            Order(left, right, (start[left] > start[right]) - (start[left] < start[right]))
            for left, right in sorted(pairs)
            if left in moving or right in moving or left >= len(mentions) or right >= len(mentions)
        ]
        return kept + equals(self.program, mentions)
