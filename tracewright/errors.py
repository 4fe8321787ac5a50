"""The errors a person can mend: a file, a key, a flag, a model id.

A model's mistakes (a bad trace) are values, see `trace/fault.py`. Mistakes of ours are assertions and ordinary
exceptions: they are not here, and nobody catches them.

    TracewrightError      where, what was read, and a hint
    |-- ConfigError       a recipe, a key=value, a flag
    |-- DataError         a file of problems, completions or schemas
    |-- ModelError        a model id, a tokenizer, a checkpoint, a device
    `-- RunError          a run directory: missing, half made, made by another recipe; a disk that is full
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TracewrightError(Exception):
    """Say in one sentence what is wrong, and in a second one what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class ConfigError(TracewrightError):
    """A recipe, a `key=value` or a flag that cannot be used."""


class DataError(TracewrightError):
    """A file of problems, completions, traces or schemas that cannot be used."""


class ModelError(TracewrightError):
    """A model, tokenizer, checkpoint or device that cannot be used."""


class RunError(TracewrightError):
    """A run directory that cannot be made, read or continued."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean 'x'?` for the known name nearest to `word`, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""
