"""The baseline file: one known finding a line, sorted by place, as text that merges line by line.

A line is ``path rule scope fingerprint``; the path is relative to the file's folder. What would
break a line apart is percent-encoded. A finding that is there twice has two equal lines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from taskleash.reporters.inert import visible
from taskleash.source.reading import BASELINE_BYTES, read_regular

_HEADER = """\
# Findings that taskleash knew when this file was written. They do not fail its check.
# Renew: taskleash check --write-baseline FILE. Drop what is mended: --prune-baseline.
"""
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")


class BadBaseline(Exception):
    """A baseline that cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True, order=True)
class KnownFinding:
    """A known finding; ``path`` is as reports have it, ``fingerprint`` that of the first of its
    equals."""

    path: str
    rule: str
    scope: str
    fingerprint: str


def read_baseline(file: str) -> list[KnownFinding]:
    """The findings that a baseline lists, in its order; raises BadBaseline."""
    try:
        text = read_regular(file, BASELINE_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise BadBaseline(
            f"{file}: no such baseline: write it with `taskleash check --write-baseline {file}`"
        ) from None
    except UnicodeDecodeError:
        raise BadBaseline(f"{file}: not a baseline: it is not valid utf-8") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadBaseline(f"{file}: cannot be read: {reason}") from None
    return list(_parse(file, text))


def baseline_text(file: str, findings: Iterable[KnownFinding]) -> str:
    """The contents of a baseline at ``file`` with these findings."""
    lines = sorted(
        (_encoded(_relative(known.path, file)), known.rule, _encoded(known.scope),
         known.fingerprint)
        for known in findings
    )  # fmt: skip
    return _HEADER + "".join(f"{' '.join(line)}\n" for line in lines)


def _parse(file: str, text: str) -> Iterator[KnownFinding]:
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if line and not line.startswith("#"):
            yield _known(file, number, line)


def _known(file: str, number: int, line: str) -> KnownFinding:
    if _CONFLICT.match(line):
        raise BadBaseline(f"{file}:{number}: a merge conflict: keep the lines of both sides")
    parts = line.split()
    if len(parts) != 4 or not _FINGERPRINT.fullmatch(parts[3]):
        # The line is not quoted: the file may be no baseline at all, and none of the reader's.
        raise BadBaseline(
            f"{file}:{number}: expected a path, a rule, a scope and a fingerprint: "
            f"renew the file with --write-baseline"
        )
    path, rule, scope, fingerprint = parts
    return KnownFinding(_reported(_decoded(path), file), rule, _decoded(scope), fingerprint)


def _encoded(text: str) -> str:
    if text.isascii() and text.isprintable() and not re.search(r"[ %]|^#", text):
        return text
    return "".join(map(_encoded_char, text)).replace("#", "%23")


def _encoded_char(char: str) -> str:
    if visible(char) and not char.isspace() and char != "%":
        return char
    return "".join(f"%{byte:02X}" for byte in os.fsencode(char))


def _decoded(text: str) -> str:
    return os.fsdecode(unquote_to_bytes(text))


def _relative(path: str, file: str) -> str:
    """A reported path, relative to the baseline's folder."""
    folder = os.path.dirname(os.path.abspath(file))
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:
        # Another drive.
        return path


def _reported(path: str, file: str) -> str:
    """A path of a baseline as reports have it: relative where it lies below the current folder."""
    absolute = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(file)), path))
    below = os.path.join(os.getcwd(), "")
    found = absolute[len(below) :] if absolute.startswith(below) else absolute
    return found.replace(os.sep, "/")
