"""The slots of a schema: what a problem draws. A short text, a list or a mapping of the YAML file -> a checked `Slot`.

How a value is drawn is in `draw.py`, how it is written in `telling.py`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tracewright.data.expression import Expression, read_expression
from tracewright.data.vocabulary import (
    Row,
    Values,
    kind_of,
    load_names,
    load_tables,
    read_table,
    read_values,
    split_range,
)
from tracewright.errors import DataError, nearest
from tracewright.number import Number
from tracewright.tree import Map, Seq, Tree

NUMBER_KINDS = ("integer", "decimal", "money", "percent", "fraction", "times", "dozens")
"""How a number is written: 8, 2.5, $4.50, 20%, a third, twice, two dozen."""
WHOLE_KINDS = ("integer", "times", "dozens")
"""Kinds that are always whole."""
_PEOPLE = {"person": "person", "person she": "she", "person he": "he"}
_FIELD = re.compile(r"([a-z]\w*)\.([a-z]\w*)\Z")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One thing that a problem draws. `draws` says how, and which of the other fields are meant."""

    name: str
    draws: str
    """`person` or `row` (one of `rows`), `word` (one of `words`), `values` (one of `values`), `field` (a number that
    the row of another slot allows), `range` (low to high by step, with names in it), `multiple` (of `of`, in a range
    or `times`), `derived` (`low` worked out)."""
    kind: str
    """How it is written: a number kind, `person`, `noun` or `word`."""
    rows: tuple[Row, ...] = ()
    words: tuple[str, ...] = ()
    values: tuple[Number, ...] = ()
    field: tuple[str, str] = ("", "")
    low: Expression | None = None
    high: Expression | None = None
    step: Expression | None = None
    of: Expression | None = None
    plus: Expression | None = None
    times: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a number, and so a mention where a wording shows it."""
        return self.kind in NUMBER_KINDS

    @property
    def constant(self) -> bool:
        """Whether it has one value only."""
        return self.draws == "values" and len(self.values) == 1


class Place(NamedTuple):
    """Where in a file something stands, for messages."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}"


def read_slot(place: Place, name: str, node: Tree, before: Mapping[str, Slot]) -> Slot:
    """Read one slot in its short form (a text or a list) or its long one (a mapping).

    Raises:
        DataError: it draws nothing that is known, or uses a slot that is not drawn before it.
    """
    if isinstance(node, Map):
        slot = _long_slot(place, name, node)
    elif isinstance(node, Seq):
        slot = _listed_slot(place, name, node, "")
    else:
        slot = _short_slot(place, name, node.strip())
    for expression in (slot.low, slot.high, slot.step, slot.of, slot.plus):
        for used in expression.names if expression else ():
            if used not in before:
                raise DataError(
                    f"{place}: slot {name!r} uses {used!r}, which is not drawn before it", nearest(used, before)
                )
            if not before[used].is_number:
                raise DataError(f"{place}: slot {name!r} reckons with {used!r}, which is no number")
    if slot.draws == "field":
        return _field_slot(place, slot, before)
    return slot


def _short_slot(place: Place, name: str, text: str) -> Slot:
    if text in _PEOPLE:
        return Slot(name=name, draws="person", kind="person", rows=load_names()[_PEOPLE[text]])
    if text.startswith("from "):
        return _table_slot(place, name, [part.strip() for part in text[5:].split(",")])
    sign = text[:2].rstrip("= ")
    if text.startswith(("=", "$=", "%=")):
        kind = {"$": "money", "%": "percent"}.get(sign, "integer")
        return Slot(
            name=name,
            draws="derived",
            kind=kind,
            low=read_expression(text.partition("=")[2], f"{place}: slot {name!r}"),
        )
    field = _FIELD.match(text)
    if field:
        return Slot(name=name, draws="field", kind="integer", field=(field[1], field[2]))
    if ".." in text or read_values(text):
        return _range_slot(place, name, text, "")
    hint = "write for example 'person', 'from fruit', '2..9', '$1.50..$4 by 0.25', '= a * b' or 'item.price'"
    raise DataError(f"{place}: slot {name!r} draws nothing that is known, read {text[:60]!r}", hint)


def _table_slot(place: Place, name: str, names: Iterable[str]) -> Slot:
    tables = load_tables()
    rows: list[Row] = []
    for table in names:
        if table not in tables:
            raise DataError(
                f"{place}: there is no table {table!r}", nearest(table, tables) or f"known: {', '.join(tables)}"
            )
        rows += tables[table]
    return Slot(name=name, draws="row", kind="noun", rows=tuple(rows))


def _range_slot(place: Place, name: str, text: str, kind: str) -> Slot:
    """Read `2..9`, or a range with names of other slots in it."""
    values = read_values(text)
    if values:
        return Slot(name=name, draws="values", kind=kind or values.kind, values=values.numbers)
    (low, high), step, signed = split_range(text)
    where = f"{place}: slot {name!r}"
    ends = [read_expression(part, where) for part in (low, high, step)]
    if not any(end.names for end in ends):
        raise DataError(
            f"{where}: {text!r} is no range of numbers", "write the smaller end first: '2..9', '10..50 by 5'"
        )
    whole = all(end.constant is None or end.constant.__class__ is int for end in ends)
    kind = kind or signed or ("integer" if whole else "decimal")
    return Slot(name=name, draws="range", kind=kind, low=ends[0], high=ends[1], step=ends[2])


