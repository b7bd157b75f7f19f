"""Whether work goes on until its object tells it to end: it polls, or reads what that receives."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.coroutines import root_of, waits
from taskleash.fixes.meaning.following import Coroutine, own
from taskleash.fixes.syntax.tree import dotted, inside, last_name, param_names


def runs_until_told(coroutine: Coroutine) -> bool:
    """Whether a coroutine goes on until its object says so: it polls, or reads what that receives.

    To wait for it before the object is taken down would be in vain.
    """
    method = coroutine.method
    if method is None:
        return False
    for node in own(coroutine.function.body):
        if isinstance(node, cst.For) and node.asynchronous is not None:
            source = node.iter.func if isinstance(node.iter, cst.Call) else node.iter
            if dotted(source).startswith(f"{method.instance}."):
                return True
        is_told = isinstance(node, cst.While) and (
            _goes_on(node, coroutine) or _is_for_others_to_change(node, method.instance)
        )
        if is_told and any(waits(each) or sleeps(each) for each in own(node)):
            return True
        if isinstance(node, cst.While) and _only_sleeps(node):
            return True
    return False


def _is_for_others_to_change(loop: cst.While, instance: str) -> bool:
    """Whether a loop goes on for as long as something of its object is so, and leaves that alone.

    ``while key in self._active`` ends when somebody else takes the key out.
    """
    asked = {
        dotted(node)
        for node in inside(loop.test)
        if isinstance(node, cst.Attribute) and dotted(node.value) == instance
    }
    is_asked = isinstance(loop.test, cst.Comparison) and bool(asked)
    return is_asked and not any(
        isinstance(node, cst.Attribute) and dotted(node) in asked for node in own(loop.body)
    )


def _only_sleeps(loop: cst.While) -> bool:
    """Whether a loop does nothing about what it waits for: others bring that about."""
    lines = [loop.body] if isinstance(loop.body, cst.SimpleStatementSuite) else loop.body.body
    return all(
        isinstance(line, cst.SimpleStatementLine | cst.SimpleStatementSuite)
        and all(isinstance(small, cst.Expr) and sleeps(small.value) for small in line.body)
        for line in lines
    )


def polls(coroutine: Coroutine) -> bool:
    """Whether a coroutine looks at something again and again, with a sleep in between."""
    return any(
        isinstance(node, cst.While) and _goes_on(node, coroutine) and any(map(sleeps, own(node)))
        for node in own(coroutine.function.body)
    )


def _goes_on(loop: cst.While, coroutine: Coroutine) -> bool:
    """Whether a loop goes on as a flag says that is not one of the single thing it is about.

    What only tries again until it comes off is over then.
    """
    given = param_names(coroutine.function.params)
    given -= {coroutine.method.instance} if coroutine.method is not None else set()
    asked = (each for each in inside(loop.test) if isinstance(each, cst.Attribute | cst.Name))
    return is_flag(loop.test) and given.isdisjoint(map(root_of, asked)) and not _only_retries(loop)


def _only_retries(loop: cst.While) -> bool:
    """Whether a loop ends once its ``try`` comes off, and sleeps only where that has failed."""
    lines = getattr(loop.body, "body", ())
    tried = next((line for line in lines if isinstance(line, cst.Try)), None)
    if tried is None or not tried.handlers:
        return False
    unless_raised = tried.orelse.body.body if tried.orelse is not None else ()
    last = [*tried.body.body, *unless_raised][-1]
    small = last.body[0] if isinstance(last, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Break | cst.Return)


def is_flag(test: cst.BaseExpression) -> bool:
    """Whether a loop goes on as a flag says, not as long as there is something to do."""
    if isinstance(test, cst.UnaryOperation):
        return is_flag(test.expression)
    if isinstance(test, cst.BooleanOperation):
        return is_flag(test.left) and is_flag(test.right)
    return isinstance(test, cst.Name | cst.Attribute | cst.Call | cst.Integer)


def sleeps(node: cst.CSTNode) -> bool:
    """Whether code lets time pass."""
    work = node.expression if isinstance(node, cst.Await) else None
    return isinstance(work, cst.Call) and last_name(work.func) == "sleep"
