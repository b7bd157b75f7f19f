"""The outcome of a whole run as bytes, so that the same program is not judged twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from taskleash.driver.comments import Comments
from taskleash.driver.gathering.reasons import Reason, Why
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken
from taskleash.ir.packing.packing import Packing
from taskleash.records import dataclass
from taskleash.sentences import Line, Sentence
from taskleash.source.misspelt import Misspelt
from taskleash.verdict import model


@dataclass(frozen=True)
class Cited:
    """The places of a file that verdicts name, and what stands for the ``content`` they were in.

    ``lines`` are pairs of a line and its rank, ``points`` a line, a column and their rank, among
    all that the facts of the file name.
    """

    content: str
    lines: tuple[tuple[int, int], ...]
    points: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Verdicts:
    """What a run says of all files that it had to look into; ``parsed`` counts those with facts.

    ``deciding`` are the flags that would tell more, with the number of sites that hang on each.
    ``cited`` has by path the places that the sites name, ``comments`` what is written in the files
    that are reported, ``reasons`` why a file was looked into.
    """

    sites: tuple[model.Site, ...]
    broken: Mapping[str, Broken]
    parsed: int
    deciding: tuple[tuple[str, int], ...] = ()
    cited: Mapping[str, Cited] = field(default_factory=dict)
    comments: Mapping[str, Comments] = field(default_factory=dict)
    reasons: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """Verdicts, told by what is different in them from those that are kept under a key.

    ``base`` is that key; ``sites`` are those that are others, each with its
    place, ``cited`` and ``comments`` those of the files that have others.
    """

    base: bytes
    sites: tuple[tuple[int, model.Site], ...]
    cited: Mapping[str, Cited]
    comments: Mapping[str, Comments]


def update_of(base: Verdicts, base_key: bytes, verdicts: Verdicts) -> Update | None:
    """What makes the verdicts of the base; None where more than places and comments differ."""
    rest = replace(base, sites=verdicts.sites, cited=verdicts.cited, comments=verdicts.comments)
    if (
        rest != verdicts
        or len(base.sites) != len(verdicts.sites)
        or base.cited.keys() != verdicts.cited.keys()
        or base.comments.keys() != verdicts.comments.keys()
    ):
        return None
    pairs = enumerate(zip(base.sites, verdicts.sites, strict=True))
    return Update(
        base_key,
        tuple((place, now) for place, (before, now) in pairs if now != before),
        {path: now for path, now in verdicts.cited.items() if now != base.cited[path]},
        {path: now for path, now in verdicts.comments.items() if now != base.comments[path]},
    )


def updated(base: Verdicts, update: Update) -> Verdicts | None:
    """The verdicts that an update makes of its base; None where it cannot be of this one."""
    sites = dict(enumerate(base.sites)) | dict(update.sites)
    if len(sites) != len(base.sites):
        return None
    return replace(
        base,
        sites=tuple(sites.values()),
        cited={**base.cited, **update.cited},
        comments={**base.comments, **update.comments},
    )


def are_of(verdicts: Verdicts, files: Iterable[Input]) -> bool:
    """Whether all places that the verdicts speak of can be in these files."""
    named = {site.path for site in verdicts.sites}
    sizes = {item.file.path: item.size for item in files if item.file.path in named}
    return all(
        site.path not in sizes
        or (_is_in(site.span, sizes[site.path]) and _is_in(site.statement, sizes[site.path]))
        for site in verdicts.sites
    )


def _is_in(span: model.Span, size: int) -> bool:
    # No file has more lines than bytes, and no line more columns.
    places = (span.line, span.column, span.end_line, span.end_column)
    return min(places) > 0 and max(places) <= size + 1 and span.line <= span.end_line


VERDICTS = Packing(
    (
        Verdicts,
        Update,
        Cited,
        Comments,
        Reason,
        Why,
        Misspelt,
        Broken,
        model.Site,
        model.Span,
        model.Cell,
        model.Evidence,
        model.Handle,
        model.Ending,
        model.Lifetime,
        model.Multiplicity,
        model.Risk,
        model.Defect,
        model.State,
        model.Ignorance,
        model.Unknown,
        model.Standing,
        model.Reach,
        model.Unseen,
        model.Vanishing,
        model.Vanishings,
        model.Captured,
        model.Part,
        model.Share,
        Sentence,
        Line,
    ),
    aliases=frozenset({"Said"}),
    shared=frozenset({model.Cell, model.Vanishing, model.Evidence, Reason, Sentence}),
)
