import pytest
import torch

from tracewright.model.freeze import choose_trainable
from tracewright.recipe import TrainableConfig
from tracewright.train.speed import WARM, Speed, peak_of, peak_tflops, work


def test_work_by_hand(fresh):
    """Two blocks of width 32 with 64 inside, tied embeddings: four 32 x 32 and three 32 x 64 matrices, two norms."""
    model = fresh()
    vocabulary = model.model.config.vocab_size
    block = 4 * 32 * 32 + 3 * 32 * 64 + 2 * 32
    assert work(model) == (6 * (2 * block + 32), 6 * vocabulary * 32)
    frozen, _ = choose_trainable(model, TrainableConfig(layers=1))
    assert work(frozen) == (2 * block + 6 * (block + 32), 6 * vocabulary * 32)


@pytest.mark.parametrize(
    ("card", "peak"),
    [
        ("NVIDIA H200", 989.0), ("NVIDIA H100 80GB HBM3", 989.0), ("NVIDIA H100 PCIe", 756.0), ("NVIDIA L4", 121.0),
        ("NVIDIA L40S", 362.0), ("NVIDIA A100-SXM4-80GB", 312.0), ("NVIDIA GeForce RTX 4090", 165.0), ("GH5", None),
    ],
)  # fmt: skip
def test_cards_by_their_names(card, peak):
    assert peak_of(card) == peak


def test_a_cpu_has_no_peak(fresh):
    assert peak_tflops(torch.device("cpu")) is None
    speed = Speed(fresh(), 1)
    assert speed.note(0.5, 100, 20) == {"seconds": 0.5, "tokens": 100, "tokens_per_second": 200.0}
    assert speed.line() == ""
    for _ in range(WARM):
        speed.note(0.1, 100, 20)
    assert speed.line() == "1,000 tokens a second"


def test_the_share_of_the_peak(fresh):
    model = fresh()
    speed = Speed(model, 2)
    a_token, a_target = work(model)
    speed.peak = 1e9
    row = speed.note(0.25, 100, 20)
    assert row["peak_share"] == pytest.approx((100 * a_token + 20 * a_target) / 0.25 / 1e9)
    for _ in range(WARM):
        speed.note(0.25, 100, 20)
    assert speed.line().endswith(f", {row['peak_share']:.1%} of the device's peak")
