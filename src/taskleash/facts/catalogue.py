"""The APIs of the standard library and of well-known frameworks, as data.

Every name of a library that the analysis knows stands here and nowhere else. Dotted names are the
public ones; ``canonical`` maps the names that libraries re-export to them.
"""

from __future__ import annotations

from functools import cache

#: words of which every spawn has at least one in its source, for the search in raw bytes
SPAWN_WORDS = frozenset(
    {
        "create_task", "create_task_group", "ensure_future", "open_nursery",
        "run_coroutine_threadsafe", "start_soon",
    }
)  # fmt: skip
#: the class that starts a task when it is called; its bare name is all over annotations
SPAWN_CLASSES = frozenset({"Task"})

#: calls that start tasks too, but are sites only where a statement drops their result
DROPPED_WORDS = frozenset({"gather", "shield", "run_in_executor"})

#: modules whose public names are re-exported by the package
_PRIVATE_MODULES = (
    "asyncio.base_events.",
    "asyncio.events.",
    "asyncio.exceptions.",
    "asyncio.futures.",
    "asyncio.runners.",
    "asyncio.taskgroups.",
    "asyncio.tasks.",
    "asyncio.timeouts.",
)


@cache
def canonical(dotted: str) -> str:
    """The public name for a dotted name: ``asyncio.tasks.gather`` is ``asyncio.gather``."""
    for prefix in _PRIVATE_MODULES:
        if dotted.startswith(prefix):
            return "asyncio." + dotted[len(prefix) :]
    _, found, rest = dotted.rpartition(".asyncio.")
    return f"asyncio.{rest}" if found and f"asyncio.{rest}" in REEXPORTED else dotted


#: functions and classes that start a task and return its handle
SPAWNS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.Task"})
#: started from another thread; what comes back is a concurrent future
THREADSAFE_SPAWNS = frozenset({"asyncio.run_coroutine_threadsafe"})
#: methods of an event loop that start a task
LOOP_SPAWNS = frozenset({"create_task"})
#: methods by which an owner takes a task over
OWNER_SPAWNS = frozenset({"create_task", "start_soon", "start", "spawn"})

#: coroutine functions whose coroutine does nothing until it is awaited
COROUTINES = frozenset(
    {
        "asyncio.sleep", "asyncio.wait", "asyncio.wait_for", "asyncio.open_connection",
        "asyncio.start_server", "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell", "asyncio.to_thread", "anyio.sleep", "trio.sleep",
    }
)  # fmt: skip
#: iterators that never end
ENDLESS_ITERATORS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})

#: what gives an event loop
LOOPS = frozenset(
    {
        "asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop",
        "asyncio.AbstractEventLoop", "asyncio.BaseEventLoop", "asyncio.SelectorEventLoop",
        "asyncio.ProactorEventLoop", "uvloop.Loop", "uvloop.new_event_loop", "winloop.Loop",
        "winloop.new_event_loop", "tornado.platform.asyncio.BaseAsyncIOLoop",
    }
)  # fmt: skip
#: what gives all tasks of a loop that have not ended
ALL_TASKS = frozenset({"asyncio.all_tasks", "asyncio.Task.all_tasks"})
#: what gives an owner that keeps its tasks and ends them when it is closed
OWNERS = frozenset(
    {
        "asyncio.TaskGroup",
        "asyncio.Runner",
        "anyio.create_task_group",
        "anyio.abc.TaskGroup",
        "trio.open_nursery",
        "trio.Nursery",
        "aiojobs.Scheduler",
        "aiojobs.create_scheduler",
        "aiotools.TaskGroup",
        "quattro.TaskGroup",
        "taskgroup.TaskGroup",
        "exceptiongroup_taskgroup.TaskGroup",
    }
)
#: endings of a receiver's name that stand for an event loop or an owner where its type is unknown
LOOP_NAMES = ("loop",)
OWNER_NAMES = ("taskgroup", "task_group", "nursery", "tg")

