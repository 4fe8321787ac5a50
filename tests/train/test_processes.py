"""Two CPU processes under torch's launcher take the same steps as one, in the same data order, SFT and RL."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import importlib.util, json, sys
from dataclasses import replace
from pathlib import Path
spec = importlib.util.spec_from_file_location("own", sys.argv[1])
own = importlib.util.module_from_spec(spec); spec.loader.exec_module(own)
import torch
torch.set_num_threads(1)
from tracewright.data.prompt import view
from tracewright.model.load import load
from tracewright.recipe import ModelConfig, PromptConfig, Recipe, RlConfig, SftConfig, TinyConfig
from tracewright.train.rl import train_rl
from tracewright.train.sft import train_sft
problems = own.make_problems(30)
recipe = Recipe(
    prompt=PromptConfig(numbers="masked", mask_names=True, system="none"),
    model=ModelConfig(device="cpu", tiny=TinyConfig(width=32, layers=2, heads=2, feed_forward=64, vocabulary=1024)),
    sft=SftConfig(steps=12, batch=7, warmup=2, lr=1e-2, save_every=6, micro_batch=2),
    rl=RlConfig(steps=3, questions=5, samples=2, baseline="leave_one_out", max_new_tokens=40, save_every=2, redraw=1),
)
model = load(recipe.model, recipe.prompt, texts=[text for one in problems for text in view(one, recipe.prompt)])
rows = []
folder = Path(sys.argv[2])
train_sft(model, problems, recipe, folder / "sft", log=rows.append)
train_rl(model, problems, recipe, folder / "rl", log=rows.append)
import os
if os.environ.get("RANK", "0") == "0":
    (folder / "rows.json").write_text(json.dumps(rows))
    print(sorted(path.name for path in (folder / "sft").iterdir()))
"""


def run(folder: Path, processes: int) -> list[dict]:
    folder.mkdir()
    script = folder / "script.py"
    script.write_text(SCRIPT)
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"] if processes > 1 else []
    command = [sys.executable, *launcher, str(script), str(Path(__file__).with_name("conftest.py")), str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "ACCELERATE_USE_CPU": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "['step-0000006.pt', 'step-0000012.pt']" in done.stdout
    return json.loads((folder / "rows.json").read_text())


@pytest.mark.slow
def test_two_processes_are_one(tmp_path):
    one, two = run(tmp_path / "one", 1), run(tmp_path / "two", 2)
    assert len(one) == len(two) == 15
    for left, right in zip(one, two, strict=True):
        assert left.keys() == right.keys()
        for key, value in left.items():
            assert right[key] == (pytest.approx(value, rel=1e-3, abs=1e-5) if isinstance(value, float) else value)
