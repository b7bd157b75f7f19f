"""The report on a run, by eye: what a cell and a sentence look like."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taskleash.reporters.options import RenderOptions
from taskleash.reporters.traced.phrases import cells
from taskleash.reporters.traced.render import FORMATS
from taskleash.trace.model import Alarm, Counts, Location, Trace, TracedSite, Wait

WAIT = Wait("primitive", "Queue.get", "app.py", 3, 1.6)


def site(**counts: float) -> TracedSite:
    values = {name: value if name == "longest" else int(value) for name, value in counts.items()}
    seen = Counts(**values)  # type: ignore[arg-type]
    place = Location("app.py", 8, 5, "main")
    return TracedSite(place, ("session",), "spawn", False, seen, waits=(WAIT,))


def test_how_long_a_task_lived_that_was_killed_is_not_known() -> None:
    assert cells(site(started=3, alive=3, peak=3))[-1] == "-"
    assert cells(site(started=3, finished=3, peak=3, longest=0.0001))[-1] == "0 ms"


def test_a_page_sets_code_apart_in_its_sentences() -> None:
    trace = Trace(("python", "app.py"), 0, 1.0, 30, sites=(site(started=1, left=1, peak=1),))
    page = FORMATS["html"](trace, RenderOptions(width=100))
    assert "<li>app.py:8 waits for <code>Queue.get</code> at app.py:3, " in page


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_remarks_alarms_and_the_curve_are_there_where_there_are_any(form: str) -> None:
    options = RenderOptions(width=100)
    plain = Trace(("python", "app.py"), 0, 1.0, 30)
    assert not any(word in FORMATS[form](plain, options) for word in ("Remarks", "Alarms", "svg "))
    full = replace(
        plain,
        sites=(site(started=1, left=1, peak=1),),
        alarms=(Alarm(1.0, 40, (("app.py:8", 40),)),),
        samples=((0.0, 0), (1.0, 40)),
    )
    page = FORMATS[form](full, options)
    assert "Remarks" in page
    assert "Alarms" in page
    assert ("<polyline" in page) == (form == "html")
