"""The literals of equations as slots to be filled: `20/100` in a product, `3/4` and `.2` are one slot each.

Not covered: the sources that could fill a slot (`candidates.py`), the choice among them (`wire.py`).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from tracewright.data.annotate.arithmetic import Leaf, Node, Product, Sum, evaluate, leaves
from tracewright.data.annotate.context import Place
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.words import content
from tracewright.number import Number

Role = Literal["factor", "divisor", "plus", "minus"]
Form = Literal["plain", "ratio", "percent"]

View = Literal[
    "same",  # the number itself
    "rate",  # n % as a factor: percent_of
    "off",  # 1 - n %: percent_off
    "increase",  # 1 + n %: percent_increase
    "flip",  # a share that is divided by its inverse: /4 for a quarter
    "complement",  # 1 - m
    "one_more",  # 1 + m
    "hundred_less",  # 100 - m
    "hundred_more",  # 100 + m
    "denominator",  # 4 of 3/4, as divisor or, going backwards, as factor
    "numerator",  # 3 of 3/4, as factor or, going backwards, as divisor
    "hundredth",  # m / 100: cents as dollars, a percentage as a share
    "dozens",  # m / 12, of an amount in dozens
    "plus_one",  # m + 1
    "minus_one",  # m - 1
    "scaled_up",  # m * constant
    "scaled_down",  # m / constant
    "joined",  # an operation on m and another source that the solution does in the head
]


@dataclass(frozen=True, eq=False)
class Slot:
    """A place in an equation that a source has to fill."""

    value: Number
    role: Role
    leaf: Leaf
    equation: int
    form: Form = "plain"
    first: bool = False
    """The first of its equation."""
    base: bool = False
    """It is a share, a percentage or a multiple of this that is taken, so the result counts what this counts."""


class Candidate(NamedTuple):
    """A source for a slot: which kind, which one (mention from 0, equation from 0), in which view."""

    kind: Literal["mention", "result", "constant", "free"]
    place: int
    view: View
    value: Number
    """The value of the source itself (of a constant: its value)."""
    by: Number = 1
    """What a scaled view scales by."""
    strength: int = 0
    """How well a constant is founded, from `constants.find_constant`."""
    other: int = -1
    """Of a joined view: the other mention; -1 for the constant `by`."""
    sign: str = ""
    """Of a joined view: the operation."""


@dataclass(frozen=True, eq=False)
class Shaped:
    """An equation with slots in place of its literals: `Slot | Sum | Product` of parts and flags."""

    equation: Equation
    tree: "SlotTree"
    slots: tuple[Slot, ...]


class SlotSum(NamedTuple):
    """As `equations.Sum`, over slots."""

    terms: tuple[tuple["SlotTree", bool], ...]


class SlotProduct(NamedTuple):
    """As `equations.Product`, over slots."""

    factors: tuple[tuple["SlotTree", bool], ...]


SlotTree = Slot | SlotSum | SlotProduct


_EVERY_OTHER = re.compile(r"\bevery (?:other|second)\b", re.I)


_LIST = re.compile(
    r"\b[A-Z][a-z]+(?:, (?:and |or )?[A-Z][a-z]+)+,? (?:and|or) [A-Z][a-z]+|\b[A-Z][a-z]+ and [A-Z][a-z]+"
)
_NAME = re.compile(r"[A-Z][a-z]+")


def _lists(question: str) -> list[int]:
    """Count the names in each list of names of a question."""
    return [len(_NAME.findall(match[0])) for match in _LIST.finditer(question)]


class Known(NamedTuple):
    """What the candidates are drawn from."""

    places: tuple[Place, ...]
    equations: tuple[Equation, ...]
    question: frozenset[str]
    """Stems of all words of the question."""
    listed: frozenset[int] = frozenset()
    """How many names stand in each list of names (`Ann, Bo and Cy`), and how many terms in each sum."""

    @classmethod
    def of(cls, question: str, places: tuple[Place, ...], equations: Sequence[Equation]) -> "Known":
        """Gather what is known of a problem."""
        words = frozenset(content(question))
        if _EVERY_OTHER.search(question):
            words |= {"alternate"}
        sums = (len(equation.tree.terms) for equation in equations if isinstance(equation.tree, Sum))
        return cls(places, tuple(equations), words, frozenset((*_lists(question), *sums)))


class Rarity:
    """How much a word says about which number is meant: words that stand around every number say nothing."""

    def __init__(self, groups: Sequence[frozenset[Any]]) -> None:
        counts = Counter(word for group in groups for word in group)
        self.weight = {word: math.log((len(groups) + 0.5) / count) for word, count in counts.items()}

    def overlap(self, left: frozenset[Any], right: frozenset[Any]) -> float:
        """Weigh the words that two sets share; at most 6."""
        return min(math.fsum([self.weight.get(word, 0.0) for word in left & right]), 6.0)


def shape(equation: Equation, index: int, known: Known) -> Shaped:
    """Turn the literals of an equation into slots, fusing what is one share or rate."""
    shaper = _Shaper(index, known)
    tree = shaper.walk(equation.tree, "plus")
    return Shaped(equation, tree, tuple(shaper.slots))


class _Shaper:
    """Walks the tree of one equation and gathers its slots from left to right."""

    def __init__(self, index: int, known: Known) -> None:
        self.index, self.known = index, known
        self.slots: list[Slot] = []

    def walk(self, node: Node, role: Role, base: bool = False) -> SlotTree:
        if isinstance(node, Leaf):
            return self.slot(node.value, role, node, "percent" if _shown_percent(node) else "plain", base)
        if isinstance(node, Sum):
            return SlotSum(tuple((self.walk(part, "minus" if sign else "plus"), sign) for part, sign in node.terms))
        factors: list[tuple[SlotTree, bool]] = []
        parts = _fuse(_flatten(node), self.index, self.known)
        for at, (part, divides, fused) in enumerate(parts):
            role = "divisor" if divides else "factor"
            if fused:
                factors.append((self.slot(evaluate(part), role, _first_leaf(part), fused), divides))
            else:
                base = len(parts) == 2 and not divides and _is_share(parts[1 - at], self.known)
                factors.append((self.walk(part, role, base), divides))
        return SlotProduct(tuple(factors)) if len(factors) > 1 else factors[0][0]

    def slot(self, value: Number, role: Role, leaf: Leaf, form: Form, base: bool = False) -> Slot:
        self.slots.append(Slot(value, role, leaf, self.index, form, not self.slots, base))
        return self.slots[-1]


def _is_share(part: "Fused", known: Known) -> bool:
    """Say whether a factor is a share, a rate or a multiple, by its form or by the mentions that have its value."""
    node, divides, fused = part
    if fused or not isinstance(node, Leaf):
        return bool(fused)
    if node.percent or 0 < node.value < 1:
        return True
    value = 1 / Fraction(node.value) if divides and node.value else node.value
    fitting = [place for place in known.places if place.mention.value in (value, node.value)]
    return bool(fitting) and all(
        place.mention.kind in ("fraction", "multiple") or place.relation == "times" for place in fitting
    )


def _shown_percent(leaf: Leaf) -> bool:
    return leaf.percent and not leaf.shown


def _first_leaf(node: Node) -> Leaf:
    """Return the first literal that somebody wrote, or else the first."""
    written = list(leaves(node))
    return next((leaf for leaf in written if not leaf.made), written[0])


def _flatten(node: Product) -> list[tuple[Node, bool]]:
    """Lay out products of products of literals: `(3/4) * 8` has three factors."""
    factors: list[tuple[Node, bool]] = []
    for part, divides in node.factors:
        if isinstance(part, Product) and all(isinstance(inner, Leaf) for inner, _ in part.factors):
            factors += [(inner, sign != divides) for inner, sign in part.factors]
        else:
            factors.append((part, divides))
    if factors[0][1]:  # a divisor cannot stand first
        ahead = next((at for at, (_, divides) in enumerate(factors) if not divides), None)
        if ahead is not None:
            factors.insert(0, factors.pop(ahead))
    return factors


Fused = tuple[Node, bool, Literal["", "ratio", "percent"]]


def _fuse(factors: list[tuple[Node, bool]], index: int, known: Known) -> list[Fused]:
    """Join a numerator and its denominator where a share, a rate or a result of that value is known."""
    out: list[Fused] = [(part, divides, "") for part, divides in factors]
    again = True
    while again:
        again = False
        for low in range(len(out)):
            for high in range(len(out)):
                joined = _join(out[low], out[high], index, known) if low != high else None
                if joined:
                    out[min(low, high)] = joined
                    del out[max(low, high)]
                    again = True
                    break
            if again:
                break
    return out


def _join(top: Fused, bottom: Fused, index: int, known: Known) -> Fused | None:
    """Fuse a numerator and a denominator, if they are literals (or the numerator a sum: (100-20)/100 is left alone)."""
    if not isinstance(top[0], Leaf) or not isinstance(bottom[0], Leaf) or top[2] or bottom[2]:
        return None
    n, d = top[0].value, bottom[0].value
    fractions = [place.mention.value for place in known.places if place.mention.kind == "fraction"]
    if top[1]:  # 6 / (2/3)
        inner = not bottom[1] and d != 0 and top[0] is not bottom[0]
        share = Fraction(n) / d if inner else Fraction(1)
        told = share in fractions or any(other.value == share for other in known.equations[:index])
        turned = inner and told and share < 1 and (n, d) == (share.numerator, share.denominator)
        return (Product(((top[0], False), (bottom[0], True))), True, "ratio") if turned else None
    node = Product(((top[0], False), (bottom[0], bottom[1])))
    hundred = (bottom[1] and d == 100) or (not bottom[1] and d == Fraction(1, 100))
    if hundred and is_rate(n, top[0], index, known):
        return node, False, "percent"
    if not bottom[1] or d == 0 or d == 1:
        return None
    share = Fraction(n) / d
    if share.denominator == 1:
        half_dozen = n == 12 and any(p.mention.kind == "group" and p.mention.value == share for p in known.places)
        return (node, False, "ratio") if half_dozen else None
    reduced = (n, d) == (share.numerator, share.denominator)
    if share in fractions or 1 - share in fractions:
        return (node, False, "ratio") if reduced or not _known_number(n, index, known) else None
    if n < d and any(other.value == share for other in known.equations[:index]):
        own = all(_known_number(value, index, known) for value in (n, d))
        return None if own else (node, False, "ratio")
    return None


def _known_number(value: Number, index: int, known: Known) -> bool:
    """Say whether a number stands in the question by itself, or is the result of an earlier equation."""
    if any(other.value == value for other in known.equations[:index]):
        return True
    return value > 1 and any(place.mention.value == value for place in known.places)


def is_rate(n: Number, leaf: Leaf, index: int, known: Known) -> bool:
    """Say whether a number over 100 is a percentage: the text says so, or the question has it or its complement."""
    if leaf.percent:
        return True
    rates = [place.mention.value for place in known.places if place.mention.kind == "percent"]
    if any(n in (rate, 100 - rate, 100 + rate) for rate in rates):
        return True
    return bool(rates) and any(other.value == n for other in known.equations[:index])
