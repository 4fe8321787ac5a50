"""Numbers of a question that follow from others: `25 students, 10 boys and 15 girls`, `the remaining 150 masks`.

A number that is the sum of others, their product, or a result of the trace, moves with them. That two numbers relate
by chance does no harm: what follows is kept true, there is only less to draw. Percents that make up 100 and parts that
make up a whole go on doing so.

Not covered: relations of three operations and more.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

from tracewright.data.vary.checks import Op, Program
from tracewright.data.vary.values import Key
from tracewright.mention import Mention

LEAST_SUM = 10
"""From here on a number that is a sum of others is taken to be so on purpose; below, only if all count one thing."""
LEAST_PRODUCT = 12
_RESULT = re.compile(r"\b(?:total|remaining|rest|left|altogether|combined|in all|together|all)\b", re.I)
_REST = re.compile(r"\b(?:remaining|rest|left|other)\b", re.I)
_DURATIONS = frozenset(("second", "minute", "hour", "day", "night", "week", "month", "year"))
"""How long something lasts is no sum of what happens in it."""
_THRESHOLD = re.compile(
    r"\b(?:over|above|more than|at least|exceed\w*|under|below|less than|up to|minimum of|maximum of|limit of|at most|"
    r"fewer than|beyond)\s*\Z",
    re.I,
)
"""What stands before a number that others are compared with: it equals one of them by chance."""
_NUMBERS = ("integer", "word", "decimal", "money", "group")


Relation = tuple[str, tuple[int, ...]]
"""An operation, and the registers that it reads."""


def follow(
    target: int, mentions: Sequence[Mention], keys: Sequence[Key], program: Program, question: str
) -> list[Relation]:
    """List how a number of the question may follow from others, best first: an operation and the registers it reads."""
    value = mentions[target].value
    kind = mentions[target].kind
    if kind == "percent":
        return _whole(target, mentions, "percent", 100)
    if kind == "fraction":
        return _whole(target, mentions, "fraction", 1)
    if target in program.used and kind in (*_NUMBERS, "multiple"):
        # Which of the two a later step reads cannot be told, and need not be as long as they are equal.
        twins: list[Relation] = [
            ("mul", (op.out,)) for op in program.ops if program.start[op.out] == value and op.out != program.answer
        ]
        if twins:
            return twins
    if kind not in _NUMBERS or value < 3:
        return []
    if _THRESHOLD.search(question[max(0, mentions[target].start - 30) : mentions[target].start]):
        return []
    near = question[max(0, mentions[target].start - 30) : mentions[target].end + 40]
    if keys[target][1] in _DURATIONS and target not in program.used:
        return []
    told = bool(_RESULT.search(near)) or (target not in program.used and value >= LEAST_SUM)
    # The answer itself is asked for: a number that equals it does so by chance.
    found: list[Relation] = [
        ("mul", (op.out,))
        for op in program.ops
        if program.start[op.out] == value
        and op.out != program.answer
        and (value >= LEAST_SUM or (told and _RESULT.search(near)))
    ]
    found += _sums(target, mentions, keys, told)
    if _REST.search(question[max(0, mentions[target].start - 30) : mentions[target].start]):
        found += _differences(target, mentions)
    found += [each for each in _products(target, mentions, told) if program.used.issuperset(each[1])]
    return found


def _whole(target: int, mentions: Sequence[Mention], kind: str, whole: int) -> list[Relation]:
    """Find parts that make up 100 % or 1; the largest of them, the last in doubt, follows."""
    parts = [at for at, mention in enumerate(mentions) if mention.kind == kind and 0 < mention.value < whole]
    for count in range(2, min(5, len(parts)) + 1):
        for chosen in combinations(parts, count):
            if sum(mentions[at].value for at in chosen) == whole and len({mentions[at].value for at in chosen}) > 1:
                if target == max(chosen, key=lambda at: (mentions[at].value, at)):
                    return [("rest", tuple(at for at in chosen if at != target))]
    return []


def implied(mentions: Sequence[Mention]) -> tuple[int, ...]:
    """List the percents and parts that equal a rest which no number states: 25% dogs, 50% cats, the rest birds.

    A solution that says 25% may mean the dogs or the birds, and the others may not change either.
    """
    found: set[int] = set()
    for kind, whole in (("percent", 100), ("fraction", 1)):
        parts = [at for at, mention in enumerate(mentions) if mention.kind == kind and 0 < mention.value < whole]
        for count in range(1, min(4, len(parts)) + 1):
            for chosen in combinations(parts, count):
                rest = whole - sum(mentions[at].value for at in chosen)
                if any(mentions[at].value == rest for at in chosen):
                    found.update(chosen)
    return tuple(found)


def _sums(target: int, mentions: Sequence[Mention], keys: Sequence[Key], told: bool) -> list[Relation]:
    value, kind = mentions[target].value, mentions[target].kind
    terms = [
        at
        for at, mention in enumerate(mentions)
        if mention.kind in _NUMBERS and 1 <= mention.value < value and (mention.kind == "money") == (kind == "money")
    ]
    close: list[Relation] = []
    far: list[Relation] = []
    for count in (2, 3, 4) if len(terms) < 9 else (2,):
        for chosen in combinations(terms, count):
            if sum(mentions[at].value for at in chosen) == value:
                alike = all(keys[at] == keys[target] and keys[at][1] for at in chosen)
                if alike:
                    close.append(("add", chosen))
                elif (value >= LEAST_SUM and (count < 4 or value > 50)) or told:
                    far.append(("add", chosen))
    return close + far


def _differences(target: int, mentions: Sequence[Mention]) -> list[Relation]:
    """Find what is left of a number when another is taken from it: 20 bags, 15 sold, the remaining 5."""
    value, kind = mentions[target].value, mentions[target].kind
    alike = [
        at
        for at, mention in enumerate(mentions)
        if at != target and mention.kind in _NUMBERS and (mention.kind == "money") == (kind == "money")
    ]
    return [
        ("sub", (whole, part))
        for whole, part in permutations(alike, 2)
        if mentions[whole].value - mentions[part].value == value
    ]


def _products(target: int, mentions: Sequence[Mention], told: bool) -> list[Relation]:
    value = mentions[target].value
    found: list[Relation] = []
    for left, right in combinations(range(len(mentions)), 2):
        if target in (left, right) or "ordinal" in (mentions[left].kind, mentions[right].kind):
            continue
        a, b = mentions[left], mentions[right]
        if 1 in (a.value, b.value):
            continue
        if "percent" in (a.kind, b.kind):
            if a.kind != b.kind and a.value * b.value == 100 * value and (value >= LEAST_PRODUCT or told):
                pair = (right, left) if a.kind == "percent" else (left, right)
                found.append(("percent_of", pair))
        elif a.value * b.value == value and (value >= LEAST_PRODUCT or told):
            found.append(("mul", (left, right)))
    return found


def arrange(program: Program, derived: Mapping[int, Relation], copies: Mapping[int, Sequence[int]]) -> list[Op] | None:
    """Put the operations of the trace and those of the derived numbers in an order in which they can run.

    `copies` are the other mentions of a derived number. None where they wait for one another.
    """
    waiting = [Op(name, out, args) for out, (name, args) in derived.items()]
    waiting += [Op("mul", copy, (out,)) for out, others in copies.items() for copy in others]
    waiting += program.ops
    missing = {op.out for op in waiting}
    done: list[Op] = []
    while waiting:
        ready = [op for op in waiting if not any(arg in missing for arg in op.args)]
        if not ready:
            return None
        done += ready
        missing -= {op.out for op in ready}
        waiting = [op for op in waiting if op.out in missing]
    return done
