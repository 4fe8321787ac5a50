"""A run directory: create, record, reopen, resume. The only file that knows the names of its files.

    config.yaml         the whole recipe, defaults included; a run can be made again from it alone
    environment.json    commit, versions, device, seed, fingerprints of data files
    stages.json         the stages that are complete
    metrics.jsonl       one line a training step, without any clock: a resumed run has the same bytes
    timing.jsonl        seconds and tokens, one line now and then
    data/               train.jsonl, rl.jsonl where RL asks other questions, one file an evaluation split
    checkpoints/        states of training to resume from
    start/ sft/ rl/     models as from_pretrained folders: untrained (tiny only), after SFT, after RL
    completions/ grades/  one file a model; scores.json, report.md, report.html

Every file is written whole or not at all (`atomic.py`), except the two that grow by lines.
"""

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracewright.atomic import refusal, whole_file
from tracewright.config import read_config, write_config
from tracewright.errors import RunError
from tracewright.recipe import Recipe

STAGES = ("data", "sft", "rl", "sample", "score", "report")
"""The stages of the main job, in order."""
REMOTE = "remote"
"""Stands where a stage of training does, for the model behind an endpoint."""
MODELS = ("sft", "rl", REMOTE)
"""Whose completions and grades a run may hold, in the order in which they are shown."""


