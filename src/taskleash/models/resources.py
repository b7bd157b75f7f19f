"""What closes a resource: context managers that do not, and methods that do."""

from __future__ import annotations

import re

#: methods after which an object can no longer be used
CLOSING = frozenset(
    {
        "aclose", "close", "close_all", "commit", "disconnect", "putconn", "release", "rollback",
        "shutdown", "terminate", "unlink",
    }
)  # fmt: skip
#: of these, methods of what something is given back to
RELEASING = frozenset({"putconn", "release"})
#: methods of a stack of context managers that enter one
ENTERING = frozenset({"enter_async_context", "enter_context"})
#: what a framework takes as the default of a parameter: a generator that it goes on with once the
#: function has returned (FastAPI 0.165.0)
LENDING = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends"})
#: what it closes at the end of the request that it came with (Starlette 1.10.0), and the decorators
#: of the functions that are given one
LENT = frozenset({"fastapi.UploadFile", "starlette.datastructures.UploadFile"})
ROUTING = frozenset({"api_route", "delete", "get", "patch", "post", "put", "route"})
#: words of context managers that can be used after they are left, or that wait for their tasks
_OPEN = frozenset(
    {
        "barrier", "catch", "chdir", "condition", "context", "contextvar", "environ", "fail",
        "freeze", "group", "limiter", "localcontext", "lock", "log", "logger", "measure", "mock",
        "move", "mutex", "nullcontext", "nursery", "patch", "profile", "progress", "raises",
        "redirect", "scope", "semaphore", "span", "stack", "status", "suppress", "taskgroup",
        "time", "timed", "timeout", "timer", "trace", "tracer", "travel", "warns",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def stays_open(call: str) -> bool:
    """Whether leaving what a call gives closes nothing, as far as the name of the call tells."""
    names = call.rpartition(".")[2]
    return not _OPEN.isdisjoint(word.lower() for word in _WORD.findall(names))
