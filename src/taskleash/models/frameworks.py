"""Libraries and frameworks that start tasks by calls of their own, and who keeps those tasks."""

from __future__ import annotations

from taskleash.models.api import Api, Effect, Gives, KnownBy, ObjectKind, Starts, Takes
from taskleash.sentences import claim

_PORTAL = "anyio 4.16.0, anyio/from_thread.py"
_AIOTOOLS = "aiotools 2.2.4, aiotools/taskscope.py"
_LIVEKIT = "livekit-agents 1.8.9, livekit/agents/utils/aio/utils.py"
_AIOJOBS = "aiojobs 1.4.0, aiojobs/_scheduler.py"
_TORNADO = "tornado 6.6.1, tornado/ioloop.py"
_QUART = "quart 0.22.0, quart/app.py"
_SANIC = "sanic 25.12.1, sanic/app.py"
_TEXTUAL = "textual 8.2.8, textual/dom.py"
_NICEGUI = "nicegui 3.18.0, nicegui/background_tasks.py"
_TELEGRAM = "python-telegram-bot 22.8, telegram/ext/_application.py"
_SOCKETIO = "python-engineio 4.15.1, engineio/async_server.py"
_HASS = "homeassistant 2026.2.3, homeassistant/core.py"
_ENTRY = "homeassistant 2026.2.3, homeassistant/config_entries.py"


def _kind(name: str, source: str, library: str, given_by: str, called: str) -> ObjectKind:
    return ObjectKind(
        name, source, frozenset(given_by.split()), tuple(called.split()), library=library
    )


KINDS = (
    _kind(
        "portal",
        _PORTAL,
        "anyio",
        "anyio.from_thread.BlockingPortal anyio.from_thread.start_blocking_portal"
        " anyio.from_thread.BlockingPortalProvider",
        "portal",
    ),
    _kind(
        "taskscope",
        _AIOTOOLS,
        "aiotools",
        "aiotools.TaskScope aiotools.Supervisor aiotools.PersistentTaskGroup",
        "supervisor taskscope ptaskgroup ptg",
    ),
    _kind(
        "scheduler",
        _AIOJOBS,
        "aiojobs",
        "aiojobs.Scheduler aiojobs.create_scheduler aiojobs.aiohttp.get_scheduler"
        " aiojobs.aiohttp.get_scheduler_from_app aiojobs.aiohttp.get_scheduler_from_request",
        "scheduler",
    ),
    _kind(
        "ioloop",
        _TORNADO,
        "tornado",
        "tornado.ioloop.IOLoop tornado.ioloop.IOLoop.current tornado.ioloop.IOLoop.instance",
        "ioloop io_loop loop",
    ),
    _kind("quart", _QUART, "quart", "quart.Quart quart.current_app", "app"),
    _kind("sanic", _SANIC, "sanic", "sanic.Sanic sanic.Sanic.get_app", "app"),
    _kind("textual", _TEXTUAL, "textual", "textual.app.App textual.widget.Widget", ""),
    _kind("telegram", _TELEGRAM, "telegram", "telegram.ext.Application", "application app"),
    _kind("socketio", _SOCKETIO, "socketio", "socketio.AsyncServer socketio.AsyncClient", "sio"),
    _kind("hass", _HASS, "homeassistant", "homeassistant.core.HomeAssistant", "hass"),
    _kind("entry", _ENTRY, "homeassistant", "homeassistant.config_entries.ConfigEntry", "entry"),
)

_BLOCKING = claim("it holds up the start: Home Assistant waits for such tasks, up to a time limit")