#: awaiting what these return awaits the tasks given to them
GATHERS = frozenset({"asyncio.gather"})
WAITS = frozenset({"asyncio.wait"})
SHIELDS = frozenset({"asyncio.shield"})
AWAITERS = SHIELDS | {"asyncio.wait_for", "asyncio.wrap_future"}
#: of these, the ones that let go at a deadline: what they wait for is cancelled unless shielded
DEADLINES = frozenset({"asyncio.wait_for"})
COMPLETIONS = frozenset({"asyncio.as_completed"})
EXECUTORS = frozenset({"run_in_executor"})
#: the bare names of all that starts a task
SPAWNING_NAMES = (
    frozenset(n.rpartition(".")[2] for n in SPAWNS | THREADSAFE_SPAWNS | GATHERS | SHIELDS)
    | LOOP_SPAWNS
    | OWNER_SPAWNS
    | EXECUTORS
)
#: methods of a loop that call what they are given later and drop what it returns
SCHEDULERS = frozenset({"call_soon", "call_soon_threadsafe", "call_later", "call_at"})
#: methods that have a function called later and drop what it returns
CALLBACK_TAKERS = SCHEDULERS | {
    "add_done_callback", "add_reader", "add_signal_handler", "add_writer",
}  # fmt: skip
#: methods of a loop that have a function called later; only those of asyncio drop a coroutine
LOOP_CALLBACKS = CALLBACK_TAKERS - {"add_done_callback"}
#: functions outside of event loops that do the same
REGISTERED_CALLBACKS = frozenset({"atexit.register", "signal.signal"})
#: which of their arguments is called, by their bare names
CALLBACK_POSITIONS = {
    "add_done_callback": 0, "add_reader": 1, "add_signal_handler": 1, "add_writer": 1,
    "call_at": 1, "call_later": 1, "call_soon": 0, "call_soon_threadsafe": 0, "register": 0,
    "signal": 1,
}  # fmt: skip
#: functions that call the spawning function they are given, and give its result back
SPAWN_CALLERS = frozenset({"run", "map"})
#: classes of handles
TASKS = frozenset({"asyncio.Task", "asyncio.Future"})
#: what a handle has: a value that is asked for something else is none
HANDLE_ATTRIBUTES = frozenset(
    {
        "add_done_callback", "cancel", "cancelled", "cancelling", "done", "exception",
        "get_context", "get_coro", "get_loop", "get_name", "get_stack", "print_stack",
        "remove_done_callback", "result", "running", "set_exception", "set_name", "set_result",
        "uncancel",
    }
)  # fmt: skip
#: functions whose result holds its argument weakly, so not at all
WEAK_REFERENCES = frozenset({"weakref.ref", "weakref.proxy", "weakref.finalize"})
#: functions that give a function to be called with what they are given
PARTIALS = frozenset({"functools.partial", "functools.partialmethod"})
#: methods that enter a context manager and give what it gives
ENTERERS = frozenset({"enter_async_context", "enter_context"})
#: methods that run the loop until what they are given has ended
RUNNERS = frozenset({"run_until_complete"})
#: functions that make a loop and run it until what they are given has ended
LOOP_MAKERS = frozenset(
    {"asyncio.run", "asyncio.Runner.run", "anyio.run", "trio.run", "uvloop.run", "winloop.run"}
)

#: builtins and functions whose result holds the elements of their first argument
CONTAINER_COPIES = frozenset(
    {
        "list",
        "set",
        "tuple",
        "frozenset",
        "sorted",
        "reversed",
        "iter",
        "copy.copy",
        "collections.deque",
        "itertools.chain",
        "itertools.chain.from_iterable",
        "weakref.WeakSet",
        "typing.cast",
    }
)
#: builtins whose result holds tuples of the elements of their arguments
CONTAINER_ZIPS = frozenset({"enumerate", "zip"})
#: builtins whose result is an element of their first argument
ELEMENT_GETTERS = frozenset({"next", "min", "max", "heapq.heappop"})
#: containers that hold nothing
WEAK_CONTAINERS = frozenset({"weakref.WeakSet", "weakref.WeakValueDictionary"})
#: mappings that hold a value as long as somebody else holds its key
WEAK_KEYED = frozenset({"weakref.WeakKeyDictionary"})

