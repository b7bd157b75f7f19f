"""The text of the program that a combination of forms stands for."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from oracle.bindings import BINDINGS
from oracle.controls import CONTROLS, TAILS
from oracle.endings import ENDINGS
from oracle.hops import HOPS, SPAWNS, WORKS
from oracle.layouts import LAYOUTS
from oracle.model import Binding, Combination, Control, Ending, Hop, Layout, Spawn, Written

KNOBS = ("flag", "names", "peer", "mode")
_MODULES = (
    "asyncio", "collections", "contextlib", "dataclasses", "functools", "itertools", "types",
    "typing", "weakref",
)  # fmt: skip
_TAG = re.compile(r"\$([01*])")
_SEEN = "def seen(task):\n    pass"
_CANCEL = ENDINGS["cancel"]


class DoNotGoTogether(Exception):
    """The forms of a combination make no program."""


@dataclass(frozen=True)
class Forms:
    """The forms of a combination."""

    layout: Layout
    binding: Binding
    spawn: Spawn
    ending: Ending
    control: Control
    hop: Hop

    @classmethod
    def of(cls, names: Combination) -> Forms:
        """The forms by name. Raises KeyError."""
        return cls(
            LAYOUTS[names.layout],
            BINDINGS[names.binding],
            SPAWNS[names.spawn],
            ENDINGS[names.ending],
            CONTROLS[names.control],
            HOPS[names.hop],
        )


def write(names: Combination) -> Written:
    """The program. Raises DoNotGoTogether."""
    forms = Forms.of(names)
    _check(names, forms)
    end, other = _end(forms, forms.ending, forms.hop), _end(forms, _CANCEL, HOPS["direct"])
    parts = {"INIT": forms.binding.before if forms.binding.home == "self" else ""}
    if forms.layout.apart:
        tail = TAILS[names.control]
        parts["START"] = forms.binding.text
        parts["STOP"] = filled(tail, {"END": end, "OTHER": other})
    else:
        blocks = {"SPAWN": forms.binding.text, "END": end, "OTHER": other}
        parts["BODY"] = filled(forms.control.text, blocks)
    body = _spawning(filled(forms.layout.text, parts), forms.spawn, names)
    if forms.layout.sync and re.search(r"def close\(self\):(.(?!\n    \w))*\bawait\b", body, re.S):
        raise DoNotGoTogether("an await in a function that is not async")
    body = _with_knobs(body, forms.layout)
    helper = filled(forms.hop.top, {"E": _helped(forms)})
    text = _module([WORKS[names.work], forms.binding.top, forms.spawn.top, helper, body])
    return _marked(names, text, forms.layout)


def _check(names: Combination, forms: Forms) -> None:
    """Raises DoNotGoTogether."""
    layout, binding, ending = forms.layout, forms.binding, forms.ending
    for wrong in (
        binding.home not in layout.homes,
        layout.apart and (names.control not in TAILS or binding.home == "local"),
        forms.control.generator and names.layout not in ("function", "method"),
        forms.spawn.awaits and not binding.awaits,
        names.work == "failing" and "$W" not in forms.spawn.text,
        not _can_end(binding, ending),
        forms.hop.top and "$E" in forms.hop.top and re.search(r"\$(peer|flag|mode)", ending.text),
        forms.hop.call and not (binding.one or binding.each),
        forms.hop.around and not (ending.takes == "one" and binding.one),
        names.hop.startswith(("star", "identity called")) and not _single(binding, ending),
        "$OTHER" in forms.control.text and not (binding.one or binding.each),
    ):
        if wrong:
            raise DoNotGoTogether(str(names))


def _can_end(binding: Binding, ending: Ending) -> bool:
    if ending is ENDINGS["nothing"]:
        return True
    return bool({"one": binding.one or binding.each, "each": binding.each, "box": binding.box}
                [ending.takes])  # fmt: skip


def _single(binding: Binding, ending: Ending) -> bool:
    return ending.takes == "one" and bool(binding.one)


def _handle(binding: Binding, ending: Ending) -> str:
    """The expression that the ending is about, or that is handed on to it."""
    if ending.takes == "one":
        return binding.one or binding.each
    return binding.each if ending.takes == "each" else binding.box


def _ended(binding: Binding, ending: Ending, handle: str) -> str:
    """The ending done to what an expression gives: to each, where it is for one of many."""
    if ending.takes != "one":
        return ending.text.replace("$box", handle).replace("$c", handle)
    if binding.one or "$t" not in ending.text:
        return ending.text.replace("$t", handle)
    each = textwrap.indent(ending.text.replace("$t", "each"), "    ")
    return f"for each in {handle}:\n{each}"


def _end(forms: Forms, ending: Ending, hop: Hop) -> str:
    """What stands in the function for the ending, helpers and all."""
    binding = forms.binding
    handle = _handle(binding, ending)
    around = hop.around.replace("$h", handle) if hop.around else handle
    direct = _ended(binding, ending, around)
    found = filled(hop.call, {"DIRECT": direct}).replace("$h", handle) if hop.call else direct
    if binding.optional and found != "pass":
        found = f"if {handle} is not None:\n{textwrap.indent(found, '    ')}"
    return found


def _helped(forms: Forms) -> str:
    return _ended(forms.binding, forms.ending, "task")


def _spawning(text: str, spawn: Spawn, names: Combination) -> str:
    """The text with the spawns in place of their letters."""
    work = "work($peer)" if names.work == "failing" else "work()"
    call = spawn.text.replace("$W", work)
    return text.replace("$S", f"{call}$0").replace("$T", f"{call}$1")


def _with_knobs(text: str, layout: Layout) -> str:
    """The text with parameters, or attributes, for what it depends on."""
    used = [knob for knob in KNOBS if f"${knob}" in text]
    given = ", ".join(used)
    owned = "class Owner" in layout.text
    for knob in used:
        text = text.replace(f"${knob}", f"self._{knob}" if owned else knob)
    attributes = "".join(f"        self._{knob} = {knob}\n" for knob in used)
    head = "    def __init__(self$knobs):\n"
    own = text.find(head)
    if own >= 0 and attributes:
        start = own + len(head)
        text = text[:start] + attributes + text[start:]
    text = re.sub(r"    def __init__\(self\$knobs\):\n\n", "", text)
    text = text.replace("$knobs", f", {given}" if given else "")
    return text.replace("$parameters", given).replace("$given", given)


def filled(text: str, blocks: dict[str, str]) -> str:
    """The text with a block in place of each line that names one; an empty block takes its line."""
    lines = []
    for line in text.split("\n"):
        name = line.strip().removeprefix("$")
        if line.strip().startswith("$") and name in blocks:
            if blocks[name]:
                lines.append(textwrap.indent(blocks[name], line[: len(line) - len(line.lstrip())]))
        else:
            lines.append(line)
    return "\n".join(lines)


def _module(parts: list[str]) -> str:
    text = "\n\n\n".join(part.strip("\n") for part in parts if part)
    if re.search(r"\bseen\b", text):
        text = f"{_SEEN}\n\n\n{text}"
    imports = [f"import {name}" for name in _MODULES if re.search(rf"\b{name}\.", text)]
    return "\n".join(imports) + f"\n\n\n{text}\n"


def _marked(names: Combination, text: str, layout: Layout) -> Written:
    """The program with its tags as comments. Raises DoNotGoTogether where it does not compile."""
    marks: dict[int, str] = {}
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        tags = {found[1] for found in _TAG.finditer(line)}
        plain = _TAG.sub("", line)
        if tags:
            (marks[number],) = tags
            plain += f"  # @{marks[number]}"
        lines.append(plain)
    found = "\n".join(lines)
    try:
        ast.parse(found)
        compile(found, "program", "exec")
    except SyntaxError as error:
        raise DoNotGoTogether(f"{names}: {error}") from error
    return Written(names, found, marks, layout)
