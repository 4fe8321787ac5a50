"""The one judge: every status, the order of its checks, and rewards under attack, one test a trick."""

import pytest

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.grade import BINARY, GRADED, GRADED_EARLY, STATUSES, grade, grade_answer
from tracewright.trace.experts import Rules

QUESTION = "A hen house gives 16 eggs a day. Ada eats 3, bakes with 4 and sells the rest for $2 each. How much is that?"
PROBLEM = Problem(question=QUESTION, answer="18", expert="arithmetic")
GOLD = """expert: arithmetic
trace:
- {op: init, var: eggs, source: n1}
- {op: init, var: eaten, source: n2}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: step1}
- {op: init, var: baked, source: n3}
- {op: compute, compute_op: sub, args: [step1, baked], var: step2}
- {op: init, var: price, source: n4}
- {op: compute, compute_op: mul, args: [step2, price], var: result}
- {op: query, var: result}"""


def status(text, problem=PROBLEM, **options):
    return grade(text, problem, **options).status


def test_every_status():
    assert status(GOLD) == "correct"
    assert status(GOLD.replace("mul", "add")) == "wrong_answer"
    assert status(GOLD.replace("baked, source: n3", "eggs, source: n3")) == "invalid_trace"
    assert status(GOLD.replace("arithmetic", "comparison")) == "wrong_expert"
    assert status("I think it is 18.") == "parse_failure"
    assert status(GOLD, truncated=True) == "truncated"


def test_the_tables():
    assert set(GRADED) == set(BINARY) == set(GRADED_EARLY) == set(STATUSES)
    assert [GRADED[name] for name in STATUSES] == [1.0, 0.7, 0.5, 0.3, 0.0, 0.0]
    assert [BINARY[name] for name in STATUSES] == [1, 0, 0, 0, 0, 0]
    assert grade(GOLD.replace("mul", "add"), PROBLEM, rewards=BINARY).reward == 0


def test_the_expert_is_checked_only_where_one_is_expected():
    other = GOLD.replace("arithmetic", "comparison")
    assert status(other, Problem(question=QUESTION, answer="18")) == "correct"
    assert status(other, check_expert=False) == "correct"
    listed = "- " + GOLD.replace("\n", "\n  ")
    assert status(listed) == "wrong_expert"
    assert status(listed, Problem(question=QUESTION, answer="18", expert="composition")) == "correct"


def test_routing_counts_before_validity():
    bad = GOLD.replace("arithmetic", "comparison").replace("[step2, price]", "[step2, prise]")
    assert status(bad) == "wrong_expert"


def test_the_verdict_says_why():
    verdict = grade(GOLD.replace("source: n4", "value: 5"), PROBLEM)
    assert verdict.reason == "the answer is 45, not 18"
    assert (verdict.answer, verdict.expert, verdict.fault) == ("45", "arithmetic", None)
    verdict = grade(GOLD.replace("query, var: result", "query, var: eggs"), PROBLEM)
    assert verdict.fault.kind == "short_circuit"


