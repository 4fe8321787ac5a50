"""generate, schemas, annotate: what they write, and one clear sentence for each mistake."""

import json
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.data.problem import CANARY, read_problems
from tracewright.data.schema import load_schemas
from tracewright.grade import grade


def test_generate(tmp_path, capsys):
    path = tmp_path / "problems.jsonl"
    assert main(["generate", "-n", "20", "--seed", "3", "--out", str(path)]) == 0
    made = read_problems(path)
    assert len(made) == 20
    for problem in made:
        assert grade(problem.trace, problem).status == "correct"
    capsys.readouterr()
    assert main(["generate", "-n", "20", "--seed", "3"]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["question"] for row in shown] == [problem.question for problem in made]
    assert {problem.extra["canary"] for problem in made} == {CANARY}


def test_generate_with_several_workers_writes_the_same(tmp_path):
    for workers in ("1", "2"):
        words = ["-n", "2100", "schemas=[percentage]", "--workers", workers, "--out", str(tmp_path / workers)]
        assert main(["generate", *words]) == 0
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_generate_takes_options_of_the_reports(capsys):
    assert main(["generate", "-n", "40", "schemas=[report27]", "balance=run7", "percent=compute", "story=0.5"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(row["source"] == "story" for row in rows) == 20
    assert any(row["expert"] == "percentage" for row in rows)
    assert not any("percent_o" in row["trace"] for row in rows)


def test_generate_takes_the_data_options(capsys):
    assert main(["generate", "-n", "5", "naming=abstract", "schemas=[percentage]"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["expert"] for row in rows} == {"percentage"}
    assert all("var: a" in row["trace"] for row in rows)


def test_schemas(capsys):
    assert main(["schemas", "comparison"]) == 0
    assert "comparison" in capsys.readouterr().out
    assert main(["schemas", "price_chain", "--check"]) == 0
    assert "0 faults" in capsys.readouterr().out
    assert main(["schemas", "price_chain", "--gallery"]) == 0
    assert "answer:" in capsys.readouterr().out
    assert main(["schemas", "story/bus", "--gallery"]) == 0
    assert capsys.readouterr().out.count("story/bus: Passengers") == 3
    assert main(["schemas", "price_chain", "story/bakrey", "--gallery"]) == 2
    assert "did you mean 'bakery'" in capsys.readouterr().err


def test_a_new_schema_is_a_schema(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["schemas", "new", "bags_of_rice"]) == 0
    assert "schemas bags_of_rice.yaml --check" in capsys.readouterr().out
    assert main(["schemas", "bags_of_rice.yaml", "--check"]) == 0
    assert "1 schemas" in capsys.readouterr().out
    assert main(["schemas", "--gallery", "bags_of_rice.yaml"]) == 0
    assert "arithmetic/bags_of_rice: " in capsys.readouterr().out
    before = (tmp_path / "bags_of_rice.yaml").read_text()
    assert main(["schemas", "new", "bags_of_rice"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "bags_of_rice.yaml").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["bags_of_rice.yaml"]


def test_a_schema_is_held_against_all_others(tmp_path, capsys):
    """Also when it is checked alone: the same text under another name is a fault."""
    source = load_schemas()["price_chain"].path
    copy = tmp_path / "prices_again.yaml"
    copy.write_text(Path(source).read_text())
    assert main(["schemas", str(copy), "--check"]) == 1
    assert "prices_again: wording 1: the same text as price_chain, wording 1" in capsys.readouterr().out
    assert main(["schemas", source, "--check"]) == 0


SOLVED = {
    "question": "Mia bakes 12 rolls and eats 4 of them. She sells the rest for $2 each. How much does she get?",
    "answer": "She has 12 - 4 = <<12-4=8>>8 rolls left.\nShe gets 8 * 2 = $<<8*2=16>>16.\n#### 16",
}


def test_annotate(tmp_path, capsys):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(SOLVED) + "\n")
    assert main(["annotate", str(source), "--out", str(out)]) == 0
    assert "executes to the gold answer" in capsys.readouterr().out
    problem = read_problems(out)[0]
    assert grade(problem.trace, problem, check_expert=False).status == "correct"
    assert main(["annotate", str(source), "--out", str(out), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["count"] == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generate", "naming=semantics"], "did you mean 'semantic'?"),
        (["generate", "namin=semantic"], "did you mean 'naming'?"),
        (["generate", "schemas=[price_chains]"], "did you mean 'price_chain'?"),
        (["generate", "--out", "nowhere/x.jsonl"], "nowhere is no folder"),
        (["generate", "--split", "tests"], "invalid choice"),
        (["schemas", "price_chan"], "did you mean 'price_chain'?"),
        (["schemas", "nowhere.yaml"], "nowhere.yaml does not exist"),
        (["schemas", "new"], "one name is needed"),
        (["schemas", "new", "a", "b"], "one name is needed"),
        (["schemas", "new", "a", "--check"], "one name is needed"),
        (["schemas", "new", "Bags-1"], "is no name for a schema"),
        (["schemas", "new", "../bags"], "is no name for a schema"),
        (["schemas", "new", "price_chain"], "there is a schema 'price_chain' already"),
        (["generate", "--workers", "0"], "from 1 on is needed"),
        (["generate", "--workers", "two"], "a whole number is needed"),
        (["generate", "schemas=[report14]"], "did you mean 'report41'?"),
        (["generate", "balance=run5"], "balance must be one of"),
        (["generate", "balance=run7", "composition=0.1"], "exclude each other"),
        (["generate", "interleaved=2"], "a share from 0 to 1"),
        (["annotate", "nowhere.jsonl", "--out", "x.jsonl"], "does not exist"),
        (["annotate", ".", "--out", "x.jsonl"], "is a folder"),
        (["annotate", "x.jsonl"], "required: --out"),
        (["annotate", "x.jsonl", "--out", "./x.jsonl"], "is the file that is read"),
    ],
)
def test_a_mistake_is_one_sentence(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    err = capsys.readouterr().err.splitlines()
    assert message in err[-1]
    assert list(tmp_path.iterdir()) == []


def test_annotate_names_the_bad_line(tmp_path, capsys):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(SOLVED) + "\n{\n")
    assert main(["annotate", str(source), "--out", str(out)]) == 2
    assert "line 2" in capsys.readouterr().err
    assert not out.exists()
