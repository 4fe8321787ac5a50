"""Files that a recipe names: traces to train on, questions for RL, questions to evaluate; and that they stay apart."""

import json
from itertools import islice
from pathlib import Path

import pytest

from tracewright.config import read_config
from tracewright.data.assemble import assemble
from tracewright.data.generate import problems
from tracewright.data.problem import to_json
from tracewright.data.sources import read_questions
from tracewright.errors import ConfigError, DataError
from tracewright.grade import grade
from tracewright.recipe import DataConfig, Recipe

TRACED = {
    "question": "Mia bakes 12 rolls and eats 4 of them. How many rolls does Mia have now?",
    "answer": "8",
    "trace": "expert: arithmetic\ntrace:\n- {op: init, var: rolls, source: n1}\n- {op: init, var: eaten, source: n2}\n"
    "- {op: compute, compute_op: sub, args: [rolls, eaten], var: result}\n- {op: query, var: result}",
}
ASKED = [
    {"question": "Ole catches 7 crabs before noon and 9 crabs after it. How many crabs does he catch?", "answer": 16},
    {"question": "A rope of 30 feet is cut in 5 equal pieces by Pia. How long is each?", "answer": "30/5=6\n#### 6"},
    {"question": "Sven saves $2.50 a week for a kite of $20. How many weeks must he save?", "answer": "8", "level": 2},
]


NOUNS = ("hen", "goose", "duck", "goat", "lamb", "kite", "drum", "boat", "lamp", "coat", "bell", "cake", "pear", "fig")


def config(**changes):
    return DataConfig(**{"train": 12, "dev": 3, "hold_out": 0.3, **changes})


def lines(path, rows):
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def asked(tmp_path):
    return lines(tmp_path / "asked.jsonl", ASKED)


def test_questions_and_answers_are_read_in_every_form(asked):
    found = read_questions(Path(asked))
    assert [problem.answer for problem in found] == ["16", "6", "8"]
    assert [problem.id for problem in found] == ["asked/0", "asked/1", "asked/2"]
    assert found[1].solution == "30/5=6"
    assert found[2].extra == {"level": "2"}
    assert not any(problem.trace or problem.expert for problem in found)


def test_a_problem_without_a_trace_is_graded_on_its_answer(asked):
    """Any expert will do, and the grade says whether the trace is valid."""
    problem = read_questions(Path(asked))[0]
    trace = TRACED["trace"].replace("sub", "add")
    right = grade(trace, problem)
    assert (right.status, right.answer, right.fault) == ("correct", "16", None)
    assert grade(trace.replace("arithmetic", "comparison"), problem).status == "correct"
    assert grade(TRACED["trace"], problem).status == "wrong_answer"
    invalid = grade(trace.replace("[rolls, eaten]", "[rolls, lost]"), problem)
    assert (invalid.status, invalid.fault.kind) == ("invalid_trace", "undefined_name")
    assert grade("16", problem).status == "parse_failure"


def test_files_are_trained_on_by_tier(tmp_path):
    rows = [
        TRACED,
        {**TRACED, "question": TRACED["question"].replace("Mia", "Ida"), "tier": "doubtful"},
        {"question": "What is 3 more than 4?", "answer": "7", "tier": "failed"},
    ]
    path = lines(tmp_path / "traces.jsonl", rows)
    made = assemble(config(files=(path,)), 0)
    assert [problem.question for problem in made.train[12:]] == [TRACED["question"]]
    assert any("1 of 3 problems have a trace" in note for note in made.notes)
    assert len(made.fingerprints[path]) == 64
    made = assemble(config(files=(path,), tiers=("certain", "doubtful"), train=0), 0)
    assert len(made.train) == 2
    with pytest.raises(
        DataError, match=r"has no problem with a trace of tier certain or likely; 'tracewright annotate'"
    ):
        assemble(config(files=(lines(tmp_path / "none.jsonl", rows[1:]),)), 0)


