"""Model text -> the one document in it, by a written rule.

1. The text ends at the first chat end marker (`</s>`, `<|im_end|>`, ...).
2. Of the lines, the document starts at the first that begins with `expert:`, `trace:` or `- expert:`, or, before any
   of these, right after the first opening fence (three backticks). Comment lines just before it belong to it.
3. It ends before the first line that is a fence, `---` or `...`, that starts a second document (`expert:` again at the
   left edge), or that can be no part of it (other text at the left edge). What follows is ignored.

So the first document counts, and neither a sentence before it nor anything after it changes its verdict. Text without
a start stays as it is, for the parser to say what is wrong with it.
"""

import re

END_MARKERS = (
    "</s>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>", "<|end|>", "<end_of_turn>", "<eos>",
    "<|user|>",
)  # fmt: skip
"""Marks by which the chat templates of the supported families end a turn."""

_marker = re.compile("|".join(re.escape(marker) for marker in END_MARKERS))
_start = re.compile(r"(?:expert|trace)[ \t]*:|-[ \t]+(?:\{[ \t]*)?expert[ \t]*:")
_inside = re.compile(r"[ \t]|-[ \t]|-$|#|(?:expert|trace)[ \t]*:|[\]}]|$")


def extract(text: str) -> str:
    """Return the document in a completion, without the text around it. Takes linear time."""
    marker = _marker.search(text)
    if marker:
        text = text[: marker.start()]
    lines = text.split("\n")
    first = _first_line(lines)
    if first is None:
        return text.strip()
    last = _last_line(lines, first)
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(line.rstrip() for line in lines[first:last]).strip("\n")


def _first_line(lines: list[str]) -> int | None:
    for index, line in enumerate(lines):
        if _start.match(line):
            return index
        if line.startswith("```"):
            return index + 1
    return None


def _last_line(lines: list[str], first: int) -> int:
    """Return the index after the document's last line."""
    experts = 0
    for index in range(first, len(lines)):
        line = lines[index].rstrip()
        if line.startswith("expert"):
            experts += 1
            if experts > 1:
                return index
        if index > first and not _inside.match(line):
            return index
    return len(lines)
