"""An edit that moves lines or changes comments changes no fact: nothing is linked for it."""

from __future__ import annotations

import io
import json
import os
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash
from support.programs import Program, each_file, fixture_programs, sites
from support.sweeps import parted
from taskleash.driver.cache import contents
from taskleash.driver.cache.placing import cited, placed
from taskleash.driver.cache.verdicts import Cited, Verdicts, update_of, updated
from taskleash.driver.parsing.parse import packed, shape_of
from taskleash.ir.layout import layout
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.source.code_lines import code_lines
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

SOME, OTHERS = parted(fixture_programs())


def commented(text: str) -> str:
    """The text with a comment and an empty line after each logical line."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    ends = {token.end[0] for token in tokens if token.type == tokenize.NEWLINE}
    lines = text.splitlines(keepends=True)
    moved = (f"{line}# moved\n\n" if at in ends else line for at, line in enumerate(lines, 1))
    return "# taken down\n" + "".join(moved)


def widened(text: str) -> str:
    """The text with its indentation twice as deep, outside of strings that go over lines."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    inside = {
        line
        for token in tokens
        if token.type == tokenize.STRING or "FSTRING" in tokenize.tok_name[token.type]
        for line in range(token.start[0] + 1, token.end[0] + 1)
    }
    lines = enumerate(text.splitlines(keepends=True), 1)
    return "".join(
        line if at in inside else " " * (len(line) - len(line.lstrip(" "))) + line
        for at, line in lines
    )


def facts_of(program: Program) -> dict[str, ModuleFacts]:
    return {source.path: extract(source) for source in program.sources()}


@pytest.mark.parametrize(
    "programs",
    [
        pytest.param(SOME, id="some"),
        pytest.param(OTHERS, id="others", marks=pytest.mark.sweep),
    ],
)
@pytest.mark.parametrize("edit", [commented, widened])
def test_what_is_kept_of_a_program_is_right_for_the_moved_one(
    edit: Callable[[str], str], programs: Sequence[Program]
) -> None:
    for program in programs:
        before, edited = facts_of(program), each_file(program, edit)
        after = facts_of(edited)
        shapes = {path: shape_of(packed(facts)) for path, facts in before.items()}
        assert shapes == {path: shape_of(packed(facts)) for path, facts in after.items()}
        found = tuple(sites(program))
        kept = kept_of(found, before, "before")
        layouts = {path: layout(after[path]) for path in kept}
        now = placed(Verdicts(found, {}, 0, (), kept), layouts, dict.fromkeys(kept, "after"))
        if now is None:
            # What is said of the first line may be said of the module.
            assert any(1 in (each.line for each in site.evidence) for site in found), program.name
            continue
        assert list(now.sites) == sites(edited), program.name
        assert now.cited == kept_of(now.sites, after, "after")


@pytest.mark.parametrize(
    "programs",
    [
        pytest.param(SOME, id="some"),
        pytest.param(OTHERS, id="others", marks=pytest.mark.sweep),
    ],
)
def test_where_code_has_stayed_its_facts_stand_on_the_lines_of_the_code(
    programs: Sequence[Program],
) -> None:
    told = 0
    for program in programs:
        for source in program.sources():
            edited = Source(source.path, source.module, commented(source.text))
            old, new = code_lines(source.text), code_lines(edited.text)
            if old is None or new is None:
                continue
            told += 1
            assert old.code == new.code
            moved = dict(zip(old.numbers, new.numbers, strict=True))
            before, after = layout(extract(source)), layout(extract(edited))
            assert [moved[line] for line in before.lines] == [*after.lines]
            assert [(moved[line], column) for line, column in before.points] == [*after.points]
    assert told


def kept_of(
    found: Sequence[Site], facts: Mapping[str, ModuleFacts], content: str
) -> dict[str, Cited]:
    return cited(found, lambda path: layout(facts[path]), lambda path: content)


