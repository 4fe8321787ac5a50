"""Operations that know percentages: `x * m / 100`, m a percentage of the question, is written as `percent_of`.

However an annotator writes it: `x * (100 - m) / 100` and `x * (1 - m / 100)` are `percent_off`, with `+` they are
`percent_increase`. What is no longer needed then is left out when the program is pruned.

Not covered: rates as decimals (.2 for 20 %), which `annotate/` knows.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.context import Place
from tracewright.data.annotate.program import Program, Ref, constant

HUNDRED, ONE, HUNDREDTH = constant(100), constant(1), constant(Fraction(1, 100))


class Rate(NamedTuple):
    """A percentage operation and the mention that is its rate."""

    name: str
    rate: Ref


class Steps:
    """A program in the making, over the mentions of a question."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.program = Program()
        self.places = places
        self.equation = 0

    def add(self, name: str, *args: Ref) -> Ref:
        """Write an operation, or the percentage that it amounts to; an equal one that is there already is used."""
        for at, arg in enumerate(args):
            rest = args[:at] + args[at + 1 :]
            if name == "mul":
                rate = self._scaled(arg)
                if rate is None and HUNDREDTH in rest:
                    rate = self._plain(arg)
                    rest = tuple(ref for ref in rest if ref != HUNDREDTH)
                if rate and rest:
                    return self._percentage(rate, rest)
        if name == "div" and args[1:] == (HUNDRED,):
            factors = self._args(args[0], "mul")
            for at, factor in enumerate(factors):
                rate = self._plain(factor)
                if rate:
                    return self._percentage(rate, factors[:at] + factors[at + 1 :])
        return self.program.add(name, args, self.equation)

    def _percentage(self, rate: Rate, factors: tuple[Ref, ...]) -> Ref:
        base = self.program.add("mul", factors, self.equation) if len(factors) > 1 else factors[0]
        return self.program.add(rate.name, (base, rate.rate), self.equation)

    def _args(self, ref: Ref, name: str) -> tuple[Ref, ...]:
        """Return the arguments of a step, if it is such an operation."""
        if ref.kind != "step":
            return ()
        op = self.program.ops[ref.place]
        return op.args if op.name == name else ()

    def _plain(self, ref: Ref) -> Rate | None:
        """Read m, 100 - m or 100 + m."""
        if ref.kind == "mention" and self.places[ref.place].mention.kind == "percent":
            return Rate("percent_of", ref)
        return self._around(ref, HUNDRED, self._plain)

    def _scaled(self, ref: Ref) -> Rate | None:
        """Read m / 100, (100 - m) / 100, 1 - m / 100, or one of these with a plus."""
        parts = self._args(ref, "div")
        if parts[1:] == (HUNDRED,):
            return self._plain(parts[0])
        return self._around(ref, ONE, self._scaled)

    def _around(self, ref: Ref, whole: Ref, read: "Reader") -> Rate | None:
        """Read the whole less a rate, or a rate on top of the whole."""
        less, more = self._args(ref, "sub"), self._args(ref, "add")
        if len(less) == 2 and less[0] == whole:
            rate, name = read(less[1]), "percent_off"
        elif len(more) == 2 and whole in more:
            rate, name = read(more[1] if more[0] == whole else more[0]), "percent_increase"
        else:
            return None
        return Rate(name, rate.rate) if rate and rate.name == "percent_of" else None


Reader = Callable[[Ref], Rate | None]
"""Reads a rate."""