def _listed_slot(place: Place, name: str, node: Seq, kind: str) -> Slot:
    texts = [item for item in node if isinstance(item, str)]
    if not texts or len(texts) < len(node):
        raise DataError(f"{place}: slot {name!r} must be a list of numbers or of words")
    read = [read_values(text) for text in texts]
    numbers = [values for values in read if values and len(values.numbers) == 1]
    if len(numbers) == len(texts):
        plain = tuple(values.numbers[0] for values in numbers)
        signed = {values.kind for values in numbers} - {"integer", "decimal"}
        return Slot(
            name=name, draws="values", kind=kind or (signed.pop() if signed else kind_of(plain, "")), values=plain
        )
    return Slot(name=name, draws="word", kind="word", words=tuple(texts))


_LONG = {
    "from": ("from",),
    "rows": ("rows",),
    "list": ("list", "kind"),
    "value": ("value", "kind"),
    "range": ("range", "kind", "multiple_of", "plus"),
    "times": ("times", "kind", "multiple_of", "plus"),
}
"""The keys of a long slot, by the one that says what it is."""


def _long_slot(place: Place, name: str, node: Map) -> Slot:
    form = next((key for key in _LONG if key in node), None)
    if form is None:
        raise DataError(f"{place}: slot {name!r} needs one of the keys {', '.join(_LONG)}")
    for key in node:
        if key not in _LONG[form]:
            raise DataError(f"{place}: slot {name!r} has the unknown key {key!r}", nearest(key, _LONG[form]))
    inner = node[form]
    kind = _kind(place, name, node)
    if form == "rows":
        return Slot(name=name, draws="row", kind="noun", rows=read_table(inner, f"{place}: slot {name!r}"))
    if form in ("from", "list") and isinstance(inner, Seq):
        return _listed_slot(place, name, inner, kind) if form == "list" else _table_slot(place, name, map(str, inner))
    if not isinstance(inner, str):
        raise DataError(f"{place}: slot {name!r}: {form!r} must be {'a list' if form == 'list' else 'a text'}")
    if form == "from":
        return _table_slot(place, name, [inner])
    if form == "value":
        return Slot(
            name=name, draws="derived", kind=kind or "integer", low=read_expression(inner, f"{place}: slot {name!r}")
        )
    return _multiple_slot(place, name, node, inner, form, kind)


def _multiple_slot(place: Place, name: str, node: Map, text: str, form: str, kind: str) -> Slot:
    """Read `{range: 20..200, multiple_of: groups, plus: left}` or `{multiple_of: groups, times: 2..9}`."""
    if "multiple_of" not in node:
        if form == "times" or "plus" in node:
            raise DataError(f"{place}: slot {name!r} needs the key 'multiple_of'")
        return _range_slot(place, name, text, kind)
    where = f"{place}: slot {name!r}"
    (low, high), step, signed = split_range(text)
    if step != "1":
        raise DataError(f"{where}: 'by' and 'multiple_of' exclude each other")
    extra = {key: node[key] for key in ("multiple_of", "plus") if key in node}
    if not all(isinstance(value, str) for value in extra.values()):
        raise DataError(f"{where}: 'multiple_of' and 'plus' are expressions")
    return Slot(
        name=name,
        draws="multiple",
        kind=kind or signed or "integer",
        low=read_expression(low, where),
        high=read_expression(high, where),
        of=read_expression(str(extra["multiple_of"]), where),
        plus=read_expression(str(extra["plus"]), where) if "plus" in extra else None,
        times=form == "times",
    )


def _kind(place: Place, name: str, node: Map) -> str:
    kind = node.get("kind", "")
    if kind and (not isinstance(kind, str) or kind not in NUMBER_KINDS):
        hint = nearest(str(kind), NUMBER_KINDS) or f"known: {', '.join(NUMBER_KINDS)}"
        raise DataError(f"{place}: slot {name!r} has the unknown kind {kind!r}", hint)
    return str(kind)


def _field_slot(place: Place, slot: Slot, before: Mapping[str, Slot]) -> Slot:
    """Give a slot such as `item.price` the kind that the rows' ranges have."""
    owner, key = slot.field
    if owner not in before or before[owner].draws != "row":
        rows = [name for name, other in before.items() if other.draws == "row"]
        raise DataError(
            f"{place}: {owner!r} is no slot with rows that is drawn before {slot.name!r}", nearest(owner, rows)
        )
    ranges = [row[key] for row in before[owner].rows if isinstance(row.get(key), Values)]
    if not ranges:
        known = {name for row in before[owner].rows for name, value in row.items() if isinstance(value, Values)}
        raise DataError(f"{place}: no row of {owner!r} has numbers {key!r}", nearest(key, known))
    kinds = {values.kind for values in ranges if isinstance(values, Values)} - {"integer"}
    return Slot(name=slot.name, draws="field", kind=kinds.pop() if kinds else "integer", field=slot.field)
