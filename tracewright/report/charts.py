"""Line charts as SVG text, drawn by hand: a curve over steps, in colours that the page's style sheet decides.

No numbers are made here but a moving mean, drawn over the values that it belongs to.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 12, 26
MAX_POINTS = 400
"""More points than a chart has pixels are thinned out."""
SMOOTH_FROM = 30
"""From so many points on, a moving mean is drawn."""

CURVES: Mapping[str, Mapping[str, str]] = {
    "sft": {"loss": "SFT: loss", "dev": "SFT: share correct, a sample of fresh numbers"},
    "rl": {
        "reward": "RL: mean reward of a step",
        "share/correct": "RL: share correct of a step",
        "share/parse_failure": "RL: share without a trace of a step",
        "share/truncated": "RL: share cut off of a step",
        "entropy": "RL: entropy of a token, in nats",
        "kl": "RL: divergence from the start, in nats",
        "dev": "RL: share correct, a sample of fresh numbers",
    },
}
"""Which numbers of metrics.jsonl are drawn, stage by stage, and how they are called."""
_SHARES = ("reward", "dev")


class Chart(NamedTuple):
    """A picture with its title."""

    title: str
    svg: str


def charts(metrics: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Draw every known curve that has at least two points and is not 0 throughout."""
    drawn = []
    for stage, curves in CURVES.items():
        for key, title in curves.items():
            points = curve(metrics, stage, key)
            if len(points) > 1 and any(y for _, y in points):
                share = key in _SHARES or key.startswith("share/")
                drawn.append(Chart(title, line_chart(points, title, share=share)))
    return drawn


def curve(metrics: Sequence[Mapping[str, Any]], stage: str, key: str) -> list[tuple[float, float]]:
    """Return the (step, value) pairs of a stage that have a finite value."""
    rows = [row for row in metrics if row.get("stage") == stage]
    return [(row["step"], row[key]) for row in rows if _number(row.get("step")) and _number(row.get(key))]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def line_chart(points: Sequence[tuple[float, float]], title: str, *, share: bool = False) -> str:
    """Draw one curve with its axes; a `share` has the axis from 0 to 1."""
    points = sorted(points)
    smooth = _moving_mean(points) if len(points) >= SMOOTH_FROM else []
    ys = [y for _, y in points]
    low, high = (min(0.0, *ys), max(1.0, *ys)) if share else (min(ys), max(ys))
    ticks = nice_ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    first, last = points[0][0], points[-1][0]

    def place(x: float, y: float) -> str:
        across = LEFT + (x - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT)
        return f"{across:.1f},{HEIGHT - BOTTOM - (y - low) / (high - low) * (HEIGHT - TOP - BOTTOM):.1f}"

    parts = [f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for tick in ticks:
        y = place(first, tick).split(",")[1]
        parts.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y}" dy=".32em" text-anchor="end">{_tick(tick)}</text>')
    for x, anchor in ((first, "start"), (last, "end")):
        across = place(x, low).split(",")[0]
        parts.append(f'<text class="tick" x="{across}" y="{HEIGHT - 8}" text-anchor="{anchor}">{_tick(x)}</text>')
    parts.append(f'<text class="tick" x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle">step</text>')
    line = " ".join(place(*point) for point in _thin(points))
    parts.append(f'<polyline class="curve{" faint" if smooth else ""}" points="{line}"/>')
    if smooth:
        parts.append(f'<polyline class="curve" points="{" ".join(place(*point) for point in _thin(smooth))}"/>')
    return "".join([*parts, "</svg>"])


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers that span low to high, `most` + 1 at the most: steps of 1, 2 or 5 times a power of ten."""
    if high - low <= max(1e-12, 1e-6 * max(abs(low), abs(high))):  # flat, but for rounding
        reach = max(abs(high) * 0.1, 1e-3)
        low, high = low - reach, high + reach
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    start, stop = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [count * step for count in range(start, stop + 1)]


def _tick(value: float) -> str:
    return f"{value:.6g}".replace("-", "\u2212") if abs(value) >= 1e-9 else "0"


def _moving_mean(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the mean over a window of a twelfth of the curve, centred, narrower at the ends."""
    reach = max(2, len(points) // 24)
    smooth = []
    for index, (x, _) in enumerate(points):
        half = min(reach, index, len(points) - 1 - index)
        window = [y for _, y in points[index - half : index + half + 1]]
        smooth.append((x, math.fsum(window) / len(window)))
    return smooth


def _thin(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    if len(points) <= MAX_POINTS:
        return points
    stride = math.ceil(len(points) / MAX_POINTS)
    return [*points[:-1:stride], points[-1]]
