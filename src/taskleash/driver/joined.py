"""Several programs in one run: each is linked for itself, all of them are reported as one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from taskleash.classify.model import Site
from taskleash.driver.analysis import Analysis, ProgressBar, analyse, open_store
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.store import Store
from taskleash.driver.cache.walks import StoredWalks
from taskleash.driver.comments import Comments
from taskleash.driver.inputs import Input
from taskleash.driver.kept import Kept
from taskleash.driver.parsers import parsers
from taskleash.driver.parsing import Advance
from taskleash.driver.roots import roots
from taskleash.driver.settings import Settings
from taskleash.records import dataclass
from taskleash.reporters.report import FlagHint

if TYPE_CHECKING:
    from taskleash.facts.model import ModuleFacts


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
    kept: Kept | None = None,
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
    with parsers(settings.jobs, settings.executor, until) as making:
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


def _memory(kept: Kept | None, store: Callable[[], Store], scope: str = "") -> Memory:
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
