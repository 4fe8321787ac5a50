"""Two CPU processes that share out weights (FSDP) or the optimizer (ZeRO) take the same steps as one process.

accelerate turns both on for GPUs alone: on a CPU it would fall back to DDP without a word. The script below sets the
state that accelerate would set on a GPU; from there on everything is its own, torch's and DeepSpeed's.
"""

import json
import math
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
from tracewright.train.shard import is_sharded, open_accelerator, uses_zero, zero_step

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
way = sys.argv[5]
if way == "zero":
    from accelerate.utils import DeepSpeedPlugin
    Accelerator(cpu=True)
    PartialState._shared_state["distributed_type"] = DistributedType.DEEPSPEED
    plugin = DeepSpeedPlugin(zero_stage=2, gradient_clipping=0.5)
    plugin.select(_from_accelerator_state=True)
    AcceleratorState._shared_state["deepspeed_plugins"] = {"default": plugin}
elif way == "fsdp":
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
    if way == "fsdp":
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
    groups = self.optimizer.param_groups
    parts = [part for group in groups for part in group["params"]] if self.zero else self._own.values()
    held = sum(item.to_local().numel() if hasattr(item, "to_local") else item.numel() for item in parts)
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


def run(folder: Path, trainable: dict, processes: int, way: str = "") -> dict:
    folder.mkdir()
    script = folder / "script.py"
    script.write_text(SCRIPT)
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"] if processes > 1 else []
    own = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, *launcher, str(script), own, str(folder), json.dumps(trainable), str(processes), way]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "ACCELERATE_USE_CPU": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-9000:]
    return json.loads((folder / "out.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("way", ["fsdp", "zero"])
@pytest.mark.parametrize("trainable", [{"layers": "all"}, {"layers": 1}, {"lora": 4}], ids=["all", "last", "lora"])
def test_shards_take_the_steps_of_whole_weights(tmp_path, trainable, way):
    if way == "zero":
        pytest.importorskip("deepspeed", reason="DeepSpeed is not installed: pip install deepspeed")
    whole, shards = run(tmp_path / "whole", trainable, 1), run(tmp_path / "shards", trainable, 2, way)
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


@pytest.mark.parametrize("kind", [DistributedType.MEGATRON_LM, DistributedType.FSDP])
def test_other_ways_of_sharding_are_refused_in_one_sentence(kind):
    accelerator = SimpleNamespace(distributed_type=kind, is_fsdp2=False)
    with pytest.raises(ModelError, match=r"accelerate is configured for .*; configure FSDP with fsdp_version: 2"):
        is_sharded(accelerator)


def zero(**config) -> SimpleNamespace:
    plugin = SimpleNamespace(deepspeed_config=config)
    return SimpleNamespace(
        distributed_type=DistributedType.DEEPSPEED, state=SimpleNamespace(deepspeed_plugin=plugin), is_fsdp2=False
    )


def test_zero_clips_by_the_recipe_and_accumulates_by_the_loops():
    accelerator = zero(zero_optimization={"stage": 2}, gradient_clipping=9.0, gradient_accumulation_steps=8)
    accelerator.state.deepspeed_plugin.deepspeed_config |= {"bf16": {"enabled": True}, "train_batch_size": 64}
    assert uses_zero(accelerator, 0.5, mixed=False)
    assert not is_sharded(accelerator)  # the weights are whole
    config = accelerator.state.deepspeed_plugin.deepspeed_config
    assert (config["gradient_clipping"], config["gradient_accumulation_steps"]) == (0.5, 1)
    assert (config["bf16"], config["train_batch_size"]) == ({"enabled": False}, "auto")
    assert not uses_zero(SimpleNamespace(distributed_type=DistributedType.MULTI_GPU), 0.5, mixed=True)
    with pytest.raises(ModelError, match="computes in float32 alone here; set sft"):
        uses_zero(accelerator, 0.5, mixed=True)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"zero_optimization": {"stage": 3}}, "ZeRO stage 3; set zero_stage: 1 or 2"),
        ({}, "ZeRO stage None; set zero_stage: 1 or 2"),
        ({"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}, "offload_optimizer; set"),
        ({"zero_optimization": {"stage": 1}, "optimizer": {"type": "Adam"}}, "an optimizer of its own; leave it out"),
        ({"zero_optimization": {"stage": 1}, "scheduler": {"type": "x"}}, "a scheduler of its own; leave it out"),
    ],
)
def test_what_zero_cannot_do_here_is_refused_in_one_sentence(config, said):
    with pytest.raises(ModelError, match=said):
        uses_zero(zero(**config), 1.0, mixed=False)


@pytest.mark.parametrize(
    ("norm", "size"), [(0.25, 0.25), (torch.tensor(2.0), 2.0), (None, None), (-1.0, None), (math.inf, math.inf)]
)
def test_a_gradient_that_zero_found_damaged_has_no_norm(norm, size):
    found = zero_step(SimpleNamespace(step=lambda: None, get_global_grad_norm=lambda: norm))
    assert math.isnan(found) if size is None else found == size


def test_sharding_without_a_gpu_is_refused_in_one_sentence(monkeypatch):
    def nothing(**_):
        raise RuntimeError("There are currently no available devices found, must be one of 'XPU', 'CUDA', 'MLU'.")

    monkeypatch.setattr(shard, "Accelerator", nothing)
    with pytest.raises(ModelError, match="accelerate is configured for FSDP, which it has for GPUs alone; leave it"):
        open_accelerator(torch.device("cpu"))


def test_what_is_sharded():
    assert is_sharded(SimpleNamespace(distributed_type=DistributedType.FSDP, is_fsdp2=True))
    assert not is_sharded(SimpleNamespace(distributed_type=DistributedType.MULTI_CPU, is_fsdp2=False))
