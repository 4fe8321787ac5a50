"""A causal language model ready to be asked, from `tiny`, a folder or the hub: weights, tokenizer, style, stop token.

Written rules, the same for every family:

- chat style: the tokenizer's own template. A system text that the template refuses or drops goes in front of the
  question. Thinking is switched off and the date is fixed, for templates that know these; nothing else is passed.
- raw style: system text, question and target, a blank line between; the tokenizer's beginning token where it sets one.
- The stop token that is learned, and is in the loss, is what the template writes after an answer, else the tokenizer's
  end of text. Generation ends at either, and at those that the model's own generation settings name.
- The padding token is never one that ends a generation: the tokenizer's own where it is different, else a padding or
  unknown token of its vocabulary, else a new `<|pad|>`.
- Prompt and target are tokenized apart, so the prompt's tokens are the same in training and in generation.

Not covered: encoder-decoder models, models that need code from the hub, multimodal input.
"""

import copy
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from logging import CRITICAL
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import jinja2
import torch
from huggingface_hub.utils import logging as hub_logging
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as hf_logging

from tracewright.atomic import whole_folder
from tracewright.data.prompt import View
from tracewright.errors import ModelError
from tracewright.model.tiny import check_sizes, tiny_model, tiny_tokenizer
from tracewright.recipe import ModelConfig, PromptConfig

FIXED_DATE = date(2024, 7, 26)
"""Shown by templates that print today's date, so that a prompt is the same on every day."""
_PADDINGS = (
    "<pad>",
    "<|pad|>",
    "[PAD]",
    "<|padding|>",
    "<|finetune_right_pad_id|>",
    "<|fim_pad|>",
    "<unk>",
    "<|endoftext|>",
)
_NEW_PADDING = "<|pad|>"
_ANSWER = "expert: answer"


class Encoded(NamedTuple):
    """Token ids of one view. `target` ends with the stop token, and is empty where the view has no target."""

    prompt: list[int]
    target: list[int]


@dataclass(frozen=True)
class LanguageModel:
    """A model with its tokenizer and the rules by which it is asked."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    chat: bool
    stop: int
    """The token that ends a target."""
    stops: frozenset[int]
    """The tokens that end a generation, `stop` among them."""
    pad: int

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @cached_property
    def context(self) -> int:
        """Most tokens of prompt and completion together that the model was made for."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", 0) or 1 << 30)

    def autocast(self) -> AbstractContextManager[Any]:
        """Return the context in which mixed weights (trained ones in float32, frozen ones in half) work together."""
        kinds = {parameter.dtype for parameter in self.model.parameters()}
        if len(kinds) == 1:
            return nullcontext()
        low = torch.float16 if torch.float16 in kinds else torch.bfloat16
        return torch.autocast(self.device.type, low)

    def prompt_text(self, view: View) -> str:
        """Return the text of the prompt, special tokens included, as a person can read it."""
        if self.chat:
            return _chat_text(self.tokenizer, view.system, view.question)
        return "".join(f"{part}\n\n" for part in (view.system, view.question) if part)

    def encode(self, view: View) -> Encoded:
        """Tokenize a view."""
        prompt = self.tokenizer(self.prompt_text(view), add_special_tokens=False)["input_ids"]
        if not self.chat:
            prompt = self._first + prompt
        if not view.target:
            return Encoded(prompt, [])
        return Encoded(prompt, self.tokenizer(view.target, add_special_tokens=False)["input_ids"] + [self.stop])

    def encode_all(self, views: Sequence[View]) -> list[Encoded]:
        """Tokenize views as `encode` does, all at once: many times as fast."""
        if not views:
            return []
        first = [] if self.chat else self._first
        prompts = self.tokenizer([self.prompt_text(view) for view in views], add_special_tokens=False)["input_ids"]
        targets = self.tokenizer([view.target for view in views], add_special_tokens=False)["input_ids"]
        return [
            Encoded(first + prompt, [*target, self.stop] if view.target else [])
            for view, prompt, target in zip(views, prompts, targets, strict=True)
        ]

    def text(self, tokens: list[int]) -> str:
        """Return the text of generated tokens, without special tokens."""
        return self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    @cached_property
    def _first(self) -> list[int]:
        """The tokens that the tokenizer sets before any text."""
        bos = self.tokenizer.bos_token_id
        return [bos] if bos is not None and self.tokenizer("a")["input_ids"][:1] == [bos] else []