@pytest.mark.parametrize(
    ("trick", "expected"),
    {
        "nothing": ("", "parse_failure"),
        "blanks": (" \n\t\n", "parse_failure"),
        "the bare answer": ("18", "parse_failure"),
        "the answer in words": ("The answer is 18. #### 18", "parse_failure"),
        "the question echoed": (QUESTION, "parse_failure"),
        "the answer as an init": (
            "expert: arithmetic\ntrace:\n- {op: init, var: result, value: 18}\n- {op: query, var: result}",
            "invalid_trace",
        ),
        "the answer under a key of its own": (GOLD.replace("mul", "add") + "\nanswer: 18", "wrong_answer"),
        "an expression": (GOLD.replace("source: n1", "value: 9 * 2"), "invalid_trace"),
        "a huge power": (GOLD.replace("source: n1", "value: 9**9**9"), "invalid_trace"),
        "python": (GOLD.replace("source: n1", "value: __import__('os').system('true')"), "invalid_trace"),
        "infinity": (GOLD.replace("source: n1", "value: .inf"), "invalid_trace"),
        "a float of YAML": (GOLD.replace("source: n1", "value: 1.6e1"), "invalid_trace"),
        "a query of a number": (GOLD.replace("query, var: result", "query, var: 18"), "invalid_trace"),
        "two queries, the second right": (
            GOLD.replace("- {op: query", "- {op: query, var: step1}\n- {op: query"),
            "invalid_trace",
        ),
        "two documents, the second right": (GOLD.replace("mul", "add") + "\n---\n" + GOLD, "wrong_answer"),
        "two fences, the second right": (
            f"```yaml\n{GOLD.replace('mul', 'add')}\n```\n```yaml\n{GOLD}\n```",
            "wrong_answer",
        ),
        "a repeated key, the second right": (GOLD.replace("source: n1}", "source: n2, source: n1}"), "parse_failure"),
        "an alias": (GOLD.replace("expert: arithmetic", "expert: &a arithmetic"), "parse_failure"),
        "an unused number of the question": (GOLD.replace("source: n4", "source: n9"), "invalid_trace"),
        "an empty list": ("[]", "parse_failure"),
        "an expert alone": ("expert: arithmetic", "parse_failure"),
        "no steps": ("expert: arithmetic\ntrace: []", "invalid_trace"),
    }.values(),
)
def test_tricks_earn_nothing(trick, expected):
    assert status(trick) == expected


def test_an_answer_computed_from_nothing_is_remarked():
    text = "expert: arithmetic\ntrace:\n- {op: compute, compute_op: add, args: [17, 1], var: r}\n- {op: query, var: r}"
    assert [remark.kind for remark in grade(text, PROBLEM).lints] == ["ungrounded_value"]


def test_text_around_the_trace_changes_nothing():
    for text in (
        f"Let me see.\n{GOLD}",
        f"```yaml\n{GOLD}\n```",
        f"{GOLD}\n```\nThat makes 99.",
        f"{GOLD}<|im_end|>\n<|im_start|>user",
        f"```\n{GOLD}\n```\n```yaml\nexpert: x\n```",
        f"{GOLD}\n\nSo the answer is 99.",
        f"# draft\n{GOLD}",
        f"Here it is:\n```yaml\n# draft\n{GOLD}\n```</s>",
    ):
        assert status(text) == "correct", text


def test_the_rules_of_early_runs():
    short = GOLD.replace("query, var: result", "query, var: eggs")
    assert status(short, rules=Rules(short_circuit=True)) == "wrong_answer"
    formula = GOLD.replace("arithmetic", "comparison").replace(
        "trace:\n", "trace:\n- {op: formula, expression: a - b}\n"
    )
    problem = Problem(question=QUESTION, answer="18", expert="comparison")
    assert status(formula, problem, rules=Rules(formula=True)) == "correct"
    assert status(formula, problem) == "wrong_expert" or status(formula, problem) == "invalid_trace"


def test_a_gold_answer_that_is_no_number_is_our_mistake():
    with pytest.raises(DataError, match="is no number"):
        grade(GOLD, Problem(question=QUESTION, answer="many"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16 - 3 - 4 = 9, and 9 * 2 = 18.\n#### 18", "correct"),
        ("#### $18.00", "correct"),
        ("#### 18\nor maybe 20", "correct"),
        ("She makes 18 dollars.", "correct"),
        ("18, no: 20", "wrong_answer"),
        ("-18", "wrong_answer"),
        ("1,800", "wrong_answer"),
        ("no number", "parse_failure"),
        ("", "parse_failure"),
        ("9" * 100_000, "parse_failure"),
    ],
)
def test_answers_in_words(text, expected):
    assert grade_answer(text, PROBLEM).status == expected
    assert grade_answer(text, PROBLEM, truncated=True).status == "truncated"
