"""The lines that end tasks: cancelled or drained, and waited for, but for the one that runs them.

Nothing here looks at how a task ended: the event loop logs the failure of one that is let go, but
not of one that somebody cancels once it is done.
"""

from __future__ import annotations

import enum

import libcst as cst

from taskleash.fixes.syntax.free_names import free, variables
from taskleash.fixes.syntax.new_statements import fitted, statements
from taskleash.fixes.syntax.tree import dotted
from taskleash.fixes.syntax.work import Work

_DRAIN = "function that drains"
#: how many seconds a teardown waits for work that others see the effect of, and for any other
DRAINED_SECONDS, _CANCELLED = 10, 5


class End(enum.Enum):
    """What a teardown does to a task."""

    CANCELLED = "cancelled"
    #: waited for, and cancelled at a deadline
    DRAINED = "drained"
    #: the same where tasks of its kind may come to the teardown, or start others of their kind
    DRAINED_BY_ITSELF = "drained by a function of its own"
    #: whether anybody would miss what it does is not known
    UNKNOWN = "not known"


#: what all tasks of a container are called, by its kind
_EACH = {"set": "{text}", "list": "{text}", "dict": "{text}.values()"}


def ending_all(
    work: Work,
    function: cst.FunctionDef,
    text: str,
    kind: str,
    end: End,
    *,
    is_pruned: bool = False,
) -> list[str]:
    """The lines that end every task in a container (set, list or dict); an ``async def`` waits.

    ``is_pruned`` tells that tasks leave it when they are done.
    """
    each = _EACH[kind].format(text=text)
    taken = variables(function)
    task = free(("task", "background_task"), taken)
    if function.asynchronous is None:
        return _cancelling(task, each, is_pruned)
    if end is End.DRAINED_BY_ITSELF:
        if kind == "set" and is_pruned:
            return _drained_in_place(work, function, text)
        return [f"await {drain(work)}({each})"]
    tasks = free(("tasks", "background_tasks"), taken)
    current = f"{work.asyncio('current_task')}()"
    every = each if kind == "set" else f"{{*{each}}}"
    others = f"{tasks} = {every} - {{{current}}}"
    if end is End.DRAINED:
        lines = _drained(work, function, tasks)
        return [others, f"if {tasks}:", *(f"    {line}" for line in lines)]
    return [
        others,
        *_cancelling(task, tasks, is_pruned),
        f"if {tasks}:",
        f"    await {work.asyncio('wait')}({tasks}, timeout={_CANCELLED})",
    ]


def _cancelling(task: str, tasks: str, is_pruned: bool) -> list[str]:
    """The lines that cancel tasks, but for done ones where these are not out of the way already."""
    if is_pruned:
        return [f"for {task} in {tasks}:", f"    {task}.cancel()"]
    return [f"for {task} in {tasks}:", f"    if not {task}.done():", f"        {task}.cancel()"]


def _drained_in_place(work: Work, function: cst.FunctionDef, text: str) -> list[str]:
    """The lines that wait for tasks which may come here themselves, or start others of their kind.

    One that comes here leaves the set: nobody waits for it any more, so no two wait for each other.
    """
    taken = variables(function)
    loop, deadline = free(("loop", "event_loop"), taken), free(("deadline", "drained_by"), taken)
    task = free(("task", "background_task"), taken)
    wait = work.asyncio("wait")
    return [
        f"{text}.discard({work.asyncio('current_task')}())",
        f"{loop} = {work.asyncio('get_running_loop')}()",
        f"{deadline} = {loop}.time() + {DRAINED_SECONDS}",
        f"while {text} and {loop}.time() < {deadline}:",
        f"    await {wait}({text}, timeout={deadline} - {loop}.time())",
        f"for {task} in {text}:",
        f"    {task}.cancel()",
    ]


