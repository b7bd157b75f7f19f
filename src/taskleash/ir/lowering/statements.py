"""Lowering of statements: control flow as blocks, with the environment carried along every path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from taskleash.ir.lowering.conditions import named_by
from taskleash.ir.lowering.expressions import ExpressionLowering
from taskleash.ir.lowering.frame import Env, merge_envs, source_of
from taskleash.ir.lowering.patterns import lower_match
from taskleash.ir.lowering.raising import (
    caught_class,
    ends_with,
    is_deadline,
    raised_names,
    suppressed_by,
)
from taskleash.ir.lowering.scope import bindings, by_walrus
from taskleash.ir.lowering.targets import is_part, measured, subscripted
from taskleash.ir.model import (
    Await,
    Block,
    Define,
    Delete,
    Exit,
    ExitKind,
    Give,
    Handler,
    If,
    Import,
    Loop,
    LoopKind,
    Test,
    Try,
    Use,
    UseKind,
    blocks_of,
)
from taskleash.ir.terms import SOME, Alts, Constant, Element, Entered, Global, Local, Nested
from taskleash.ir.types import type_ref


class StatementLowering(ExpressionLowering):
    """Lowers the statements of one function into its frame."""

    loop_exits: list[list[Env]]

    def body(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Lower statements in order; true where control reaches their end."""
        reachable = True
        for place, statement in enumerate(statements):
            self.named = named_by(statements, place)
            lower = _STATEMENTS.get(type(statement))
            if lower is None:
                continue
            if not lower(self, statement):
                reachable = False
        return reachable

    def suite(self, node: cst.BaseSuite) -> tuple[Block, bool]:
        """Lower a suite into a block of its own."""
        items, self.frame.items = self.frame.items, []
        reachable = self.body(node.body)
        block = self.frame.block(self.frame.items)
        self.frame.items = items
        return block, reachable

    # -- simple statements

    def _line(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> bool:
        return self.body(node.body)

    def _begin(self, node: cst.CSTNode) -> None:
        self.frame.statement = self.spans.of(node)

    def _begin_block(self, node: cst.BaseCompoundStatement, first: cst.CSTNode) -> None:
        """Begin a compound statement: its header, up to the ``first`` of what it holds."""
        self.frame.statement = self.spans.until(node, first)

    def _expression(self, node: cst.Expr) -> bool:
        self._begin(node)
        self.expr(node.value)
        raises = ends_with(self, node.value)
        if raises:
            self.frame.items.append(Exit("raise", self.frame.statement[0], (raises,)))
        return not raises

    def _assign(self, node: cst.Assign) -> bool:
        self._begin(node)
        value = self.expr(node.value)
        for target in node.targets:
            self.assign(target.target, value)
        return True

    def _annotated(self, node: cst.AnnAssign) -> bool:
        self._begin(node)
        ref = type_ref(node.annotation.annotation)
        if isinstance(node.target, cst.Name):
            self.frame.annotations[node.target.value] = ref
        elif isinstance(node.target, cst.Attribute):
            self.module.annotate_attribute(self.frame, node.target, ref)
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))
        return True

    def _augmented(self, node: cst.AugAssign) -> bool:
        self._begin(node)
        value = self.expr(node.value)
        op = source_of(node.operator).strip()
        self.assign(node.target, value, op)
        return True

    def _return(self, node: cst.Return) -> bool:
        self._begin(node)
        value = self.expr(node.value)
        self.frame.emit(Give(self.frame.statement, "return", value))
        self.frame.items.append(Exit("return", self.frame.statement[0]))
        return False

    def _raise(self, node: cst.Raise) -> bool:
        self._begin(node)
        if node.exc is not None:
            self.read(node.exc)
        raises = raised_names(self, node)
        self.frame.items.append(Exit("raise", self.frame.statement[0], raises))
        return False

    def _break(self, node: cst.Break | cst.Continue) -> bool:
        self._begin(node)
        kind: ExitKind = "break" if isinstance(node, cst.Break) else "continue"
        self.frame.items.append(Exit(kind, self.frame.statement[0]))
        if self.loop_exits:
            self.loop_exits[-1].append(dict(self.frame.env))
        return False

    def _assert(self, node: cst.Assert) -> bool:
        self._begin(node)
        test = self.test(node.test)
        fails = Block((Exit("raise", self.frame.statement[0], ("AssertionError",)),))
        self.frame.items.append(If(test, Block(), fails, self.frame.statement[0]))
        return True

    def _delete(self, node: cst.Del) -> bool:
        self._begin(node)
        targets = (
            [e.value for e in node.target.elements]
            if isinstance(node.target, cst.Tuple | cst.List)
            else [node.target]
        )
        for target in targets:
            if isinstance(target, cst.Name):
                self.frame.env.pop(target.value, None)
            else:
                for term in self._deleted(target):
                    self.frame.emit(Delete(self.frame.statement, term))
        return True

    def _deleted(self, target: cst.BaseExpression) -> Alts:
        if not isinstance(target, cst.Subscript):
            return self.expr(target)
        found, _ = subscripted(self, target)
        return tuple(Element(term, SOME) for term in found) if is_part(target) else found

    def _type_alias(self, node: cst.TypeAlias) -> bool:
        self._begin(node)
        named = isinstance(node.value, cst.Name | cst.Attribute)
        self.assign(node.name, self.expr(node.value) if named else ())
        return True

    def _import(self, node: cst.Import | cst.ImportFrom) -> bool:
        self._begin(node)
        names = self.module.imported(node)
        asked = (
            [alias.evaluated_name for alias in node.names]
            if isinstance(node, cst.Import)
            else list(names.values()) or self.module.stars[-1:]
        )
        self.frame.emit(Import(self.frame.statement, tuple(asked)))
        for name, dotted in names.items():
            if self.frame.kind == "module":
                self.module.bind_import(name, dotted)
            else:
                self.frame.define(name, (Global("." + dotted),))
        return True

    # -- compound statements

    def _if(self, node: cst.If) -> bool:
        self._begin_block(node, node.body)
        line = self.frame.statement[0]
        test, self.named = self.test(node.test), {}
        before = dict(self.frame.env)
        then, reached = self.suite(node.body)
        ends = [self.frame.env] if reached else []
        self.frame.env = before
        orelse, reached_else = Block(), True
        if isinstance(node.orelse, cst.If):
            items, self.frame.items = self.frame.items, []
            reached_else = self._if(node.orelse)
            orelse = self.frame.block(self.frame.items)
            self.frame.items = items
        elif node.orelse is not None:
            orelse, reached_else = self.suite(node.orelse.body)
        if reached_else:
            ends.append(self.frame.env)
        self.frame.items.append(If(test, then, orelse, line))
        self.frame.env = merge_envs(ends) if ends else self.frame.env
        return bool(ends)

    def _while(self, node: cst.While) -> bool:
        self._begin_block(node, node.body)
        line = self.frame.statement[0]
        around = self._enter_loop(node.body, node.test)
        items, self.frame.items = self.frame.items, []
        test = self.test(node.test)
        condition, self.frame.items = self.frame.items, items
        self.frame.items.extend(condition)
        body, made = self._loop_body(node.body), self.frame.made_before_loop
        orelse = self._leave_loop(node.orelse, around)
        again = Block(body.items + tuple(condition))
        self.frame.items.append(Loop("while", test, again, orelse, line, made))
        return not (test.kind == "true" and not _has_break(body))

    def _for(self, node: cst.For) -> bool:
        self._begin_block(node, node.body)
        line = self.frame.statement[0]
        source = self.expr(node.iter)
        around = self._enter_loop(node.body, node.target)
        items, self.frame.items = self.frame.items, []
        self.assign(node.target, tuple(Element(term) for term in source))
        first, self.frame.items = self.frame.items, items
        body, made = self._loop_body(node.body), self.frame.made_before_loop
        body = Block(tuple(first) + body.items)
        orelse = self._leave_loop(node.orelse, around)
        kind: LoopKind = "async for" if node.asynchronous is not None else "for"
        over = Test("other", source + measured(self, source))
        self.frame.items.append(Loop(kind, over, body, orelse, line, made))
        return True

    def _enter_loop(self, body: cst.BaseSuite, head: cst.BaseExpression) -> int:
        """Begin a loop; returns how many collections there were at the start of the one around."""
        self.loop_exits.append([dict(self.frame.env)])
        names = bindings(body.body, self.spans).assigned
        if self.spans.has_walrus:
            names.update(by_walrus(head, self.spans))
        for name in names:
            if name in self.frame.env:
                self.frame.env[name] = (*self.frame.env[name], Local(name))
        made = self.frame.made_before_loop
        self.frame.made_before_loop = len(self.frame.collections)
        return made

    def _loop_body(self, node: cst.BaseSuite) -> Block:
        block, reached = self.suite(node)
        if reached:
            self.loop_exits[-1].append(self.frame.env)
        return block

    def _leave_loop(self, orelse: cst.Else | None, made: int) -> Block:
        self.frame.made_before_loop = made
        self.frame.env = merge_envs(self.loop_exits.pop())
        return self.suite(orelse.body)[0] if orelse is not None else Block()

    def _with(self, node: cst.With) -> bool:
        self._begin_block(node, node.body)
        line = self.frame.statement[0]
        suppressed: list[str] = []
        for item in node.items:
            value = self.expr(item.item)
            kind: UseKind = "deadline" if is_deadline(self, item.item) else "with"
            self.frame.emit(Use(self.frame.statement, kind, value))
            if node.asynchronous is not None and kind == "with":
                self.frame.emit(Await(self.frame.statement, ()))
            if item.asname is not None:
                entered = tuple(Entered(term) for term in value)
                self.assign(item.asname.name, entered)
            suppressed.extend(suppressed_by(self, item.item))
        before = dict(self.frame.env)
        body, reached = self.suite(node.body)
        handlers = (Handler(tuple(suppressed), Block(), line),) if suppressed else ()
        self.frame.items.append(Try(body, handlers, Block(), Block()))
        if suppressed:
            self.frame.env = merge_envs([before, self.frame.env])
        return reached or bool(suppressed)

    def _try(self, node: cst.Try | cst.TryStar) -> bool:
        before = dict(self.frame.env)
        body, reached = self.suite(node.body)
        interrupted = merge_envs([before, self.frame.env])
        orelse = Block()
        if node.orelse is not None:
            orelse, reached_else = self.suite(node.orelse.body)
            reached = reached and reached_else
        ends = [self.frame.env] if reached else []
        handlers: list[Handler] = []
        for handler in node.handlers:
            self.frame.env = dict(interrupted)
            caught, handled = self._handler(handler)
            handlers.append(caught)
            if handled:
                ends.append(self.frame.env)
        final = Block()
        self.frame.env = merge_envs(ends) if ends else interrupted
        reached = bool(ends)
        if node.finalbody is not None:
            self.frame.env = merge_envs([self.frame.env, interrupted])
            final, reached_final = self.suite(node.finalbody.body)
            reached = reached and reached_final
        self.frame.items.append(Try(body, tuple(handlers), orelse, final))
        return reached

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> tuple[Handler, bool]:
        line = self.spans.of(node)[0]
        types = node.type
        names = (
            tuple(caught_class(self, e.value) for e in types.elements)
            if isinstance(types, cst.Tuple)
            else (caught_class(self, types),)
            if types is not None
            else ()
        )
        if node.name is not None and isinstance(node.name.name, cst.Name):
            self.frame.define(node.name.name.value, (Constant("exception"),))
        block, reached = self.suite(node.body)
        return Handler(names, block, line), reached

    def _match(self, node: cst.Match) -> bool:
        self._begin_block(node, node.cases[0])
        return lower_match(self, node)

    def _function(self, node: cst.FunctionDef) -> bool:
        key = self.module.lower_function(node, self.frame, self)
        self.frame.emit(Define(self.spans.of(node.name), key))
        name = node.name.value
        if self.frame.kind in ("module", "class"):
            return True
        self.frame.define(name, (Nested(key),))
        return True

    def _class(self, node: cst.ClassDef) -> bool:
        key = self.module.lower_class(node, self.frame, self)
        self.frame.emit(Define(self.spans.of(node.name), key))
        if self.frame.kind not in ("module", "class"):
            self.frame.define(node.name.value, (Nested(key),))
        return True


