"""What every training loop shares, written once.

Optimizer, learning-rate schedule, clipping, mixed precision, accumulation, checkpoints, and the sentences in which a
run that cannot go on ends.
It stands on accelerate, so the loops run unchanged on one process or many (`accelerate launch`), with whole weights on
each or with shards (`shard.py`).
"""

import copy
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from accelerate.utils import gather_object

from tracewright.errors import ModelError, RunError
from tracewright.model.load import LanguageModel
from tracewright.train.checkpoint import Checkpoint, read_checkpoint, write_checkpoint, writing
from tracewright.train.shard import clip_shards, gather_weights, is_sharded, open_accelerator, uses_zero, zero_step

FLOOR = 0.05
"""The schedules fall to this share of the peak learning rate."""

Item = TypeVar("Item")
Row = dict[str, Any]
Log = Callable[[Row], None]
"""Takes one row of metrics; a resumed run gives the very same rows."""


def learning_rate(step: int, *, peak: float, warmup: int, total: int, schedule: str) -> float:
    """Return the learning rate of a step (from 0): linear warm-up, then linear, cosine or constant."""
    if step < warmup:
        return peak * (step + 1) / warmup
    if schedule == "constant":
        return peak
    done = min(1.0, (step - warmup) / max(1, total - warmup))
    left = 1 - done if schedule == "linear" else (1 + math.cos(math.pi * done)) / 2
    return peak * (FLOOR + (1 - FLOOR) * left)


class Stepper:
    """A model with its optimizer on one process or many: takes steps, writes and reads checkpoints.

    `model` is what takes the steps. Where weights are sharded it is a copy of the language model's own, which stays
    whole on every process, to sample from and to be saved; `gather_weights` brings it up to date.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        *,
        betas: tuple[float, ...] = (0.9, 0.98),
        weight_decay: float = 0.0,
        clip: float = 1.0,
        bf16: bool = False,
    ) -> None:
        self.language_model = language_model
        self.trained = _trainable(language_model.model)
        """The parameters that are trained, whole."""
        if not self.trained:
            raise ModelError(
                "no parameter of the model is trained", "set model.trainable.layers or model.trainable.head"
            )
        self.clip = clip
        self.bf16 = bf16
        device = language_model.device
        self.accelerator = open_accelerator(device)
        self.sharded = is_sharded(self.accelerator)
        """Whether each process holds a part of the weights only."""
        kinds = {item.dtype for item in language_model.model.parameters()}
        self.zero = uses_zero(self.accelerator, clip, mixed=bf16 or len(kinds) > 1)
        """Whether `model` is DeepSpeed's engine, which holds a part of the optimizer and takes the steps."""
        model = copy.deepcopy(language_model.model) if self.sharded else language_model.model
        self.head = model.get_output_embeddings()
        optimizer = _adamw(_trainable(model), betas, weight_decay, fused=device.type in ("cpu", "cuda"))
        self.model, self.optimizer = self.accelerator.prepare(model, optimizer)
        self._own = _trainable(self.model)

    @property
    def rank(self) -> int:
        """Which process this is."""
        return int(self.accelerator.process_index)

    @property
    def processes(self) -> int:
        """How many there are."""
        return int(self.accelerator.num_processes)

    def autocast(self) -> AbstractContextManager[Any]:
        """Return the precision of a forward pass."""
        if self.bf16:
            return torch.autocast(self.language_model.device.type, torch.bfloat16)
        return self.language_model.autocast()

    def pieces(
        self, batch: list[Item], micro_batch: int | None, rank: int | None = None
    ) -> list[tuple[list[Item], float]]:
        """Cut a process's share of a batch (none: this one's) into what one forward pass takes, each with its weight.

        All processes get equally many, since those that hold shards meet in every forward pass: where a process has
        nothing left, it takes part with any one item, at weight 0.
        """
        mine = batch[self.rank if rank is None else rank :: self.processes]
        most = math.ceil(len(batch) / self.processes)
        size = micro_batch or max(1, most)
        cut = [(mine[place : place + size], 1.0) for place in range(0, len(mine), size)]
        return cut + [(batch[:1], 0.0)] * (math.ceil(most / size) - len(cut))

    def gather(self, items: list[Any]) -> list[Any]:
        """Return the items of all processes, in the order of their ranks."""
        return list(gather_object(items)) if self.processes > 1 else items

    def backward(self, losses: Iterator[torch.Tensor], count: int) -> None:
        """Add up the gradients of `count` losses, whose sum over all processes is the loss of the step.

        The losses are made one after the other, so that only one graph is alive; several processes meet once.
        """
        for index in range(count):
            last = index == count - 1
            if self.zero:
                self.model.set_gradient_accumulation_boundary(is_boundary=last)
                self.model.backward(next(losses) * self.processes)
                continue
            with self._sync(last):
                # Several processes average their gradients: the factor makes it the sum again.
                self.accelerator.backward(next(losses) * self.processes)

    def _sync(self, last: bool) -> AbstractContextManager[Any]:
        if last or self.processes == 1:
            return _nothing()
        return self.accelerator.no_sync(self.model)

    def update(self, rate: float, *, step: int, loss: float, section: str, folder: Path) -> float:
        """Clip, and take an optimizer step at a learning rate; return the norm of the gradient before clipping.

        Raises:
            RunError: loss or gradient are not finite; the weights are left as they were.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        if not self.zero:
            size = self._clip()
        else:
            size = zero_step(self.model) if math.isfinite(loss) else math.nan
        if not (math.isfinite(loss) and math.isfinite(size)):
            self.optimizer.zero_grad(set_to_none=True)
            what = "gradient" if math.isfinite(loss) else "loss"
            raise RunError(
                f"{section} step {step + 1}: the {what} is not a finite number",
                f"lower {section}.lr (it was {rate:.2g}), and resume from the last good checkpoint in {folder}",
            )
        if not self.zero:
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
        return size

    def _clip(self) -> float:
        limit = self.clip or math.inf
        if self.sharded:
            return clip_shards(self.accelerator, self._own, limit)
        return float(self.accelerator.clip_grad_norm_(list(self.trained.values()), limit))

    def gather_weights(self) -> None:
        """Bring the language model's own weights up to date, on all processes, where shards of a copy are trained."""
        if self.sharded:
            gather_weights(self.model, self.trained)

    def save(self, folder: Path, step: int, extra: dict[str, Any]) -> None:
        """Write a checkpoint; on several processes the first one writes and all wait.

        Raises:
            RunError: it cannot be written.
        """
        parted = self.sharded or self.zero
        if parted:
            with writing(_shards(folder, step)):  # the file below, written last, makes it count
                self.accelerator.save_state(str(_shards(folder, step)))
        if self.accelerator.is_main_process:
            weights = {} if parted else {name: item.detach() for name, item in self.trained.items()}
            state = {} if parted else self.optimizer.state_dict()
            write_checkpoint(folder, Checkpoint(step, weights, state, extra))
            for old in folder.glob(_shards(folder, 0).name.replace("0000000", "*")):
                if not folder.joinpath(old.name.replace("shards-", "step-") + ".pt").exists():
                    shutil.rmtree(old)
        self.accelerator.wait_for_everyone()

    def resume(self, folder: Path) -> tuple[int, dict[str, Any]]:
        """Go back to the newest checkpoint; return its step and the loop's own state, (0, {}) where there is none.

        Raises:
            RunError: the checkpoint cannot be read or is another model's.
        """
        checkpoint = read_checkpoint(folder, self.language_model.device)
        if checkpoint is None:
            return 0, {}
        if self.sharded or self.zero:
            self.accelerator.load_state(str(_shards(folder, checkpoint.step)))
            self.gather_weights()
            return checkpoint.step, checkpoint.extra
        fits = checkpoint.weights.keys() == self.trained.keys() and all(
            checkpoint.weights[name].shape == item.shape for name, item in self.trained.items()
        )
        if not fits:
            raise RunError(
                f"the checkpoint in {folder} is of another model", "start anew, or restore the recipe it was made by"
            )
        self.load(checkpoint.weights)
        self.optimizer.load_state_dict(checkpoint.optimizer)
        return checkpoint.step, checkpoint.extra

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        """Put back trained weights, whole ones; where shards of a copy are trained, these are not moved."""
        with torch.no_grad():
            for name, item in self.trained.items():
                item.copy_(weights[name])


