"""The plan in Markdown: steps by priority with their diffs, decisions, what stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from taskleash.audit.plan import FlagDecision, Plan, Priority, Step, Unchanged
from taskleash.audit.remedies import command, options
from taskleash.reporters.audit import phrases
from taskleash.reporters.audit.decisions import tree
from taskleash.reporters.audit.detail import Detail
from taskleash.reporters.audit.words import (
    EFFORTS,
    OPTION_HEADINGS,
    PRIORITIES,
    STEP_HEADINGS,
    UNCHANGED_HEADINGS,
)
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, fenced, folded, table, text
from taskleash.reporters.report import Entry

_Numbered = tuple[str, Step[Entry]]


def plan_section(made: Plan[Entry], detail: Detail, say: Language) -> Iterator[str]:
    """The blocks of a plan of inert entries; nothing where there is no task."""
    if made == Plan((), (), ()):
        return
    yield f"## {say('Plan')}"
    if lines := tree(made, say):
        yield fenced(lines, "text")
        yield text(phrases.ranking(say))
    numbers = count(1)
    for priority in Priority:
        if steps := [step for step in made.steps if step.priority is priority]:
            when = say("{priority}: {when}", priority=priority, when=say(PRIORITIES[priority]))
            yield _heading(when, len(steps), say)
            numbered = [(str(next(numbers)), step) for step in steps]
            yield from _steps(numbered, detail, say)
    for decision in made.decisions:
        yield from _question(decision, say)
        numbered = [(f"{next(numbers)} ({step.priority})", step) for step in decision.steps]
        yield from _steps(numbered, detail, say)
    if made.unchanged:
        yield _heading(say("No change needed"), len(made.unchanged), say)
        if detail.facts:
            rows = (_unchanged(each, say) for each in made.unchanged)
            yield table(map(say, UNCHANGED_HEADINGS), rows)


def _heading(what: str, count: int, say: Language) -> str:
    return f"### {say('{what} ({count})', what=what, count=count)}"


def _steps(steps: Sequence[_Numbered], detail: Detail, say: Language) -> Iterator[str]:
    yield table(map(say, STEP_HEADINGS), (_step(each, say) for each in steps))
    yield fenced([f"{command(step.entry, step.fix)}  # {number}" for number, step in steps], "sh")
    for number, step in steps if detail.diffs else ():
        yield from _choice(number, step, say)


def _choice(number: str, step: Step[Entry], say: Language) -> Iterator[str]:
    """The options of a step side by side, and the change that the recommended one makes."""
    found = options(step.entry, step.fix)
    blocks = []
    if found:
        rows = ([code(o.kind), *map(text, phrases.option(o, say))] for o in found)
        blocks.append(table(map(say, OPTION_HEADINGS), rows))
    summary = f"{number} {phrases.place(step.entry.site)}"
    if patch := step.entry.patch:
        blocks.append(fenced(patch.diff.split("\n"), "diff"))
        summary += f" {patch.kind} {phrases.changed_lines(patch)}"
    if blocks:
        yield folded(summary, "\n\n".join(blocks))


def _step(numbered: _Numbered, say: Language) -> list[str]:
    number, step = numbered
    site = step.entry.site
    return [
        number,
        phrases.harm(step),
        code(phrases.place(site)),
        code(site.task),
        text(phrases.remedy(step, say)),
        say(EFFORTS[step.effort]),
        text(phrases.fix_risk(step, say)),
        phrases.instead(step, say),
    ]


def _question(decision: FlagDecision[Entry], say: Language) -> Iterator[str]:
    yield f"### {text(phrases.question(decision, say))}"
    yield "\n".join(f"- **{yes}** {then}" for yes, then in phrases.answers(decision, say))


def _unchanged(of: Unchanged[Entry], say: Language) -> list[str]:
    site = of.entry.site
    return [code(phrases.place(site)), code(site.task), text(phrases.reason(of, say))]
