"""Which names a function binds, found by looking at its statements only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import libcst as cst

from taskleash.ir.positions import Positions


@dataclass
class Bindings:
    """The names that statements bind, nested blocks included, nested functions not.

    ``assigned`` has them all, the others those that ``global`` and ``nonlocal`` declare.
    """

    assigned: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)


def bindings(statements: Iterable[cst.CSTNode], spans: Positions) -> Bindings:
    """What the statements bind; ``spans`` are the positions of their module."""
    found = Bindings()
    _collect(statements, found)
    if spans.has_walrus:
        for statement in statements:
            found.assigned.update(by_walrus(statement, spans))
    return found


def by_walrus(node: cst.CSTNode, spans: Positions) -> Iterator[str]:
    """The names that ``:=`` binds in the function that a node stands in."""
    if isinstance(node, cst.NamedExpr) and isinstance(node.target, cst.Name):
        yield node.target.value
    # What a definition has before it, decorators, is no part of its position.
    if isinstance(node, cst.FunctionDef | cst.ClassDef) or spans.may_hold_walrus(node):
        for child in _of_the_same_scope(node):
            yield from by_walrus(child, spans)


def _of_the_same_scope(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    if isinstance(node, cst.Lambda):
        return _given_to(node.params)
    if isinstance(node, cst.FunctionDef):
        return (*(each.decorator for each in node.decorators), *_given_to(node.params))
    if isinstance(node, cst.ClassDef):
        return (*(each.decorator for each in node.decorators), *(base.value for base in node.bases))
    if isinstance(node, cst.SimpleStatementLine):
        return node.body
    return node.children


def _given_to(params: cst.Parameters) -> Iterator[cst.BaseExpression]:
    """The expressions among parameters, which are none of the function's own."""
    starred = (params.star_arg, params.star_kwarg)
    for param in (*params.posonly_params, *params.params, *params.kwonly_params, *starred):
        if isinstance(param, cst.Param):
            if param.default is not None:
                yield param.default
            if param.annotation is not None:
                yield param.annotation.annotation


def bound_names(target: cst.CSTNode) -> Iterator[str]:
    """The plain names that assigning to this target binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            # Of one with a star, that is what the star stands before.
            yield from bound_names(element.value)


def _collect(statements: Iterable[cst.CSTNode], found: Bindings) -> None:
    for statement in statements:
        kind = type(statement)
        # By type, not by `isinstance`: every statement of the program is asked.
        if kind in _BOUND:
            found.assigned.update(_BOUND[kind](statement))
        elif kind is cst.Global:
            found.global_names.update(_declared(statement))
        elif kind is cst.Nonlocal:
            found.nonlocal_names.update(_declared(statement))
        if kind in _BLOCKS:
            for block in _BLOCKS[kind](statement):
                _collect(block, found)


def _declared(statement: Any) -> Iterator[str]:
    return (item.name.value for item in statement.names)


# -- what a statement binds by itself


def _by_assignment(node: cst.Assign) -> Iterator[str]:
    for target in node.targets:
        yield from bound_names(target.target)


def _by_target(node: cst.AnnAssign | cst.AugAssign | cst.For) -> Iterator[str]:
    return bound_names(node.target)


def _by_with(node: cst.With) -> Iterator[str]:
    for item in node.items:
        if item.asname is not None:
            yield from bound_names(item.asname.name)


def _by_handler(node: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[str]:
    if node.name is not None:
        yield from bound_names(node.name.name)


def _by_definition(node: cst.FunctionDef | cst.ClassDef) -> Iterator[str]:
    yield node.name.value


def _by_match(node: cst.Match) -> Iterator[str]:
    for case in node.cases:
        yield from captures(case.pattern)


def captures(pattern: cst.CSTNode) -> Iterator[str]:
    """The names that a pattern binds."""
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name is not None:
        yield pattern.name.value
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        yield pattern.rest.value
    for child in pattern.children:
        yield from captures(child)


def _by_type_alias(node: cst.TypeAlias) -> Iterator[str]:
    yield node.name.value


def _by_import(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    if not isinstance(node.names, cst.ImportStar):
        for alias in node.names:
            yield alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


# -- the statements inside a statement, those of functions and classes left out

_Statements: TypeAlias = Iterable[cst.CSTNode]


def _in_block(node: cst.BaseSuite | cst.SimpleStatementLine) -> Iterator[_Statements]:
    yield node.body


def _in_body(
    node: cst.Else | cst.Finally | cst.With | cst.ExceptHandler | cst.ExceptStarHandler,
) -> Iterator[_Statements]:
    yield (node.body,)


def _in_branches(node: cst.If | cst.For | cst.While) -> Iterator[_Statements]:
    yield (node.body,)
    if node.orelse is not None:
        yield (node.orelse,)


def _in_try(node: cst.Try | cst.TryStar) -> Iterator[_Statements]:
    yield (node.body,)
    yield node.handlers
    yield (part for part in (node.orelse, node.finalbody) if part is not None)


def _in_match(node: cst.Match) -> Iterator[_Statements]:
    yield (case.body for case in node.cases)


_BOUND: dict[type[cst.CSTNode], Callable[[Any], Iterator[str]]] = {
    cst.Assign: _by_assignment,
    cst.AnnAssign: _by_target,
    cst.AugAssign: _by_target,
    cst.For: _by_target,
    cst.With: _by_with,
    cst.ExceptHandler: _by_handler,
    cst.ExceptStarHandler: _by_handler,
    cst.FunctionDef: _by_definition,
    cst.ClassDef: _by_definition,
    cst.Import: _by_import,
    cst.ImportFrom: _by_import,
    cst.Match: _by_match,
    cst.TypeAlias: _by_type_alias,
}
_BLOCKS: dict[type[cst.CSTNode], Callable[[Any], Iterator[_Statements]]] = {
    cst.SimpleStatementLine: _in_block,
    cst.SimpleStatementSuite: _in_block,
    cst.IndentedBlock: _in_block,
    cst.If: _in_branches,
    cst.For: _in_branches,
    cst.While: _in_branches,
    cst.Else: _in_body,
    cst.Finally: _in_body,
    cst.With: _in_body,
    cst.ExceptHandler: _in_body,
    cst.ExceptStarHandler: _in_body,
    cst.Try: _in_try,
    cst.TryStar: _in_try,
    cst.Match: _in_match,
}
