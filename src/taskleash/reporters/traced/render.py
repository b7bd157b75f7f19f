"""A trace in each of its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from taskleash.reporters import words as common
from taskleash.reporters.cells import shorten_path
from taskleash.reporters.grid import Column, grid
from taskleash.reporters.headline import RISK_STYLE
from taskleash.reporters.inert import inert
from taskleash.reporters.jsontext import dumps
from taskleash.reporters.language import ENGLISH
from taskleash.reporters.markup import code
from taskleash.reporters.markup import table as markdown_table
from taskleash.reporters.markup import text as markdown_text
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, paint
from taskleash.reporters.traced import phrases
from taskleash.trace.file import document
from taskleash.trace.model import Trace
from taskleash.verdict.model import Risk

_COLUMNS = (
    Column(phrases.HEADINGS[0], gives=((1, 16),), fit=shorten_path),
    Column(phrases.HEADINGS[1], gives=((0, 6),)),
    *(Column(heading, is_number=True) for heading in phrases.HEADINGS[2:]),
    Column("Risk"),
)


def table(trace: Trace, options: RenderOptions) -> str:
    """For a terminal: a row for each spawn site, the worst first, remarks and totals."""
    body = []
    for site in phrases.ordered(trace):
        risk = trace.risk_of(site)
        said = common.risk(risk, False, options.unicode, ENGLISH)
        row = [(inert(cell, options.unicode), "") for cell in phrases.cells(site)]
        body.append([*row, (said, RISK_STYLE[risk])])
    lines: list[Line] = list(grid(_COLUMNS, body, options)) if body else []
    texts = [*phrases.remarks(trace), *phrases.closing(trace)]
    lines += [[(inert(text, options.unicode), "")] for text in texts]
    return paint(lines, options.color)


def json(trace: Trace, options: RenderOptions) -> str:
    """For scripts, and for `scan --trace`."""
    return dumps(document(trace))


def markdown(trace: Trace, options: RenderOptions) -> str:
    """For a pull request: the same as the table, with alarms and what each column means."""
    return "\n\n".join(_markdown(trace)) + "\n"


def _markdown(trace: Trace) -> Iterator[str]:
    yield "# Background tasks of a run"
    yield code(" ".join(trace.command))
    yield " ".join(map(markdown_text, phrases.closing(trace)))
    if trace.spawns:
        rows = []
        for site in phrases.ordered(trace):
            place, task, *numbers = phrases.cells(site)
            risk = common.risk(trace.risk_of(site), False, True, ENGLISH)
            rows.append([code(place), code(task), *numbers, risk])
        yield markdown_table([*phrases.HEADINGS, "Risk"], rows)
        yield markdown_text(phrases.LEGEND)
    if remarks := list(phrases.remarks(trace)):
        yield "## Remarks"
        yield "\n".join(f"- {markdown_text(remark)}" for remark in remarks)
    if trace.alarms:
        yield "## Alarms"
        said = [phrases.alarm(alarm, trace.warn_alive) for alarm in trace.alarms]
        yield "\n".join(f"- {markdown_text(line)}" for line in said)


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;
color-scheme:light dark}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid #8884}
td.n{text-align:right;font-variant-numeric:tabular-nums}
tr.high{background:#f443}tr.low{background:#fd05}
svg{width:100%;height:8rem}polyline{fill:none;stroke:currentColor;vector-effect:non-scaling-stroke}
"""


def html(trace: Trace, options: RenderOptions) -> str:
    """One page that loads nothing, with the living tasks over time."""
    return "\n".join(_html(trace)) + "\n"


def _html(trace: Trace) -> Iterator[str]:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>Background tasks of a run</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>Background tasks of a run</h1><p><code>{_text(' '.join(trace.command))}</code></p>"
    yield from (f"<p>{_text(line)}</p>" for line in phrases.closing(trace))
    yield from _curve(trace)
    if trace.spawns:
        headings = "".join(f"<th>{name}</th>" for name in (*phrases.HEADINGS, "Risk"))
        yield f"<table><tr>{headings}</tr>"
        for site in phrases.ordered(trace):
            risk = trace.risk_of(site)
            place, task, *numbers = map(_text, phrases.cells(site))
            counts = "".join(f'<td class="n">{number}</td>' for number in numbers)
            said = common.risk(risk, False, True, ENGLISH)
            yield f'<tr class="{risk}"><td><code>{place}</code></td><td><code>{task}</code></td>'
            yield f"{counts}<td>{said}</td></tr>"
        yield f"</table><p>{_text(phrases.LEGEND)}</p>"
    alarms = [phrases.alarm(alarm, trace.warn_alive) for alarm in trace.alarms]
    for title, lines in (("Remarks", list(phrases.remarks(trace))), ("Alarms", alarms)):
        if lines:
            items = "".join(f"<li>{_prose(line)}</li>" for line in lines)
            yield f"<h2>{title}</h2><ul>{items}</ul>"
    yield "</body></html>"


def _curve(trace: Trace) -> Iterator[str]:
    """The living tasks over time, where they were looked at more than once."""
    if len(trace.samples) < 2:
        return
    last, most = trace.samples[-1][0] or 1, max(alive for _, alive in trace.samples) or 1
    scaled = ((at / last * 100, 40 - alive / most * 38) for at, alive in trace.samples)
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in scaled)
    yield f"<h2>Living tasks over time (at most {most}, {phrases.duration(last)})</h2>"
    yield '<svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">'
    yield f'<polyline points="{points}"/></svg>'


def _prose(line: str) -> str:
    """A sentence, the code in it set apart."""
    pieces = _text(line).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def _text(foreign: str) -> str:
    return escape(inert(foreign))


#: the formats by name, the default first
FORMATS: dict[str, Callable[[Trace, RenderOptions], str]] = {
    "table": table,
    "json": json,
    "markdown": markdown,
    "html": html,
}

#: whether a site of some risk fails the gate
FAILING = {
    "high": frozenset({Risk.HIGH}),
    "low": frozenset({Risk.HIGH, Risk.LOW}),
    "never": frozenset[Risk](),
}
