"""YAML text -> strings, lists and dicts. The only YAML reader in the house, for recipes, schemas and model text alike.

Scalars stay the characters that were written, and whoever asked for the field decides what they mean: `no` is not
False, `12:30` is not 750, `2e-5` is not a string where a number is wanted. Aliases, anchors, tags, repeated keys,
keys that are no scalars, several documents and deep nesting are refused. It walks parser events with a stack of its
own, so no text can make it recurse, and it stops at the first breach, so no text can make it slow.

Not covered: writing YAML (traces have `trace/render.py`, recipes `config.py`).
"""

from dataclasses import dataclass
from typing import Any

import yaml

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # libyaml: the same events, ten times as fast
except ImportError:  # a PyYAML built without it
    CParser = yaml.SafeLoader  # type: ignore[misc,assignment]


class Map(dict[str, "Tree"]):
    """A mapping that knows the line it starts on (from 1), and that of each key."""

    line: int = 0
    lines: dict[str, int]


class Seq(list["Tree"]):
    """A sequence that knows the line it starts on (from 1)."""

    line: int = 0


Tree = str | Map | Seq


@dataclass(frozen=True)
class TreeError(Exception):
    """Text that is no tree: what is wrong and on which line (from 1)."""

    message: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def read_tree(text: str, *, max_depth: int = 32, max_nodes: int = 100_000) -> Tree:
    """Read one YAML document.

    Raises:
        TreeError: the text is not YAML, or it uses what is refused here.
    """
    parser = None
    try:
        parser = CParser(text)  # checks the characters of the text
        return _build(parser, max_depth, max_nodes)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise TreeError(_plain(error.problem or str(error)), mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise TreeError(_plain(getattr(error, "reason", "") or str(error)), 1) from None
    except UnicodeEncodeError:
        raise TreeError("a lone surrogate is not text", 1) from None
    finally:
        if parser is not None:
            parser.dispose()


def _plain(message: str) -> str:
    return " ".join(message.split())


def _build(parser: Any, max_depth: int, max_nodes: int) -> Tree:
    root: Tree | None = None
    documents = 0
    nodes = 0
    stack: list[Any] = []
    keys: list[str | None] = []  # the key that waits for its value, per open mapping
    next_event = parser.get_event
    scalar = yaml.ScalarEvent
    while True:
        event = next_event()
        kind = event.__class__
        if kind is scalar and stack and event.anchor is None and event.tag is None and nodes < max_nodes:
            # By far the commonest case, and so the first: a plain word inside a collection.
            nodes += 1
            top, key = stack[-1], keys[-1]
            if top.__class__ is Seq:
                top.append(event.value)
                continue
            if key is not None:
                top[key] = event.value
                keys[-1] = None
                continue
            if event.value not in top:
                keys[-1] = event.value
                top.lines[event.value] = event.start_mark.line + 1
                continue
            nodes -= 1
        if kind is yaml.StreamEndEvent:
            break
        if kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise TreeError("a second document starts", event.start_mark.line + 1)
            continue
        if kind in (yaml.StreamStartEvent, yaml.DocumentEndEvent):
            continue
        line = event.start_mark.line + 1
        if kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            stack.pop()
            keys.pop()
            continue
        if kind is yaml.AliasEvent:
            raise TreeError("aliases (*name) are not allowed", line)
        if event.anchor is not None:
            raise TreeError("anchors (&name) are not allowed", line)
        if event.tag is not None:
            raise TreeError(f"tags ({event.tag}) are not allowed", line)
        nodes += 1
        if nodes > max_nodes:
            raise TreeError(f"more than {max_nodes} nodes", line)
        node: Tree
        if kind is yaml.ScalarEvent:
            node = event.value
        else:
            if len(stack) >= max_depth:
                raise TreeError(f"nested deeper than {max_depth}", line)
            if kind is yaml.MappingStartEvent:
                node = Map()
                node.lines = {}
            else:
                node = Seq()
            node.line = line
        if not stack:
            root = node
        elif isinstance(stack[-1], Seq):
            stack[-1].append(node)
        elif keys[-1] is None:
            if not isinstance(node, str):
                raise TreeError("a key must be a word", line)
            if node in stack[-1]:
                raise TreeError(f"the key {node!r} stands twice", line)
            keys[-1] = node
            stack[-1].lines[node] = line
        else:
            stack[-1][keys[-1]] = node
            keys[-1] = None
        if not isinstance(node, str):
            stack.append(node)
            keys.append(None)
    if root is None:
        raise TreeError("there is no document", 1)
    return root
