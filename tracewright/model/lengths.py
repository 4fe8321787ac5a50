"""How long prompts and targets are in a tokenizer's tokens: known before a run, not after its truncation."""

from collections.abc import Sequence
from typing import Any

from transformers import AutoTokenizer

from tracewright.data.problem import Problem
from tracewright.data.prompt import view
from tracewright.errors import ModelError
from tracewright.recipe import PromptConfig


def longest(problems: Sequence[Problem], name: str, prompt: PromptConfig | None = None) -> dict[str, dict[str, Any]]:
    """Return the longest prompt and target, in tokens, each with the problem's id; `name` is a folder or a hub id.

    The prompt counts its text alone, without a chat template's own tokens.

    Raises:
        ModelError: there is no such tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0][:120]
        raise ModelError(f"there is no tokenizer {name!r} ({reason})", "name a folder or a hub id") from None
    views = [view(problem, prompt or PromptConfig()) for problem in problems]
    found = {}
    for what, texts in (
        ("prompt", [f"{item.system}\n\n{item.question}" for item in views]),
        ("target", [item.target for item in views]),
    ):
        lengths = [len(ids) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]]
        place = max(range(len(lengths)), key=lengths.__getitem__)
        found[what] = {"tokens": lengths[place], "id": problems[place].id}
    return found
