"""Training that is shared out among processes by accelerate's own configuration: FSDP, and DeepSpeed's ZeRO.

FSDP: what is sharded is a copy of the model with its gradients and optimizer; the whole weights stay on every process
as well, once, for sampling, evaluation and saving, and are gathered when these need them. So a model must fit into one
device as it is (4 bytes a parameter in float32), and the 12 to 16 bytes a parameter that training adds are shared.
ZeRO, stages 1 and 2: the weights are whole on every process anyway; optimizer and, with 2, gradients are shared. Its
engine clips and steps, by the recipe's numbers; where the gradient is not finite it leaves the step out and says so.
Not covered: models too large for one device, and so ZeRO's stage 3; offloading; mixed precision with ZeRO; FSDP's
version 1, whose optimizer did not come back whole from a checkpoint; Megatron.
"""

import math
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType
from torch.nn import Module, Parameter

from tracewright.errors import ModelError

_WRAPPERS = ("_checkpoint_wrapped_module.", "_orig_mod.")
"""Parts of a parameter's name that wrappers add."""
_HINT = "configure FSDP with fsdp_version: 2, which shards weights, gradients and optimizer too"
ZERO_STAGES = (1, 2)
"""Stages of DeepSpeed's ZeRO that leave the weights whole on every process."""


def open_accelerator(device: torch.device) -> Accelerator:
    """Return the accelerator of this process; the recipe says in which precision is computed, not its configuration.

    Raises:
        ModelError: FSDP is asked for, and there is no device that accelerate would use it on.
    """
    try:
        return Accelerator(cpu=device.type == "cpu", mixed_precision="no")
    except RuntimeError as error:
        if "no available devices" not in str(error):
            raise
        raise ModelError("accelerate is configured for FSDP, which it has for GPUs alone", "leave it out") from None


def is_sharded(accelerator: Accelerator) -> bool:
    """Say whether each process trains a part of the weights only.

    Raises:
        ModelError: by a way of sharding that these loops cannot use.
    """
    kind = accelerator.distributed_type
    if kind == DistributedType.MEGATRON_LM:
        raise ModelError(
            f"accelerate is configured for {kind.value}, which takes the optimizer's steps itself and does not leave "
            "the learning rate, the clipping and the check for a damaged gradient to the recipe",
            _HINT,
        )
    if kind == DistributedType.FSDP and not accelerator.is_fsdp2:
        raise ModelError("accelerate is configured for FSDP's version 1, from which a run cannot be resumed", _HINT)
    return bool(kind == DistributedType.FSDP)


def uses_zero(accelerator: Accelerator, clip: float, mixed: bool) -> bool:
    """Say whether DeepSpeed takes the steps; if so, let it clip as the recipe does, and compute in float32.

    `mixed` says that the recipe computes in several number types: DeepSpeed's engine would switch that off.

    Raises:
        ModelError: it is configured for what these loops cannot use.
    """
    if accelerator.distributed_type != DistributedType.DEEPSPEED:
        return False
    if mixed:
        raise ModelError("DeepSpeed's engine computes in float32 alone here", "set sft.bf16=false model.dtype=float32")
    config: dict[str, Any] = accelerator.state.deepspeed_plugin.deepspeed_config
    zero = config.get("zero_optimization", {})
    stage = zero.get("stage")
    if stage not in ZERO_STAGES:
        raise ModelError(f"accelerate is configured for DeepSpeed's ZeRO stage {stage}", "set zero_stage: 1 or 2")
    for key in ("offload_optimizer", "offload_param"):
        if (zero.get(key) or {}).get("device", "none") != "none":
            raise ModelError(f"accelerate is configured for DeepSpeed's {key}", f"set {key}_device: none")
    for key, named in (("optimizer", "an optimizer"), ("scheduler", "a scheduler")):
        if key in config:
            raise ModelError(f"DeepSpeed's configuration has {named} of its own", "leave it out")
    config.update(
        train_batch_size="auto", train_micro_batch_size_per_gpu=1, gradient_accumulation_steps=1,
        gradient_clipping=clip, bf16={"enabled": False}, fp16={"enabled": False},
    )  # fmt: skip
    return True


def zero_step(engine: Any) -> float:
    """Let DeepSpeed clip and take a step; return the norm of the gradient before, NaN where it was not finite."""
    engine.step()
    norm = engine.get_global_grad_norm()
    size = math.nan if norm is None else float(norm)
    return size if size >= 0 else math.nan  # infinite, or -1: the step was left out


def clip_shards(accelerator: Accelerator, own: dict[str, Parameter], limit: float) -> float:
    """Clip the gradient whose shards the processes hold to a norm; return the norm of the whole before."""
    norm = accelerator.clip_grad_norm_(list(own.values()), limit)
    return float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def gather_weights(model: Module, whole: dict[str, Parameter]) -> None:
    """Copy the trained weights, gathered from the shards of all processes, into whole ones of the same names."""
    left = set(whole)
    with torch.no_grad():
        for name, item in model.named_parameters():
            for wrapper in _WRAPPERS:
                name = name.replace(wrapper, "")
            if name in whole:
                whole[name].copy_(item.full_tensor() if hasattr(item, "full_tensor") else item)
                left.discard(name)
    assert not left, f"not gathered: {sorted(left)}"
