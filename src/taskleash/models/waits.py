"""What holds a task while it waits, by what it waits for: docs/tasks.md has what was measured."""

from __future__ import annotations

#: awaited, these have something alive hold the task: a timer, a thread, the selector, a child
HELD = frozenset(
    {
        "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
        "asyncio.open_connection", "asyncio.open_unix_connection", "asyncio.sleep",
        "asyncio.start_server", "asyncio.start_unix_server", "asyncio.to_thread",
    }
)  # fmt: skip
#: methods of an event loop of which the same is true
HELD_METHODS = frozenset(
    {
        "connect_accepted_socket", "connect_read_pipe", "connect_write_pipe", "create_connection",
        "create_datagram_endpoint", "create_server", "create_unix_connection",
        "create_unix_server", "getaddrinfo", "getnameinfo", "run_in_executor", "sock_accept",
        "sock_connect", "sock_recv", "sock_recv_into", "sock_recvfrom", "sock_sendall",
        "sock_sendfile", "sock_sendto", "start_tls", "subprocess_exec", "subprocess_shell",
    }
)  # fmt: skip
#: what waits with a deadline, by the place of it; None as the deadline is none
DEADLINES = {"asyncio.wait_for": 1, "asyncio.wait": -1}
#: objects whose every coroutine waits for a socket, a timer or a thread, and what gives them, each
#: with the release in which a task that nothing else reaches was seen to outlive a collection: the
#: selector holds a transport that is connected, and this its protocol
HOLDING = {
    "aiofiles": "aiofiles 25.1.0",
    "aiohttp.ClientResponse": "aiohttp 3.14.5",
    "aiohttp.ClientSession": "aiohttp 3.14.5",
    "aiohttp.ClientWebSocketResponse": "aiohttp 3.14.5",
    "aiohttp.web.WebSocketResponse": "aiohttp 3.14.5",
    "aiosqlite": "aiosqlite 0.22.1",
    "anthropic.AsyncAnthropic": "anthropic 2.12.0",
    "anyio.connect_tcp": "anyio 4.16.0",
    "anyio.open_file": "anyio 4.16.0",
    "anyio.sleep": "anyio 4.16.0",
    "anyio.to_thread": "anyio 4.16.0",
    "asgiref.sync.sync_to_async": "asgiref 3.13.0",
    "asyncpg.Connection": "asyncpg 0.32.0",
    "asyncpg.connect": "asyncpg 0.32.0",
    "asyncio.StreamWriter": "CPython 3.13",
    "asyncio.create_subprocess_exec": "CPython 3.13",
    "asyncio.create_subprocess_shell": "CPython 3.13",
    "asyncio.subprocess.Process": "CPython 3.13",
    "elasticsearch.AsyncElasticsearch": "elasticsearch 9.5.1",
    "fastapi.concurrency.run_in_threadpool": "starlette 1.10.0",
    "grpc.aio": "grpcio 1.85.1",
    "httpx.AsyncClient": "httpx 0.28.1",
    "openai.AsyncOpenAI": "openai 3.54.0",
    "psycopg.AsyncConnection": "psycopg 3.3.9",
    "slack_bolt.async_app.AsyncApp.client": "slack_bolt 1.30.0",
    "slack_bolt.async_app.AsyncSay": "slack_bolt 1.30.0",
    "slack_sdk.web.async_client.AsyncWebClient": "slack_sdk 3.47.0",
    "starlette.concurrency.run_in_threadpool": "starlette 1.10.0",
    "watchfiles.awatch": "watchfiles 1.3.0",
    "websockets.asyncio.client": "websockets 17.4",
    "websockets.connect": "websockets 17.4",
    "zmq.asyncio": "pyzmq 27.3.0",
}
#: objects of which the same is true unless they are made with an argument, that argument, and the
#: release: with a manager, the server tells others what it sends, and waits for a client of theirs
HOLDING_WITHOUT = {
    "socketio.AsyncServer": ("client_manager", "python-socketio 5.18.1"),
}
#: blocks in which nothing waits longer than the number that they are given
TIME_LIMITS = frozenset(
    {
        "anyio.fail_after", "anyio.move_on_after", "async_timeout.timeout", "asyncio.timeout",
        "asyncio.timeout_at",
    }
)  # fmt: skip
#: awaited, these wait for all that they are given, each of which may hold the task
COMBINING = frozenset({"asyncio.gather", "asyncio.shield", "asyncio.wait", "asyncio.wait_for"})
#: a block that is left once all is done that was started in it, and the method that starts it
GROUP = "asyncio.TaskGroup"
STARTS = "create_task"
#: what gives a task: who awaits it is held by what that task waits for
STARTING = frozenset({"asyncio.create_task", "asyncio.ensure_future", "loop.create_task"})
#: methods of what a call gives, once it is awaited, of which the same is true as of `HELD`
HELD_OF = {
    "asyncio.start_server": frozenset({"serve_forever", "start_serving"}),
    "asyncio.start_unix_server": frozenset({"serve_forever", "start_serving"}),
}
#: methods that wait for an object of their class, which holds the task if something holds it
WAITING = {
    "asyncio.Condition": frozenset({"wait", "wait_for", "acquire"}),
    "asyncio.BoundedSemaphore": frozenset({"acquire"}),
    "asyncio.Event": frozenset({"wait"}),
    "asyncio.LifoQueue": frozenset({"get", "join", "put"}),
    "asyncio.Lock": frozenset({"acquire"}),
    "asyncio.PriorityQueue": frozenset({"get", "join", "put"}),
    "asyncio.Queue": frozenset({"get", "join", "put"}),
    "asyncio.Semaphore": frozenset({"acquire"}),
    "asyncio.StreamReader": frozenset({"read", "readexactly", "readline", "readuntil"}),
}
#: of these methods, those after which nobody who calls them waits any longer
WAKING = {
    "get": frozenset({"put", "put_nowait"}),
    "read": frozenset({"feed_data", "feed_eof"}),
    "readexactly": frozenset({"feed_data", "feed_eof"}),
    "readline": frozenset({"feed_data", "feed_eof"}),
    "readuntil": frozenset({"feed_data", "feed_eof"}),
    "wait": frozenset({"notify", "notify_all", "set"}),
}
#: methods that wait until others do something, for as long as they do not
OPEN_ENDED = frozenset({"accept", "get", "join", "wait"})
#: methods that wait until others send something, however much of it is asked for
RECEIVING = frozenset(
    {
        "read", "read_until", "readexactly", "readline", "readuntil", "receive", "receive_bytes",
        "receive_json", "receive_text", "recv", "recv_multipart", "recvfrom",
    }
)  # fmt: skip
#: methods of a future after which it is done
COMPLETING = frozenset({"cancel", "set_exception", "set_result"})
#: has the loop of another thread wait, by its last name
FROM_A_THREAD = "run_coroutine_threadsafe"
#: gives the sets of what is done by then and of what is not
PARTING = "asyncio.wait"
#: gives lines as it is gone over
STREAM = "asyncio.StreamReader"
#: classes of which a block that is entered waits for its object as those methods do
LOCKS = frozenset(
    {"asyncio.BoundedSemaphore", "asyncio.Condition", "asyncio.Lock", "asyncio.Semaphore"}
)
#: objects whose coroutines wait for a stream reader, a queue or an event of theirs, with the
#: release that was looked at: nothing but the object holds it
CLIENTS = {
    "aiomysql": "aiomysql 0.3.2",
    "asyncpg.Pool": "asyncpg 0.32.0",
    "asyncpg.create_pool": "asyncpg 0.32.0",
    "redis.asyncio": "redis 8.1.0",
}
#: what gives a number, or fails: `max(5.0, None)` does
NUMBERS = frozenset({"abs", "float", "int", "len", "max", "min", "round", "sum"})
NUMBER_TYPES = frozenset({"float", "int"})
#: what gives a future that nothing completes by itself
FUTURES = frozenset({"create_future", "Future"})
#: what gives a reader, which its transport does not hold, and a writer
STREAMS = frozenset({"asyncio.open_connection", "asyncio.open_unix_connection"})
READING = frozenset({"read", "readexactly", "readline", "readuntil"})
