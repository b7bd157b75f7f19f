"""Words in the names that people give, by what they tell where nothing else does."""

from __future__ import annotations

import re

_SPLIT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: words in the names of coroutines that go on until they are stopped, even if they could end
RUNNING_WORDS = frozenset(
    {
        "consumer", "daemon", "forever", "heartbeat", "keepalive", "listen", "listener", "loop",
        "monitor", "poll", "poller", "recv", "run", "runner", "serve", "server", "watch",
        "watchdog", "watcher", "worker",
    }
)  # fmt: skip
#: words in the names of coroutines that hand over one thing and are done: what comes after may well
#: wait for that
PROMPT_WORDS = frozenset(
    {
        "ack", "acknowledge", "answer", "broadcast", "emit", "notify", "post", "publish", "put",
        "reply", "respond", "send", "write",
    }
)  # fmt: skip
#: words in the names of what does one thing, and is over then
FINITE_WORDS = PROMPT_WORDS | {
    "add", "alert", "announce", "append", "archive", "audit", "clear", "commit", "create",
    "deliver", "delete", "drop", "dump", "enqueue", "evict", "expire", "flush", "increment",
    "insert", "invalidate", "log", "mark", "persist", "purge", "push", "record", "register",
    "remove", "rename", "report", "reset", "revoke", "rollback", "save", "set", "store", "submit",
    "sync", "tell", "unlock", "unregister", "update", "upload", "upsert",
}  # fmt: skip
#: words in the names of what tells how a program is used: no work waits for that
TELEMETRY_WORDS = frozenset(
    {"analytics", "metric", "metrics", "statistics", "stats", "telemetry", "usage"}
)
#: words in the names of what sees tasks to their end
ENDING_WORDS = frozenset(
    {
        "abort", "await", "cancel", "close", "drain", "end", "finish", "gather", "join", "kill",
        "shutdown", "stop", "terminate", "wait",
    }
)  # fmt: skip
#: words in the names of what is done only once something else has happened
WAITING_WORDS = frozenset({"join", "ready", "until", "wait"})
#: names of methods of what may be done only when somebody else has done something
WAITING_CALLS = frozenset(
    {
        "accept", "acquire", "get_message", "read", "readexactly", "readline", "readuntil",
        "receive", "receive_bytes", "receive_json", "receive_str", "receive_text", "recv",
        "recv_into", "recv_json", "recv_multipart", "recv_string", "recvfrom", "sock_accept",
        "sock_recv", "wait", "wait_closed",
    }
)  # fmt: skip
#: those that are so only where they are told nothing: ``queue.get()``, not ``client.get(url)``
WAITING_BARE = frozenset({"get", "join"})
#: names of methods that write a text down, with what they are given for its places
LOGGING_LEVELS = frozenset(
    {
        "critical", "debug", "error", "exception", "fatal", "info", "notice", "trace", "verbose",
        "warn", "warning",
    }
)  # fmt: skip
#: those of them by which somebody hears of a failure
TELLING_LEVELS = LOGGING_LEVELS - {"debug", "info", "notice", "trace", "verbose"}
#: words in the names of classes whose instances serve what is registered with them only once they
#: are handed to an application
ROUTER_WORDS = frozenset({"blueprint", "router", "routes"})
#: last words in the names of classes and attributes whose values hold much memory or a connection
HEAVY_WORDS = frozenset(
    {
        "browser", "client", "clients", "conn", "connection", "connections", "database", "db",
        "driver", "engine", "engines", "llm", "model", "models", "pipeline", "pool", "pools",
        "session", "sessions", "socket", "sockets", "websocket", "ws",
    }
)  # fmt: skip
#: first words in the names of methods that make their object what it is to be
_SETTING_UP = frozenset(
    {
        "connect", "establish", "init", "initialise", "initialize", "open", "prefetch", "preload",
        "prepare", "reconnect", "reopen", "restart", "resubscribe", "setup", "start", "startup",
        "subscribe",
    }
)  # fmt: skip
#: words in the names of what does so anew, whenever that is: ``delayed_restart``
_AGAIN = frozenset({"reconnect", "reconnecting", "reconnection", "reopen", "restart"})


def words(name: str) -> list[str]:
    """The lower-case words of a snake or camel case name."""
    return [word.lower() for word in _SPLIT.findall(name)]


def logs(called: str) -> bool:
    """Whether what is called logs, by its name as it is written: ``self._log.debug``."""
    return called.rpartition(".")[2].strip("_") in LOGGING_LEVELS


def sets_up(name: str) -> bool:
    """Whether a method by its name makes the object what it is to be: ``_connect``, ``init``."""
    found = [word for word in words(name) if word != "async"]
    return not (_SETTING_UP.isdisjoint(found[:1]) and _AGAIN.isdisjoint(found))
