"""The remote sampler against a server that is not ours: `transformers serve`, on the CPU, with small random models."""

import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from tracewright.data.prompt import View
from tracewright.model.load import load, save_pretrained
from tracewright.model.remote import RemoteSampler, served_model
from tracewright.model.sampler import LocalSampler
from tracewright.recipe import ModelConfig, PromptConfig, SamplerConfig

VIEWS = [View("Be brief.", "Ann has 16 eggs. How many?", ""), View("", "How much does she earn?", "")]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a server that loads whatever folder a request names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", "--host", "127.0.0.1"]
    with log.open("w") as file:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--device", "cpu", "--dtype", "float32"],
            stdout=file, stderr=file, env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    end = time.monotonic() + 180
    while not answers(f"http://127.0.0.1:{port}/health"):
        assert process.poll() is None and time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}/v1"
    process.terminate()
    process.wait()


def answers(url):
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as response:
            return response.status == 200
    except (URLError, TimeoutError):
        return False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "style"), [("smollm2", "chat"), ("llama3", "chat"), ("tinyllama", "chat"), ("pythia", "raw")]
)
def test_it_writes_what_the_local_sampler_writes(address, checkpoint, name, style, tmp_path):
    """Of a folder as a run leaves it; the server ends at the stop tokens that are written there."""
    prompt, folder = PromptConfig(style=style), str(tmp_path / "sft")
    language_model = load(ModelConfig(id=str(checkpoint(name)), device="cpu"), prompt)
    save_pretrained(language_model, tmp_path / "sft")
    config = SamplerConfig(kind="openai", url=address, model=folder, concurrency=2)
    keys = {"max_new_tokens": 30, "temperature": 0.0, "seed": 0}
    assert RemoteSampler(config, prompt, folder)(VIEWS, **keys) == LocalSampler(language_model)(VIEWS, **keys)
    assert served_model(config) == folder
