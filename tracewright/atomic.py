"""Files and folders that are written whole or not at all: under another name first, then renamed.

A full disk, a folder that may not be written or Ctrl-C leaves what stood there before, and nothing half made.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tracewright.errors import RunError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a text file for writing; it takes its name when the block ends without an error.

    Raises:
        RunError: the folder is missing, is no folder or may not be written, or the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise refusal(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


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
        return RunError(f"{path} cannot be written: the disk is full", "make room, then continue with --resume")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return RunError(f"{path} cannot be written: no permission", "choose another --out")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return RunError(f"{path} cannot be written: {path.parent} is no folder", "make the folder first")
    if error.errno == errno.EISDIR:
        return RunError(f"{path} cannot be written: it is a folder", "name a file")
    return RunError(f"{path} cannot be written ({error.strerror or error})")
