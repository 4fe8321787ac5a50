"""A schema: one YAML file that says what a kind of problem draws, what its trace is, and how its question may be told.

Here a file becomes a checked `Schema`; what makes problems of it is `compile.py`, what a wording may say is
`wording.py`. Every mistake of an author is a DataError with the file, the line and the nearest known word.
`docs/data.md` shows how to write one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tracewright.data.expression import Expression, read_expression
from tracewright.data.naming import RESERVED, variables
from tracewright.data.slots import Place, Slot, read_slot
from tracewright.data.wording import Wording, read_wording
from tracewright.errors import DataError, nearest
from tracewright.trace.experts import EXPERTS
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.syntax import Trace
from tracewright.tree import Map, Seq, Tree, TreeError, read_tree

FOLDER = Path(__file__).parent / "schemas"

RESULTS = {
    "whole": "every computed value is a whole number above 0",
    "cents": "every computed value is above 0 and has at most two decimals",
    "answer": "the answer is a whole number above 0, whatever comes before it",
    "any": "no condition",
}
"""What a schema may ask of the values that its trace computes."""

_KEYS = ("about", "report", "expert", "slots", "where", "results", "trace", "wordings", "distractors")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
"""What a schema or a slot may be called."""
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_EARLIER = re.compile(r"(?:prev|sub\d+)\.result\Z")


STARTER = """about: Things are collected, some are given away, and the rest is packed evenly.
expert: arithmetic
slots:
  name: person
  friend: person
  item: from collectible, sweet
  bags: 2..9
  each: 3..12
  given: 2..20
  total: = bags * each + given
trace:
- {op: init, var: total, source: total}
- {op: init, var: given, source: given}
- {op: compute, compute_op: sub, args: [total, given], var: left}
- {op: init, var: bags, source: bags}
- {op: compute, compute_op: div, args: [left, bags], var: each}
- {op: query, var: each}
wordings:
- >-
  {name} has {total} {item}. {he} gives {given} of them to {friend} and packs the rest evenly into {bags} bags.
  How many {item} are in each bag?
- >-
  How many {item} go into each of {bags} bags, if {name} [starts with|owns] {total} and first hands {given} to {his}
  friend {friend}?
"""
"""A schema to start a new one from; `docs/data.md` explains it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Schema:
    """One checked schema."""

    name: str
    path: str
    about: str
    expert: str
    """The expert of its traces, `composition` for several."""
    slots: Mapping[str, Slot]
    """In the order in which they are drawn."""
    where: tuple[Expression, ...]
    results: str
    trace: Trace
    """The trace in semantic names. `source: n2` is the second of `sources`; `X_name_X` in a name is the slot's word."""
    sources: tuple[str, ...]
    """The slots that the trace takes its numbers from."""
    wordings: tuple[Wording, ...]
    distractors: frozenset[str]
    """Slots, and number words of the text, that the trace does not use."""
    report: str = ""
    """The name in the experiment reports, where another."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The number slots that some wording shows, in the order of drawing."""
        used = {insert.slot for wording in self.wordings for insert in wording.inserts}
        return tuple(name for name, slot in self.slots.items() if slot.is_number and name in used)


def read_schema(path: Path) -> Schema:
    """Read and check one schema.

    Raises:
        DataError: the file cannot be read, or something in it is wrong.
    """
    tree = _read(path)
    for key in tree:
        if key not in _KEYS:
            raise DataError(
                f"{path}, line {tree.lines[key]}: unknown key {key!r}",
                nearest(key, _KEYS) or f"known: {', '.join(_KEYS)}",
            )
    for key in ("about", "expert", "slots", "trace", "wordings"):
        if key not in tree:
            raise DataError(f"{path}: the key {key!r} is missing")
    expert = _word(path, tree, "expert")
    if expert not in EXPERTS and expert != "composition":
        raise DataError(f"{path}, line {tree.lines['expert']}: unknown expert {expert!r}", nearest(expert, EXPERTS))
    slots = _slots(path, tree)
    trace, sources = _trace(path, tree, expert, slots)
    results = _word(path, tree, "results") or "whole"
    if results not in RESULTS:
        raise DataError(f"{path}, line {tree.lines['results']}: unknown results {results!r}", nearest(results, RESULTS))
    schema = Schema(
        name=path.stem,
        path=str(path),
        about=_word(path, tree, "about"),
        report=_word(path, tree, "report"),
        expert=expert,
        slots=slots,
        where=tuple(
            read_expression(text, f"{path}, line {tree.lines['where']}") for text in _texts(path, tree, "where")
        ),
        results=results,
        trace=trace,
        sources=sources,
        wordings=_wordings(path, tree, slots),
        distractors=frozenset(_texts(path, tree, "distractors")),
    )
    _agree(schema)
    return schema


