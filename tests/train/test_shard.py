"""Two CPU processes that hold a half of the weights each (FSDP) take the same steps as one process.

accelerate turns FSDP on for GPUs alone: on a CPU it would fall back to DDP without a word. The script below sets the
state that accelerate would set on a GPU; from there on everything is its own and torch's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from accelerate.utils import DistributedType

from tracewright.errors import ModelError
from tracewright.model.load import load
from tracewright.recipe import ModelConfig, PromptConfig
from tracewright.train import shard
from tracewright.train.shard import is_sharded, open_accelerator

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import importlib.util, json, os, sys
from dataclasses import replace
from pathlib import Path
spec = importlib.util.spec_from_file_location("own", sys.argv[1])
own = importlib.util.module_from_spec(spec); spec.loader.exec_module(own)
import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from tracewright.data.prompt import view
from tracewright.model.freeze import choose_trainable
from tracewright.model.load import load, save_pretrained
from tracewright.model.sampler import LocalSampler
from tracewright.recipe import ModelConfig, PromptConfig, Recipe, RlConfig, SftConfig, TinyConfig, TrainableConfig
from tracewright.train import rl
from tracewright.train.rl import train_rl
from tracewright.train.sft import train_sft
from tracewright.train.step import Stepper

torch.set_num_threads(1)
folder, trainable, processes = Path(sys.argv[2]), TrainableConfig(**json.loads(sys.argv[3])), int(sys.argv[4])
if processes > 1:
    Accelerator(cpu=True)
    PartialState._shared_state["distributed_type"] = DistributedType.FSDP
    AcceleratorState._shared_state["fsdp_plugin"] = FullyShardedDataParallelPlugin(
        fsdp_version=2, auto_wrap_policy="transformer_based_wrap", transformer_cls_names_to_wrap=["LlamaDecoderLayer"],
        state_dict_type="SHARDED_STATE_DICT", reshard_after_forward=True, cpu_ram_efficient_loading=True,
    )

problems = own.make_problems(30)
recipe = Recipe(
    prompt=PromptConfig(numbers="masked", mask_names=True, system="none"),
    model=ModelConfig(
        device="cpu", trainable=trainable,
        tiny=TinyConfig(width=32, layers=2, heads=2, feed_forward=64, vocabulary=1024, tied=trainable.layers != 1),
    ),
    sft=SftConfig(steps=12, batch=7, warmup=2, lr=1e-2, save_every=6, micro_batch=2, eval_every=4),
    rl=RlConfig(steps=3, questions=5, samples=2, baseline="leave_one_out", max_new_tokens=12, save_every=2, redraw=1,
                micro_batch=3, kl=0.01),
)
texts = [text for one in problems for text in view(one, recipe.prompt)]
if PartialState().is_main_process:
    save_pretrained(load(recipe.model, recipe.prompt, texts=texts), folder / "start")
PartialState().wait_for_everyone()
def fresh():
    if processes > 1:
        os.environ |= {"ACCELERATE_USE_FSDP": "true", "FSDP_CPU_RAM_EFFICIENT_LOADING": "true"}  # as the launcher does
    start = load(replace(recipe.model, id=str(folder / "start")), recipe.prompt)
    os.environ.pop("ACCELERATE_USE_FSDP", None)  # accelerate itself would look for a GPU
    return choose_trainable(start, recipe.model.trainable)[0]
rows, tail, sharded = [], [], []
def probe(model):
    def score():
        written = LocalSampler(model)([view(one, recipe.prompt) for one in problems[:4]], samples=1, max_new_tokens=30,
                                      temperature=0.0, seed=0)
        return sum(one.tokens for [one] in written) / 4
    return score
rl.judge = lambda text, *_, **__: type("Verdict", (), {"status": "correct", "reward": float(text.count("e") % 3)})()
real = Stepper.update
def update(self, *arguments, **named):
    held = sum(item.to_local().numel() if hasattr(item, "to_local") else item.numel() for item in self._own.values())
    sharded.append(held / sum(item.numel() for item in self.trained.values()))
    return real(self, *arguments, **named)
Stepper.update = update
model = fresh()
train_sft(model, problems, recipe, folder / "sft", log=rows.append, evaluate=probe(model))
again = fresh()
PartialState().wait_for_everyone()
if PartialState().is_main_process:
    (folder / "sft" / "step-0000012.pt").unlink()
PartialState().wait_for_everyone()
train_sft(again, problems, recipe, folder / "sft", resume=True, log=tail.append, evaluate=probe(again))
same = all(torch.equal(a, b) for a, b in zip(model.model.state_dict().values(), again.model.state_dict().values()))
train_rl(again, problems, recipe, folder / "rl", log=rows.append)
if PartialState().is_main_process:
    save_pretrained(again, folder / "saved")
    total = float(sum(item.detach().double().abs().sum() for item in again.model.parameters()))
    (folder / "out.json").write_text(json.dumps(
        {"rows": rows, "resumed": tail, "same": same, "total": total, "held": sharded[0]}))
"""


