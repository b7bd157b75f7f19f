"""What the methods of containers and of tasks do, by their bare names: their objects' classes are
seldom known."""

from __future__ import annotations

from typing import Literal, TypeAlias

#: what a method of a task does: a kind of operation
TaskMethod: TypeAlias = Literal["await", "callback", "cancel", "done", "outcome", "passive"]

#: containers that hold nothing
WEAK_CONTAINERS = frozenset({"weakref.WeakSet", "weakref.WeakValueDictionary"})
#: mappings that hold a value as long as somebody else holds its key
WEAK_KEYED = frozenset({"weakref.WeakKeyDictionary"})
#: what gives a container that is empty, or has in it what it is given
NEW_CONTAINERS = frozenset(
    {
        "asyncio.LifoQueue", "asyncio.PriorityQueue", "asyncio.Queue", "collections.OrderedDict",
        "collections.defaultdict", "collections.deque", "dict", "frozenset", "list",
        "queue.PriorityQueue", "queue.Queue", "set", "tuple",
    }
)  # fmt: skip
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
#: container methods that only look for what they are given
SEARCHING = frozenset({"count", "index"})
#: container methods that put in what they are given for a key that is missing
SETTING = frozenset({"setdefault"})
TAKING = frozenset({"pop", "popleft", "get", "get_nowait", "setdefault", "__getitem__", "popitem"})
VIEWING = frozenset(
    {"keys", "values", "copy", "union", "difference", "intersection", "symmetric_difference"}
)
PAIRING = frozenset({"items"})
PAIR_TAKING = frozenset({"popitem"})
#: methods that put all elements of another container in
SPREADING = frozenset({"extend", "update"})

#: methods of a task, by the operation that they are
TASK_METHODS: dict[str, TaskMethod] = {
    "__await__": "await",
    "add_done_callback": "callback",
    "cancel": "cancel",
    "cancelled": "done",
    "done": "done",
    "exception": "outcome",
    "remove_done_callback": "passive",
    "result": "outcome",
    "set_name": "passive",
}
#: methods of a task that neither hold it nor end it
PASSIVE_METHODS = frozenset(n for n, op in TASK_METHODS.items() if op in ("callback", "passive"))
#: methods of a task that read its outcome
OUTCOMES = frozenset(n for n, op in TASK_METHODS.items() if op == "outcome")
#: what a handle has: a value that is asked for something else is none
HANDLE_ATTRIBUTES = frozenset(
    {
        "add_done_callback", "cancel", "cancelled", "cancelling", "done", "exception",
        "get_context", "get_coro", "get_loop", "get_name", "get_stack", "print_stack",
        "remove_done_callback", "result", "running", "set_exception", "set_name", "set_result",
        "uncancel",
    }
)  # fmt: skip
