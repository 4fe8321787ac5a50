"""The generator: pure, the same anywhere, seeds apart, splits that keep what they promise, mixtures as asked for."""

import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction

import pytest

from tracewright.data.compile import machine, random_number
from tracewright.data.draw import FRESH, DrawWriter
from tracewright.data.generate import (
    SHARES,
    SPLITS,
    Options,
    choose,
    from_id,
    gallery,
    generate,
    problems,
    unseen_schemas,
    unseen_wording,
)
from tracewright.data.problem import to_json
from tracewright.data.schema import load_schemas, read_schema
from tracewright.errors import ConfigError, DataError
from tracewright.mention import read_mentions
from tracewright.number import write
from tracewright.recipe import DataConfig
from tracewright.trace.experts import COMPUTE_OPS, OPERATIONS
from tracewright.trace.parse import parse
from tracewright.trace.solve import solve

CONFIG = DataConfig()


def some(count=300, seed=0, split="train", **changes):
    return list(problems(DataConfig(**changes), count, seed, split))


def test_a_problem_does_not_depend_on_how_many_are_made_nor_on_the_order():
    every = some(200)
    assert some(50) == every[:50]
    assert list(problems(CONFIG, 40, 0, start=120)) == every[120:160]
    for problem in every[::17]:
        assert from_id(problem.id) == problem


@pytest.mark.parametrize("split", SPLITS[1:])
def test_ids_name_problems_of_every_split(split):
    for problem in some(20, 3, split):
        assert from_id(problem.id) == problem


