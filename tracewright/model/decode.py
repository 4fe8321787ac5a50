"""Batched generation with a key-value cache: greedy, or sampled at a temperature.

Prompts are sorted by length and padded on the left; rows that have ended are dropped from the batch and its cache. What
a row gets depends on its prompt and its seed alone, not on its neighbours (to the rounding of floats). A generation
ends at a stop token, where `ended` says that its text is complete, or at the token limit: then it is truncated.
The distribution sampled from is exactly softmax(logits / temperature) over the whole vocabulary, in float32: the one
under which `train/rl.py` takes log-probabilities.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from transformers import DynamicCache

from tracewright.model.load import LanguageModel


class Decoded(NamedTuple):
    """What was generated for one row. `tokens` holds the stop token where there is one."""

    tokens: list[int]
    truncated: bool


DROP_SHARE = 0.125
"""Ended rows leave the batch once they are this share of it: each time, the cache is copied."""


def decode(
    language_model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    seeds: Sequence[int] | None = None,
    batch: int = 64,
    ended: Callable[[list[int]], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Decoded]:
    """Continue each prompt; return what was generated, in the order of the prompts.

    `seeds`: one a prompt, needed where the temperature is above 0. `ended` is asked after each token with all tokens
    of the row. `progress` is told how many more rows are finished.
    """
    assert temperature == 0 or seeds is not None
    results: list[Decoded | None] = [None] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]), reverse=True)
    model = language_model.model
    was_training = model.training
    model.eval()
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        draws = _draws(seeds, rows, max_new_tokens) if temperature > 0 and seeds is not None else None
        with torch.inference_mode(), language_model.autocast():
            for row, decoded in _batch(language_model, prompts, rows, max_new_tokens, temperature, draws, ended):
                results[row] = decoded
                if progress:
                    progress(1)
    model.train(was_training)
    assert all(result is not None for result in results)
    return results  # type: ignore[return-value]


def _draws(seeds: Sequence[int], rows: Sequence[int], length: int) -> torch.Tensor:
    """Return a uniform number for each row and token, (B, T): a row's come from its own seed."""
    return torch.stack(
        [torch.rand(length, generator=torch.Generator().manual_seed(seeds[row]), dtype=torch.float64) for row in rows]
    )


def _batch(
    language_model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    rows: list[int],
    max_new_tokens: int,
    temperature: float,
    draws: torch.Tensor | None,
    ended: Callable[[list[int]], bool] | None,
) -> Iterator[tuple[int, Decoded]]:
    """Generate for one batch; yield each row as it ends."""
    device = language_model.device
    limits = {row: min(max_new_tokens, language_model.context - len(prompts[row])) for row in rows}
    for row in [row for row in rows if limits[row] <= 0]:
        yield row, Decoded([], True)
    keep = [place for place, row in enumerate(rows) if limits[row] > 0]
    rows = [rows[place] for place in keep]
    if not rows:
        return
    if draws is not None:
        draws = draws[keep] if device.type == "mps" else draws[keep].to(device)  # mps has no float64
    tokens: dict[int, list[int]] = {row: [] for row in rows}
    cache = DynamicCache(config=language_model.model.config)
    ids, mask = _pad_left([prompts[row] for row in rows], language_model.pad)
    ids, mask = ids.to(device), mask.to(device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    padded = bool((mask == 0).any())
    alive = torch.ones(len(rows), dtype=torch.bool)
    while True:
        logits = language_model.model(
            input_ids=ids,
            attention_mask=mask if padded else None,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]
        step = len(tokens[rows[int(alive.nonzero()[0])]])
        chosen = _choose(logits, temperature, None if draws is None else draws[:, step])
        for place, (row, token) in enumerate(zip(rows, chosen.tolist(), strict=True)):
            if not alive[place]:
                continue
            tokens[row].append(token)
            stopped = token in language_model.stops or (ended is not None and ended(tokens[row]))
            if stopped or len(tokens[row]) >= limits[row]:
                alive[place] = False
                yield row, Decoded(tokens[row], not stopped)
        left = int(alive.sum())
        if left == 0:
            return
        if len(rows) - left >= max(1, DROP_SHARE * len(rows)):
            keep_index = alive.nonzero()[:, 0].to(device)
            cache.batch_select_indices(keep_index)
            chosen, mask, positions = chosen[keep_index], mask[keep_index], positions[keep_index]
            draws = None if draws is None else draws[keep_index.to(draws.device)]
            rows = [row for place, row in enumerate(rows) if alive[place]]
            alive = torch.ones(left, dtype=torch.bool)
            padded = bool((mask == 0).any())
        ids = chosen[:, None]
        mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
        positions = positions[:, -1:] + 1


def _pad_left(prompts: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask of the prompts, (B, T), padded on the left."""
    width = max(len(prompt) for prompt in prompts)
    ids = torch.full((len(prompts), width), pad)
    mask = torch.zeros((len(prompts), width), dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    return ids, mask


def _choose(logits: torch.Tensor, temperature: float, draws: torch.Tensor | None) -> torch.Tensor:
    """Choose the next token of each row, (B,): the likeliest, or by inverting the distribution at a uniform draw."""
    if draws is None:
        return logits.argmax(-1)
    probabilities = torch.softmax(logits.float() / temperature, -1)
    cumulative = probabilities.to(draws.device).double().cumsum(-1)
    chosen = torch.searchsorted(cumulative, (draws * cumulative[:, -1])[:, None], right=True)[:, 0]
    return chosen.clamp(max=logits.shape[-1] - 1).to(logits.device)
