"""A rewrite that leaves what a program does as it is changes no verdict."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.programs import (
    Finder,
    Program,
    differences,
    each_file,
    fixture_programs,
    marked,
    sites,
    sites_on_demand,
)
from support.rewrites.imports import (
    importing_modules,
    with_alias,
    with_from_import,
    with_plain_import,
)
from support.rewrites.layout import FILLERS, fill, gaps, spread
from support.rewrites.moving import base_name, definitions, move, split, splittable
from support.rewrites.renaming import renamable, rename
from support.rewrites.spelling import in_other_letters
from support.sweeps import swept
from support.writing import written_programs

PROGRAMS = fixture_programs()
LINKED = [program for program in PROGRAMS if len(program.files) > 1]
APART = "elsewhere"
STYLES = (with_alias, with_from_import, with_plain_import)


def label(value: object) -> str:
    return value.name if isinstance(value, Program) else getattr(value, "__name__", str(value))


def each(first: int, programs: list[Program] = PROGRAMS) -> pytest.MarkDecorator:
    """One test for each program; the suite takes a part of them, which begins at that one."""
    return pytest.mark.parametrize("program", swept(programs, first), ids=label)


def assert_same(before: Program, after: Program, find: Finder = sites) -> None:
    if before.files == after.files and find is sites:
        return
    changed = differences(before, after, find)
    if changed:
        pytest.fail("\n".join([*changed, repr(after)]), pytrace=False)


# -- the fixtures, each with every rewrite


@each(0)
def test_other_names_in_a_fixture(program: Program) -> None:
    before = marked(program)
    names = {local: f"x{number}" for number, local in enumerate(renamable(before))}
    assert_same(before, rename(before, names))


@each(1)
def test_other_layout_of_a_fixture(program: Program) -> None:
    before = marked(program)
    wide = each_file(before, spread)
    assert_same(before, wide)
    assert_same(before, each_file(wide, lambda text: text.replace("\n", "\r\n")))


@each(2)
def test_other_letters_in_a_fixture(program: Program) -> None:
    before = marked(program)
    assert_same(before, each_file(before, in_other_letters))


@pytest.mark.parametrize("style", STYLES, ids=label)
@each(2)
def test_other_imports_of_asyncio_in_a_fixture(
    program: Program, style: Callable[[str], str]
) -> None:
    before = marked(program)
    assert_same(before, each_file(before, style))


@each(0, LINKED)
def test_modules_imported_in_place_of_names(program: Program) -> None:
    before = marked(program)
    assert_same(before, importing_modules(before))


@each(3)
def test_functions_of_a_fixture_moved_to_other_modules(program: Program) -> None:
    before = marked(program)
    assert_same(before, moved(before, lambda text: definitions(text)[:1]))
    assert_same(before, moved(before, definitions))


@each(0)
def test_classes_of_a_fixture_split_in_two(program: Program) -> None:
    before = marked(program)
    for parity in (0, 1):
        after = halved(before, parity)
        assert_same(before, after)
        assert_same(before, moved(after, bases))


@each(1, LINKED)
def test_files_that_are_asked_for_suffice(program: Program) -> None:
    before = marked(program)
    assert_same(before, before, sites_on_demand)
    assert_same(before, moved(before, definitions), sites_on_demand)
    assert_same(before, each_file(before, in_other_letters), sites_on_demand)


def moved(program: Program, choose: Callable[[str], list[str]]) -> Program:
    """The program with the chosen definitions of each file in a module of their own."""
    after = program
    for number, (path, text) in enumerate(program.files.items()):
        names = choose(text)
        after = (move(after, path, names, f"{APART}{number}") if names else None) or after
    return after


def halved(program: Program, parity: int) -> Program:
    """The program with every second method of each class in a base class."""
    return split(program, {which: which.methods[parity::2] for which in splittable(program)})


def bases(text: str) -> list[str]:
    """The base classes that `halved` has made."""
    return re.findall(rf"^class ({base_name('')}\w+)", text, re.MULTILINE)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda program: rename(program, dict.fromkeys(renamable(program), "x")),
        lambda program: each_file(program, spread),
        lambda program: each_file(program, with_alias),
        lambda program: each_file(program, with_from_import),
        lambda program: each_file(program, in_other_letters),
        lambda program: moved(program, definitions),
        lambda program: halved(program, 0),
    ],
    ids=[
        "rename",
        "spread",
        "with_alias",
        "with_from_import",
        "in_other_letters",
        "moved",
        "halved",
    ],
)
def test_rewrites_change_most_fixtures(rewrite: Callable[[Program], Program]) -> None:
    some = PROGRAMS[::2]
    same = [program.name for program in some if rewrite(program).files == program.files]
    assert len(same) < len(some) / 2


# -- programs that a strategy writes, each with a choice of rewrites


@steady(10)
@given(written_programs(), st.data())
def test_some_other_names(program: Program, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(renamable(program))), label="names")
    assert_same(
        program, rename(program, {n: f"x{i}" for i, n in enumerate(sorted(names, key=str))})
    )


@steady(10)
@given(written_programs(), st.data())
def test_some_blank_lines_and_comments(program: Program, data: st.DataObject) -> None:
    text = program.files["app.py"]
    fillers = st.tuples(st.sampled_from(gaps(text)), st.sampled_from(FILLERS))
    chosen = data.draw(st.lists(fillers, min_size=1, max_size=20), label="fillers")
    assert_same(program, program.with_file("app.py", fill(text, chosen)))


@steady(10)
@given(written_programs(), st.sampled_from(STYLES))
def test_other_imports(program: Program, style: Callable[[str], str]) -> None:
    assert_same(program, each_file(program, style))


@steady(10)
@given(written_programs(), st.data())
def test_some_definitions_moved(program: Program, data: st.DataObject) -> None:
    names = definitions(program.files["app.py"])
    wanted = data.draw(st.sets(st.sampled_from([*names, "Thing"]), min_size=1), label="moved")
    after = move(program, "app.py", wanted, APART)
    assert after is not None
    assert_same(program, after)
    assert_same(program, after, sites_on_demand)


@steady(15)
@given(written_programs(), st.data())
def test_a_class_split_in_two(program: Program, data: st.DataObject) -> None:
    (which,) = splittable(program)
    methods = data.draw(st.sets(st.sampled_from(which.methods)), label="methods of the base")
    after = split(program, {which: methods})
    assert_same(program, after)
    apart = move(after, "app.py", [base_name(which.name)], APART)
    assert apart is not None
    assert_same(program, apart)
    assert_same(program, apart, sites_on_demand)
