"""Who calls what a program writes: decorators that register by name, bases that call a method."""

from __future__ import annotations

#: words in the names of decorators that have what they decorate called for what they are given
REGISTERING_WORDS = frozenset(
    {
        "action", "api", "callback", "command", "consumer", "cron", "delete", "endpoint", "event",
        "events", "every", "exception", "get", "handle", "handler", "head", "hook", "interval",
        "job", "listen", "listener", "message", "method", "middleware", "on", "options", "page",
        "patch", "post", "procedure", "prompt", "put", "query", "receiver", "register", "resource",
        "route", "rpc", "schedule", "signal", "subscribe", "subscriber", "subscription", "task",
        "timer", "tool", "trigger", "websocket", "ws",
    }
)  # fmt: skip

#: what comes in when a base from outside calls a method of its heirs
CONNECTION, MESSAGE, REQUEST, DATAGRAM, DATA = (
    "connection", "message", "request", "datagram", "data",
)  # fmt: skip
_VERBS = dict.fromkeys(("delete", "get", "head", "options", "patch", "post", "put"), REQUEST)
_PROTOCOL = dict.fromkeys(("connection_made", "connection_lost"), CONNECTION)
_STREAM = {**_PROTOCOL, "data_received": DATA, "eof_received": CONNECTION}
_CONSUMER = {
    "connect": CONNECTION,
    "disconnect": CONNECTION,
    "receive": MESSAGE,
    "receive_json": MESSAGE,
}
#: the methods of bases as their documentation has them
CALLED_BY_BASES = {
    "aiohttp.web.View": _VERBS,
    "asyncio.BaseProtocol": _STREAM,
    "asyncio.BufferedProtocol": {**_PROTOCOL, "buffer_updated": DATA, "eof_received": CONNECTION},
    "asyncio.DatagramProtocol": {**_PROTOCOL, "datagram_received": DATAGRAM},
    "asyncio.Protocol": _STREAM,
    "autobahn.asyncio.websocket.WebSocketServerProtocol": {
        "onClose": CONNECTION,
        "onConnect": CONNECTION,
        "onMessage": MESSAGE,
        "onOpen": CONNECTION,
    },
    "channels.generic.websocket.AsyncJsonWebsocketConsumer": _CONSUMER,
    "channels.generic.websocket.AsyncWebsocketConsumer": _CONSUMER,
    "quart.views.MethodView": _VERBS,
    "sanic.views.HTTPMethodView": _VERBS,
    "starlette.endpoints.HTTPEndpoint": _VERBS,
    "starlette.endpoints.WebSocketEndpoint": {
        "on_connect": CONNECTION,
        "on_disconnect": CONNECTION,
        "on_receive": MESSAGE,
    },
    "tornado.web.RequestHandler": {**_VERBS, "prepare": REQUEST, "on_finish": REQUEST},
    "tornado.websocket.WebSocketHandler": {
        "on_close": CONNECTION,
        "on_message": MESSAGE,
        "open": CONNECTION,
    },
}
