from functools import partial

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tracewright.errors import ConfigError
from tracewright.model.load import check_model, load
from tracewright.model.tiny import PAD, STOP, check_sizes, tiny_model, tiny_tokenizer
from tracewright.recipe import ModelConfig, PromptConfig, TinyConfig

SMALL = TinyConfig(width=32, layers=2, heads=2, feed_forward=48)
TEXTS = [
    "Ann has 16 [n1] eggs, 2 [n2] boxes and $3.50 [n3]. How many eggs does e1 have?",
    "expert: arithmetic\ntrace:\n- {op: init, var: eggs, source: n1}\n- {op: init, var: e1.boxes, value: 1/2}\n"
    "- {op: compute, compute_op: mul, args: [eggs, e1.boxes], var: step1}\n- {op: query, var: step1}",
    "- expert: percentage\n  trace:\n  - {op: init, var: prev, source: sub0.result}\n  - {op: query, var: prev}",
]


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer(TEXTS, 1024)


def pieces(tokenizer, text: str) -> list[str]:
    return [tokenizer.decode([token]) for token in tokenizer(text)["input_ids"]]


@pytest.mark.parametrize(
    "text", [*TEXTS, "Unseen wörds, 漢字 and \t odd  spacing\n\n é", "", "n1n2 e1e2 step123 $n1% n99"]
)
def test_any_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_digits_stand_alone_and_mentions_are_whole(tokenizer):
    assert pieces(tokenizer, "1,234.5") == ["1", ",", "2", "3", "4", ".", "5"]
    for mention in ("n1", "n24", "e7"):
        assert pieces(tokenizer, mention) == [mention]
        assert mention in pieces(tokenizer, f"Ann has ${mention}, or {mention} eggs [{mention}]")
        assert pieces(tokenizer, f"- {{op: init, var: eggs, source: {mention}}}")[-2:] == [mention, "}"]
    assert pieces(tokenizer, "e1.boxes")[0] == "e1"
    assert "n1" not in pieces(tokenizer, "bean1 n1x")


def test_a_token_with_a_line_break_holds_nothing_else(tokenizer):
    for token in range(len(tokenizer)):
        text = tokenizer.decode([token])
        assert "\n" not in text or not text.strip("\n")


def test_a_step_takes_few_tokens(tokenizer):
    assert pieces(tokenizer, "- {op: init, var: eggs, source: n1}") == [
        "- {op: init, var:",
        " eggs",
        ", source: ",
        "n1",
        "}",
    ]
    assert pieces(tokenizer, "- {op: compute, compute_op: mul, args: [eggs, step1], var: step2}") == [
        "- {op: compute, compute_op: mul, args: [", "eggs", ",", " step1", "], var:", " step2", "}",
    ]  # fmt: skip


def test_the_same_texts_and_seed_make_the_same_model(tokenizer):
    assert tiny_tokenizer(TEXTS, 1024).get_vocab() == tokenizer.get_vocab()
    first, second, third = (tiny_model(SMALL, tokenizer, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], third[name]) for name in first)


def test_making_a_model_leaves_the_global_generator_alone(tokenizer):
    before = torch.random.get_rng_state()
    tiny_model(SMALL, tokenizer, 0)
    assert torch.equal(before, torch.random.get_rng_state())


def test_it_is_saved_as_an_ordinary_folder(tokenizer, tmp_path):
    model = tiny_model(SMALL, tokenizer, 0)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert (again.pad_token, again.eos_token) == (PAD, STOP)
    ids = again(TEXTS[1], return_tensors="pt")["input_ids"]
    assert ids.tolist()[0] == tokenizer(TEXTS[1])["input_ids"]
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    with torch.no_grad():
        assert torch.equal(loaded(ids).logits, model(ids).logits)


def test_sizes_that_cannot_be_are_an_error():
    with pytest.raises(ConfigError, match=r"width=30 must be an even multiple of model\.tiny\.heads=4; set .*=24"):
        check_sizes(TinyConfig(width=30))
    with pytest.raises(ConfigError, match="vocabulary must be at least"):
        check_sizes(TinyConfig(vocabulary=100))
    for asked in (check_model, partial(load, prompt=PromptConfig())):
        with pytest.raises(ConfigError, match="even multiple"):
            asked(ModelConfig(tiny=TinyConfig(heads=3)))
