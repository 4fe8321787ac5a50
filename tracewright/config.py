"""Recipes: a YAML file and `key=value` words -> one checked, frozen dataclass. The keys themselves are in `recipe.py`.

The type of each field decides how its text is read, and the string under a field is its only description: `--help`
and the documentation print it. An unknown key is an error that names the nearest known one, everywhere. A field may be
`int`, `float`, `bool`, `str`, a `Literal` of words, any of these or None, a tuple of these, a `dict[str, ...]` of
these, or another dataclass.
"""

import ast
import dataclasses
import inspect
import math
import textwrap
import types
import typing
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from tracewright.errors import ConfigError, nearest
from tracewright.tree import Map, Seq, Tree, TreeError, read_tree

T = TypeVar("T")


def read_config(kind: type[T], path: Path | None, overrides: Sequence[str] = ()) -> T:
    """Read a recipe file (or none) and lay `key=value` words over it.

    Raises:
        ConfigError: the file cannot be read, a key is unknown, a value does not fit, or values contradict each other.
    """
    tree: Tree = Map() if path is None else read_yaml_file(path)
    if not isinstance(tree, Map):
        raise ConfigError(f"{path}: a recipe is a mapping of keys", "start with a line such as 'name: my-run'")
    where = "" if path is None else f"{path}: "
    checked = _typed(kind, tree, where, "")
    for word in overrides:
        checked = override(checked, word)
    return _finish(checked, kind, where)


