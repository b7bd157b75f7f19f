"""Which defect a site shares with others: what one function returns, what one place keeps."""

from __future__ import annotations

from dataclasses import replace

from taskleash.dataflow.trail import Place
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import Spawn
from taskleash.verdict.model import Defect, Part, Share, Site
from taskleash.verdict.policy import Verdict
from taskleash.verdict.signs import Signs

#: found out of a place that several tasks are kept in
_OF_A_PLACE = frozenset({Defect.NEVER_ENDED, Defect.UNPRUNED, Defect.TEARDOWN_IGNORES})


def of_a_place(signs: Signs, verdict: Verdict, part: Part = Part.KEEPS) -> Share | None:
    """The share of a site whose task is in a container that nothing empties or ends."""
    kept = [place for place in signs.places if place.depth > 0 and place.kind != "local"]
    if verdict.defect not in _OF_A_PLACE or not kept:
        return None
    return Share(f"{verdict.defect}:{_name(kept[0])}", part)


def dropping_result(spawn: Spawn, site: Site) -> Site:
    """The site, with its share where it drops what the function around the spawn returns."""
    if site.defect is not Defect.DROPPED_WRAPPER_RESULT or site.handle != "discarded":
        return site
    return replace(site, share=_of_a_result(spawn.function, Part.DROPS))


def returned(spawn: Spawn, site: Site) -> Site:
    """The site of a spawn, with its share where callers drop the task that is returned."""
    if site.defect is not Defect.DROPPED_WRAPPER_RESULT or site.handle != "escapes":
        return site
    return replace(site, share=_of_a_result(spawn.function, Part.STARTS))


def _of_a_result(function: Function, part: Part) -> Share:
    """The share of a site that drops what a function returns, or that starts it."""
    defect = Defect.DROPPED_WRAPPER_RESULT
    return Share(f"{defect}:{function.module.path}:{function.qualname}", part)


def _name(place: Place) -> str:
    """The name of a place that no other place has."""
    owner = place.cls or place.function or place.module
    return f"{owner!r}:{place.name}"
