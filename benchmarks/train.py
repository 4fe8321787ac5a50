"""Training speed on one machine, against TRL: tokens of SFT a second, steps of RL a second.

    python benchmarks/train.py sft [--steps 54] [--rounds 3] [--threads 2]
    python benchmarks/train.py rl  [--steps 12] [--questions 8] [--samples 4] [--max-new-tokens 160]

The same tiny model, problems, tokens, batch, optimizer, threads and process for both; the first steps of every
training are not counted; the two take turns, round by round, and the median of the rounds counts.

SFT: our loop with its defaults (bucketing by length) against SFTTrainer in each of its ways to lay out a batch: at
random, grouped by length, packed to 1,024 tokens (in batches of as many tokens). Tokens are those of prompts and
targets, without padding. TRL's activation checkpointing is off and it logs nothing, both in its favour.

RL: from one model that was fine-tuned here until it writes whole traces, so that both sample completions of the same
lengths (shown); groups of the same size, temperature and token limit; a learning rate of all but zero, so that the
model stays as it is; the same judge. Our loop computes the divergence from the start model in every step (one more
forward pass), as it always does; GRPOTrainer runs with beta 0, its default, and does not.

Rates by processor time stand beside those by the clock: they suffer less from other work on the machine.
"""

import argparse
import copy
import dataclasses
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets.utils.logging import disable_progress_bar
from transformers import PrinterCallback, TrainerCallback
from transformers.utils import logging as hf_logging

from tracewright.cli.verb import whole
from tracewright.data.generate import problems as generate
from tracewright.data.problem import Problem
from tracewright.data.prompt import view
from tracewright.errors import TracewrightError
from tracewright.model.load import LanguageModel, load
from tracewright.recipe import DataConfig, ModelConfig, PromptConfig, Recipe, RlConfig, SftConfig
from tracewright.train.rl import train_rl
from tracewright.train.sft import train_sft

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

from tracewright.adapters.trl import examples, for_trl, questions, reward_function

WARM = 4
"""First steps of a training that are not counted."""
PACKED = 1024
PROMPT = PromptConfig(numbers="masked", mask_names=True, system="none")
TEMPERATURE = 0.7
NO_RATE = 1e-12
SILENT: dict[str, Any] = {
    "report_to": "none", "save_strategy": "no", "disable_tqdm": True, "logging_steps": 10_000, "use_cpu": True,
    "bf16": False, "gradient_checkpointing": False, "dataloader_pin_memory": False,
}  # fmt: skip


class Speed(NamedTuple):
    """Units (tokens or steps) a second, by the clock and by processor time, and the mean length of a completion."""

    wall: float
    processor: float
    length: float = 0.0


