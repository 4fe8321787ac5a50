"""Mistakes with generate, schemas, audit, vary and grade: one clear sentence each, and no file."""

import json

import pytest

from tracewright.cli import main
from tracewright.data.problem import read_problems
from tracewright.data.schema import STARTER


def said(capsys, *words):
    """Run a command that must be refused; return what it says."""
    assert main(list(words)) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tracewright")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("train=5", "'train' says nothing about problems from schemas; -n says how many"),
        ("data.files=[a.jsonl]", "'files' says nothing about problems from schemas; 'tracewright run' takes it"),
        ("variants=3", "'variants' says nothing"),
        ("seed=3", "'seed' is a flag; write --seed"),
    ],
)
def test_keys_that_would_do_nothing_are_refused(capsys, word, sentence):
    assert sentence in said(capsys, "generate", "-n", "1", word)


def test_more_workers_than_any_machine_has(capsys):
    assert "a whole number from 1 to 1024 is needed, read '99999'" in said(capsys, "generate", "--workers", "99999")
    assert len(said(capsys, "generate", "--seed", "9" * 9000)) < 200


@pytest.mark.parametrize("name", ["percentage", "composition", "story", "new", "report27"])
def test_a_schema_cannot_have_a_name_that_says_something_else(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    assert "is the name of something else; choose another" in said(capsys, "schemas", "new", name)
    assert list(tmp_path.iterdir()) == []


def test_schemas_does_one_thing_at_a_time(capsys):
    assert "--check and --gallery exclude each other" in said(capsys, "schemas", "price_chain", "--check", "--gallery")
    assert "stories are shown with --gallery alone" in said(capsys, "schemas", "story/bakery")


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("Bad-Name", "", "", "'Bad-Name' is no name for a schema"),
        ("price_tag", "expert: arithmetic", "expert: percentage", "percentage without any of its operations percent_"),
        ("price_tag", "wordings:", "distractors: [cats]\nwordings:", "'cats' is neither a slot nor a number word"),
    ],
)
def test_the_check_sees(tmp_path, capsys, name, old, new, fault):
    path = tmp_path / f"{name}.yaml"
    path.write_text(STARTER.replace(old, new, 1))
    assert main(["schemas", str(path), "--check"]) == 1
    assert fault in capsys.readouterr().out


def test_a_number_word_of_the_text_may_be_a_distractor(tmp_path, capsys):
    path = tmp_path / "price_tag.yaml"
    text = STARTER.replace("wordings:", "distractors: [three]\nwordings:").replace(
        "How many {item} are", "His three cats look on. How many {item} are"
    )
    path.write_text(text)
    main(["schemas", str(path), "--check"])
    assert capsys.readouterr().out.endswith("0 faults\n")


def test_grade_does_not_write_over_what_it_reads(tmp_path, capsys):
    path = tmp_path / "completions.jsonl"
    path.write_text(text := json.dumps({"completion": "x", "answer": "3"}) + "\n")
    assert "is the file that is read; name another" in said(capsys, "grade", str(path), "--out", str(path))
    assert path.read_text() == text


def test_a_planted_question_without_an_id_is_named_by_its_text(tmp_path, capsys):
    assert main(["generate", "-n", "2", "--out", str(tmp_path / "a.jsonl")]) == 0
    asked = read_problems(tmp_path / "a.jsonl")[1]
    (tmp_path / "b.jsonl").write_text(json.dumps({"question": asked.question, "answer": asked.answer}) + "\n")
    assert main(["audit", str(tmp_path / "b.jsonl"), "--against", str(tmp_path / "a.jsonl")]) == 0
    assert f"{asked.id} in {asked.question[:60]!r} (100%)" in capsys.readouterr().out


def test_vary_wants_an_id_of_its_own_for_each_problem(tmp_path, capsys):
    path, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert main(["generate", "-n", "1", "--out", str(path)]) == 0
    line = path.read_text()
    path.write_text(line * 2)
    assert "stands twice; variants are drawn by it" in said(capsys, "vary", str(path), "--out", str(out))
    row = json.loads(line)
    del row["id"]
    path.write_text((json.dumps(row) + "\n") * 2)
    assert "several problems have no id; variants are drawn by it" in said(capsys, "vary", str(path), "--out", str(out))
    assert not out.exists()


def test_lines_as_windows_writes_them(tmp_path, capsys):
    path, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    row = json.dumps({"question": "Ann has 3 pens and buys 4. How many now?", "answer": "3+4=<<3+4=7>>7\n#### 7"})
    path.write_bytes(b"\xef\xbb\xbf" + row.encode() + b"\r\n")
    assert main(["annotate", str(path), "--out", str(out)]) == 0
    out.write_bytes(b"\xef\xbb\xbf" + out.read_bytes().replace(b"\n", b"\r\n"))
    assert [problem.answer for problem in read_problems(out)] == ["7"]
    assert main(["audit", str(out)]) == 0


def test_half_a_character_is_no_traceback(tmp_path, capsys):
    path, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_text(json.dumps({"question": "Ann \ud800 has 3 pens, buys 4. How many?", "answer": "3+4=7\n#### 7"}))
    assert "half a character, '\\ud800'" in said(capsys, "annotate", str(path), "--out", str(out))
    assert not out.exists()


def test_names_are_texts(tmp_path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"question": "Ann has 3.", "answer": "3", "names": [{"a": 1}]}))
    assert "line 1: 'names' must be a list of texts" in said(capsys, "audit", str(path))


def test_a_question_that_stands_twice_under_one_id_is_written_once(tmp_path, capsys):
    path, out = tmp_path / "a.json", tmp_path / "b.jsonl"
    row = {
        "ID": "x",
        "Body": "Ann has 3 pens.",
        "Question": "She buys 4. How many now?",
        "Equation": "3+4",
        "Answer": 7,
    }
    path.write_text(json.dumps([row, row]))
    assert main(["annotate", str(path), "--out", str(out)]) == 0
    assert "the question stands twice" in capsys.readouterr().out
    assert len(read_problems(out)) == 1


def test_an_empty_field_is_not_answered_with_its_own_name(tmp_path, capsys):
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([{"Problem": "3 and 4?", "options": "", "correct": "a", "linear_formula": "add(n0,n1)"}])
    )
    sentence = said(capsys, "annotate", str(path), "--format", "program", "--out", str(tmp_path / "b.jsonl"))
    assert sentence.endswith("line 1: no text in a field 'options'")
