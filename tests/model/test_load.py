"""Models of each family: what they are asked, what ends them, and the sentences for those that cannot be used."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BertConfig, BertModel

from tracewright.data.prompt import View
from tracewright.errors import ModelError, RunError
from tracewright.model.decode import decode
from tracewright.model.load import load, pick_device, pick_dtype, save_pretrained
from tracewright.recipe import ModelConfig, PromptConfig

VIEW = View("Solve it in YAML.", "Ann has 16 eggs. How many?", "expert: arithmetic\ntrace:\n- {op: query, var: x}")
CHAT = ["llama3", "tinyllama", "smollm2", "smollm3", "qwen2", "qwen3", "phi3", "stablelm", "gemma2", "system dropped"]


def open_model(folder: Path, **prompt):
    return load(ModelConfig(id=str(folder), device="cpu"), PromptConfig(**prompt))


def test_each_family_is_asked_once_and_ends_properly(checkpoint, name, family):
    model = open_model(checkpoint(name))
    assert model.chat == (family.template is not None)
    text = model.prompt_text(VIEW)
    assert text.count(VIEW.system) == 1
    assert text.count(VIEW.question) == 1
    item = model.encode(VIEW)
    asked = View(VIEW.system, "And Bob?", "")
    assert model.encode_all([VIEW, asked]) == [item, model.encode(asked)]
    known = model.tokenizer.get_vocab()
    assert item.target[-1] == model.stop == known[family.stop]
    assert model.stop not in item.target[:-1]
    assert model.stop in model.stops
    assert known[family.eos] in model.stops
    assert model.pad not in model.stops
    assert model.tokenizer.pad_token_id == model.pad
    if family.bos and (
        family.bos in (family.template or "") or "bos_token" in (family.template or "") or not family.template
    ):
        assert item.prompt[0] == known[family.bos]
        assert item.prompt.count(known[family.bos]) == 1 or family.bos == "<|start|>"
    assert model.text(item.target).strip() == VIEW.target


def test_each_family_decodes_the_same_in_a_batch_and_alone(checkpoint, name):
    model = open_model(checkpoint(name))
    views = [VIEW, View("", "Bob?", ""), View("Short.", "How many cards does Cleo have after all that?", "")]
    prompts = [model.encode(view).prompt for view in views]
    together = decode(model, prompts, max_new_tokens=8)
    assert together == [decode(model, [prompt], max_new_tokens=8)[0] for prompt in prompts]
    with torch.no_grad():
        first = model.model(torch.tensor([prompts[0]])).logits[0, -1].argmax()
    assert together[0].tokens[0] == int(first)


def test_a_model_without_a_system_role_gets_the_text_before_the_question(checkpoint):
    for name in ("gemma2", "system dropped"):
        text = open_model(checkpoint(name)).prompt_text(VIEW)
        assert f"{VIEW.system}\n\n{VIEW.question}" in text
    text = open_model(checkpoint("qwen2")).prompt_text(VIEW)
    assert f"<|start|>system\n{VIEW.system}<|stop|>" in text


def test_no_system_text_leaves_no_trace_of_one(checkpoint):
    text = open_model(checkpoint("smollm2")).prompt_text(View("", VIEW.question, ""))
    assert text == f"<|start|>user\n{VIEW.question}<|stop|>\n<|start|>assistant\n"


def test_thinking_is_off_and_the_date_is_fixed(checkpoint):
    for name in ("smollm3", "qwen3"):
        text = open_model(checkpoint(name)).prompt_text(VIEW)
        assert text.endswith("<think>\n\n</think>\n\n")
        assert "26 Jul 2024" in text
        assert date.today().strftime("%d %b %Y") not in text


def test_raw_style_is_plain_text_even_where_there_is_a_template(checkpoint):
    model = open_model(checkpoint("qwen2"), style="raw")
    assert model.prompt_text(VIEW) == f"{VIEW.system}\n\n{VIEW.question}\n\n"
    assert model.stop == model.tokenizer.eos_token_id
    with pytest.raises(ModelError, match=r"has no chat template; set prompt\.style=raw"):
        open_model(checkpoint("phi2"), style="chat")


def test_a_new_padding_token_is_made_only_where_none_will_do(checkpoint):
    phi = open_model(checkpoint("phi2"))
    assert phi.tokenizer.pad_token == "<|pad|>"
    assert phi.model.get_input_embeddings().weight.shape[0] == len(phi.tokenizer)
    assert open_model(checkpoint("pythia")).tokenizer.pad_token == "<|padding|>"
    assert open_model(checkpoint("llama3")).tokenizer.pad_token == "<|finetune_right_pad_id|>"
    assert open_model(checkpoint("tinyllama")).tokenizer.pad_token == "<unk>"


def test_what_is_saved_is_an_ordinary_folder(checkpoint, name, tmp_path):
    model = open_model(checkpoint(name))
    save_pretrained(model, tmp_path / "saved")
    again = open_model(tmp_path / "saved")
    assert again.encode(VIEW) == model.encode(VIEW)
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    ids = torch.tensor([model.encode(VIEW).prompt])
    with torch.no_grad():
        torch.testing.assert_close(plain(ids).logits, model.model(ids).logits)
    assert AutoTokenizer.from_pretrained(tmp_path / "saved").pad_token == model.tokenizer.pad_token
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_a_folder_that_cannot_be_written_is_one_sentence(checkpoint, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        save_pretrained(open_model(checkpoint("llama base")), tmp_path / "file" / "model")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "config.json").unlink(), r"holds no model \(there is no config.json\)"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda folder: (folder / "model.safetensors").unlink(), "cannot be read"),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"\x08" + bytes(40)),
            "weights of .* cannot be read",
        ),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read"),
        (lambda folder: edit(folder, model_type="wordmill"), "architecture of .* is not known"),
        (lambda folder: edit(folder, num_hidden_layers=5), "lacks 18 of its weights"),
    ],
)
def test_a_damaged_folder_ends_in_one_sentence(checkpoint, tmp_path, damage, sentence):
    folder = tmp_path / "model"
    shutil.copytree(checkpoint("llama base"), folder)
    damage(folder)
    with pytest.raises(ModelError, match=sentence) as caught:
        open_model(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def edit(folder: Path, **values) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_model_that_is_not_there_ends_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name, sentence in {
        "nobody/no-such-model": "the model 'nobody/no-such-model' is neither a folder nor in the local cache",
        str(tmp_path / "nowhere"): "does not exist",
        "": "model.id is empty",
    }.items():
        with pytest.raises(ModelError, match=sentence) as caught:
            load(ModelConfig(id=name, device="cpu"), PromptConfig())
        assert "\n" not in str(caught.value)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="is a file"):
        open_model(tmp_path / "file")


def test_a_model_that_does_not_continue_text_is_refused(tmp_path):
    config = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=20)
    BertModel(config).save_pretrained(tmp_path)
    with pytest.raises(ModelError):
        open_model(tmp_path)


def test_devices_and_number_types():
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_dtype("auto", torch.device("cpu")) is torch.float32
    assert pick_dtype("bfloat16", torch.device("cpu")) is torch.bfloat16
    if not torch.cuda.is_available():
        with pytest.raises(ModelError, match=r"this machine has no device 'cuda'; set model\.device=auto"):
            pick_device("cuda")
