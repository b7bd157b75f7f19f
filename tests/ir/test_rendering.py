"""Positions by the library's code generator and by its public metadata are the same."""

from __future__ import annotations

import importlib

import libcst as cst
import pytest

from support.programs import Program, fixture_programs
from taskleash.ir import positions, rendering
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts

PROGRAMS = fixture_programs()[::4]
LAYOUTS = (
    "async def f():\n  # a comment\n\n  await (g(\n    a,\n  ))  # b\n\n  # the end\n\n",
    "class A:\n\tx: int = 1\n\n\t@d\n\tdef f(self): return (yield self.x)[0]\n",
    "try: f()\nexcept* (A, B) as e: pass\nfinally:\n    lambda: f(x := 1)\n    ",
    "match f(x):\n    case A(b=1) if c.d:\n        del a[0]; f();\n    case _: pass",
    "if a.b:\r\n    f('''x\r\ny''')\r\nelif c: pass\r\nelse:\r\n    g()",
    "",
    "\n\n",
    "f()",
)


def facts(program: Program) -> list[ModuleFacts]:
    return [extract(source) for source in program.sources()]


def test_the_installed_library_is_known() -> None:
    # Where this fails, everything still works, in a multiple of the time: `can_note` has to learn
    # what has changed in the library.
    assert rendering.can_note()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_facts_are_the_same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = facts(program)
    monkeypatch.setattr(positions, "rendered", lambda module, _: rendering.measured(module))
    assert facts(program) == expected


@pytest.mark.parametrize("text", LAYOUTS)
def test_every_wanted_node_has_the_same_place(text: str) -> None:
    module = cst.parse_module(text)
    noted, measured = rendering.noted(module), rendering.measured(module)
    assert noted.text == measured.text == text
    last = len(noted.offsets) - 1
    places = {
        node: (noted.offsets[start], noted.offsets[min(end, last)])
        for node, (start, end) in noted.ranges.items()
    }
    assert places == {node: measured.ranges[node] for node in places}


@pytest.mark.parametrize("change", ["gone", "of another meaning"])
def test_another_code_generator_is_not_used(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = facts(PROGRAMS[0])
    internal = importlib.import_module("libcst._nodes.internal")
    if change == "gone":
        monkeypatch.delattr(internal, "CodegenState")
    else:
        monkeypatch.setattr(internal.CodegenState, "pop_trailing_newline", None)
        monkeypatch.setattr(internal.CodegenState, "add_indent_tokens", lambda state: None)
    caches = (rendering.can_note, rendering._state_class)
    for cache in caches:
        cache.cache_clear()
    try:
        assert not rendering.can_note()
        monkeypatch.undo()
    finally:
        for cache in caches:
            cache.cache_clear()
    monkeypatch.setattr(rendering, "can_note", lambda: False)
    assert facts(PROGRAMS[0]) == expected
