"""Supervised fine-tuning: the loss on completion tokens, averaged over all completion tokens of the global batch.

    loss = sum over examples and completion tokens of -log p(token) / number of completion tokens

Micro-batches and processes split the sum, never the average, so 1 x 8 and 8 x 1 are the same step. The loop is plain:
order -> examples -> losses -> update -> row of metrics -> checkpoint. Every draw is a function of seed and step, so a
run that was killed goes on from its newest checkpoint bit for bit.
Not covered: making the data (`data/`), what is trained (`model/freeze.py`), the baselines' scoring (`grade.py`).
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from tracewright.data.problem import Problem
from tracewright.model.load import Encoded, LanguageModel
from tracewright.model.seed import seeded
from tracewright.recipe import Recipe, SftConfig
from tracewright.train.check import encode_examples
from tracewright.train.checkpoint import read_whole, write_whole
from tracewright.train.loss import collate, completion_logits, row_sums, token_losses
from tracewright.train.order import make_order
from tracewright.train.speed import Speed
from tracewright.train.step import Log, Stepper, explained, learning_rate

BEST = "best.pt"


class SftOutcome(NamedTuple):
    """How a training ended."""

    steps: int
    """Optimizer steps that the weights have seen."""
    stopped_early: bool
    best: float | None
    """Best score of the evaluations while training, where there were any."""
    speed: str
    """How fast it was, in one line; empty where too few steps were taken."""


def sft_steps(config: SftConfig, examples: int) -> int:
    """Return the optimizer steps of a configuration."""
    return config.steps if config.steps is not None else math.ceil(config.epochs * examples / config.batch)


def train_sft(
    language_model: LanguageModel,
    problems: Sequence[Problem],
    recipe: Recipe,
    checkpoints: Path,
    *,
    resume: bool = False,
    log: Log,
    clock: Log | None = None,
    evaluate: Callable[[], float] | None = None,
    progress: Callable[[int], None] | None = None,
) -> SftOutcome:
    """Train a model in place on the gold targets of problems.

    `log` takes one row a step, without times, so that a resumed run gives the same rows; `clock` takes the times.
    `evaluate` scores the model as it is, every `sft.eval_every` steps. `progress` is told how many steps were taken.
    With `resume`, goes on from the newest checkpoint; `checkpoint.newest_step` says beforehand which that is.

    Raises:
        DataError: a problem has no target, or does not fit.
        RunError: the loss is not finite, or a checkpoint cannot be written or read.
        ModelError: out of memory.
    """
    config = recipe.sft
    examples = encode_examples(
        language_model, problems, recipe.prompt, max_length=config.max_length, truncate=config.truncate
    )
    lengths = [len(item.prompt) + len(item.target) for item in examples]
    total = sft_steps(config, len(examples))
    stepper = Stepper(
        language_model, betas=config.betas, weight_decay=config.weight_decay, clip=config.clip, bf16=config.bf16
    )
    step, state = stepper.resume(checkpoints) if resume else (0, {})
    order = make_order(problems, lengths, config, recipe.seed, state.get("order"))
    speed = Speed(language_model, stepper.processes)
    watch = _Watch(stepper, config, evaluate, checkpoints / BEST, state.get("watch"))
    if progress and step:
        progress(step)
    stepper.model.train()
    with explained("sft", checkpoints), _saving_memory(stepper, config.gradient_checkpointing):
        while step < total and not watch.over:
            began = time.perf_counter()
            chosen = order(step)
            batch = [examples[index] for index in chosen]
            tokens = sum(len(item.target) for item in batch)
            rate = learning_rate(step, peak=config.lr, warmup=config.warmup, total=total, schedule=config.schedule)
            with seeded(recipe.seed, "sft", step, stepper.rank):
                losses = _backward(stepper, batch, tokens, config.micro_batch)
            loss = math.fsum(losses) / tokens
            norm = stepper.update(rate, step=step, loss=loss, section="sft", folder=checkpoints)
            order.note(chosen, losses)
            step += 1
            sizes = [lengths[index] for index in chosen]
            timed = {"stage": "sft", "step": step, **speed.note(time.perf_counter() - began, sum(sizes), tokens)}
            row = {"stage": "sft", "step": step, "loss": loss, "lr": rate, "grad_norm": norm, "tokens": tokens}
            row |= {"padding": padding(stepper, sizes, config.micro_batch)}
            row |= {"epoch": step * config.batch / len(examples), **watch.look(step)}
            log(row)
            if clock:
                clock(timed)
            if step % config.save_every == 0 or step == total or watch.over:
                stepper.save(checkpoints, step, {"watch": watch.state(), "order": order.state()})
            if progress:
                progress(1)
    stepper.gather_weights()
    if watch.over:
        stepper.load(read_whole(checkpoints / BEST, language_model.device))
    language_model.model.eval()
    return SftOutcome(step, watch.over, watch.best, speed.line())


def padding(stepper: Stepper, lengths: list[int], micro_batch: int | None) -> float:
    """Return the share of a step's positions, over all processes, that are padding."""
    laid = 0
    for rank in range(stepper.processes):
        for piece, weight in stepper.pieces(lengths, micro_batch, rank):
            laid += int(weight) * len(piece) * max(piece)
    return 1 - sum(lengths) / laid


