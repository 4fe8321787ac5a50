"""Policy gradient on the grade of sampled completions: REINFORCE with a baseline, one update a batch of samples.

    gradient = -1/N sum over completions i of (reward_i - baseline_i) * grad sum over tokens t of log p(token_it)

Source: Williams 1992, REINFORCE; leave_one_out is Kool et al. 2019 (RLOO), group is DeepSeekMath's GRPO advantage
(arXiv 2402.03300, section 4.1.2) without its clipping, which does nothing where each sample is used once.
Exactness: samples come from softmax(logits / temperature) over the whole vocabulary, and log-probabilities, entropy and
KL are taken under that same distribution, by a forward pass of the weights that sampled. Tokens are summed, not
averaged, over a completion: a long one is one action sequence, its stop token included.

Written rules. Truncated completions: `zero` gives them what the reward table says of `truncated`; `mask` leaves them
out of loss, baseline and N. Groups whose rewards are all equal teach nothing: they are counted, and where `rl.redraw`
allows it, replaced by other questions. The moving average starts at the mean reward of the first step. The control
`shuffle_rewards` hands the rewards of a batch to the wrong completions, and must not learn.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from tracewright.data.problem import Problem
from tracewright.data.prompt import View, view
from tracewright.grade import REWARDS, STATUSES, rules_of
from tracewright.model.decode import decode
from tracewright.model.load import Encoded, LanguageModel
from tracewright.model.sampler import ender
from tracewright.model.seed import derive, generator, seeded
from tracewright.recipe import Recipe, RlConfig
from tracewright.train.check import judge
from tracewright.train.loss import collate, completion_logits, row_sums, token_kl, token_terms
from tracewright.train.order import QuestionOrder
from tracewright.train.step import Log, Stepper, explained

BETAS = (0.9, 0.98)
EVEN = 1e-9
"""Rewards of a group that differ by less are equal."""


class Rollout(NamedTuple):
    """One sampled completion with its grade."""

    place: int
    """Which question of the step."""
    problem: int
    prompt: list[int]
    tokens: list[int]
    status: str
    reward: float
    truncated: bool


class RlOutcome(NamedTuple):
    """How a training ended."""

    steps: int
    reward: float
    """Mean reward of the last step's samples."""


def train_rl(
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
) -> RlOutcome:
    """Improve a model in place by the grades of its own samples. Arguments as for `train_sft`.

    Raises:
        RunError: the loss is not finite, or a checkpoint cannot be written or read.
        ModelError: out of memory.
    """
    config = recipe.rl
    reference = _Reference(language_model)  # before a checkpoint is read: the model that RL starts from
    stepper = Stepper(language_model, betas=BETAS, weight_decay=0.0, clip=config.clip)
    start, state = stepper.resume(checkpoints) if resume else (0, {})
    questions = _Questions(language_model, problems, recipe, state)
    average: float | None = state.get("average")
    reward = state.get("reward", math.nan)
    if progress and start:
        progress(start)
    for step in range(start, config.steps):
        began = time.perf_counter()
        with explained("rl", checkpoints):
            rollouts, redrawn, even = _roll_out(stepper, questions, step)
            sampled = time.perf_counter()
            counted = [item for item in rollouts if not (config.truncated == "mask" and item.truncated)]
            rewards = _rewards(counted, config, recipe.seed, step)
            reward = _mean([item.reward for item in rollouts])
            average = _mean(rewards) if average is None and rewards else average
            advantages = advantage(rewards, [item.place for item in counted], config.baseline, average or 0.0)
            stepper.model.train()
            with seeded(recipe.seed, "rl", step, stepper.rank):
                sums = _backward(stepper, reference, counted, advantages, config)
            norm = stepper.update(config.lr, step=step, loss=sums["loss"], section="rl", folder=checkpoints)
            stepper.gather_weights()  # the next samples are drawn from them
            stepper.model.eval()
        row = {"stage": "rl", "step": step + 1, "reward": reward, "baseline": average, **sums, "grad_norm": norm}
        row |= {"lr": config.lr, "even_groups": even, "redrawn": redrawn, **_parts(rollouts)}
        if rewards and average is not None:
            average = config.ema_decay * average + (1 - config.ema_decay) * _mean(rewards)
        if evaluate and config.eval_every and (step + 1) % config.eval_every == 0:
            row["dev"] = evaluate()
        log(row)
        if clock:
            seconds = time.perf_counter() - began
            tokens = sum(len(item.tokens) for item in rollouts)
            clock({"stage": "rl", "step": step + 1, "seconds": seconds, "sampling": sampled - began, "tokens": tokens})
        if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
            stepper.save(checkpoints, step + 1, {**questions.order.state(), "average": average, "reward": reward})
        if progress:
            progress(1)
    return RlOutcome(config.steps, reward)


