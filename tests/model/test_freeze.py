import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM

from tracewright.data.prompt import View
from tracewright.errors import ModelError
from tracewright.model.decode import decode
from tracewright.model.freeze import choose_trainable, exact, find_blocks, find_final_norms
from tracewright.model.load import load, save_pretrained
from tracewright.recipe import ModelConfig, PromptConfig, TrainableConfig

VIEW = View("", "Ann has 16 eggs.", "expert: arithmetic")


def open_model(folder):
    return load(ModelConfig(id=str(folder), device="cpu"), PromptConfig())


def trained_names(model) -> set[str]:
    return {name for name, item in model.model.named_parameters() if item.requires_grad}


def test_the_last_blocks_the_final_norm_and_the_head_of_each_family(checkpoint, name, family):
    model = open_model(checkpoint(name))
    tied = model.model.get_output_embeddings().weight is model.model.get_input_embeddings().weight
    before = model.model(torch.tensor([model.encode(VIEW).prompt])).logits
    chosen, report = choose_trainable(model, TrainableConfig(layers=1))
    last = {id(item) for item in find_blocks(model.model)[-1].parameters()}
    head = {id(item) for item in model.model.get_output_embeddings().parameters()}
    norms = {id(item) for norm in find_final_norms(model.model) for item in norm.parameters()}
    assert norms
    expected = {key for key, item in model.model.named_parameters() if id(item) in last | head | norms}
    assert trained_names(chosen) == expected
    assert report.untied == tied
    assert chosen.model.get_output_embeddings().weight is not chosen.model.get_input_embeddings().weight
    assert report.trained == sum(item.numel() for item in chosen.model.parameters() if item.requires_grad)
    assert report.total == sum(item.numel() for item in chosen.model.parameters())
    assert f"the last 1 of 3 blocks, the final norm and the output layer{' (untied' if tied else ':'}" in report.about
    assert torch.equal(chosen.model(torch.tensor([model.encode(VIEW).prompt])).logits, before)


def test_an_untied_head_stays_untied_when_saved(checkpoint, tmp_path):
    model, report = choose_trainable(open_model(checkpoint("qwen2")), TrainableConfig(layers=1))
    assert report.untied
    nn.init.ones_(model.model.get_output_embeddings().weight)
    save_pretrained(model, tmp_path / "saved")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    assert bool((again.get_output_embeddings().weight == 1).all())
    assert not bool((again.get_input_embeddings().weight == 1).all())


def test_without_the_head_only_blocks_are_trained(checkpoint):
    model, report = choose_trainable(open_model(checkpoint("qwen2")), TrainableConfig(layers=2, head=False))
    assert not report.untied
    assert all(".layers." in name for name in trained_names(model))
    assert {name.split(".layers.")[1][0] for name in trained_names(model)} == {"1", "2"}


def test_all_is_everything(checkpoint):
    _, report = choose_trainable(open_model(checkpoint("pythia")), TrainableConfig())
    assert report.trained == report.total
    assert "(100.0%)" in report.about


def test_more_blocks_than_there_are_is_an_error(checkpoint):
    with pytest.raises(ModelError, match=r"has 3 blocks, model\.trainable\.layers=9 asks for more"):
        choose_trainable(open_model(checkpoint("pythia")), TrainableConfig(layers=9))


def test_trained_weights_are_float32_where_the_model_is_in_half_precision(checkpoint):
    model = open_model(checkpoint("llama base"))
    model.model.to(torch.bfloat16)
    chosen, _ = choose_trainable(model, TrainableConfig(layers=1))
    kinds = {item.dtype for item in chosen.model.parameters() if item.requires_grad}
    assert kinds == {torch.float32}
    assert {item.dtype for item in chosen.model.parameters() if not item.requires_grad} == {torch.bfloat16}
    assert len(decode(chosen, [[3, 4, 5]], max_new_tokens=2)) == 1
    model.model.to(torch.float16)
    with pytest.raises(ModelError, match="float16"):
        choose_trainable(model, TrainableConfig(layers=1))


def test_adapters_train_few_parameters_and_are_merged_when_saved(checkpoint, tmp_path):
    model, report = choose_trainable(open_model(checkpoint("qwen2")), TrainableConfig(lora=2), seed=1)
    assert 0 < report.trained < report.total / 5
    assert all("lora" in name for name in trained_names(model))
    same, _ = choose_trainable(open_model(checkpoint("qwen2")), TrainableConfig(lora=2), seed=1)
    for left, right in zip(model.model.parameters(), same.model.parameters(), strict=True):
        assert torch.equal(left, right)
    model.model.double()  # so that the sums, done in another order once merged, agree to far below what is looked for
    draws = torch.Generator().manual_seed(0)
    ids = torch.tensor([model.encode(VIEW).prompt])
    before = model.model(ids).logits
    for key, item in model.model.named_parameters():
        if "lora_B" in key:
            nn.init.normal_(item, generator=draws)
    expected = model.model(ids).logits
    assert (expected - before).abs().max() > 0.1
    save_pretrained(model, tmp_path / "merged")
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float64)
    torch.testing.assert_close(merged(ids).logits, expected, rtol=1e-9, atol=1e-9)
    assert torch.equal(model.model(ids).logits, expected)


def test_what_is_trained_starts_from_the_exact_weights_and_what_is_frozen_is_lowered(checkpoint):
    """Loaded in bfloat16, the last block would start rounded."""
    config = ModelConfig(id=str(checkpoint("llama3")), device="cpu", dtype="bfloat16")
    original = open_model(checkpoint("llama3")).model.state_dict()
    model = load(exact(config), PromptConfig())
    chosen, _ = choose_trainable(model, TrainableConfig(layers=1), frozen=torch.bfloat16)
    rounded = 0
    for name, item in chosen.model.named_parameters():
        if item.requires_grad:
            assert torch.equal(item, original[name])
            rounded += int((item != item.bfloat16()).sum())
        else:
            assert item.dtype == torch.bfloat16
    assert rounded > 0
    assert exact(ModelConfig(dtype="float16")).dtype == "float16"  # refused where weights would be trained in it
