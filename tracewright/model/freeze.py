"""Choose what is trained: everything, the last blocks with the final norm and the output layer, or LoRA adapters.

With tied embeddings the output layer *is* the input embedding: to train it alone, it is untied first, else the backward
pass would run through the whole model and change the input too. Trained weights are kept in float32, also where the
frozen ones are in half precision: an update of a millionth would vanish in bfloat16.
Not covered: embeddings on their own, and layers chosen by name.
"""

import warnings
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import nn

from tracewright.errors import ModelError
from tracewright.model.load import LanguageModel
from tracewright.model.seed import seeded
from tracewright.recipe import ModelConfig, TrainableConfig

ALPHA_PER_RANK = 2
"""LoRA's alpha as a multiple of its rank."""


class Trainable(NamedTuple):
    """What is trained of a model."""

    trained: int
    """Parameters that are trained."""
    total: int
    """All parameters; an output layer that was untied counts as its own."""
    untied: bool
    about: str
    """One line for the log."""


def exact(config: ModelConfig) -> ModelConfig:
    """Return the configuration by which a model is loaded to be trained: in float32.

    Loaded in bfloat16, the weights that SFT left would reach RL rounded. What is frozen is lowered afterwards.
    """
    return config if config.dtype == "float16" else replace(config, dtype="float32")


def choose_trainable(
    language_model: LanguageModel, config: TrainableConfig, *, seed: int = 0, frozen: torch.dtype | None = None
) -> tuple[LanguageModel, Trainable]:
    """Freeze all but what is to be trained; return the model (wrapped, for LoRA) and what that is.

    `frozen` is the number type that the frozen weights get; none: they keep theirs.

    Raises:
        ModelError: the model has fewer blocks, float16 weights would be trained, or peft is not installed.
    """
    model = language_model.model
    untied = False
    if config.lora:
        language_model = replace(language_model, model=_with_adapters(model, config.lora, seed))
        what = f"LoRA adapters of rank {config.lora} on the linear layers of the blocks"
    elif config.layers == "all":
        model.requires_grad_(True)
        what = "all layers"
    else:
        blocks = find_blocks(model)
        if config.layers > len(blocks):
            raise ModelError(
                f"the model has {len(blocks)} blocks, model.trainable.layers={config.layers} asks for more"
            )
        model.requires_grad_(False)
        chosen: list[nn.Module] = list(blocks)[len(blocks) - config.layers :]
        what = f"the last {config.layers} of {len(blocks)} blocks"
        if config.head:
            untied = untie(model)
            chosen += [*find_final_norms(model), model.get_output_embeddings()]
            what += ", the final norm and the output layer" + (" (untied from the input embedding)" if untied else "")
        for module in chosen:
            module.requires_grad_(True)
    _raise_precision(language_model.model)
    if frozen is not None:
        for item in language_model.model.parameters():
            if not item.requires_grad:
                item.data = item.data.to(frozen)
    trained = sum(item.numel() for item in language_model.model.parameters() if item.requires_grad)
    total = sum(item.numel() for item in language_model.model.parameters())
    about = f"training {what}: {trained:,} of {total:,} parameters ({trained / total:.1%})"
    return language_model, Trainable(trained, total, untied, about)


def find_blocks(model: nn.Module) -> nn.ModuleList:
    """Return the list of decoder blocks of a model of any family.

    Raises:
        ModelError: there is none.
    """
    count = model.config.get_text_config().num_hidden_layers
    for module in model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    raise ModelError(
        "the model's decoder blocks cannot be found", "set model.trainable.layers=all or model.trainable.lora=16"
    )


def find_final_norms(model: nn.Module) -> list[nn.Module]:
    """Return the norms that stand behind the decoder blocks, in the module that holds them."""
    blocks = find_blocks(model)
    for parent in model.modules():
        children = list(parent.children())
        if any(child is blocks for child in children):
            place = next(index for index, child in enumerate(children) if child is blocks)
            return [child for child in children[place + 1 :] if "norm" in type(child).__name__.lower()]
    return []


def untie(model: nn.Module) -> bool:
    """Give the output layer a weight of its own; return whether it shared the input embedding's."""
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    if head.weight is not embedding.weight:
        return False
    head.weight = nn.Parameter(head.weight.detach().clone())
    model.config.tie_word_embeddings = False
    model.config.get_text_config().tie_word_embeddings = False
    return True


def _with_adapters(model: nn.Module, rank: int, seed: int) -> nn.Module:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise ModelError("model.trainable.lora needs peft", "pip install 'tracewright[lora]'") from None
    config = LoraConfig(
        r=rank, lora_alpha=ALPHA_PER_RANK * rank, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    with seeded(seed, "lora"), warnings.catch_warnings():
        # peft asks transformers by a name that is about to go.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(model, config)


def _raise_precision(model: nn.Module) -> None:
    for name, item in model.named_parameters():
        if not item.requires_grad or item.dtype == torch.float32:
            continue
        if item.dtype == torch.float16:
            raise ModelError(f"{name} is in float16, which trains badly", "set model.dtype=bfloat16 or float32")
        item.data = item.data.float()