#: container methods, by what they do with elements
GROWING = frozenset(
    {"add", "append", "appendleft", "extend", "insert", "update", "put_nowait", "put"}
)
SHRINKING = frozenset(
    {
        "remove",
        "discard",
        "pop",
        "popleft",
        "popitem",
        "difference_update",
        "intersection_update",
        "__delitem__",
    }
)
TAKING = frozenset({"pop", "popleft", "get", "get_nowait", "setdefault", "__getitem__", "popitem"})
VIEWING = frozenset({"keys", "values", "copy", "union", "difference", "intersection"})
PAIRING = frozenset({"items"})

#: methods of a task that neither hold it nor end it
PASSIVE_METHODS = frozenset({"add_done_callback", "set_name", "remove_done_callback"})
#: methods of a task that read its outcome
OUTCOMES = frozenset({"result", "exception"})

#: a call with one of these methods registers what it is given to be called at the end of something
REGISTRARS = frozenset(
    {
        "add_listener",
        "add_signal_handler",
        "async_listen_once",
        "async_on_remove",
        "async_on_unload",
        "addCleanup",
        "addAsyncCleanup",
        "add_finalizer",
        "addfinalizer",
        "append",
        "callback",
        "connect",
        "enter_async_context",
        "finalize",
        "listen_once",
        "on_close",
        "on_shutdown",
        "on_cleanup",
        "push",
        "push_async_callback",
        "push_async_exit",
        "register",
        "register_listener",
        "add_event_handler",
        "on_unload",
    }
)

#: methods that wake, feed or close what a loop waits on
WAKERS = frozenset(
    {
        "abort", "aclose", "cancel", "clear", "close", "disconnect", "feed_eof", "notify_all",
        "put", "put_nowait", "release", "set", "set_exception", "set_result", "shutdown", "stop",
        "terminate",
    }
)  # fmt: skip

#: functions that use what the function given to them returns; others drop it
RESULT_USERS = frozenset(
    {
        "map", "filter", "sorted", "max", "min", "sum", "any", "all", "next", "partial", "field",
        "defaultdict", "run_in_executor", "to_thread", "run", "run_sync", "submit", "wraps",
        "reduce", "setdefault", "register_factory", "Depends", "Provider", "Factory", "Singleton",
        "setattr",
    }
)  # fmt: skip

#: functions that never give the same twice, at least as long as what they are given lives
UNIQUE = frozenset(
    {
        "get_name", "id", "next", "token_bytes", "token_hex", "token_urlsafe", "uuid1", "uuid4",
        "uuid6", "uuid7",
    }
)  # fmt: skip
#: functions and attributes whose value differs where that of what they are given does
INJECTIVE = frozenset({"bytes", "hex", "int", "repr", "str"})

#: functions that only look at what they are given
HARMLESS = frozenset(
    {
        "all", "any", "bool", "callable", "dir", "format", "hasattr", "hash", "id", "isinstance",
        "issubclass", "len", "print", "repr", "str", "sum", "type", "vars",
        "asyncio.iscoroutine", "asyncio.iscoroutinefunction", "asyncio.isfuture",
        "inspect.isasyncgen", "inspect.isawaitable", "inspect.iscoroutine",
        "inspect.iscoroutinefunction", "inspect.isgenerator",
    }
)  # fmt: skip

