"""Numbers that hang together without a word that says so, and without a step of the trace.

Three machines, and then `the fourth`; `three runs`, and then 36, 34 and 38; a constant 5 of the trace that is 3 + 2 or
2 days less than a week; a difference taken twice, of which one part is given back (twice as old, in how many years?):
the trace is right for the numbers that stand there, and these stay. Where a result equals another number by chance, the
trace may read the one for the other: they go on being equal.

Not covered: what a number follows from by words (`relations.py`), traces that are wrong altogether (`doubts.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product
from math import floor

from tracewright.data.vary.checks import Op, Order, Program
from tracewright.data.vary.doubts import PLAIN, SQUARE, cued, powers
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.data.vary.values import noun_after
from tracewright.mention import Mention

LEAST_ORDINAL = 8
"""From here on `the ninth` counts on from eight of whatever it is; below, only from eight of the same."""
LEAST_CONSTANT = 3
"""Smaller constants equal a sum or difference of two numbers too often by chance."""
LEAST_EQUAL = 3
"""So do smaller results."""
_CALENDAR = {
    7: Lexicon("weeks?|weekly|days?|daily"), 12: Lexicon("years?|yearly|months?|monthly|dozens?"),
    24: Lexicon("hours?|hourly"), 30: Lexicon("months?|monthly"), 60: Lexicon("minutes?|hours?|seconds?"),
}  # fmt: skip
_UNITS = frozenset((4, 7, 8, 10, 12, 16, 24, 52, 60, 100, 365, 1000))
"""What units and nature count: a number of that size with two roles may be one of these in the other."""
_ENSEMBLES = {"pair": 2, "couple": 2, "duo": 2, "trio": 3, "triplet": 3, "quartet": 4, "quintet": 5}
_ROLES = {("div", True): "divide", ("div", False): "multiply", ("mul", True): "multiply", ("mul", False): "multiply"}
_RATES = tuple((name, 1) for name in ("percent_of", "percent_off", "percent_increase"))
_BETWEEN = re.compile(r"(?: [a-z]+)?,?(?: and)? ")


def tied(program: Program, mentions: Sequence[Mention], question: str) -> dict[int, str]:
    """Return the numbers that stay, by mention from 0, each with the reason in words."""
    rules = {
        "counted by an ordinal": _counted_on(mentions, question),
        "a list of that many": _listed(mentions, question),
        "a constant may follow from it": _in_constants(program, mentions, question),
        "a sum has as many terms": _repeated(program, mentions),
        "a part of which another number is the rest": _complements(program, mentions),
        "a word counts as many": _ensembles(mentions, question),
        "it may be a factor once only": _squared(program, mentions, question),
        "a factor of what is taken away again": _doubled(program, mentions),
        "a unit in one of two roles": _units(program, mentions),
    }
    found: dict[int, str] = {}
    for reason, places in rules.items():
        for at in places:
            found.setdefault(at, reason)
    return found


def _counted_on(mentions: Sequence[Mention], question: str) -> Iterator[int]:
    """Yield the counts that an ordinal goes on from: three machines, and a fourth."""
    for ordinal in mentions:
        if ordinal.kind != "ordinal" or ordinal.value < 3:
            continue
        noun = noun_after(question, ordinal.end)
        for at, mention in enumerate(mentions):
            if mention.kind in ("integer", "word") and ordinal.value - mention.value in (0, 1):
                if mention.value >= LEAST_ORDINAL or (noun and noun == noun_after(question, mention.end)):
                    yield at


def _listed(mentions: Sequence[Mention], question: str) -> Iterator[int]:
    """Yield the counts of numbers that are listed one by one: three runs of 36, 34 and 38."""
    runs: list[tuple[int, int]] = []
    first = 0
    for at in range(1, len(mentions) + 1):
        joined = at < len(mentions) and _BETWEEN.fullmatch(question, mentions[at - 1].end, mentions[at].start)
        if not joined or mentions[at].kind != mentions[at - 1].kind:
            if at - first > 2:
                runs.append((first, at))
            first = at
    for first, end in runs:
        for at, mention in enumerate(mentions):
            if mention.kind in ("integer", "word") and mention.value == end - first and not first <= at < end:
                yield at


def _in_constants(program: Program, mentions: Sequence[Mention], question: str) -> Iterator[int]:
    """Yield the numbers that a constant may be made of: 5 games left of 20 after 15, 3 days of a week after 4.

    Of those that the trace does not read it may be made in more ways.
    """
    words = words_of(question)
    counts = [(at, mention.value) for at, mention in enumerate(mentions) if mention.kind in ("integer", "word")]
    given = [(at, value) for at, value in counts if value > 1]
    for constant in program.constants:
        if constant < LEAST_CONSTANT or constant == 100 or cued(constant, question):
            continue
        for (at, one), (to, other) in combinations(given, 2):
            if constant in (one + other, abs(one - other)):
                yield from (at, to)
        for at, value in given:
            if any(constant in (by * value, by - value) and told.any(words) for by, told in _CALENDAR.items()):
                yield at
    idle = [
        (at, mention.value)
        for at, mention in enumerate(mentions)
        if at not in program.used and mention.kind in (*PLAIN, "fraction") and mention.value not in (0, 1)
    ]
    for (at, one), (to, other) in product(idle, [(at, mentions[at].value) for at in program.used]):
        ratio, inverse = Fraction(one) / Fraction(other or 1), Fraction(other) / Fraction(one)
        made = {one + other, abs(one - other), one * other, ratio, inverse, floor(ratio), floor(inverse)}
        if not made.isdisjoint(program.constants - {0, 100}):
            yield from (at, to)


def _repeated(program: Program, mentions: Sequence[Mention]) -> Iterator[int]:
    """Yield the numbers that equal how often a sum has the same term: 2 packs, and 4 + 4."""
    often = {op.args.count(arg) for op in program.ops if op.name == "add" for arg in op.args} - {1}
    yield from (at for at, mention in enumerate(mentions) if mention.value in often)


def _units(program: Program, mentions: Sequence[Mention]) -> Iterator[int]:
    """Yield the numbers that something is divided by and that have another role, of the size of a unit's."""
    for at, mention in enumerate(mentions):
        roles = {_ROLES.get((name, place > 0), name) for name, place in program.readers.get(at, ())}
        if mention.value in _UNITS and "divide" in roles and len(roles) > 1:
            yield at


