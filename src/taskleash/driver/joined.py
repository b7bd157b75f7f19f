"""Several programs in one run: each is linked for itself, all of them are reported as one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from taskleash.driver.analysis import Analysis, ProgressBar, analyse, open_store
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.store import CacheStore
from taskleash.driver.cache.walks import StoredWalks
from taskleash.driver.comments import Comments
from taskleash.driver.inputs import Input, asked_inputs
from taskleash.driver.kept import KeptPrograms
from taskleash.driver.parsing.parser import Advance
from taskleash.driver.parsing.parsers import parsers
from taskleash.driver.settings import Settings
from taskleash.records import dataclass
from taskleash.reporters.report import FlagHint
from taskleash.source.discovery import root_around
from taskleash.source.paths import is_below
from taskleash.source.walks import Walks
from taskleash.verdict.model import Site

if TYPE_CHECKING:
    from taskleash.ir.model import ModuleFacts


@dataclass(frozen=True)
class Joined(Analysis):
    """Several programs; no two of them report the same file."""

    parts: tuple[Analysis, ...] = ()

    def with_files(self, files: Mapping[str, tuple[Input, ModuleFacts]]) -> Analysis:
        """The programs with other contents in some of the files that are reported."""
        parts = []
        for part in self.parts:
            own = {path: file for path, file in files.items() if path in part.asked}
            parts.append(part.with_files(own) if own else part)
        return _joined(self.settings, parts)

    def put_away(self, paths: Iterable[str]) -> None:
        """Keep the facts of files packed, each in its program."""
        wanted = list(paths)
        for part in self.parts:
            part.put_away(wanted)

    @cached_property
    def sites(self) -> list[Site]:
        """The verdicts of the files that are reported."""
        found = [site for part in self.parts for site in part.sites]
        return sorted(found, key=lambda site: (site.path, site.span))

    @property
    def parsed(self) -> int:
        """How many files had to be parsed for the verdicts."""
        return sum(part.parsed for part in self.parts)

    @property
    def known_comments(self) -> Mapping[str, Comments]:
        """What is written in the files, by path, as far as it was kept beside the verdicts."""
        return {path: said for part in self.parts for path, said in part.known_comments.items()}

    @property
    def hints(self) -> tuple[FlagHint, ...]:
        """The flags that would tell more, where that is asked for."""
        return tuple(hint for part in self.parts for hint in part.hints)


def analyse_roots(
    settings: Settings,
    progress: ProgressBar | None = None,
    with_facts: bool = False,
    kept: KeptPrograms | None = None,
) -> Analysis:
    """Read what the settings name, each root as a program of its own.

    What earlier runs of this process have ``kept`` is used.

    Raises:
        PathNotFound: a path does not exist.
        ConfigError: a configuration cannot be used.
        UnknownRule: a selector fits no rule.
        ExecutorError: the cluster that the settings name cannot be used.
    """
    store = cache(partial(open_store, settings))
    found = list(roots(settings, StoredWalks(store)))
    until = time.monotonic() + settings.time_limit
    spare = None if kept is None else kept.spare
    with parsers(settings.jobs, settings.executor, until, spare) as making:
        if len(found) == 1:
            asked = found[0].asked
            memory = _memory(kept, store)
            return analyse(settings, progress, with_facts, asked, memory, making)
        parts: list[Analysis] = []
        with progress() if progress is not None else nullcontext() as advance:
            for root in found:
                memory = _memory(kept, store, root.path)
                bar = _after(parts, advance) if advance is not None else None
                parts.append(analyse(root.settings, bar, with_facts, root.asked, memory, making))
        return _joined(settings, parts)


def _memory(kept: KeptPrograms | None, store: Callable[[], CacheStore], scope: str = "") -> Memory:
    return Memory(store(), scope) if kept is None else kept.memory(store, scope)


def _after(parts: Sequence[Analysis], advance: Advance) -> ProgressBar:
    """The bar for the next program: what was parsed of those before it counts."""
    before = sum(part.parsed for part in parts)
    return lambda: nullcontext(lambda done, total: advance(before + done, before + total))


def _joined(settings: Settings, parts: Sequence[Analysis]) -> Joined:
    return Joined(
        settings,
        asked={path: item for part in parts for path, item in part.asked.items()},
        facts={path: facts for part in parts for path, facts in part.facts.items()},
        broken={path: broken for part in parts for path, broken in part.broken.items()},
        late=tuple(path for part in parts for path in part.late),
        unread=tuple(
            said for said in parts[0].unread if all(said in part.unread for part in parts)
        ),
        reasons={path: why for part in parts for path, why in part.reasons.items()},
        parts=tuple(parts),
    )


# -- which of the paths that are given belong together: each project is linked for itself
#
# Modules of the same name in two repositories have nothing to do with each other. Paths inside
# one repository are parts of one program, however many of them are given.


@dataclass(frozen=True)
class Root:
    """One program: the folder around it (empty where none is known), and what is asked of it.

    ``settings`` have those of the paths that lie in it, ``asked`` are the files to report.
    """

    path: str
    settings: Settings
    asked: list[Input]


def roots(settings: Settings, walks: Walks | None = None) -> Iterator[Root]:
    """The roots that the paths of the settings lie in, at least one.

    A file that lies in two of them belongs to the inner one. What earlier ``walks`` came to is
    used. Raises PathNotFound, ConfigError.
    """
    taken: set[str] = set()
    # Inner folders have longer paths than those around them.
    for path, paths in sorted(_by_root(settings).items(), key=lambda item: (-len(item[0]), item)):
        part = replace(settings, paths=tuple(paths))
        asked = [item for item in asked_inputs(part, walks) if item.file.absolute not in taken]
        taken.update(item.file.absolute for item in asked)
        yield Root(path, part, asked)


def _by_root(settings: Settings) -> dict[str, list[str]]:
    """The paths by their roots; those without one are together under an empty name."""
    found: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for path in settings.paths:
        real = os.path.realpath(path).replace(os.sep, "/")
        folder = real if os.path.isdir(real) else os.path.dirname(real)
        if folder not in known:
            known[folder] = _root(folder, settings.discovery.project)
        found.setdefault(known[folder], []).append(path)
    return found


def _root(folder: str, project: str | None) -> str:
    """The project that is given, else the repository around a folder, else the nearest project."""
    if project is not None and is_below(folder, os.path.realpath(project).replace(os.sep, "/")):
        return project
    return root_around(folder) or ""
