"""The decoder against one-at-a-time greedy, transformers' own `generate`, and the exact distribution."""

from collections import Counter

import pytest
import torch
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

from tracewright.model.decode import Decoded, decode
from tracewright.model.load import LanguageModel
from tracewright.model.seed import derive, seeded

VOCABULARY, STOP, PAD = 40, 1, 0
STOPS = frozenset({STOP, 11, 12, 13})
SIZES = {"vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
SIZES |= {"num_attention_heads": 4, "max_position_embeddings": 64, "eos_token_id": STOP, "pad_token_id": PAD}


def make(kind: str) -> LanguageModel:
    """Weights are large, so that the likeliest token is clear and a wrong position or mask changes it."""
    with seeded(7, kind):
        if kind == "llama":
            model = LlamaForCausalLM(LlamaConfig(**SIZES, initializer_range=0.4))
        elif kind == "neox":
            model = GPTNeoXForCausalLM(GPTNeoXConfig(**SIZES, initializer_range=0.4))
        else:
            window = MistralConfig(**SIZES, initializer_range=0.4, sliding_window=4, num_key_value_heads=2)
            model = MistralForCausalLM(window)
    return LanguageModel(model.eval(), None, False, STOP, STOPS, PAD)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["llama", "neox", "sliding window"])
def language_model(request) -> LanguageModel:
    return make(request.param)


@pytest.fixture(scope="module")
def prompts() -> list[list[int]]:
    draws = torch.Generator().manual_seed(3)
    lengths = torch.randint(1, 20, (23,), generator=draws).tolist()
    return [torch.randint(2, VOCABULARY, (length,), generator=draws).tolist() for length in lengths]


def greedy_without_cache(model: LanguageModel, prompt: list[int], most: int) -> Decoded:
    """The slow, plain way: the whole text again for each token."""
    tokens: list[int] = []
    while len(tokens) < most:
        with torch.no_grad():
            logits = model.model(torch.tensor([prompt + tokens])).logits[0, -1]
        tokens.append(int(logits.argmax()))
        if tokens[-1] in STOPS:
            return Decoded(tokens, False)
    return Decoded(tokens, True)


@pytest.mark.parametrize("batch", [1, 4, 64])
def test_it_writes_what_plain_greedy_decoding_writes(language_model, prompts, batch):
    expected = [greedy_without_cache(language_model, prompt, 16) for prompt in prompts]
    assert {one.truncated for one in expected} == {True, False}  # some stop, some do not
    assert decode(language_model, prompts, max_new_tokens=16, batch=batch) == expected


def test_it_writes_what_generate_writes(language_model, prompts):
    ours = decode(language_model, prompts, max_new_tokens=12, batch=8)
    for prompt, row in zip(prompts, ours, strict=True):
        ids = torch.tensor([prompt])
        theirs = language_model.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=12,
            do_sample=False,
            pad_token_id=PAD,
            eos_token_id=list(STOPS),
        )
        assert row.tokens == theirs[0, len(prompt) :].tolist()


def test_a_sample_depends_on_its_seed_and_not_on_its_neighbours(language_model, prompts):
    seeds = [derive(0, place) for place in range(len(prompts))]
    options = {"max_new_tokens": 12, "temperature": 1.3}
    together = decode(language_model, prompts, seeds=seeds, batch=64, **options)
    alone = [
        decode(language_model, [one], seeds=[seed], **options)[0] for one, seed in zip(prompts, seeds, strict=True)
    ]
    assert together == alone
    others = decode(language_model, prompts, seeds=[seed + 1 for seed in seeds], **options)
    assert others != together


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_follow_the_softmax_at_the_temperature(temperature):
    model = make("llama")
    prompt = [5, 6, 7]
    logits = model.model(torch.tensor([prompt])).logits[0, -1].detach()
    expected = torch.softmax(logits / (4 * temperature), -1)
    count = 4000
    rows = decode(
        model, [prompt] * count, max_new_tokens=1, temperature=4 * temperature, batch=1000,
        seeds=[derive(1, row) for row in range(count)],
    )  # fmt: skip
    seen = Counter(row.tokens[0] for row in rows)
    spread = (expected * (1 - expected) / count).sqrt()
    for token in range(VOCABULARY):
        assert abs(seen[token] / count - float(expected[token])) < 4.5 * float(spread[token]) + 1e-9


def test_limits_and_ends(language_model, prompts):
    assert all(len(row.tokens) <= 5 for row in decode(language_model, prompts, max_new_tokens=5))
    too_long = [2] * 64
    assert decode(language_model, [too_long, [3] * 62], max_new_tokens=9)[0] == Decoded([], True)
    assert len(decode(language_model, [too_long, [3] * 62], max_new_tokens=9)[1].tokens) <= 2
    first = decode(language_model, prompts, max_new_tokens=16)
    ended = decode(language_model, prompts, max_new_tokens=16, ended=lambda tokens: len(tokens) == 3)
    for row, cut in zip(first, ended, strict=True):
        assert cut.tokens == row.tokens[:3]
        assert not cut.truncated


def test_progress_counts_every_row_and_the_mode_is_put_back(language_model, prompts):
    told: list[int] = []
    language_model.model.train()
    decode(language_model, prompts, max_new_tokens=4, batch=5, progress=told.append)
    assert sum(told) == len(prompts)
    assert language_model.model.training
    language_model.model.eval()
    assert decode(language_model, [], max_new_tokens=4) == []
