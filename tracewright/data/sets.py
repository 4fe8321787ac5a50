"""Sets of schemas by name: `data.schemas: [report41]` draws from what the experiment reports had at that time.

They are defined once, in `sets.yaml`; each says which runs used it. A set may extend another one.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tracewright.errors import DataError, nearest
from tracewright.tree import Map, Seq, TreeError, read_tree

FILE = Path(__file__).parent / "sets.yaml"


class SchemaSet(NamedTuple):
    """Names of schemas that belong together."""

    about: str
    schemas: tuple[str, ...]


@cache
def load_sets(path: Path = FILE) -> Mapping[str, SchemaSet]:
    """Read the sets, by name.

    Raises:
        DataError: the file is no mapping of sets, or a set extends one that does not stand before it.
    """
    try:
        tree = read_tree(path.read_text(encoding="utf-8"))
    except TreeError as error:
        raise DataError(f"{path}, {error}") from None
    if not isinstance(tree, Map):
        raise DataError(f"{path}: sets of schemas are a mapping of names")
    sets: dict[str, SchemaSet] = {}
    for name, row in tree.items():
        where = f"{path}, line {tree.lines[name]}"
        if not isinstance(row, Map) or not isinstance(row.get("schemas"), Seq) or "about" not in row:
            raise DataError(f"{where}: the set {name!r} needs 'about' and a list of 'schemas'")
        before = str(row.get("extends", ""))
        if before and before not in sets:
            raise DataError(
                f"{where}: {name!r} extends {before!r}, which does not stand before it", nearest(before, sets)
            )
        own = tuple(str(item) for item in row["schemas"])
        sets[name] = SchemaSet(str(row["about"]), (*(sets[before].schemas if before else ()), *own))
    return sets
