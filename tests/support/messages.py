"""Every text that reports are made of, read out of the code that says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from taskleash.rules.registry import all_rules

SOURCE = Path(__file__).resolve().parents[2] / "src" / "taskleash"
_TEMPLATE_TEXT = re.compile(r"""\bsay\(\s*(?:"([^"]+)"|'([^']+)')""")
_TEMPLATE_COUNT = re.compile(r"""\bsay\.count\([^,]+,\s*(?:"([^"]+)"|'([^']+)')""")
#: what is given a text of the catalogue
_SAYING = frozenset({"say", "sentence", "claim"})
_LETTERS = re.compile(r"[a-zA-Z]")


def messages() -> set[str]:
    """The texts, each as the key of a catalogue."""
    found = {rule.name for rule in all_rules()}
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= set(_said(tree))
        if path.name == "words.py":
            found |= set(_constants(tree))
    for path in SOURCE.rglob("*.jinja"):
        found |= set(_in_template(path.read_text(encoding="utf-8")))
    return found


def unreadable() -> Iterator[str]:
    """The calls whose text cannot be read: neither a literal, nor a word of a module of words."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _says(node) and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                yield f"{path.name}:{node.lineno}"


def _says(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(node.args) and _name(node.func) in _SAYING


def _said(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _name(node.func) in _SAYING and node.args:
            yield from _literals(node.args[0])
        elif _name(node.func) == "count" and len(node.args) == 2 and _on_say(node.func):
            yield from (f"{{count}} {noun}" for noun in _literals(node.args[1]))


def _literals(node: ast.expr) -> Iterator[str]:
    """The strings that an expression gives, of both sides of a choice too."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _on_say(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and _name(function.value) == "say"


def _constants(tree: ast.Module) -> Iterator[str]:
    """The texts that a module of words gives names to: values, not what they are found by."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for node in _values(statement.value):
                if isinstance(node.value, str) and _LETTERS.search(node.value):
                    yield node.value


def _values(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from _values(item)


def _in_template(text: str) -> Iterator[str]:
    for double, single in _TEMPLATE_TEXT.findall(text):
        yield double or single
    for double, single in _TEMPLATE_COUNT.findall(text):
        yield f"{{count}} {double or single}"
