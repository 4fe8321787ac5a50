"""What a verb of the command line is, and what several verbs share: reading a text, a whole number, a progress bar."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tracewright.errors import DataError


class Verb(NamedTuple):
    """A verb: its help, its arguments, and what it does with them; `act` returns the exit code."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    act: Callable[[argparse.Namespace], int]
    description: str = ""
    examples: str = ""


def read_text(name: str, limit: int | None = None) -> str:
    """Read a file, or standard input for `-`; of a larger one, only `limit` characters and one more.

    Raises:
        DataError: it is missing, a folder or no text.
    """
    called = "standard input" if name == "-" else name or "''"
    try:
        if name == "-":
            data = sys.stdin.buffer.read() if limit is None else sys.stdin.buffer.read(4 * limit + 4)
        else:
            with Path(name).open("rb") as file:
                data = file.read() if limit is None else file.read(4 * limit + 4)
        return data.decode("utf-8", "strict" if limit is None or len(data) <= 4 * limit else "ignore")
    except FileNotFoundError:
        raise DataError(f"{called} does not exist") from None
    except IsADirectoryError:
        raise DataError(f"{called} is a folder", "name a file") from None
    except UnicodeDecodeError:
        raise DataError(f"{called} is not UTF-8 text") from None
    except OSError as error:
        raise DataError(f"{called} cannot be read ({error.strerror})") from None


def whole(least: int = 0, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers for a flag."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"a whole number is needed, read {text[:40]!r}") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"a whole number from {least} on is needed, read {text[:40]!r}")
        if most is not None and value > most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most} is needed, read {text[:40]!r}")
        return value

    return read


def progress_bar(what: str, total: int | None, unit: str = "it") -> Any:
    """Return a tqdm bar on standard error."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread that wakes bars which stand still: with one, no process could be forked
    return tqdm(total=total, desc=what, unit=unit, file=sys.stderr, dynamic_ncols=True, mininterval=0.2)
