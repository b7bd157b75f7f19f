"""The engine proves what it is given: here codemods that are right, wrong, greedy and broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from taskleash.driver.analysis import analyse
from taskleash.driver.config.inline import configs
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.engine import Outcome, fix
from taskleash.fixes.making import Mend, one_by_one
from taskleash.fixes.model import Applied, Left, Mended, Target
from taskleash.fixes.proof import ProvedScan

HEAD = "import asyncio\n\n\nasync def work(name):\n    await asyncio.sleep(1)\n\n\n"
KIND = "await"

#: changes the lines of a text at the call of a target, or says why it cannot
Edit = Callable[[list[str], Target], "str | None"]


def spawner(*names: str) -> str:
    """A module with a coroutine for each name, which drops one task of that name."""
    return HEAD + "\n\n".join(
        f"async def {name}():\n    asyncio.create_task(work('{name}'))\n" for name in names
    )


def awaited(lines: list[str], target: Target) -> str | None:
    """The right fix: the coroutine is awaited where it was started."""
    line = target.site.span.line - 1
    lines[line] = re.sub(r"asyncio.create_task\((.*)\)", r"await \1", lines[line])
    return None


def codemod(edit: Edit) -> Mend:
    def mend(text: str, targets: Sequence[Target]) -> Mended:
        lines = text.split("\n")
        applied: list[Applied] = []
        left: list[Left] = []
        for target in targets:
            reason = edit(lines, target)
            if reason is None:
                applied.append(Applied(target.site, target.rule, KIND, "await it"))
            else:
                left.append(Left(target.site, target.rule, reason))
        return Mended("\n".join(lines), tuple(applied), tuple(left))

    return mend


def named(target: Target, name: str) -> bool:
    return target.site.scope == name


def run(folder: Path, mend: Mend, **modules: str) -> tuple[Outcome, list[Mapping[str, str]]]:
    """What the engine makes of a program, and the texts of each scan that it asked for."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    settings = Settings(paths=(str(folder),), configs=configs([], True, {"select": ("ALL",)}))
    program = FixedProgram(analyse(settings, with_facts=True))
    scans: list[Mapping[str, str]] = []

    def fixable(scan: ProvedScan) -> ProvedScan:
        targets = tuple(replace(target, kinds=(KIND,)) for target in scan.targets)
        return replace(scan, targets=targets)

    def rescan(texts: Mapping[str, str]) -> ProvedScan:
        scans.append(texts)
        return fixable(program.with_texts(texts).scan(FixChoice()))

    scan = fixable(program.scan(FixChoice()))
    return fix(program.text, scan, rescan, one_by_one(mend)), scans


def after(outcome: Outcome, module: str = "app") -> str:
    """The text of a mended module."""
    return {Path(file.path).stem: file.after for file in outcome.files}[module]


def reasons(outcome: Outcome) -> dict[str, str]:
    return {left.site.scope: str(left.reason) for left in outcome.left}


class TestStands:
    def test_what_a_scan_no_longer_reports(self, tmp_path: Path) -> None:
        outcome, scans = run(tmp_path, codemod(awaited), app=spawner("one", "two"))
        assert after(outcome) == spawner("one", "two").replace(
            "asyncio.create_task(work(", "await work("
        ).replace("'))", "')")
        assert (outcome.left, outcome.scan.targets, len(scans)) == ((), (), 1)

    def test_in_all_files_that_it_is_in(self, tmp_path: Path) -> None:
        outcome, _ = run(tmp_path, codemod(awaited), one=spawner("a"), two=spawner("b", "c"))
        assert [(Path(f.path).stem, f.added, f.removed) for f in outcome.files] == [
            ("one", 1, 1),
            ("two", 2, 2),
        ]

    def test_in_as_many_rounds_as_it_takes(self, tmp_path: Path) -> None:
        """As where two fixes overlap: one a round, each moving the rest down."""

        def mend(text: str, targets: Sequence[Target]) -> Mended:
            first, *rest = targets
            mended = codemod(awaited)(text, [first])
            left = tuple(Left(each.site, each.rule, "another is in its way") for each in rest)
            return Mended("# moved\n" + mended.text, mended.applied, left)

        outcome, scans = run(tmp_path, mend, app=spawner("one", "two", "three"))
        text = after(outcome)
        lines = text.split("\n")
        assert len(scans) == 3
        assert text.startswith("# moved\n" * 3 + HEAD)
        (file,) = outcome.files
        assert [lines[place.line - 1].strip() for place in file.places] == [
            "await work('one')",
            "await work('two')",
            "await work('three')",
        ]
        assert outcome.left == ()

    def test_in_rounds_that_differ_from_file_to_file(self, tmp_path: Path) -> None:
        def mend(text: str, targets: Sequence[Target]) -> Mended:
            return codemod(awaited)(text, targets[:1])

        outcome, _ = run(tmp_path, mend, one=spawner("a"), two=spawner("b", "c", "d"))
        assert [len(file.places) for file in outcome.files] == [1, 3]
        assert (outcome.left, outcome.scan.targets) == ((), ())

    def test_until_nothing_changes(self, tmp_path: Path) -> None:
        once, _ = run(tmp_path, codemod(awaited), app=spawner("one"))
        again, scans = run(tmp_path, codemod(awaited), app=after(once))
        assert (again.files, again.left, scans) == ((), (), [])


