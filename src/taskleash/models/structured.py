"""Owners: what takes a task over, keeps it, and ends it when it is closed itself."""

from __future__ import annotations

from taskleash.models.api import Api, Gives, KnownBy, ObjectKind, Starts

_ASYNCIO = "CPython 3.14, Doc/library/asyncio-task.rst"
_ANYIO = "anyio 4.16.0, anyio/_core/_eventloop.py"
_TRIO = "trio 0.35.0, trio/_core/_run.py"

KINDS = (
    ObjectKind(
        "owner",
        "the documentation of each",
        frozenset(
            {
                "asyncio.TaskGroup", "asyncio.Runner", "anyio.create_task_group",
                "anyio.abc.TaskGroup", "trio.open_nursery", "trio.Nursery", "aiotools.TaskGroup",
                "quattro.TaskGroup", "taskgroup.TaskGroup", "exceptiongroup_taskgroup.TaskGroup",
            }
        ),
        ("taskgroup", "task_group", "nursery", "tg"),
    ),
)  # fmt: skip

#: words by which a file is known that has an owner whose methods have common names
_MAKERS = ("TaskGroup", "Nursery", "create_task_group", "nursery", "open_nursery", "task_group")

APIS = (
    Api("owner.create_task", _ASYNCIO, Starts.OWNER, known=KnownBy.RECEIVER),
    Api("owner.start_soon", _TRIO, Starts.OWNER, known=KnownBy.METHOD),
    Api("owner.start", _TRIO, Starts.OWNER, gives=Gives.START, words=_MAKERS),
    Api("anyio.run", _ANYIO, makes_loop=True),
    Api("trio.run", _TRIO, makes_loop=True),
    Api("anyio.sleep", _ANYIO, gives=Gives.COROUTINE),
    Api("trio.sleep", _TRIO, gives=Gives.COROUTINE),
)
