"""`taskleash scan --watch`: a scan again after each change, and what changed in the verdicts."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from taskleash.reporters.changes import changes
from taskleash.source.discovery import root_around
from taskleash.source.paths import SUFFIXES
from taskleash.terminal import tell, write

if TYPE_CHECKING:
    import watchfiles

    from taskleash.driver.settings import Settings
    from taskleash.reporters.options import RenderOptions
    from taskleash.reporters.report import Report

#: what decides about a scan beside the code: settings, and which files are left out
_SETTINGS = frozenset(
    {"pyproject.toml", "taskleash.toml", ".taskleash.toml", ".gitignore", ".ignore", ".env"}
)
_CLEARED = "\x1b[2J\x1b[3J\x1b[H"
# An editor writes a file in several steps, and a branch that is checked out many files.
_DEBOUNCE_MILLISECONDS = 300
_TURN_MILLISECONDS = 200
#: so often in a row the folders are watched anew before there is a scan
_MOST_RENEWALS = 5
#: what watchfiles says of a file whose name it cannot give
_UNREADABLE_NAME = "Unable to decode path"
#: there every folder is watched by itself, and a watch of all below one goes through links
_FOLLOWS_LINKS = sys.platform == "linux"


def watch(
    settings: Settings,
    scan: Callable[[], Report],
    show: Callable[[Report], None],
    rendering: RenderOptions,
) -> NoReturn:
    """Scan and show, at first and after each change below the paths' projects, for ever.

    On a terminal each report takes the place of the one before, with what is different below it;
    elsewhere only that is written, as ``rendering`` has it. A scan that fails, as with settings
    that are being edited, is said, and the last good one stays.

    Raises:
        click.ClickException: there is nothing to watch, the package for it is missing, or the first
            scan fails.
        KeyboardInterrupt: the only end that there is.
    """
    if settings.stdin is not None:
        raise click.UsageError("--watch needs files: standard input does not change")
    # It goes on and on: see `__main__`.
    gc.enable()
    changed = _changed(settings.paths)
    # From here on no change is missed, not even one during the first scan.
    next(changed)
    is_screen = sys.stdout.isatty() and rendering.color
    last = scan()
    _show(last, show, is_screen)
    tell("watching for changes (Ctrl-C ends)")
    for what in changed:
        if not what:
            continue
        try:
            found = scan()
        except click.ClickException as error:
            tell(error.format_message())
            continue
        said = changes(last, found, rendering)
        if is_screen:
            _show(found, show, is_screen)
        write(said)
        at = time.strftime("%H:%M:%S")
        tell(f"{at}: {'the verdicts above changed' if said else 'no verdict changed'}")
        last = found
    raise AssertionError("a watch ends by an interrupt only")


def _show(report: Report, show: Callable[[Report], None], is_screen: bool) -> None:
    if is_screen:
        write(_CLEARED)
    show(report)


def _changed(paths: Sequence[str]) -> Iterator[Collection[object]]:
    """Yields, again and again, what changed that a scan may depend on; mostly nothing."""
    try:
        # Imported here because nothing else needs it, and few have it.
        import watchfiles
    except ImportError:
        raise click.ClickException(
            "--watch needs more packages: pip install 'taskleash[watch]'"
        ) from None

    passed: set[tuple[watchfiles.Change, str]] = set()
    said: set[str] = set()
    renewals = 0
    while True:
        folders, unnamed = _to_watch(paths, frozenset(watchfiles.DefaultFilter.ignore_dirs))
        for folder in sorted(unnamed - said):
            tell(f"what changes in {folder} is not seen: this is no UTF-8")
        said |= unnamed
        watched = frozenset(folders)
        try:
            for found in _turns(watched):
                passed |= found
                if _FOLLOWS_LINKS and any(_is_folder(path, watched) for _, path in found):
                    # What changes in a new folder is seen once that is watched, too.
                    break
                yield passed
                passed, renewals = set(), 0
        except FileNotFoundError:
            # A folder that was gone before it could be watched.
            pass
        except RuntimeError as error:
            if _UNREADABLE_NAME not in str(error):
                raise
            passed.add((watchfiles.Change.modified, ""))
        except OSError as error:
            raise click.ClickException(
                f"--watch: the folders cannot be watched: {(error.strerror or str(error)).lower()}"
            ) from None
        renewals += 1
        if renewals > _MOST_RENEWALS:
            # Where this goes on and on, what there is by now is scanned, and again at its end.
            yield passed
            renewals = 0


def _turns(watched: frozenset[str]) -> Iterator[set[tuple[watchfiles.Change, str]]]:
    """What a scan may depend on that changes in these folders, as it is told; mostly nothing."""
    import watchfiles

    class Relevant(watchfiles.DefaultFilter):
        def __call__(self, change: watchfiles.Change, path: str) -> bool:
            name = os.path.basename(path)
            is_code = name.endswith(SUFFIXES) or name in _SETTINGS
            return (is_code or _is_folder(path, watched)) and super().__call__(change, path)

    return watchfiles.watch(
        *sorted(watched),
        watch_filter=Relevant(),
        debounce=_DEBOUNCE_MILLISECONDS,
        rust_timeout=_TURN_MILLISECONDS,
        yield_on_timeout=True,
        recursive=not _FOLLOWS_LINKS,
    )


def _is_folder(path: str, watched: frozenset[str]) -> bool:
    """Whether it is a folder, or was: of what is moved away with one nothing is said."""
    return path in watched or (os.path.isdir(path) and not os.path.islink(path))


def _to_watch(paths: Sequence[str], left_out: Collection[str]) -> tuple[list[str], set[str]]:
    """The folders to watch, and those that cannot be: the system's bytes for them are no text."""
    roots = _folders(paths)
    unnamed = {root for root in roots if not _is_text(root)}
    folders: list[str] = []
    for root in roots:
        if root in unnamed:
            continue
        if not _FOLLOWS_LINKS:
            folders.append(root)
            continue
        # Links are passed over: they may lead to the whole machine.
        for folder, names, _ in os.walk(root):
            names[:] = [name for name in names if name not in left_out]
            unnamed |= {os.path.join(folder, name) for name in names if not _is_text(name)}
            names[:] = [name for name in names if _is_text(name)]
            folders.append(folder)
    return folders, unnamed


def _is_text(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _folders(paths: Sequence[str]) -> list[str]:
    """What to watch: the projects that the paths lie in, whose other files are evidence."""
    found = set()
    for path in paths:
        real = os.path.realpath(path).replace(os.sep, "/")
        folder = real if os.path.isdir(real) else os.path.dirname(real)
        found.add(root_around(folder) or folder)
    return sorted(found)
