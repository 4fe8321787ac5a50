import math
import shutil
from dataclasses import replace

import pytest
import torch

from tracewright.data.prompt import view
from tracewright.errors import DataError, ModelError, RunError
from tracewright.model.load import LanguageModel
from tracewright.model.sampler import LocalSampler
from tracewright.train.check import encode_examples, judge
from tracewright.train.checkpoint import newest_step
from tracewright.train.order import make_order
from tracewright.train.sft import sft_steps, train_sft
from tracewright.train.step import Stepper


def weights(model: LanguageModel) -> dict[str, torch.Tensor]:
    return {name: item.detach().clone() for name, item in model.model.named_parameters()}


def identical(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def close(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return all(torch.allclose(left[name], right[name], atol=2e-5) for name in left)


def with_sft(recipe, **changes):
    return replace(recipe, sft=replace(recipe.sft, **changes))


def test_the_loss_is_the_mean_over_all_completion_tokens(fresh, problems, recipe, tmp_path):
    """Against a formula of its own: one example at a time, whole logits, the model's first loss."""
    model = fresh()
    rows = []
    train_sft(model, problems, with_sft(recipe, steps=1, batch=60, bucket=False), tmp_path, log=rows.append)
    untrained = fresh()
    total = count = 0.0
    for item in encode_examples(untrained, problems, recipe.prompt, max_length=1000):
        logits = untrained.model(torch.tensor([item.prompt + item.target])).logits[0].detach()
        guesses = logits[len(item.prompt) - 1 : -1].log_softmax(-1)
        total -= float(sum(guesses[place, token] for place, token in enumerate(item.target)))
        count += len(item.target)
    assert rows[0]["tokens"] == count
    assert rows[0]["loss"] == pytest.approx(total / count, rel=1e-5)


@pytest.mark.parametrize("micro_batch", [1, 3, 8])
def test_accumulation_changes_nothing(fresh, problems, recipe, tmp_path, micro_batch):
    whole, split = fresh(), fresh()
    rows: dict[str, list] = {"whole": [], "split": []}
    train_sft(whole, problems, with_sft(recipe, steps=3), tmp_path / "a", log=rows["whole"].append)
    changed = with_sft(recipe, steps=3, micro_batch=micro_batch)
    train_sft(split, problems, changed, tmp_path / "b", log=rows["split"].append)
    assert close(weights(whole), weights(split))
    for left, right in zip(rows["whole"], rows["split"], strict=True):
        assert left["loss"] == pytest.approx(right["loss"], rel=1e-5)
        assert left["grad_norm"] == pytest.approx(right["grad_norm"], rel=1e-4)


def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(fresh, problems, recipe, tmp_path):
    rows: list[dict] = []
    whole = fresh()
    train_sft(whole, problems, recipe, tmp_path / "whole", log=rows.append)

    class KilledError(Exception):
        pass

    cut: list[dict] = []

    def log_until_killed(row):
        cut.append(row)
        if row["step"] == 5:
            raise KilledError

    with pytest.raises(KilledError):
        train_sft(fresh(), problems, recipe, tmp_path / "cut", log=log_until_killed)
    assert newest_step(tmp_path / "cut") == 4
    kept = [row for row in cut if row["step"] <= 4]
    again = fresh()
    outcome = train_sft(again, problems, recipe, tmp_path / "cut", resume=True, log=kept.append)
    assert outcome.steps == recipe.sft.steps
    assert kept == rows
    assert identical(weights(whole), weights(again))


def test_sharded_states_are_saved_by_accelerate_and_resume_too(fresh, problems, recipe, tmp_path, monkeypatch):
    """The road of FSDP and DeepSpeed, on one process: the state goes through accelerate's own files."""
    monkeypatch.setattr("tracewright.train.step.is_sharded", lambda _: True)
    rows: list[dict] = []
    whole = fresh()
    train_sft(whole, problems, recipe, tmp_path / "whole", log=rows.append)
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert names == ["shards-0000004", "shards-0000006", "step-0000004.pt", "step-0000006.pt"]
    (tmp_path / "whole" / "step-0000006.pt").unlink()  # as if killed between the two
    again = fresh()
    tail: list[dict] = []
    train_sft(again, problems, recipe, tmp_path / "whole", resume=True, log=tail.append)
    assert tail == rows[4:]
    assert identical(weights(whole), weights(again))


def test_resuming_a_finished_run_takes_no_step(fresh, problems, recipe, tmp_path):
    done = fresh()
    train_sft(done, problems, recipe, tmp_path, log=lambda row: None)
    again = fresh()
    rows: list[dict] = []
    train_sft(again, problems, recipe, tmp_path, resume=True, log=rows.append)
    assert rows == []
    assert identical(weights(done), weights(again))


def test_it_learns_and_what_it_writes_is_graded(fresh, problems, recipe, tmp_path):
    model = fresh()
    few = problems[:6]
    rows: list[dict] = []
    train_sft(model, few, with_sft(recipe, steps=100, batch=6, lr=1e-2, save_every=100), tmp_path, log=rows.append)
    assert rows[-1]["loss"] < 0.05 < 3 < rows[0]["loss"]
    written = LocalSampler(model)(
        [view(problem, recipe.prompt) for problem in few], samples=1, max_new_tokens=120, temperature=0.0, seed=0
    )
    grades = [judge(one.text, problem, recipe.prompt) for problem, [one] in zip(few, written, strict=True)]
    assert [verdict.status for verdict in grades] == ["correct"] * 6


def test_the_stop_token_is_learned(fresh, problems, recipe):
    model = fresh()
    for item in encode_examples(model, problems, recipe.prompt, max_length=1000):
        assert item.target[-1] == model.stop
        assert model.stop not in item.prompt + item.target[:-1]
        assert model.pad not in item.prompt + item.target


def test_a_target_that_does_not_fit_is_an_error_with_its_name_and_both_lengths(fresh, problems, recipe, tmp_path):
    with pytest.raises(
        DataError, match=r"'own/0/0' has \d+ tokens \(\d+ prompt, \d+ target\), more than sft.max_length=40"
    ):
        train_sft(fresh(), problems, with_sft(recipe, max_length=40), tmp_path, log=lambda row: None)
    short = encode_examples(fresh(), problems, recipe.prompt, max_length=40, truncate=True)
    assert max(len(item.prompt) + len(item.target) for item in short) == 40


def test_a_loss_that_is_no_number_ends_in_one_sentence_and_leaves_the_checkpoint(fresh, problems, recipe, tmp_path):
    model = fresh()
    # The weights are damaged behind the loop's back after the fourth step.
    with pytest.raises(RunError, match=r"sft step 5: the loss is not a finite number; lower sft.lr") as caught:

        def damage(row):
            if row["step"] == 4:
                next(model.model.parameters()).data.fill_(math.nan)

        train_sft(model, problems, with_sft(recipe, save_every=2), tmp_path, log=damage, clock=None)
    assert "\n" not in str(caught.value)
    assert newest_step(tmp_path) in (2, 4)


def test_running_out_of_memory_ends_in_one_sentence(fresh, problems, recipe, tmp_path, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(Stepper, "backward", full)
    with pytest.raises(ModelError, match=r"sft: out of memory.*; lower sft.micro_batch"):
        train_sft(fresh(), problems, recipe, tmp_path, log=lambda row: None)


def test_other_runtime_errors_are_not_dressed_up(fresh, problems, recipe, tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(Stepper, "backward", broken)
    with pytest.raises(RuntimeError, match="a bug of ours"):
        train_sft(fresh(), problems, recipe, tmp_path, log=lambda row: None)


def test_early_stopping_brings_the_best_weights_back(fresh, problems, recipe, tmp_path):
    model = fresh()
    scores = iter([0.1, 0.5, 0.4, 0.3])
    seen: list[dict[str, torch.Tensor]] = []

    def evaluate() -> float:
        seen.append(weights(model))
        return next(scores)

    changed = with_sft(recipe, steps=20, eval_every=1, patience=2)
    outcome = train_sft(model, problems, changed, tmp_path, log=lambda row: None, evaluate=evaluate)
    assert outcome[:3] == (4, True, 0.5)
    assert identical(weights(model), seen[1])


def test_early_stopping_survives_a_resume(fresh, problems, recipe, tmp_path):
    changed = with_sft(recipe, steps=20, eval_every=1, patience=2, save_every=1)
    scores = iter([0.1, 0.5, 0.4])
    with pytest.raises(StopIteration):
        train_sft(fresh(), problems, changed, tmp_path, log=lambda row: None, evaluate=lambda: next(scores))
    outcome = train_sft(fresh(), problems, changed, tmp_path, resume=True, log=lambda row: None, evaluate=lambda: 0.3)
    assert outcome[:3] == (4, True, 0.5)


def test_bf16_and_gradient_checkpointing_take_steps(fresh, problems, recipe, tmp_path):
    plain, saving, half = fresh(), fresh(), fresh()
    rows: list[dict] = []
    train_sft(plain, problems, with_sft(recipe, steps=2), tmp_path / "a", log=rows.append)
    changed = with_sft(recipe, steps=2, gradient_checkpointing=True)
    train_sft(saving, problems, changed, tmp_path / "b", log=rows.append)
    train_sft(half, problems, with_sft(recipe, steps=2, bf16=True), tmp_path / "c", log=rows.append)
    assert close(weights(plain), weights(saving))
    assert rows[4]["loss"] == pytest.approx(rows[0]["loss"], rel=0.02)
    assert {item.dtype for item in half.model.parameters()} == {torch.float32}


@pytest.mark.parametrize("micro_batch", [None, 3])
def test_the_share_of_padding_is_logged_and_bucketing_lowers_it(fresh, problems, recipe, tmp_path, micro_batch):
    model = fresh()
    lengths = [sum(map(len, item)) for item in encode_examples(model, problems, recipe.prompt, max_length=1000)]
    shares = {}
    for bucket in (True, False):
        rows: list[dict] = []
        changed = with_sft(recipe, steps=2, batch=6, bucket=bucket, micro_batch=micro_batch)
        train_sft(model, problems, changed, tmp_path / str(bucket), log=rows.append)
        order = make_order(problems, lengths, changed.sft, recipe.seed, None)
        for row in rows:
            sizes = [lengths[index] for index in order(row["step"] - 1)]
            pieces = [sizes] if micro_batch is None else [sizes[:3], sizes[3:]]
            laid = sum(max(piece) * len(piece) for piece in pieces)
            assert row["padding"] == pytest.approx((laid - sum(sizes)) / laid)
        shares[bucket] = sum(row["padding"] for row in rows)
    assert shares[True] < shares[False]


def test_epochs_are_steps(recipe):
    assert sft_steps(with_sft(recipe, steps=None, epochs=1.5, batch=8).sft, 20) == 4
    assert sft_steps(with_sft(recipe, steps=7).sft, 20) == 7


def test_the_curriculum_by_errors_resumes_bit_for_bit_too(fresh, problems, recipe, tmp_path):
    changed = with_sft(recipe, curriculum="errors", steps=40, save_every=36, batch=4)
    rows: list[dict] = []
    train_sft(fresh(), problems, changed, tmp_path / "whole", log=rows.append)
    kept: list[dict] = []
    shutil.copytree(tmp_path / "whole", tmp_path / "again")
    (tmp_path / "again" / "step-0000040.pt").unlink()
    train_sft(fresh(), problems, changed, tmp_path / "again", resume=True, log=kept.append)
    assert kept == rows[36:]
