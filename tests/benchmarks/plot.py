"""Draws figures as SVG: small panels of points joined by lines, readable on light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 360, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 48, 44
_COLUMNS = 2
_STEPS = (1, 2, 2.5, 5, 10)
_STYLE = """
  svg { font: 12px system-ui, sans-serif; }
  text { fill: #57606a; } .title { fill: #1f2328; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 0.5; } .axis { stroke: #57606a; }
  .line { stroke: #0969da; stroke-width: 2; fill: none; } .dot { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; } .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; } .axis { stroke: #9198a1; }
    .line { stroke: #4493f8; } .dot { fill: #4493f8; }
  }
"""


@dataclass(frozen=True)
class Panel:
    """One set of points (x, y), with what the axes show; both start at zero."""

    title: str
    subtitle: str
    across: str
    up: str
    points: Sequence[tuple[float, float]]


def svg(panels: Sequence[Panel]) -> str:
    """The panels side by side."""
    rows = -(-len(panels) // _COLUMNS)
    box = f"0 0 {_COLUMNS * _WIDTH} {rows * _HEIGHT}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img">',
        f"<style>{_STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        row, column = divmod(number, _COLUMNS)
        parts.append(f'<g transform="translate({column * _WIDTH},{row * _HEIGHT})">')
        parts += _drawn(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _drawn(panel: Panel) -> list[str]:
    x_step, x_end = _scale(max(x for x, _ in panel.points))
    y_step, y_end = _scale(max(y for _, y in panel.points))
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT

    def at(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + x / x_end * (right - _LEFT)
        return round(across, 1), round(bottom - y / y_end * (bottom - _TOP), 1)

    parts = [
        _text(_LEFT, 18, panel.title, "start", "title"),
        _text(_LEFT, 34, f"{panel.up}; {panel.subtitle}", "start"),
        _text(right, _HEIGHT - 8, panel.across, "end"),
    ]
    for number in range(1, round(y_end / y_step) + 1):
        _, y = at(0, number * y_step)
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}"/>')
        parts.append(_text(_LEFT - 6, y + 4, _short(number * y_step), "end"))
    for number in range(round(x_end / x_step) + 1):
        x, _ = at(number * x_step, 0)
        parts.append(_text(x, bottom + 16, _short(number * x_step), "middle"))
    parts.append(f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
    spots = [at(x, y) for x, y in panel.points]
    joined = " ".join(f"{x},{y}" for x, y in spots)
    parts.append(f'<polyline class="line" points="{joined}"/>')
    parts += [f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>' for x, y in spots]
    return parts


def _scale(largest: float) -> tuple[float, float]:
    """The step between marks, about five of them, and the end of the axis."""
    power = 10.0 ** (len(str(int(largest / 5 * 1000))) - 4)
    step = next(s * power for s in _STEPS if s * power * 5 >= largest)
    return step, step * -(-largest // step)


def _short(number: float) -> str:
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    return f"{number / 1000:g}k" if number >= 1000 else f"{number:g}"


def _text(x: float, y: float, text: str, anchor: str, kind: str = "note") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
