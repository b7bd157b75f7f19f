"""What holds a task while it waits, by what it waits for: docs/tasks.md has what was measured."""

from __future__ import annotations

#: awaited, these have something alive hold the task: a timer, a thread, the selector, a child
HELD = frozenset(
    {
        "asyncio.sleep", "asyncio.to_thread", "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell", "asyncio.open_connection", "asyncio.start_server",
    }
)  # fmt: skip
#: methods of an event loop of which the same is true
HELD_METHODS = frozenset(
    {
        "connect_accepted_socket", "create_connection", "create_server", "getaddrinfo",
        "run_in_executor", "sock_accept", "sock_connect", "sock_recv", "sock_recv_into",
        "sock_sendall", "sock_sendfile",
    }
)  # fmt: skip
#: what waits with a deadline, by the place of it; None as the deadline is none
DEADLINES = {"asyncio.wait_for": 1, "asyncio.wait": -1}
#: blocks in which nothing waits longer than the number that they are given
TIME_LIMITS = frozenset({"asyncio.timeout", "asyncio.timeout_at"})
#: awaited, these wait for all that they are given, each of which may hold the task
COMBINING = frozenset({"asyncio.gather", "asyncio.shield", "asyncio.wait", "asyncio.wait_for"})
#: what gives a task: who awaits it is held by what that task waits for
STARTING = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
#: methods of what a call gives, once it is awaited, of which the same is true as of `HELD`
HELD_OF = {
    "asyncio.create_subprocess_exec": frozenset({"communicate", "wait"}),
    "asyncio.create_subprocess_shell": frozenset({"communicate", "wait"}),
    "asyncio.start_server": frozenset({"serve_forever"}),
    "asyncio.start_unix_server": frozenset({"serve_forever"}),
}
#: methods that wait for an object of their class, which holds the task if something holds it
WAITING = {
    "asyncio.Condition": frozenset({"wait", "wait_for", "acquire"}),
    "asyncio.Event": frozenset({"wait"}),
    "asyncio.Lock": frozenset({"acquire"}),
    "asyncio.Queue": frozenset({"get", "join", "put"}),
    "asyncio.Semaphore": frozenset({"acquire"}),
}
#: what gives a future that nothing completes by itself
FUTURES = frozenset({"create_future", "Future"})
#: what gives a reader, which its transport does not hold, and a writer
STREAMS = frozenset({"asyncio.open_connection", "asyncio.open_unix_connection"})
READING = frozenset({"read", "readexactly", "readline", "readuntil"})