def _trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    return {name: item for name, item in model.named_parameters() if item.requires_grad}


def _adamw(
    trained: dict[str, torch.nn.Parameter], betas: tuple[float, ...], weight_decay: float, *, fused: bool
) -> torch.optim.AdamW:
    matrices = [item for item in trained.values() if item.ndim > 1]
    others = [item for item in trained.values() if item.ndim <= 1]  # norms and biases are not decayed
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    first, second = betas
    return torch.optim.AdamW([one for one in groups if one["params"]], lr=0.0, betas=(first, second), fused=fused)


def _shards(folder: Path, step: int) -> Path:
    return folder / f"shards-{step:07d}"


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def explained(section: str, folder: Path) -> Iterator[None]:
    """Turn running out of memory into one sentence that says what to do; other errors pass.

    Raises:
        ModelError: the device or the machine has no memory left.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        text = str(error)
        if isinstance(error, RuntimeError) and not isinstance(error, torch.OutOfMemoryError) and not _no_memory(text):
            raise
        advice = {
            "sft": "lower sft.micro_batch or sft.max_length, or set sft.gradient_checkpointing=true",
            "rl": "set or lower rl.micro_batch, lower eval.batch or rl.max_new_tokens",
        }[section]
        raise ModelError(
            f"{section}: out of memory; checkpoints in {folder} are intact", f"{advice}, then go on with --resume"
        ) from None


def _no_memory(text: str) -> bool:
    return "can't allocate memory" in text or "not enough memory" in text or "out of memory" in text.lower()
