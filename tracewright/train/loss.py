"""Losses on completion tokens alone, with logits computed at those positions alone.

Sequences are padded on the right and no mask is handed to the model: under causal attention a padding token behind a
sequence cannot reach it, so an example's loss does not depend on its neighbours, and attention takes its fast path.
The output layer, which is most of a small model's work, sees only the positions that predict a completion token: a hook
picks them before it, so every architecture's own treatment of logits (bias, soft caps, scales) stays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import Module
from torch.nn.functional import cross_entropy

from tracewright.model.load import Encoded


class Batch(NamedTuple):
    """Examples side by side. N is the number of completion tokens of all rows together."""

    ids: torch.Tensor
    """(B, T) prompt and target, padded on the right."""
    picks: torch.Tensor
    """(N,) places in the flattened (B * T) from which completion tokens are predicted."""
    labels: torch.Tensor
    """(N,) the completion tokens, stop tokens among them."""
    rows: torch.Tensor
    """(N,) the row that each belongs to."""


class TokenTerms(NamedTuple):
    """What a policy says of completion tokens, each (N,), at a temperature."""

    logp: torch.Tensor
    entropy: torch.Tensor


def collate(examples: Sequence[Encoded], pad: int, device: torch.device) -> Batch:
    """Lay examples side by side. Each needs a prompt of at least one token."""
    width = max(len(item.prompt) + len(item.target) for item in examples)
    ids = torch.full((len(examples), width), pad)
    picks: list[torch.Tensor] = []
    for row, item in enumerate(examples):
        assert item.prompt, "an empty prompt predicts nothing"
        ids[row, : len(item.prompt) + len(item.target)] = torch.tensor(item.prompt + item.target)
        start = row * width + len(item.prompt) - 1
        picks.append(torch.arange(start, start + len(item.target)))
    labels = torch.tensor([token for item in examples for token in item.target])
    rows = torch.repeat_interleave(torch.arange(len(examples)), torch.tensor([len(item.target) for item in examples]))
    return Batch(ids.to(device), torch.cat(picks).to(device), labels.to(device), rows.to(device))


def completion_logits(model: Module, head: Module, batch: Batch) -> torch.Tensor:
    """Return the logits that predict the completion tokens, (N, V). `head` is the model's output layer."""

    def pick(_: Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (inputs[0].flatten(0, 1)[batch.picks], *inputs[1:])

    hook = head.register_forward_pre_hook(pick)
    try:
        logits: torch.Tensor = model(input_ids=batch.ids, use_cache=False).logits
    finally:
        hook.remove()
    return logits


def token_losses(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the negative log-likelihood of each completion token, (N,), in nats."""
    return cross_entropy(logits.float(), labels, reduction="none")


def token_terms(logits: torch.Tensor, labels: torch.Tensor, temperature: float) -> TokenTerms:
    """Return log-probability and entropy under softmax(logits / temperature), which the samples were drawn from."""
    logp = torch.log_softmax(logits.float() / temperature, -1)
    entropy = -(logp.exp() * logp).sum(-1)
    return TokenTerms(logp.gather(-1, labels[:, None])[:, 0], entropy)


def token_kl(logits: torch.Tensor, reference: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return KL(policy || reference) at each completion token, (N,), summed over the whole vocabulary.

    It is the divergence of the next token given the sampled prefix; as a penalty its gradient leaves out how the
    policy changes which prefixes are met, as is usual for token-level penalties.
    """
    policy = torch.log_softmax(logits.float() / temperature, -1)
    start = torch.log_softmax(reference.float() / temperature, -1)
    return (policy.exp() * (policy - start)).sum(-1)


def row_sums(values: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Sum a value of each completion token over its row, (B,)."""
    return values.new_zeros(batch.ids.shape[0]).index_add(0, batch.rows, values)
