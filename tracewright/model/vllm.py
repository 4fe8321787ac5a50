"""The sampler that runs a saved model through vLLM: for evaluation on GPUs, where it is many times faster.

Prompts go to vLLM as the very token ids that training used, and its tokens come back through the same tokenizer, so a
completion is judged exactly as one of the local sampler. The samples differ from the local ones: other kernels, other
random numbers. A greedy completion may differ where two tokens are all but equally likely.

vLLM is no dependency of ours: install it where there is a GPU for it. It is imported when it is used.
Not covered: sampling while training (its weights would be stale; TRL's trainers do that, see `adapters/trl.py`), and
several GPUs a model.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from tracewright.data.prompt import View
from tracewright.errors import ModelError
from tracewright.evaluate.sample import Completion
from tracewright.model.load import LanguageModel, pick_device, pick_dtype, wrap
from tracewright.model.sampler import until_ended
from tracewright.model.seed import derive
from tracewright.recipe import ModelConfig, PromptConfig, SamplerConfig


def check_vllm() -> None:
    """Complain in one sentence where vLLM is not installed.

    Raises:
        ModelError: it is not.
    """
    if find_spec("vllm") is None:
        raise ModelError(
            "sampler.kind=vllm needs vllm, which is not installed",
            "pip install vllm on a machine with a GPU, or set sampler.kind=local",
        )


@contextmanager
def vllm_sampler(
    folder: Path, model: ModelConfig, prompt: PromptConfig, sampler: SamplerConfig
) -> Iterator["VllmSampler"]:
    """Start vLLM on the model of a folder that `save_pretrained` wrote; stop it and free its memory at the end.

    Raises:
        ModelError: vLLM is not installed, or cannot run this model here.
    """
    check_vllm()
    from vllm import LLM

    shell = _shell(folder, prompt)
    dtype = str(pick_dtype(model.dtype, pick_device(model.device))).removeprefix("torch.")
    try:
        engine = LLM(model=str(folder), dtype=dtype, gpu_memory_utilization=sampler.memory_share)
    except (ValueError, RuntimeError, OSError) as error:
        reason = (str(error).strip().split("\n")[0] or type(error).__name__)[:160]
        raise ModelError(f"vLLM cannot run {folder} ({reason})", "set sampler.kind=local") from None
    made = VllmSampler(engine, shell)
    try:
        yield made
    finally:
        made.engine = None
        del engine
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


@dataclass
class VllmSampler:
    """Let vLLM write the completions."""

    engine: Any
    """vLLM's `LLM`."""
    shell: LanguageModel
    """The same model's tokenizer and rules; its weights are not there."""

    def __call__(
        self,
        prompts: Sequence[View],
        *,
        samples: int = 1,
        max_new_tokens: int,
        temperature: float,
        seed: int,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Completion]]:
        """Return `samples` completions for each prompt, in order."""
        from vllm import SamplingParams

        done = [[Completion("", True, 0)] * samples for _ in prompts]
        asked, settings, places = [], [], []
        for place, view in enumerate(prompts):
            ids = self.shell.encode(View(view.system, view.question, "")).prompt
            room = min(max_new_tokens, self.shell.context - len(ids))
            for sample in range(samples if room > 0 else 0):
                asked.append({"prompt_token_ids": ids})
                settings.append(
                    SamplingParams(
                        temperature=temperature,
                        max_tokens=room,
                        seed=derive(seed, "sample", place, sample) if temperature > 0 else None,
                        stop_token_ids=sorted(self.shell.stops),
                        detokenize=False,
                    )
                )
                places.append((place, sample))
        answers = self.engine.generate(asked, settings, use_tqdm=False) if asked else []
        for (place, sample), answer in zip(places, answers, strict=True):
            done[place][sample] = self._completion(answer.outputs[0])
        if progress:
            progress(samples * len(prompts))
        return done

    def _completion(self, output: Any) -> Completion:
        tokens = list(output.token_ids)
        text, ended = until_ended(self.shell.text(tokens))
        return Completion(text, output.finish_reason == "length" and not ended, len(tokens))


def _shell(folder: Path, prompt: PromptConfig) -> LanguageModel:
    """Return tokenizer, style and stop tokens of a saved model, as the local sampler has them, without its weights."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    if (folder / "generation_config.json").exists():
        model.generation_config = GenerationConfig.from_pretrained(folder)
    return wrap(model, tokenizer, prompt, str(folder))
