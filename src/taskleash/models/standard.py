"""Python's own: asyncio, the functions that take functions or containers, and uvloop."""

from __future__ import annotations

from taskleash.models.api import Api, Effect, Gives, KnownBy, ObjectKind, Starts, Takes, each

_TASKS = "CPython 3.14, Doc/library/asyncio-task.rst"
_LOOP = "CPython 3.14, Doc/library/asyncio-eventloop.rst"
_FUTURE = "CPython 3.14, Doc/library/asyncio-future.rst"
_RUNNER = "CPython 3.14, Doc/library/asyncio-runner.rst"
_BUILTIN = "CPython 3.14, Doc/library/functions.rst"
_LIBRARY = "CPython 3.14, the module's page in Doc/library"
_UVLOOP = "uvloop 0.23.0, uvloop/__init__.py"

#: modules that only MicroPython has
MICROPYTHON = frozenset(
    {
        "micropython", "uasyncio", "ubinascii", "uctypes", "uhashlib", "uos", "ure", "uselect",
        "usocket", "ussl", "ustruct", "utime",
    }
)  # fmt: skip

KINDS = (
    ObjectKind(
        "loop",
        _LOOP,
        frozenset(
            {
                "asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop",
                "asyncio.AbstractEventLoop", "asyncio.BaseEventLoop", "asyncio.SelectorEventLoop",
                "asyncio.ProactorEventLoop", "uvloop.Loop", "uvloop.new_event_loop",
                "winloop.Loop", "winloop.new_event_loop",
                "tornado.platform.asyncio.BaseAsyncIOLoop",
            }
        ),
        ("loop",),
        frozenset({"tornado", "trio", "twisted"}),
    ),
    ObjectKind("task", _TASKS, frozenset({"asyncio.Task", "asyncio.Future"})),
)  # fmt: skip

APIS = (
    # what starts tasks
    Api("asyncio.create_task", _TASKS, Starts.TASK, handle=Effect.SAME, takes=Takes.COROUTINE),
    Api("asyncio.ensure_future", _FUTURE, Starts.TASK, handle=Effect.SAME, takes=Takes.COROUTINE),
    Api(
        "asyncio.Task",
        _TASKS,
        Starts.TASK,
        handle=Effect.SAME,
        is_class=True,
        takes=Takes.COROUTINE,
    ),
    Api(
        "asyncio.eager_task_factory",
        "CPython 3.13, Lib/asyncio/tasks.py",
        Starts.TASK,
        1,
        handle=Effect.SAME,
    ),
    Api("loop.create_task", _LOOP, Starts.TASK, known=KnownBy.RECEIVER, takes=Takes.COROUTINE),
    Api(
        "asyncio.run_coroutine_threadsafe",
        _TASKS,
        Starts.THREADSAFE,
        handle=Effect.REFUSES,
        takes=Takes.COROUTINE,
    ),
    Api("loop.run_in_executor", _LOOP, Starts.EXECUTOR, 1, known=KnownBy.RECEIVER),
    # what waits for tasks
    Api("asyncio.gather", _TASKS, Starts.GATHER, handle=Effect.GATHERS),
    Api("asyncio.shield", _TASKS, Starts.GATHER, handle=Effect.SHIELDS),
    Api("asyncio.wait", _TASKS, handle=Effect.WAITS, gives=Gives.COROUTINE),
    Api("concurrent.futures.wait", _FUTURE, handle=Effect.JOINS),
    Api("asyncio.wait_for", _TASKS, handle=Effect.TIMES, gives=Gives.COROUTINE),
    Api("asyncio.wrap_future", _FUTURE, handle=Effect.AWAITS),
    Api("asyncio.as_completed", _TASKS, handle=Effect.COMPLETES),
    # what runs loops
    Api("loop.run_until_complete", _LOOP, handle=Effect.RUNS, runs_loop=True, known=KnownBy.METHOD),
    Api("asyncio.run", _RUNNER, makes_loop=True),
    Api("asyncio.Runner.run", _RUNNER, makes_loop=True),
    Api("uvloop.run", _UVLOOP, makes_loop=True),
    Api("winloop.run", "winloop 0.8.2, winloop/__init__.py", makes_loop=True),
    # what calls functions later, and drops what they return
    Api("loop.call_soon", _LOOP, callback=0, known=KnownBy.RECEIVER),
    Api("loop.call_soon_threadsafe", _LOOP, callback=0, known=KnownBy.RECEIVER),
    Api("loop.call_later", _LOOP, callback=1, known=KnownBy.RECEIVER),
    Api("loop.call_at", _LOOP, callback=1, known=KnownBy.RECEIVER),
    Api("loop.add_reader", _LOOP, callback=1, known=KnownBy.RECEIVER),
    Api("loop.add_writer", _LOOP, callback=1, known=KnownBy.RECEIVER),
    Api("loop.add_signal_handler", _LOOP, callback=1, known=KnownBy.RECEIVER),
    Api("task.add_done_callback", _TASKS, callback=0, known=KnownBy.METHOD),
    Api("atexit.register", _LIBRARY, callback=0),
    Api("signal.signal", _LIBRARY, callback=1),
    # coroutine functions
    *(
        Api(f"asyncio.{name}", source, gives=Gives.COROUTINE)
        for name, source in (
            ("sleep", _TASKS),
            ("to_thread", _TASKS),
            ("open_connection", "CPython 3.14, Doc/library/asyncio-stream.rst"),
            ("start_server", "CPython 3.14, Doc/library/asyncio-stream.rst"),
            ("create_subprocess_exec", "CPython 3.14, Doc/library/asyncio-subprocess.rst"),
            ("create_subprocess_shell", "CPython 3.14, Doc/library/asyncio-subprocess.rst"),
        )
    ),
    Api("asyncio.current_task", _TASKS, gives=Gives.ITSELF),
    Api("asyncio.all_tasks", _TASKS, gives=Gives.TASKS),
    Api("asyncio.Task.all_tasks", "CPython 3.8, Doc/library/asyncio-task.rst", gives=Gives.TASKS),
    *(
        Api(f"itertools.{name}", _LIBRARY, gives=Gives.ENDLESS)
        for name in ("count", "cycle", "repeat")
    ),
    # what is done with values of any kind
    *each("functools.partial functools.partialmethod", _LIBRARY, Effect.BINDS),
    Api("staticmethod", _BUILTIN, handle=Effect.BINDS),
    *each("list set tuple frozenset sorted reversed iter", _BUILTIN, Effect.COPIES),
    *each(
        "copy.copy collections.deque itertools.chain itertools.chain.from_iterable weakref.WeakSet"
        " typing.cast",
        _LIBRARY,
        Effect.COPIES,
    ),
    *each("enumerate zip", _BUILTIN, Effect.ZIPS),
    # Handles are no numbers: what is summed up are lists of them.
    *each("next min max sum", _BUILTIN, Effect.PICKS),
    *each("heapq.heappop", _LIBRARY, Effect.PICKS),
    *each("filter", _BUILTIN, Effect.FILTERS),
    *each("setattr", _BUILTIN, Effect.SETS),
    *each(
        "all any bool callable dir format hasattr hash id isinstance issubclass len print repr str"
        " type vars",
        _BUILTIN,
        Effect.READS,
    ),
    *each(
        "asyncio.iscoroutine asyncio.iscoroutinefunction asyncio.isfuture inspect.isasyncgen"
        " inspect.isawaitable inspect.iscoroutine inspect.iscoroutinefunction inspect.isgenerator"
        " weakref.ref weakref.proxy weakref.finalize logging.*",
        _LIBRARY,
        Effect.READS,
    ),
)
