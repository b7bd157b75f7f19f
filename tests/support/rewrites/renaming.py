"""Other names for local variables and parameters."""

# The names of visitor methods are those of the nodes, as libcst wants it.
# ruff: noqa: N802
from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from support.programs import Program
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import MODELS

#: endings of names that tell what an object is
_CALLED = tuple(end for kind in MODELS.kinds.values() for end in kind.called)
#: what the symbol table calls lambdas and comprehensions
_NAMELESS = frozenset({"lambda", "genexpr", "listcomp", "setcomp", "dictcomp"})


@dataclass(frozen=True)
class Local:
    """A local or parameter of an outermost function and what is nested in it."""

    path: str
    function: tuple[str, int]
    name: str


def renamable(program: Program) -> list[Local]:
    """The names that can be replaced without a change of meaning."""
    keywords = set().union(*(_keywords(text) for text in program.files.values()))
    return [
        Local(path, (table.get_name(), table.get_lineno()), name)
        for path, text in program.files.items()
        for table in _outermost(symtable.symtable(text, path, "exec"))
        for name in sorted(_locals(table) - keywords)
        if not _meaningful(name)
    ]


def rename(program: Program, names: Mapping[Local, str]) -> Program:
    """The program with other names for the given locals."""
    files = dict(program.files)
    for path in {local.path for local in names}:
        wanted: dict[tuple[str, int], dict[str, str]] = {}
        for local, new in names.items():
            if local.path == path:
                wanted.setdefault(local.function, {})[local.name] = new
        wrapper = cst.MetadataWrapper(cst.parse_module(files[path]), unsafe_skip_copy=True)
        files[path] = wrapper.visit(_Renaming(wanted)).code
    return Program(program.name, files)


def _meaningful(name: str) -> bool:
    """Whether the analysis may conclude something from the name."""
    return name.startswith("__") or LIFECYCLE.ends(name) or name.endswith(_CALLED)


def _outermost(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        if child.get_type() == "class":
            yield from _outermost(child)
        elif isinstance(child, symtable.Function) and child.get_name() not in _NAMELESS:
            yield child


def _locals(table: symtable.SymbolTable) -> set[str]:
    own: set[str] = set()
    fixed: set[str] = set()
    for inner in _subtree(table):
        for symbol in inner.get_symbols():
            bound = symbol.is_local() or symbol.is_parameter()
            if isinstance(inner, symtable.Function) and bound:
                own.add(symbol.get_name())
            special = symbol.is_global() or symbol.is_imported() or symbol.is_namespace()
            if special or not isinstance(inner, symtable.Function):
                fixed.add(symbol.get_name())
    return {name for name in own - fixed if name.isidentifier()}


def _subtree(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _subtree(child)


def _keywords(text: str) -> set[str]:
    """The names by which arguments are passed: parameters called so keep their names."""
    nodes = ast.walk(ast.parse(text))
    return {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}


class _Renaming(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (cst.metadata.PositionProvider,)

    def __init__(self, wanted: Mapping[tuple[str, int], Mapping[str, str]]) -> None:
        super().__init__()
        self.wanted = wanted
        self.names: Mapping[str, str] = {}
        self.depth = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        if self.depth == 0:
            line = self.get_metadata(cst.metadata.PositionProvider, node.name).start.line
            self.names = self.wanted.get((node.name.value, line), {})
        self.depth += 1
        return True

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self.depth -= 1
        if self.depth == 0:
            self.names = {}
            # Decorators and annotations are evaluated outside of the function.
            return updated_node.with_changes(
                decorators=original_node.decorators, returns=original_node.returns
            )
        return updated_node

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        if self.depth == 1:
            return updated_node.with_changes(
                default=original_node.default, annotation=original_node.annotation
            )
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(
            value=self.names.get(updated_node.value, updated_node.value)
        )

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_MatchKeywordElement(
        self, original_node: cst.MatchKeywordElement, updated_node: cst.MatchKeywordElement
    ) -> cst.MatchKeywordElement:
        return updated_node.with_changes(key=original_node.key)
