"""Our problems and our judge in TRL's trainers: GRPO at scale (vLLM, many GPUs), SFT for comparison.

    language_model = load(ModelConfig(id=...), prompt)
    trainer = GRPOTrainer(
        model=for_trl(language_model), processing_class=language_model.tokenizer,
        train_dataset=questions(language_model, problems, prompt),
        reward_funcs=reward_function(language_model, prompt), args=GRPOConfig(...),
    )

The prompts are, token by token, those of our own loops: TRL tokenizes them itself, and here it is made sure that the
outcome is the same. Generation ends at the same stop tokens. A completion is judged by `grade.py`, names put back; one
that met no stop token is truncated, unless its document was complete before, as everywhere.
Not covered: TRL's own settings. By default its GRPO averages over the tokens of a batch (`loss_type`), where our loop
sums over a completion's; a moving-average baseline it does not have.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jinja2
from datasets import Dataset
from transformers import PreTrainedModel

from tracewright.adapters.datasets import read_problem
from tracewright.data.problem import Problem, to_json
from tracewright.data.prompt import View, view
from tracewright.errors import ModelError
from tracewright.grade import GRADED
from tracewright.model.load import LanguageModel
from tracewright.model.sampler import until_ended
from tracewright.recipe import PromptConfig
from tracewright.trace.experts import DEFAULT_RULES, Rules
from tracewright.train.check import encode_examples, judge

Reward = Callable[..., list[float | None]]


def for_trl(language_model: LanguageModel) -> PreTrainedModel:
    """Return the model, made to end its generations at our stop tokens."""
    settings = language_model.model.generation_config
    settings.eos_token_id = sorted(language_model.stops)
    settings.pad_token_id = language_model.pad
    return language_model.model


def questions(language_model: LanguageModel, problems: Sequence[Problem], prompt: PromptConfig) -> Dataset:
    """Return the columns prompt and problem, for GRPOTrainer and its siblings.

    Raises:
        ModelError: TRL would tokenize a prompt in another way than ours.
        ConfigError, DataError: as `data.prompt.view`.
    """
    views = [view(problem, prompt) for problem in problems]
    return Dataset.from_dict(
        {"prompt": _prompts(language_model, views), "problem": [to_json(problem) for problem in problems]}
    )


def examples(
    language_model: LanguageModel, problems: Sequence[Problem], prompt: PromptConfig, *, max_length: int
) -> Dataset:
    """Return the columns input_ids and labels for SFTTrainer: the loss is on the target alone, stop token included.

    Raises:
        DataError: as `train.check.encode_examples`.
    """
    rows = encode_examples(language_model, problems, prompt, max_length=max_length)
    return Dataset.from_dict(
        {
            "input_ids": [row.prompt + row.target for row in rows],
            "labels": [[-100] * len(row.prompt) + row.target for row in rows],
        }
    )


def reward_function(
    language_model: LanguageModel,
    prompt: PromptConfig,
    *,
    rewards: Mapping[str, float] = GRADED,
    check_expert: bool = True,
    rules: Rules = DEFAULT_RULES,
) -> Reward:
    """Return a reward function in TRL's form, fed by the columns of `questions`.

    A problem without an answer gets None, which TRL leaves out; a wrong completion gets what the table says.
    """

    def tracewright_grade(
        completions: Sequence[Any], problem: Sequence[str], completion_ids: Sequence[Sequence[int]], **_: Any
    ) -> list[float | None]:
        values: list[float | None] = []
        for written, row, tokens in zip(completions, problem, completion_ids, strict=True):
            asked = read_problem(row)
            text, ended = until_ended(written if isinstance(written, str) else written[-1]["content"])
            truncated = not ended and not any(token in language_model.stops for token in tokens[-1:])
            graded = judge(
                text, asked, prompt, truncated=truncated, rewards=rewards, check_expert=check_expert, rules=rules
            ) if asked.answer else None  # fmt: skip
            values.append(graded.reward if graded else None)
        return values

    return tracewright_grade


def _prompts(language_model: LanguageModel, views: Sequence[View]) -> list[Any]:
    """Return the prompts in the form, text or messages, that TRL turns into the very tokens of `encode`."""
    bare = [View(item.system, item.question, "") for item in views]
    wanted = [language_model.encode(item).prompt for item in bare]
    tokenizer = language_model.tokenizer
    texts = [language_model.prompt_text(item) for item in bare]
    if not texts or tokenizer(text=texts)["input_ids"] == wanted:
        return texts
    for fold in (False, True):  # a template that has no system role takes the system text with the question
        messages = [_messages(item, fold) for item in bare]
        try:
            tokens = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
        except (jinja2.TemplateError, ValueError, TypeError):
            continue
        if tokens == wanted:
            return messages
    raise ModelError(
        "TRL would tokenize the prompts of this model in another way than its own training here",
        "set prompt.style=raw",
    )


def _messages(item: View, fold: bool) -> list[dict[str, str]]:
    if not item.system:
        return [{"role": "user", "content": item.question}]
    if fold:
        return [{"role": "user", "content": f"{item.system}\n\n{item.question}"}]
    return [{"role": "system", "content": item.system}, {"role": "user", "content": item.question}]
