"""Definitions moved to a module of their own, classes split over a base and a subclass."""

# The names of visitor methods are those of the nodes, as libcst wants it.
# ruff: noqa: N802
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from support.programs import Program, module_name

#: classes whose kind depends on their direct bases or on what their body holds
_SPECIAL_BASES = frozenset({"Protocol", "Enum", "NamedTuple", "TypedDict", "Generic"})
_SPECIAL_METHODS = frozenset({"__init_subclass__", "__class_getitem__", "__slots__"})


@dataclass
class _Statement:
    """A statement of a module: the names that it binds, and all words in it."""

    node: cst.BaseStatement | cst.SimpleStatementLine
    binds: frozenset[str]
    words: frozenset[str]
    is_import: bool = False
    movable: bool = False


@dataclass
class _Words(cst.CSTVisitor):
    found: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)

    def visit_Name(self, node: cst.Name) -> None:
        self.found.add(node.value)

    def visit_Global(self, node: cst.Global) -> None:
        self.global_names.update(item.name.value for item in node.names)


def definitions(text: str) -> list[str]:
    """The functions of a module that can be moved to another one, with what they need."""
    statements, shared = _statements(text)
    return [
        name
        for statement in statements
        if isinstance(statement.node, cst.FunctionDef)
        for name in statement.binds
        if _closure(statements, shared, {name}) is not None
    ]


def move(program: Program, path: str, names: Iterable[str], to: str) -> Program | None:
    """The program with definitions of one module in a new one beside it, called ``to``.

    What they need from the module goes with them; the module imports all of it back. None where
    that is not possible.
    """
    text = program.files[path]
    statements, shared = _statements(text)
    moved = _closure(statements, shared, set(names))
    if moved is None:
        return None
    folder = path.rpartition("/")[0]
    target = f"{folder}/{to}.py" if folder else f"{to}.py"
    names_moved = sorted(name for statement in moved for name in statement.binds)
    imported = f"from {module_name(target)} import {', '.join(names_moved)}\n"
    tree = _parsed(text)
    staying: list[cst.CSTNode] = []
    for statement in statements:
        if statement in moved:
            if statement is moved[0]:
                staying.append(cst.parse_statement(imported))
        else:
            staying.append(statement.node)
    leaving = [s.node for s in statements if s.is_import or s in moved]
    rest = tree.with_changes(body=staying).code
    other = tree.with_changes(header=[], footer=[], body=leaving).code
    return program.with_file(path, rest).with_file(target, other)


@lru_cache(maxsize=256)
def _parsed(text: str) -> cst.Module:
    # Nothing changes a tree.
    return cst.parse_module(text)


@lru_cache(maxsize=256)
def _statements(text: str) -> tuple[Sequence[_Statement], frozenset[str]]:
    """The statements of a module, and the names that ``global`` statements declare."""
    shared: set[str] = set()
    found = []
    for node in _parsed(text).body:
        words = _Words()
        node.visit(words)
        shared |= words.global_names
        binds = _bound(node)
        is_import = _imports(node)
        found.append(
            _Statement(
                node, binds, frozenset(words.found), is_import, bool(binds) and not is_import
            )
        )
    return tuple(found), frozenset(shared)


def _imports(node: cst.CSTNode) -> bool:
    """Whether a statement only imports, or chooses between imports."""
    if isinstance(node, cst.SimpleStatementLine):
        return all(isinstance(part, cst.Import | cst.ImportFrom) for part in node.body)
    if isinstance(node, cst.If | cst.Try):
        return all(_imports(part) for part in node.body.body)
    return False


def _bound(node: cst.CSTNode) -> frozenset[str]:
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        return frozenset({node.name.value})
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return frozenset()
    (small,) = node.body
    if isinstance(small, cst.AnnAssign):
        targets = [small.target]
    elif isinstance(small, cst.Assign):
        targets = [target.target for target in small.targets]
    else:
        return frozenset()
    if not all(isinstance(target, cst.Name) for target in targets):
        return frozenset()
    return frozenset(cst.ensure_type(target, cst.Name).value for target in targets)


