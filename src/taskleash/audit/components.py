"""The score card: how well each class, module and package sees to its tasks."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from taskleash.audit.model import Audited, risk_rank
from taskleash.records import dataclass
from taskleash.verdict.model import Risk, Site, State, Word

#: what a state counts in a hundred
_WORTH = {State.YES: 100, State.PARTIAL: 50, State.NO: 0, State.UNKNOWN: 50}


class ComponentKind(Word):
    """What a component is."""

    CLASS = "class"
    MODULE = "module"
    PACKAGE = "package"


@dataclass(frozen=True)
class Component:
    """One row of the score card; ``path`` is its file, of a package its folder.

    ``tasks`` counts its spawn sites. ``tracked`` says how many percent of them something holds,
    ``completed`` for how many something sees to their end when they are done, ``cancelled`` how
    many a teardown stops; what is seen to partly counts half. ``score`` is the mean of its tasks'
    scores: the mean of its tracked and its cleaned cell. ``risk`` and
    ``dormant`` are those of the worst task.
    """

    name: str
    kind: ComponentKind
    path: str
    tasks: int
    tracked: int
    completed: int
    cancelled: int
    score: int
    risk: Risk
    dormant: bool


def score_card(entries: Iterable[Audited]) -> tuple[Component, ...]:
    """A component for each class that starts tasks, and one for the rest of each module.

    The lowest score comes first, then the higher risk, then the place.
    """
    return _scored((each.site for each in entries), component_of)


def package_card(entries: Iterable[Audited]) -> tuple[Component, ...]:
    """A component for each folder whose own files start tasks, ordered as the score card."""
    return _scored((each.site for each in entries), _package)


_Key = tuple[ComponentKind, str, str]


def component_of(site: Site) -> _Key:
    """The class around a site, or else its module: what it is, its name, its path."""
    if site.class_name:
        return ComponentKind.CLASS, site.class_name, site.path
    folder, name = posixpath.split(site.path)
    stem = posixpath.splitext(name)[0]
    package = posixpath.basename(folder) if stem == "__init__" else ""
    return ComponentKind.MODULE, package or stem, site.path


def _package(site: Site) -> _Key:
    folder = posixpath.dirname(site.path)
    return ComponentKind.PACKAGE, posixpath.basename(folder) or ".", folder or "."


def _scored(sites: Iterable[Site], key: Callable[[Site], _Key]) -> tuple[Component, ...]:
    groups: dict[_Key, list[Site]] = defaultdict(list)
    for site in sites:
        groups[key(site)].append(site)
    found = [_component(*names, group) for names, group in groups.items()]
    return tuple(sorted(found, key=_badness))


def _badness(of: Component) -> tuple[int, int, str, str]:
    return of.score, risk_rank(of.risk, of.dormant), of.path, of.name


def _component(kind: ComponentKind, name: str, path: str, sites: Sequence[Site]) -> Component:
    worst = min(sites, key=lambda site: risk_rank(site.risk, site.dormant))
    return Component(
        name=name,
        kind=kind,
        path=path,
        tasks=len(sites),
        tracked=_mean([_WORTH[site.tracked.state] for site in sites]),
        completed=_mean([_WORTH[site.on_completion] for site in sites]),
        cancelled=_mean([_WORTH[site.at_teardown] for site in sites]),
        score=_mean([_score(site) for site in sites]),
        risk=worst.risk,
        dormant=worst.dormant,
    )


def _score(site: Site) -> int:
    return (_WORTH[site.tracked.state] + _WORTH[site.cleaned.state]) // 2


def _mean(values: Sequence[int]) -> int:
    # Rounded down, so that a hundred means all of them.
    return sum(values) // len(values)
