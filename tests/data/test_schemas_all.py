"""Every schema and every wording that comes with the package, held against the readers, the solver and the judge."""

import pytest

from tracewright.data.check import check, check_schema, skeleton
from tracewright.data.generate import gallery
from tracewright.data.schema import load_schemas, read_schema
from tracewright.grade import grade

SCHEMAS = load_schemas()
REPORTED = (
    "price_chain subtract_chain multiply_add divide_multiply work_rate combined_rate interleaved_mul_mul "
    "parallel_merge chained_mul_sum long_expense_chain div_then_add material_half material_twice decimal_rate_week "
    "rate_comparison_total half_twice sub_sub_div_div div_chain twice_relationship multi_item_cost nested_groups "
    "growth_doubled two_period_sum recover_then_multiply average_three ratio_split remaining_capacity "
    "time_from_distance times_more sum_and_difference more_less half_as_many compare_chain consume transfer "
    "find_and_lose two_way_transfer consume_multiply long_entity_chain percent_off percent_increase percent_tip "
    "percent_simple rate_production rate_distance rate_consumption rate_earning percent_off_plus_extra "
    "percent_increase_minus_cost percent_of_then_multiply rate_then_subtract value_increase_profit paired_discount "
    "interrupted_rate consume_then_sell cost_increase_profit discount_tax_total"
)


def test_every_schema_and_wording_passes_the_check():
    """A quick form of `tracewright schemas --check`, which makes 50 problems of each wording."""
    faults = {row.schema: row.faults for row in check(SCHEMAS, 4) if row.faults}
    assert faults == {}


def test_the_gold_trace_of_every_schema_grades_1():
    for problem in gallery():
        found = grade(problem.trace, problem)
        assert (found.status, found.reward) == ("correct", 1.0), (problem.id, found)


def test_the_reports_patterns_are_all_there():
    assert set(REPORTED.split()) <= set(SCHEMAS)


def test_every_schema_has_enough_wordings_and_all_experts_are_there():
    assert all(len(schema.wordings) >= 4 for schema in SCHEMAS.values())
    experts = {schema.expert for schema in SCHEMAS.values()}
    assert experts == {"arithmetic", "entity_track", "rate_equation", "comparison", "percentage", "composition"}
    assert len(SCHEMAS) >= 57


def test_a_skeleton_masks_every_slot():
    schema = SCHEMAS["times_more"]
    expected = "@1 has #2 as many ~3 as @4. @4 has #5 ~3. how many more ~3 does @1 have than @4?"
    assert skeleton(schema, 0) == expected


_BAD = """about: A test.
expert: arithmetic
slots: {{name: person, count: 1..90, more: 1..90{slots}}}
trace:
- {{op: init, var: count, source: count}}
- {{op: init, var: more, source: more}}
- {{op: compute, compute_op: add, args: [count, more], var: total}}{steps}
- {{op: query, var: total}}
wordings: ["{text}"]
"""


@pytest.mark.parametrize(
    ("text", "slots", "steps", "message"),
    [
        ("{name} has {count} apples and {more} pears. How many is that?", "", "", "plural behind 1"),
        ("{name} has three of {count} and {more}. How many is that?", "", "", "neither used nor listed"),
        ("{name} has {count} and and {more}. How many is that?", "", "", "stands twice"),
        ("{name} has {count} and {more}. how many is that?", "", "", "small letter"),
        ("{name} has {count} and {more}. How many is that?", "", "", "OK"),
        ("{name} has {count} and {more}", "", "", "no question or request"),
        (
            "{name} has {count} and {more}.",
            "",
            "\n- {op: compute, compute_op: mul, args: [total, 2], var: other}",
            "dangling_result",
        ),
        ("{name} has {count} and {more}.", "", "\n- {op: init, var: odd, value: 77}", "never read"),
    ],
)
def test_the_check_sees(tmp_path, text, slots, steps, message):
    path = tmp_path / "test.yaml"
    path.write_text(_BAD.format(text=text, slots=slots, steps=steps), encoding="utf-8")
    row = check_schema(read_schema(path), 40)
    assert (row.faults == ()) if message == "OK" else any(message in fault for fault in row.faults), row.faults


def test_the_check_sees_two_schemas_with_one_text_and_too_few_numbers(tmp_path):
    text = _BAD.format(text="{name} has {count} and {more}.", slots="", steps="")
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    rows = list(check(load_schemas(tmp_path), 5))
    assert rows[0].faults == ()
    assert "the same text as one, wording 1" in rows[1].faults[0]
    both = load_schemas(tmp_path)
    row = next(check({"one": both["one"]}, 5, both.values()))
    assert "the same text as two, wording 1" in row.faults[0]
    (tmp_path / "three.yaml").write_text(text.replace("1..90", "1..3").replace("has", "owns"), encoding="utf-8")
    assert any(
        "different sets of numbers" in fault for fault in check_schema(read_schema(tmp_path / "three.yaml")).faults
    )


def test_the_check_sees_conditions_that_are_hardly_ever_met(tmp_path):
    text = _BAD.format(text="{name} has {count} and {more}.", slots="", steps="").replace(
        "wordings", "where: count == more\nwordings"
    )
    (tmp_path / "rare.yaml").write_text(text, encoding="utf-8")
    assert any("draw multiples" in fault for fault in check_schema(read_schema(tmp_path / "rare.yaml")).faults)
