"""The small Llama that is made on the spot: a tokenizer trained on the run's own data, and fresh weights.

It is saved as an ordinary folder that `from_pretrained` reads. The tokenizer is a byte-level BPE, so any text can be
written, with rules that suit traces: a digit is a token of its own, no token holds a line break and anything else, and
mentions (n1, e1), step names and the language's own pieces (`- {op: init, var:`) are whole tokens, which keeps targets
short. A mention is the same token in the question and in the trace.
"""

import re
from collections.abc import Iterable, Iterator

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tracewright.errors import ConfigError
from tracewright.model.seed import seeded
from tracewright.recipe import TinyConfig
from tracewright.trace.experts import COMPUTE_OPS, EXPERTS, OPERATIONS

PAD = "<pad>"
STOP = "<end>"

WHOLE_MENTIONS = 24
"""n1 to n24 and e1 to e24 are whole tokens; later ones are spelled."""
WHOLE_STEPS = 12
"""step1 to step12, likewise."""
_PIECE_WEIGHT = 2_000
"""How often the pieces are shown to the BPE trainer: enough to be merged before the rarer words of the data."""
_LEAST_VOCABULARY = 768


def check_sizes(config: TinyConfig) -> None:
    """Complain about sizes of which no model can be made.

    Raises:
        ConfigError: the width is no multiple of the heads, or the vocabulary is too small for the alphabet and the
            language's pieces.
    """
    if config.width % config.heads or (config.width // config.heads) % 2:
        raise ConfigError(
            f"model.tiny.width={config.width} must be an even multiple of model.tiny.heads={config.heads}",
            f"set model.tiny.width={2 * config.heads * max(1, config.width // (2 * config.heads))}",
        )
    if config.vocabulary < _LEAST_VOCABULARY:
        raise ConfigError(f"model.tiny.vocabulary must be at least {_LEAST_VOCABULARY}, read {config.vocabulary}")


def tiny_tokenizer(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train the tokenizer on texts; the same texts give the same tokenizer."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_pattern()), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, STOP],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_with_pieces(texts), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=STOP, clean_up_tokenization_spaces=False
    )


def tiny_model(config: TinyConfig, tokenizer: PreTrainedTokenizerFast, seed: int) -> LlamaForCausalLM:
    """Make a Llama of the given sizes with weights drawn from the seed, with a deviation of 1 / sqrt(width).

    That is some four times the usual 0.02 at these widths, and the loss falls much faster (docs/training.md).
    """
    llama = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.width,
        intermediate_size=config.feed_forward,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.heads,
        max_position_embeddings=config.context,
        tie_word_embeddings=config.tied,
        initializer_range=config.width**-0.5,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with seeded(seed, "tiny"):
        return LlamaForCausalLM(llama).eval()


def _pieces() -> list[str]:
    """Return the strings of canonical traces that are worth a token, from the table of the language."""
    fields = dict.fromkeys(key for operation in OPERATIONS.values() for key in operation.fields)
    pieces = [f"- {{op: {name}, {operation.fields[0]}:" for name, operation in OPERATIONS.items() if name != "compute"]
    pieces += [f"- {{op: compute, compute_op: {name}, args: [" for name in COMPUTE_OPS]
    pieces += [f", {key}:" for key in fields if key not in ("source", "args", "compute_op")]
    pieces += [f"expert: {name}" for name in EXPERTS]
    return [*pieces, ", source: ", "], var:", "trace:", "- expert:", "prev.result", "```yaml", "```", "#### "]


def _pattern() -> str:
    """Return the expression that cuts a text into words; BPE merges inside a word only."""
    whole = "|".join(re.escape(piece).replace(r"\ ", " ") for piece in sorted(_pieces(), key=len, reverse=True))
    mention = r"(?<![A-Za-z0-9])[ne][1-9]\d?(?![A-Za-z0-9])"
    numbered = r"(?:(?<![A-Za-z0-9])| )step\d{1,2}(?![A-Za-z0-9])|sub\d\.result"
    word = rf"[ ._]?(?!{mention})(?!step\d)[^\W\d_]+(?:'[a-z]{{1,2}}(?![a-z]))?"
    return rf"{whole}|\n+|{mention}|{numbered}|{word}|\d| ?[^\s\w]+|[^\S\n]+|_"


def _with_pieces(texts: Iterable[str]) -> Iterator[str]:
    numbered = [f"{letter}{number}" for letter in "ne" for number in range(1, WHOLE_MENTIONS + 1)]
    numbered += [f"{space}step{number}" for space in ("", " ") for number in range(1, WHOLE_STEPS + 1)]
    line = "\n".join([*_pieces(), *numbered, *(f"sub{number}.result" for number in range(4))])
    for _ in range(_PIECE_WEIGHT):
        yield line
    yield from texts
