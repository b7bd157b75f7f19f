"""When a function runs, by its name and its decorators: at the start, or for each event."""

from __future__ import annotations

from taskleash.link.entities import Function
from taskleash.link.teardown import words

#: words in the name of a function that runs once for each event, message or request
_EVENT_WORDS = frozenset({"on", "handle", "handler", "receive", "received", "event", "message"})
#: words of events that come once, until their counterpart has come
_OPENING_WORDS = frozenset(
    {
        "connect", "connected", "enter", "join", "load", "loaded", "made", "mount", "mounted",
        "open", "opened", "setup", "start", "started", "startup",
    }
)  # fmt: skip
#: words in the name of a function that sets its owner up, once by convention
_START_WORDS = frozenset(
    {
        "aenter", "begin", "boot", "bootstrap", "connect", "connected", "enter", "establish",
        "init", "initialize", "install", "launch", "made", "main", "mount", "open", "prepare",
        "ready", "run", "running", "serve", "setup", "start", "started", "startup", "subscribe",
    }
)  # fmt: skip


def is_start(function: Function) -> bool:
    """Whether by its name a function sets up its owner: ``__init__``, ``start`` and the like."""
    method = function.method
    found = words(method.name)
    return bool(found) and not _EVENT_WORDS & set(found) and bool(_START_WORDS & set(found))


def is_event_handler(function: Function) -> bool:
    """Whether a function runs once for each event: by its name or a registering decorator."""
    method = function.method
    found = words(method.name)
    if _OPENING_WORDS & set(found):
        return False
    if found and (found[0] in ("on", "handle", "process") or _EVENT_WORDS & set(found[1:])):
        return True
    return any(
        (d.called or "." in d.text)
        and d.text.rpartition(".")[2] not in ("setter", "getter", "fixture", "contextmanager")
        and words(d.text.rpartition(".")[2])[:1]
        in (["on"], ["event"], ["route"], ["listen"], ["listener"])
        for d in method.facts.decorators
    )
