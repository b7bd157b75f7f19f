"""Other ways to import the same things."""

# The names of visitor methods are those of the nodes, as libcst wants it.
# ruff: noqa: N802
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import libcst as cst
from libcst.metadata import ImportAssignment, MetadataWrapper, ScopeProvider

from support.programs import Program, module_name

ASYNCIO = "asyncio"


@lru_cache(maxsize=512)
def with_alias(text: str) -> str:
    """``import asyncio as aio``."""
    return _rewritten(text, lambda names: ("import asyncio as aio",), "aio.{}".format, "aio")


@lru_cache(maxsize=512)
def with_from_import(text: str) -> str:
    """``from asyncio import create_task as spawn, gather as x_gather``."""

    def statements(names: Sequence[str]) -> Iterable[str]:
        if names:
            yield "from asyncio import " + ", ".join(f"{n} as {_alias(n)}" for n in names)
        yield "import asyncio"

    return _rewritten(text, statements, _alias, ASYNCIO)


def with_plain_import(text: str) -> str:
    """``import asyncio``, where the text imports it in another way."""
    if not re.search(r"from asyncio import|asyncio as", text):
        return text
    return _rewritten(text, lambda names: ("import asyncio",), "asyncio.{}".format, ASYNCIO)


def importing_modules(program: Program) -> Program:
    """The program with ``import tools`` in place of ``from tools import cancel_all``."""
    modules = {module_name(path) for path in program.files}
    files = {path: _by_module(text, modules) for path, text in program.files.items()}
    return Program(program.name, files)


def _alias(name: str) -> str:
    return "spawn" if name == "create_task" else f"x_{name}"


def _rewritten(
    text: str,
    statements: Callable[[Sequence[str]], Iterable[str]],
    member: Callable[[str], str],
    bare: str,
) -> str:
    """The text with other imports of asyncio, and other words for what they bind."""
    wrapper, uses = _used(text)
    names = sorted(uses.names)
    new = [
        cst.ensure_type(cst.parse_statement(s), cst.SimpleStatementLine) for s in statements(names)
    ]
    changed = wrapper.module.visit(_Rewriting(uses, new, member, bare))
    return re.sub(
        r"(?<=[\"'\[| ])asyncio\.(Task|Future|AbstractEventLoop)(?=[\"'\[| ])",
        lambda found: member(found[1]) if found[1] in names else f"{bare}.{found[1]}",
        changed.code,
    )


@lru_cache(maxsize=4)
def _used(text: str) -> tuple[MetadataWrapper, _Uses]:
    # To look names up takes longer than all else, and the ways to import follow each other.
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    return wrapper, _Uses(wrapper)


class _Uses:
    """Where a module refers to asyncio or to something imported from it."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self.bare: set[cst.CSTNode] = set()
        self.member: dict[cst.CSTNode, str] = {}
        self.names: set[str] = set()
        scopes = {scope for scope in wrapper.resolve(ScopeProvider).values() if scope}
        for scope in scopes:
            for assignment in scope.assignments:
                if isinstance(assignment, ImportAssignment):
                    self._take(assignment)
        attributes = _Attributes(self.bare)
        wrapper.module.visit(attributes)
        for node, name in attributes.found.items():
            self.member[node] = name
            self.bare.discard(cst.ensure_type(node, cst.Attribute).value)
        self.names.update(self.member.values())

    def _take(self, assignment: ImportAssignment) -> None:
        node = assignment.node
        for name in _names(assignment):
            if isinstance(node, cst.Import) and _bound(node, assignment.name) == ASYNCIO:
                self.bare.add(name)
            elif isinstance(node, cst.ImportFrom) and _module_of(node) == ASYNCIO:
                self.member[name] = _imported(node, assignment.name)


class _Attributes(cst.CSTVisitor):
    """Attributes of the given nodes."""

    def __init__(self, of: set[cst.CSTNode]) -> None:
        self.of = of
        self.found: dict[cst.CSTNode, str] = {}

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if node.value in self.of:
            self.found[node] = node.attr.value


class _Rewriting(cst.CSTTransformer):
    def __init__(
        self,
        uses: _Uses,
        new: Sequence[cst.SimpleStatementLine],
        member: Callable[[str], str],
        bare: str,
    ) -> None:
        self.uses, self.member, self.bare = uses, member, bare
        self.new = [small for line in new for small in line.body]

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if original_node in self.uses.bare:
            return cst.parse_expression(self.bare)
        if original_node in self.uses.member:
            return cst.parse_expression(self.member(self.uses.member[original_node]))
        return updated_node

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if original_node in self.uses.member:
            return cst.parse_expression(self.member(self.uses.member[original_node]))
        return updated_node

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.FlattenSentinel[cst.BaseSmallStatement]:
        others = [a for a in original_node.names if a.evaluated_name != ASYNCIO]
        if len(others) == len(original_node.names):
            return updated_node
        return self._with_new([cst.Import([*map(_last, others)])] if others else [])

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.FlattenSentinel[cst.BaseSmallStatement]:
        return self._with_new([]) if _module_of(original_node) == ASYNCIO else updated_node

    def _with_new(
        self, others: Sequence[cst.BaseSmallStatement]
    ) -> cst.FlattenSentinel[cst.BaseSmallStatement]:
        return cst.FlattenSentinel([*others, *self.new])


def _names(assignment: ImportAssignment) -> Iterator[cst.Name]:
    """The names that stand for what is imported; strings that mention it are left out."""
    for access in assignment.references:
        node: cst.CSTNode = access.node
        while isinstance(node, cst.Attribute):
            node = node.value
        if isinstance(node, cst.Name):
            yield node


def _last(alias: cst.ImportAlias) -> cst.ImportAlias:
    return alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)


def _module_of(node: cst.ImportFrom) -> str:
    if node.module is None or node.relative:
        return ""
    return cst.helpers.get_full_name_for_node(node.module) or ""


def _bound(node: cst.Import, local: str) -> str:
    return next(
        a.evaluated_name for a in node.names if (a.evaluated_alias or a.evaluated_name) == local
    )


def _imported(node: cst.ImportFrom, local: str) -> str:
    if isinstance(node.names, cst.ImportStar):
        return local
    return next(
        a.evaluated_name for a in node.names if (a.evaluated_alias or a.evaluated_name) == local
    )


def _by_module(text: str, modules: set[str]) -> str:
    wrapper = MetadataWrapper(cst.parse_module(text))
    return wrapper.visit(_ByModule(modules)).code


class _ByModule(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (ScopeProvider,)

    def __init__(self, modules: set[str]) -> None:
        super().__init__()
        self.modules = modules
        self.words: dict[cst.CSTNode, str] = {}

    def visit_Module(self, node: cst.Module) -> None:
        scope = self.get_metadata(ScopeProvider, node.body[0]) if node.body else None
        for assignment in scope.assignments if scope else ():
            source = assignment.node if isinstance(assignment, ImportAssignment) else None
            if not isinstance(source, cst.ImportFrom) or _module_of(source) not in self.modules:
                continue
            for name in _names(assignment):
                self.words[name] = f"{_module_of(source)}.{_imported(source, assignment.name)}"

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        word = self.words.get(original_node)
        return cst.parse_expression(word) if word else updated_node

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.FlattenSentinel[cst.BaseSmallStatement]:
        name = _module_of(original_node)
        if name not in self.modules or isinstance(original_node.names, cst.ImportStar):
            return updated_node
        imported = cst.ensure_type(cst.parse_statement(f"import {name}"), cst.SimpleStatementLine)
        # A name that only other modules import from here stays importable.
        return cst.FlattenSentinel([*imported.body, updated_node])
