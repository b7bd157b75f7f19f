"""An entry whose names do no harm, so that sentences can be made of them."""

from __future__ import annotations

from dataclasses import replace

from taskleash.reporters.inert import inert
from taskleash.reporters.report import Entry
from taskleash.sentences import with_names
from taskleash.verdict.model import Evidence, Site, Unknown


def inert_entry(entry: Entry, unicode: bool) -> Entry:
    """The entry with all foreign text that people read made inert; its span is as before."""
    said = with_names(entry.said, lambda name: inert(name, unicode))
    others = tuple(inert_entry(each, unicode) for each in entry.merged)
    return replace(entry, site=_site(entry.site, unicode), said=said, merged=others)


def _site(site: Site, unicode: bool) -> Site:
    def shown(text: str) -> str:
        return inert(text, unicode)

    def fact(step: Evidence) -> Evidence:
        return replace(step, path=shown(step.path), said=with_names(step.said, shown))

    def unknown(each: Unknown) -> Unknown:
        return replace(each, path=shown(each.path), said=with_names(each.said, shown))

    standing = site.standing
    if standing is not None:
        swallows = standing.swallows and fact(standing.swallows)
        period, stopped_by = shown(standing.period), shown(standing.stopped_by)
        standing = replace(standing, period=period, stopped_by=stopped_by, swallows=swallows)
    return replace(
        site,
        path=shown(site.path),
        task=shown(site.task),
        call=shown(site.call),
        scope=shown(site.scope),
        class_name=shown(site.class_name),
        holder=shown(site.holder),
        captures=tuple(map(shown, site.captures)),
        heavy=tuple(map(shown, site.heavy)),
        often=with_names(site.often, shown),
        guard=shown(site.guard),
        evidence=tuple(map(fact, site.evidence)),
        undecided=tuple(map(unknown, site.undecided)),
        standing=standing,
    )
