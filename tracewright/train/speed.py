"""How fast a training is: tokens a second, and the share of the device's peak that the arithmetic of the model takes.

    operations = 2 * parameters * tokens for the forward pass, and twice that again for those that are trained

with the output layer counted at completion tokens alone, since it sees no others, and the input embedding not at all.
So nothing that is not needed (padding, activations computed twice) is counted as work. Left out as well: attention's
own products (a few per cent at some 200 tokens), and the way of gradients through frozen blocks to adapters.
Source: Kaplan et al. 2020 (arXiv 2001.08361), section 2.1: 6 N a token; Chowdhery et al. 2022 (arXiv 2204.02311),
appendix B: model FLOPs utilization.
"""

import statistics
from typing import NamedTuple

import torch

from tracewright.model.load import LanguageModel

PEAK_TFLOPS = {
    "B200": 2250.0,
    "H200 NVL": 835.0,
    "H200": 989.0,
    "H100 NVL": 835.0,
    "H100 PCIe": 756.0,
    "H100": 989.0,
    "A100": 312.0,
    "L40S": 362.0,
    "L40": 181.0,
    "L4": 121.0,
    "RTX 4090": 165.0,
    "RTX 3090": 71.0,
}
"""Dense bfloat16 tensor peaks of cards in 10^12 operations a second; the first name that a card's name holds counts.
Source: NVIDIA's data sheets of each card (half of the figure where one is given with sparsity)."""
WARM = 10
"""First steps that do not count: the device gets its memory and chooses its kernels."""


class Work(NamedTuple):
    """Operations of the model in a training step, for each token of its forward and backward pass."""

    a_token: float
    """For every token of prompt and completion."""
    a_target: float
    """For every completion token, on top."""


def work(language_model: LanguageModel) -> Work:
    """Count the operations of a training step of a model, as what is trained of it stands."""
    model = language_model.model
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    outside = {id(item) for module in (head, embedding) for item in module.parameters()}
    return Work(
        sum(_operations(item) for item in model.parameters() if id(item) not in outside),
        sum(_operations(item) for item in head.parameters()),
    )


def _operations(item: torch.nn.Parameter) -> float:
    return item.numel() * (6.0 if item.requires_grad else 2.0)


def peak_tflops(device: torch.device) -> float | None:
    """Return the peak of a device in 10^12 operations a second, None where it is not in the table."""
    return peak_of(torch.cuda.get_device_name(device)) if device.type == "cuda" else None


def peak_of(card: str) -> float | None:
    """Return the peak of a card by its name, `NVIDIA H100 PCIe`."""
    words = card.replace("-", " ")
    return next((peak for name, peak in PEAK_TFLOPS.items() if f" {name} " in f" {words} "), None)


class Speed:
    """The speed of the steps of a training, one after the other."""

    def __init__(self, language_model: LanguageModel, processes: int) -> None:
        self.work = work(language_model)
        peak = peak_tflops(language_model.device)
        self.peak = peak and peak * 1e12 * processes
        self.rates: list[float] = []
        self.shares: list[float] = []

    def note(self, seconds: float, tokens: int, targets: int) -> dict[str, float]:
        """Take in a step: its seconds, all its tokens and those of completions; return what belongs into its row."""
        self.rates.append(tokens / seconds)
        row = {"seconds": seconds, "tokens": tokens, "tokens_per_second": tokens / seconds}
        if self.peak:
            operations = self.work.a_token * tokens + self.work.a_target * targets
            self.shares.append(operations / seconds / self.peak)
            row["peak_share"] = self.shares[-1]
        return row

    def line(self) -> str:
        """Say in one line how fast it was, empty where too few steps were taken."""
        if len(self.rates) <= WARM:
            return ""
        text = f"{statistics.median(self.rates[WARM:]):,.0f} tokens a second"
        if self.shares:
            text += f", {statistics.median(self.shares[WARM:]):.1%} of the device's peak"
        return text