class Marks:
    """The moments at which the steps of one training ended, with the units that each had done."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, float, float]] = []

    def __call__(self, units: float) -> None:
        """Note the end of a step."""
        self.rows.append((time.perf_counter(), time.process_time(), units))

    def speed(self) -> Speed:
        """Return the speed of the steps after the warm-up."""
        start, end = self.rows[WARM - 1], self.rows[-1]
        units = sum(row[2] for row in self.rows[WARM:])
        return Speed(units / (end[0] - start[0]), units / (end[1] - start[1]))


class Clock(TrainerCallback):
    """Marks the steps of one of TRL's trainers."""

    def __init__(self, marks: Marks, units: Callable[[], float]) -> None:
        self.marks, self.units = marks, units

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Note the end of a step."""
        self.marks(self.units())


class CountedSFT(SFTTrainer):
    """SFTTrainer that counts the tokens of each step."""

    tokens = 0.0

    def training_step(self, model: Any, inputs: dict[str, Any], *rest: Any, **keys: Any) -> Any:
        """Count, then train."""
        mask = inputs.get("attention_mask")
        self.tokens = float(inputs["input_ids"].numel() if mask is None else mask.sum())
        return super().training_step(model, inputs, *rest, **keys)


def fresh(language_model: LanguageModel) -> LanguageModel:
    """Return a copy that training does not touch."""
    return dataclasses.replace(language_model, model=copy.deepcopy(language_model.model))


def sft_ours(start: LanguageModel, problems: Sequence[Problem], batch: int, steps: int) -> Speed:
    """Train with our loop."""
    marks = Marks()
    recipe = Recipe(prompt=PROMPT, sft=SftConfig(steps=steps, batch=batch, save_every=10 * steps))
    with tempfile.TemporaryDirectory() as folder:
        train_sft(
            fresh(start), problems, recipe, Path(folder), log=lambda _: None, clock=lambda row: marks(row["tokens"])
        )
    return marks.speed()


def sft_trl(start: LanguageModel, problems: Sequence[Problem], batch: int, steps: int, way: str) -> Speed:
    """Train with SFTTrainer."""
    marks, language_model = Marks(), fresh(start)
    data = examples(language_model, problems, PROMPT, max_length=PACKED)
    settings: dict[str, Any] = {"packing": True} if way == "packed" else {"train_sampling_strategy": way}
    if way == "packed":
        batch = max(1, round(batch * sum(map(len, data["input_ids"])) / len(data) / PACKED))
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder, per_device_train_batch_size=batch, max_steps=steps, max_length=PACKED, max_grad_norm=1.0,
            learning_rate=SftConfig().lr, adam_beta2=0.98, weight_decay=0.01, warmup_steps=50, **settings, **SILENT,
        )  # fmt: skip
        trainer = CountedSFT(
            model=language_model.model, args=config, train_dataset=data, processing_class=language_model.tokenizer
        )
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(Clock(marks, lambda: trainer.tokens))
        trainer.train()
    return marks.speed()


def rl_ours(start: LanguageModel, problems: Sequence[Problem], options: argparse.Namespace) -> Speed:
    """Train with our policy gradient."""
    marks, lengths = Marks(), []
    config = RlConfig(
        steps=options.steps, questions=options.questions, samples=options.samples, baseline="group", lr=NO_RATE,
        temperature=TEMPERATURE, max_new_tokens=options.max_new_tokens, save_every=10 * options.steps,
    )  # fmt: skip

    def clock(row: dict[str, Any]) -> None:
        lengths.append(row["tokens"] / (options.questions * options.samples))
        marks(1)

    with tempfile.TemporaryDirectory() as folder:
        train_rl(
            fresh(start), problems, Recipe(prompt=PROMPT, rl=config), Path(folder), log=lambda _: None, clock=clock
        )
    return marks.speed()._replace(length=statistics.mean(lengths))


def rl_trl(start: LanguageModel, problems: Sequence[Problem], options: argparse.Namespace) -> Speed:
    """Train with GRPOTrainer."""
    marks, lengths, language_model = Marks(), [], fresh(start)
    judge = reward_function(language_model, PROMPT)

    def tracewright_grade(**columns: Any) -> list[float | None]:
        lengths.extend(map(len, columns["completion_ids"]))
        return judge(**columns)

    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder, per_device_train_batch_size=options.questions * options.samples, max_steps=options.steps,
            num_generations=options.samples, max_completion_length=options.max_new_tokens, temperature=TEMPERATURE,
            learning_rate=NO_RATE, max_grad_norm=1.0, beta=0.0, **SILENT,
        )  # fmt: skip
        trainer = GRPOTrainer(
            model=for_trl(language_model), args=config, reward_funcs=tracewright_grade,
            train_dataset=questions(language_model, problems, PROMPT), processing_class=language_model.tokenizer,
        )  # fmt: skip
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(Clock(marks, lambda: 1.0))
        trainer.train()
    return marks.speed()._replace(length=statistics.mean(lengths))


def contest(rounds: int, runners: dict[str, Callable[[], Speed]], unit: str) -> None:
    """Let the runners take turns; print the median of each and the ratio of ours, the first, to the best other."""
    found: dict[str, list[Speed]] = {name: [] for name in runners}
    for number in range(rounds):
        for name, run in runners.items():
            speed = run()
            found[name].append(speed)
            print(f"round {number + 1}  {name:24} {speed.wall:10,.2f} {unit} a second", flush=True)
    print(
        f"\n{'median of ' + str(rounds) + ' rounds':24} {'by the clock':>14} {'by processor':>14}   ({unit} a second)"
    )
    middle = {}
    for name, speeds in found.items():
        wall, processor, length = (statistics.median(column) for column in zip(*speeds, strict=True))
        middle[name] = Speed(wall, processor, length)
        note = f"   {length:.1f} tokens a completion" if length else ""
        print(f"{name:24} {wall:14,.2f} {processor:14,.2f}{note}")
    ours, *others = middle
    for column in ("wall", "processor"):
        best = max(others, key=lambda name: getattr(middle[name], column))
        ratio = getattr(middle[ours], column) / getattr(middle[best], column)
        print(f"ratio to {best}, by {'the clock' if column == 'wall' else 'processor'}: {ratio:.2f}")


def main() -> None:
    """Run one of the two contests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("sft", "rl"))
    parser.add_argument("--steps", type=whole(1), help="steps of a training, the first 4 not counted (sft 54, rl 12)")
    parser.add_argument("--rounds", type=whole(1), default=3, help="trainings of each kind (3)")
    parser.add_argument("--threads", type=whole(1), default=2, help="threads of torch (2)")
    parser.add_argument("--batch", type=whole(1), default=16, help="sft: examples a step (16)")
    parser.add_argument("--questions", type=whole(1), default=8, help="rl: questions a step (8)")
    parser.add_argument("--samples", type=whole(1), default=4, help="rl: completions a question (4)")
    parser.add_argument("--max-new-tokens", type=whole(1), default=160, help="rl: token limit (160)")
    parser.add_argument(
        "--start-steps", type=whole(1), default=300, help="rl: SFT steps of the model that starts (300)"
    )
    options = parser.parse_args()
    options.steps = options.steps or {"sft": 54, "rl": 12}[options.what]
    torch.set_num_threads(options.threads)
    hf_logging.set_verbosity_error()
    disable_progress_bar()
    warnings.simplefilter("ignore")
    rl = options.what == "rl"
    count = 1600 if rl else 200 * options.batch  # enough for TRL to group by length over 50 batches, its most
    problems = list(generate(DataConfig(), count, 0, "train"))
    texts = [text for problem in problems for text in view(problem, PROMPT)]
    start = load(ModelConfig(device="cpu"), PROMPT, texts=texts)
    size = sum(item.numel() for item in start.model.parameters()) / 1e6
    print(f"{size:.1f}M parameters, {torch.get_num_threads()} threads, {options.steps} steps of each training")
    if not rl:
        ways = {f"TRL, {way}": way for way in ("random", "group_by_length", "packed")}
        runners = {"Tracewright": lambda: sft_ours(start, problems, options.batch, options.steps)}
        for name, way in ways.items():
            runners[name] = lambda way=way: sft_trl(start, problems, options.batch, options.steps, way)
        contest(options.rounds, runners, "tokens")
        return
    recipe = Recipe(prompt=PROMPT, sft=SftConfig(steps=options.start_steps, save_every=10 * options.start_steps))
    with tempfile.TemporaryDirectory() as folder:
        train_sft(start, problems, recipe, Path(folder), log=lambda _: None)
    runners = {
        "Tracewright": lambda: rl_ours(start, problems, options),
        "TRL": lambda: rl_trl(start, problems, options),
    }
    contest(options.rounds, runners, "steps")


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"train: {error}")
