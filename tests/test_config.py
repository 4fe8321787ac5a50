"""Recipes: every mistake of a person is one sentence with the nearest name; what is written is read back."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.config import field_help, read_config, write_config
from tracewright.errors import ConfigError
from tracewright.recipe import Recipe


def recipe(tmp_path, text, *words):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return read_config(Recipe, path, words)


def test_defaults_and_overrides(tmp_path):
    read = recipe(
        tmp_path,
        "name: x\nsft:\n  lr: 2e-5\n  betas: [0.9, 0.95]\n",
        "sft.steps=7",
        "model.trainable.layers=6",
        "rl.kl=0",
    )
    assert (read.name, read.sft.lr, read.sft.steps, read.sft.betas) == ("x", 2e-5, 7, (0.9, 0.95))
    assert read.model.trainable.layers == 6
    assert read_config(Recipe, None, ["data.schemas=[a, b]"]).data.schemas == ("a", "b")
    assert read_config(Recipe, None, ["data.composition=none"]).data.composition is None


def test_what_is_written_is_read_back(tmp_path):
    words = ["name='a: b #c'", "data.tiers=[likely]", "sft.steps=3", "data.gsm8k=/x y/z", "model.trainable.layers=2"]
    first = read_config(Recipe, None, words)
    path = tmp_path / "config.yaml"
    path.write_text(write_config(first))
    assert read_config(Recipe, path) == first
    assert first.name == "a: b #c"


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("optim: 3", [], "unknown key 'optim'"),
        ("sft:\n  lrr: 3", [], "line 2: unknown key 'sft.lrr'; did you mean 'sft.lr'?"),
        ("name: x", ["sft.lrr=3"], "unknown key 'sft.lrr'; did you mean 'sft.lr'?"),
        ("name: x", ["sfft.lr=3"], "unknown key 'sfft.lr'; did you mean 'sft'?"),
        ("name: x", ["sft.lr"], "is no key=value"),
        ("name: x", ["name.x=3"], "has no parts"),
        ("sft: 3", [], "sft must be a mapping"),
        ("sft:\n  lr: fast", [], "sft.lr must be a number, read 'fast'"),
        ("sft:\n  lr: nan", [], "sft.lr must be a finite number"),
        ("sft:\n  batch: 1.5", [], "sft.batch must be a whole number"),
        ("sft:\n  bf16: maybe", [], "sft.bf16 must be true or false"),
        ("sft:\n  schedule: linnear", [], "did you mean 'linear'?"),
        ("sft:\n  batch: 0", [], "sft.batch must be above 0"),
        ("data:\n  hold_out: 2", [], "share from 0 to 1"),
        ("rl:\n  baseline: group", [], "rl.samples is 1; set rl.samples=4"),
        ("name: x", ["threads=-1"], "threads must be above 0"),
        ("name: x", ["prompt.numbers=masked", "prompt.target=cot"], "it goes with prompt.target=trace"),
        ("name: x", ["data.wordings=-1"], "data.wordings must not be negative"),
        ("name: x", ["data.gsm8k_train=-1"], "data.gsm8k_train must not be negative"),
        ("name: x", ["model.trainable.lora=-1"], "model.trainable.lora must not be negative"),
        ("name: x", ["model.trainable.layers=-1"], "model.trainable.layers must not be negative"),
        ("name: x", ["model.tiny.heads=0"], "model.tiny.heads must be above 0"),
        ("name: x", ["model.tiny.layers=-1"], "model.tiny.layers must be above 0"),
        ("name: x", ["sft.steps=-1"], "sft.steps must not be negative"),
        ("name: x", ["sft.epochs=-1"], "sft.epochs must not be negative"),
        ("name: x", ["sft.clip=-1"], "sft.clip must not be negative"),
        ("name: x", ["sft.betas=0.9"], "sft.betas are two numbers from 0 to below 1, read [0.9]"),
        ("name: x", ["sft.betas=[0.9, 1]"], "sft.betas are two numbers"),
        ("name: x", ["sft.patience=2"], "sft.eval_every is 0; set sft.eval_every=100"),
        ("name: x", ["rl.ema_decay=5"], "rl.ema_decay is a share from 0 to 1"),
        ("name: x", ["rl.kl=-0.1"], "rl.kl must not be negative"),
        ("name: x", ["rl.redraw=2"], "rl.samples is 1; set rl.samples=4"),
        ("name: x", ["eval.temperature=-1"], "eval.temperature must not be negative"),
        ("name: x", ["sampler.retries=-1"], "sampler.retries must not be negative"),
        ("model:\n  trainable: {layers: 2, lora: 8}", [], "exclude each other"),
        ("model: {dtype: float16}", [], "trains badly"),
        ("- a", [], "a recipe is a mapping"),
        ("name: [", [], "line"),
        ("name: a\nname: b", [], "stands twice"),
        ("data: {schemas: {a: b}}", [], "data.schemas must be a list"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, text, words, message):
    with pytest.raises(ConfigError) as error:
        recipe(tmp_path, text, *words)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_listed_defaults_can_be_copied(capsys):
    assert main(["recipes", "--keys"]) == 0
    listed = [line.strip().partition("  ")[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert {"data.gsm8k_train=none", "sampler.body={}", "data.tiers=[certain, likely]"} <= set(listed)
    assert read_config(Recipe, None, listed) == Recipe()


def test_files_that_are_none(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        read_config(Recipe, tmp_path / "no.yaml")
    with pytest.raises(ConfigError, match="is a folder"):
        read_config(Recipe, tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_config(Recipe, tmp_path / "binary")


def test_every_key_is_described():
    def check(kind):
        for item in fields(kind):
            assert field_help(kind).get(item.name), f"{kind.__name__}.{item.name}"
            inner = item.default_factory if isinstance(item.default_factory, type) else None
            if inner and is_dataclass(inner):
                check(inner)

    check(Recipe)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[1] / "recipes").rglob("*.yaml")), ids=lambda path: path.stem
)
def test_every_recipe_loads(path):
    read = read_config(Recipe, path)
    assert read.name == path.stem
