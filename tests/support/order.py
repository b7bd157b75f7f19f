"""The same program with its definitions, and its files, in another order."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from random import Random

from support.programs import Program

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def with_definitions_in_order(program: Program, random: Random) -> Program:
    """The program with the definitions that stand side by side in any order, methods too.

    Those of one name stay as they are: there the last one counts.
    """
    files = {path: _shuffled(text, random) for path, text in program.files.items()}
    return Program(program.name, files)


def _shuffled(text: str, random: Random) -> str:
    lines = text.split("\n")
    _shuffle(ast.parse(text).body, lines, random)
    # Methods by themselves: the lines of what was moved are others now.
    classes = len([node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)])
    for number in range(classes):
        tree = ast.parse("\n".join(lines))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        _shuffle(nodes[number].body, lines, random)
    return "\n".join(lines)


def _shuffle(body: Sequence[ast.stmt], lines: list[str], random: Random) -> None:
    """Put the definitions of a block into any order, where no other statement is between them."""
    names = [node.name for node in body if isinstance(node, _Definition)]
    run: list[_Definition] = []
    for node in [*body, None]:
        if isinstance(node, _Definition) and names.count(node.name) == 1:
            run.append(node)
            continue
        _reorder(run, lines, random)
        run = []


def _reorder(run: list[_Definition], lines: list[str], random: Random) -> None:
    spans = [(min([d.lineno for d in n.decorator_list] + [n.lineno]), n.end_lineno) for n in run]
    texts = [lines[first - 1 : last] for first, last in spans]
    order = list(range(len(run)))
    random.shuffle(order)
    for (first, last), number in reversed(list(zip(spans, order, strict=True))):
        lines[first - 1 : last] = texts[number]