def run(folder: Path, trainable: dict, processes: int) -> dict:
    folder.mkdir()
    script = folder / "script.py"
    script.write_text(SCRIPT)
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"] if processes > 1 else []
    own = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, *launcher, str(script), own, str(folder), json.dumps(trainable), str(processes)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "ACCELERATE_USE_CPU": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-5000:]
    return json.loads((folder / "out.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("trainable", [{"layers": "all"}, {"layers": 1}, {"lora": 4}], ids=["all", "last", "lora"])
def test_shards_take_the_steps_of_whole_weights(tmp_path, trainable):
    whole, shards = run(tmp_path / "whole", trainable, 1), run(tmp_path / "shards", trainable, 2)
    assert (whole["held"], shards["held"]) == (1.0, pytest.approx(0.5, abs=0.01))
    assert len(whole["rows"]) == len(shards["rows"]) == 15
    for left, right in zip(whole["rows"], shards["rows"], strict=True):
        assert left.keys() == right.keys()
        for key, value in left.items():
            assert right[key] == (pytest.approx(value, rel=1e-4, abs=1e-6) if isinstance(value, float) else value)
    assert len({row["reward"] for row in shards["rows"][12:]}) > 1  # there was something to learn from
    assert shards["resumed"] == shards["rows"][6:12]
    assert whole["same"]
    assert shards["same"]
    # What was saved is the whole model, as the last step left it.
    model = load(ModelConfig(id=str(tmp_path / "shards" / "saved"), device="cpu"), PromptConfig(system="none"))
    total = float(sum(item.detach().double().abs().sum() for item in model.model.parameters()))
    if "lora" not in trainable:  # adapters are merged into what is saved
        assert total == pytest.approx(shards["total"], rel=1e-12)
    assert shards["total"] == pytest.approx(whole["total"], rel=1e-5)
    single = load(ModelConfig(id=str(tmp_path / "whole" / "saved"), device="cpu"), PromptConfig(system="none"))
    for left, right in zip(single.model.parameters(), model.model.parameters(), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", [DistributedType.DEEPSPEED, DistributedType.MEGATRON_LM, DistributedType.FSDP])
def test_other_ways_of_sharding_are_refused_in_one_sentence(kind):
    accelerator = SimpleNamespace(distributed_type=kind, is_fsdp2=False)
    with pytest.raises(ModelError, match=r"accelerate is configured for .*; configure FSDP with fsdp_version: 2"):
        is_sharded(accelerator)


def test_sharding_without_a_gpu_is_refused_in_one_sentence(monkeypatch):
    def nothing(**_):
        raise RuntimeError("There are currently no available devices found, must be one of 'XPU', 'CUDA', 'MLU'.")

    monkeypatch.setattr(shard, "Accelerator", nothing)
    with pytest.raises(ModelError, match="accelerate is configured for FSDP, which it has for GPUs alone; leave it"):
        open_accelerator(torch.device("cpu"))


def test_what_is_sharded():
    assert is_sharded(SimpleNamespace(distributed_type=DistributedType.FSDP, is_fsdp2=True))
    assert not is_sharded(SimpleNamespace(distributed_type=DistributedType.MULTI_CPU, is_fsdp2=False))
