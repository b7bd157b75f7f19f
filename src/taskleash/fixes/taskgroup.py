"""The fix *taskgroup*: a function waits for what it starts, by a group that its rest runs in."""

from __future__ import annotations

import libcst as cst

from taskleash.classify.model import Lifetime
from taskleash.fixes.coroutines import started_by
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.names import free, variables
from taskleash.fixes.tree import inside, last_name
from taskleash.fixes.work import Work

#: the first Python whose asyncio has groups
_FIRST = (3, 11)
_SPAWNING = frozenset({"create_task", "ensure_future"})
_KEYWORDS = frozenset({"coro", "name", "context"})


def taskgroup(work: Work, target: Target, call: cst.Call) -> str:
    """Start the task of a call in a group around the rest of its function; says so.

    Raises `CannotMend` where the function cannot wait for it, or Python is too old.
    """
    scope = work.tree.scope(call)
    if work.manner.version < _FIRST:
        raise CannotMend("asyncio has task groups from Python 3.11 on")
    if not isinstance(scope, cst.FunctionDef) or scope.asynchronous is None:
        raise CannotMend("only an `async def` can wait for a group")
    if target.site.lifetime is Lifetime.ENDLESS:
        raise CannotMend(f"whoever waits for `{target.site.task}` would not go on")
    if any(isinstance(node, cst.Yield) for node in inside(scope.body)):
        raise CannotMend("a generator can be left in the midst of a group")
    _check_call(call)
    group = _group_of(work, scope)
    func = cst.Attribute(cst.Name(group), cst.Name("create_task"))
    work.edits.change(call, lambda node: node.with_changes(func=func))
    return f"start it in the task group `{group}`, which waits for it"


def _check_call(call: cst.Call) -> None:
    given = [arg for arg in call.args if arg.keyword is None]
    named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    if last_name(call.func) not in _SPAWNING or len(given) > 1 or named - _KEYWORDS:
        raise CannotMend("the call does more than start a task")
    if any(arg.star for arg in call.args) or not isinstance(started_by(call), cst.Call):
        raise CannotMend("what it starts may be no coroutine")


def _group_of(work: Work, scope: cst.FunctionDef) -> str:
    """The name of the group around the rest of a function, from its first call that is mended."""
    key = ("group", id(scope))
    if key not in work.draft.made:
        work.draft.made[key] = _new_group(work, scope)
    return work.draft.made[key]


def _new_group(work: Work, scope: cst.FunctionDef) -> str:
    body = scope.body
    if not isinstance(body, cst.IndentedBlock):
        raise CannotMend("the function is on one line")
    name = free(("group", "task_group"), variables(scope))
    mine = {id(use) for use in work.uses}
    rest = next(
        len(body.body) - index
        for index, line in enumerate(body.body)
        if any(id(node) in mine for node in inside(line))
    )
    made = cst.Call(cst.parse_expression(work.asyncio("TaskGroup")))

    def grouped(block: cst.IndentedBlock) -> cst.IndentedBlock:
        at = len(block.body) - rest
        first, *others = block.body[at:]
        leading = list(getattr(first, "leading_lines", ()))
        around = cst.With(
            items=[cst.WithItem(made, cst.AsName(cst.Name(name)))],
            body=cst.IndentedBlock(
                [first.with_changes(leading_lines=[]), *others], footer=block.footer
            ),
            asynchronous=cst.Asynchronous(),
            leading_lines=leading,
        )
        return block.with_changes(body=[*block.body[:at], around], footer=[])

    work.edits.change(body, grouped)
    return name