#: words in the names of coroutines that go on until they are stopped, even if they could end
RUNNING_WORDS = frozenset(
    {
        "consumer", "daemon", "forever", "heartbeat", "keepalive", "listen", "listener", "loop",
        "monitor", "poll", "poller", "recv", "run", "runner", "serve", "server", "watch",
        "watchdog", "watcher", "worker",
    }
)  # fmt: skip
#: words in the names of methods that bring about a new state: what an earlier call of them started
#: is of no more use
REPLACING_WORDS = frozenset(
    {
        "change", "load", "navigate", "open", "reconfigure", "refresh", "reload", "replace",
        "restart", "select", "set", "swap", "switch",
    }
)  # fmt: skip
#: bases of classes that only say what other classes have
PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
#: bases and decorators of classes whose attributes are fields, declared in the class body
FIELD_BASES = frozenset(
    {
        "BaseModel", "BaseSettings", "Enum", "IntEnum", "NamedTuple", "Protocol", "Struct",
        "TypedDict",
    }
)  # fmt: skip
FIELD_DECORATORS = frozenset(
    {"attrs", "attributes", "dataclass", "define", "frozen", "mutable", "s"}
)

#: functions and methods that read a setting by its name, which is their first argument
SETTING_READERS = frozenset(
    {
        "config", "enabled", "env", "feature_enabled", "flag", "get", "get_bool", "get_boolean",
        "get_config", "get_env", "get_flag", "get_setting", "getbool", "getboolean", "getenv",
        "is_enabled", "is_feature_enabled", "option", "setting",
    }
)  # fmt: skip
#: what is true for type checkers alone
FOR_TYPES = "TYPE_CHECKING"
#: words in the names of objects that hold settings
SETTING_HOLDERS = frozenset(
    {
        "args", "cfg", "conf", "config", "configuration", "env", "environ", "flags", "options",
        "opts", "settings",
    }
)  # fmt: skip
#: methods and functions whose result says the same of a setting as their receiver or argument
SETTING_FILTERS = frozenset({"casefold", "lower", "strip", "upper"})
SETTING_CONVERTERS = frozenset({"bool", "cast", "int", "str"})
#: words in the names of functions that read a text as true or false
TRUTH_WORDS = frozenset({"bool", "boolean", "strtobool", "truthy"})
#: words in the names of classes whose instances serve what is registered with them only once they
#: are handed to an application
ROUTER_WORDS = frozenset({"blueprint", "router", "routes"})
#: words in the names of settings that turn a part of a program on or off
FLAG_WORDS = frozenset(
    {
        "allow", "disable", "disabled", "enable", "enabled", "experimental", "feature", "features",
        "flag", "toggle", "use", "with",
    }
)  # fmt: skip

#: decorators without arguments that register what they decorate with their object
EVENT_DECORATORS = frozenset({"event", "listen", "listener", "on_event", "task"})
#: last words in the names of classes and attributes whose values hold much memory or a connection
HEAVY_WORDS = frozenset(
    {
        "browser", "client", "clients", "conn", "connection", "connections", "database", "db",
        "driver", "engine", "engines", "llm", "model", "models", "pipeline", "pool", "pools",
        "session", "sessions", "socket", "sockets", "websocket", "ws",
    }
)  # fmt: skip
#: methods of classes whose instances hold what has to be given back
CLOSERS = frozenset({"aclose", "close", "disconnect"})
#: classes whose instances weigh nothing, whatever they are called
LIGHT_TYPES = frozenset({"bool", "bytes", "float", "int", "str"})

#: exceptions that only cancellation raises
CANCELLATIONS = frozenset(
    {"asyncio.CancelledError", "concurrent.futures.CancelledError", "CancelledError"}
)
BROAD_EXCEPTIONS = frozenset({"", "Exception", "BaseException"})

#: names by which another module's ``asyncio`` attribute is recognised as the standard one
REEXPORTED = SPAWNS | THREADSAFE_SPAWNS | GATHERS | WAITS | AWAITERS | COMPLETIONS | LOOPS