APIS = (
    Api(
        "portal.start_task_soon",
        _PORTAL,
        Starts.OWNER,
        takes=Takes.FUNCTION,
        known=KnownBy.METHOD,
        keeper=claim("the portal's task group keeps it, and waits for it when the portal is left"),
    ),
    Api(
        "portal.start_task",
        _PORTAL,
        Starts.OWNER,
        takes=Takes.FUNCTION,
        known=KnownBy.RECEIVER,
        keeper=claim("the portal's task group keeps it, and waits for it when the portal is left"),
        words=("from_thread",),
    ),
    Api(
        "trio.lowlevel.spawn_system_task",
        "trio 0.35.0, trio/_core/_run.py",
        Starts.OWNER,
        takes=Takes.FUNCTION,
        keeper=claim("trio's system nursery keeps it, and cancels it when the main task exits"),
    ),
    Api(
        "taskscope.create_task",
        _AIOTOOLS,
        Starts.OWNER,
        known=KnownBy.RECEIVER,
        keeper=claim("the scope keeps it and cancels it at its end"),
    ),
    *(
        Api(
            f"livekit.agents.utils.aio.{name}",
            _LIVEKIT,
            handle=Effect.CANCELS,
            gives=Gives.COROUTINE,
        )
        for name in ("cancel_and_wait", "gracefully_cancel")
    ),
    Api(
        "aiotools.cancel_and_wait",
        "aiotools 2.2.4, aiotools/cancel.py",
        handle=Effect.CANCELS,
        gives=Gives.COROUTINE,
    ),
    Api(
        "scheduler.spawn",
        _AIOJOBS,
        Starts.OWNER,
        gives=Gives.COROUTINE,
        keeper=claim("the scheduler keeps the job and ends it when it is closed"),
        words=("aiojobs",),
    ),
    Api(
        "scheduler.shield",
        _AIOJOBS,
        Starts.OWNER,
        handle=Effect.SHIELDS,
        keeper=claim("the scheduler keeps it and ends it when it is closed"),
        words=("aiojobs",),
    ),
    Api(
        "aiojobs.aiohttp.spawn",
        "aiojobs 1.4.0, aiojobs/aiohttp.py",
        Starts.OWNER,
        1,
        gives=Gives.COROUTINE,
        keeper=claim("the application's scheduler keeps the job and ends it when it is closed"),
        words=("aiojobs",),
    ),
    Api(
        "aiojobs.aiohttp.shield",
        "aiojobs 1.4.0, aiojobs/aiohttp.py",
        Starts.OWNER,
        1,
        keeper=claim("the application's scheduler keeps it and ends it when it is closed"),
        words=("aiojobs",),
    ),
    *(
        Api(
            f"ioloop.{name}",
            _TORNADO,
            Starts.OWNER,
            work,
            takes=Takes.FUNCTION,
            known=KnownBy.RECEIVER,
            keeper=claim("the IOLoop keeps it until it is done, from Tornado 6.4"),
            words=("tornado",),
        )
        for name, work in (
            ("spawn_callback", 0),
            ("add_callback", 0),
            ("call_later", 1),
            ("call_at", 1),
            ("add_timeout", 1),
        )
    ),
    Api(
        "quart.add_background_task",
        _QUART,
        Starts.OWNER,
        takes=Takes.FUNCTION,
        known=KnownBy.METHOD,
        keeper=claim(
            "the application keeps it, waits for it at shutdown, and cancels it after a time"
        ),
    ),
    Api(
        "sanic.add_task",
        _SANIC,
        Starts.TASK,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        kept_with="name",
        keeper=claim("the application keeps it under its name and cancels it at its end"),
    ),
    Api(
        "textual.run_worker",
        _TEXTUAL,
        Starts.OWNER,
        takes=Takes.EITHER,
        known=KnownBy.METHOD,
        keeper=claim("the application's worker manager keeps it and cancels it with its node"),
    ),
    *(
        Api(
            f"nicegui.background_tasks.{name}",
            _NICEGUI,
            Starts.OWNER,
            keeper=claim(
                "NiceGUI keeps it until it is done, logs its failure, and cancels it at the end"
            ),
            words=("background_tasks",),
        )
        for name in ("create", "create_lazy", "create_or_defer", "create_lazy_or_defer")
    ),
    Api(
        "telegram.create_task",
        _TELEGRAM,
        Starts.OWNER,
        known=KnownBy.RECEIVER,
        keeper=claim(
            "the running application keeps it, handles its failure, and awaits it in `stop`"
        ),
    ),
    Api(
        "socketio.start_background_task",
        _SOCKETIO,
        Starts.TASK,
        takes=Takes.FUNCTION,
        known=KnownBy.METHOD,
    ),
    Api(
        "hass.async_create_task",
        _HASS,
        Starts.OWNER,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        keeper=claim("Home Assistant keeps it until it is done, and cancels it at shutdown"),
        endless=_BLOCKING,
    ),
    Api(
        "hass.create_task",
        _HASS,
        Starts.OWNER,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        keeper=claim("Home Assistant keeps it until it is done, and cancels it at shutdown"),
        endless=_BLOCKING,
    ),
    Api(
        "hass.async_create_background_task",
        _HASS,
        Starts.OWNER,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        keeper=claim("Home Assistant keeps it until it is done, and cancels it at shutdown"),
    ),
    Api(
        "entry.async_create_task",
        _ENTRY,
        Starts.OWNER,
        1,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        keeper=claim("the config entry keeps it, and waits ten seconds for it when it is unloaded"),
        endless=_BLOCKING,
    ),
    Api(
        "entry.async_create_background_task",
        _ENTRY,
        Starts.OWNER,
        1,
        takes=Takes.EITHER,
        known=KnownBy.RECEIVER,
        keeper=claim("the config entry keeps it, and cancels it when it is unloaded"),
    ),
)
