"""What the audit adds to the JSON report: each site's facts, the score card, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskleash.audit.components import score_card
from taskleash.audit.growth import growth
from taskleash.audit.plan import Step, plan
from taskleash.audit.remedies import command, suggested
from taskleash.reporters.audit import phrases
from taskleash.reporters.language import ENGLISH
from taskleash.reporters.report import Entry
from taskleash.verdict.model import DROPPED, Site, Vanishings

Json = dict[str, Any]

#: what is not known although it is known on what it hangs
_HANGS_ON = {Vanishings.OWNER: "object", Vanishings.GIVEN: "code"}


def facts(entry: Entry) -> Json:
    """How often a site runs, how that adds up, and what its task keeps alive."""
    site = entry.site
    found = growth(site)
    adds_up = phrases.adds_up(site, found, ENGLISH).replace("`", "") if found else ""
    return {
        "trigger": site.runs.replace("`", ""),
        "adds_up": adds_up,
        "keeps": list(site.captures),
        "heavy": list(site.heavy),
    }


def vanishing(site: Site) -> Json:
    """Whether a dropped task can vanish half-way, and the await that decides; else nothing.

    There are three answers: what hangs on an object that something has to hold, or on code from
    elsewhere, is not known.
    """
    known = site.vanishing
    if site.defect not in DROPPED:
        return {}
    state = known.state if known.state not in _HANGS_ON else Vanishings.UNKNOWN
    place = {"path": known.path, "line": known.line, "waits_for": known.what}
    return {
        "vanishing": {
            "state": str(state),
            **({"hangs_on": _HANGS_ON[known.state]} if known.state in _HANGS_ON else {}),
            **(place if known.path else {}),
        }
    }


def audit(entries: Sequence[Entry]) -> Json:
    """The score card and the plan; steps name their sites by place."""
    made = plan(entries)
    return {
        "scores": [
            {**vars(each), "kind": str(each.kind), "risk": str(each.risk)}
            for each in score_card(entries)
        ],
        "plan": {
            "steps": [_step(step) for step in made.steps],
            "decisions": [
                {"flag": each.flag, "steps": [_step(step) for step in each.steps]}
                for each in made.decisions
            ],
        },
    }


def _step(step: Step[Entry]) -> Json:
    site, fix = step.entry.site, suggested(step.entry)
    return {
        "path": site.path,
        "line": site.span.line,
        "column": site.span.column,
        "rule": step.entry.rule,
        "priority": str(step.priority),
        "harm": {**vars(step.harm), "total": step.harm.total},
        "fix": fix.kind if fix is not None else None,
        "command": command(step.entry, fix),
    }
