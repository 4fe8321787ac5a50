import pytest
from accelerate.tracking import GeneralTracker

from tracewright.errors import ConfigError
from tracewright.train.track import Trackers, both, check_tracker


class Notebook(GeneralTracker):
    """A tracker that writes into a list."""

    name = "notebook"
    requires_logging_directory = False

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, dict]] = []
        self.config: dict = {}

    @property
    def tracker(self) -> list:
        return self.rows

    def store_init_configuration(self, values) -> None:
        self.config = values

    def log(self, values, step=None, **_) -> None:
        self.rows.append((step, values))


def test_rows_reach_the_tracker_with_their_stage(tmp_path):
    notebook = Notebook()
    trackers = Trackers([notebook], "a-run", tmp_path, {"seed": 3})
    seen: list[dict] = []
    log = both(seen.append, trackers)
    log({"stage": "sft", "step": 1, "loss": 2.0})
    log({"stage": "sft", "step": 2, "loss": 1.0})
    log({"stage": "rl", "step": 1, "reward": 0.5})
    trackers.close()
    assert notebook.config == {"seed": 3}
    assert notebook.rows == [(1, {"sft/loss": 2.0}), (2, {"sft/loss": 1.0}), (3, {"rl/reward": 0.5})]
    assert len(seen) == 3


def test_a_tracker_that_is_not_there_is_an_error(monkeypatch):
    with pytest.raises(ConfigError, match=r"no tracker is called 'tensorbord'; did you mean 'tensorboard'\?"):
        check_tracker("tensorbord")
    monkeypatch.setattr("tracewright.train.track._AVAILABLE", {"wandb": lambda: False})
    with pytest.raises(ConfigError, match="the tracker 'wandb' is not installed; pip install wandb"):
        check_tracker("wandb")