def test_another_order_of_places_is_another_shape() -> None:
    def shape(text: str) -> bytes:
        return shape_of(packed(extract(Source("a.py", "a", text))))

    assert shape("f(); g()\n") != shape("f()\ng()\n")
    assert shape("f()\ng()\n") == shape("f( )  # why\n\n\ng()\n")
    assert shape("f()\ng()\n") != shape("g()\nf()\n")
    assert shape("x = 'a'\nf(x)\n") != shape("x = 'a'\nf(y)\n")


def test_a_place_that_was_not_kept_is_not_made_up() -> None:
    facts = extract(Source("a.py", "a", LEAKY))
    found = tuple(sites(Program("a", {"a.py": LEAKY})))
    kept = kept_of(found, {"a.py": facts}, "before")
    poorer = {path: replace(each, points=()) for path, each in kept.items()}
    moved = {"a.py": layout(facts)}
    assert placed(Verdicts(found, {}, 0, (), poorer), moved, {"a.py": "after"}) is None


# -- whole runs

LEAKY = """\
import asyncio


class Owner:
    def start(self):
        self._beat = asyncio.create_task(self.beat())

    async def beat(self):
        while True:
            await asyncio.sleep(1)

    async def close(self):
        self._open = False


async def main():
    asyncio.create_task(log())  # taskleash: ignore[TL001]
    asyncio.create_task(log())


async def log():
    await asyncio.sleep(1)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contents, "SETTLED_NS", 0)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    write(tmp_path / "leaky.py", LEAKY)
    write(tmp_path / "other.py", "import leaky\n\nleaky.Owner().start()\n")
    return tmp_path


def write(path: Path, text: str, age: float = 60.0) -> None:
    path.write_text(text, encoding="utf-8")
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


def scan(folder: Path, *options: str) -> dict[str, Any]:
    ran = taskleash("scan", "--format", "json", *options, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    report: dict[str, Any] = json.loads(ran.out)
    del report["summary"]["seconds"]
    return report


def fail(*arguments: object) -> None:
    raise AssertionError("linked again")


@pytest.mark.parametrize(
    "text",
    [
        "# first\n" + LEAKY,
        commented(LEAKY),
        LEAKY.replace("create_task(log())\n", "create_task( log( ) )  # why\n"),
        LEAKY.replace("# taskleash: ignore[TL001]", "# a note"),
        "# taskleash: skip-file\n" + LEAKY,
    ],
    ids=["above", "between", "spaces", "no longer silenced", "all silenced"],
)
def test_nothing_is_linked_for_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    scan(project)
    write(project / "leaky.py", text, age=30.0)
    with monkeypatch.context() as once:
        once.setattr("taskleash.verdict.judge.Judge.__init__", fail)
        moved, again = scan(project), scan(project)
    assert moved == again == scan(project, "--no-cache")
    assert len(moved["sites"]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "# first\n" + LEAKY,
        commented(LEAKY),
        LEAKY.replace("# taskleash: ignore[TL001]", "# a note"),
        "# taskleash: skip-file\n" + LEAKY,
        "# -*- coding: latin-1 -*-\n" + LEAKY,
        LEAKY.rstrip("\n"),
    ],
)
def test_nothing_is_parsed_where_comments_or_empty_lines_change(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    scan(project)
    with monkeypatch.context() as once:
        once.setattr("taskleash.driver.parsing.workers.Workers.parse", fail)
        once.setattr("taskleash.verdict.judge.Judge.__init__", fail)
        write(project / "leaky.py", text, age=40.0)
        moved = scan(project)
        write(project / "leaky.py", "# another\n\n" + text, age=30.0)
        again = scan(project)
    assert again == scan(project, "--no-cache")
    write(project / "leaky.py", text, age=40.0)
    assert moved == scan(project, "--no-cache")


def test_an_error_is_said_of_the_line_where_it_is_by_now(project: Path) -> None:
    broken = LEAKY.replace("async def main():", "async def main(:")
    write(project / "leaky.py", broken, age=50.0)
    before = scan(project)
    write(project / "leaky.py", "# first\n" + broken, age=40.0)
    after = scan(project)
    assert after == scan(project, "--no-cache")
    assert [each["line"] + 1 for each in before["errors"]] == [
        each["line"] for each in after["errors"]
    ]


def test_verdicts_are_told_by_what_moved_in_others() -> None:
    kept = verdicts_of(LEAKY)
    for text in (LEAKY, "# first\n" + LEAKY, commented(LEAKY)):
        moved = verdicts_of(text)
        update = update_of(kept, b"\x07", moved)
        assert update is not None
        assert updated(kept, update) == moved
        assert bool(update.sites) == (text != LEAKY)
    fewer = replace(kept, sites=kept.sites[:-1])
    assert update_of(kept, b"\x07", fewer) is None
    assert update_of(kept, b"\x07", replace(kept, parsed=kept.parsed + 1)) is None
    assert update is not None
    assert updated(fewer, update) is None


def verdicts_of(text: str) -> Verdicts:
    facts = {"leaky.py": extract(Source("leaky.py", "leaky", text))}
    found = tuple(judge(list(facts.values())))
    places = cited(found, lambda path: layout(facts[path]), lambda _: str(hash(text)))
    return Verdicts(found, {}, 1, cited=places)


def test_where_nothing_changed_nothing_is_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scan(project)
    with monkeypatch.context() as once:
        once.setattr("taskleash.driver.inputs.read_bytes", fail)
        assert scan(project) == before


def test_an_edit_after_it_is_linked(project: Path) -> None:
    scan(project)
    write(project / "leaky.py", "# first\n" + LEAKY, age=30.0)
    scan(project)
    text = LEAKY.replace("self._open = False", "self._beat.cancel()")
    write(project / "leaky.py", "# second\n" + text, age=20.0)
    assert scan(project) == scan(project, "--no-cache")


def test_what_a_source_refuses_is_tried_again(project: Path) -> None:
    taken_down = LEAKY.replace("        self._open = False", "        self._open = False  # here")
    write(project / "leaky.py", taken_down, age=50.0)
    scan(project)
    write(project / "leaky.py", taken_down.replace("\n    asyncio", "\n\n    asyncio"), age=30.0)
    assert scan(project) == scan(project, "--no-cache")


LOGGED = """\
import asyncio


