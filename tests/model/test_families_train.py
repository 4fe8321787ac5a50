"""One supervised step and one policy-gradient step on each family: losses by the plain formula, resumable, saved."""

import pytest
import torch

from tracewright.data.problem import Problem
from tracewright.data.prompt import view
from tracewright.model.freeze import choose_trainable
from tracewright.model.load import load, save_pretrained
from tracewright.recipe import ModelConfig, PromptConfig, Recipe, RlConfig, SftConfig, TrainableConfig
from tracewright.train.check import encode_examples
from tracewright.train.rl import train_rl
from tracewright.train.sft import train_sft

TRACE = "expert: arithmetic\ntrace:\n- {{op: init, var: eggs, value: {0}}}\n- {{op: init, var: more, value: 2}}\n" \
    "- {{op: compute, compute_op: add, args: [eggs, more], var: result}}\n- {{op: query, var: result}}"  # fmt: skip
PROBLEMS = [
    Problem(
        question=f"Ann has {n} eggs, and finds 2. How many?", answer=str(n + 2), trace=TRACE.format(n), id=f"own/{n}"
    )
    for n in (5, 12, 160)
]
ALL = TrainableConfig()
RECIPE = Recipe(
    prompt=PromptConfig(grounding="literal", fence=True),
    sft=SftConfig(steps=2, batch=3, lr=1e-3, save_every=1, bucket=False),
    rl=RlConfig(steps=1, questions=2, max_new_tokens=5, save_every=1),
)


def open_model(folder, trainable=ALL):
    model = load(ModelConfig(id=str(folder), device="cpu"), RECIPE.prompt)
    return choose_trainable(model, trainable, seed=3)[0]


LAST = ("llama3", "smollm2", "phi3", "gemma2", "pythia")
ADAPTED = ("qwen2", "stablelm", "phi2")


def test_a_family_trains(checkpoint, name, tmp_path):
    trainable = TrainableConfig(layers=1) if name in LAST else TrainableConfig(lora=2 if name in ADAPTED else 0)
    model = open_model(checkpoint(name), trainable)
    rows: list[dict] = []
    train_sft(model, PROBLEMS, RECIPE, tmp_path / "sft", log=rows.append)

    plain = open_model(checkpoint(name))
    total = count = 0.0
    for item in encode_examples(plain, PROBLEMS, RECIPE.prompt, max_length=1000):
        ids = torch.tensor([item.prompt + item.target])
        labels = torch.tensor([[-100] * len(item.prompt) + item.target])
        with torch.no_grad():
            total += float(plain.model(ids, labels=labels).loss) * len(item.target)
        count += len(item.target)
    assert rows[0]["loss"] == pytest.approx(total / count, rel=1e-4)

    train_rl(model, PROBLEMS, RECIPE, tmp_path / "rl", log=rows.append)
    assert rows[-1]["kl"] == pytest.approx(0, abs=1e-5)
    save_pretrained(model, tmp_path / "saved")
    saved = load(ModelConfig(id=str(tmp_path / "saved"), device="cpu"), RECIPE.prompt)
    ids = torch.tensor([saved.encode(view(PROBLEMS[0], RECIPE.prompt)).prompt])
    with torch.no_grad():
        torch.testing.assert_close(saved.model(ids).logits, model.model(ids).logits, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("trainable", [TrainableConfig(layers=1), TrainableConfig(lora=2)], ids=["last", "lora"])
def test_a_partly_trained_model_resumes_bit_for_bit(checkpoint, trainable, tmp_path):
    whole, rows = open_model(checkpoint("qwen2"), trainable), []
    train_sft(whole, PROBLEMS, RECIPE, tmp_path / "whole", log=rows.append)

    class KilledError(Exception):
        pass

    def kill(row):
        if row["step"] == 2:
            raise KilledError

    with pytest.raises(KilledError):
        train_sft(open_model(checkpoint("qwen2"), trainable), PROBLEMS, RECIPE, tmp_path / "cut", log=kill)
    again, tail = open_model(checkpoint("qwen2"), trainable), []
    train_sft(again, PROBLEMS, RECIPE, tmp_path / "cut", resume=True, log=tail.append)
    assert tail == rows[1:]
    for left, right in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(left, right)