def load(config: ModelConfig, prompt: PromptConfig, *, texts: Iterable[str] = (), seed: int = 0) -> LanguageModel:
    """Load a model, or make the tiny one with a tokenizer trained on `texts`.

    Raises:
        ModelError: there is no such model, it lacks something, or the device is not there.
        ConfigError: no tiny model has such sizes.
    """
    device = pick_device(config.device)
    hf_logging.disable_progress_bar()
    if config.id == "tiny":
        check_sizes(config.tiny)
        tokenizer: PreTrainedTokenizerBase = tiny_tokenizer(texts, config.tiny.vocabulary)
        model: PreTrainedModel = tiny_model(config.tiny, tokenizer, seed)
    else:
        tokenizer, model = _from_pretrained(config, device)
    return wrap(model.to(device), tokenizer, prompt, config.id)


def wrap(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: PromptConfig, name: str = "the model"
) -> LanguageModel:
    """Settle style, stop and padding token of a model and tokenizer that are already in memory.

    Raises:
        ModelError: chat style is asked for and there is no template, or the tokenizer has no end of text.
    """
    has_template = bool(getattr(tokenizer, "chat_template", None))
    if prompt.style == "chat" and not has_template:
        raise ModelError(f"the tokenizer of {name} has no chat template", "set prompt.style=raw")
    chat = has_template and prompt.style != "raw"
    stop = _turn_end(tokenizer) if chat else None
    if stop is None:
        stop = tokenizer.eos_token_id
    if stop is None:
        raise ModelError(
            f"the tokenizer of {name} has no end-of-text token", "set eos_token in its tokenizer_config.json"
        )
    stops = {stop, tokenizer.eos_token_id, *_generation_ends(model)} - {None}
    pad = _padding(model, tokenizer, stops)
    return LanguageModel(model.eval(), tokenizer, chat, stop, frozenset(stops), pad)


