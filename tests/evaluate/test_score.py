"""Grades and scores: complete, with n and interval everywhere, and the same again from the files."""

import json
import random
from dataclasses import replace

import pytest

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.evaluate.grades import grade_samples, read_grades, write_grades
from tracewright.evaluate.sample import Sample
from tracewright.evaluate.score import score, score_table, vote
from tracewright.evaluate.stats import pass_at_k, wilson
from tracewright.evaluate.taxonomy import CLASSES
from tracewright.grade import BINARY


def trace(op, expert="arithmetic"):
    return (
        f"expert: {expert}\ntrace:\n- {{op: init, var: a, source: n1}}\n- {{op: init, var: b, source: n2}}\n"
        f"- {{op: compute, compute_op: {op}, args: [a, b], var: r}}\n- {{op: query, var: r}}"
    )


def problem(index, expert="arithmetic", schema="add"):
    return Problem(
        question=f"Ida has {index + 5} figs and picks 3 more. How many has she?", answer=str(index + 8),
        id=f"{schema}/{index}", trace=trace("add", expert), expert=expert, schema=schema, steps=1,
    )  # fmt: skip


PROBLEMS = {
    "fresh": [problem(index, schema=f"s{index % 4}") for index in range(20)],
    "wordings": [problem(index, "comparison", schema="") for index in range(10)],
}
RIGHT, WRONG, FAULTY, EMPTY = trace("add"), trace("sub"), trace("div").replace("[a, b]", "[a, 0]"), ""


def samples(texts, split="fresh", **more):
    return [Sample(id=one.id, split=split, text=text, **more) for one, text in zip(PROBLEMS[split], texts, strict=True)]


def mixed():
    fresh = samples([RIGHT] * 12 + [WRONG] * 3 + [FAULTY] * 2 + [EMPTY] + ["hello"] + [RIGHT])
    fresh[-1] = Sample(id=fresh[-1].id, split="fresh", text=RIGHT, truncated=True, tokens=70)
    return fresh + samples([trace("add", "comparison")] * 8 + [RIGHT] * 2, "wordings")


def test_every_rate_has_its_count_n_and_interval():
    result = score(grade_samples(PROBLEMS, mixed()))["splits"]["fresh"]
    expected = {"correct": 12, "parsed": 17, "valid": 15, "truncated": 1, "empty": 1}
    for key, count in expected.items():
        rate = result[key]
        assert (rate["count"], rate["of"], rate["n"], rate["rate"]) == (count, 20, 20, count / 20)
        assert (rate["low"], rate["high"]) == pytest.approx(wilson(count, 20))
    assert result["statuses"] == {
        "correct": 12, "wrong_answer": 3, "invalid_trace": 2, "parse_failure": 2, "truncated": 1
    }  # fmt: skip
    assert result["errors"] == {
        "correct": 12, "truncated": 1, "empty": 1, "not_a_trace": 1, "division_by_zero": 2, "wrong_operation": 3
    }  # fmt: skip
    assert sum(result["errors"].values()) == sum(result["statuses"].values()) == 20
    assert result["faults"]["division_by_zero"] == 2
    assert result["reward"]["mean"] == pytest.approx((12 + 3 * 0.7 + 2 * 0.5) / 20)
    assert result["tokens"] == {"mean": 70 / 20, "max": 70}


def test_clusters_are_counted_where_schemas_repeat():
    splits = score(grade_samples(PROBLEMS, mixed()))["splits"]
    assert splits["fresh"]["clusters"] == 4
    clustered = splits["fresh"]["correct_clustered"]
    assert clustered["clusters"] == 4
    assert (
        clustered["low"] < splits["fresh"]["correct"]["low"] and clustered["high"] > splits["fresh"]["correct"]["high"]
    )
    assert splits["wordings"]["correct_clustered"] is None
    assert set(splits["fresh"]["schemas"]) == {"s0", "s1", "s2", "s3"}


def test_parts_of_a_split_sum_to_it():
    splits = score(grade_samples(PROBLEMS, mixed()))["splits"]
    for result in splits.values():
        for key in ("experts", "steps"):
            assert sum(part["n"] for part in result[key].values()) == result["n"]
            assert sum(part["correct"]["count"] for part in result[key].values()) == result["correct"]["count"]
    assert splits["wordings"]["statuses"] == {"correct": 8, "wrong_expert": 2}
    assert list(splits["wordings"]["experts"]) == ["comparison"]


def test_the_expert_is_read_from_the_gold_trace_where_none_is_expected():
    real = {
        "gsm8k": [
            Problem(question="Ida has 5 figs and picks 3.", answer="8", id="g/1", trace=trace("add", "comparison"))
        ]
    }
    rows = grade_samples(real, [Sample(id="g/1", split="gsm8k", text=RIGHT)])
    assert (rows[0].wanted, rows[0].right) == ("comparison", True)


def test_a_run_in_which_nothing_can_be_read_is_scored_and_says_so():
    result = score(grade_samples({"fresh": PROBLEMS["fresh"]}, samples(["no idea"] * 20)))["splits"]["fresh"]
    assert (result["parsed"]["count"], result["correct"]["low"]) == (0, 0)
    assert 0.1 < result["correct"]["high"] < 0.2
    assert "no completion could be read as a trace" in result["notes"]


