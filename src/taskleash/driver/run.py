"""One run: paths in, report out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from taskleash.classify.fingerprint import fingerprints
from taskleash.classify.model import Site
from taskleash.driver.collect import Collection, collect
from taskleash.driver.parse import parse_bytes
from taskleash.driver.settings import Settings
from taskleash.facts.model import ModuleFacts
from taskleash.reporters.report import Entry, FileError, FixOffer, Report
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import diagnose, resolve_codes
from taskleash.source.discovery import Discovery, File, discover, project_root
from taskleash.source.loading import InvalidSource, decode, read_bytes
from taskleash.source.suppressions import Suppressions, suppressions

INVALID_FILE = "TL000"
ProgressBar = Callable[[int], AbstractContextManager[Callable[[int], None]]]


def run(settings: Settings, progress: ProgressBar | None = None) -> Report:
    """Analyse what the settings name.

    Raises:
        PathNotFound: a path does not exist.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    enabled = resolve_codes(settings.select, settings.ignore)
    files = discover(settings.paths, settings.discovery)
    if settings.stdin is not None:
        found = _from_stdin(files[0], settings.stdin)
    else:
        context = _context(files, settings)
        bar = progress(len(files)) if progress is not None else nullcontext(_ignore)
        with bar as advance:
            found = collect(files, context, settings.jobs, advance)
    asked = {file.path: file for file in files}
    sites = [site for site in _judge(found.in_order()) if site.path in asked]
    errors = _errors(found, enabled)
    return Report(
        files=len(files),
        parsed=len(found.facts) + len(found.broken),
        entries=_entries(sites, enabled, asked, settings.stdin),
        errors=errors,
        seconds=time.perf_counter() - start,
    )


def _ignore(_: int) -> None:
    return None


def _judge(facts: list[ModuleFacts]) -> list[Site]:
    if not facts:
        return []
    # The linker is only imported once something has been parsed.
    from taskleash.classify.judge import judge

    return judge(facts)


def _from_stdin(file: File, data: bytes) -> Collection:
    found = Collection()
    found.add({file.path: parse_bytes(file, data)})
    return found


def _context(files: list[File], settings: Settings) -> list[File]:
    """The rest of the project, where less than a whole folder of it is asked for."""
    if all(os.path.isdir(path) for path in settings.paths):
        return []
    roots = dict.fromkeys(project_root(file.absolute) for file in files)
    wanted = [root for root in roots if root is not None]
    if not wanted:
        return []
    options = Discovery(
        exclude=settings.discovery.exclude,
        extend_exclude=settings.discovery.extend_exclude,
        respect_gitignore=settings.discovery.respect_gitignore,
    )
    asked = {file.absolute for file in files}
    return [file for file in discover(wanted, options) if file.absolute not in asked]


def _errors(found: Collection, enabled: frozenset[str]) -> tuple[FileError, ...]:
    if INVALID_FILE not in enabled:
        return ()
    return tuple(
        FileError(path, broken.line, broken.column, INVALID_FILE, broken.message)
        for path, broken in sorted(found.broken.items())
    )


def _entries(
    sites: list[Site], enabled: frozenset[str], files: dict[str, File], stdin: bytes | None
) -> tuple[Entry, ...]:
    diagnosed = [(site, diagnose(site, enabled)) for site in sites]
    marks = fingerprints([(found.code if found else "", site) for site, found in diagnosed])
    comments: dict[str, Suppressions] = {}
    entries = []
    for (site, found), mark in zip(diagnosed, marks, strict=True):
        if site.path not in comments:
            comments[site.path] = _suppressions(files[site.path], stdin)
        entries.append(_entry(site, found, mark, comments[site.path]))
    return tuple(entries)


def _suppressions(file: File, stdin: bytes | None) -> Suppressions:
    try:
        return suppressions(decode(stdin if stdin is not None else read_bytes(file.absolute)))
    except InvalidSource:
        return suppressions("")


def _entry(site: Site, found: Diagnostic | None, mark: str, comments: Suppressions) -> Entry:
    if found is None:
        return Entry(site, mark)
    lines = {
        *range(site.span.line, site.span.end_line + 1),
        site.statement.line,
        site.statement.end_line,
    }
    return Entry(
        site,
        mark,
        rule=found.code,
        message=found.message,
        fixes=tuple(FixOffer(fix.kind, str(fix.applicability)) for fix in found.fixes),
        suppressed=comments.skip_file or comments.covers(found.code, lines),
    )