def test_questions_of_rl_and_of_evaluation(tmp_path, asked):
    more = lines(tmp_path / "more.set.jsonl", [TRACED])
    made = assemble(config(), 0, asked=asked, evaluated=(more,))
    assert [problem.answer for problem in made.asked] == ["16", "6", "8"]
    assert list(made.splits) == ["fresh", "unseen_wordings", "unseen_schemas", "more"]
    assert made.splits["more"][0].trace
    assert {asked, more} == set(made.fingerprints)
    assert len(made.train) == 12


def test_an_evaluated_question_is_never_trained_on(tmp_path, asked):
    twin = {**ASKED[0], "question": ASKED[0]["question"].replace("7", "8"), "answer": 17}
    evaluated = lines(tmp_path / "test.jsonl", [twin])
    with pytest.raises(DataError, match="asked/0 and the evaluation problem test/0 share 100%"):
        assemble(config(), 0, asked=asked, evaluated=(evaluated,))
    traced = lines(tmp_path / "traced.jsonl", [TRACED])
    evaluated = lines(tmp_path / "rolls.jsonl", [{"question": TRACED["question"].replace("12", "13"), "answer": 9}])
    with pytest.raises(DataError, match="evaluation problem rolls/0"):
        assemble(config(files=(traced,)), 0, evaluated=(evaluated,))


def drawn(split, count=3, **changes):
    return [to_json(problem) for problem in islice(problems(config(**changes), count, 0, split), count)]


def test_what_synthetic_splits_hold_out_comes_in_by_no_file(tmp_path):
    for split, message in (
        ("fresh", "its question stands in an evaluation split"),
        ("unseen_schemas", "in an evaluation split|is held out for the split unseen_schemas"),
        ("unseen_wordings", "in an evaluation split|is held out for the split unseen_wordings"),
    ):
        path = lines(tmp_path / f"{split}_file.jsonl", drawn(split))
        with pytest.raises(DataError, match=message):
            assemble(config(files=(path,)), 0)
        with pytest.raises(DataError, match=message):
            assemble(config(), 0, asked=path)
    rows = [json.loads(row) for row in drawn("unseen_schemas")]
    for number, row in enumerate(rows):
        row["question"] += f" Think {number}."
    path = lines(tmp_path / "changed.jsonl", rows)
    with pytest.raises(DataError, match="is held out for the split unseen_schemas"):
        assemble(config(files=(path,)), 0)
    path = lines(tmp_path / "train_file.jsonl", drawn("train"))
    assert len(assemble(config(files=(path,)), 0).train) == 15


def test_made_problems_may_be_evaluated_beside_others_of_their_wording(tmp_path):
    path = lines(tmp_path / "own_fresh.jsonl", drawn("fresh", 20))
    assert len(assemble(config(train=200), 0, evaluated=(path,)).splits["own_fresh"]) == 20
    path = lines(tmp_path / "own_train.jsonl", drawn("train", 5))
    with pytest.raises(DataError, match="ask the same question"):
        assemble(config(), 0, evaluated=(path,))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ASKED[0], {"question": "How many?"}], "line 2: no text in a field 'answer'"),
        ([ASKED[0], {"qestion": "How many?", "answer": 2}], "field 'question'; did you mean 'qestion'?"),
        ([ASKED[0], {"question": "How many?", "answer": "many"}], "line 2: the answer 'many' is no number"),
        ([{"question": "How many?", "answer": None}], "line 1: no text in a field 'answer'"),
        ([{"question": "How many?", "answer": True}], "line 1: no text in a field 'answer'"),
        ([{"question": "How many?", "answer": "so many\n#### many"}], "line 1: no number after '####'"),
        ([{"question": "How many?", "answer": 1e400}], "line 1: the answer 'Infinity' is no number"),
        ([ASKED[0], "{", ASKED[1]], "line 2: not JSON"),
        ([ASKED[0], ASKED[1], {**ASKED[0], "answer": 17}], "line 3: the question 'ole catches 7 crabs"),
        ([{**ASKED[0], "id": "a"}, {**ASKED[1], "id": "a"}], "line 2: the id 'a' stands in line 1 already"),
        ([{**TRACED, "trace": None}], "line 1: 'trace' must be a text"),
        ([], "is empty"),
    ],
)  # fmt: skip
def test_a_bad_file_of_questions_is_one_sentence(tmp_path, rows, message):
    path = lines(tmp_path / "asked.jsonl", rows)
    for given in ({"asked": path}, {"evaluated": (path,)}):
        with pytest.raises(DataError) as caught:
            assemble(config(), 0, **given)
        assert message in str(caught.value)
        assert path in str(caught.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**TRACED, "trase": "x"}, "line 1: unknown field 'trase'; did you mean 'trace'?"),
        ({**TRACED, "steps": "two"}, "line 1: 'steps' must be a whole number"),
        ({**TRACED, "steps": None}, "line 1: 'steps' must be a text"),
        ({**TRACED, "extra": "x"}, "line 1: 'extra' must be an object"),
        ({**TRACED, "names": "Mia"}, "line 1: 'names' must be a list"),
        ({"question": "x"}, "line 1: 'answer' is missing"),
    ],
)
def test_a_bad_file_of_traces_is_one_sentence(tmp_path, row, message):
    path = lines(tmp_path / "traces.jsonl", [row])
    with pytest.raises(DataError) as caught:
        assemble(config(files=(path,)), 0)
    assert message in str(caught.value)


