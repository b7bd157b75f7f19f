"""A run while it lasts: the spawn sites with the most living tasks, and how those add up."""

from __future__ import annotations

from taskleash.reporters.cells import shorten_path
from taskleash.reporters.grid import Column, grid
from taskleash.reporters.headline import RISK_STYLE
from taskleash.reporters.inert import inert
from taskleash.reporters.language import ENGLISH
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece, paint
from taskleash.reporters.traced import phrases
from taskleash.trace.model import Counts, Moment, TracedSite
from taskleash.verdict.model import Risk

_COLUMNS = (
    Column("Place", gives=((1, 16),), fit=shorten_path),
    Column("Task", gives=((0, 6),)),
    *(Column(heading, is_number=True) for heading in ("Alive", "Peak", "Started", "Lost", "Held")),
)
_STEPS = "▁▂▃▄▅▆▇█"
# how many of the last samples the curve shows
_CURVE = 30
# lines beside the rows: the total, the headings, how many more
_BESIDE = 3


def moment(now: Moment, warn_alive: int, height: int, options: RenderOptions) -> str:
    """A table of at most ``height`` lines, the sites with the most living tasks first."""
    total = sum((site.counts for site in now.sites), Counts())
    above = total.alive > warn_alive
    said = f" {phrases.duration(now.at)}: {ENGLISH.count(total.alive, 'task')} alive"
    said += f", more than {warn_alive}" if above else ""
    style = RISK_STYLE[Risk.HIGH] if above else "bold"
    lines: list[Line] = [[(said, style), (_curve(now, options), "")]]
    ordered = sorted(now.sites, key=_weight)
    shown = ordered[: max(1, height - _BESIDE)]
    if shown:
        lines += grid(_COLUMNS, [_row(site, warn_alive, options) for site in shown], options)
    if len(ordered) > len(shown):
        lines.append([(f" and {ENGLISH.count(len(ordered) - len(shown), 'more site')}", "")])
    return paint(lines, options.color)


def _weight(site: TracedSite) -> tuple[int, int, str, int]:
    return -site.counts.alive, -site.counts.lost, site.place.path, site.place.line


def _row(site: TracedSite, warn_alive: int, options: RenderOptions) -> list[Piece]:
    counts = site.counts
    place, task, *_ = phrases.cells(site)
    texts = [(inert(text, options.unicode), "") for text in (place, task)]
    bad = RISK_STYLE[Risk.HIGH]
    numbers = (
        (counts.alive, bad if counts.alive > warn_alive else ""),
        (counts.peak, ""),
        (counts.started, ""),
        (counts.lost, bad),
        (counts.held, ""),
    )
    return [*texts, *((str(number or "-"), style if number else "") for number, style in numbers)]


def _curve(now: Moment, options: RenderOptions) -> str:
    """The last samples as a line of blocks, where the terminal has them."""
    alive = [alive for _, alive in now.samples[-_CURVE:]]
    if not options.unicode or len(alive) < 2:
        return ""
    most = max(alive) or 1
    return "  " + "".join(_STEPS[each * (len(_STEPS) - 1) // most] for each in alive)