def pick_device(word: str) -> torch.device:
    """Return the device that a recipe names; `auto` takes cuda, mps, cpu, the first that is there.

    Raises:
        ModelError: the device is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if word == "auto":
        word = next(name for name, found in there.items() if found)
    if not there[word]:
        raise ModelError(f"this machine has no device {word!r}", "set model.device=auto")
    return torch.device(word, int(os.environ.get("LOCAL_RANK", 0))) if word == "cuda" else torch.device(word)


def pick_dtype(word: str, device: torch.device) -> torch.dtype:
    """Return the number type that a recipe names; `auto` is bfloat16 on a GPU that has it, else float32."""
    if word == "auto":
        return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[word]


def _from_pretrained(config: ModelConfig, device: torch.device) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    source = _check_source(config.id)
    where = {"revision": config.revision} if config.revision else {}
    name = config.id
    settings = _read_settings(config)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **where)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        raise ModelError(
            f"{name} has no tokenizer that can be read ({_first_line(error)})", "add its tokenizer files"
        ) from None
    try:
        with _whole_on_every_process():
            model, info = AutoModelForCausalLM.from_pretrained(
                source, config=settings, dtype=pick_dtype(config.dtype, device), output_loading_info=True, **where
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise _unloadable(name, error) from None
    except (SafetensorError, UnpicklingError) as error:
        raise ModelError(f"the weights of {name} cannot be read ({_first_line(error)})", "fetch them again") from None
    missing = sorted(info["missing_keys"])
    if missing:
        raise ModelError(
            f"{name} lacks {len(missing)} of its weights, {missing[0]!r} among them", "it is no complete causal model"
        )
    return tokenizer, model


@contextmanager
def _whole_on_every_process() -> Iterator[None]:
    """Keep transformers from leaving the weights of all processes but the first empty, as it does under FSDP."""
    word = "FSDP_CPU_RAM_EFFICIENT_LOADING"
    before = os.environ.pop(word, None)
    try:
        yield
    finally:
        if before is not None:
            os.environ[word] = before


def check_model(config: ModelConfig) -> None:
    """Look for the model and its device before anything else is done, so that a misspelt id costs seconds.

    Raises:
        ModelError: there is no such model or device.
        ConfigError: no tiny model has such sizes.
    """
    pick_device(config.device)
    if config.id == "tiny":
        check_sizes(config.tiny)
    else:
        _read_settings(config)


def _read_settings(config: ModelConfig) -> PreTrainedConfig:
    source = _check_source(config.id)
    where = {"revision": config.revision} if config.revision else {}
    loud = hub_logging.get_verbosity()
    hub_logging.set_verbosity(CRITICAL)  # it would tell of every retry; we say it once
    try:
        return AutoConfig.from_pretrained(source, **where)
    except (OSError, ValueError, KeyError) as error:
        raise _unloadable(config.id, error) from None
    finally:
        hub_logging.set_verbosity(loud)


def _check_source(name: str) -> str:
    """Return the folder or hub id; complain about a folder that cannot be a model before anything is loaded."""
    if not name.strip():
        raise ModelError("model.id is empty", "write tiny, a folder or a hub id")
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "config.json").exists():
            raise ModelError(
                f"the folder {name} holds no model (there is no config.json)",
                "name a folder that save_pretrained wrote",
            )
        return str(path)
    if path.exists():
        raise ModelError(f"{name} is a file", "name the folder that holds config.json")
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise ModelError(f"the folder {name} does not exist")
    return name


def _unloadable(name: str, error: Exception) -> ModelError:
    text = str(error)
    if "does not recognize this architecture" in text or "Unrecognized model" in text or "model type" in text:
        return ModelError(
            f"the architecture of {name} is not known to the installed transformers", "install a newer transformers"
        )
    if "Unrecognized configuration class" in text:
        return ModelError(f"{name} is no causal language model", "choose a model that continues text")
    if Path(name).expanduser().is_dir():
        return ModelError(f"the model in {name} cannot be read ({_first_line(error)})", "fetch or save it again")
    if isinstance(error, OSError):
        return ModelError(
            f"the model {name!r} is neither a folder nor in the local cache, and the hub did not give it",
            "check the id and the network, or name a folder",
        )
    return ModelError(f"the model {name} cannot be loaded ({_first_line(error)})")


def _first_line(error: Exception) -> str:
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:160]


def _chat_text(tokenizer: PreTrainedTokenizerBase, system: str, question: str) -> str:
    user = {"role": "user", "content": question}
    if not system:
        return _render(tokenizer, [user])
    try:
        text = _render(tokenizer, [{"role": "system", "content": system}, user])
    except (jinja2.TemplateError, ValueError, TypeError):
        text = ""
    if system.strip() in text:
        return text
    return _render(tokenizer, [{"role": "user", "content": f"{system}\n\n{question}"}])


def _render(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], *, prompt: bool = True) -> str:
    """Apply the chat template, with the date fixed and thinking off."""
    return str(
        tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=prompt,
            enable_thinking=False,
            date_string=FIXED_DATE.strftime("%d %b %Y"),
            strftime_now=FIXED_DATE.strftime,
        )
    )


def _turn_end(tokenizer: PreTrainedTokenizerBase) -> int | None:
    """Return the special token that the template writes right after an answer, or None."""
    messages = [{"role": "user", "content": "question"}, {"role": "assistant", "content": _ANSWER}]
    try:
        text = _render(tokenizer, messages, prompt=False)
    except (jinja2.TemplateError, ValueError, TypeError):
        return None
    tail = text.rpartition(_ANSWER)[2].strip()
    if not tail:
        return None
    first = tokenizer(tail, add_special_tokens=False)["input_ids"][0]
    return first if first in tokenizer.all_special_ids or first in tokenizer.added_tokens_decoder else None


def _generation_ends(model: PreTrainedModel) -> list[int]:
    ends = getattr(model.generation_config, "eos_token_id", None)
    return [] if ends is None else list(ends) if isinstance(ends, (list, tuple)) else [ends]


def _padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, stops: set[int]) -> int:
    """Return a padding token that ends nothing, and make it the tokenizer's own."""
    if tokenizer.pad_token_id is not None and tokenizer.pad_token_id not in stops:
        return int(tokenizer.pad_token_id)
    known = tokenizer.get_vocab()
    for word in (*_PADDINGS, tokenizer.unk_token):
        if word in known and known[word] not in stops:
            tokenizer.pad_token = word
            return int(known[word])
    tokenizer.add_special_tokens({"pad_token": _NEW_PADDING})
    size = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > size:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        with torch.no_grad():  # the new row is an average one: the same at every load, and as unlikely as most
            for layer in (model.get_input_embeddings(), model.get_output_embeddings()):
                layer.weight[size:] = layer.weight[:size].mean(0)
                if getattr(layer, "bias", None) is not None:
                    layer.bias[size:] = layer.bias[:size].mean()
    return int(tokenizer.pad_token_id)


def save_pretrained(language_model: LanguageModel, folder: Path) -> None:
    """Write a model and its tokenizer to a folder for `from_pretrained`, whole or not at all; adapters are merged in.

    Raises:
        RunError: the folder cannot be written.
    """
    model = language_model.model
    if hasattr(model, "merge_and_unload"):
        model = copy.deepcopy(model).merge_and_unload()
    ends = sorted(language_model.stops)  # so that whoever serves the folder ends where we do
    model.generation_config.eos_token_id = ends[0] if len(ends) == 1 else ends
    hf_logging.disable_progress_bar()
    with whole_folder(folder) as partial:
        try:
            model.save_pretrained(partial)
        except SafetensorError as error:
            raise OSError(errno.ENOSPC, str(error)) from None
        language_model.tokenizer.save_pretrained(partial)