def _drained(work: Work, function: cst.FunctionDef, tasks: str) -> list[str]:
    """The lines that wait for tasks and cancel the late ones: that hides the failure of others."""
    taken = variables(function)
    task = free(("task", "background_task"), taken)
    pending = free(("pending", "pending_tasks"), taken)
    calls = work.tree.of(cst.Call)
    is_taken = "_" in work.variables and any(dotted(call.func) == "_" for call in calls)
    # It is what translates texts, here or in a function that this one calls.
    others = "_done" if is_taken else "_"
    wait = work.asyncio("wait")
    return [
        f"{others}, {pending} = await {wait}({tasks}, timeout={DRAINED_SECONDS})",
        f"for {task} in {pending}:",
        f"    {task}.cancel()",
    ]


def ending_one(
    work: Work, function: cst.FunctionDef, text: str, is_optional: bool, end: End
) -> list[str]:
    """The lines that end the task in an attribute, and let go of it where it may be None."""
    emptied = [f"{text} = None"] if is_optional else []
    if function.asynchronous is None:
        tests = [f"{text} is not None"] if is_optional else []
        tests.append(f"not {text}.done()")
        return [*_under(tests, [f"{text}.cancel()"]), *emptied]
    # The attribute may have the next task by the time that this one is over.
    task = free(("task", "background_task"), variables(function))
    tests = [f"{task} is not None"] if is_optional else []
    others = f"{task} is not {work.asyncio('current_task')}()"
    wait = work.asyncio("wait")
    if end is End.CANCELLED:
        tests += [f"not {task}.done()", others]
        lines = [f"{task}.cancel()", f"await {wait}([{task}], timeout={_CANCELLED})"]
    else:
        tests.append(others)
        lines = [
            f"await {wait}([{task}], timeout={DRAINED_SECONDS})",
            f"if not {task}.done():",
            f"    {task}.cancel()",
        ]
    return [f"{task} = {text}", *_under(tests, [*lines, *emptied])]


def _under(tests: list[str], lines: list[str]) -> list[str]:
    return [f"if {' and '.join(tests)}:", *(f"    {line}" for line in lines)]


def drain(work: Work) -> str:
    """The function of the module that drains tasks, made where there is none."""
    key = (_DRAIN, 0)
    if key not in work.draft.made:
        work.draft.made[key] = _new_drain(work)
    return work.draft.made[key]


def _new_drain(work: Work) -> str:
    name = work.module_name("_drain_tasks", "_drain_background_tasks")
    task = work.task_type()
    typed, returns, seconds = "", "", "timeout"
    if task:
        collection = work.draft.imports.member("collections.abc", "Collection")
        typed, returns, seconds = f": {collection}[{task}]", " -> None", "timeout: float"
    default = f" = {DRAINED_SECONDS}" if task else f"={DRAINED_SECONDS}"
    current, wait = work.asyncio("current_task"), work.asyncio("wait")
    draining = work.module_name("_draining", "_draining_tasks")
    kind = ": set[object]" if task else ""
    work.draft.variables += statements(f"{draining}{kind} = set()")
    # Tasks that come to the same teardown at once would wait for each other until the deadline.
    lines = [
        f"async def {name}(tasks{typed}, {seconds}{default}){returns}:",
        '    """Wait for tasks, and for those that join them; cancel what is not done in time."""',
        f"    loop = {work.asyncio('get_running_loop')}()",
        "    deadline = loop.time() + timeout",
        f"    current = {current}()",
        f"    {draining}.add(current)",
        "    try:",
        f"        while left := [t for t in tasks if not t.done() and t not in {draining}]:",
        "            if loop.time() >= deadline:",
        "                break",
        f"            await {wait}(left, timeout=deadline - loop.time())",
        "        for task in left:",
        "            task.cancel()",
        "        if left:",
        f"            await {wait}(left, timeout=1)",
        "    finally:",
        f"        {draining}.discard(current)",
    ]
    found = statements("\n".join(lines))
    work.draft.functions += [fitted(each, work.style.width) for each in found]
    return name
