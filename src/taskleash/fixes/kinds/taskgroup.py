"""The fix *taskgroup*: a function waits for what it starts, by a group that its rest runs in."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from taskleash.fixes.meaning.beside import check_beside
from taskleash.fixes.meaning.coroutines import (
    coroutine_of,
    may_wait_for_others,
    started_by,
)
from taskleash.fixes.meaning.following import Coroutine, called, own, reached
from taskleash.fixes.meaning.parallel import goes_on, is_for_a_loop, is_in_a_loop
from taskleash.fixes.meaning.polling import is_flag
from taskleash.fixes.meaning.remarks import says_that_it_goes_on
from taskleash.fixes.meaning.serving import is_harmless
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.free_names import free, variables
from taskleash.fixes.syntax.tree import Tree, caught_names, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.models.lifecycle import is_a_start
from taskleash.models.table import SPAWNING
from taskleash.models.vocabulary import PROMPT_WORDS, words
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Handle, Lifetime, State

#: the first Python whose asyncio has groups
_FIRST = (3, 11)
_ASYNCIO, _ANYIO = "asyncio", "anyio"
#: the rule of what nobody waits for
_DROPPED = "TL001"
#: how many lines at most a group is laid around
_MOST_LINES = 30
_SPAWNING = frozenset({"create_task", "ensure_future"})
#: functions that raise nothing of what they are given, or nothing where a loop runs
_HARMLESS = frozenset(
    {"get_event_loop", "get_running_loop", "pop", "print", "result", "set", "sleep", "wait"}
)
#: what waits for a task no longer than until some time, or whatever becomes of who waits
_LEAVING = frozenset({"shield", "timeout", "timeout_at", "wait_for"})
_KEYWORDS = frozenset({"coro", "name", "context"})


def taskgroup(work: Work, target: Target, call: cst.Call) -> Sentence:
    """Start the task of a call in a group around the rest of its function; says so.

    Raises `CannotMend` where the function cannot wait for it, or Python is too old.
    """
    scope = work.tree.scope(call)
    library = _library(work)
    if not isinstance(scope, cst.FunctionDef) or scope.asynchronous is None:
        raise CannotMend(sentence("only an `async def` can wait for a group"))
    if not isinstance(scope.body, cst.IndentedBlock):
        raise CannotMend(sentence("the function is on one line"))
    if target.site.lifetime is Lifetime.ENDLESS:
        raise CannotMend(
            sentence("whoever waits for `{task}` would not go on", task=target.site.task)
        )
    if any(isinstance(node, cst.Yield) for node in inside(scope.body)):
        raise CannotMend(sentence("a generator can be left in the midst of a group"))
    _check_call(call)
    if target.site.handle is Handle.STORED:
        raise CannotMend(sentence("`{place}` keeps it for longer", place=target.site.holder))
    _check_end(work, target, call, scope.body)
    _check_room(work, call, scope.body)
    _check_errors(work, target, call, scope)
    started = _arguments(work, call) if library == _ANYIO else None
    if target.rule == _DROPPED:
        _check_dropped(work, target, call, scope)
        if id(scope) in work.in_parts:
            raise CannotMend(sentence("not all that the function starts can be in a group"))
    group = _group_of(work, scope, library, call)
    func = cst.Attribute(cst.Name(group), cst.Name("start_soon" if started else "create_task"))
    work.edits.change(
        call, lambda node: node.with_changes(func=func, **({"args": started} if started else {}))
    )
    return sentence("start it in the task group `{group}`, which waits for it", group=group)


def _check_end(work: Work, target: Target, call: cst.Call, body: cst.IndentedBlock) -> None:
    """Raise `CannotMend` where a group may never come to its end, or only as all is stopped."""
    task, coroutine = target.site.task, coroutine_of(work.tree, started_by(call))
    is_held_up = coroutine is not None and may_wait_for_others(work.tree, coroutine)
    if is_held_up or target.site.lifetime is not Lifetime.SHORT:
        raise CannotMend(sentence("whoever waits for `{task}` would not go on", task=task))
    is_known = target.site.prompt is State.YES or not PROMPT_WORDS.isdisjoint(words(task))
    if coroutine is None and (target.site.prompt is State.NO or not is_known):
        raise CannotMend(sentence("how long `{task}` takes is not known", task=task))
    if says_that_it_goes_on(task, work.tree.scope(call)):
        raise CannotMend(sentence("its name or its docstring says that nobody waits for it"))
    if target.rule != _DROPPED and any(map(_has_deadline, own(body))):
        raise CannotMend(sentence("the function waits for it until a deadline, and no longer"))
    if _goes_on(call, body):
        raise CannotMend(sentence("the function goes on for as long as it is not stopped"))


def _check_room(work: Work, call: cst.Call, body: cst.IndentedBlock) -> None:
    """Raise `CannotMend` where a group would be laid around a ``try``, or around too much.

    A failure would come to the group alone, which no handler sees.
    """
    lines = _rest(body, call)
    if isinstance(lines[0], cst.Try | cst.TryStar):
        raise CannotMend(sentence("its failure would leave the `try` that it is started in"))
    if sum(work.tree.code(line).count("\n") for line in lines) > _MOST_LINES:
        raise CannotMend(sentence("the rest of the function is too long to be laid in a group"))


def _check_errors(work: Work, target: Target, call: cst.Call, scope: cst.FunctionDef) -> None:
    """Raise `CannotMend` where an error may come out of the group: as one of a group of errors.

    Whoever catches what the function or the task raises would not catch that.
    """
    if not target.site.never_fails:
        raise CannotMend(
            sentence("its failure would come to the caller, and end what is beside it")
        )
    assert isinstance(scope.body, cst.IndentedBlock)
    place = Coroutine(scope, work.tree.method(call))
    for line in _rest(scope.body, call):
        if node := _first_to_fail(work.tree, (line, *own(line)), place):
            raise CannotMend(
                sentence(
                    "what `{code}` raises would come to the caller in a group of errors",
                    code=" ".join(work.tree.code(node).split()),
                )
            )


def _first_to_fail(
    tree: Tree, nodes: Iterable[cst.CSTNode], place: Coroutine
) -> cst.CSTNode | None:
    """What may raise an error first, as far as the file tells."""
    passed: set[int] = set()
    for node in nodes:
        if isinstance(node, cst.Try) and any(map(_catches, node.handlers)):
            passed.update(map(id, own(node.body)))
        if id(node) in passed:
            continue
        if isinstance(node, cst.Raise | cst.Assert):
            return node
        if not isinstance(node, cst.Call):
            continue
        if last_name(node.func) in SPAWNING:
            # What a task raises comes to whoever waits for it.
            passed.update(id(each) for arg in node.args for each in inside(arg))
        elif (found := called(tree, node, place.method, node)) is not None:
            for each in reached(tree, found):
                if _first_to_fail(tree, own(each.function.body), each) is not None:
                    return node
        elif last_name(node.func) not in _HARMLESS and not is_harmless(tree, node, place):
            return node
    return None


def _catches(handler: cst.ExceptHandler) -> bool:
    """Whether a handler keeps every error to itself."""
    return not BROAD_EXCEPTIONS.isdisjoint(caught_names(handler)) and not any(
        isinstance(node, cst.Raise) for node in own(handler.body)
    )


def _rest(body: cst.IndentedBlock, call: cst.Call) -> list[cst.CSTNode]:
    """The statements of a function from the one with a call on."""
    at = next(i for i, line in enumerate(body.body) if any(n is call for n in inside(line)))
    return [*body.body[at:]]


def _check_dropped(work: Work, target: Target, call: cst.Call, scope: cst.FunctionDef) -> None:
    """Raise `CannotMend` where a dropped task is not to be waited for at the end of its function.

    A group of one task with nothing beside it is a longer word for ``await``.
    """
    holder = work.tree.holder(call)
    if holder is None:
        raise CannotMend(sentence("no statement of its own starts the task"))
    check_beside(work, target, call, started_by(call), holder)
    if is_a_start(scope.name.value, target.site.task):
        raise CannotMend(sentence("it would hold up the start"))
    if is_for_a_loop(work.tree, call):
        raise CannotMend(sentence("it would hold up the next turn of the loop"))
    if ("group", id(scope)) not in work.draft.made and not _has_company(work.tree, call):
        raise CannotMend(sentence("nothing runs beside it: await would say the same"))


def _goes_on(call: cst.Call, body: cst.IndentedBlock) -> bool:
    """Whether a ``while`` that may never end stands around a call, or behind it in its function.

    A group would keep what ends there to itself until then, or end the loop where a task fails.
    """
    return any(
        isinstance(node, cst.While) and is_flag(node.test)
        for line in _rest(body, call)
        for node in (line, *own(line))
        if not isinstance(line, cst.FunctionDef)
    )


def _has_deadline(node: cst.CSTNode) -> bool:
    """Whether a call waits for tasks until some time is over, or leaves them running."""
    if not isinstance(node, cst.Call):
        return False
    name = last_name(node.func)
    is_timed = any(arg.keyword is not None and arg.keyword.value == "timeout" for arg in node.args)
    return name in _LEAVING or (name == "wait" and is_timed)


def _has_company(tree: Tree, call: cst.Call) -> bool:
    """Whether a loop starts tasks, or the function waits for others after it has started one."""
    return is_in_a_loop(tree, call) or goes_on(tree, call)


def _library(work: Work) -> str:
    """Whose groups the file can use: those of asyncio, or of anyio where it imports that.

    Raises `CannotMend` where there are none.
    """
    if work.manner.version >= _FIRST:
        return _ASYNCIO
    for node in work.module.body:
        for small in node.body if isinstance(node, cst.SimpleStatementLine) else ():
            names = small.names if isinstance(small, cst.Import) else ()
            if any(alias.evaluated_name == _ANYIO for alias in names):
                return _ANYIO
    raise CannotMend(
        sentence("asyncio has task groups from Python 3.11 on, and the file does not use anyio")
    )


def _arguments(work: Work, call: cst.Call) -> list[cst.Arg]:
    """What anyio is given to start: a function and what it takes.

    Raises `CannotMend` where it takes more than that, or something is done with the task.
    """
    started = started_by(call)
    if not isinstance(work.tree.parent(call), cst.Expr):
        raise CannotMend(sentence("a group of anyio gives no task"))
    assert isinstance(started, cst.Call)
    if any(arg.keyword is not None or arg.star for arg in started.args) or len(call.args) > 1:
        raise CannotMend(sentence("a group of anyio takes arguments by their order alone"))
    first = cst.Arg(started.func, comma=cst.MaybeSentinel.DEFAULT)
    return [first, *started.args]


def _check_call(call: cst.Call) -> None:
    given = [arg for arg in call.args if arg.keyword is None]
    named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    if last_name(call.func) not in _SPAWNING or len(given) > 1 or named - _KEYWORDS:
        raise CannotMend(sentence("the call does more than start a task"))
    if any(arg.star for arg in call.args) or not isinstance(started_by(call), cst.Call):
        raise CannotMend(sentence("what it starts may be no coroutine"))


def _group_of(work: Work, scope: cst.FunctionDef, library: str, call: cst.Call) -> str:
    """The name of the group around the rest of a function, from its first call that is mended."""
    key = ("group", id(scope))
    if key not in work.draft.made:
        work.draft.made[key] = _new_group(work, scope, library, call)
    return work.draft.made[key]


def _new_group(work: Work, scope: cst.FunctionDef, library: str, call: cst.Call) -> str:
    body = scope.body
    assert isinstance(body, cst.IndentedBlock)
    name = free(("group", "task_group"), variables(scope))
    rest = next(
        len(body.body) - index
        for index, line in enumerate(body.body)
        if any(node is call for node in inside(line))
    )
    maker = "TaskGroup" if library == _ASYNCIO else "create_task_group"
    made = cst.Call(cst.parse_expression(work.draft.imports.name(library, maker)))

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
