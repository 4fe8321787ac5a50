"""Weights that are shared out among processes while they are trained: FSDP, by accelerate's own configuration.

What is sharded is a copy of the model with its gradients and optimizer; the whole weights stay on every process as
well, once, for sampling, evaluation and saving, and are gathered when these need them. So a model must fit into one
device as it is (4 bytes a parameter in float32), and the 12 to 16 bytes a parameter that training adds are shared.
Not covered: DeepSpeed and Megatron, which keep the optimizer step to themselves, and models too large for one device.
"""

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType
from torch.distributed.fsdp import FullyShardedDataParallel
from torch.nn import Module, Parameter

from tracewright.errors import ModelError

_WRAPPERS = ("_fsdp_wrapped_module.", "_checkpoint_wrapped_module.", "_orig_mod.")
"""Parts of a parameter's name that wrappers add."""


def is_sharded(accelerator: Accelerator) -> bool:
    """Say whether each process trains a part of the weights only.

    Raises:
        ModelError: by a way of sharding that these loops cannot use.
    """
    kind = accelerator.distributed_type
    if kind in (DistributedType.DEEPSPEED, DistributedType.MEGATRON_LM):
        raise ModelError(
            f"accelerate is configured for {kind.value}, which takes optimizer steps of its own, and so cannot keep to "
            "the recipe's schedule and checks",
            "configure FSDP instead (fsdp_version: 2), which shards weights, gradients and optimizer too",
        )
    return bool(kind == DistributedType.FSDP)


def clip_shards(accelerator: Accelerator, model: Module, own: dict[str, Parameter], limit: float) -> float:
    """Clip the gradient whose shards the processes hold to a norm; return the norm of the whole before."""
    if isinstance(model, FullyShardedDataParallel):  # version 1: only the wrapper knows what the others hold
        return float(model.clip_grad_norm_(limit))
    norm = accelerator.clip_grad_norm_(list(own.values()), limit)
    return float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def gather_weights(accelerator: Accelerator, model: Module, whole: dict[str, Parameter]) -> None:
    """Copy the trained weights, gathered from the shards of all processes, into whole ones of the same names."""
    with torch.no_grad():
        if isinstance(model, FullyShardedDataParallel):
            with FullyShardedDataParallel.summon_full_params(model, writeback=False):
                _copy(model, whole)
        else:
            _copy(model, whole)


def _copy(model: Module, whole: dict[str, Parameter]) -> None:
    left = set(whole)
    for name, item in model.named_parameters():
        for wrapper in _WRAPPERS:
            name = name.replace(wrapper, "")
        if name in whole:
            whole[name].copy_(item.full_tensor() if hasattr(item, "full_tensor") else item)
            left.discard(name)
    assert not left, f"not gathered: {sorted(left)}"
