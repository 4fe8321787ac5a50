"""Drafts: sentences stand before the steps that compute what they say, and change nothing of what a trace means."""

from dataclasses import replace

import pytest

from tracewright.data.annotate import annotate_all
from tracewright.data.draft import write_draft
from tracewright.data.problem import Problem
from tracewright.data.prompt import view
from tracewright.grade import grade
from tracewright.recipe import PromptConfig

WORKED = Problem(
    question="Mona picks 16 figs. She dries 4 of them and packs the others in 3 boxes. How many figs are in a box?",
    answer="4",
    id="own/figs",
    trace="expert: arithmetic\ntrace:\n- {op: init, var: figs, source: n1}\n- {op: init, var: dried, source: n2}\n"
    "- {op: compute, compute_op: sub, args: [figs, dried], var: step1}\n- {op: init, var: boxes, source: n3}\n"
    "- {op: compute, compute_op: div, args: [step1, boxes], var: result}\n- {op: query, var: result}",
    solution="Mona likes figs. She packs 16-4=<<16-4=12>>12 figs.\n"
    "So a box has 12/3=<<12/3=4>>4 figs.\nThat is all.\n#### 4",
)


def comments_before(trace):
    """Return the comments of a trace as a dict: the line below them -> their texts."""
    found, waiting = {}, []
    for line in trace.split("\n"):
        if line.startswith("# "):
            waiting.append(line[2:])
        elif waiting:
            found[line], waiting = waiting, []
    return found


def test_a_sentence_stands_before_the_steps_that_it_tells():
    assert comments_before(write_draft(WORKED)) == {
        "- {op: init, var: figs, source: n1}": ["Mona likes figs.", "She packs 16-4=12 figs."],
        "- {op: init, var: boxes, source: n3}": ["So a box has 12/3=4 figs."],
        "- {op: query, var: result}": ["That is all."],
    }


def test_words_without_annotations_stand_before_the_query():
    assert comments_before(write_draft(replace(WORKED, solution="It is\teasy.\n#### 4"))) == {
        "- {op: query, var: result}": ["It is easy."]
    }


@pytest.mark.parametrize(
    "problem", [replace(WORKED, solution=""), replace(WORKED, trace="# own words\n" + WORKED.trace)]
)
def test_what_has_no_words_or_its_own_stays(problem):
    assert write_draft(problem) == problem.trace


@pytest.mark.parametrize("draft", ["line", "first"])
@pytest.mark.parametrize("layout", ["flow", "block"])
def test_annotated_solutions_get_a_draft(draft, layout):
    bare = replace(WORKED, trace="")
    (problem,), _ = annotate_all([bare])
    target = view(problem, PromptConfig(draft=draft, layout=layout)).target
    assert "# She packs 16-4=12 figs." in target
    assert target.startswith("# ") == (draft == "first")
    assert grade(target, problem).status == "correct"
    assert "#" not in view(problem, PromptConfig(layout=layout)).target


def test_sub_traces_share_the_sentences():
    first, _, second = WORKED.trace.partition("\n- {op: init, var: boxes")
    listed = (
        "- "
        + first.replace("\n", "\n  ")
        + "\n  - {op: query, var: step1}\n- expert: arithmetic\n  trace:\n"
        + "  - {op: init, var: step1, source: prev.result}\n  - {op: init, var: boxes"
        + second.replace("\n", "\n  ")
    )
    drafted = write_draft(replace(WORKED, trace=listed))
    assert [line.strip() for line in drafted.split("\n") if "#" in line] == [
        "# Mona likes figs.", "# She packs 16-4=12 figs.", "# So a box has 12/3=4 figs.", "# That is all.",
    ]  # fmt: skip
    assert grade(drafted, WORKED).answer == "4"
