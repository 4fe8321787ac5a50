"""A schema -> functions that draw a problem, work out its answer and tell it, fast enough to never wait for data.

Two small Python functions are written and compiled for each schema: `draw`, which takes one large random number apart
into the values of the slots, checks the conditions, and runs the trace; and for each wording `tell`, which writes the
question. No text of a schema reaches Python as it stands: names are checked, expressions are rewritten from their
syntax trees, everything else is quoted. `check.py` holds the outcome against the readers of the house, the solver
among them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from typing import Any, NamedTuple

from tracewright.data.draw import DrawWriter
from tracewright.data.naming import Naming, rename
from tracewright.data.schema import Schema
from tracewright.data.slots import Slot
from tracewright.data.telling import CHANCE, SPELLING, Range, write_python
from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.number import Number
from tracewright.trace.render import render

RANDOM_BYTES = 64
"""Size of the random number that a problem is made of: 512 bits, of which schemas use 100 to 250."""
SAMPLES = 4
"""Problems on which a wording is compiled: in digits, in words, in both, in digits."""
MAX_TRIES = 10_000
"""Draws after which a schema's conditions are taken for impossible."""

Draw = Callable[[int], "tuple[tuple[Any, ...], Number, int, int] | None"]
"""From a random number to the values of the slots, the answer, what is left of the random number, and the bucket."""
Tell = Callable[[tuple[Any, ...], int, int], tuple[str, ...]]


_SOURCE = re.compile(r"^([ -]*- \{op: init, var: \S+, source: )(n\d+)(?=\}$)", re.M)
"""A line that takes a number of the schema, in canonical text."""


class Telling(NamedTuple):
    """One wording, ready: how it is told, and where its numbers and names stand."""

    tell: Tell
    trace: Callable[[tuple[Any, ...]], str]
    """From the values of the slots to the trace's canonical text."""
    people: tuple[int, ...]
    """Places of the persons among the slots."""
    numbers: tuple[tuple[int, str], ...]
    """(piece, slot) of each number."""
    mentions: Mapping[str, int]
    """The mention (from 1) that each slot is first shown as."""


def random_number(key: str, salt: int = 0) -> int:
    """Return the number that a problem is made of: BLAKE2b of a key, 512 bits, the same anywhere."""
    return int.from_bytes(blake2b(key.encode(), digest_size=RANDOM_BYTES).digest(), "little") ^ salt


