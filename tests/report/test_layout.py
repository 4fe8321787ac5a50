"""Graphs are laid out so that they can be read: arguments above results, nothing overlapping, all in the picture."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.evaluate.graph import Graph, Node, build_graph
from tracewright.report.layout import GAP, LAYER_HEIGHT, MAX_NODES, NODE_HEIGHT, lay_out, shorten
from tracewright.trace.parse import parse


@st.composite
def graphs(draw):
    nodes = []
    for index in range(draw(st.integers(1, 25))):
        args = tuple(draw(st.lists(st.integers(0, index - 1), max_size=4))) if index else ()
        name = draw(st.text("abcdefghij_", max_size=30))
        nodes.append(Node("add" if args else "", draw(st.integers(-(10**9), 10**9)), name, args, index + 1, ""))
    return Graph(tuple(nodes), len(nodes) - 1)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_arguments_stand_above_and_nothing_overlaps(graph):
    picture = lay_out(graph)
    boxes = picture["n"]
    assert len(boxes) == len(graph.nodes)
    for source, target, *bends in picture["e"]:
        assert boxes[target][1] - boxes[source][1] == (len(bends) + 1) * LAYER_HEIGHT
        for place, bend in enumerate(bends, 1):  # a line passes beside the nodes on its way, not behind them
            row = [box for box in boxes if box[1] == boxes[source][1] + place * LAYER_HEIGHT]
            assert all(abs(bend - box[0]) > box[2] / 2 for box in row)
    for box in boxes:
        assert box[0] - box[2] / 2 >= -1 and box[0] + box[2] / 2 <= picture["w"] + 1
        assert box[1] >= 0 and box[1] + NODE_HEIGHT <= picture["h"]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if one[1] == other[1]:
                assert abs(one[0] - other[0]) >= (one[2] + other[2]) / 2 + GAP - 2
    assert {(source, target) for source, target, *_ in picture["e"]} == {
        (arg, index) for index, node in enumerate(graph.nodes) for arg in node.args
    }


def test_a_given_value_stands_right_above_what_reads_it_first():
    text = """expert: arithmetic
trace:
- {op: init, var: a, value: 1}
- {op: init, var: b, value: 2}
- {op: init, var: late, value: 3}
- {op: compute, compute_op: add, args: [a, b], var: c}
- {op: compute, compute_op: mul, args: [c, late], var: r}
- {op: query, var: r}"""
    boxes = {box[5]: box for box in lay_out(build_graph(parse(text)))["n"]}
    assert boxes["late"][1] == boxes["c"][1] == boxes["a"][1] + LAYER_HEIGHT
    assert boxes["r"][7] == "a" and boxes["r"][3] == "3 \u00d7 3"


def test_what_the_answer_does_not_need_is_marked():
    graph = Graph((Node("", 1, "a", (), 1, "n1"), Node("", 2, "b", (), 2, ""), Node("sub", -1, "c", (0, 0), 3, "")), 2)
    states = [box[7] for box in lay_out(graph)["n"]]
    assert states == ["", "u", "a"]
    assert lay_out(graph)["e"] == [[0, 2]]  # an argument read twice is one line


def test_percentages_and_functions_are_written_as_a_person_would():
    nodes = (Node("", 50, "base", (), 1, ""), Node("", -20, "rate", (), 2, ""))
    for op, title in (("percent_off", "50 less (\u221220)%"), ("min", "min(50, (\u221220))")):
        box = lay_out(Graph((*nodes, Node(op, 60, "r", (0, 1), 3, "")), 2))["n"][2]
        assert box[3].replace("-", "\u2212") == title


def test_too_large_or_empty_graphs_are_not_drawn():
    node = Node("", 1, "a", (), 1, "")
    assert lay_out(Graph((), -1)) is None
    assert lay_out(Graph((node,) * (MAX_NODES + 1), 0)) is None
    assert lay_out(Graph((node,) * MAX_NODES, 0)) is not None


def test_long_numbers_keep_both_ends():
    assert shorten("1" * 30 + "234567") == "11111111111\u2026234567"
    assert shorten("short") == "short"


def test_pieces_that_nothing_joins_stand_close_together():
    nodes = []
    for index in range(6):
        nodes += [Node("", index, "long_name_of_a_value", (), 1, ""), Node("", 1, "", (), 1, "")]
        nodes.append(Node("sub", index - 1, "r", (3 * index, 3 * index + 1), 2, ""))
    picture = lay_out(Graph(tuple(nodes), 2))
    widths = [box[2] for box in picture["n"]]
    assert picture["w"] <= sum(widths[0::3]) + sum(widths[1::3]) + 12 * GAP