@cache
def load_schemas(folder: Path = FOLDER) -> Mapping[str, Schema]:
    """Read every schema below a folder, by name, in alphabetical order.

    Raises:
        DataError: there is none, one is wrong, two have one name, or one lies in a folder that is not its expert's.
    """
    schemas: dict[str, Schema] = {}
    for path in sorted(folder.rglob("*.yaml"), key=lambda path: path.stem):
        schema = read_schema(path)
        if schema.name in schemas:
            raise DataError(
                f"{path}: there is another schema {schema.name!r}", f"rename it or {schemas[schema.name].path}"
            )
        if path.parent.name != schema.expert and folder == FOLDER:
            raise DataError(f"{path}: a schema of the expert {schema.expert!r} lies in the folder {schema.expert}")
        schemas[schema.name] = schema
    if not schemas:
        raise DataError(f"{folder}: there is no schema here", "a schema is a .yaml file")
    return schemas


def _read(path: Path) -> Map:
    try:
        tree = read_tree(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from None
    except TreeError as error:
        raise DataError(
            f"{path}, {error}", "a text with ': ', '#', '{' or '[' in it is put behind '>-' or in quotes"
        ) from None
    if not isinstance(tree, Map):
        raise DataError(
            f"{path}: a schema is a mapping", "start with the keys about, expert, slots, trace and wordings"
        )
    return tree


def _word(path: Path, tree: Map, key: str) -> str:
    node = tree.get(key, "")
    if not isinstance(node, str):
        raise DataError(f"{path}, line {tree.lines[key]}: {key!r} must be a word or a line of text")
    return node.strip()


def _texts(path: Path, tree: Map, key: str) -> tuple[str, ...]:
    """Read a list of texts, or a single one."""
    node = tree.get(key, Seq())
    items: Iterable[Tree] = [node] if isinstance(node, str) else node
    if isinstance(node, Map) or not all(isinstance(item, str) for item in items):
        raise DataError(
            f"{path}, line {tree.lines[key]}: {key!r} must be a list of texts", "put a text with ': ' in it in quotes"
        )
    return tuple(item for item in items if isinstance(item, str))


def _slots(path: Path, tree: Map) -> Mapping[str, Slot]:
    node = tree["slots"]
    if not isinstance(node, Map):
        raise DataError(f"{path}, line {tree.lines['slots']}: 'slots' must be a mapping of names")
    slots: dict[str, Slot] = {}
    for name, inner in node.items():
        place = Place(path, node.lines[name])
        if not NAME.match(name):
            raise DataError(f"{place}: {name!r} is no name for a slot", "write small letters, digits and _")
        slots[name] = read_slot(place, name, inner, slots)
    return slots


def _wordings(path: Path, tree: Map, slots: Mapping[str, Slot]) -> tuple[Wording, ...]:
    texts = _texts(path, tree, "wordings")
    if not texts:
        raise DataError(f"{path}, line {tree.lines['wordings']}: there is no wording")
    kinds = {name: slot.kind for name, slot in slots.items()}
    keys = {name: {key for row in slot.rows for key in row} for name, slot in slots.items() if slot.kind == "noun"}
    return tuple(read_wording(text, kinds, keys, f"{path}, wording {index}") for index, text in enumerate(texts, 1))


def _trace(path: Path, tree: Map, expert: str, slots: Mapping[str, Slot]) -> tuple[Trace, tuple[str, ...]]:
    """Read the trace: slots become `n1`, `n2`, ..., and `{name}` in a variable becomes `X_name_X`."""
    sources: list[str] = []
    node = tree["trace"]
    place = Place(path, tree.lines["trace"])
    if expert == "composition":
        if not isinstance(node, Seq) or not all(isinstance(part, Map) and "trace" in part for part in node):
            raise DataError(
                f"{place}: the trace of a composition is a list of sub-traces", "each with the keys expert and trace"
            )
        parts = [(str(part.get("expert", "")), part["trace"]) for part in node if isinstance(part, Map)]
    else:
        parts = [(expert, node)]
    blocks = []
    lines: list[int] = []
    for name, steps in parts:
        if not isinstance(steps, Seq) or not all(isinstance(step, Map) for step in steps):
            raise DataError(f"{place}: a trace is a list of steps", "write '- {op: init, var: eggs, source: eggs}'")
        rows = [_step_text(path, step, slots, sources) for step in steps if isinstance(step, Map)]
        lines += [step.line for step in steps if isinstance(step, Map)]
        blocks.append("\n".join([f"expert: {name}", "trace:", *rows]))
    text = blocks[0] if expert != "composition" else "\n".join("- " + block.replace("\n", "\n  ") for block in blocks)
    trace = parse(text)
    if isinstance(trace, Fault):
        line = lines[trace.step - 1] if trace.step else place.line
        raise DataError(f"{path}, line {line}: {trace.message}", trace.hint)
    return trace, tuple(sources)


def _step_text(path: Path, step: Map, slots: Mapping[str, Slot], sources: list[str]) -> str:
    fields = []
    for key, value in step.items():
        if key == "source" and isinstance(value, str) and not _EARLIER.match(value):
            if value not in slots or not slots[value].is_number:
                hint = nearest(value, [name for name, slot in slots.items() if slot.is_number])
                raise DataError(f"{path}, line {step.line}: the source {value!r} is no slot with a number", hint)
            if value not in sources:
                sources.append(value)
            value = f"n{sources.index(value) + 1}"
        if isinstance(value, Seq):
            fields.append(f"{key}: [{', '.join(_variable(path, step, str(item), slots) for item in value)}]")
        else:
            fields.append(f"{key}: {_variable(path, step, str(value), slots)}")
    return f"- {{{', '.join(fields)}}}"


def _variable(path: Path, step: Map, text: str, slots: Mapping[str, Slot]) -> str:
    """Replace `{name}` in a variable by `X_name_X`, which is a name of the trace language."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in slots or slots[match[1]].kind not in ("person", "noun", "word"):
            hint = nearest(match[1], slots)
            raise DataError(f"{path}, line {step.line}: {match[0]} is no slot of a person, noun or word", hint)
        if not all("slug" in row for row in slots[match[1]].rows):
            raise DataError(f"{path}, line {step.line}: a row of {match[0]} has no noun", "give every row 'one'")
        return f"X_{match[1]}_X"

    return _VARIABLE.sub(word, text)


def _agree(schema: Schema) -> None:
    """Check that every wording shows all numbers of the trace, and nothing else but distractors."""
    for index, wording in enumerate(schema.wordings, 1):
        shown = {insert.slot for insert in wording.inserts if schema.slots[insert.slot].is_number}
        missing = [name for name in schema.sources if name not in shown]
        if missing:
            raise DataError(
                f"{schema.path}, wording {index}: the number {{{missing[0]}}} is not shown",
                "the trace takes it from the question",
            )
        for name in shown:
            if name not in schema.sources and name not in schema.distractors:
                hint = "use it in the trace, or name it under 'distractors'"
                raise DataError(f"{schema.path}, wording {index}: the trace does not use the number {{{name}}}", hint)
    for part in schema.trace.parts:
        for name in variables(part)[0]:
            if RESERVED.match(name):
                raise DataError(
                    f"{schema.path}: {name!r} enters the trace",
                    "step1, step2, ... and result are names of what is computed",
                )
