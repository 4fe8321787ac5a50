"""Text that is laid out as traces are -> strings, lists and dicts, as `tree.py` gives them, without YAML's parser.

Most traces with faults, and those in block style, are such text. Whatever holds a sign that could mean something else
to YAML is left to `tree.py`; a test holds both readers together. Nothing is known of the language here but its layout.
"""

import re

from tracewright.tree import Map, Seq

_WORD = r"(?:[A-Za-z_][A-Za-z0-9_.]*|-?[0-9]+(?:[./][0-9]+)?)"
_PAIR = rf"[a-z_]+: (?:{_WORD}|\[{_WORD}(?:, {_WORD})*\])"
_flow_step = re.compile(rf"- \{{({_PAIR}(?:, {_PAIR})*)\}}")
_block_field = re.compile(rf"[- ] ({_PAIR})")
_pair = re.compile(r"([a-z_]+): (?:\[([^]]*)\]|([^,]+))")
_expert = re.compile(r"expert: ([A-Za-z_]+)")


def read_plain(text: str) -> Map | Seq | None:
    """Read text that is laid out as traces are, without any sign that means something else to YAML, or return None.

    It is what `read_tree` gives, but for the numbers of lines, which are asked for where there are comments alone.
    """
    if text.startswith("expert: "):
        return _part(text.split("\n"))
    if not text.startswith("- expert: "):
        return None
    parts = [_part(block.split("\n  ")) for block in text[2:].split("\n- ")]
    return None if None in parts else Seq(part for part in parts if part is not None)


def _part(lines: list[str]) -> Map | None:
    expert = _expert.fullmatch(lines[0])
    if expert is None or len(lines) < 3 or lines[1] != "trace:":
        return None
    rows = Seq()
    row: Map | None = None  # the step in block style that further lines belong to
    for line in lines[2:]:
        flow = _flow_step.fullmatch(line)
        found = flow or _block_field.fullmatch(line)
        if line.startswith("- "):
            row = Map()
            rows.append(row)
        if found is None or row is None:
            return None
        for key, items, word in _pair.findall(found[1]):
            if key in row:
                return None
            row[key] = word or Seq(items.split(", "))
        if flow:
            row = None
    return Map(expert=expert[1], trace=rows)
