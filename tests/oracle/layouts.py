"""Where the function under test stands, and which life its owner has."""

from __future__ import annotations

from oracle.model import Layout

_FUNCTION = "async def subject($parameters):\n    $BODY"
_INIT = "    def __init__(self$knobs):\n        $INIT\n"
_OWNER = (
    f"class Owner:\n{_INIT}\n"
    "    async def {start}(self):\n        $START\n\n"
    "    {stop}:\n        $STOP"
)
_APPLICATION = (
    "\n\n\nclass Application:\n    def __init__(self$knobs):\n"
    "        self._owner = Owner($given)\n\n"
    "    async def start(self):\n        await self._owner.start()\n\n"
    "    async def stop(self):\n        {stop}"
)
_CLOSE = "async def close(self)"
_STOP = "async def stop(self)"

LAYOUTS = {
    "function": Layout(
        _FUNCTION,
        ("local", "module", "module local"),
        (("subject",),),
        unusual=(("subject&subject",),),
    ),
    "method": Layout(
        f"class Owner:\n{_INIT}\n    async def run(self):\n        $BODY",
        ("local", "self", "module", "module local"),
        (("Owner", "run"),),
        unusual=(("Owner", "run&run"),),
    ),
    "shutdown": Layout(
        "async def subject($parameters):\n    $START\n\n\n"
        "async def shutdown($parameters):\n    $STOP",
        ("module",),
        (("subject", "shutdown"),),
        teardown=True,
        apart=True,
    ),
    "close": Layout(
        _OWNER.format(start="start", stop=_CLOSE),
        ("self",),
        (("Owner", "start", "close"),),
        teardown=True,
        unusual=(("Owner", "start", "start", "close"),),
        apart=True,
    ),
    "sync close": Layout(
        _OWNER.format(start="start", stop="def close(self)"),
        ("self",),
        (("Owner", "start", "close"),),
        teardown=True,
        unusual=(("Owner", "start", "start", "close"),),
        apart=True,
        sync=True,
    ),
    "event": Layout(
        _OWNER.format(start="on_message", stop=_CLOSE),
        ("self",),
        (("Owner", "on_message", "close"), ("Owner", "on_message", "on_message", "close")),
        unusual=(("Owner", "on_message&on_message", "close"),),
        teardown=True,
        apart=True,
    ),
    "exit": Layout(
        _OWNER.format(start="__aenter__", stop="async def __aexit__(self, *details)"),
        ("self",),
        (("Owner", "__aenter__", "__aexit__"),),
        teardown=True,
        apart=True,
    ),
    "base class closes": Layout(
        "class Base:\n    async def close(self):\n        $STOP\n\n\n"
        f"class Owner(Base):\n{_INIT}\n    async def start(self):\n        $START",
        ("self",),
        (("Owner", "start", "close"),),
        teardown=True,
        unusual=(("Owner", "start", "start", "close"),),
        apart=True,
    ),
    "owner stops": Layout(
        _OWNER.format(start="start", stop=_STOP)
        + _APPLICATION.format(stop="await self._owner.stop()"),
        ("self",),
        (("Application", "start", "stop"),),
        teardown=True,
        unusual=(("Application", "start", "start", "stop"),),
        apart=True,
    ),
    "owner forgets": Layout(
        _OWNER.format(start="start", stop=_STOP) + _APPLICATION.format(stop="self._owner = None"),
        ("self",),
        (("Application", "start", "stop"),),
        teardown=True,
        apart=True,
    ),
    "no teardown": Layout(
        f"class Owner:\n{_INIT}\n    async def start(self):\n        $BODY",
        ("self",),
        (("Owner", "start"),),
        unusual=(("Owner", "start&start"),),
    ),
    "event, no teardown": Layout(
        f"class Owner:\n{_INIT}\n    async def on_message(self):\n        $BODY",
        ("self",),
        (("Owner", "on_message"), ("Owner", "on_message", "on_message")),
        unusual=(("Owner", "on_message&on_message"),),
    ),
}