def advantage(rewards: Sequence[float], places: Sequence[int], baseline: str, average: float) -> list[float]:
    """Return the advantage of each completion; `places` says which ones answer the same question.

    `ema`: reward less the moving average. `leave_one_out`: less the mean of the question's other samples, 0 for a
    sample alone. `group`: less the group's mean, over its standard deviation (population), 0 in an even group.
    """
    if baseline == "ema":
        return [reward - average for reward in rewards]
    groups: dict[int, list[float]] = {}
    for reward, place in zip(rewards, places, strict=True):
        groups.setdefault(place, []).append(reward)
    result = []
    for reward, place in zip(rewards, places, strict=True):
        group = groups[place]
        difference = reward - _mean(group)
        if baseline == "leave_one_out":
            size = len(group)
            result.append(difference * size / (size - 1) if size > 1 else 0.0)
        else:
            deviation = math.sqrt(_mean([(other - _mean(group)) ** 2 for other in group]))
            result.append(difference / deviation if deviation > EVEN else 0.0)
    return result


class _Questions:
    """The questions of the run in their order, with what is needed to sample and grade answers to them."""

    def __init__(
        self, language_model: LanguageModel, problems: Sequence[Problem], recipe: Recipe, state: dict[str, Any]
    ) -> None:
        self.language_model = language_model
        self.problems = problems
        self.recipe = recipe
        config = recipe.rl
        self.order = QuestionOrder(
            problems,
            questions=config.questions,
            steps=config.steps,
            curriculum=config.curriculum,
            seed=recipe.seed,
            state=state,
        )
        self.ended = ender(language_model)

    def sample(self, places: Sequence[int], chosen: Sequence[int], step: int, attempt: int) -> list[Rollout]:
        """Sample and grade completions; each depends on (seed, step, attempt, place, sample) alone."""
        config, prompt = self.recipe.rl, self.recipe.prompt
        rows: list[tuple[int, int, list[int]]] = []
        seeds = []
        for place, problem in zip(places, chosen, strict=True):
            shown = view(self.problems[problem], prompt)
            ids = self.language_model.encode(View(shown.system, shown.question, "")).prompt
            for sample in range(config.samples):
                rows.append((place, problem, ids))
                seeds.append(derive(self.recipe.seed, "rl", step, attempt, place, sample))
        decoded = decode(
            self.language_model,
            [row[2] for row in rows],
            max_new_tokens=config.max_new_tokens,
            temperature=config.temperature,
            seeds=seeds,
            batch=self.recipe.eval.batch,
            ended=self.ended,
        )
        rollouts = []
        for (place, problem, ids), (tokens, truncated) in zip(rows, decoded, strict=True):
            verdict = judge(
                self.language_model.text(tokens),
                self.problems[problem],
                prompt,
                truncated=truncated,
                rewards=REWARDS[config.rewards],
                check_expert=self.recipe.eval.check_expert,
                rules=rules_of(self.recipe.language),
            )
            rollouts.append(Rollout(place, problem, ids, tokens, verdict.status, verdict.reward, truncated))
        return rollouts


def _roll_out(stepper: Stepper, questions: _Questions, step: int) -> tuple[list[Rollout], int, int]:
    """Sample a step's completions, on all processes; return them, the questions redrawn, and the even groups met."""
    config = questions.recipe.rl
    groups: dict[int, list[Rollout]] = {}
    places = list(range(config.questions))
    redrawn = met = 0
    for attempt in range(config.redraw + 1 if config.samples > 1 else 1):
        chosen = questions.order(len(places), step, attempt)
        share = slice(stepper.rank, None, stepper.processes)
        mine = questions.sample(places[share], chosen[share], step, attempt)
        fresh: dict[int, list[Rollout]] = {}
        for rollout in stepper.gather(mine):
            fresh.setdefault(rollout.place, []).append(rollout)
        drawn = [rollout for place in sorted(fresh) for rollout in fresh[place]]  # the same order on every process
        questions.order.note([item.problem for item in drawn], [item.status == "correct" for item in drawn])
        groups |= fresh
        redrawn += len(places) if attempt else 0
        places = [place for place in sorted(fresh) if config.samples > 1 and _even(fresh[place])]
        met += len(places)
        if not places:
            break
    return [rollout for place in sorted(groups) for rollout in groups[place]], redrawn, met


