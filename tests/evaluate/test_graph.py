"""The graph of a trace has the values that the solver found, whatever the trace does."""

from tracewright.evaluate.graph import build_graph
from tracewright.mention import read_mentions
from tracewright.trace.parse import parse
from tracewright.trace.solve import solve

CARDS = """expert: entity_track
trace:
- {op: init, var: ola, source: n1}
- {op: transfer, from: ola, to: ben, amount: 2}
- {op: add_entity, entity: ben, amount: ola}
- {op: consume, entity: ola, amount: 1}
- {op: init, var: aside, value: 9}
- {op: compute, compute_op: sub, args: [ben, ola, 1], var: result}
- {op: query, var: result}"""

COAT = """- expert: percentage
  trace:
  - {op: init, var: base, source: n1}
  - {op: percent_off, base: base, rate: 20, var: result}
  - {op: query, var: result}
- expert: arithmetic
  trace:
  - {op: init, var: price, source: prev.result}
  - {op: init, var: first, source: sub0.result}
  - {op: compute, compute_op: add, args: [price, first, price], var: result}
  - {op: query, var: result}"""


def test_entities_become_sums_and_differences():
    mentions = read_mentions("Ola has 6 cards.")
    graph = build_graph(parse(CARDS), mentions)
    made = [(node.op, node.name, node.value) for node in graph.nodes if node.op]
    assert made == [("sub", "ola", 4), ("add", "ben", 2), ("add", "ben", 6), ("sub", "ola", 3), ("sub", "result", 2)]
    assert graph.nodes[graph.answer].value == solve(parse(CARDS), mentions).answer == 2
    assert [node.source for node in graph.nodes if node.source] == ["n1"]
    assert "aside" not in [graph.nodes[index].name for index in graph.reached()]
    assert all(arg < index for index, node in enumerate(graph.nodes) for arg in node.args)


def test_an_earlier_answer_is_the_same_node():
    mentions = read_mentions("A coat costs $50.")
    graph = build_graph(parse(COAT), mentions)
    assert [node.value for node in graph.nodes] == [50, 20, 40, 120]
    assert graph.nodes[3].args == (2, 2, 2)
    assert graph.answer == 3


def test_steps_carry_the_values_that_the_solver_gave_them():
    for text, question in ((CARDS, "Ola has 6 cards."), (COAT, "A coat costs $50.")):
        mentions = read_mentions(question)
        solution = solve(parse(text), mentions)
        values = [value for part in solution.values for value in part]
        first = {}
        for node in build_graph(parse(text), mentions).nodes:
            if node.name:
                first.setdefault(node.step, node.value)
        assert first.items() <= dict(enumerate(values, 1)).items()


def test_a_faulty_trace_is_followed_up_to_the_fault():
    text = CARDS.replace("args: [ben, ola, 1]", "args: [bob, ola, 1]")
    fault = solve(parse(text), read_mentions("Ola has 6 cards."))
    graph = build_graph(parse(text), read_mentions("Ola has 6 cards."), before=fault.step)
    assert fault.step == 6
    assert [node.step for node in graph.nodes][-1] == 5
    assert graph.answer == -1
    assert graph.reached() == []
