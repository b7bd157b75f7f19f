"""What is known of each file, and which of two looks at it is the later one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from taskleash.reporters.report import Entry, FileError
from taskleash.server.requests import Looked
from taskleash.source.paths import is_below


@dataclass(frozen=True)
class Known:
    """The verdicts of one file, in the folder ``root``, in the language of its settings."""

    root: str
    entries: tuple[Entry, ...] = ()
    errors: tuple[FileError, ...] = ()
    lang: str = "en"

    @property
    def findings(self) -> Iterator[Entry]:
        """What is reported of the file."""
        return (entry for entry in self.entries if entry.rule and not entry.silenced)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.errors and not any(True for _ in self.findings)


@dataclass
class Findings:
    """The verdicts of all files that were looked at, by path (absolute, with ``/``)."""

    _files: dict[str, Known] = field(default_factory=dict)

    def of(self, path: str) -> Known:
        """What is known of a file; nothing where it was not looked at."""
        return self._files.get(path, Known(""))

    def replace(self, root: str, looked: Looked, paths: Iterable[str] | None) -> list[str]:
        """Take over a look at some files of a folder, None for all; gives those that may differ."""
        shown = looked.entries.keys() | looked.errors.keys()
        if paths is None:
            passed = {path for path in self._files if is_below(path, root)}
        else:
            passed = set(paths)
            shown &= passed
        for path in passed - shown:
            self._files.pop(path, None)
        for path in shown:
            self._files[path] = Known(
                root, looked.entries.get(path, ()), looked.errors.get(path, ()), looked.lang
            )
        return sorted(shown | passed)

    def forget(self, root: str) -> list[str]:
        """Forget the files of a folder; gives them."""
        gone = sorted(path for path in self._files if is_below(path, root))
        for path in gone:
            del self._files[path]
        return gone

    def files(self) -> Mapping[str, Known]:
        """All files of which something is known."""
        return self._files
