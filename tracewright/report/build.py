"""A run's record -> (report.md, report.html). It takes explicit data, reads no directory and computes no score.

The page is one file: style, script and data stand in it, nothing is loaded from anywhere, and its own policy forbids
it. Completions are hostile text: they reach the page as JSON that cannot end its element, and the script only ever
sets them as text.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from tracewright.errors import TracewrightError
from tracewright.evaluate.taxonomy import CLASSES, SEMANTIC
from tracewright.grade import STATUSES
from tracewright.report.charts import charts
from tracewright.report.content import show_item
from tracewright.report.layout import NODE_HEIGHT
from tracewright.report.markdown import write_markdown
from tracewright.report.record import Item, ReportData, flatten
from tracewright.trace.fault import FAULTS, LINTS

PAGE_BUDGET = 12_000_000
"""Characters that the problems of a page may take in all; where they take more, their completions are cut shorter."""
LEAST_TEXT, MOST_TEXT = 500, 20_000
"""Between these lies what is shown of a completion, in characters."""


def build_report(data: ReportData) -> tuple[str, str]:
    """Return the text of report.md and of report.html.

    Raises:
        TracewrightError: the page template's engine is not installed.
    """
    # A lone surrogate, which a damaged completion may hold, is no text: it becomes a question mark.
    markdown, html = (text.encode("utf-8", "replace").decode() for text in (write_markdown(data), write_html(data)))
    return markdown, html


def write_html(data: ReportData) -> str:
    """Return the page.

    Raises:
        TracewrightError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        hint = "install it with: pip install 'tracewright[report]'"
        raise TracewrightError("report.html needs jinja2, which is not installed", hint) from None
    here = Path(__file__).parent
    engine = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    script = (here / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page: str = engine.get_template("page.html.j2").render(
        data=data,
        style=(here / "page.css").read_text(encoding="utf-8"),
        script=script,
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'",
        splits=data.scores["splits"],
        charts=charts(data.metrics),
        environment=flatten(data.environment),
        classes=CLASSES,
        statuses=STATUSES,
        items=_page_data(data.items),
    )
    return page


def _page_data(items: Sequence[Item]) -> str:
    """Return the problems, wrong ones first, and the words for what they show, as text for the page."""
    ordered = sorted(items, key=lambda item: (item.graded.right, urgency(item.graded.error)))
    most = MOST_TEXT
    while True:
        data = {
            "items": [show_item(item, most) for item in ordered],
            "about": {**CLASSES, **STATUSES, **FAULTS, **LINTS},
            "height": NODE_HEIGHT,
        }
        text = embed(data)
        if len(text) <= PAGE_BUDGET or most == LEAST_TEXT:
            return text
        most = max(LEAST_TEXT, most // 4)


def urgency(error: str) -> int:
    """Return the place of an error class in the list: wrong answers first, they have the most to tell."""
    order = [*SEMANTIC, *CLASSES]
    return order.index(error)


def embed(value: object) -> str:
    """Write JSON that may stand in a script element: no text in it can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
