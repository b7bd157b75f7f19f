"""An existing cluster of Dask as an executor."""

from __future__ import annotations

import logging
import warnings
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from taskleash.driver.parsing.executors import Cluster
from taskleash.driver.parsing.parser import ExecutorError

_SECONDS_TO_CONNECT = 10
#: those that have a level of their own, beside that of all others
_LOGGERS = ("distributed", "distributed.client", "tornado.application", "asyncio")


def check() -> None:
    """Raises ExecutorError where what it takes is not installed."""
    if find_spec("distributed") is None:
        raise ExecutorError("--executor dask needs an extra: `pip install 'taskleash[dask]'`")


def connect(address: str) -> Cluster:
    """The cluster whose scheduler has this address; raises ExecutorError where there is none."""
    check()
    distributed: Any = import_module("distributed")
    name = f"dask={address}"
    # What goes wrong is said in one line, here.
    for logger in _LOGGERS:
        logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            # Each answer tells which versions have made it.
            warnings.simplefilter("ignore")
            client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ExecutorError(
            f"{name}: no scheduler can be reached there: {_first_line(error)}"
        ) from None
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
    except (TimeoutError, distributed.TimeoutError):
        client.close()
        raise ExecutorError(f"{name}: the cluster has no workers: start some") from None
    return Cluster(
        name,
        # A file is the same work each time, but whether it is lost may be chance.
        client.get_executor(pure=False),
        is_alive=partial(_has_workers, client),
        lost=(distributed.KilledWorker,),
        close=client.close,
    )


def _has_workers(client: Any) -> bool:
    try:
        return bool(client.nthreads())
    except (OSError, TimeoutError):
        return False


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