def _backward(stepper: Stepper, batch: list[Encoded], tokens: int, micro_batch: int | None) -> list[float]:
    """Add up the gradient of the batch's mean loss; return each example's summed loss, whichever process had it."""
    pieces = stepper.pieces(batch, micro_batch)
    seen: list[torch.Tensor] = []

    def losses() -> Iterator[torch.Tensor]:
        language_model = stepper.language_model
        for piece, weight in pieces:
            laid = collate(piece, language_model.pad, language_model.device)
            with stepper.autocast():
                logits = completion_logits(stepper.model, stepper.head, laid)
            rows = row_sums(token_losses(logits, laid.labels), laid)
            if weight:
                seen.append(rows.detach())
            yield weight * rows.sum() / tokens

    stepper.backward(losses(), len(pieces))
    # Read only now, so that a GPU is not waited for between forward and backward passes.
    shares = stepper.gather([torch.cat(seen).tolist() if seen else []])
    whole = [0.0] * len(batch)
    for rank, share in enumerate(shares):
        whole[rank :: stepper.processes] = share
    return whole


@contextmanager
def _saving_memory(stepper: Stepper, on: bool) -> Iterator[None]:
    """Compute activations twice inside the block; transformers renames these methods in its version 6."""
    model = stepper.accelerator.unwrap_model(stepper.model)
    word = "activation" if hasattr(model, "activation_checkpointing_enable") else "gradient"
    if on:
        getattr(model, f"{word}_checkpointing_enable")()
    try:
        yield
    finally:
        if on:
            getattr(model, f"{word}_checkpointing_disable")()


class _Watch:
    """Scores the model while it trains, keeps the best weights, and says when to stop."""

    def __init__(
        self,
        stepper: Stepper,
        config: SftConfig,
        evaluate: Callable[[], float] | None,
        path: Path,
        state: dict[str, float | int | None] | None,
    ) -> None:
        self.stepper = stepper
        self.config = config
        self.evaluate = evaluate
        self.path = path
        self.best: float | None = (state or {}).get("best")
        self.worse = int((state or {}).get("worse") or 0)
        """Evaluations in a row that were no better than the best."""

    def look(self, step: int) -> dict[str, float]:
        """Score the model where a score is due; return what belongs into the row of metrics."""
        if not self.evaluate or not self.config.eval_every or step % self.config.eval_every:
            return {}
        self.stepper.gather_weights()
        self.stepper.language_model.model.eval()
        score = self.evaluate()
        self.stepper.model.train()
        if self.best is None or score > self.best:
            self.best, self.worse = score, 0
            if self.config.patience and self.stepper.rank == 0:
                write_whole(self.path, {name: item.detach() for name, item in self.stepper.trained.items()})
        else:
            self.worse += 1
        return {"dev": score}

    @property
    def over(self) -> bool:
        return bool(self.config.patience) and self.worse >= self.config.patience

    def state(self) -> dict[str, float | int | None]:
        """Return what a checkpoint keeps."""
        return {"best": self.best, "worse": self.worse}
