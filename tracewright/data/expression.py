"""The expressions of a schema, `total - 2 * used` or `eggs > 3 and whole(eggs / 2)`: read, checked, made Python.

An expression is parsed by Python's own grammar and then only the nodes below are let through: names, numbers,
arithmetic, comparisons, and, or, not, and four functions. What comes out is source text in which every name has been
replaced, so no text of a schema is ever run as it stands. `/` is exact, as everywhere in the house.
"""

import ast
from collections.abc import Mapping
from typing import NamedTuple

from tracewright.errors import DataError, nearest
from tracewright.number import Number, read_literal

FUNCTIONS = {"whole": "whole", "min": "min", "max": "max", "abs": "abs"}
"""Functions of an expression: `whole(x)` says whether x has no fraction."""

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_MAX_CHARACTERS = 400


class Expression(NamedTuple):
    """A checked expression: its text, its syntax tree, and the names that stand in it."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def python(self, variables: Mapping[str, str]) -> str:
        """Return Python source with every name replaced; it needs `div`, `whole` and `number` where it runs."""
        return _python(self.tree, self.text, variables)

    @property
    def constant(self) -> Number | None:
        """The value of an expression that is a single number."""
        return read_literal(self.text)


def read_expression(text: str, where: str) -> Expression:
    """Read and check an expression; `where` begins the message of an error.

    Raises:
        DataError: it is no expression, or uses something that expressions do not have.
    """
    text = " ".join(text.split())
    if not text or len(text) > _MAX_CHARACTERS:
        raise DataError(f"{where}: an expression of 1 to {_MAX_CHARACTERS} characters is needed, read {text[:60]!r}")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise DataError(f"{where}: {text!r} is no expression", "write for example 'total > 2 * used'") from None
    names: dict[str, None] = {}
    _check(tree, text, where, names)
    return Expression(text, tree, tuple(names))


def _check(node: ast.AST, text: str, where: str, names: dict[str, None]) -> None:
    """Refuse every node that is not on the list; collect the names."""
    inner: list[ast.expr]
    if isinstance(node, ast.Name):
        names[node.id] = None
        return
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        if read_literal(ast.get_source_segment(text, node) or "") is not None:
            return
        inner = []
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        inner = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        inner = [node.operand]
    elif isinstance(node, ast.BoolOp):
        inner = node.values
    elif isinstance(node, ast.Compare) and all(type(op) in _COMPARE for op in node.ops):
        inner = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id not in FUNCTIONS:
            raise DataError(f"{where}: unknown function {node.func.id!r}", nearest(node.func.id, FUNCTIONS))
        inner = node.args
    else:
        inner = []
    if not inner:
        piece = ast.get_source_segment(text, node) if isinstance(node, ast.expr) else text
        raise DataError(
            f"{where}: {piece!r} cannot stand in {text!r}",
            "use names, numbers, + - * / // %, comparisons, and, or, not",
        )
    for child in inner:
        _check(child, text, where, names)


def _python(node: ast.expr, text: str, variables: Mapping[str, str]) -> str:
    def inside(child: ast.expr) -> str:
        return _python(child, text, variables)

    if isinstance(node, ast.Name):
        return variables[node.id]
    if isinstance(node, ast.Constant):
        literal = ast.get_source_segment(text, node) or ""
        return literal if type(node.value) is int else f"number({literal!r})"
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div):
            return f"div({inside(node.left)}, {inside(node.right)})"
        return f"({inside(node.left)} {_BINARY[type(node.op)]} {inside(node.right)})"
    if isinstance(node, ast.UnaryOp):
        return f"({'-' if isinstance(node.op, ast.USub) else 'not '}{inside(node.operand)})"
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        return f"({word.join(inside(value) for value in node.values)})"
    if isinstance(node, ast.Compare):
        pairs = zip(node.ops, node.comparators, strict=True)
        return f"({inside(node.left)}{''.join(f' {_COMPARE[type(op)]} {inside(value)}' for op, value in pairs)})"
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return f"{FUNCTIONS[node.func.id]}({', '.join(inside(argument) for argument in node.args)})"
