"""Score card, lifetimes and plan on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from taskleash.audit.components import Component, package_card, score_card
from taskleash.audit.lifetimes import Life, life_table
from taskleash.audit.plan import Plan, Priority, Step, Unchanged, plan
from taskleash.audit.remedies import command
from taskleash.audit.watch import COMMAND, LINES, watched
from taskleash.reporters.audit import phrases
from taskleash.reporters.audit.decisions import conclusion, tree
from taskleash.reporters.audit.words import EFFORTS, PRIORITIES
from taskleash.reporters.html.risks import risk_key
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry


@dataclass(frozen=True)
class Score:
    """A row of the score card; ``file`` is empty for a package, which is named by its folder."""

    name: str
    file: str
    tasks: int
    percentages: tuple[str, ...]
    score: int
    risk: str


@dataclass(frozen=True)
class LongRun:
    """A row of the lifetime table; ``task`` is the index of the site's row."""

    task: int
    lives_with: str
    end_state: str
    ended_by: str
    period: str
    swallows: str
    risk: str


@dataclass(frozen=True)
class Action:
    """A step of the plan; ``task`` is the index of the site's row, ``changed`` as ``+3 -1``."""

    number: int
    task: int
    remedy: str
    effort: str
    fix_risk: str
    instead: str
    changed: str
    harm: str
    command: str
    priority: str


@dataclass(frozen=True)
class Stage:
    """Steps that belong together: ``title`` is a priority with its word, or a question.

    ``answers`` are those to the question, each with what follows from it.
    """

    title: str
    actions: tuple[Action, ...]
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Monitoring:
    """Sentences on what to watch, the lines to add, and the command that needs none."""

    sites: str
    threshold: str
    lines: str
    otherwise: str
    command: str


@dataclass(frozen=True)
class Audit:
    """All of it; ``conclusion`` and ``tree`` are those of the plan.

    ``unchanged`` has the index of the site's row and the reason. ``monitoring`` is None where no
    site is at risk.
    """

    packages: tuple[Score, ...]
    components: tuple[Score, ...]
    lives: tuple[LongRun, ...]
    stages: tuple[Stage, ...]
    unchanged: tuple[tuple[int, str], ...]
    conclusion: str
    tree: str
    monitoring: Monitoring | None


def audit(entries: Sequence[Entry], rows: Mapping[int, int], say: Language) -> Audit:
    """The audit of inert entries; ``rows`` has the index of each one's row by its site's id."""
    packages = package_card(entries)
    made: Plan[Entry] = plan(entries)
    return Audit(
        packages=tuple(_package(each) for each in packages) if len(packages) > 1 else (),
        components=tuple(_component(each) for each in score_card(entries)),
        lives=tuple(_life(each, rows, say) for each in life_table(entries)),
        stages=tuple(_stages(made, rows, say)),
        conclusion=conclusion(made, say),
        tree="\n".join(tree(made, say)),
        unchanged=tuple(_unchanged(each, rows, say) for each in made.unchanged),
        monitoring=_monitoring(entries, say),
    )


def _monitoring(entries: Sequence[Entry], say: Language) -> Monitoring | None:
    sites = watched(entries)
    if not sites:
        return None
    return Monitoring(
        sites=phrases.to_watch(sites, say),
        threshold=phrases.threshold(say),
        lines="\n".join(LINES),
        otherwise=phrases.without_a_change(say),
        command=COMMAND,
    )


def _package(of: Component) -> Score:
    return _score(of, of.path, "")


def _component(of: Component) -> Score:
    return _score(of, of.name, of.path)


def _score(of: Component, name: str, file: str) -> Score:
    risk = risk_key(of.risk, of.dormant)
    figures = phrases.percentages(of)
    return Score(inert(name), inert(file), of.tasks, figures, of.score, risk)


def _life(life: Life, rows: Mapping[int, int], say: Language) -> LongRun:
    return LongRun(
        task=rows[id(life.site)],
        lives_with=phrases.lives_with(life, say),
        end_state=str(phrases.end_state(life)),
        ended_by=phrases.ended_by(life, say),
        period=phrases.period(life),
        swallows=phrases.swallows(life),
        risk=risk_key(life.risk, life.site.dormant),
    )


def _stages(made: Plan[Entry], rows: Mapping[int, int], say: Language) -> Iterator[Stage]:
    numbers = count(1)

    def actions(steps: Sequence[Step[Entry]]) -> tuple[Action, ...]:
        return tuple(_action(next(numbers), step, rows, say) for step in steps)

    for priority in Priority:
        if steps := [step for step in made.steps if step.priority is priority]:
            when = say("{priority}: {when}", priority=priority, when=say(PRIORITIES[priority]))
            yield Stage(when, actions(steps))
    for decision in made.decisions:
        answers = phrases.answers(decision, say)
        yield Stage(phrases.question(decision, say), actions(decision.steps), answers)


def _action(number: int, step: Step[Entry], rows: Mapping[int, int], say: Language) -> Action:
    patch = step.entry.patch
    return Action(
        number=number,
        task=rows[id(step.entry.site)],
        remedy=phrases.remedy(step, say),
        effort=say(EFFORTS[step.effort]),
        fix_risk=phrases.fix_risk(step, say),
        instead=phrases.instead(step, say),
        changed=phrases.changed_lines(patch) if patch else "",
        harm=phrases.harm(step),
        priority=str(step.priority),
        command=command(step.entry, step.fix),
    )


def _unchanged(of: Unchanged[Entry], rows: Mapping[int, int], say: Language) -> tuple[int, str]:
    return rows[id(of.entry.site)], phrases.reason(of, say)
