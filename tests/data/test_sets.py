"""Sets of schemas: they name schemas that exist, each once, and mistakes in them are one sentence."""

import pytest

from tracewright.data.generate import problems
from tracewright.data.schema import load_schemas
from tracewright.data.sets import load_sets
from tracewright.errors import ConfigError, DataError
from tracewright.recipe import DataConfig


def test_the_reports_sets():
    sets = load_sets()
    counts = {name: len(row.schemas) for name, row in sets.items()}
    assert counts == {
        "report23": 23, "report27": 27, "report30": 30, "report33": 33, "report41": 41, "report50": 46, "report59": 57,
    }  # fmt: skip
    for row in sets.values():
        assert len(set(row.schemas)) == len(row.schemas)
        assert set(row.schemas) <= set(load_schemas())
        assert row.about
    assert not set(sets) & set(load_schemas())


def test_a_set_is_drawn_from_by_name():
    config = DataConfig(schemas=("report23", "material_half"), hold_out=0.0)
    drawn = {problem.schema for problem in problems(config, 1500, 0)}
    assert drawn == {*load_sets()["report23"].schemas, "material_half"}


def test_an_unknown_set():
    with pytest.raises(ConfigError, match="did you mean 'report41'"):
        next(problems(DataConfig(schemas=("report14",)), 1, 0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "are a mapping"),
        ("a: [b]", "line 1: the set 'a' needs 'about'"),
        ("a: {about: x, schemas: b}", "needs 'about' and a list"),
        ("one: {about: x, schemas: [b]}\na: {about: x, extends: ones, schemas: [b]}", "did you mean 'one'?"),
        ("a: b: c", "line 1"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, text, message):
    path = tmp_path / "sets.yaml"
    path.write_text(text)
    with pytest.raises(DataError) as error:
        load_sets(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
