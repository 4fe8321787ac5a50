"""GSM8K by path and by name: splits, answers, and what a bad file is answered."""

import gzip
import json
import os
import random
import sys
from pathlib import Path

import pytest

from tracewright.data.gsm8k import gsm8k_path, is_dev, read_final_answer, read_gsm8k
from tracewright.data.overlap import find_overlaps
from tracewright.errors import DataError

NOUNS = "hens geese ducks goats lambs kites drums boats lamps coats bells cakes pears plums figs nuts"


def rows(count: int) -> list[dict[str, str]]:
    """Make little problems, no two of which share eight words in a row."""
    return [
        {
            "question": f"Ida has {n} " + " and ".join(random.Random(n).choices(NOUNS.split(), k=20)) + ". How many?",
            "answer": f"She has {n}*2 = <<{n}*2={n * 2}>>{n * 2}.\n#### {n * 2:,}",
        }
        for n in range(count)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count in (("train", 400), ("test", 7)):
        text = "".join(json.dumps(row) + "\n" for row in rows(count))
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_train_and_dev_share_the_train_file_out(folder: Path) -> None:
    train, dev = read_gsm8k(folder), read_gsm8k(folder, "dev")
    lines = sorted(int(problem.id.rsplit("/")[-1]) for problem in train + dev)
    assert lines == list(range(400))
    assert 5 <= len(dev) <= 70
    assert all(problem.id.startswith("gsm8k/train/") and problem.source == "gsm8k" for problem in train + dev)
    assert [is_dev(problem.question) for problem in dev] == [True] * len(dev)


def test_a_file_and_its_gzip_read_like_the_folder(folder: Path) -> None:
    path = folder / "train.jsonl"
    with gzip.open(folder / "copy.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(path.read_text(encoding="utf-8"))
    assert read_gsm8k(path) == read_gsm8k(folder) == read_gsm8k(folder / "copy.jsonl.gz")
    assert gsm8k_path(folder) == path


def test_test_is_read_only_when_asked_for(folder: Path) -> None:
    assert [problem.id for problem in read_gsm8k(folder, "test")] == [f"gsm8k/test/{n}" for n in range(7)]
    (folder / "test.jsonl").unlink()
    assert read_gsm8k(folder)
    with pytest.raises(DataError, match=r"holds no test\.jsonl"):
        read_gsm8k(folder, "test")


def test_the_split_ignores_case_and_white_space() -> None:
    for row in rows(50):
        assert is_dev(row["question"]) == is_dev("  " + row["question"].upper().replace(" ", "\n "))


def test_near_twins_of_dev_are_in_neither_split(tmp_path: Path) -> None:
    story = "Ida sells {} of her painted wooden bowls at the market on Sunday and {} more on Monday. How many in all?"
    made = [{"question": story.format(n, n + 1), "answer": f"#### {n}"} for n in range(60)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made + rows(20)), encoding="utf-8")
    train, dev = read_gsm8k(tmp_path), read_gsm8k(tmp_path, "dev")
    assert any("bowls" in problem.question for problem in dev)
    assert not any("bowls" in problem.question for problem in train)
    assert find_overlaps(train, dev) == []


@pytest.mark.parametrize(
    ("solution", "answer"),
    [
        ("so\n#### 1,234", "1234"),
        ("#### 18", "18"),
        ("#### $5.50\n", "5.5"),
        ("#### -3", "-3"),
        ("18", None),
        ("####", None),
    ],
)
def test_the_answer_stands_after_the_mark(solution: str, answer: str | None) -> None:
    assert read_final_answer(solution) == answer


def test_the_solution_is_kept_without_its_answer_line(folder: Path) -> None:
    first = min(read_gsm8k(folder, "test"), key=lambda problem: problem.id)
    assert first.solution == "She has 0*2 = <<0*2=0>>0."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ('{"question": "q", "answer": "#### 1"}\nnot json\n', "line 2: not JSON"),
        ('{"question": "q", "answer": "#### 1"}\n\n[1]\n', "line 3: a JSON object"),
        ('{"question": "q"}\n', "line 1: 'answer' is missing"),
        ('{"question": 7, "answer": "#### 1"}\n', "line 1: 'question' is missing"),
        ('{"question": "q", "answer": "seven"}\n', "line 1: no number after '####'"),
        ('{"question": "q", "answer": "#### many"}\n', "line 1: no number after '####'"),
        ("[" * 100_000, "line 1: nested too deeply"),
    ],
)
def test_a_bad_file_is_answered_with_the_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_gsm8k(path)


def test_files_that_are_no_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "broken.jsonl.gz").write_bytes(b"no gzip at all")
    for name, message in (("bytes.jsonl", "UTF-8"), ("broken.jsonl.gz", "cannot be read"), ("none.jsonl", "not exist")):
        with pytest.raises(DataError, match=message):
            read_gsm8k(tmp_path / name)
    with pytest.raises(DataError, match="no split"):
        read_gsm8k(tmp_path, "valid")  # type: ignore[arg-type]


def test_without_the_datasets_package_the_hub_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match=r"needs the package datasets; install"):
        read_gsm8k("openai/gsm8k")


class _Hub:
    """A stand-in for the datasets package: one dataset, or none."""

    def __init__(self, made: list[dict[str, str]] | None) -> None:
        self.made = made

    def load_dataset(self, name: str, config: str, *, split: str) -> list[dict[str, str]]:
        if self.made is None:
            raise ConnectionError("no route to host\nand a long story")
        assert (name, config, split) == ("openai/gsm8k", "main", "train")
        return self.made


def test_the_hub_reads_like_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", _Hub(rows(400)))
    assert read_gsm8k("openai/gsm8k", "dev") == read_gsm8k(folder, "dev")


def test_an_unreachable_hub_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", _Hub(None))
    with pytest.raises(DataError, match=r"cannot be had from the hub \(no route to host\)"):
        read_gsm8k("openai/gsm8k")


def test_the_official_file_where_it_is_at_hand(folder: Path) -> None:
    given = os.environ.get("TRACEWRIGHT_GSM8K") or Path(__file__).parents[3] / "shared" / "data" / "gsm8k"
    real = Path(given).exists()
    source = Path(given) if real else folder
    train, dev = read_gsm8k(source), read_gsm8k(source, "dev")
    assert len(train) + len(dev) == (7466 if real else 400)
    assert len(dev) == 505 or not real
    assert find_overlaps(train, dev) == []
