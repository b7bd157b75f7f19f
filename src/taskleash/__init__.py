"""Finds every fire-and-forget asyncio task of a code base and says who holds it and who ends it.

`scan` is the analysis as a function; `taskleash.api` has it with the types of what it gives.
`monitor` watches the tasks of a running program.
"""

# Nothing is imported here, not even from `__future__`: the current folder may have one of its own.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from taskleash.api import Report, scan
    from taskleash.trace.monitor import monitor

__all__ = ["Report", "__version__", "monitor", "scan"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """What the package offers, imported as it is first asked for.

    A command line starts faster without, and what watches a program needs nothing of the analysis.
    """
    if name == "monitor":
        from taskleash.trace.monitor import monitor

        return monitor
    if name in ("Report", "scan"):
        from taskleash import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