async def work(log):
    log.{call}({said})
    print("it goes on", log)
    if not log:
        raise errors.ClosedError(1, why="it is closed")
    asyncio.create_task(log.flush("now then"))
"""


@pytest.mark.parametrize(
    ("call", "said", "is_same"),
    [
        ("info", "'it went well, %s', 1", True),
        ("warning", '"it went well, %s", 1', True),
        ("info", "'it begins, %s', 2", False),
        ("info", "''", False),
        ("info", "'begins'", False),
        ("info", "log, 1", False),
        ("send", "'it went well, %s', 1", False),
    ],
)
def test_the_words_that_are_logged_are_no_fact(call: str, said: str, is_same: bool) -> None:
    before = LOGGED.format(call=call, said="'it begins, %s', 1")
    after = LOGGED.format(call=call, said=said)
    shapes = [shape_of(packed(extract(Source("m.py", "m", each)))) for each in (before, after)]
    assert (shapes[0] == shapes[1]) is is_same


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("it goes on", "all goes on", True),
        ("it is closed", "it was closed", True),
        ("why=", "reason=", False),
        ("ClosedError(1", "ClosedError(2", False),
        ("ClosedError", "OpenError", False),
        ("now then", "then now", False),
    ],
)
def test_a_text_that_is_printed_or_raised_is_no_fact(old: str, new: str, is_same: bool) -> None:
    before = LOGGED.format(call="info", said="log")
    texts = (before, before.replace(old, new))
    shapes = [shape_of(packed(extract(Source("m.py", "m", text)))) for text in texts]
    assert (shapes[0] == shapes[1]) is is_same
