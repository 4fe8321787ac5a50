import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracewright.data.mask import Mask, mask, read_names
from tracewright.data.problem import Problem


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Bob has 3 cards. He gives Ann 2 of them.", ("Bob", "Ann")),
        ("Ann's brother Bob and Cleo eat apples. Ann is glad.", ("Ann", "Bob", "Cleo")),
        ("On Monday in May, Mrs. Palmer drives to New York and back.", ("Palmer", "New York")),
        ("How many eggs does Thomas sell?", ("Thomas",)),
        ("Apples cost $2 each. Each of the 3 boxes holds 12.", ()),
        ("Water is cheap. How much water does Jean-Luc drink?", ("Jean-Luc",)),
        ("I bought a TV and a DVD. After that I had $3.", ()),
        ('She said: "Thanks a lot." Then Zoë left.', ("Zoë",)),
        ("", ()),
    ],
)
def test_who_is_found(question, names):
    assert read_names(question) == names


def test_names_are_hidden_and_come_back():
    problem = Problem(
        question="Bob gives Ann Marie 3 cards. Ann Marie's mother gives Bob 1 more. Bobby watches.",
        answer="1",
        trace="expert: entity_track\ntrace:\n# Bob starts\n- {op: init, var: bob.cards, source: n1}\n"
        "- {op: init, var: ann_marie.cards, value: 2}\n- {op: query, var: bob.cards}",
        names=("Ann Marie", "Bob", "Zoe"),
    )
    found = mask(problem)
    assert found.names == ("Bob", "Ann Marie")
    hidden = found.hide(problem.question)
    assert hidden == "e1 gives e2 3 cards. e2's mother gives e1 1 more. Bobby watches."
    assert found.show(hidden) == problem.question
    trace = found.hide_variables(problem.trace)
    assert trace.split("\n")[2:5] == [
        "# e1 starts",
        "- {op: init, var: e1.cards, source: n1}",
        "- {op: init, var: e2.cards, value: 2}",
    ]
    assert found.show_variables(trace) == problem.trace


def test_words_of_the_language_are_no_names():
    found = Mask(("Max", "Trace", "Percentage"))
    trace = "expert: percentage\ntrace:\n- {op: compute, compute_op: max, args: [max.age, 3], var: maximum}"
    hidden = found.hide_variables(trace)
    assert hidden == "expert: percentage\ntrace:\n- {op: compute, compute_op: max, args: [e1.age, 3], var: maximum}"
    assert found.show_variables(hidden) == trace


def test_what_could_not_be_undone_is_not_done():
    assert mask(Problem(question="Bob types e1 on line 2.", answer="1")) == Mask()
    assert mask(Problem(question="Bob has 2 pens.", answer="1", trace="- {op: init, var: e3, value: 1}")) == Mask()
    assert mask(Problem(question="Bob meets bob and Bob-.", answer="1", names=("Bob", "bob"))).names == ("Bob",)


def test_marks_beyond_the_names_stay():
    found = Mask(("Bob",))
    assert found.show("e1 and e2 and 1e1 and one1") == "Bob and e2 and 1e1 and one1"


WORDS = st.sampled_from(
    ["Bob", "Ann", "New York", "Max", "eggs", "e", "n1", "3", "'s", ".", "The", "add", "bob", "op:"]
)


@given(st.lists(WORDS, max_size=12), st.lists(st.sampled_from(["Bob", "Ann", "New York", "Max"]), max_size=3))
def test_hiding_a_question_can_always_be_undone(words, names):
    question = " ".join(words)
    found = mask(Problem(question=question, answer="1", names=tuple(names)))
    assert found.show(found.hide(question)) == question


@given(st.text(max_size=80))
def test_any_text_can_be_read_hidden_and_shown(text):
    found = mask(Problem(question=text, answer="1"))
    assert found.show(found.hide(text)) == text
