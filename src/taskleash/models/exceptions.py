"""What is known of exceptions, as data: what catches them, what raises none, what swallows them."""

from __future__ import annotations

from taskleash.models.api import Effect
from taskleash.models.containers import PASSIVE_METHODS
from taskleash.models.table import MODELS

#: except clauses by the last names of what they catch
CATCH_ALL = frozenset({"", "BaseException"})
#: what no call raises as an error of its own: it comes from outside
NO_ERRORS = frozenset({"GeneratorExit", "KeyboardInterrupt", "SystemExit"})
CATCH_ERRORS = frozenset({"Exception"})
CANCELLATION_NAMES = frozenset({"CancelledError", "Cancelled"})
#: among them the names under which those of two modules are imported side by side
TIMEOUT_NAMES = frozenset(
    {
        "AsyncTimeoutError", "AsyncioTimeoutError", "ConcurrentTimeoutError", "FutureTimeoutError",
        "FuturesTimeoutError", "Timeout", "TimeoutError", "TimeoutException", "TooSlowError",
    }
)  # fmt: skip
#: dotted names of the exception that only cancellation raises
CANCELLATIONS = frozenset(
    {"asyncio.CancelledError", "concurrent.futures.CancelledError", "CancelledError"}
)
#: words in the names of exceptions that tell of an ordinary end: of a time, a queue, a stream (what
#: `asyncio.StreamReader.readexactly` raises there is `IncompleteReadError`), of a peer that leaves
ORDINARY_ENDS = (
    "Closed", "Disconnect", "EOF", "Empty", "EndOf", "IncompleteRead", "ShutDown", "Shutdown",
    "Stop", "Timeout",
)  # fmt: skip
BROAD_EXCEPTIONS = CATCH_ALL | CATCH_ERRORS
#: last names of calls that raise only where no loop runs:
#: https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop
OF_THE_LOOP = frozenset({"current_task", "get_event_loop", "get_running_loop"})
#: last names of calls that are taken never to raise
NEVER_RAISING = (
    OF_THE_LOOP
    | PASSIVE_METHODS
    | MODELS.handling(Effect.READS)
    | {
        "abs", "add", "append", "as_completed", "bytes", "cancel", "cancelled", "clear", "copy",
        "create_future", "create_task", "critical", "debug", "dict", "discard",
        "done", "encode", "endswith", "ensure_future", "enumerate", "error", "exception", "extend",
        "fail_after", "format", "format_exc", "format_exception", "format_stack", "frozenset",
        "gather", "get", "get_name", "getLogger", "info",
        "is_alive", "is_closed", "is_set", "items", "join", "keys", "list", "locked", "log",
        "lower", "max", "min", "monotonic", "move_on_after", "partial", "perf_counter", "print_exc",
        "print_exception", "print_stack", "qsize", "range", "reversed", "set", "shield", "sorted",
        "split", "startswith", "strip", "super", "suppress", "task_done", "time", "timeout",
        "timeout_at", "tuple", "upper", "values", "wait_for", "warning", "wrap_future", "zip",
    }
)  # fmt: skip
#: of other calls, those that only ask: a coroutine is not said to fail for them
ONLY_ASKING = frozenset({"empty", "full", "now", "random", "total_seconds", "uniform", "utcnow"})
#: calls that ask what a failure is, or make a text or another one of it: nobody hears of it so
LOOKING_AT = frozenset(
    {
        "bool", "getattr", "hasattr", "id", "isinstance", "issubclass", "len", "repr", "str",
        "type", "vars",
    }
)  # fmt: skip
#: awaited calls out of which nothing but a cancellation comes
QUIET_WAITS = frozenset({"asyncio.wait"})
#: calls that keep a cancellation from the task, and those that give up waiting after a time
SHIELDING = MODELS.handling(Effect.SHIELDS)
TIMING = MODELS.handling(Effect.TIMES)
#: methods of which the same is true: given nothing, they wait for an event, a process or a queue
QUIET_METHODS = frozenset({"join", "wait"})
#: coroutine methods of objects of a known class out of which no failure comes: a queue that is full
#: has them wait
NEVER_FAILING = frozenset(
    {"asyncio.LifoQueue.put", "asyncio.Queue.put", "asyncio.PriorityQueue.put"}
)
#: context managers that do nothing as they are entered, but see that what is awaited in them ends
DEADLINES = frozenset(
    {
        "asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout",
        "async_timeout.timeout_at",
    }
)  # fmt: skip
#: functions that never return, each with what comes out of it: of those that end the process at
#: once nothing does, and nobody is there to tell the difference
NEVER_RETURNING = {
    "os._exit": "SystemExit",
    "os.abort": "SystemExit",
    "sys.exit": "SystemExit",
    "typing.assert_never": "AssertionError",
    "typing_extensions.assert_never": "AssertionError",
}
#: context managers that swallow exceptions, and how many of their arguments name them (0: all);
#: a star stands for whatever the method is called on
SUPPRESSORS = {
    "contextlib.suppress": 0,
    "pytest.raises": 1,
    "*.assertRaises": 1,
    "*.assertRaisesRegex": 1,
}
