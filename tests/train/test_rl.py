import math
import statistics
from dataclasses import replace

import pytest
import torch

from tracewright.errors import RunError
from tracewright.grade import BINARY, GRADED
from tracewright.train import rl
from tracewright.train.checkpoint import newest_step
from tracewright.train.rl import Rollout, advantage, train_rl
from tracewright.train.sft import train_sft


def weights(model) -> dict[str, torch.Tensor]:
    return {name: item.detach().clone() for name, item in model.model.named_parameters()}


def with_rl(recipe, **changes):
    return replace(recipe, rl=replace(recipe.rl, **changes))


@pytest.fixture
def half_taught(fresh, problems, recipe, tmp_path_factory):
    """A model that gets some problems right: rewards differ, so there is something to learn."""
    taught = fresh()
    config = replace(recipe.sft, steps=70, batch=12, lr=1e-2, save_every=1000)
    train_sft(taught, problems, replace(recipe, sft=config), tmp_path_factory.mktemp("sft"), log=lambda row: None)
    state = taught.model.state_dict()

    def make():
        model = fresh()
        model.model.load_state_dict(state)
        return model

    return make


def test_the_gradient_is_that_of_the_hand_written_formula(half_taught, problems, recipe, tmp_path, monkeypatch):
    """-1/N sum_i (r_i - b) sum_t d log p_T(token_it), by a loop over single completions."""
    model, other = half_taught(), half_taught()
    config = with_rl(recipe, steps=1, questions=6, temperature=0.8, max_new_tokens=60, clip=0.0)
    seen: list[Rollout] = []
    real = rl._roll_out

    def spy(*arguments):
        rollouts, redrawn, even = real(*arguments)
        seen.extend(rollouts)
        return rollouts, redrawn, even

    gradients: dict[str, torch.Tensor] = {}

    def keep(self, rate, **_):
        gradients.update({name: item.grad.clone() for name, item in self.trained.items()})
        return 0.0

    monkeypatch.setattr(rl, "_roll_out", spy)
    monkeypatch.setattr(rl.Stepper, "update", keep)
    rows: list[dict] = []
    train_rl(model, problems, config, tmp_path, log=rows.append)

    baseline = statistics.fmean(one.reward for one in seen)
    assert len({one.reward for one in seen}) > 1
    surrogate = torch.zeros(())
    for one in seen:
        logits = other.model(torch.tensor([one.prompt + one.tokens])).logits[0]
        chances = torch.log_softmax(logits[len(one.prompt) - 1 : -1] / 0.8, -1)
        logp = sum(chances[place, token] for place, token in enumerate(one.tokens))
        surrogate = surrogate - (one.reward - baseline) * logp / len(seen)
    surrogate.backward()
    assert rows[0]["loss"] == pytest.approx(float(surrogate.detach()), rel=1e-4)
    for name, item in other.model.named_parameters():
        torch.testing.assert_close(gradients[name], item.grad, rtol=1e-3, atol=1e-5)


def test_advantages_by_hand():
    rewards, places = [1.0, 0.0, 0.5, 0.5, 0.5, 1.0], [0, 0, 0, 1, 1, 2]
    assert advantage(rewards, places, "ema", 0.25) == [0.75, -0.25, 0.25, 0.25, 0.25, 0.75]
    assert advantage(rewards, places, "leave_one_out", 9.0) == pytest.approx([1 - 0.25, 0 - 0.75, 0, 0, 0, 0])
    deviation = statistics.pstdev([1.0, 0.0, 0.5])
    expected = [0.5 / deviation, -0.5 / deviation, 0, 0, 0, 0]
    assert advantage(rewards, places, "group", 9.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("baseline", "curriculum"),
    [("ema", "none"), ("leave_one_out", "none"), ("group", "none"), ("ema", "errors"), ("group", "steps")],
)
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(
    half_taught, problems, recipe, tmp_path, baseline, curriculum
):
    changes = {"samples": 1} if baseline == "ema" else {"samples": 2, "redraw": 1}
    config = with_rl(recipe, baseline=baseline, curriculum=curriculum, **changes)
    rows: list[dict] = []
    whole = half_taught()
    train_rl(whole, problems, config, tmp_path / "whole", log=rows.append)

    class KilledError(Exception):
        pass

    kept: list[dict] = []

    def log_until_killed(row):
        if row["step"] == 3:
            raise KilledError
        kept.append(row)

    with pytest.raises(KilledError):
        train_rl(half_taught(), problems, config, tmp_path / "cut", log=log_until_killed)
    assert newest_step(tmp_path / "cut") == len(kept) == 2
    again = half_taught()
    train_rl(again, problems, config, tmp_path / "cut", resume=True, log=kept.append)
    assert kept == rows
    left, right = weights(whole), weights(again)
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_accumulation_changes_nothing(half_taught, problems, recipe, tmp_path):
    rows: list[dict] = []
    models = [half_taught(), half_taught()]
    for model, size in zip(models, (None, 1), strict=True):
        train_rl(model, problems, with_rl(recipe, steps=1, micro_batch=size), tmp_path / str(size), log=rows.append)
    for key in ("loss", "entropy", "kl", "grad_norm", "reward"):
        assert rows[0][key] == pytest.approx(rows[1][key], rel=1e-4, abs=1e-6)
    left, right = map(weights, models)
    assert all(torch.allclose(left[name], right[name], atol=1e-5) for name in left)


def test_the_shuffled_control_sees_the_same_rewards_in_another_order(problems, recipe):
    rollouts = [Rollout(place, 0, [1], [2], "correct", float(place), False) for place in range(12)]
    plain = rl._rewards(rollouts, recipe.rl, 0, 3)
    shuffled = rl._rewards(rollouts, replace(recipe.rl, shuffle_rewards=True), 0, 3)
    assert plain == [float(place) for place in range(12)]
    assert shuffled != plain
    assert sorted(shuffled) == plain
    assert rl._rewards(rollouts, replace(recipe.rl, shuffle_rewards=True), 0, 4) != shuffled


