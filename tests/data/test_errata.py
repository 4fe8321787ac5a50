"""Known faults of GSM8K: what the list holds, and who leaves its problems out."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.data import errata as errata_module
from tracewright.data.annotate import annotate_all
from tracewright.data.errata import Erratum, errata, find_erratum, without_errata
from tracewright.data.files import read_training
from tracewright.data.gsm8k import read_solutions
from tracewright.data.problem import Problem, question_digest, write_problems
from tracewright.errors import DataError
from tracewright.number import read_answer

GSM8K = Path(os.environ.get("TRACEWRIGHT_GSM8K") or Path(__file__).parents[3] / "shared" / "data" / "gsm8k")
HENS = Problem(
    question="Ida has 6 hens that lay 4 eggs each. How many eggs are there?",
    answer="24",
    id="train/0",
    solution="There are 6 * 4 = <<6*4=24>>24 eggs.",
)
DUCKS = Problem(
    question="Otto has 9 ducks and sells 5 of them. How many ducks are left?",
    answer="14",
    id="train/1",
    solution="There are 9 + 5 = <<9+5=14>>14 ducks.",
)


@pytest.fixture
def ducks_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {question_digest(DUCKS.question)[:16]: Erratum("train/1", "answer", "4", "those sold are added")}
    monkeypatch.setattr(errata_module, "errata", lambda: known)


def test_the_list_is_whole() -> None:
    rows = errata_module._FILE.read_text(encoding="utf-8").splitlines()
    assert len(errata()) == len(rows) > 150
    lines = [int(row.split("\t")[1].removeprefix("train/")) for row in rows]
    assert lines == sorted(set(lines)) and lines[-1] < 7473
    for digest, erratum in errata().items():
        assert re.fullmatch(r"[0-9a-f]{16}", digest)
        assert erratum.fault in ("answer", "steps", "unclear")
        assert not erratum.answer or read_answer(erratum.answer)
        assert 1 < len(erratum.reason.split()) <= 16


def test_each_fault_is_of_the_problem_whose_line_it_names(request: pytest.FixtureRequest) -> None:
    if GSM8K.exists():
        problems = read_solutions(GSM8K / "train.jsonl" if GSM8K.is_dir() else GSM8K)
    else:
        request.getfixturevalue("ducks_are_known")
        problems = [HENS, DUCKS]
    known = [(problem, erratum) for problem in problems if (erratum := find_erratum(problem))]
    assert len(known) == len(errata_module.errata())
    for problem, erratum in known:
        assert problem.id == erratum.id
        same = erratum.answer != "" and read_answer(erratum.answer) == read_answer(problem.answer)
        assert same == (erratum.fault == "steps"), problem.id
        words, told = erratum.reason.split(), " ".join(f"{problem.question} {problem.solution}".split())
        assert all(" ".join(words[at : at + 6]) not in told for at in range(len(words) - 5)), "the data's own words"


def test_case_and_white_space_make_no_difference(ducks_are_known: None) -> None:
    shouted = replace(DUCKS, question=DUCKS.question.upper().replace(" ", "\n  "))
    assert find_erratum(shouted) == find_erratum(DUCKS) is not None
    assert find_erratum(replace(DUCKS, question=DUCKS.question.replace("9", "8"))) is None
    assert without_errata([HENS, DUCKS]) == [HENS]
    mended = replace(DUCKS, answer="4", solution="There are 9 - 5 = <<9-5=4>>4 ducks.")
    assert without_errata([mended]) == [mended]


def test_annotate_says_which_are_known(ducks_are_known: None) -> None:
    (hens, ducks), table = annotate_all([HENS, DUCKS])
    assert ducks.extra["erratum"] == "answer: those sold are added" and ducks.trace
    assert "erratum" not in hens.extra
    row = next(row for row in table.rows if row.name == "a fault of it is known")
    assert (row.count, row.total, row.ids) == (1, 2, ("train/1",))
    assert "fault" not in str(annotate_all([HENS])[1])


def test_vary_leaves_them_out(ducks_are_known: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_problems(annotate_all([HENS, DUCKS])[0], tmp_path / "traces.jsonl")
    main(
        [
            "vary",
            str(tmp_path / "traces.jsonl"),
            "-n",
            "3",
            "--tiers",
            "certain",
            "likely",
            "--out",
            str(tmp_path / "v.jsonl"),
        ]
    )
    assert "none for 1: a fault of it is known" in capsys.readouterr().out
    made = [json.loads(line)["schema"] for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert made == ["train/0"] * 3


def test_who_trains_leaves_them_out(ducks_are_known: None, tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    write_problems(annotate_all([HENS, DUCKS])[0], path)
    tiers = ("certain", "likely", "doubtful")
    sound, note = read_training(path, tiers)
    assert [problem.id for problem in sound] == ["train/0"]
    assert note.endswith(
        "1 of 2 problems have a trace of tier certain or likely or doubtful and no known fault (1 have one)."
    )
    write_problems(annotate_all([DUCKS])[0], tmp_path / "all.jsonl")
    with pytest.raises(DataError, match="all 1 problems have a known fault"):
        read_training(tmp_path / "all.jsonl", tiers)
    both, note = read_training(path, tiers, "keep")
    assert len(both) == 2 and "fault" not in note
