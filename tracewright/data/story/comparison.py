"""How an amount follows from others like it: more, fewer, times, a part, per cent, as many as two others together.

Each relation draws its numbers so that the amount is whole and within the limits of its scene; how it is told stands in
`relations.yaml`.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node, computed
from tracewright.number import Number

_PARTS = tuple(Fraction(top, bottom) for top, bottom in (*[(1, 2)] * 12, (1, 3), (1, 3), (1, 4), (2, 3), (3, 4)))


class Maker:
    """Draws the numbers of relations."""

    def __init__(self, draws: Draws, low: Number, high: Number, money: bool) -> None:
        self.draws, self.low, self.high, self.money = draws, low, high, money
        self.letters: dict[str, Node] = {}

    def given(self, letter: str, value: Number | None, name: str, kind: str) -> Node | None:
        """Remember a number that is told; None where there is none."""
        if value is None or value <= 0:
            return None
        node = self.letters[letter] = Node(value, name, kind)
        return node

    def amount(self, letter: str, low: Number, high: Number, name: str) -> Node | None:
        """Draw an amount."""
        return self.given(
            letter, self.draws.near(max(2, int(-(-low // 1))), int(high)), name, "money" if self.money else "integer"
        )

    def times(self, other: Number) -> Node | None:
        """Draw how many times as many."""
        most = int(self.high // other) if other else 0
        options = [value for value in (2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 5) if value <= most]
        return self.given("k", self.draws.pick(options) if options else None, "times", "times")

    def part(self, other: Number) -> Node | None:
        """Draw a part that leaves whole numbers."""
        least = max(2, self.low / 2)
        fitting = [
            part
            for part in _PARTS
            if other % part.denominator == 0 and other // part.denominator * part.numerator >= least
        ]
        return self.given("f", self.draws.pick(fitting) if fitting else None, "part", "fraction")

    def rate(self, other: Number, up: bool) -> Node | None:
        """Draw a percentage that leaves whole numbers."""
        fitting = [
            rate for rate in ((5, 10, 20, 25, 50, 75) if up else (10, 20, 25, 40, 50)) if other * rate % 100 == 0
        ]
        return self.given("p", self.draws.pick(fitting) if fitting else None, "rate", "percent")


Draw = Callable[[Maker, list[Node], str], Node | None]
"""From the amounts compared with and a name to the new amount; None where its numbers do not come out right."""


class Relation(NamedTuple):
    """How an amount follows from others: steps, number of others, and a function that draws it."""

    weight: int
    steps: int
    others: int
    draw: Draw
    back: str = ""
    """The relation whose sentence tells it with the two swapped."""


def _more(maker: Maker, others: list[Node], name: str) -> Node | None:
    other = others[0]
    more = maker.amount("n", 2, min(other.value, maker.high - other.value), "more")
    return computed("add", (other, more), name, "relation") if more else None


def _less(maker: Maker, others: list[Node], name: str) -> Node | None:
    other = others[0]
    less = maker.amount("n", 2, min(other.value - 2, other.value - maker.low), "fewer")
    return computed("sub", (other, less), name, "relation") if less else None


def _times(maker: Maker, others: list[Node], name: str) -> Node | None:
    times = maker.times(others[0].value)
    return computed("mul", (others[0], times), name, "relation") if times else None


def _times_back(maker: Maker, others: list[Node], name: str) -> Node | None:
    value = others[0].value
    options = [
        times for times in (2, 2, 2, 2, 2, 3, 4, 5) if value % times == 0 and value // times >= max(2, maker.low / 2)
    ]
    times = maker.given("k", maker.draws.pick(options) if options else None, "times", "times")
    return computed("div", (others[0], times), name, "relation") if times else None


def _part(maker: Maker, others: list[Node], name: str) -> Node | None:
    part = maker.part(others[0].value)
    return computed("mul", (others[0], part), name, "relation") if part else None


def _percent(op: str) -> Draw:
    def draw(maker: Maker, others: list[Node], name: str) -> Node | None:
        rate = maker.rate(others[0].value, op == "percent_increase")
        return computed(op, (others[0], rate), name) if rate else None

    return draw


def _both(maker: Maker, others: list[Node], name: str) -> Node | None:
    return computed("add", (others[0], others[1]), name, "relation")


def _both_then(inner: Draw) -> Draw:
    def draw(maker: Maker, others: list[Node], name: str) -> Node | None:
        both = computed("add", (others[0], others[1]), "both", "relation")
        return inner(maker, [both], name)

    return draw


def _then(first: Draw, op: str, letter: str) -> Draw:
    """Return a relation of two steps, times or a part and then more or fewer: 5 more than twice as many."""

    def draw(maker: Maker, others: list[Node], name: str) -> Node | None:
        middle = first(maker, others, letter)
        if middle is None:
            return None
        most = min(middle.value // 2, maker.high - middle.value) if op == "add" else middle.value - max(2, maker.low)
        number = maker.amount("n", 2, min(most, max(10, middle.value // 3)), "more" if op == "add" else "fewer")
        return computed(op, (middle, number), name, "relation") if number else None

    return draw


RELATIONS: Mapping[str, Relation] = {
    "more": Relation(5, 1, 1, _more),
    "less": Relation(4, 1, 1, _less),
    "times": Relation(34, 1, 1, _times),
    "part": Relation(38, 1, 1, _part),
    "percent_more": Relation(11, 1, 1, _percent("percent_increase")),
    "percent_less": Relation(9, 1, 1, _percent("percent_off")),
    "more_back": Relation(2, 1, 1, _less, "more"),
    "less_back": Relation(2, 1, 1, _more, "less"),
    "times_back": Relation(24, 1, 1, _times_back, "times"),
    "both": Relation(3, 1, 2, _both),
    "both_more": Relation(2, 2, 2, _both_then(_more)),
    "both_less": Relation(2, 2, 2, _both_then(_less)),
    "both_times": Relation(2, 2, 2, _both_then(_times)),
    "both_part": Relation(4, 2, 2, _both_then(_part)),
    "times_more": Relation(10, 2, 1, _then(_times, "add", "multiple")),
    "times_less": Relation(9, 2, 1, _then(_times, "sub", "multiple")),
    "part_more": Relation(5, 2, 1, _then(_part, "add", "share")),
}
"""Every relation that a sentence of `relations.yaml` may tell."""
