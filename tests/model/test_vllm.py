"""The vLLM sampler against a stand-in with vLLM's interface that decodes with our own model.

vLLM itself needs a GPU and is not installed here; what is tested is what goes to it and what is made of its answers.
"""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import pytest

from tracewright.data.prompt import View
from tracewright.errors import ModelError
from tracewright.model.decode import decode
from tracewright.model.load import load
from tracewright.model.sampler import LocalSampler
from tracewright.model.vllm import check_vllm, vllm_sampler
from tracewright.recipe import ModelConfig, PromptConfig, SamplerConfig

VIEWS = [View("Be brief.", "Ann has 16 eggs. How many?", ""), View("", "How much does she earn?", "unseen")]
CONFIG = SamplerConfig(kind="vllm", memory_share=0.5)


@pytest.fixture
def engines(monkeypatch):
    """Put the stand-in where vLLM would be; give the list of engines that were made."""
    made = []

    class LLM:
        def __init__(self, model, dtype, gpu_memory_utilization):
            self.settings = (dtype, gpu_memory_utilization)
            self.model = load(ModelConfig(id=model, device="cpu"), PromptConfig())
            self.asked = []
            made.append(self)

        def generate(self, prompts, sampling_params, *, use_tqdm=True):
            assert len(prompts) == len(sampling_params) > 0
            self.asked += zip(prompts, sampling_params, strict=True)
            return [self.answer(prompt["prompt_token_ids"], one) for prompt, one in self.asked[-len(prompts) :]]

        def answer(self, ids, one):
            assert set(one.stop_token_ids) == self.model.stops
            tokens, truncated = decode(
                self.model, [ids], max_new_tokens=one.max_tokens, temperature=one.temperature, seeds=[one.seed or 0]
            )[0]
            output = SimpleNamespace(token_ids=tuple(tokens), finish_reason="length" if truncated else "stop")
            return SimpleNamespace(outputs=[output])

    module = ModuleType("vllm")
    module.__spec__ = ModuleSpec("vllm", None)
    module.LLM, module.SamplingParams = LLM, SimpleNamespace
    monkeypatch.setitem(sys.modules, "vllm", module)
    return made


@pytest.mark.parametrize(
    ("name", "temperature"), [("smollm2", 0.0), ("llama base", 0.8), ("gemma2", 0.0), ("pythia", 0.8)]
)
def test_it_writes_what_the_local_sampler_writes(checkpoint, engines, name, temperature):
    folder, heard = checkpoint(name), []
    keys = {"samples": 2, "max_new_tokens": 9, "temperature": temperature, "seed": 3}
    with vllm_sampler(folder, ModelConfig(device="cpu"), PromptConfig(), CONFIG) as sampler:
        found = sampler(VIEWS, progress=heard.append, **keys)
        assert all(item.is_meta for item in sampler.shell.model.parameters())
    local = LocalSampler(load(ModelConfig(id=str(folder), device="cpu"), PromptConfig()))
    assert found == local(VIEWS, **keys)
    assert sum(heard) == 4
    assert engines[0].settings == ("float32", 0.5)
    assert sampler.engine is None


def test_a_prompt_that_fills_the_context_is_truncated_and_not_asked(checkpoint, engines):
    long = View("", "eggs " * 600, "")
    with vllm_sampler(checkpoint("pythia"), ModelConfig(device="cpu"), PromptConfig(), CONFIG) as sampler:
        found = sampler([long, VIEWS[0]], max_new_tokens=5, temperature=0.0, seed=0)
        assert found[0] == [("", True, 0)]
        assert found[1][0].tokens > 0
        assert len(engines[0].asked) == 1
        assert sampler([long], max_new_tokens=5, temperature=0.0, seed=0) == [[("", True, 0)]]


def test_an_engine_that_cannot_start_is_told(checkpoint, engines, monkeypatch):
    def refuse(self, **_):
        raise ValueError("No available memory for the cache blocks.\nTry this and that.")

    monkeypatch.setattr(sys.modules["vllm"].LLM, "__init__", refuse)
    starting = vllm_sampler(checkpoint("pythia"), ModelConfig(device="cpu"), PromptConfig(), CONFIG)
    with pytest.raises(ModelError, match=r"No available memory for the cache blocks\.\); set sampler\.kind=local$"):
        starting.__enter__()


def test_where_it_is_not_installed_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    monkeypatch.setattr("tracewright.model.vllm.find_spec", lambda _: None)
    with pytest.raises(ModelError, match="needs vllm, which is not installed"):
        check_vllm()