def test_the_same_bytes_under_any_hash_seed():
    code = (
        "import hashlib\nfrom tracewright.data.generate import problems\nfrom tracewright.data.problem import to_json\n"
        "from tracewright.recipe import DataConfig\n"
        "config = DataConfig(schemas=('percentage',))\n"
        "text = chr(10).join(to_json(p) for s in ('train', 'fresh') for p in problems(config, 60, 5, s))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    found = set()
    for hash_seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(ran.stdout)
    assert len(found) == 1


def test_two_seeds_have_nothing_in_common_but_by_chance():
    """Neighbouring seeds share no more questions than one seed has doubles of its own."""
    first, second = some(4000, 42), some(4000, 43)
    doubles = len(first) - len({problem.question for problem in first})
    shared = len({problem.question for problem in first} & {problem.question for problem in second})
    assert shared <= 2 * doubles + 10
    assert [problem.schema for problem in first[:50]] != [problem.schema for problem in second[:50]]
    same_place = sum(a.names[:1] == b.names[:1] != () for a, b in zip(first, second, strict=True))
    assert same_place < 4000 * 0.02


def test_few_doubles():
    questions = Counter(problem.question for problem in some(4000))
    assert sum(count - 1 for count in questions.values()) < 20


def numbers_of(problem):
    """Return the schema and the value of each number that its question shows, slot by slot."""
    schema = load_schemas()[problem.schema]
    places = machine(schema).telling(problem.wording, "hybrid").mentions
    mentions = read_mentions(problem.question)
    return problem.schema, tuple(mentions[places[slot] - 1].value for slot in schema.shown if slot in places)


def test_fresh_shares_no_numbers_with_training():
    """Not only is no question the same: no schema has the same numbers twice, whatever seed trains."""
    trained = [problem for seed in (0, 1) for problem in some(3000, seed)]
    fresh = some(500, 0, "fresh")
    assert not {problem.question for problem in trained} & {problem.question for problem in fresh}
    # A schema whose wordings show different numbers keeps apart what it draws, not what each wording shows of it.
    same = [schema.name for schema in load_schemas().values() if set(schema.shown) <= set(schema.sources)]
    assert len(same) > len(load_schemas()) * 0.8
    trained_numbers = {numbers_of(problem) for problem in trained if problem.schema in same}
    fresh_numbers = {numbers_of(problem) for problem in fresh if problem.schema in same}
    assert len(fresh_numbers) > 200
    assert not trained_numbers & fresh_numbers
    assert all(problem.wording != unseen_wording(load_schemas()[problem.schema]) for problem in fresh)


def test_buckets_are_even():
    shares = []
    for schema in list(load_schemas().values())[::5]:
        made = machine(schema)
        drawn = [made.try_draw(random_number(f"bucket/{index}", made.salt)) for index in range(600)]
        shares.append(sum(draw[3] == FRESH for draw in drawn if draw) / sum(draw is not None for draw in drawn))
    assert 0.05 < sum(shares) / len(shares) < 0.075
    assert min(shares) > 0.0
    assert max(shares) < 0.25


def test_unseen_wordings_are_never_trained_on():
    schemas = load_schemas()
    trained = {(problem.schema, problem.wording) for problem in some(3000)}
    held_out = {(problem.schema, problem.wording) for problem in some(500, 0, "unseen_wordings")}
    assert not trained & held_out
    assert all(wording == unseen_wording(schemas[name]) for name, wording in held_out)


def test_unseen_schemas_are_never_trained_on():
    trained = {problem.schema for problem in some(3000)}
    held_out = {problem.schema for problem in some(500, 0, "unseen_schemas")}
    assert held_out
    assert not trained & held_out
    assert not {problem.schema for problem in some(500, 0, "fresh")} & held_out


def test_a_new_schema_moves_no_other(tmp_path):
    schemas = dict(load_schemas())
    before = unseen_schemas(schemas.values(), 0.1)
    removed = list(schemas)[::3]
    for name in removed:
        del schemas[name]
    after = unseen_schemas(schemas.values(), 0.1)
    assert after == before - set(removed) or len(after) == 1
    assert 0 < len(before) < len(load_schemas()) * 0.25


def test_the_share_of_compositions():
    for share in (0.0, 0.15, 0.6):
        made = some(2000, composition=share)
        found = sum(problem.expert == "composition" for problem in made) / 2000
        assert abs(found - share) < 0.04


def test_shares_of_experts():
    shares = {"arithmetic": 0.5, "percentage": 0.25, "composition": 0.25}
    count = Counter(problem.expert for problem in problems(CONFIG, 2000, 0, shares=shares))
    assert set(count) == set(shares)
    assert all(abs(count[expert] / 2000 - share) < 0.04 for expert, share in shares.items())


def test_the_reports_shares_add_up():
    for shares in SHARES.values():
        assert abs(sum(shares.values()) - 1) < 1e-9
        assert {problem.expert for problem in problems(CONFIG, 300, 0, shares=shares)} == {
            expert for expert, share in shares.items() if share
        }


def test_schemas_by_name_and_expert():
    made = some(200, schemas=("price_chain", "comparison"), hold_out=0.0)
    assert {problem.expert for problem in made if problem.schema != "price_chain"} == {"comparison"}
    assert any(problem.schema == "price_chain" for problem in made)


def test_wordings_limit():
    made = some(1500, wordings=1)
    assert all(count == 1 for count in Counter(name for name, _ in {(p.schema, p.wording) for p in made}).values())


@pytest.mark.parametrize(
    ("changes", "split", "message"),
    [
        ({"schemas": ("price_chian",)}, "train", "did you mean 'price_chain'"),
        ({"hold_out": 0.0}, "unseen_schemas", "no schema is held out"),
        ({"schemas": ("consume_then_sell",), "composition": 0.0}, "train", "leaves no schema"),
    ],
)
def test_mistakes(changes, split, message):
    with pytest.raises(ConfigError, match=message):
        next(problems(DataConfig(**changes), 1, 0, split))


@pytest.mark.parametrize(
    "text",
    ["", "price_chain", "price_chain/7", "price_chain/x/1", "price_chain/frsh-7/1", "none/7/1", "price_chain/7/1/2"],
)
def test_what_is_no_id(text):
    with pytest.raises(DataError, match="no id"):
        from_id(text)


def test_problems_say_what_they_are():
    for problem in some(100):
        schema = load_schemas()[problem.schema]
        assert problem.source == "schema"
        assert problem.expert == schema.expert == parse(problem.trace).expert
        assert problem.id == f"{problem.schema}/0/{problem.id.split('/')[2]}"
        assert all(name in problem.question for name in problem.names)
        assert problem.steps >= 1
        assert '"answer"' in to_json(problem)


def test_the_gallery_has_one_of_each():
    assert [problem.schema for problem in gallery()] == list(load_schemas())


def test_problems_are_told_in_every_wording():
    schema = load_schemas()["price_chain"]
    told = {generate(schema, 0, index, Options(split=None)).wording for index in range(200)}
    assert told == set(range(len(schema.wordings)))
    assert {generate(schema, 0, index, Options(split=None, only=2)).wording for index in range(20)} == {2}


# The trace that is run while drawing, against the solver, for every operation of the table.

_FRAME = """about: A test.
expert: {expert}
results: any
slots: {{a: [3, 8, 0.5, 12, 2.25, 7.75, 20, 9.5], b: [2, 5, 0.25, 40], c: 2..9}}
trace:
- {{op: init, var: a, source: a}}
- {{op: init, var: b, source: b}}
- {{op: init, var: c, source: c}}
{steps}
wordings: ["It is {{a}}; {{b}}; {{c}}."]
"""
_EXPERT = {"consume": "entity_track", "add_entity": "entity_track", "transfer": "entity_track"}


def _cases():
    for name, operation in COMPUTE_OPS.items():
        args = "a" if operation.most == 1 else "a, b" if operation.most == 2 else "a, b, c"
        yield (
            f"compute {name}",
            "arithmetic",
            f"- {{op: compute, compute_op: {name}, args: [{args}], var: x}}\n- {{op: query, var: x}}",
        )
    for name, operation in OPERATIONS.items():
        if operation.changes:
            fields = ", ".join(
                f"{change.entity}: {'a' if place == 0 else 'b'}" for place, change in enumerate(operation.changes)
            )
            yield name, "entity_track", f"- {{op: {name}, {fields}, amount: c}}\n- {{op: query, var: a}}"
            if operation.changes[-1].may_be_new:
                fields = fields.rpartition(": ")[0] + ": new"
                yield f"{name} new", "entity_track", f"- {{op: {name}, {fields}, amount: c}}\n- {{op: query, var: new}}"
        elif operation.function:
            yield name, "percentage", f"- {{op: {name}, base: a, rate: b, var: x}}\n- {{op: query, var: x}}"


CASES = list(_cases())


def test_every_operation_has_a_case():
    named = {name.split()[0] for name, _, _ in CASES}
    assert named == set(OPERATIONS) - {"init", "query", "formula"}


@pytest.mark.parametrize(("expert", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_compiled_trace_agrees_with_the_solver(tmp_path, expert, steps):
    path = tmp_path / "test.yaml"
    path.write_text(_FRAME.format(expert=expert, steps=steps), encoding="utf-8")
    schema = read_schema(path)
    different = set()
    for index in range(60):
        problem = generate(schema, 0, index, Options(number_words=0.0, split=None))
        solution = solve(parse(problem.trace), read_mentions(problem.question))
        assert write(solution.answer) == problem.answer
        different.add(problem.answer)
    assert len(different) > 5
    assert isinstance(DrawWriter(schema).write()[0], str)


def test_answers_are_exact(tmp_path):
    path = tmp_path / "test.yaml"
    path.write_text(_FRAME.format(expert="arithmetic", steps=CASES[3][2]), encoding="utf-8")
    answers = {generate(read_schema(path), 0, index, Options(split=None)).answer for index in range(40)}
    assert any("/" in answer for answer in answers)
    assert all(Fraction(answer) for answer in answers)


def test_choose_is_in_alphabetical_order():
    names = [schema.name for schema in choose(CONFIG, "train")]
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (DataConfig(composition=0.2, schemas=("average_height_of_three", "price_chain")), "leave no composition"),
        (DataConfig(composition=1, schemas=("price_chain",)), "leave no composition"),
        (DataConfig(composition=0.2, schemas=("composition",)), "leave compositions alone"),
    ],
)
def test_shares_that_no_schema_can_give_are_refused(config: DataConfig, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        choose(config, "train")