def test_names_of_splits_do_not_collide(tmp_path):
    for name in ("fresh.jsonl", "rl.jsonl", "gsm8k_dev.jsonl.gz", ".jsonl"):
        with pytest.raises(ConfigError, match=r"eval\.files"):
            assemble(config(), 0, evaluated=(str(tmp_path / name),))
    path = lines(tmp_path / "own.jsonl", ASKED)
    with pytest.raises(ConfigError, match="the name 'own', which another split of the run has"):
        assemble(config(), 0, evaluated=(path, path))


def test_the_keys_of_a_recipe():
    recipe = read_config(Recipe, None, ["data.files=[a.jsonl, b.jsonl]", "rl.problems=c.jsonl", "eval.files=[d.jsonl]"])
    assert recipe.data.files == ("a.jsonl", "b.jsonl")
    assert recipe.rl.problems == "c.jsonl"
    assert recipe.eval.files == ("d.jsonl",)
    with pytest.raises(ConfigError, match=r"rl\.problems=gsm8k asks GSM8K's questions, and data\.gsm8k is empty"):
        read_config(Recipe, None, ["rl.problems=gsm8k"])
    with pytest.raises(ConfigError, match=r"rl\.curriculum=steps goes by gold traces, and rl\.problems=c\.jsonl"):
        read_config(Recipe, None, ["rl.problems=c.jsonl", "rl.curriculum=steps"])
    with pytest.raises(ConfigError, match=r"rl\.problems is empty"):
        read_config(Recipe, None, ["rl.problems="])
    with pytest.raises(ConfigError, match=r"0 needs data\.gsm8k or data\.files"):
        read_config(Recipe, None, ["data.train=0"])
    read_config(Recipe, None, ["data.train=0", "data.files=[a.jsonl]"])


def test_gsm8k_is_asked_whether_it_has_traces_or_not(tmp_path):
    """Worked solutions that no trace can be made of are asked in RL all the same; dev is not."""
    rows = []
    for n in range(120):
        words = [NOUNS[(n * 5 + k * k + k) % 14] + ("" if (n >> k) % 2 else "s") for k in range(20)]
        solution = f"{n}+2=<<{n}+2={n + 2}>>{n + 2}" if n % 2 else "It is plain to see."
        rows.append({"question": f"Ida {' '.join(words)} {n} and 2?", "answer": f"{solution}\n#### {n + 2}"})
    path = lines(tmp_path / "train.jsonl", rows)
    made = assemble(config(gsm8k=path), 0, asked="gsm8k")
    trained = {problem.question for problem in made.train if problem.source == "gsm8k"}
    asked = {problem.question for problem in made.asked}
    assert trained < asked
    assert not asked & {problem.question for problem in made.splits["gsm8k_dev"]}
    assert not any(problem.trace or problem.expert for problem in made.asked)
    assert any("graded on the answer alone" in note for note in made.notes)
