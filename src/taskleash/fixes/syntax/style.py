"""How a file is written: annotated or not, its quotes, how wide its lines are."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from taskleash.fixes.syntax.tree import Tree, named_params

#: the line lengths that projects choose, the most common one first
_WIDTHS = (88, 100, 120)
#: strings of several lines
_TEXTS = re.compile(r'("""|\'\'\')(?:.|\n)*?\1')
#: strings that make no line too long for a formatter, like the keys of dicts
_SHORT = re.compile(r"""(["'])[^"'\\#]{0,20}\1""")
#: strings of one line
_STRINGS = re.compile(r"""(["'])(?:\\.|(?!\1).)*\1""")
#: the same, and what else may have quotation marks in it
_LITERALS = re.compile(
    r'#[^\n]*|"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"'
    r"|'''(?:\\.|[^\\])*?'''|'(?:\\.|[^'\\\n])*'",
    re.DOTALL,
)
_LONG = ('"""', "'''")
#: of how many lines of code one may be longer than the file's lines are
_FEW = 300
#: more than one of so many functions is annotated in a file that annotates: type checkers look at
#: the variables of any module
_SOME = 3


@dataclass(frozen=True)
class Style:
    """The habits of a file that new lines follow.

    It ``annotates`` where a good part of it does. Where any of it does, it ``is_typed``: type
    checkers read it, and ask what is in a set that a module makes.
    """

    annotates: bool
    is_typed: bool
    quote: str
    width: int


def style_of(tree: Tree) -> Style:
    """Read the habits off a file."""
    functions: list[bool] = []
    single = double = 0
    for node in tree.of_outline(cst.FunctionDef):
        if tree.scope(node) is None and (_is_annotated(node) or _takes_values(node)):
            functions.append(_is_annotated(node))
    for match in _LITERALS.finditer(tree.text):
        if not match[0].startswith(_LONG):
            single += match[0][0] == "'"
            double += match[0][0] == '"'
    return Style(
        annotates=sum(functions) * _SOME > len(functions),
        is_typed=any(functions),
        quote="'" if single > double else '"',
        width=_width(tree.text),
    )


def _is_annotated(function: cst.FunctionDef) -> bool:
    every = named_params(function.params)
    return function.returns is not None or any(each.annotation is not None for each in every)


def _takes_values(function: cst.FunctionDef) -> bool:
    """Whether it has parameters beside the instance: without any, its silence tells little."""
    every = named_params(function.params)
    return any(each.name.value not in ("self", "cls") for each in every)


def _width(text: str) -> int:
    """The smallest usual line length that the code keeps to; long strings and comments may not.

    Beside something else in brackets they have to: a formatter breaks the line at the commas, and
    more than one such line tells how wide it lets them be. One line of some hundreds may be longer,
    as where a formatter was told to leave it.
    """
    lines = [_SHORT.sub(_blank, line) for line in _TEXTS.sub('"', text).splitlines()]
    marked = [line for line in lines if set(line) & {"#", '"', "'"}]
    parted = (_STRINGS.sub(_blank, line) for line in marked if _is_in_parts(line))
    told = sorted((line for line in parted if "#" not in line), key=len)[:-1]
    plain = [line for line in lines if not set(line) & {"#", '"', "'"}]
    lengths = sorted(len(line.expandtabs(4)) for line in (*plain, *told))
    longest = lengths[-1 - len(lengths) // _FEW] if lengths else 0
    return next((width for width in _WIDTHS if longest <= width), _WIDTHS[-1])


def _is_in_parts(line: str) -> bool:
    """Whether a line has several things in brackets, which it opens and closes itself."""
    code = _STRINGS.sub("", line)
    depth, parts = 0, 0
    for letter in code:
        depth += (letter in "([{") - (letter in ")]}")
        parts += letter == "," and depth > 0
        if depth < 0:
            return False
    return depth == 0 and parts > 0


def _blank(text: re.Match[str]) -> str:
    return "x" * len(text[0])
