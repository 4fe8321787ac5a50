"""Metrics to TensorBoard, W&B, trackio and the like, through accelerate's trackers. metrics.jsonl is written anyway.

A tracker is a mirror: a resumed run starts a new one, and nothing is read back from it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, GeneralTracker
from accelerate.utils import is_tensorboard_available, is_trackio_available, is_wandb_available

from tracewright.errors import ConfigError, nearest
from tracewright.train.step import Log

_AVAILABLE: dict[str, Callable[[], bool]] = {
    "tensorboard": is_tensorboard_available,
    "wandb": is_wandb_available,
    "trackio": is_trackio_available,
}


class Trackers:
    """Trackers that are told every row of metrics. Use as `log`, and close at the end."""

    def __init__(
        self, names: Sequence[str | GeneralTracker], project: str, folder: Path, config: dict[str, Any]
    ) -> None:
        """Start trackers, by name or ready-made.

        Raises:
            ConfigError: there is no such tracker, or it is not installed.
        """
        for name in names:
            if isinstance(name, str):
                check_tracker(name)
        self._accelerator = Accelerator(log_with=list(names), project_dir=str(folder))
        self._accelerator.init_trackers(project, config=config)
        self._steps: dict[str, int] = {}

    def __call__(self, row: dict[str, Any]) -> None:
        """Log a row as `sft/loss`, `rl/reward`, ...; the steps of RL follow those of SFT."""
        stage, step = row["stage"], row["step"]
        before = sum(last for other, last in self._steps.items() if other != stage)
        self._steps[stage] = step
        values = {
            f"{stage}/{key}": value for key, value in row.items() if isinstance(value, (int, float)) and key != "step"
        }
        self._accelerator.log(values, step=before + step)

    def close(self) -> None:
        """Let the trackers finish what they are sending."""
        self._accelerator.end_training()


def check_tracker(name: str) -> None:
    """Complain about a tracker that is not known or not installed.

    Raises:
        ConfigError: as said.
    """
    known = [str(getattr(one, "value", one)) for one in LOGGER_TYPE_TO_CLASS]
    if name not in known:
        raise ConfigError(f"no tracker is called {name!r}", nearest(name, known) or f"known: {', '.join(known)}")
    if name in _AVAILABLE and not _AVAILABLE[name]():
        raise ConfigError(f"the tracker {name!r} is not installed", f"pip install {name}, or leave it out")


def both(first: Log, second: Log) -> Log:
    """Return a log that tells two."""

    def log(row: dict[str, Any]) -> None:
        first(row)
        second(row)

    return log
