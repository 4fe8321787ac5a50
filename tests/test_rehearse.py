"""Recipes are rehearsed: those of the house all work, and a broken one is found, whatever is broken."""

from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.config import read_config, write_config
from tracewright.data.generate import problems
from tracewright.recipe import DataConfig, Recipe, SftConfig
from tracewright.rehearse import LENGTH, rehearse, shrink
from tracewright.train.order import make_order

RECIPES = Path(__file__).parents[1] / "recipes"


def recipe(folder, text, name="own"):
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\n{text}")
    return path


@pytest.mark.slow
def test_every_recipe_works(capsys):
    assert main(["recipes", str(RECIPES), "--check"]) == 0, capsys.readouterr().out
    count = len(list(RECIPES.rglob("*.yaml")))
    assert capsys.readouterr().out.splitlines()[-1] == f"{count} recipes, 0 broken"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: {schemas: [report14]}", "did you mean 'report41'?"),
        ("data: {formula: true}", "set language.formula=true"),
        ("data: {shapes: mixed}", "set language.rate_sums=true"),
        ("sft: {lrr: 1}", "did you mean 'sft.lr'?"),
        ("prompt: {numbers: masked, target: answer}", "prompt.numbers=masked hides the numbers"),
    ],
)
def test_what_is_broken_is_said(tmp_path, text, message):
    assert message in rehearse(recipe(tmp_path, text))


def test_a_broken_recipe_is_a_line_and_exit_code_1(tmp_path, capsys):
    recipe(tmp_path, "sft: {steps: 0}\nrl: {steps: 0}", "fine")
    recipe(tmp_path, "data: {schemas: [price_chian]}", "wrong")
    assert main(["recipes", str(tmp_path), "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{tmp_path / 'wrong.yaml'}: ")
    assert "did you mean 'price_chain'?" in lines[0]
    assert lines[1:] == ["2 recipes, 1 broken"]


def test_mistakes_are_one_sentence(tmp_path, capsys):
    assert main(["recipes", str(tmp_path), "--check"]) == 2
    assert "has no recipe in it" in capsys.readouterr().err
    assert main(["recipes", str(tmp_path / "nowhere"), "--check"]) == 2
    assert "is no folder of recipes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "sft: {curriculum: steps}",
        "sft: {curriculum: expert, micro_batch: 2}",
        "sft: {curriculum: errors}",
        "prompt: {target: cot}\ndata: {gsm8k: somewhere/else, train: 0}",
        "prompt: {layout: block, fence: true, draft: line}\nrl: {baseline: group, samples: 4, rewards: binary}",
        "data: {percent: compute, interleaved: 0.5, distracting: 0.3, story: 0.3}\nmodel: {trainable: {layers: 6}}",
    ],
)
def test_methods_work_from_data_to_rl(tmp_path, text):
    assert rehearse(recipe(tmp_path, text)) == ""


def test_the_methods_stay_the_recipes_own():
    own = read_config(Recipe, RECIPES / "reports" / "run-04.yaml")
    small = shrink(own)
    assert (small.data.train, small.sft.steps, small.rl.steps, small.model.id) == (24, 1, 1, "tiny")
    assert small.model.trainable.layers == 1
    assert (small.prompt, small.language) == (own.prompt, own.language)
    for key in ("naming", "wordings", "balance", "interleaved", "shapes", "schemas"):
        assert getattr(small.data, key) == getattr(own.data, key)
    for key in ("baseline", "rewards", "lr", "kl", "truncated"):
        assert getattr(small.rl, key) == getattr(own.rl, key)
    cut = shrink(read_config(Recipe, RECIPES / "reports" / "before-512-verbose.yaml"))
    assert (cut.sft.max_length, cut.sft.truncate) == (512, True)
    assert small.sft.max_length == LENGTH
    assert shrink(read_config(Recipe, None, ["rl.steps=0", "sft.steps=0"])).rl.steps == 0
    assert "train: 24" in write_config(small)


@pytest.mark.parametrize("curriculum", ["steps", "expert"])
def test_curricula_order_whole_passes(curriculum):
    """The batches of a pass over schemas' problems rise in rank, and every problem is seen once."""
    made = list(problems(DataConfig(), 512, 0))
    config = SftConfig(batch=16, curriculum=curriculum)
    order = make_order(made, [len(problem.trace) for problem in made], config, seed=1, state=None)
    ranks = order.ranks.tolist()
    batches = [[ranks[index] for index in order(step)] for step in range(32)]
    means = [sum(batch) / len(batch) for batch in batches]
    assert sorted(index for step in range(32) for index in order(step)) == list(range(512))
    assert means == sorted(means)
    assert means[-1] - means[0] > 2