class Run:
    """One run directory that exists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.yaml"
        self.environment = path / "environment.json"
        self.metrics = path / "metrics.jsonl"
        self.timing = path / "timing.jsonl"
        self.scores = path / "scores.json"
        self.report_markdown = path / "report.md"
        self.report_html = path / "report.html"
        self._stages = path / "stages.json"

    def problems(self, split: str) -> Path:
        """Name the file of the training data (`train`), of RL's own questions (`rl`) or of an evaluation split."""
        return self.path / "data" / f"{split}.jsonl"

    def splits(self) -> list[str]:
        """Return the evaluation splits whose problems are there, in a fixed order."""
        order = ("fresh", "unseen_wordings", "unseen_schemas", "gsm8k_dev", "gsm8k_test")
        found = {path.stem for path in (self.path / "data").glob("*.jsonl")} - {"train", "rl"}
        return [name for name in order if name in found] + sorted(found - set(order))

    def model(self, stage: str) -> Path:
        """Name the folder of the model at a stage: start, sft or rl."""
        return self.path / stage

    def models(self) -> list[str]:
        """Return the trained models that are there, in order of training."""
        return [stage for stage in ("sft", "rl") if self.model(stage).is_dir()]

    def sampled(self) -> list[str]:
        """Return the models whose completions are there."""
        return [stage for stage in MODELS if self.completions(stage).is_file()]

    def scored(self) -> list[str]:
        """Return the models whose grades are there."""
        return [stage for stage in MODELS if self.grades(stage).is_file()]

    def checkpoints(self, stage: str) -> Path:
        """Name the folder of a stage's checkpoints."""
        return self.path / "checkpoints" / stage

    def completions(self, stage: str) -> Path:
        """Name the file of a model's completions."""
        return self.path / "completions" / f"{stage}.jsonl"

    def grades(self, stage: str) -> Path:
        """Name the file of a model's grades."""
        return self.path / "grades" / f"{stage}.jsonl"

    def recipe(self) -> Recipe:
        """Read the recipe that the run was started with."""
        return read_config(Recipe, self.config)

    def done(self, stage: str) -> bool:
        """Say whether a stage is complete."""
        return stage in self._read_stages()

    def mark(self, stage: str) -> None:
        """Record that a stage is complete."""
        self.write_json(self._stages, [*self._read_stages(), stage])

    def unmark(self, stages: Iterable[str]) -> None:
        """Forget stages, so that they are done again."""
        gone = set(stages)
        self.write_json(self._stages, [stage for stage in self._read_stages() if stage not in gone])

    def _read_stages(self) -> list[str]:
        stages: list[str] = self.read_json(self._stages) if self._stages.exists() else []
        return stages

    @staticmethod
    def write_json(path: Path, value: Any) -> None:
        """Write a JSON file whole or not at all."""
        with whole_file(path) as file:
            json.dump(value, file, indent=1, ensure_ascii=False)
            file.write("\n")

    @staticmethod
    def read_json(path: Path) -> Any:
        """Read a JSON file of the run.

        Raises:
            RunError: it is missing or damaged.
        """
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(f"{path} does not exist", "the run is not as far yet; continue it with --resume") from None
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be read ({error})") from None

    def append(self, path: Path, row: dict[str, Any]) -> None:
        """Add a line to metrics.jsonl or timing.jsonl.

        Raises:
            RunError: the disk is full or the file may not be written.
        """
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            raise refusal(path, error) from None

    def cut_metrics(self, stage: str, step: int) -> None:
        """Drop the lines of a stage after a step, and those of later stages: what a resumed run will write again."""
        if not self.metrics.exists():
            return
        later = STAGES[STAGES.index(stage) + 1 :]
        kept = [
            line
            for line, row in _rows(self.metrics)
            if row.get("stage") not in later and (row.get("stage") != stage or row.get("step", 0) <= step)
        ]
        with whole_file(self.metrics) as file:
            file.writelines(line + "\n" for line in kept)

    def read_metrics(self) -> list[dict[str, Any]]:
        """Return the lines of metrics.jsonl."""
        return [row for _, row in _rows(self.metrics)] if self.metrics.exists() else []

    def read_timing(self) -> list[dict[str, Any]]:
        """Return the lines of timing.jsonl."""
        return [row for _, row in _rows(self.timing)] if self.timing.exists() else []

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes out of the run while the block lasts.

        Raises:
            RunError: another process is at work in it.
        """
        with (self.path / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(
                    f"another process is at work in {self.path}", "wait for it, or choose another --out"
                ) from None
            yield


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the lines of a growing file. A line that a kill cut off, alone or joined by the next one, is left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield line, row


def create(path: Path, recipe: Recipe) -> Run:
    """Make a run directory and write its recipe.

    Raises:
        RunError: the folder holds something already, or cannot be made.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            hint = (
                "continue it with --resume, or choose another --out"
                if (path / "config.yaml").exists()
                else "choose another --out"
            )
            raise RunError(f"{path} exists and is not empty", hint)
        for folder in ("data", "checkpoints", "completions", "grades"):
            (path / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(path, error) from None
    run = Run(path)
    with whole_file(run.config) as file:
        file.write(write_config(recipe))
    return run


def reopen(path: Path) -> Run:
    """Open a run directory that exists.

    Raises:
        RunError: there is none.
    """
    if not path.is_dir():
        raise RunError(
            f"{path} is no run directory" if path.exists() else f"{path} does not exist",
            "name a folder that 'tracewright run' made",
        )
    if not (path / "config.yaml").exists():
        raise RunError(
            f"{path} is no run directory: it has no config.yaml", "name a folder that 'tracewright run' made"
        )
    return Run(path)


def free_path(folder: Path, name: str) -> Path:
    """Return the first of folder/name, folder/name-2, ... that is not taken."""
    path = folder / name
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path


def newest_path(folder: Path, name: str) -> Path:
    """Return the newest run of a name under a folder, for --resume without --out.

    Raises:
        RunError: there is none.
    """
    found = [
        path for path in folder.glob(f"{name}*") if (path / "config.yaml").exists() and _is_run_of(path.name, name)
    ]
    if not found:
        raise RunError(f"there is no run of {name!r} under {folder} to continue", "leave --resume out to start one")
    return max(found, key=lambda path: (path / "config.yaml").stat().st_mtime_ns)


def _is_run_of(folder: str, name: str) -> bool:
    rest = folder[len(name) :]
    return rest == "" or (rest.startswith("-") and rest[1:].isdecimal())
