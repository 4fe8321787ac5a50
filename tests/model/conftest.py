"""Very small random checkpoints of the supported families, with tokenizers and chat templates written here."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    GPTNeoXConfig,
    LlamaConfig,
    Phi3Config,
    PhiConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
    StableLmConfig,
)

from tracewright.model.seed import seeded

TEXTS = [
    "You turn word problems into traces.",
    "Ann has 16 eggs and sells 3 of them for $2 each. How much does she earn?",
    "expert: arithmetic\ntrace:\n- {op: init, var: eggs, source: n1}\n- {op: query, var: result}",
]
SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4}
SIZES |= {"max_position_embeddings": 512, "initializer_range": 0.3}

HEADERS = """{% for m in messages %}{% if loop.first %}<|begin|>{% endif %}<|head|>{{ m.role }}<|tail|>

{{ m.content | trim }}<|eot|>{% endfor %}{% if add_generation_prompt %}<|head|>assistant<|tail|>

{% endif %}"""
"""In the manner of Llama 3: a beginning token in the template, a header a turn."""

TURNS = """{% for m in messages %}<|start|>{{ m.role }}
{{ m.content }}<|stop|>
{% endfor %}{% if add_generation_prompt %}<|start|>assistant
{% endif %}"""
"""In the manner of Qwen, SmolLM and StableLM: turns between two marks."""

THINKING = """{% set today = date_string if date_string is defined else strftime_now("%d %b %Y") %}<|start|>system
Today is {{ today }}.{% if messages[0].role == "system" %} {{ messages[0].content }}{% endif %}<|stop|>
{% for m in messages if m.role != "system" %}<|start|>{{ m.role }}
{{ m.content }}<|stop|>
{% endfor %}{% if add_generation_prompt %}<|start|>assistant
{% if enable_thinking is defined and not enable_thinking %}<think>

</think>

{% endif %}{% endif %}"""
"""In the manner of Qwen 3 and SmolLM 3: a date, and thinking that can be switched off."""

ROLES = """{% for m in messages %}<|{{ m.role }}|>
{{ m.content }}</s>
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}"""
"""In the manner of TinyLlama: role marks, turns end with the end of text."""

ENDS = """{% for m in messages %}<|{{ m.role }}|>
{{ m.content }}<|end|>
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}"""
"""In the manner of Phi 3: role marks, turns end with a mark that is not the end of text."""

NO_SYSTEM = """{{ bos_token }}{% for m in messages %}{% if m.role == "system" %}\
{{ raise_exception("no system role") }}{% endif %}\
<turn>{{ "model" if m.role == "assistant" else m.role }}
{{ m.content | trim }}<end_of_turn>
{% endfor %}{% if add_generation_prompt %}<turn>model
{% endif %}"""
"""In the manner of Gemma: the system role is refused."""

DROPS_SYSTEM = """{% for m in messages if m.role != "system" %}[{{ m.role }}] {{ m.content }} \
{% if m.role == "assistant" %}{{ eos_token }}{% endif %}{% endfor %}\
{% if add_generation_prompt %}[assistant] {% endif %}"""
"""A template that drops the system text without a word."""


class Family(NamedTuple):
    """A checkpoint of one family: its configuration, its tokenizer's manner, and what is expected of it."""

    config: type
    settings: dict
    sentencepiece: bool
    bos: str | None
    eos: str
    pad: str | None
    marks: tuple[str, ...]
    template: str | None
    stop: str