def _even(group: Sequence[Rollout]) -> bool:
    rewards = [item.reward for item in group]
    return max(rewards) - min(rewards) < EVEN


def _rewards(rollouts: Sequence[Rollout], config: RlConfig, seed: int, step: int) -> list[float]:
    """Return the rewards that the update sees: the samples' own, or shuffled for the control."""
    rewards = [item.reward for item in rollouts]
    if not config.shuffle_rewards:
        return rewards
    return [
        rewards[place] for place in torch.randperm(len(rewards), generator=generator(seed, "shuffle", step)).tolist()
    ]


def _backward(
    stepper: Stepper, reference: "_Reference", rollouts: list[Rollout], advantages: list[float], config: RlConfig
) -> dict[str, float]:
    """Add up the policy gradient; return loss, entropy and KL, the last two as means over tokens."""
    kept = [(item, gain) for item, gain in zip(rollouts, advantages, strict=True) if item.tokens]
    pieces = stepper.pieces(kept, config.micro_batch)
    language_model = stepper.language_model
    sums = {"loss": 0.0, "entropy": 0.0, "kl": 0.0, "tokens": 0.0}

    def losses() -> Iterator[torch.Tensor]:
        for piece, weight in pieces:
            batch = collate(
                [Encoded(item.prompt, item.tokens) for item, _ in piece], language_model.pad, language_model.device
            )
            gains = torch.tensor([gain for _, gain in piece], device=language_model.device)
            with torch.no_grad(), stepper.autocast():
                start = reference.logits(batch)
            with stepper.autocast():
                logits = completion_logits(stepper.model, stepper.head, batch)
            terms = token_terms(logits, batch.labels, config.temperature)
            divergence = token_kl(logits, start, config.temperature)
            loss = -(gains * row_sums(terms.logp, batch)).sum() / len(rollouts)
            if config.kl:
                loss = loss + config.kl * divergence.sum() / len(rollouts)
            for key, value in (("loss", loss), ("entropy", terms.entropy.sum()), ("kl", divergence.sum())):
                sums[key] += weight * float(value.detach())
            sums["tokens"] += weight * len(batch.labels)
            yield weight * loss

    stepper.backward(losses(), len(pieces))
    whole = {key: math.fsum(part[key] for part in stepper.gather([sums])) for key in sums}
    tokens = max(1.0, whole["tokens"])
    return {"loss": whole["loss"], "entropy": whole["entropy"] / tokens, "kl": whole["kl"] / tokens}


class _Reference:
    """The model that RL starts from, frozen. It shares what is not trained with the model that learns."""

    def __init__(self, language_model: LanguageModel) -> None:
        self.adapted = hasattr(language_model.model, "disable_adapter")
        model: Any = language_model.model
        if not self.adapted:
            shared: dict[int, Any] = {id(item): item for item in model.parameters() if not item.requires_grad}
            model = copy.deepcopy(model, shared).requires_grad_(False).eval()
        self.model = model
        self.head = model.get_output_embeddings()

    def logits(self, batch: Any) -> torch.Tensor:
        """Return its logits at completion positions, (N, V)."""
        if not self.adapted:
            return completion_logits(self.model, self.head, batch)
        training = self.model.training
        self.model.eval()
        with self.model.disable_adapter():
            logits = completion_logits(self.model, self.head, batch)
        self.model.train(training)
        return logits


def _parts(rollouts: Sequence[Rollout]) -> dict[str, float]:
    """Return what the mean reward is made of: the share of each status, and the mean length in tokens."""
    parts = {f"share/{status}": _mean([float(item.status == status) for item in rollouts]) for status in STATUSES}
    return {**parts, "length": _mean([float(len(item.tokens)) for item in rollouts])}


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
