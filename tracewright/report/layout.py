"""Places for the nodes of a computation graph: layers from given values at the top to the answer at the bottom.

A small layered layout (longest path, barycentres, a few sweeps): traces are narrow, and nothing else has to be
installed. It returns plain numbers; the page draws them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any

from tracewright.evaluate.graph import Graph, Node
from tracewright.number import Number, write
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS

MAX_NODES = 120
"""A larger graph is not drawn."""

CHARACTER = 7.0
"""Width of a character, in pixels, of the widest line of a node."""
BEND_WIDTH = 4.0
NODE_HEIGHT = 48
GAP = 14
LAYER_HEIGHT = 76
_SIGNS = {"-": "\u2212", "*": "\u00d7", "/": "\u00f7", "+": "+"}


def lay_out(graph: Graph) -> dict[str, Any] | None:
    """Return where everything of a graph goes, in pixels, or None where there is nothing to draw or too much.

    `w` and `h` are the size of the picture; `n` lists [x of the centre, y of the top, width, title, value, name,
    source, state] for each node; `e` lists [argument, reader, x, ...], two indices into `n` and where the line passes
    each layer between them. The title is the calculation (`16 - 3`), empty for a given value. The state is `a` for the
    answer, `u` for a node that the answer does not depend on, else empty.
    """
    nodes = graph.nodes
    if not nodes or len(nodes) > MAX_NODES:
        return None
    texts = [(_calculation(node, nodes), shorten(write(node.value)), shorten(node.name)) for node in nodes]
    widths = [max(54.0, max(map(len, text)) * CHARACTER + 22) for text in texts]
    layers = _layers(nodes)
    routes = _routes(nodes, layers, widths)
    places = _places(routes, layers, widths)
    left = min(place - width / 2 for place, width in zip(places, widths, strict=True)) - 2
    right = max(place + width / 2 for place, width in zip(places, widths, strict=True)) + 2
    reached = set(graph.reached()) if graph.answer >= 0 else set(range(len(nodes)))
    rows = []
    for index, node in enumerate(nodes):
        state = "a" if index == graph.answer else "" if index in reached else "u"
        top = layers[index] * LAYER_HEIGHT + 2
        rows.append([round(places[index] - left), top, round(widths[index]), *texts[index], node.source, state])
    edges = [[route[0], route[-1], *(round(places[bend] - left) for bend in route[1:-1])] for route in routes]
    height = max(layers) * LAYER_HEIGHT + NODE_HEIGHT + 4
    return {"w": round(right - left), "h": height, "n": rows, "e": edges}


def shorten(text: str, most: int = 18) -> str:
    """Return a text with its middle left out where it is long."""
    return text if len(text) <= most else f"{text[: most - 7]}\u2026{text[-6:]}"


def _calculation(node: Node, nodes: Sequence[Node]) -> str:
    """Write what an operation does to the values of its arguments: `16 - 3`, `20% of 50`, `min(3, 4)`."""
    if not node.op:
        return ""
    values = [_show(nodes[arg].value) for arg in node.args]
    if node.op in COMPUTE_OPS:
        sign = COMPUTE_OPS[node.op].sign
        if len(values) > 4:
            values = [*values[:2], "\u2026", values[-1]]
        return f" {_SIGNS.get(sign, sign)} ".join(values) if sign else f"{node.op}({', '.join(values)})"
    operation = OPERATIONS[node.op]
    fields = dict(zip(operation.reads, values, strict=True))
    return re.sub(r"\{(\w+)\}", lambda match: fields[match[1]], operation.sentence)


def _show(value: Number) -> str:
    text = shorten(write(value), 12)
    return f"({text})" if text.startswith("-") else text


def _layers(nodes: Sequence[Node]) -> list[int]:
    """Put an operation below its arguments, and a given value right above the first operation that reads it."""
    layers = [0] * len(nodes)
    for index, node in enumerate(nodes):
        if node.args:
            layers[index] = 1 + max(layers[arg] for arg in node.args)
    readers: defaultdict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        for arg in node.args:
            readers[arg].append(index)
    for index, node in enumerate(nodes):
        if not node.args and readers[index]:
            layers[index] = min(layers[reader] for reader in readers[index]) - 1
    return layers


def _routes(nodes: Sequence[Node], layers: list[int], widths: list[float]) -> list[list[int]]:
    """Return for each line the points that it joins; a bend in each layer on its way gets a place of its own."""
    routes = []
    for index, node in enumerate(nodes):
        for arg in dict.fromkeys(node.args):
            route = [arg]
            for layer in range(layers[arg] + 1, layers[index]):
                route.append(len(layers))
                layers.append(layer)
                widths.append(BEND_WIDTH)
            routes.append([*route, index])
    return routes


def _places(routes: Sequence[Sequence[int]], layers: Sequence[int], widths: Sequence[float]) -> list[float]:
    """Return the x of each node's centre and each bend's; pieces that nothing joins stand side by side."""
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for route in routes:
        for one, other in pairwise(route):
            neighbours[one].add(other)
            neighbours[other].add(one)
    places = [0.0] * len(layers)
    edge = 0.0
    for piece in _pieces(len(layers), neighbours):
        _arrange(piece, neighbours, layers, places, widths)
        left = min(places[index] - widths[index] / 2 for index in piece)
        for index in piece:
            places[index] += edge - left
        edge = max(places[index] + widths[index] / 2 for index in piece) + GAP
    return places


def _pieces(size: int, neighbours: Mapping[int, set[int]]) -> list[list[int]]:
    """Return the connected pieces of a graph, each in order, by their first node."""
    pieces: list[list[int]] = []
    seen: set[int] = set()
    for start in range(size):
        if start in seen:
            continue
        piece, waiting = {start}, [start]
        while waiting:
            fresh = neighbours[waiting.pop()] - piece
            piece |= fresh
            waiting += fresh
        seen |= piece
        pieces.append(sorted(piece))
    return pieces


def _arrange(
    piece: Sequence[int],
    neighbours: Mapping[int, set[int]],
    layers: Sequence[int],
    places: list[float],
    widths: Sequence[float],
) -> None:
    """Place the nodes of a piece near the middle of their neighbours, so that nothing overlaps in a layer."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for index in piece:
        rows[layers[index]].append(index)
    for row in rows.values():
        _spread(row, places, widths)
    down = sorted(rows)
    for order in (down, down[::-1], down, down[::-1], down):
        for layer in order:
            row = rows[layer]
            for index in row:
                if neighbours[index]:
                    places[index] = fmean(places[other] for other in sorted(neighbours[index]))
            row.sort(key=lambda index: places[index])
            _spread(row, places, widths)


def _spread(row: Sequence[int], places: list[float], widths: Sequence[float]) -> None:
    """Push the nodes of a layer apart, in their order, and keep their middle where it was wanted."""
    wanted = fmean(places[index] for index in row)
    for before, index in pairwise(row):
        least = places[before] + (widths[before] + widths[index]) / 2 + GAP
        places[index] = max(places[index], least)
    shift = fmean(places[index] for index in row) - wanted
    for index in row:
        places[index] -= shift