FAMILIES = {
    "llama3": Family(
        LlamaConfig, {"num_key_value_heads": 2}, False, "<|begin|>", "<|eos|>", None,
        ("<|head|>", "<|tail|>", "<|eot|>", "<|finetune_right_pad_id|>"), HEADERS, "<|eot|>",
    ),
    "llama base": Family(LlamaConfig, {}, True, "<s>", "</s>", None, ("<unk>",), None, "</s>"),
    "tinyllama": Family(LlamaConfig, {}, True, "<s>", "</s>", "</s>", ("<unk>",), ROLES, "</s>"),
    "smollm2": Family(
        LlamaConfig, {"tie_word_embeddings": True}, False, "<|start|>", "<|stop|>", "<|stop|>",
        ("<|endoftext|>",), TURNS, "<|stop|>",
    ),
    "smollm3": Family(
        LlamaConfig, {"tie_word_embeddings": True}, False, None, "<|endoftext|>", None,
        ("<|start|>", "<|stop|>"), THINKING, "<|stop|>",
    ),
    "qwen2": Family(
        Qwen2Config, {"num_key_value_heads": 2, "tie_word_embeddings": True}, False, None, "<|stop|>", "<|endoftext|>",
        ("<|start|>",), TURNS, "<|stop|>",
    ),
    "qwen3": Family(
        Qwen3Config, {"num_key_value_heads": 2, "head_dim": 8, "tie_word_embeddings": True}, False, None, "<|stop|>",
        "<|endoftext|>", ("<|start|>",), THINKING, "<|stop|>",
    ),
    "phi2": Family(PhiConfig, {}, False, None, "<|endoftext|>", None, (), None, "<|endoftext|>"),
    "phi3": Family(
        Phi3Config, {"pad_token_id": None}, True, "<s>", "<|endoftext|>", "<|endoftext|>",
        ("<unk>", "<|end|>", "<|user|>", "<|assistant|>"), ENDS, "<|end|>",
    ),
    "stablelm": Family(
        StableLmConfig, {"num_key_value_heads": 2, "partial_rotary_factor": 0.5}, False, None, "<|stop|>",
        "<|endoftext|>", ("<|start|>",), TURNS, "<|stop|>",
    ),
    "gemma2": Family(
        Gemma2Config, {"num_key_value_heads": 2, "head_dim": 8, "sliding_window": 8, "final_logit_softcapping": 5.0},
        True, "<bos>", "<eos>", "<pad>", ("<turn>", "<end_of_turn>", "<unk>"), NO_SYSTEM, "<end_of_turn>",
    ),
    "pythia": Family(GPTNeoXConfig, {}, False, None, "<|endoftext|>", None, ("<|padding|>",), None, "<|endoftext|>"),
    "system dropped": Family(LlamaConfig, {}, False, None, "<|endoftext|>", None, (), DROPS_SYSTEM, "<|endoftext|>"),
}  # fmt: skip


def make_tokenizer(family: Family) -> PreTrainedTokenizerFast:
    """A BPE tokenizer in the manner of the family: of bytes, or of SentencePiece's spaces with byte fallback."""
    special = list(dict.fromkeys([one for one in (family.bos, family.eos, family.pad, *family.marks) if one]))
    if family.sentencepiece:
        tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
        special += [f"<0x{byte:02X}>" for byte in range(256)]
        alphabet = [chr(code) for code in range(33, 127)]
        trainer = trainers.BpeTrainer(
            vocab_size=600, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        trainer = trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
    tokenizer.train_from_iterator(TEXTS, trainer)
    if family.sentencepiece:
        place = tokenizer.token_to_id(family.bos)
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{family.bos} $A", special_tokens=[(family.bos, place)]
        )
    words = {"bos_token": family.bos, "eos_token": family.eos, "pad_token": family.pad}
    words |= {"unk_token": "<unk>"} if family.sentencepiece else {}
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **{key: word for key, word in words.items() if word})
    made.add_special_tokens({"additional_special_tokens": [mark for mark in family.marks if mark != "<unk>"]})
    made.chat_template = family.template
    return made


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Callable[[str], Path]:
    """A function that gives the folder of a family's checkpoint, made once."""
    folders: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in folders:
            family = FAMILIES[name]
            tokenizer = make_tokenizer(family)
            settings = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id} | SIZES | family.settings
            settings["pad_token_id"] = None
            with seeded(11, name):
                model = AutoModelForCausalLM.from_config(family.config(vocab_size=len(tokenizer), **settings))
            folders[name] = tmp_path_factory.mktemp("family") / name.replace(" ", "-")
            model.save_pretrained(folders[name])
            tokenizer.save_pretrained(folders[name])
        return folders[name]

    return get


@pytest.fixture(params=list(FAMILIES))
def name(request) -> str:
    """The name of each family in turn."""
    return request.param


@pytest.fixture
def family(name) -> Family:
    return FAMILIES[name]