def test_grades_come_back_from_their_file_and_score_the_same(tmp_path):
    rows = grade_samples(PROBLEMS, mixed(), rewards=BINARY)
    assert write_grades(rows, tmp_path / "grades.jsonl") == 30
    again = read_grades(tmp_path / "grades.jsonl")
    assert again == rows
    assert json.loads(json.dumps(score(rows))) == score(again)  # plain data: scores.json holds it as it is
    assert score(again)["splits"]["fresh"]["reward"]["mean"] == 12 / 20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "corect"}, "unknown status 'corect'; did you mean 'correct'"),
        ({"error": "typo"}, "unknown error 'typo'"),
        ({"reward": "much"}, "'reward' must be a number, read 'much'"),
        ({"fault": {"kind": "nonsense", "step": 1, "message": "", "hint": ""}}, "unknown kind 'nonsense'"),
        ({"fault": {"kind": "not_a_trace", "message": "", "hint": ""}}, "'step' is missing"),
        ({"lints": ["x"]}, "a fault or lint must be an object"),
        ({"question": None}, "'question' must be text"),
    ],
)
def test_a_bad_line_of_grades_is_named(tmp_path, change, said):
    path = tmp_path / "grades.jsonl"
    write_grades(grade_samples(PROBLEMS, mixed()), path)
    path.write_text(json.dumps({**json.loads(path.read_text().splitlines()[0]), **change}) + "\n")
    with pytest.raises(DataError) as caught:
        read_grades(path)
    assert said in str(caught.value) and "line 1" in str(caught.value)


def test_nothing_is_scored_on_less_than_was_asked_for():
    full = mixed()
    for changed, said in (
        (full[1:], "1 of 20 problems have no completion, 's0/0' first"),
        ([*full, Sample(id="s0/99", split="fresh", text="")], "a completion of 's0/99', and no such problem"),
        ([*full, Sample(id="s0/0", split="frsh", text="")], "unknown split 'frsh'; did you mean 'fresh'"),
        ([*full, Sample(id="s0/0", split="fresh", index=1, text="")], "some problems have 1 completions, some 2"),
    ):
        with pytest.raises(DataError) as caught:
            grade_samples(PROBLEMS, changed)
        assert said in str(caught.value)


def several(*texts):
    """Two problems with the same completions each."""
    two = {"fresh": PROBLEMS["fresh"][:2]}
    rows = [
        Sample(id=one.id, split="fresh", index=place, text=text)
        for one in two["fresh"]
        for place, text in enumerate(texts)
    ]
    random.Random(0).shuffle(rows)
    return grade_samples(two, rows)


def test_several_samples_count_once_a_problem():
    result = score(several(RIGHT, WRONG, WRONG, EMPTY))["splits"]["fresh"]
    assert (result["n"], result["samples"], result["correct"]["of"], result["correct"]["rate"]) == (2, 4, 8, 0.25)
    assert result["correct"]["high"] - result["correct"]["low"] > 0.5  # two problems, not eight
    for k in (1, 2, 4):
        assert result["votes"]["pass"][str(k)]["rate"] == pytest.approx(pass_at_k(4, 1, k))
    # by votes: alone the first is right; of two with a vote each the first one counts; of four the wrong one has two
    assert [result["votes"]["majority"][k]["rate"] for k in ("1", "2", "4")] == [1, 1, 0]


def test_only_traces_that_run_have_a_vote():
    group = [row for row in several(EMPTY, FAULTY, "hello", RIGHT) if row.id == "s0/0"]
    assert vote(group).right
    assert vote([row for row in group if not row.grade.answer]) is None
    other = trace("add", "comparison")  # the right answer by the wrong expert votes for the same number
    group = [row for row in several(WRONG, other, RIGHT) if row.id == "s0/0"]
    assert vote(sorted(group, key=lambda row: row.index)).right


def test_the_table_shows_n_and_intervals_and_fits_a_terminal():
    text = score_table(score(grade_samples(PROBLEMS, mixed())))
    assert "60.0 % [38.7, 78.1]" in text  # 12 of 20, Wilson
    assert "fresh     20 " in text
    assert "errors: wrong_operation 3, division_by_zero 2" in text
    assert "n = 20 is small" in text
    assert max(map(len, text.splitlines())) <= 120


def test_long_lists_of_errors_are_wrapped():
    rows = grade_samples(PROBLEMS, mixed())
    rows = [replace(row, error=name) for row, name in zip(rows, list(CLASSES) * 2, strict=False)]
    assert max(map(len, score_table(score(rows)).splitlines())) <= 120


def test_worked_solutions_and_bare_answers_are_scored_by_the_same_rule():
    problems = {"fresh": PROBLEMS["fresh"][:3]}
    texts = ["5 and 3 are 8.\n#### 8", "#### 5", "I cannot say"]
    rows = grade_samples(
        problems,
        [Sample(id=one.id, split="fresh", text=text) for one, text in zip(problems["fresh"], texts, strict=True)],
        target="cot",
    )
    assert [row.grade.status for row in rows] == ["correct", "wrong_answer", "parse_failure"]
    assert score(rows)["splits"]["fresh"]["correct"]["count"] == 1
