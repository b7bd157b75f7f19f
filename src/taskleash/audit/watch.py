"""What is worth watching while the program runs."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.audit.growth import Growth, growth
from taskleash.audit.model import Audited, risk_rank
from taskleash.verdict.model import Risk, Site

#: so many living tasks are worth a warning, where a program does not know better
WARN_ALIVE = 30

#: the lines to add around a program's main coroutine
LINES = (
    "import taskleash",
    "",
    f"async with taskleash.monitor(interval=60, warn_alive={WARN_ALIVE}):",
    "    await main()",
)

#: what shows the same without a change to the program
COMMAND = f"taskleash trace --warn-alive {WARN_ALIVE} -- python app.py"

_MOST = 8


def watched(entries: Iterable[Audited]) -> list[Site]:
    """The sites to watch: those at risk whose code runs, the worst first, what adds up before."""
    found = [e.site for e in entries if e.site.risk is not Risk.NONE and not e.site.dormant]

    def piles_up(site: Site) -> bool:
        found = growth(site)
        return found is not None and found[0] is not Growth.AT_ONCE

    def badness(site: Site) -> tuple[int, bool, str, int]:
        return risk_rank(site.risk, False), not piles_up(site), site.path, site.span.line

    # What is counted is a line's tasks: two sites of one are watched as one.
    places: dict[tuple[str, int], Site] = {}
    for site in sorted(found, key=badness):
        places.setdefault((site.path, site.span.line), site)
    return list(places.values())[:_MOST]
