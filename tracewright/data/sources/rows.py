"""Files of problems as others publish them -> rows: JSON, JSON lines, CSV, TSV or XML, told apart by their content.

A row has the names of its fields in small letters, whatever a set calls them, and numbers as the text they were written
as: 18.50 keeps its precision. Each row knows the line where it starts. Gzipped files are read as well.

Not covered: what the fields mean (`fields.py` and the readers), Parquet and Arrow.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tracewright.data.sources.markup import read_elements
from tracewright.errors import DataError


class Row(NamedTuple):
    """One object of a file."""

    where: str
    """The file and the line where it starts, for messages."""
    line: int
    """From 1."""
    fields: dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    """Read all rows of a file.

    Raises:
        DataError: the file is missing, no text, empty or broken; names the line.
    """
    data = _read(path)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = list(read_elements(data, path, "problem"))
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DataError(f"{path} is not UTF-8 text") from None
        start = text.lstrip()[:1]
        if not start:
            raise DataError(f"{path} is empty")
        found = list((_array if start == "[" else _lines if start == "{" else _table)(text, path))
    if not found:
        raise DataError(f"{path} is empty")
    return [_row(path, line, fields) for line, fields in found]


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(f"{path} is a folder", "name a file")
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _row(path: Path, line: int, fields: Any) -> Row:
    where = f"{path}, line {line}"
    if not isinstance(fields, dict):
        raise DataError(f"{where}: an object with fields is needed, read {str(fields)[:60]!r}")
    return Row(where, line, {str(name).strip().lower(): value for name, value in fields.items()})


Found = Iterator[tuple[int, Any]]
"""Line from 1, and what was read there."""

_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_BLANK = " \t\r\n"


def _array(text: str, path: Path) -> Found:
    """Read a JSON array entry by entry, so that each knows its line."""
    at, line, counted = text.index("[") + 1, 1, 0
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            break
        line, counted = line + text.count("\n", counted, at), at
        value, at = _decode(text, at, path)
        yield line, value
        at = _skip(text, at)
        if text[at : at + 1] not in (",", "]"):
            line += text.count("\n", counted, at)
            raise DataError(f"{path}, line {line}: not JSON (a comma or the closing bracket is missing)")
        at += text[at] == ","
    if text[at + 1 :].strip():
        raise DataError(f"{path}: text follows the closing bracket of the array")


def _decode(text: str, at: int, path: Path) -> tuple[Any, int]:
    try:
        return _decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
    except RecursionError:
        raise DataError(f"{path}, line {text.count(chr(10), 0, at) + 1}: nested too deeply") from None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _lines(text: str, path: Path) -> Found:
    """Read one JSON object a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, _decoder.decode(line)
            except json.JSONDecodeError as error:
                raise DataError(f"{path}, line {number}: not JSON ({error.msg})") from None
            except RecursionError:
                raise DataError(f"{path}, line {number}: nested too deeply") from None


def _table(text: str, path: Path) -> Found:
    """Read a table whose first line names its columns; a tab there says what parts them."""
    header = text.lstrip().split("\n", 1)[0]
    mark = "\t" if "\t" in header else ","
    if mark not in header:
        raise DataError(f"{path} is neither JSON, JSON lines, XML, nor a table whose first line names its columns")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    try:
        for fields in reader:
            if None in fields:
                raise DataError(f"{path}, line {line + 1}: more columns than the first line names")
            # A column that is missing at the end of a line is a field that is missing.
            yield line + 1, {name: value for name, value in fields.items() if value is not None}
            line = reader.line_num
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a table ({error})") from None
