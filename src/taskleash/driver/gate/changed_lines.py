"""The lines that changed since a git revision: what the branch did, committed or not.

The revision's last ancestor in common with HEAD is compared with the files as they are now, so that
what others have done on the revision's branch since does not count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from taskleash.driver.git import Git, GitFailed
from taskleash.source.paths import join, parents
from taskleash.source.reading import SOURCE_BYTES, read_regular

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f",
            b"r": b"\r"}  # fmt: skip
#: what ends a line in Python and not in git
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_AS_IT_IS = (b"unspecified", b"unset")
#: the mode of an entry that stands for a commit of another repository
_SUBMODULE = b"160000"
#: whatever the user's configuration says
_DIFF = (
    "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false",
    "diff", "--no-textconv", "--no-color", "--no-relative", "--text",
    "--unified=0", "--inter-hunk-context=0", "--find-renames", "--diff-filter=d",
    "--ignore-submodules=all", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/",
    f"-O{os.devnull}",
)  # fmt: skip


class NoChanges(Exception):
    """The changes cannot be told; the message says why, and what helps."""


@dataclass(frozen=True)
class ChangedLines:
    """The changed lines of each file by its path in the repository; ``tracked`` are the files that
    git knows, and its submodules, which are other repositories. In a file that it does not know,
    every line has changed."""

    root: str
    lines: Mapping[str, Sequence[range]]
    tracked: frozenset[str]
    submodules: frozenset[str] = frozenset()

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether a line from ``first`` to ``last`` of the file at ``path`` has changed."""
        name = self._name(path)
        if not self._is_known(name):
            return True
        return any(hunk.start <= last and first < hunk.stop for hunk in self.lines.get(name, ()))

    def touch_file(self, path: str) -> bool:
        """Whether anything in the file at ``path`` has changed."""
        name = self._name(path)
        return name in self.lines or not self._is_known(name)

    def _is_known(self, name: str) -> bool:
        return name in self.tracked or not self.submodules.isdisjoint(parents(name))

    def _name(self, path: str) -> str:
        folder, name = os.path.split(os.path.abspath(path))
        real = os.path.join(os.path.realpath(folder), name)
        return os.path.relpath(real, self.root).replace(os.sep, "/")


def changed_since(revision: str) -> ChangedLines:
    """The lines that changed since HEAD and the revision parted; raises NoChanges."""
    try:
        return _changed_since(Git(), revision)
    except GitFailed as error:
        raise NoChanges(f"--diff-base: {error}") from None


def _changed_since(git: Git, revision: str) -> ChangedLines:
    root = git.output("rev-parse", "--show-toplevel")
    if root is None:
        raise NoChanges("--diff-base: the current folder is in no git work tree")
    base = _base(git, revision)
    below = ("-C", _line(root))
    patch = git.output(*below, *_DIFF, base, "--")
    listed = git.output(*below, "ls-files", "-z", "--stage")
    if patch is None or listed is None:
        raise NoChanges(
            f"--diff-base: {revision}: git cannot compare it with the files as they are; nothing "
            "is fetched for it"
        )
    files, submodules = _listed(listed)
    real, lines = os.path.realpath(_line(root)), _parse(patch)
    tracked = files - _recoded(git, below, files) - _with_other_lines(real, lines)
    return ChangedLines(real, lines, tracked, submodules)


def _base(git: Git, revision: str) -> str:
    """The commit where HEAD and the revision parted."""
    is_option = revision.startswith("-")
    named = ("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    commit = None if is_option else git.output(*named)
    if commit is None:
        raise NoChanges(f"--diff-base: {revision}: no such git revision: fetch it, or name another")
    base = git.output("merge-base", "HEAD", _line(commit))
    if base is None:
        raise NoChanges(
            f"--diff-base: {revision}: no commit in common with HEAD: fetch more of the history, "
            f"as with `git fetch --unshallow`"
        )
    return _line(base)


def _listed(listed: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The files and the submodules of a list of ``mode object stage``, a tab and the path."""
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry]
    named = [(os.fsdecode(path), head.startswith(_SUBMODULE)) for head, _, path in entries]
    return (
        frozenset(path for path, is_submodule in named if not is_submodule),
        frozenset(path for path, is_submodule in named if is_submodule),
    )


def _recoded(git: Git, below: Sequence[str], files: Iterable[str]) -> set[str]:
    """The files that git reads in another encoding than Python: they have other lines to it."""
    names = b"".join(os.fsencode(file) + b"\0" for file in files)
    told = git.output(*below, "check-attr", "-z", "--stdin", "working-tree-encoding", given=names)
    fields = (told or b"").split(b"\0")
    values = zip(fields[::3], fields[2::3], strict=False)
    return {os.fsdecode(file) for file, value in values if value not in _AS_IT_IS}


def _with_other_lines(root: str, files: Iterable[str]) -> set[str]:
    """The files whose lines Python counts otherwise than git does."""
    found = set()
    for file in files:
        with suppress(OSError):
            if _LONE_RETURN.search(read_regular(join(root, file), SOURCE_BYTES)):
                found.add(file)
    return found


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
