"""Owners: what takes a task over, keeps it, and ends it when it is closed itself."""

from __future__ import annotations

from taskleash.models.api import Api, Gives, Kind, Known, Starts

_ASYNCIO = "CPython 3.14, Doc/library/asyncio-task.rst"
_ANYIO = "anyio 4.11, docs/tasks.rst"
_TRIO = "trio 0.31, docs/source/reference-core.rst"
_AIOJOBS = "aiojobs 1.4, docs/api.rst"

KINDS = (
    Kind(
        "owner",
        "the documentation of each",
        frozenset(
            {
                "asyncio.TaskGroup", "asyncio.Runner", "anyio.create_task_group",
                "anyio.abc.TaskGroup", "trio.open_nursery", "trio.Nursery", "aiojobs.Scheduler",
                "aiojobs.create_scheduler", "aiotools.TaskGroup", "quattro.TaskGroup",
                "taskgroup.TaskGroup", "exceptiongroup_taskgroup.TaskGroup",
            }
        ),
        ("taskgroup", "task_group", "nursery", "tg"),
    ),
)  # fmt: skip

#: words by which a file is known that makes an owner whose methods have common names
_MAKERS = ("create_task_group", "open_nursery")

APIS = (
    Api("owner.create_task", _ASYNCIO, Starts.OWNER, known=Known.RECEIVER, keeper="the group"),
    Api("owner.start_soon", _TRIO, Starts.OWNER, known=Known.METHOD, keeper="the nursery"),
    Api("owner.start", _TRIO, Starts.OWNER, keeper="the nursery", words=_MAKERS),
    Api("owner.spawn", _AIOJOBS, Starts.OWNER, keeper="the scheduler", words=()),
    Api("anyio.run", _ANYIO, makes_loop=True),
    Api("trio.run", _TRIO, makes_loop=True),
    Api("anyio.sleep", _ANYIO, gives=Gives.COROUTINE),
    Api("trio.sleep", _TRIO, gives=Gives.COROUTINE),
)
