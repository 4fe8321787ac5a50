"""Files and folders that are written whole or not at all: under another name first, then renamed.

A full disk, a folder that may not be written or Ctrl-C leaves what stood there before, and nothing half made.

Not covered: what is no file, such as a device or a pipe. That is written to as it comes, and stays what it is.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from tracewright.errors import DataError, RunError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a text file for writing; it takes its name when the block ends without an error.

    A link stays a link, and the file behind it is written. A file that stood there keeps who may read it.

    Raises:
        RunError: the folder is missing, is no folder or may not be written, or the disk is full.
        DataError: a text holds half a character, which no file can.
    """
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise RunError(f"{path} cannot be written: it is a folder", "name a file")
    plain = mode is None or stat.S_ISREG(mode)
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial") if plain else path
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            if plain:
                os.fsync(file.fileno())
        if plain:
            if mode is not None:
                partial.chmod(stat.S_IMODE(mode))
            partial.replace(target)
    except OSError as error:
        raise refusal(path, error) from None
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        raise DataError(f"{path} cannot be written: a text holds half a character, {half}", "mend it there") from None
    finally:
        if plain:
            _remove(partial)


def _mode(path: Path) -> int | None:
    """Return what stands at the path and who may use it, links followed; None where nothing stands there."""
    try:
        return path.stat().st_mode
    except OSError:  # nothing there, or out of reach: opening it says why
        return None


def _remove(partial: Path) -> None:
    with suppress(OSError):  # where its folder is none, it was never there
        partial.unlink()


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of `path` when the block ends without an error.

    Raises:
        RunError: as `whole_file`.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        if path.exists():
            shutil.rmtree(path)
        partial.replace(path)
    except OSError as error:
        raise refusal(path, error) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refusal(path: Path, error: OSError) -> RunError:
    """Say in one sentence why a file could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RunError(
            f"{path} cannot be written: the disk is full", "make room, then do it again; a run goes on with --resume"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return RunError(f"{path} cannot be written: no permission", "choose another --out")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return RunError(f"{path} cannot be written: {path.parent} is no folder", "make the folder first")
    if error.errno == errno.EISDIR:
        return RunError(f"{path} cannot be written: it is a folder", "name a file")
    return RunError(f"{path} cannot be written ({error.strerror or error})")
