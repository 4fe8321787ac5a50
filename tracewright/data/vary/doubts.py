"""Doubts about a trace: where its constants, its sums or what it leaves out may hide numbers of the question.

A trace may give the right answer for the numbers that stand there and no others: a constant 4 that is the inverse of
what 3/4 leaves, a quotient of 1 the wrong way round, a result times itself that equals another by chance. Where that
may be, a problem is not varied, or the number stays (`ties.py` has more that do).

Not covered: a wrong wiring that none of these signs shows.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tracewright.data.vary.checks import Op, Program
from tracewright.data.vary.lexicon import Lexicon, words_of
from tracewright.mention import Mention
from tracewright.number import Number, tidy

PLAIN = ("integer", "word", "decimal", "money", "percent", "group")
"""Kinds of mentions that are plain amounts."""
MOST_LEFT_OUT = 3
"""So many numbers that the trace does not read are no decoration: its constants may hold them."""
TOLD_OF = (
    "a label",
    "a group that is spoken of",
    "a pair that is spoken of",
    "a list of that many",
    "part of a noun",
    "a fact of units",
    "counted by first, second, ...",
    "a denomination",
    "fixed by nature",
)
"""Numbers outside a trace that stay for these reasons name what is told of: three friends, a 100-meter race."""
_COINS: tuple[Number, ...] = (*(Fraction(1, by) for by in (4, 10, 20, 100)), 5, 10, 25)
_COINED = Lexicon("dimes?|nickels?|penny|pennies|coins?")
_CUES: dict[Number, Lexicon] = {
    7: Lexicon("weeks?|weekly"), 24: Lexicon("days?|daily"), 12: Lexicon("years?|yearly|feet|foot|dozens?"),
    60: Lexicon("hours?|minutes?"), 180: Lexicon("triangles?|angles?"), 360: Lexicon("angles?|circles?"),
    **dict.fromkeys(_COINS, _COINED),
}  # fmt: skip
"""Words that call for a constant."""
_HUNDREDTHS = Lexicon("cents?|penny|pennies|cm|centimeters?|percent|percentage|grade|hundred|hundreds")
SQUARE = Lexicon("squared?|cubes?|cubed|cubic|area|sides?|grid|tall|wide|long")


def doubt_of(program: Program, mentions: Sequence[Mention], question: str, stays: Mapping[int, str]) -> str:
    """Say in words where a trace looks as if numbers of the question stood hidden in its constants and sums.

    `stays` are the reasons of those numbers that the words around them hold fast.
    """
    left_out = [
        at
        for at, mention in enumerate(mentions)
        if at not in program.used and mention.kind in (*PLAIN, "fraction") and mention.value != 1
    ]
    values = {mentions[at].value for at in program.used}
    untied = [at for at in left_out if mentions[at].value not in values]
    counted = [at for at in untied if stays.get(at) not in TOLD_OF]
    if len(counted) >= MOST_LEFT_OUT or len(untied) > len(program.used):
        return "the trace leaves out too many numbers"
    if _squared(program) and not SQUARE.any(words_of(question)):
        return "a result is multiplied by itself"
    results = {op.out for op in program.ops}
    for op in program.ops:
        constants = [arg for arg in op.args if arg >= len(mentions) and arg not in results]
        if op.name in ("add", "sub"):
            terms = constants if op.name == "add" else [arg for arg in op.args[1:] if arg in constants]
            doubt = _of_terms(op, terms, program, mentions, question)
        else:
            doubt = _of_factors(op, program, mentions, question)
        if doubt:
            return doubt
    return ""


def _of_terms(op: Op, terms: Sequence[int], program: Program, mentions: Sequence[Mention], question: str) -> str:
    """Look at a sum or difference; `terms` are the constants that it adds or takes away."""
    start = program.start
    if any(start[arg] not in (0, 1) and not _called_for(arg, op, start, mentions, question) for arg in terms):
        return "a constant may be a result"
    given = [arg for arg in op.args if arg < len(mentions)]
    kinds = {mentions[at].kind for at in given}
    if "money" in kinds and kinds & {"integer", "word"}:
        return "prices and counts are added"
    return ""


def _of_factors(op: Op, program: Program, mentions: Sequence[Mention], question: str) -> str:
    """Look at a product, quotient or percentage."""
    start, given = program.start, [arg for arg in op.args if arg < len(mentions)]
    if op.name in ("percent_off", "percent_increase") and op.args[0] in given:
        return "a percentage is taken off a percentage" if mentions[op.args[0]].kind == "percent" else ""
    if op.name == "div" and start[op.args[-1]] == 100 and op.args[0] in given:
        if mentions[op.args[0]].kind in ("integer", "word") and not _HUNDREDTHS.any(words_of(question)):
            return "a count is divided by 100"
    if op.name == "div" and start[op.args[0]] == start[op.args[-1]] and start[op.out] == 1 and len(given) < 2:
        return "a quotient of 1 may be either way round"
    return ""


def _called_for(constant: int, op: Op, start: Sequence[Number], mentions: Sequence[Mention], question: str) -> bool:
    """Say whether a constant that is added is no hidden number: 100 beside a percent, 7 where weeks are told of."""
    value = start[constant]
    others = [arg for arg in op.args if arg != constant]
    if value == 100:
        return all(at < len(mentions) and mentions[at].kind == "percent" for at in others)
    return cued(value, question)


def _squared(program: Program) -> bool:
    """Say whether a product has a result as a factor twice, or one that went in and comes out again."""
    results = {op.out for op in program.ops}
    return any(
        factor in results and count not in (-1, 1) and program.start[factor] not in (1, 100)
        for counts in powers(program).values()
        for factor, count in counts.items()
    )


def powers(program: Program) -> dict[int, dict[int, int]]:
    """Return, for each product and quotient, how often each number or sum is a factor of it, negative as a divisor.

    The factors are registers: those of the question, constants, and results that are no product themselves.
    """
    found: dict[int, dict[int, int]] = {}
    for op in program.ops:
        if op.name not in ("mul", "div"):
            continue
        counts: dict[int, int] = {}
        for place, arg in enumerate(op.args):
            sign = -1 if op.name == "div" and place else 1
            for factor, count in found.get(arg, {arg: 1}).items():
                counts[factor] = counts.get(factor, 0) + sign * count
        found[op.out] = counts
    return found


def cued(value: Number, question: str) -> bool:
    """Say whether words of a question call for a constant."""
    cue = _CUES.get(value)
    return cue is not None and cue.any(words_of(question))


def guises(mention: Mention) -> set[Number]:
    """Return the constants that may be a number in disguise: 4 for 3/4 and for 25%, 0.75 for 25%."""
    value, kind = mention.value, mention.kind
    if kind == "fraction":
        rest = tidy(1 - Fraction(value))
        found = {
            value,
            value.numerator,
            value.denominator,
            rest,
            abs(rest.numerator),
            *((tidy(1 / Fraction(rest)),) if rest else ()),
        }
    elif kind == "percent" and value:
        found = {value, 100 - value, *(tidy(Fraction(n) / 100) for n in (value, 100 - value, 100 + value))}
        found |= {100 + value, tidy(100 / Fraction(value))}
    else:
        return {value} if kind in (*PLAIN, "multiple") else set()
    return {number for number in found if number not in (0, 1, 100)}
