"""XML -> rows: every element of one name, with its attributes and the text of the elements in it.

Documents that define entities are refused: a few hundred characters of them unfold into gigabytes.

Not covered: namespaces, attributes of inner elements, elements of one name inside each other.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from tracewright.errors import DataError


def read_elements(data: bytes, path: Path, tag: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line from 1, fields) of each element that is called `tag`, in any letter case.

    Raises:
        DataError: the text is not well formed, or defines entities.
    """
    reader = _Reader(path, tag)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DataError(f"{path}, line {error.lineno}: not XML ({expat.ErrorString(error.code)})") from None
    yield from reader.found


class _Reader:
    """Gathers fields while the parser walks through the document."""

    def __init__(self, path: Path, tag: str) -> None:
        self.path, self.tag = path, tag
        self.found: list[tuple[int, dict[str, str]]] = []
        self.fields: dict[str, str] | None = None
        self.name = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.fields is not None:
            self.name = self.name or name
            self.fields.setdefault(self.name, "")
        elif name.lower() == self.tag:
            self.fields = dict(attributes)
            self.found.append((self.parser.CurrentLineNumber, self.fields))

    def end(self, name: str) -> None:
        if name.lower() == self.tag:
            self.fields = None
        if name == self.name:
            self.name = ""

    def text(self, text: str) -> None:
        if self.fields is not None and self.name:
            self.fields[self.name] += text

    def refuse(self, *_: object) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise DataError(f"{self.path}, line {line}: the XML defines entities, which are not read")