def _closure(
    statements: Sequence[_Statement], shared: frozenset[str], names: set[str]
) -> list[_Statement] | None:
    """The statements that define the names and all that they use; None where one has to stay."""
    wanted: set[int] = set()
    pending = set(names)
    while pending:
        name = pending.pop()
        for index, statement in enumerate(statements):
            needed = name in statement.binds or (name in shared and name in statement.words)
            if not needed or statement.is_import or index in wanted:
                continue
            if not statement.movable:
                return None
            wanted.add(index)
            pending |= statement.words | statement.binds
    return [statements[index] for index in sorted(wanted)] or None


# -- classes


@dataclass(frozen=True)
class Splittable:
    """A class that can be split, and its methods."""

    path: str
    name: str
    methods: tuple[str, ...]


def splittable(program: Program) -> list[Splittable]:
    """The classes of a program that can be split over a base and a subclass."""
    return [
        Splittable(path, node.name.value, tuple(dict.fromkeys(_methods(node))))
        for path, text in program.files.items()
        for node in _parsed(text).body
        if isinstance(node, cst.ClassDef) and _can_be_split(node)
    ]


def split(program: Program, parts: Mapping[Splittable, Iterable[str]]) -> Program:
    """The program with classes in two: the fields and these methods of each in a base before it."""
    for path in dict.fromkeys(which.path for which in parts):
        tree = _parsed(program.files[path])
        up = {which.name: set(names) for which, names in parts.items() if which.path == path}
        body: list[cst.CSTNode] = []
        for node in tree.body:
            if isinstance(node, cst.ClassDef) and node.name.value in up:
                body.extend(_halves(node, up[node.name.value]))
            else:
                body.append(node)
        program = program.with_file(path, tree.with_changes(body=body).code)
    return program


def base_name(name: str) -> str:
    """The name of the base class that a class is split into."""
    return f"Base{name}"


def _halves(node: cst.ClassDef, up: set[str]) -> tuple[cst.ClassDef, cst.ClassDef]:
    base, rest = [], []
    for statement in node.body.body:
        goes_up = isinstance(statement, cst.SimpleStatementLine) or (
            isinstance(statement, cst.FunctionDef) and statement.name.value in up
        )
        (base if goes_up else rest).append(statement)
    name = cst.Name(base_name(node.name.value))
    empty = cst.parse_statement("pass")
    first = node.with_changes(name=name, body=node.body.with_changes(body=base or [empty]))
    second = node.with_changes(
        bases=[cst.Arg(name)],
        lpar=cst.LeftParen(),
        rpar=cst.RightParen(),
        body=node.body.with_changes(body=rest or [empty]),
    )
    return first, second


def _methods(node: cst.ClassDef) -> list[str]:
    return [s.name.value for s in node.body.body if isinstance(s, cst.FunctionDef)]


def _can_be_split(node: cst.ClassDef) -> bool:
    words = _Words()
    node.visit(words)
    mangled = any(w.startswith("__") and not w.endswith("__") for w in words.found)
    special = words.found & (_SPECIAL_BASES | _SPECIAL_METHODS)
    plain = all(
        isinstance(s, cst.FunctionDef | cst.SimpleStatementLine | cst.ClassDef)
        for s in node.body.body
    )
    local = any(d in set(_methods(node)) for s in node.body.body for d in _decorator_words(s))
    return not (node.decorators or node.keywords or mangled or special or local) and (
        plain and len(set(_methods(node))) > 1
    )


def _decorator_words(node: cst.CSTNode) -> set[str]:
    words = _Words()
    if isinstance(node, cst.FunctionDef):
        for decorator in node.decorators:
            decorator.visit(words)
    return words.found