class TestDoesNotStand:
    def test_what_is_still_reported(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> None:
            if named(target, "bad"):
                lines[target.site.span.line - 1] += "  # fixed"
            else:
                awaited(lines, target)

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("bad", "good"))
        assert after(outcome) == spawner("bad") + "\n\n" + spawner("good").removeprefix(
            HEAD
        ).replace("asyncio.create_task(work('good'))", "await work('good')")
        assert reasons(outcome) == {"bad": "a second scan would still report TL001"}

    def test_what_is_reported_by_another_rule(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> None:
            lines[target.site.span.line - 1] += ".add_done_callback(print)"

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("one"))
        assert outcome.files == ()
        assert reasons(outcome) == {"one": "a second scan would report TL002 in `one`"}

    def test_what_breaks_another_scope(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> None:
            awaited(lines, target)
            if named(target, "bad"):
                lines.append("def other():\n    asyncio.create_task(work('new'))\n")

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("a", "bad", "b", "c"))
        assert [place.applied.site.scope for place in outcome.files[0].places] == ["a", "b", "c"]
        assert "other" not in after(outcome)
        assert reasons(outcome) == {"bad": "a second scan would report TL001 in `other`"}

    def test_what_breaks_another_file(self, tmp_path: Path) -> None:
        """The teardown that the fix takes away ends a task of another module."""
        owner = (
            "import asyncio\nfrom app import stop\n\n\nclass Owner:\n"
            "    def start(self):\n        self._beat = asyncio.create_task(self.beat())\n\n"
            "    async def beat(self):\n        while True:\n            await asyncio.sleep(1)\n\n"
            "    async def close(self):\n        stop(self._beat)\n"
        )
        stop = "\n\ndef stop(task):\n    task.cancel()\n"

        def edit(lines: list[str], target: Target) -> None:
            awaited(lines, target)
            if named(target, "bad"):
                lines[:] = "\n".join(lines).replace("task.cancel()", "pass").split("\n")

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("bad", "good") + stop, owner=owner)
        assert [place.applied.site.scope for place in outcome.files[0].places] == ["good"]
        assert "task.cancel()" in after(outcome)
        assert reasons(outcome) == {"bad": "a second scan would report TL010 in `Owner.start`"}

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("    await (", "'(' was never closed"),
            ("    nonlocal asyncio", "no binding for nonlocal 'asyncio' found"),
        ],
    )
    def test_what_is_not_valid(self, tmp_path: Path, line: str, complaint: str) -> None:
        def edit(lines: list[str], target: Target) -> None:
            awaited(lines, target)
            if named(target, "bad"):
                lines[target.site.span.line - 1] = line

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("good", "bad"))
        assert [place.applied.site.scope for place in outcome.files[0].places] == ["good"]
        assert reasons(outcome)["bad"].startswith(f"the result would not be valid: {complaint}")

    def test_what_the_encoding_of_the_file_lacks(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> None:
            awaited(lines, target)
            lines[target.site.span.line - 1] += "  # ☃"

        cookie = "# coding: latin-1\n"
        outcome, _ = run(tmp_path, codemod(edit), app=cookie + spawner("one"))
        assert outcome.files == ()
        assert reasons(outcome) == {
            "one": "the encoding of the file lacks a character of the result"
        }

    def test_what_a_codemod_fails_at(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> None:
            if named(target, "bad"):
                raise LookupError("no such node")
            awaited(lines, target)

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("good", "bad", "fine"))
        assert [p.applied.site.scope for p in outcome.files[0].places] == ["good", "fine"]
        assert reasons(outcome) == {"bad": "internal error: LookupError: no such node"}

    def test_what_comes_and_goes(self, tmp_path: Path) -> None:
        """A codemod that never comes to an end is stopped."""

        def edit(lines: list[str], target: Target) -> None:
            awaited(lines, target)
            number = len(lines)
            lines.append(f"async def f{number}():\n    asyncio.create_task(work({number}))\n")

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("one"))
        assert outcome.files == ()
        assert list(reasons(outcome)) == ["one"]

    def test_what_the_codemod_gives_a_reason_against(self, tmp_path: Path) -> None:
        def edit(lines: list[str], target: Target) -> str | None:
            return "its class is a protocol" if named(target, "bad") else awaited(lines, target)

        outcome, _ = run(tmp_path, codemod(edit), app=spawner("good", "bad"))
        assert reasons(outcome) == {"bad": "its class is a protocol"}
        assert [left.site.span.line for left in outcome.left] == [13]


def test_a_fix_of_many_that_does_not_stand_costs_few_scans(tmp_path: Path) -> None:
    def edit(lines: list[str], target: Target) -> None:
        awaited(lines, target)
        if named(target, "f13"):
            lines.append("asyncio.create_task(work('new'))")

    names = [f"f{number}" for number in range(32)]
    outcome, scans = run(tmp_path, codemod(edit), app=spawner(*names))
    assert len(outcome.files[0].places) == 31
    assert list(reasons(outcome)) == ["f13"]
    assert len(scans) <= 12


LOOKS = "def seen(task):\n    print(task.exception())\n"
KEPT = """import asyncio
from a import seen


async def fails():
    raise ValueError


class Kept:
    def __init__(self):
        self.task = asyncio.create_task(fails())
        self.task.add_done_callback(seen)

    async def close(self):
        self.task.cancel()
"""


def test_a_fix_can_bring_a_finding_into_a_file_that_had_none(tmp_path: Path) -> None:
    def blinded(lines: list[str], target: Target) -> str | None:
        if target.site.path.endswith("b.py"):
            return "not now"
        lines[:] = "\n".join(lines).replace("print(task.exception())", "pass").split("\n")
        return awaited(lines, target)

    outcome, _ = run(tmp_path, codemod(blinded), a=spawner("a") + "\n\n" + LOOKS, b=KEPT)
    (mended,) = outcome.files
    assert mended.path.endswith("a.py")
    assert [left.rule for left in outcome.left] == ["TL020"]
