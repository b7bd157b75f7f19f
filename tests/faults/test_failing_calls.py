"""Every call that writes fails once: each file is as it was or as it was to be; that is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from support.command import Ran, taskleash
from support.faults import ERRORS, STEPS, failing
from support.leaking import after, leaking, read_tree, write_tree
from support.sweeps import swept

_MOST_CALLS = 40
FILES = leaking(2)
PLAIN = ("--isolated", "--no-cache", "-j1")

step_names = pytest.mark.parametrize("step", STEPS, ids=[name for _, name in STEPS])
Step = tuple[ModuleType, str]


def every_failure(
    folder: Path, step: Step, files: Mapping[str, bytes], *arguments: str
) -> list[tuple[Ran, dict[str, bytes]]]:
    """The runs in which the first, the second, … call fails, and what each leaves in the folder."""
    found = []
    for number in range(1, _MOST_CALLS):
        write_tree(folder, files)
        with failing(step, number, folder, ERRORS[number % len(ERRORS)]) as hook:
            ran = taskleash(*arguments, cwd=folder)
        if not hook.reached:
            return found
        assert "internal error" not in ran.err + ran.out, (number, ran)
        assert "Traceback" not in ran.err + ran.out, (number, ran)
        found.append((ran, read_tree(folder)))
    raise AssertionError(f"more than {_MOST_CALLS} calls of {step[1]}")


@step_names
@pytest.mark.parametrize("command", [("check", "--fix"), ("check", "--add-noqa")], ids="-".join)
def test_sources_are_whole_and_named_where_they_are_left(
    tmp_path: Path, step: Step, command: tuple[str, ...]
) -> None:
    whole = after(tmp_path, FILES, *command, *PLAIN)
    assert whole != FILES
    for ran, left in every_failure(tmp_path, step, FILES, *command, *PLAIN):
        assert left.keys() == FILES.keys()
        untouched = [name for name in FILES if left[name] == FILES[name]]
        assert [name for name in FILES if left[name] == whole[name]] == sorted(
            FILES.keys() - set(untouched)
        )
        # A file that could not even be read has no finding that could get a comment.
        unread = re.search("cannot be read|to read the file", ran.err) and "--add-noqa" in command
        assert ran.status in ((1, 2, 0 if unread else 1) if untouched else (0,)), ran
        for name in untouched:
            assert name in ran.err + ran.out


OUTPUTS = {
    "baseline": ("--write-baseline", "out.txt"),
    "pruned": ("--baseline", "known.txt", "--prune-baseline"),
    "output": ("--output-file", "out.txt"),
    "format": ("--format", "sarif=out.txt"),
    "fix-report": ("--fix", "--fix-report", "out.txt"),
    "diff": ("--diff", "--output-file", "out.txt"),
}


@step_names
@pytest.mark.parametrize("options", swept(list(OUTPUTS.values())), ids=OUTPUTS)
def test_an_output_is_the_old_one_or_the_new_one(
    tmp_path: Path, step: Step, options: tuple[str, ...]
) -> None:
    baseline = after(tmp_path, FILES, "check", *PLAIN, "--write-baseline", "known.txt")["known.txt"]
    stale = baseline + b"file0.py TL001 gone 0123456789abcdef\n"
    files = {**FILES, "out.txt": b"an older report\n", "known.txt": stale}
    written = "known.txt" if "known.txt" in options else "out.txt"
    whole = after(tmp_path, files, "check", *PLAIN, *options)
    assert whole[written] != files[written]
    for ran, left in every_failure(tmp_path, step, files, "check", *PLAIN, *options):
        assert left.keys() == files.keys()
        if left[written] == files[written]:
            assert written in ran.err + ran.out or ran.status == 1
            assert ran.status in (1, 2)
            # What was mended before is told.
            for name in FILES:
                assert left[name] == files[name] or name in ran.err + ran.out
        else:
            # A source that could not be read is missing in a report, and said to be.
            unread = [name for name in FILES if f"{name}" in ran.err + ran.out]
            # An excerpt is left out where its file can't be read once more.
            told = set(left[written].splitlines()) <= set(whole[written].splitlines())
            assert told or unread or "TL000" in left[written].decode()


@step_names
def test_a_cache_that_cannot_be_kept_changes_nothing(tmp_path: Path, step: Step) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    project.mkdir()
    write_tree(project, FILES)
    run = ("check", "--isolated", "-j1", "--format", "concise", "--cache-dir", str(cache))
    plain = taskleash("check", *PLAIN, "--format", "concise", cwd=project)
    for number in range(1, _MOST_CALLS):
        with failing(step, number, cache, ERRORS[number % len(ERRORS)]) as hook:
            ran = taskleash(*run, cwd=project)
        assert ran == plain
        assert taskleash(*run, cwd=project) == plain
        taskleash("clean", "--cache-dir", str(cache), cwd=project)
        if not hook.reached:
            return