def test_truncated_samples_count_as_the_rule_says(fresh, problems, recipe, tmp_path):
    """An untrained model never stops: with `mask` nothing is left to learn from, with `zero` the reward is 0."""
    rows: list[dict] = []
    model = fresh()
    before = weights(model)
    config = with_rl(recipe, steps=1, max_new_tokens=3, truncated="mask")
    train_rl(model, problems, config, tmp_path / "mask", log=rows.append)
    after = weights(model)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert rows[0]["share/truncated"] == 1.0
    train_rl(
        fresh(), problems, replace(config, rl=replace(config.rl, truncated="zero")), tmp_path / "zero", log=rows.append
    )
    assert rows[1]["reward"] == GRADED["truncated"]
    assert rows[1]["share/truncated"] == 1.0


def test_even_groups_are_counted_and_drawn_again(half_taught, problems, recipe, tmp_path, monkeypatch):
    """Rewards by the parity of the problem: even ones give all samples 1, odd ones differ."""
    calls = {"count": 0}

    def parity(text, problem, prompt, **_):
        calls["count"] += 1
        even = int(problem.id.rpartition("/")[2]) % 2 == 0
        reward = 1.0 if even else float(calls["count"] % 2)
        return type("Verdict", (), {"status": "correct", "reward": reward})()

    monkeypatch.setattr(rl, "judge", parity)
    rows: list[dict] = []
    config = with_rl(recipe, steps=1, samples=2, baseline="group", redraw=8)
    train_rl(half_taught(), problems, config, tmp_path, log=rows.append)
    assert rows[0]["redrawn"] == rows[0]["even_groups"] > 0
    assert rows[0]["reward"] == 0.5
    config = with_rl(recipe, steps=1, samples=2, baseline="group", redraw=0)
    train_rl(half_taught(), problems, config, tmp_path, log=rows.append)
    assert rows[1]["redrawn"] == 0 < rows[1]["even_groups"]


def test_the_rewards_parts_add_up(half_taught, problems, recipe, tmp_path):
    rows: list[dict] = []
    config = with_rl(recipe, steps=2, max_new_tokens=80, questions=12)
    train_rl(half_taught(), problems, config, tmp_path / "graded", log=rows.append)
    for row in rows:
        shares = {status: row[f"share/{status}"] for status in GRADED}
        assert sum(shares.values()) == pytest.approx(1)
        assert row["reward"] == pytest.approx(sum(share * GRADED[status] for status, share in shares.items()))
    binary: list[dict] = []
    train_rl(
        half_taught(), problems, with_rl(config, rewards="binary", steps=1), tmp_path / "binary", log=binary.append
    )
    assert binary[0]["reward"] == pytest.approx(sum(binary[0][f"share/{s}"] * BINARY[s] for s in BINARY))
    assert binary[0]["share/correct"] == rows[0]["share/correct"]


def test_kl_is_zero_at_first_and_the_penalty_holds_the_policy_back(half_taught, problems, recipe, tmp_path):
    ends = {}
    for weight in (0.0, 30.0):
        rows: list[dict] = []
        config = with_rl(recipe, steps=6, kl=weight, lr=3e-3, max_new_tokens=60)
        train_rl(half_taught(), problems, config, tmp_path / str(weight), log=rows.append)
        assert rows[0]["kl"] == pytest.approx(0, abs=1e-6)
        assert all(row["kl"] >= -1e-6 and row["entropy"] >= 0 for row in rows)
        ends[weight] = rows[-1]["kl"]
    assert ends[30.0] < ends[0.0] / 2


def test_answers_alone_are_enough(half_taught, problems, recipe, tmp_path):
    bare = [replace(problem, trace="", expert="", solution="") for problem in problems]
    rows: list[dict] = []
    train_rl(half_taught(), bare, with_rl(recipe, steps=1, max_new_tokens=80), tmp_path, log=rows.append)
    assert rows[0]["share/wrong_expert"] == 0
    assert rows[0]["reward"] > 0


@pytest.mark.parametrize("shuffle", [False, True])
def test_it_learns_what_is_rewarded_and_nothing_from_shuffled_rewards(
    fresh, problems, recipe, tmp_path, monkeypatch, shuffle
):
    """Reward a letter that an untrained model writes in half of the cases: it becomes the rule, unless shuffled."""

    def habit(text, *_, **__):
        return type("Verdict", (), {"status": "correct", "reward": float("e" in text)})()

    monkeypatch.setattr(rl, "judge", habit)
    rows: list[dict] = []
    config = with_rl(recipe, steps=24, questions=16, lr=1e-2, max_new_tokens=3, save_every=100, shuffle_rewards=shuffle)
    train_rl(fresh(), problems, config, tmp_path, log=rows.append)
    first = statistics.fmean(row["reward"] for row in rows[:3])
    last = statistics.fmean(row["reward"] for row in rows[-3:])
    assert 0.2 < first < 0.8
    assert (last > 0.95) is not shuffle


def test_a_damaged_gradient_leaves_weights_and_checkpoint(half_taught, problems, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(rl, "advantage", lambda rewards, *_: [math.nan] * len(rewards))
    model = half_taught()
    before = weights(model)
    with pytest.raises(RunError, match=r"rl step 1: the loss is not a finite number; lower rl.lr"):
        train_rl(model, problems, recipe, tmp_path, log=lambda row: None)
    after = weights(model)
    assert all(torch.equal(before[name], after[name]) for name in before)
