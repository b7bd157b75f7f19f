"""A parsed file in which a node can be found by its span, and its surroundings from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TypeAlias, TypeVar, cast

import libcst as cst

from taskleash.fixes.syntax.unparsed import Unparsed, cut_up, is_placeholder, unparsed
from taskleash.fixes.text.lines import lines_of
from taskleash.ir.lowering.cutting import WrongCut
from taskleash.ir.positions import Positions
from taskleash.verdict.model import Span

#: what holds small statements: a line of its own, or the one-line body of ``if x: call()``
Holder: TypeAlias = cst.SimpleStatementLine | cst.SimpleStatementSuite
#: the nodes whose inside is a scope of its own, class bodies left out
Scope: TypeAlias = cst.FunctionDef | cst.Lambda
_Node = TypeVar("_Node", bound=cst.CSTNode)


@dataclass(frozen=True)
class Method:
    """A function that stands in a class body, with its class."""

    cls: cst.ClassDef
    function: cst.FunctionDef

    @property
    def instance(self) -> str:
        """What the method calls its instance; empty for a static or class method."""
        decorators = {decorator_name(d) for d in self.function.decorators}
        params = [*self.function.params.posonly_params, *self.function.params.params]
        if decorators & {"staticmethod", "classmethod"} or not params:
            return ""
        return "" if self.function.name.value == "__new__" else params[0].name.value


class _Segment:
    """A stretch of the nodes of a file by their kind: those of a body, or of what is between."""

    def __init__(self, block: Unparsed | None = None) -> None:
        self.nodes: dict[type[cst.CSTNode], list[cst.CSTNode]] = defaultdict(list)
        self.block: cst.IndentedBlock | None = block
        #: what a body is parsed from; None between two of them
        self.waiting = block.waiting if block is not None else None

    def of(self, kind: type[_Node]) -> Sequence[_Node]:
        """The nodes of one kind."""
        return cast("Sequence[_Node]", self.nodes.get(kind, ()))

    def parse(self) -> None:
        """See to it that they are."""
        if self.block is not None:
            _ = self.block.body


class Tree:
    """One file's syntax tree, with parents and positions.

    Long bodies of functions are parsed when they are looked into. Raises WrongCut there where they
    are not what they were taken for; ``is_whole`` trees have none.
    """

    def __init__(self, text: str, is_whole: bool = False) -> None:
        """Raises `libcst.ParserSyntaxError` for a text that is not valid Python."""
        self.text = text
        self.module, bodies = (cst.parse_module(text), []) if is_whole else cut_up(text)
        self._parents: dict[int, cst.CSTNode] = {}
        self._calls: dict[Span, cst.Call] = {}
        #: the nodes of the file, in order: to look at all of them takes most of a fix
        self._segments = [_Segment()]
        self._of_block: dict[int, _Segment] = {}
        self._waiting = bodies[::-1]
        self._note([self.module], self._segments[0])
        if self._waiting:
            raise WrongCut
        #: the bodies whose calls are not found by their spans yet
        self._unplaced = [each for each in self._segments if each.waiting is not None]
        self.positions = Positions(self.module, with_whole=True)
        self._note_calls(self.positions, self.of_outline(cst.Call))

    def _note(self, pending: list[cst.CSTNode], segment: _Segment) -> None:
        """Note nodes, the last one first, and all that is in them."""
        while pending:
            node = pending.pop()
            if isinstance(node, Unparsed):
                segment = self._between(node)
                continue
            segment.nodes[type(node)].append(node)
            if self._waiting and isinstance(node, cst.FunctionDef):
                self._take_out(node)
            if found := children(node):
                for child in found:
                    self._parents[id(child)] = node
                found.reverse()
                pending += found

    def _between(self, block: Unparsed) -> _Segment:
        """Note a body that is not parsed; what comes behind it has a segment of its own."""
        body = _Segment(block)
        self._of_block[id(block)] = body
        self._segments += [body, _Segment()]
        return self._segments[-1]

    def _take_out(self, function: cst.FunctionDef) -> None:
        """Put a block that is not parsed in the place of what stands for one."""
        block = function.body
        if isinstance(block, cst.IndentedBlock) and is_placeholder(block, self._waiting[-1]):
            body = self._waiting.pop()
            waiting = unparsed(block, body, self.depth(function), self.module, self._parsed)
            object.__setattr__(function, "body", waiting)

    def _parsed(self, block: cst.IndentedBlock) -> None:
        """Note the statements of a body that somebody looks into."""
        self._note([block], self._of_block[id(block)])

    def _note_calls(self, positions: Positions, calls: Iterable[cst.Call]) -> None:
        for call in calls:
            self._calls[Span(*positions.of(call))] = call

    def of(self, kind: type[_Node], *words: str) -> Iterator[_Node]:
        """All nodes of the file of one kind, not of the kinds derived from it, in order.

        Where there are ``words``, those in bodies that are not parsed and have none of them are
        left out.
        """
        for segment in self._segments:
            if segment.waiting is not None and (not words or segment.waiting.mentions(words)):
                segment.parse()
            yield from segment.of(kind)

    def of_outline(self, kind: type[_Node]) -> Iterator[_Node]:
        """All nodes of one kind outside of the bodies that are not parsed yet."""
        for segment in self._segments:
            yield from segment.of(kind)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the file, without their ends."""
        return tuple(lines_of(self.text))

    def call_at(self, span: Span) -> cst.Call | None:
        """The call with this span."""
        for at, segment in enumerate(self._unplaced):
            if segment.waiting is not None and span.line in segment.waiting.lines:
                self._place(self._unplaced.pop(at))
                break
        return self._calls.get(span)

    def _place(self, segment: _Segment) -> None:
        """Note where the calls of a body are."""
        assert segment.waiting is not None
        assert segment.block is not None
        block = cst.IndentedBlock(segment.block.body, indent=segment.waiting.indent)
        shell = self.module.with_changes(header=[], body=[cst.If(cst.Integer("1"), block)])
        positions = Positions(shell, segment.waiting.lines.start - 2)
        self._note_calls(positions, segment.of(cst.Call))

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return self._parents.get(id(node))

    def on_the_way(self, wanted: Iterable[int]) -> set[int]:
        """The wanted nodes and all that are around any of them, by identity."""
        found: set[int] = set()
        for key in wanted:
            current: int | None = key
            while current is not None and current not in found:
                found.add(current)
                parent = self._parents.get(current)
                current = None if parent is None else id(parent)
        return found

    def around(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Every node around a node, from the inside, each with its child on the way."""
        child, parent = node, self.parent(node)
        while parent is not None:
            yield parent, child
            child, parent = parent, self.parent(parent)

    def holder(self, node: cst.CSTNode) -> Holder | None:
        """The simple statements that a node is part of; None in the head of a compound one."""
        for parent, child in self.around(node):
            if isinstance(parent, cst.SimpleStatementLine | cst.SimpleStatementSuite):
                return parent
            body = getattr(parent, "body", None)
            if isinstance(parent, cst.BaseCompoundStatement) and child is not body:
                return None
        return None

    def line(self, node: cst.CSTNode) -> tuple[cst.IndentedBlock, int] | None:
        """The block with the simple statements that a node is part of, and their place in it."""
        holder = self.holder(node)
        block = self.parent(holder) if holder is not None else None
        if holder is None or not isinstance(block, cst.IndentedBlock):
            return None
        return block, place_in(block, holder)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The function or lambda whose code a node is; None in the code of the module."""
        for parent, child in self.around(node):
            if isinstance(parent, cst.FunctionDef | cst.Lambda) and child is parent.body:
                return parent
        return None

    def outermost(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The outermost function of the class or module that a node is in."""
        found = None
        for parent, child in self.around(node):
            if isinstance(parent, cst.FunctionDef) and child is parent.body:
                found = parent
            elif isinstance(parent, cst.ClassDef) and found is not None:
                break
        return found

    def method(self, node: cst.CSTNode) -> Method | None:
        """The method that a node is part of, also by way of functions in it."""
        function = None
        for parent, child in self.around(node):
            if isinstance(parent, cst.FunctionDef) and child is parent.body:
                function = parent
            elif isinstance(parent, cst.ClassDef):
                return Method(parent, function) if function is not None else None
        return None

    def in_class_body(self, node: cst.CSTNode) -> bool:
        """Whether a node runs as part of a class body."""
        for parent, child in self.around(node):
            if isinstance(parent, cst.FunctionDef | cst.Lambda) and child is parent.body:
                return False
            if isinstance(parent, cst.ClassDef):
                return True
        return False

    def depth(self, node: cst.CSTNode) -> str:
        """The whitespace that a statement is indented by."""
        parts = [
            self.module.default_indent if parent.indent is None else parent.indent
            for parent, _ in self.around(node)
            if isinstance(parent, cst.IndentedBlock)
        ]
        return "".join(reversed(parts))

    def code(self, node: cst.CSTNode) -> str:
        """The source of a node."""
        return self.module.code_for_node(node)

    def methods(self, cls: cst.ClassDef) -> list[Method]:
        """The functions in the body of a class, in order."""
        body = cls.body.body
        return [Method(cls, each) for each in body if isinstance(each, cst.FunctionDef)]


def place_in(block: cst.IndentedBlock, line: cst.CSTNode) -> int:
    """The place of a statement, itself and none that is equal, in the block that has it."""
    return [each is line for each in block.body].index(True)


def caught_names(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> set[str]:
    """The last names of what a handler catches; an empty one stands for everything."""
    if handler.type is None:
        return {""}
    if isinstance(handler.type, cst.Tuple):
        return {last_name(element.value) for element in handler.type.elements}
    return {last_name(handler.type)}


def decorator_name(decorator: cst.Decorator) -> str:
    """The last name of a decorator: ``dataclass`` for ``@dataclasses.dataclass(slots=True)``."""
    value = decorator.decorator
    return last_name(value.func if isinstance(value, cst.Call) else value)


def last_name(node: cst.BaseExpression) -> str:
    """The last part of a dotted name, brackets left out; empty for other expressions."""
    if isinstance(node, cst.Subscript):
        return last_name(node.value)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def dotted(node: cst.BaseExpression) -> str:
    """A dotted name as written without spaces; empty for other expressions."""
    if isinstance(node, cst.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return node.value if isinstance(node, cst.Name) else ""


def named_params(params: cst.Parameters) -> list[cst.Param]:
    """The parameters that take one value each: all but those with stars."""
    return [*params.posonly_params, *params.params, *params.kwonly_params]


def param_names(params: cst.Parameters) -> set[str]:
    """The names of these."""
    return {param.name.value for param in named_params(params)}


def inside(node: cst.CSTNode, *words: str) -> Iterator[cst.CSTNode]:
    """A node and every node in it, space apart; the parts come in the order of its fields.

    Where there are ``words``, those in bodies that are not parsed and have none of them are left
    out.
    """
    pending = [node]
    while pending:
        current = pending.pop()
        if words and isinstance(current, Unparsed) and not current.waiting.mentions(words):
            continue
        yield current
        if found := children(current):
            found.reverse()
            pending += found


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes in the fields of a node, space apart; the library's way visits and copies each."""
    found: list[cst.CSTNode] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        kind = type(value)
        if _IS_NODE[kind]:
            found.append(value)
        elif value and (kind is list or kind is tuple):
            found += [each for each in value if _IS_NODE[type(each)]]
    return found


class _Fields(dict[type[cst.CSTNode], tuple[str, ...]]):
    """The names of the fields that may have nodes, by the kind of a node."""

    def __missing__(self, kind: type[cst.CSTNode]) -> tuple[str, ...]:
        names = tuple(each.name for each in fields(kind) if each.type not in _PLAIN)
        self[kind] = names
        return names


class _IsNode(dict[type[object], bool]):
    """Whether values of a kind are nodes: asking each of them, not its kind, took most of a fix."""

    def __missing__(self, kind: type[object]) -> bool:
        self[kind] = issubclass(kind, cst.CSTNode) and kind not in _SPACE
        return self[kind]


_PLAIN = (str, bool, "str", "bool")
#: a third of all nodes, which nothing is in and nobody looks for
_SPACE = (cst.SimpleWhitespace, cst.Newline)
_FIELDS = _Fields()
_IS_NODE = _IsNode()