def read_yaml_file(path: Path) -> Tree:
    """Read a YAML file into a tree.

    Raises:
        ConfigError: it is missing, a folder, not UTF-8, empty or not YAML.
    """
    try:
        return read_tree(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise ConfigError(f"{path} is a folder", "name a .yaml file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None
    except TreeError as error:
        raise ConfigError(f"{path}, {error}") from None


def override(values: dict[str, Any], word: str) -> dict[str, Any]:
    """Lay one `section.key=value` over the checked values of a recipe."""
    key, equals, text = word.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"{word!r} is no key=value", "write for example 'sft.steps=200'")
    kind = values["__kind__"]
    spot = values
    parts = key.strip().split(".")
    for depth, part in enumerate(parts):
        hints = _hints(kind)
        if part not in hints:
            raise ConfigError(f"unknown key {key.strip()!r}", _suggest(part, parts[:depth], hints))
        inner = hints[part]
        if depth == len(parts) - 1:
            try:
                tree: Tree = read_tree(text) if text.strip() else ""
            except TreeError:
                tree = text
            spot[part] = _value(inner, tree, "", key.strip())
            return values
        if not dataclasses.is_dataclass(inner):
            if typing.get_origin(inner) is dict and depth == len(parts) - 2:
                spot.setdefault(part, {})
                spot[part] = {**spot[part], parts[-1]: _value(typing.get_args(inner)[1], text, "", key.strip())}
                return values
            raise ConfigError(f"{'.'.join(parts[: depth + 1])!r} has no parts", f"{key.strip()!r} names one")
        kind = inner
        spot = spot.setdefault(part, {"__kind__": inner})
    return values


def _suggest(part: str, before: list[str], hints: dict[str, Any]) -> str:
    prefix = "".join(f"{name}." for name in before)
    close = nearest(part, hints)
    if close:
        return close.replace("'", f"'{prefix}", 1)
    return f"known here: {', '.join(prefix + name for name in hints)}"


def _typed(kind: type, tree: Map, where: str, prefix: str) -> dict[str, Any]:
    """Check a mapping against a dataclass; return its values, nested dataclasses still as dicts."""
    hints = _hints(kind)
    values: dict[str, Any] = {"__kind__": kind}
    for key, node in tree.items():
        if key not in hints:
            parts = prefix.rstrip(".").split(".") if prefix else []
            line = f"line {tree.lines[key]}: " if where else ""
            raise ConfigError(f"{where}{line}unknown key {prefix + key!r}", _suggest(key, parts, hints))
        values[key] = _value(hints[key], node, where, prefix + key)
    return values


def _finish(values: dict[str, Any], kind: type[T], where: str) -> T:
    """Build the dataclasses, innermost first; their own checks may raise ConfigError."""
    ready = {}
    for key, value in values.items():
        if key != "__kind__":
            nested = isinstance(value, dict) and "__kind__" in value
            ready[key] = _finish(value, value["__kind__"], where) if nested else value
    try:
        return kind(**ready)
    except ConfigError as error:
        raise ConfigError(where + error.message, error.hint) from None
    except TypeError:
        missing = set(inspect.signature(kind).parameters) - set(ready)
        raise ConfigError(f"{where}a key is missing, one of {', '.join(sorted(missing))}") from None


def _value(kind: Any, node: Tree, where: str, key: str) -> Any:
    """Read one value as `kind`; complain with the key, what was read and what is wanted."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(node, Map):
            raise _unfit(where, key, node, "a mapping of keys")
        return _typed(typing.cast(type, kind), node, where, key + ".")
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        choices = typing.get_args(kind)
        if type(None) in choices and isinstance(node, str) and node in ("", "none", "null", "~"):
            return None
        problems = []
        for choice in choices:
            if choice is not type(None):
                try:
                    return _value(choice, node, where, key)
                except ConfigError as error:
                    problems.append(error)
        raise problems[0]
    if origin is Literal:
        words = typing.get_args(kind)
        if not isinstance(node, str) or node not in words:
            hint = nearest(node, words) if isinstance(node, str) else ""
            raise _unfit(where, key, node, f"one of {', '.join(words)}", hint)
        return node
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        items = node if isinstance(node, Seq) else ([node] if isinstance(node, str) and node else None)
        if items is None:
            raise _unfit(where, key, node, "a list")
        return tuple(_value(inner, item, where, f"{key}[{index}]") for index, item in enumerate(items))
    if origin is dict:
        inner = typing.get_args(kind)[1]
        if not isinstance(node, Map):
            raise _unfit(where, key, node, "a mapping of keys")
        return {name: _value(inner, item, where, f"{key}.{name}") for name, item in node.items()}
    if not isinstance(node, str):
        wanted = {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "a word")
        raise _unfit(where, key, node, wanted)
    return _scalar(kind, node, where, key)


def _scalar(kind: Any, text: str, where: str, key: str) -> Any:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() in ("true", "yes", "on"):
            return True
        if text.lower() in ("false", "no", "off"):
            return False
        raise _unfit(where, key, text, "true or false")
    try:
        value = kind(text.replace("_", "").strip())
    except ValueError:
        raise _unfit(where, key, text, "a whole number" if kind is int else "a number") from None
    if kind is float and not math.isfinite(value):
        raise _unfit(where, key, text, "a finite number")
    return value


def _unfit(where: str, key: str, node: Any, wanted: str, hint: str = "") -> ConfigError:
    read = repr(node) if isinstance(node, str) else ("a list" if isinstance(node, Seq) else "a mapping")
    return ConfigError(f"{where}{key} must be {wanted}, read {read[:80]}", hint)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def write_config(config: Any) -> str:
    """Write a configuration as YAML with every key, defaults included; `read_config` gives the same one back."""
    return "\n".join(_lines(config, "")) + "\n"


def _lines(config: Any, indent: str) -> list[str]:
    lines = []
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        if dataclasses.is_dataclass(value):
            lines += [f"{indent}{item.name}:", *_lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}{item.name}: {write_value(value)}")
    return lines


def write_value(value: Any) -> str:
    """Write the value of a key as it stands in a recipe."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_word(key)}: {_word(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_word, value))}]"
    return _word(value)


def _word(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        special = set("\n\t\"'#:{}[],&*!|>%@`\\")
        if value and not set(value) & special and value == value.strip() and value[0] not in "-?~":
            return value
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return repr(value)


@cache
def field_help(kind: type) -> dict[str, str]:
    """Return the description under each field of a dataclass, by field name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(before.target, ast.Name):
            if isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
                found[before.target.id] = " ".join(after.value.value.split())
    return found