class Machine:
    """A compiled schema: draws values, and has each wording told."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.salt = random_number(f"schema/{schema.name}")
        self.order = tuple(schema.slots)
        self.source, constants = DrawWriter(schema).write()
        self.draw: Draw = _run(self.source, "draw", constants)
        self.ranges = {name: _range(slot) for name, slot in schema.slots.items() if slot.is_number}
        self.steps = sum(
            step.op not in ("init", "query", "formula") for part in schema.trace.parts for step in part.steps
        )
        self._tellings: dict[tuple[int, Naming], Telling] = {}
        self._texts: dict[Naming, str] = {}
        self._samples: list[tuple[tuple[Any, ...], int]] = []

    def telling(self, wording: int, naming: Naming) -> Telling:
        """Return a wording with the trace that belongs to it.

        Raises:
            DataError: its numbers do not keep their places among the mentions, so no one trace fits all problems.
        """
        found = self._tellings.get((wording, naming))
        if found is None:
            found = self._tellings[wording, naming] = self._compile(wording, naming)
        return found

    def samples(self) -> list[tuple[tuple[Any, ...], int]]:
        """Return a few draws: values, and what is left of the random number."""
        tries = 0
        while len(self._samples) < SAMPLES:
            drawn = self.try_draw(random_number(f"sample/{tries}", self.salt))
            tries += 1
            if drawn:
                self._samples.append((drawn[0], drawn[2]))
            if tries > MAX_TRIES:
                raise DataError(
                    f"{self.schema.path}: its conditions leave no problem in {MAX_TRIES} draws",
                    "widen the ranges, or draw multiples",
                )
        return self._samples

    def try_draw(self, number: int) -> tuple[tuple[Any, ...], Number, int, int] | None:
        """Draw once; None where a condition does not hold."""
        try:
            return self.draw(number)
        except ZeroDivisionError:
            return None

    def _compile(self, wording: int, naming: Naming) -> Telling:
        told = write_python(self.schema.wordings[wording], self.order, self.ranges)
        tell: Tell = _run(told.source, "tell", dict(SPELLING))
        mentions = self._mentions(tell, told.numbers, wording)
        places = {f"n{index}": f"n{mentions[slot]}" for index, slot in enumerate(self.schema.sources, 1)}
        trace = _SOURCE.sub(lambda match: match[1] + places[match[2]], self._text(naming))
        named = {
            insert.slot
            for insert in self.schema.wordings[wording].inserts
            if self.schema.slots[insert.slot].kind == "person" and insert.form == "one"
        }
        people = tuple(place for place, name in enumerate(self.order) if name in named)
        return Telling(tell, self._fill(trace), people, told.numbers, mentions)

    def _text(self, naming: Naming) -> str:
        """Return the trace's text in the names of a strategy, its sources still those of the schema."""
        text = self._texts.get(naming)
        if text is None:
            owner = _owner(self.schema) if naming == "per_instance" else ""
            text = self._texts[naming] = render(rename(self.schema.trace, naming, owner))
        return text

    def _mentions(self, tell: Tell, numbers: Sequence[tuple[int, str]], wording: int) -> Mapping[str, int]:
        """Find out, from a few samples in digits and in words, which mention each number is; all must agree."""
        found: dict[str, int] | None = None
        for place, (values, number) in enumerate(self.samples()):
            pieces = tell(values, number, (0, CHANCE, CHANCE // 2)[place % 3])
            here = mention_places(pieces, numbers)
            if (found is not None and here != found) or 0 in here.values():
                other = next(slot for slot, index in here.items() if index == 0 or (found and found[slot] != index))
                where = f"{self.schema.path}, wording {wording + 1}"
                raise DataError(
                    f"{where}: the number {{{other}}} is not always the same mention", f"read {''.join(pieces)!r}"
                )
            found = here
        return found or {}

    def _fill(self, text: str) -> Callable[[tuple[Any, ...]], str]:
        """Return the function that puts the problem's names into the variables of a trace."""
        parts = text.replace("%", "%%").split("X_")
        places = []
        for index, part in enumerate(parts[1:], 1):
            name, _, rest = part.partition("_X")
            places.append(self.order.index(name))
            parts[index] = "%s" + rest
        if not places:
            return lambda values: text
        template = "".join(parts)
        return lambda values: template % tuple([_slug(values[place]) for place in places])


def mention_places(pieces: Sequence[str], numbers: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Return, for each number slot, the index of the mention that it is first shown as; 0 where none is read there."""
    starts = [0, *accumulate(map(len, pieces))]
    mentions = read_mentions("".join(pieces))
    places: dict[str, int] = {}
    for piece, slot in numbers:
        first, last = starts[piece], starts[piece + 1]
        inside = [mention.index for mention in mentions if mention.start >= first and mention.end <= last]
        places.setdefault(slot, inside[0] if len(inside) == 1 else 0)
    return places


def _slug(value: Any) -> str:
    return value.replace(" ", "_").lower() if isinstance(value, str) else value["slug"]


def _owner(schema: Schema) -> str:
    """Return what names of instances begin with: the first person, else the first noun."""
    for kind in ("person", "noun"):
        for slot in schema.slots.values():
            if slot.kind == kind and all("slug" in row for row in slot.rows):
                return f"X_{slot.name}_X"
    return ""


def _range(slot: Slot) -> Range:
    if slot.draws == "values":
        return Range(slot.kind, min(slot.values), max(slot.values))
    return Range(slot.kind)


def _run(source: str, name: str, constants: dict[str, Any]) -> Any:
    """Compile a function that this package has written."""
    exec(compile(source, f"<{name}>", "exec"), constants)  # noqa: S102
    return constants[name]


@cache
def machine(schema: Schema) -> Machine:
    """Return the compiled schema; each is compiled once."""
    return Machine(schema)
