"""What the page shows of one problem: the question in pieces, the values of the steps, the fault in its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.data.problem import Problem
from tracewright.evaluate.grades import grade_samples
from tracewright.evaluate.sample import Sample
from tracewright.report.content import cut, show_item
from tracewright.report.record import Item

GOLD = """expert: arithmetic
trace:
# what is left
- {op: init, var: laid, source: n1}
- {op: init, var: eaten, source: n2}
- {op: compute, compute_op: sub, args: [laid, eaten], var: left}
- {op: compute, compute_op: div, args: [left, 6], var: result}
- {op: query, var: result}"""
PROBLEM = Problem(
    question="Mira has 16 eggs and eats three.", answer="13/6", id="eggs/1", trace=GOLD, expert="arithmetic"
)


def show(text, problem=PROBLEM, most=1000, **more):
    sample = Sample(id=problem.id, split="dev", text=text, **more)
    (row,) = grade_samples({"dev": [problem]}, [sample])
    return show_item(Item(problem, sample, row), most)


def test_a_right_trace_is_shown_once_with_the_value_of_each_step():
    shown = show(GOLD)
    assert shown["question"] == [
        "Mira has ",
        ["16", "n1", "16", "integer"],
        " eggs and eats ",
        ["three", "n2", "3", "word"],
        ".",
    ]
    assert [line[2] for line in shown["steps"] if line[0] == "s"] == ["16", "3", "13", "13/6", "13/6"]
    assert shown["steps"][:2] == [["h", "arithmetic"], ["n", "what is left"]]
    assert "text" not in shown  # the steps are the text, and the gold graph is the graph
    assert "gold_graph" not in shown and shown["graph"]["n"][-1][3:6] == ["13 \u00f7 6", "13/6", "result"]
    assert (shown["answer"], shown["expected"], shown["status"]) == ("13/6", "13/6", "correct")


def test_model_text_around_a_trace_is_kept():
    shown = show(f"Here it is:\n```yaml\n{GOLD}\n```")
    assert shown["text"].startswith("Here it is:")
    assert shown["status"] == "correct"


def test_a_fault_is_marked_at_its_step_and_what_ran_before_has_values():
    shown = show(GOLD.replace("args: [left, 6]", "args: [lft, 6]"))
    kinds = [(line[0], line[2] if len(line) > 2 else None) for line in shown["steps"]]
    assert kinds == [("h", None), ("n", None), ("s", "16"), ("s", "3"), ("s", "13"), ("f", None), ("s", None)]
    assert shown["fault"][:2] == ["undefined_name", 4]
    assert "left" in shown["fault"][3]
    assert [node[7] for node in shown["graph"]["n"]] == ["", "", ""]


def test_a_missing_query_leaves_all_its_steps_with_values():
    shown = show(GOLD.replace("\n- {op: query, var: result}", ""))
    assert shown["fault"][0] == "missing_query"
    assert [node[4] for node in shown["graph"]["n"]] == ["16", "3", "13", "6", "13/6"]


def test_what_is_no_trace_is_shown_as_it_was_written():
    shown = show("I think it is 3.")
    assert shown["text"] == "I think it is 3."
    assert "steps" not in shown and "graph" not in shown
    assert shown["gold"][0] == ["h", "arithmetic"] and shown["gold_graph"]["n"]


def test_long_texts_are_cut_and_say_so():
    assert cut("abcdef", 4) == "abcd\n\u2026 2 more characters"
    assert cut("abcd", 4) == "abcd"
    assert show("x" * 5000)["text"].endswith("4,000 more characters")
    steps = "\n".join("- {op: compute, compute_op: add, args: [left, 1], var: left}" for _ in range(100))
    shown = show(GOLD.replace("- {op: compute, compute_op: div", steps + "\n- {op: compute, compute_op: div"))
    assert shown["steps"][-1] == ["n", "45 more steps"]
    assert "graph" not in shown  # too large to draw


@pytest.mark.parametrize("cut_at", range(0, len(GOLD), 23))
def test_cut_off_traces_are_shown(cut_at):
    shown = show(GOLD[:cut_at], truncated=True)
    assert shown["status"] == "truncated"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_the_pieces_of_a_question_are_the_question(text):
    problem = Problem(question=f"x{text}", answer="1", id="q")
    shown = show("", problem)
    assert "".join(piece if isinstance(piece, str) else piece[0] for piece in shown["question"]) == f"x{text}"


def test_compositions_show_both_parts():
    lines = (
        "- {op: init, var: a, value: 3}\n- {op: compute, compute_op: mul, args: [a, 2], var: r}\n- {op: query, var: r}"
    )
    second = lines.replace("value: 3", "source: prev.result").replace("\n", "\n  ")
    text = (
        "- expert: arithmetic\n  trace:\n  "
        + lines.replace("\n", "\n  ")
        + "\n- expert: comparison\n  trace:\n  "
        + second
    )
    shown = show(text)
    assert [line[1] for line in shown["steps"] if line[0] == "h"] == ["arithmetic", "comparison"]
    assert [line[2] for line in shown["steps"] if line[0] == "s"] == ["3", "6", "6", "6", "12", "12"]


def test_what_the_model_read_and_wrote_is_shown_where_it_differs():
    shown = show(GOLD, prompt="Mira has n1 eggs and eats n2.", raw=GOLD.replace("eaten", "e1"))
    assert (shown["prompt"], shown["raw"]) == ("Mira has n1 eggs and eats n2.", GOLD.replace("eaten", "e1"))
    assert "prompt" not in show(GOLD, prompt=PROBLEM.question)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_spoiled_completion_can_be_shown(data):
    text = GOLD
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.sampled_from(["0", "n9", "sub", "[", "}\n", "- ", "left", "prev.result", "div", "\x00", "#", ""])
        )
        text = text[:place] + piece + text[place + data.draw(st.integers(0, 8)) :]
    shown = show(text)
    assert shown["status"] and shown["error"]
    assert ("steps" in shown) or ("text" in shown)
