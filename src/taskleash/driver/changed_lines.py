"""The lines that changed since a git revision: what the branch did, committed or not.

The revision's last ancestor in common with HEAD is compared with the files as they are now, so that
what others have done on the revision's branch since does not count.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f",
            b"r": b"\r"}  # fmt: skip
#: whatever the user's configuration says
_DIFF = (
    "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false",
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--text",
    "--unified=0", "--inter-hunk-context=0", "--find-renames", "--diff-filter=d",
    "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class NoChanges(Exception):
    """The changes cannot be told; the message says why, and what helps."""


@dataclass(frozen=True)
class ChangedLines:
    """The changed lines of each file by its path in the repository; ``tracked`` are the files that
    git knows. In a file that it does not know, every line has changed."""

    root: str
    lines: Mapping[str, Sequence[range]]
    tracked: frozenset[str]

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether a line from ``first`` to ``last`` of the file at ``path`` has changed."""
        name = self._name(path)
        if name not in self.tracked:
            return True
        return any(hunk.start <= last and first < hunk.stop for hunk in self.lines.get(name, ()))

    def touch_file(self, path: str) -> bool:
        """Whether anything in the file at ``path`` has changed."""
        name = self._name(path)
        return name not in self.tracked or name in self.lines

    def _name(self, path: str) -> str:
        folder, name = os.path.split(os.path.abspath(path))
        real = os.path.join(os.path.realpath(folder), name)
        return os.path.relpath(real, self.root).replace(os.sep, "/")


def changed_since(revision: str) -> ChangedLines:
    """The lines that changed since HEAD and the revision parted; raises NoChanges."""
    root = _root()
    commit = _output(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if commit is None:
        raise NoChanges(f"--diff-base: {revision}: no such git revision: fetch it, or name another")
    base = _output("merge-base", "HEAD", _line(commit))
    if base is None:
        raise NoChanges(
            f"--diff-base: {revision}: no commit in common with HEAD: fetch more of the history, "
            f"as with `git fetch --unshallow`"
        )
    patch = _output("-C", root, *_DIFF, _line(base), "--")
    tracked = _output("-C", root, "ls-files", "-z", "--recurse-submodules")
    if patch is None or tracked is None:
        raise NoChanges(
            f"--diff-base: {revision}: git cannot compare it with the files as they are"
        )
    return ChangedLines(root, _parse(patch), frozenset(map(os.fsdecode, tracked.split(b"\0"))))


def _root() -> str:
    found = _output("rev-parse", "--show-toplevel")
    if found is None:
        raise NoChanges("--diff-base: the current folder is in no git work tree")
    return os.path.realpath(_line(found))


def _output(*arguments: str) -> bytes | None:
    """What git writes; None where it fails."""
    try:
        ran = subprocess.run(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        raise NoChanges("--diff-base: git is not installed, or not on the PATH") from None
    return ran.stdout if ran.returncode == 0 else None


def _line(output: bytes) -> str:
    return os.fsdecode(output.rstrip(b"\r\n"))


def _parse(patch: bytes) -> dict[str, list[range]]:
    """The changed lines of each file in a patch without context."""
    found: dict[str, list[range]] = {}
    hunks: list[range] = []
    lines = iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            hunks = found.setdefault(_path(line[len(b"+++ ") :]), [])
        elif hunk := _HUNK.match(line):
            removed, start, added = (int(n) if n else 1 for n in hunk.groups())
            hunks.append(range(start, start + added))
            _skip(lines, removed + added)
    return found


def _skip(lines: Iterator[bytes], count: int) -> None:
    """Pass over the lines of a hunk, which can look like headers."""
    for line in lines:
        # A note that a file lacks its last newline counts for nothing.
        count -= not line.startswith(b"\\")
        if count <= 0:
            return


def _path(header: bytes) -> str:
    """The path that a header names, quoted as in C where it has unusual characters."""
    # A tab marks the end of a path with spaces.
    name = header.rstrip(b"\r").removesuffix(b"\t")
    if name.startswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return os.fsdecode(name.removeprefix(b"b/"))


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if code.isdigit() else _ESCAPED.get(code, code)
