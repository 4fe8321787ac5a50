"""docs/evaluation.md says what the code does: its table of classes, its keys, its example."""

import re
import runpy
from pathlib import Path

from tracewright.data.problem import Problem
from tracewright.evaluate.grades import grade_samples
from tracewright.evaluate.sample import Sample
from tracewright.evaluate.score import score
from tracewright.evaluate.stats import smallest_detectable, smallest_detectable_paired
from tracewright.evaluate.taxonomy import CLASSES

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_the_table_of_classes_is_the_code_s():
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.split("## Error classes")[1], re.M)
    assert dict(rows) == dict(CLASSES)
    assert [name for name, _ in rows] == list(CLASSES)


def test_every_key_of_a_split_is_described():
    problem = Problem(id="p", question="", answer="1")
    result = score(grade_samples({"dev": [problem]}, [Sample(id="p", split="dev", text="")]))["splits"]["dev"]
    part = PAGE.split("## The numbers of scores.json")[1].split("## ")[0]
    described = set(
        re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in part.splitlines() if line.startswith("| `")))
    )
    assert described | {"clusters"} == set(result)


def test_the_numbers_of_the_page_are_computed():
    assert f"below {100 * smallest_detectable(30):.0f} points" in PAGE
    assert f"below {100 * smallest_detectable_paired(30, 0.2):.0f} on" in " ".join(PAGE.split())


def test_the_example_runs(capsys, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    (tmp_path / "example.py").write_text(code)
    runpy.run_path(str(tmp_path / "example.py"))
    assert "100.0 % [20.7, 100.0]" in capsys.readouterr().out  # 1 of 1, Wilson