def _complements(program: Program, mentions: Sequence[Mention]) -> Iterator[int]:
    """Yield parts of which one leaves as many as the other divides by: 1/3, and what 1/4 leaves are three of four."""
    parts = [(at, Fraction(mention.value)) for at, mention in enumerate(mentions) if mention.kind == "fraction"]
    for (at, one), (to, other) in permutations(parts, 2):
        divides = any(name == "div" and place for name, place in program.readers.get(at, ()))
        if divides and 0 < other < 1 and one != other and (1 - other).numerator == one.denominator:
            yield from (at, to)


def _ensembles(mentions: Sequence[Mention], question: str) -> Iterator[int]:
    """Yield the numbers that a trio or a quartet is as well."""
    words = words_of(question)
    counted = {count for word, count in _ENSEMBLES.items() if word in words or f"{word}s" in words}
    yield from (at for at, mention in enumerate(mentions) if mention.value in counted)


def _squared(program: Program, mentions: Sequence[Mention], question: str) -> Iterator[int]:
    """Yield the numbers that are a factor twice, or go out again, and 2 and 2 in a sum, which may be twice 2.

    As long as they stay, their wiring does no harm.
    """
    start = program.start
    if not SQUARE.any(words_of(question)):
        for counts in powers(program).values():
            yield from (at for at, count in counts.items() if at < len(mentions) and count not in (-1, 1))
    for op in program.ops:
        twos = [arg for arg in op.args if arg < len(mentions) and start[arg] == 2]
        if op.name == "add" and len(twos) > 1:
            yield from twos


def _doubled(program: Program, mentions: Sequence[Mention]) -> Iterator[int]:
    """Yield a factor of 2 where a part of the other factor is taken from the product: 2 * (18 - 5) - 18."""
    made = {op.out: op for op in program.ops}
    for op in program.ops:
        doubled = made.get(op.args[0]) if op.name == "sub" else None
        if doubled is None or doubled.name != "mul":
            continue
        for at in doubled.args:
            if at < len(mentions) and mentions[at].value == 2:
                others = [arg for arg in doubled.args if arg != at]
                if set(op.args[1:]) & {part for arg in others for part in _parts(arg, made)}:
                    yield at


def _parts(register: int, made: Mapping[int, Op]) -> set[int]:
    """Return a register and all that it is made of."""
    found = {register}
    if register in made:
        for arg in made[register].args:
            found |= _parts(arg, made)
    return found


def _rate(at: int, program: Program, mentions: Sequence[Mention]) -> bool:
    """Say whether a number is a percentage that is read once, as such: 60% of 100 people are 60, and no percent."""
    readers = program.readers.get(at, ())
    return mentions[at].kind == "percent" and len(readers) == 1 and readers[0] in _RATES


def equals(program: Program, mentions: Sequence[Mention]) -> list[Order]:
    """List the results that equal another result or a number of the question, which the trace may read for them."""
    start = program.start
    results = [op.out for op in program.ops if op.out != program.answer and start[op.out] >= LEAST_EQUAL]
    pairs = [(one, other) for one, other in combinations(results, 2) if start[one] == start[other]]
    given = [at for at in program.used if mentions[at].kind in PLAIN and not _rate(at, program, mentions)]
    pairs += [(at, out) for out in results for at in given if start[at] == start[out]]
    known = {*results, program.answer, *range(len(mentions))}
    constants = [arg for arg in program.readers if arg not in known and start[arg] not in (0, 1, 100)]
    pairs += [(arg, out) for out in results for arg in constants if start[arg] == start[out]]
    return [Order(one, other, 0) for one, other in pairs]
