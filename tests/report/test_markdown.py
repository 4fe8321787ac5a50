"""report.md reads the same in any viewer, whatever stands in it."""

import re

from tracewright.evaluate.taxonomy import CLASSES
from tracewright.report.markdown import EXAMPLES, fence, plain, table, write_markdown


def test_every_table_has_as_many_cells_in_each_row(run):
    text = write_markdown(run)
    tables = re.findall(r"(?:^\|.*\n)+", text, re.M)
    assert len(tables) > 5
    for one in tables:
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in one.splitlines()}
        assert len(counts) == 1, one


def test_each_error_class_that_occurs_has_a_few_examples(run):
    text = write_markdown(run)
    found = {item.graded.error for item in run.items}
    for name in CLASSES:
        head = f"### {plain(name)}\n"
        assert (head in text) == (name in found)
        if name in found:
            part = text.split(head)[1].split("\n### ")[0].split("\n## ")[0]
            assert 1 <= part.count("Expected ") <= EXAMPLES


def test_texts_cannot_leave_their_place():
    assert plain("a|b\n*c* <d> `e`") == "a\\|b \\*c\\* &lt;d&gt; \\`e\\`"
    assert fence("```\ninner\n````") == "`````\n```\ninner\n````\n`````"
    assert table(("a", "b"), [("1|2", "3\n4")]).splitlines()[-1] == "| 1\\|2 | 3 4 |"


def test_training_is_told_by_its_ends(run):
    text = write_markdown(run)
    first = next(row for row in run.metrics if row["stage"] == "sft")
    last = [row for row in run.metrics if row["stage"] == "rl"][-1]
    assert f"{first['loss']:.4g} (step 1)" in text
    assert f"{last['reward']:.4g} (step 40)" in text
