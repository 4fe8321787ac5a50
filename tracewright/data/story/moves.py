"""The moves: what an act computes from the quantity that the story has come to, with numbers that come out right.

Each move draws its numbers so that every result is whole (or, for money, in cents), above zero and believable; where
the
quantity does not allow that (a prime number is to be shared), it says so with None and the story does something else.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node, computed
from tracewright.data.story.stock import Act
from tracewright.data.vocabulary import Row, Values
from tracewright.number import Number, tidy

PARTS = tuple(
    Fraction(top, bottom)
    for top, bottom in (*[(1, 2)] * 17, (1, 3), (1, 3), (1, 4), (1, 4), (1, 5), (1, 6), (2, 3), (2, 5), (3, 4), (3, 5))
)
"""Fractions that may be drawn, halves as often as real problems have them."""
_SHARES = tuple(Fraction(1, bottom) for bottom in (2, 2, 2, 2, 3, 4))
_WHOLES = tuple(Fraction(1, bottom) for bottom in (2, 2, 2, 3, 4, 5))
PERCENTS = tuple(range(5, 100, 5))
MONEY = frozenset(("earned", "gifts", "cost", "cash", "share", "monthly", "yearly", "rest2", "saved"))
"""Kinds of quantity that are dollars."""
_EVENTS = ("less", "less_two", "plus", "plus_two")


class Played(NamedTuple):
    """The numbers of an act, by letter, and what it leads to."""

    letters: Mapping[str, Node]
    node: Node


class Play:
    """One act about to happen: it draws numbers within the limits of the act."""

    __slots__ = ("act", "draws", "letters", "money", "row", "state", "value")

    def __init__(self, act: Act, state: Node, draws: Draws, row: Row | None, money: bool) -> None:
        self.act = act
        self.state = state
        self.value = state.value
        self.draws = draws
        self.row = row
        self.money = money
        self.letters: dict[str, Node] = {}

    def limits(self, letter: str) -> Values | None:
        """Return the numbers that the act, or the item's row, allows."""
        key = self.act.fields.get(letter)
        if key:
            found = self.row.get(key) if self.row else None
            return found if isinstance(found, Values) else Values((), "integer")
        return self.act.limits.get(letter)

    def number(
        self, letter: str, low: Number, high: Number, fits: Callable[[Number], bool] | None = None
    ) -> Number | None:
        """Draw a number from low to high and remember it; None where none fits."""
        limits = self.limits(letter)
        if limits is not None and limits.kind == "percent":  # so much of the quantity
            low = max(low, -(-self.value * int(limits.numbers[0]) // 100))
            high, limits = min(high, self.value * int(limits.numbers[-1]) // 100), None
        if limits is None:
            kind = "money" if self.money and letter in "nms" else "integer"
            if fits is None:
                value: Number | None = self.draws.near(-(-int(low) // 1), int(high))
            else:
                allowed = [item for item in range(int(low), int(high) + 1) if fits(item)]
                value = self.draws.pick(allowed) if allowed else None
        else:
            kind = limits.kind
            numbers = limits.numbers[bisect_left(limits.numbers, low) : bisect_right(limits.numbers, high)]
            if fits is not None:
                numbers = tuple(item for item in numbers if fits(item))
            value = self.draws.pick(numbers) if numbers else None
        if value is None or value <= 0:
            return None
        name = self.act.names.get(letter) or _NAMES.get(letter, "more")
        self.letters[letter] = Node(value, name, kind)
        return value

    def part(self) -> Fraction | None:
        """Draw a fraction that leaves whole numbers."""
        limits = self.act.limits.get("f")
        options = limits.numbers if limits else PARTS
        least = 1 if self.money else 2
        value = self.value
        fitting = [
            part
            for part in options
            if value % part.denominator == 0 and least <= value // part.denominator * part.numerator
        ]
        if not fitting:
            return None
        part = self.draws.pick(fitting)
        self.letters["f"] = Node(part, self.act.names.get("f", "part"), "fraction")
        return Fraction(part)

    def percent(self) -> int | None:
        """Draw a percentage of which the quantity has a whole part."""
        limits = self.act.limits.get("p")
        options = limits.numbers if limits else PERCENTS
        fitting = [rate for rate in options if self.value * rate % 100 == 0]
        if not fitting:
            return None
        rate = int(self.draws.pick(fitting))
        self.letters["p"] = Node(rate, self.act.names.get("p", "rate"), "percent")
        return rate

    def step(self, op: str, *args: Node, name: str = "", last: bool = False) -> Node:
        """Compute a quantity; what is gained or lost is marked as such."""
        event = last and self.act.move in _EVENTS
        return computed(op, args, name or self.act.name, "event" if event else "")


_NAMES = {"n": "amount", "m": "second", "g": "groups", "s": "size", "k": "times", "d": "each", "f": "part", "p": "rate"}


def whole(value: Number) -> bool:
    """Say whether a number has no fraction."""
    return value.__class__ is int or value.denominator == 1


def cents(value: Number) -> bool:
    """Say whether an amount of money can be paid: at most two decimals."""
    return value.__class__ is int or 100 % value.denominator == 0


def _less(play: Play) -> Node | None:
    if play.number("n", 2, play.value * 7 // 10) is None:
        return None
    return play.step("sub", play.state, play.letters["n"], last=True)


def _less_two(play: Play) -> Node | None:
    if play.number("n", 2, play.value * 2 // 5) is None or play.number("m", 2, play.value * 2 // 5) is None:
        return None
    if play.letters["n"].value == play.letters["m"].value:
        return None
    return play.step("sub", play.state, play.letters["n"], play.letters["m"], last=True)


def _less_each(play: Play) -> Node | None:
    groups = play.number("g", 2, play.value // 4)
    if groups is None or play.number("s", 2, play.value * 4 // 5 // groups) is None:
        return None
    product = play.step("mul", play.letters["g"], play.letters["s"], name="taken")
    return play.step("sub", play.state, product)


def _less_times(play: Play) -> Node | None:
    first = play.number("n", 2, play.value * 1 // 4)
    if first is None:
        return None
    times = play.draws.pick((2, 2, 3))
    if first * (1 + times) > play.value * 9 // 10:
        times = 2
    play.letters["k"] = Node(times, "times", "times")
    second = play.step("mul", play.letters["n"], play.letters["k"], name="second")
    return play.step("sub", play.state, play.letters["n"], second)


def _less_more(play: Play) -> Node | None:
    first = play.number("n", 2, play.value * 2 // 5)
    if first is None or play.number("m", 2, min(first, play.value * 9 // 10 - 2 * first)) is None:
        return None
    second = play.step("add", play.letters["n"], play.letters["m"], name="second")
    return play.step("sub", play.state, play.letters["n"], second)


def _less_share(play: Play) -> Node | None:
    """So many go, and a part as many go elsewhere: 12, and half that number."""
    part = play.draws.pick(_SHARES)
    most = int(play.value * part.denominator // (part.numerator + part.denominator)) - 1
    if play.number("n", 2, most, lambda item: item % part.denominator == 0 and item > part.denominator) is None:
        return None
    play.letters["f"] = Node(part, play.act.names.get("f", "part"), "fraction")
    second = play.step("mul", play.letters["n"], play.letters["f"], name="second")
    return play.step("sub", play.state, play.letters["n"], second)


def _less_part(play: Play) -> Node | None:
    if play.part() is None:
        return None
    taken = play.step("mul", play.state, play.letters["f"], name="taken")
    return play.step("sub", play.state, taken)


def _keep_part(play: Play) -> Node | None:
    return play.step("mul", play.state, play.letters["f"]) if play.part() is not None else None


def _percent(op: str) -> Callable[[Play], Node | None]:
    def move(play: Play) -> Node | None:
        return play.step(op, play.state, play.letters["p"]) if play.percent() is not None else None

    return move


def _plus(play: Play) -> Node | None:
    if play.number("n", 2, max(play.value * 2, 6)) is None:
        return None
    return play.step("add", play.state, play.letters["n"], last=True)


def _plus_two(play: Play) -> Node | None:
    if play.number("n", 2, max(play.value, 6)) is None or play.number("m", 2, max(play.value, 6)) is None:
        return None
    if play.letters["n"].value == play.letters["m"].value:
        return None
    return play.step("add", play.state, play.letters["n"], play.letters["m"], last=True)


def _plus_each(play: Play) -> Node | None:
    if play.number("g", 2, 12) is None or play.number("s", 2, max(play.value, 6)) is None:
        return None
    product = play.step("mul", play.letters["g"], play.letters["s"], name="added")
    return play.step("add", play.state, product)


def _plus_times(play: Play) -> Node | None:
    play.letters["k"] = Node(play.draws.pick((2, 2, 2, 3)), "times", "times")
    more = play.step("mul", play.state, play.letters["k"], name="added")
    return play.step("add", play.state, more)


def _plus_fold(play: Play) -> Node | None:
    """Told by a verb: it doubles, it triples."""
    play.letters["k"] = Node(play.draws.pick((2, 2, 2, 2, 3)), "times", "fold")
    return play.step("mul", play.state, play.letters["k"])


def _whole(play: Play) -> Node | None:
    """Work out the whole of which the quantity is a part."""
    play.letters["f"] = Node(play.draws.pick(_WHOLES), play.act.names.get("f", "part"), "fraction")
    return play.step("div", play.state, play.letters["f"])


def _times(play: Play) -> Node | None:
    """So much for each; the price of a pack fits what is inside."""
    given, each = play.limits("k"), play.limits("each")
    low, high = (given.numbers[0], given.numbers[-1]) if given and given.numbers else (2, 12)
    if each is not None and each.numbers:
        size = _pack_size(play.state)
        low, high = each.numbers[0] * size, each.numbers[-1] * size
    if play.number("k", low, high) is None:
        return None
    return play.step("mul", play.state, play.letters["k"])


def _pack_size(packs: Node) -> Number:
    """Return how many pieces are in each of the packs; 1 where they were not packed in the story."""
    while packs.op and packs.op != "div":
        packs = packs.args[0]
    return packs.args[1].value if packs.op else 1


def _times_two(play: Play) -> Node | None:
    """One number for each, and another for each of those: 4 legs each, $2 a leg."""
    if play.number("k", 2, 12) is None or play.number("m", 2, 20) is None:
        return None
    inner = play.step("mul", play.state, play.letters["k"], name=play.act.names.get("inner", "needed"))
    return play.step("mul", inner, play.letters["m"])


def _constant(play: Play) -> Node:
    return Node(play.act.constant, play.act.names.get("constant", "constant"), "constant")


def _times_constant(play: Play) -> Node | None:
    return play.step("mul", play.state, _constant(play))


def _over_constant(play: Play) -> Node | None:
    if play.value % play.act.constant or play.value < 2 * play.act.constant:
        return None
    return play.step("div", play.state, _constant(play))


def _divides(play: Play, value: Number) -> Callable[[Number], bool]:
    if play.money:
        return lambda item: item > 0 and (value % item == 0 if whole(value) else cents(tidy(Fraction(value) / item)))
    return lambda item: item > 0 and value % item == 0


def _over(play: Play) -> Node | None:
    value = _apart(play.state) if play.act.apart else play.value
    fits = _divides(play, value) if play.act.to in MONEY else lambda item: item > 0 and value % item == 0
    if play.number("d", 2, value // 2, fits) is None:
        return None
    return play.step("div", play.state, play.letters["d"])


def _apart(state: Node) -> Number:
    """Return what is divided where the groups of an opening stay apart: one of them; 1 where they are not equal now."""
    start = state
    while start.op in ("add", "sub"):
        start = start.args[0]
    if start.op != "mul":
        return state.value
    return start.args[1].value if start is state else 1


def _over_times(play: Play) -> Node | None:
    if (
        play.number("d", 2, play.value // 2, lambda item: play.value % item == 0) is None
        or play.number("m", 2, 20) is None
    ):
        return None
    packs = play.step("div", play.state, play.letters["d"], name=play.act.names.get("inner", "packs"))
    return play.step("mul", packs, play.letters["m"])


def _goal(play: Play) -> Node | None:
    if play.number("n", play.value + max(2, play.value // 20), play.value * 2 + 10) is None:
        return None
    return play.step("sub", play.letters["n"], play.state)


def _goal_over(play: Play) -> Node | None:
    limits = play.limits("d") or Values(tuple(range(3, 13)), "money" if play.money else "integer")
    each = play.draws.pick(limits.numbers)
    rounds = play.draws.between(2, 12)
    goal = play.value + each * (rounds or 2)
    allowed = play.limits("n")
    if allowed and not allowed.numbers[0] <= goal <= allowed.numbers[-1]:
        return None
    play.letters["d"] = Node(each, play.act.names.get("d", "each"), limits.kind)
    play.letters["n"] = Node(tidy(goal), play.act.names.get("n", "goal"), "money" if play.money else "integer")
    gap = play.step("sub", play.letters["n"], play.state, name="missing")
    return play.step("div", gap, play.letters["d"])


def _less_over(play: Play) -> Node | None:
    """Take some away and divide the rest; the number that goes is drawn so that it comes out even."""
    each = play.number("d", 2, play.value // 3)
    if each is None:
        return None
    left = play.draws.between(max(2, int(-(-play.value * 8 // 10 // each))), int(play.value * 19 // 20 // each))
    if left is None or play.value - left * each < 2:
        return None
    play.letters["n"] = Node(
        tidy(play.value - left * each), play.act.names.get("n", "taken"), "money" if play.money else "integer"
    )
    rest = play.step("sub", play.state, play.letters["n"], name="left")
    return play.step("div", rest, play.letters["d"])


MOVES: Mapping[str, tuple[Callable[[Play], Node | None], int]] = {
    "less": (_less, 1),
    "less_two": (_less_two, 1),
    "less_each": (_less_each, 2),
    "less_times": (_less_times, 2),
    "less_more": (_less_more, 2),
    "less_share": (_less_share, 2),
    "less_part": (_less_part, 2),
    "keep_part": (_keep_part, 1),
    "less_percent": (_percent("percent_off"), 1),
    "keep_percent": (_percent("percent_of"), 1),
    "plus_percent": (_percent("percent_increase"), 1),
    "plus": (_plus, 1),
    "plus_two": (_plus_two, 1),
    "plus_each": (_plus_each, 2),
    "plus_times": (_plus_times, 2),
    "plus_fold": (_plus_fold, 1),
    "times": (_times, 1),
    "times_two": (_times_two, 2),
    "times_constant": (_times_constant, 1),
    "over": (_over, 1),
    "over_constant": (_over_constant, 1),
    "goal": (_goal, 1),
    "goal_over": (_goal_over, 2),
    "over_times": (_over_times, 2),
    "less_over": (_less_over, 2),
    "whole": (_whole, 1),
}
"""Each move with the number of its steps."""


def play(act: Act, state: Node, draws: Draws, row: Row | None, money: bool, most: int) -> Played | None:
    """Let an act happen; None where its numbers do not come out right."""
    game = Play(act, state, draws, row, money)
    node = MOVES[act.move][0](game)
    if node is None or not cents(node.value) or not 1 < node.value <= most:
        return None
    if act.result is not None and not act.result[0] <= node.value <= act.result[1]:
        return None
    if node.value.__class__ is not int and act.to not in MONEY:
        return None
    return Played(game.letters, node)
