"""Functions and methods by their bare names: who calls what they are given, and what they give."""

from __future__ import annotations

#: the method that runs where an object is called
OPERATOR = "__call__"
#: methods that run a loop until something stops it
ENDLESS_RUNNERS = frozenset({"run_forever"})
#: methods of a loop that make a future, which nothing runs for
FUTURE_MAKERS = frozenset({"create_future"})
#: functions that call the spawning function they are given, and give its result back
SPAWN_CALLERS = frozenset({"run", "map"})
#: functions that use what the function given to them returns; others drop it
RESULT_USERS = frozenset(
    {
        "map", "filter", "sorted", "max", "min", "sum", "any", "all", "next", "partial", "field",
        "defaultdict", "run_in_executor", "to_thread", "run", "run_sync", "submit", "wraps",
        "reduce", "setdefault", "register_factory", "Depends", "Provider", "Factory", "Singleton",
        "setattr", "set_task_factory",
    }
)  # fmt: skip
#: methods that enter a context manager and give what it gives
ENTERERS = frozenset({"enter_async_context", "enter_context"})
#: methods that wake, feed or close what a loop waits on
WAKERS = frozenset(
    {
        "abort", "aclose", "cancel", "clear", "close", "disconnect", "feed_eof", "notify_all",
        "put", "put_nowait", "release", "set", "set_exception", "set_result", "shutdown", "stop",
        "terminate",
    }
)  # fmt: skip
#: of these, those after which a wait for the object fails
BREAKERS = frozenset(
    {
        "abort", "aclose", "cancel", "close", "disconnect", "set_exception", "shutdown", "stop",
        "terminate",
    }
)  # fmt: skip
#: methods of classes whose instances hold what has to be given back
CLOSERS = frozenset({"aclose", "close", "disconnect"})
#: functions that never give the same twice, at least as long as what they are given lives
UNIQUE = frozenset(
    {
        "get_name", "id", "next", "token_bytes", "token_hex", "token_urlsafe", "uuid1", "uuid4",
        "uuid6", "uuid7",
    }
)  # fmt: skip
#: functions and attributes whose value differs where that of what they are given does
INJECTIVE = frozenset({"bytes", "hex", "int", "repr", "str"})
#: what raises `TypeError` for a coroutine function: it looks whether it is given one
REFUSING_COROUTINES = frozenset({"add_signal_handler"})
#: what calls a function for each connection
SERVERS = frozenset({"asyncio.start_server", "asyncio.start_unix_server"})
#: decorators that make a generator into a coroutine
GENERATOR_COROUTINES = frozenset({"asyncio.coroutine", "types.coroutine"})
