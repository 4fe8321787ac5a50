"""Places for the nodes of a computation graph: layers from given values at the top to the answer at the bottom.

A small layered layout (longest path, barycentres, a few sweeps): traces are narrow, and nothing else has to be
installed. It returns plain numbers; the page draws them.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
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
NODE_HEIGHT = 48
GAP = 14
LAYER_HEIGHT = 76
_SIGNS = {"-": "\u2212", "*": "\u00d7", "/": "\u00f7", "+": "+"}


def lay_out(graph: Graph) -> dict[str, Any] | None:
    """Return where everything of a graph goes, in pixels, or None where there is nothing to draw or too much.

    `w` and `h` are the size of the picture; `n` lists [x of the centre, y of the top, width, title, value, name,
    source, state] for each node; `e` lists pairs of indices into `n`, the argument first. The title is the calculation
    (`16 - 3`), empty for a given value. The state is `a` for the answer, `u` for a node that the answer does not
    depend on, else empty.
    """
    nodes = graph.nodes
    if not nodes or len(nodes) > MAX_NODES:
        return None
    texts = [(_calculation(node, nodes), shorten(write(node.value)), shorten(node.name)) for node in nodes]
    widths = [max(54.0, max(map(len, text)) * CHARACTER + 22) for text in texts]
    layers = _layers(nodes)
    places = _places(nodes, layers, widths)
    left = min(place - width / 2 for place, width in zip(places, widths, strict=True)) - 2
    right = max(place + width / 2 for place, width in zip(places, widths, strict=True)) + 2
    reached = set(graph.reached()) if graph.answer >= 0 else set(range(len(nodes)))
    rows = []
    for index, node in enumerate(nodes):
        state = "a" if index == graph.answer else "" if index in reached else "u"
        top = layers[index] * LAYER_HEIGHT + 2
        rows.append([round(places[index] - left), top, round(widths[index]), *texts[index], node.source, state])
    edges = [[arg, index] for index, node in enumerate(nodes) for arg in dict.fromkeys(node.args)]
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


def _places(nodes: Sequence[Node], layers: Sequence[int], widths: Sequence[float]) -> list[float]:
    """Return the x of each node's centre: near the middle of its neighbours, and nothing overlaps in a layer."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for index, node in enumerate(nodes):
        rows[layers[index]].append(index)
        for arg in node.args:
            neighbours[index].add(arg)
            neighbours[arg].add(index)
    places = [0.0] * len(nodes)
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
    return places


def _spread(row: Sequence[int], places: list[float], widths: Sequence[float]) -> None:
    """Push the nodes of a layer apart, in their order, and keep their middle where it was wanted."""
    wanted = fmean(places[index] for index in row)
    for before, index in pairwise(row):
        least = places[before] + (widths[before] + widths[index]) / 2 + GAP
        places[index] = max(places[index], least)
    shift = fmean(places[index] for index in row) - wanted
    for index in row:
        places[index] -= shift
