"""Which names a function binds, found by looking at its statements only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst


def bound_names(target: cst.BaseExpression) -> Iterator[str]:
    """The plain names that assigning to this target binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from bound_names(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from bound_names(target.value)


def assigned_names(statements: Iterable[cst.CSTNode]) -> set[str]:
    """All names that the statements bind, nested blocks included, nested functions not."""
    names: set[str] = set()
    for statement in statements:
        names.update(_bound_by(statement))
        for block in child_blocks(statement):
            names |= assigned_names(block)
    return names


def declared(statements: Iterable[cst.CSTNode], kind: type[cst.Global | cst.Nonlocal]) -> set[str]:
    """The names that ``global`` or ``nonlocal`` statements declare."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, kind):
            names.update(item.name.value for item in statement.names)
        for block in child_blocks(statement):
            names |= declared(block, kind)
    return names


def child_blocks(statement: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, ...]]:
    """The statement lists directly inside a statement, those of functions and classes left out."""
    if isinstance(
        statement, cst.SimpleStatementLine | cst.SimpleStatementSuite | cst.IndentedBlock
    ):
        yield tuple(statement.body)
    elif isinstance(statement, cst.If | cst.For | cst.While):
        yield (statement.body,)
        if statement.orelse is not None:
            yield (statement.orelse,)
    elif isinstance(statement, cst.Else | cst.Finally | cst.With):
        yield (statement.body,)
    elif isinstance(statement, cst.Try | cst.TryStar):
        yield (statement.body,)
        yield tuple(statement.handlers)
        yield tuple(part for part in (statement.orelse, statement.finalbody) if part is not None)
    elif isinstance(statement, cst.ExceptHandler | cst.ExceptStarHandler):
        yield (statement.body,)
    elif isinstance(statement, cst.Match):
        yield from ((case.body,) for case in statement.cases)


def _bound_by(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from bound_names(target.target)
    elif isinstance(node, cst.AnnAssign | cst.AugAssign | cst.For):
        yield from bound_names(node.target)
    elif isinstance(node, cst.With):
        for item in node.items:
            if item.asname is not None:
                yield from bound_names(item.asname.name)
    elif isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
        if node.name is not None:
            yield from bound_names(node.name.name)
    elif isinstance(node, cst.FunctionDef | cst.ClassDef):
        yield node.name.value
    elif isinstance(node, cst.Import | cst.ImportFrom) and not isinstance(
        node.names, cst.ImportStar
    ):
        for alias in node.names:
            yield alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
