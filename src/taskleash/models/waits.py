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
DEADLINES = {"asyncio.wait_for": 1}
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
