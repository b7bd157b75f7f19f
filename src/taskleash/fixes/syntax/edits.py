"""Changes to a syntax tree, collected by node and made all at once."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import libcst as cst

from taskleash.fixes.syntax.new_statements import FOR_TOOLS
from taskleash.fixes.syntax.tree import Holder, Tree

Statements: TypeAlias = Sequence[cst.BaseStatement]
#: makes a new node of an original one whose inside has been changed already
Change: TypeAlias = Callable[[Any], cst.CSTNode | cst.RemovalSentinel]
#: makes statements of the small ones of a line or a one-line body
Expansion: TypeAlias = Callable[[Sequence[cst.BaseSmallStatement]], Statements]

BLANK = cst.EmptyLine(indent=False)


@dataclass
class Edits:
    """What is to be changed. Every node is named by itself, not by what it looks like."""

    changes: dict[int, list[Change]] = field(default_factory=dict)
    expansions: dict[int, Expansion] = field(default_factory=dict)
    before: dict[int, list[cst.BaseStatement]] = field(default_factory=dict)
    after: dict[int, list[cst.BaseStatement]] = field(default_factory=dict)
    #: how many blank lines part a statement from what is put before it
    parted: dict[int, int] = field(default_factory=dict)

    def copy(self) -> Edits:
        """The same edits, to be extended apart from these."""
        return Edits(
            {key: list(value) for key, value in self.changes.items()},
            dict(self.expansions),
            {key: list(value) for key, value in self.before.items()},
            {key: list(value) for key, value in self.after.items()},
            dict(self.parted),
        )

    def change(self, node: cst.CSTNode, change: Change) -> None:
        """Put another node in the place of one."""
        self.changes.setdefault(id(node), []).append(change)

    def expand(self, holder: Holder, expansion: Expansion) -> None:
        """Put statements in the place of a line, or of a one-line body, which becomes a block."""
        self.expansions[id(holder)] = expansion

    def insert_before(self, statement: cst.CSTNode, new: Statements, blank: int = 0) -> None:
        """Put statements before one, after what was put there earlier.

        The blank lines above it then stand above them, and ``blank`` ones below them.
        """
        self.before.setdefault(id(statement), []).extend(new)
        self.parted[id(statement)] = max(blank, self.parted.get(id(statement), 0))

    def insert_after(self, statement: cst.CSTNode, new: Statements) -> None:
        """Put statements after one, after what was put there earlier."""
        self.after.setdefault(id(statement), []).extend(new)

    def applied_to(self, tree: Tree) -> cst.Module:
        """The module with all changes made."""
        edited = {*self.changes, *self.expansions, *self.before, *self.after}
        applying = _Applying(self, tree.on_the_way(edited))
        return tree.module.with_changes(body=applying.in_body(tree.module.body))


def put_above(edits: Edits, line: cst.SimpleStatementLine, new: Statements, blank: int = 0) -> None:
    """Put imports above one, but below what stands there by itself: a licence, a heading."""
    lines = list(line.leading_lines)
    ends = [at for at, each in enumerate(lines) if each.comment is None and at]
    apart = max((at for at in ends if lines[at - 1].comment is not None), default=-1) + 1
    comments = [each.comment.value for each in lines if each.comment is not None]
    if comments and FOR_TOOLS.match(comments[0]):
        # It is for the whole file, as is what stands with it.
        apart = len(lines)
    if apart:
        new = [new[0].with_changes(leading_lines=lines[:apart]), *new[1:]]
        edits.change(line, lambda each: each.with_changes(leading_lines=lines[apart:]))
    edits.insert_before(line, new, blank)


class _Applying(cst.CSTTransformer):
    def __init__(self, edits: Edits, way: Container[int]) -> None:
        super().__init__()
        self.edits = edits
        self.way = way

    def in_body(self, body: Sequence[Any]) -> list[cst.BaseStatement]:
        """The statements with what is changed in them; the others are not even visited."""
        found: list[cst.BaseStatement] = []
        for each in body:
            changed = each.visit(self) if id(each) in self.way else each
            if isinstance(changed, cst.FlattenSentinel):
                found.extend(changed)
            elif not isinstance(changed, cst.RemovalSentinel):
                found.append(changed)
        return found

    def on_visit(self, node: cst.CSTNode) -> bool:
        return id(node) in self.way and not isinstance(node, cst.IndentedBlock)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        key = id(original_node)
        if isinstance(original_node, cst.IndentedBlock) and key in self.way:
            body = self.in_body(original_node.body)
            updated_node = original_node.with_changes(body=body)
        updated = updated_node
        for change in self.edits.changes.get(key, ()):
            updated = change(updated)
        expansion = self.edits.expansions.get(key)
        before, after = self.edits.before.get(key, []), self.edits.after.get(key, [])
        if isinstance(original_node, cst.SimpleStatementSuite):
            return _as_block(updated, expansion, before, after)
        middle = [updated]
        if expansion is not None:
            expanded = expansion(updated.body)
            middle = _on_lines(updated, expanded) if expanded else []
        if not before and not after and len(middle) == 1:
            return middle[0]
        if before and middle:
            blank, own = _parted(middle[0])
            before = [_led(before[0], [*blank, *_leading(before[0])]), *before[1:]]
            own = _led(own, [*[BLANK] * self.edits.parted.get(key, 0), *_leading(own)])
            middle = [own, *middle[1:]]
        return cst.FlattenSentinel([*before, *middle, *after])


def _as_block(
    suite: cst.SimpleStatementSuite,
    expansion: Expansion | None,
    before: list[cst.BaseStatement],
    after: list[cst.BaseStatement],
) -> cst.BaseSuite:
    if expansion is None and not before and not after:
        return suite
    plain = [
        cst.SimpleStatementLine([small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
        for small in suite.body
    ]
    own = list(expansion(suite.body)) if expansion is not None else plain
    comment = suite.trailing_whitespace.comment
    if comment is not None:
        header = suite.trailing_whitespace.with_changes(newline=cst.Newline())
        return cst.IndentedBlock([*before, *own, *after], header=header)
    return cst.IndentedBlock([*before, *own, *after])


def _on_lines(line: cst.SimpleStatementLine, statements: Statements) -> list[cst.BaseStatement]:
    """The statements in the place of a line, with its comments: those above, and that beside."""
    first, *rest = statements
    if isinstance(first, cst.SimpleStatementLine):
        first = first.with_changes(trailing_whitespace=line.trailing_whitespace)
    elif (comment := line.trailing_whitespace.comment) is not None:
        if FOR_TOOLS.match(comment.value) and (inner := _with_comment(first, line)):
            return [_led(inner, [*line.leading_lines, *_leading(inner)]), *rest]
        # Beside a call that moved into a block: above it is the next best.
        first = _led(first, [*_leading(first), cst.EmptyLine(comment=comment)])
    return [_led(first, [*line.leading_lines, *_leading(first)]), *rest]


def _with_comment(
    block: cst.BaseStatement, line: cst.SimpleStatementLine
) -> cst.BaseStatement | None:
    """A ``try`` of one statement with a comment beside that; None for anything else."""
    body = list(block.body.body) if isinstance(block, cst.Try) else []
    if len(body) != 1 or not isinstance(body[0], cst.SimpleStatementLine):
        return None
    beside = body[0].with_changes(trailing_whitespace=line.trailing_whitespace)
    return block.with_changes(body=cst.IndentedBlock([beside]))


def _leading(statement: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return lines


def _led(statement: cst.BaseStatement, lines: Sequence[cst.EmptyLine]) -> cst.BaseStatement:
    return statement.with_changes(leading_lines=list(lines))


def _parted(statement: cst.BaseStatement) -> tuple[list[cst.EmptyLine], cst.BaseStatement]:
    """The blank lines above a statement, and the statement with its comments only."""
    lines = list(_leading(statement))
    count = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return lines[:count], _led(statement, lines[count:])
