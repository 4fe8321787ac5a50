"""Problems of other people's sets -> problems of ours, with a trace wherever their annotation gives one.

`read(path)` tells the format of an annotated file (`formats.py`) and reads it; `compile_entries` makes the traces and
the table of what became of them. `read_questions` reads questions with answers alone (`answers.py`).
"""

from tracewright.data.sources.answers import read_questions
from tracewright.data.sources.entry import Entry
from tracewright.data.sources.formats import FORMATS, compile_entries, find_format, read

__all__ = ["FORMATS", "Entry", "compile_entries", "find_format", "read", "read_questions"]
