"""The audit: shapes, counts against hand-made sets, and the table beside a reference."""

import json

import pytest

from tracewright.cli import main
from tracewright.data.audit import audit, measure, shape
from tracewright.data.audit.measure import masked_text, quantile, tokens
from tracewright.data.problem import CANARY, Problem
from tracewright.trace.parse import parse

MUL_ADD = """expert: arithmetic
trace:
- {op: init, var: bags, source: n2}
- {op: init, var: each, source: n1}
- {op: compute, compute_op: mul, args: [bags, each], var: step1}
- {op: compute, compute_op: add, args: [step1, 7, bags], var: result}
- {op: query, var: result}"""
COMPOSED = """- expert: percentage
  trace:
  - {op: init, var: price, source: n1}
  - {op: percent_off, base: price, rate: 20, var: sale}
  - {op: query, var: sale}
- expert: entity_track
  trace:
  - {op: init, var: purse, source: n2}
  - {op: init, var: sale, source: prev.result}
  - {op: transfer, from: purse, to: shop, amount: sale}
  - {op: query, var: purse}"""


def test_shapes_forget_names_and_numbers_and_keep_the_wiring():
    assert shape(parse(MUL_ADD)) == "mul(a,b);add(1,k7,a)"
    renamed = MUL_ADD.replace("bags", "crates").replace("n2", "n5")
    assert shape(parse(renamed)) == shape(parse(MUL_ADD))
    assert shape(parse(MUL_ADD.replace("7, bags", "7, each"))) != shape(parse(MUL_ADD))
    assert shape(parse(COMPOSED)) == "percent_off(a,k20);sub(b,1);add(0,1)"


def problem(question, trace="", answer="1", **more):
    return Problem(question=question, answer=answer, trace=trace, **more)


SET = [
    problem("Anna has 3 bags of 5 nuts each. How many nuts is that?", MUL_ADD, names=("Anna",)),
    problem("Bert has 4 bags of 6 nuts each. How many nuts is that?", MUL_ADD, names=("Bert",)),
    problem("If she buys it at 20% off for $8, and then half is gone, how much is left?", extra={"canary": CANARY}),
]


def test_counts():
    found = measure(SET)
    assert (found.problems, found.questions, found.masked, found.shapes, found.traced) == (3, 3, 2, 1, 2)
    assert found.steps == [3, 3]
    assert found.operators == {"add": 2 / 3, "mul": 1 / 3}
    assert found.canary == 1
    assert found.mentions == pytest.approx(7 / 3)
    third = pytest.approx(1 / 3)
    for name in ("if", "percent", "money", "half", "remaining / left / rest", "how much", "pronouns"):
        assert found.constructs[name] == third, name
    assert found.constructs["per / each / every"] == pytest.approx(2 / 3)
    assert found.constructs["average"] == 0


def test_masking_and_tokens():
    assert masked_text(SET[0]) == masked_text(SET[1]) == "@ has # bags of # nuts each. How many nuts is that?"
    assert tokens("It's $1,200.50, isn't it?") == ["It's", "$", "1,200.50", ",", "isn't", "it", "?"]
    assert [quantile([1, 2, 3, 4], share) for share in (0, 0.5, 0.9)] == [1, 3, 4]
    assert quantile([], 0.5) == 0


def test_beside_a_reference():
    long = "Carla counts the 12 red and 30 blue marbles in her jar before the 3 friends come over to play a game."
    reference = [problem(long, id="r1"), problem("Anna has 3 nuts.", id="r2")]
    found = audit([*SET, problem(long.replace("12", "14"), id="copy")], reference)
    assert [item.evaluation.id for item in found.overlaps] == ["r1"]
    assert 0 < found.coverage <= 1
    assert "pronouns" not in found.off
    assert "per / each / every" not in found.off  # not in the reference at all: nothing to hold against it
    table = str(found)
    assert "r1 in copy" in table
    assert "different shapes" in table
    row = found.to_dict()
    assert row["overlaps"][0]["reference"] == "r1"
    assert json.dumps(row)


def test_the_verb(tmp_path, capsys):
    data, reference = tmp_path / "data.jsonl", tmp_path / "reference.jsonl"
    assert main(["generate", "-n", "30", "--out", str(data)]) == 0
    answer = "He has 3 * 4 = <<3*4=12>>12.\n#### 12"
    reference.write_text(json.dumps({"question": "Tom has 3 boxes of 4 pens. How many pens?", "answer": answer}) + "\n")
    assert main(["audit", str(data), "--against", str(reference)]) == 0
    out = capsys.readouterr().out
    assert "30 of 30 problems carry the canary string" in out
    assert main(["audit", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["problems"] == 30
    assert main(["audit", str(tmp_path / "nowhere.jsonl")]) == 2
    assert "does not exist" in capsys.readouterr().err