def _has_break(block: Block) -> bool:
    for item in block.items:
        if isinstance(item, Exit) and item.kind == "break":
            return True
        if not isinstance(item, int | Exit | Loop) and any(map(_has_break, blocks_of(item))):
            return True
    return False


_STATEMENTS: dict[type[cst.CSTNode], Callable[..., bool]] = {
    cst.SimpleStatementLine: StatementLowering._line,
    cst.SimpleStatementSuite: StatementLowering._line,
    cst.Expr: StatementLowering._expression,
    cst.Assign: StatementLowering._assign,
    cst.AnnAssign: StatementLowering._annotated,
    cst.AugAssign: StatementLowering._augmented,
    cst.Return: StatementLowering._return,
    cst.Raise: StatementLowering._raise,
    cst.Break: StatementLowering._break,
    cst.Continue: StatementLowering._break,
    cst.Assert: StatementLowering._assert,
    cst.Del: StatementLowering._delete,
    cst.TypeAlias: StatementLowering._type_alias,
    cst.Import: StatementLowering._import,
    cst.ImportFrom: StatementLowering._import,
    cst.If: StatementLowering._if,
    cst.While: StatementLowering._while,
    cst.For: StatementLowering._for,
    cst.With: StatementLowering._with,
    cst.Try: StatementLowering._try,
    cst.TryStar: StatementLowering._try,
    cst.Match: StatementLowering._match,
    cst.FunctionDef: StatementLowering._function,
    cst.ClassDef: StatementLowering._class,
}
