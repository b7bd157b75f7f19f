"""Words in the names that people give, by what they tell where nothing else does."""

from __future__ import annotations

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
