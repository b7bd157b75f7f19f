"""Observes this process: from the import of asyncio on, and again in what it forks."""

from __future__ import annotations

import atexit
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

#: what tells a process that it is observed: the folder for its record, and the interval
FOLDER = "TASKLEASH_TRACE"
INTERVAL = "TASKLEASH_TRACE_INTERVAL"

#: the ending of files that say that a Python was there, or what kept it from being observed
SEEN = ".seen"
FAILED = ".failed"


def start() -> None:
    """Observe this process from the moment at which it has imported asyncio."""
    folder = os.environ.get(FOLDER)
    if not folder or not os.path.isdir(folder):
        return
    _touch(folder, SEEN, "")
    if "asyncio" in sys.modules:
        _observe(folder)
    else:
        sys.meta_path.insert(0, _AsyncioFinder(folder))


def _observe(folder: str) -> None:
    """Hook into asyncio; a failure is the observer's to tell, never the program's to suffer."""
    try:
        from .hooks import Hooks
        from .records import FileRecord

        interval = float(os.environ.get(INTERVAL) or 1)
        hooks = Hooks(FileRecord(folder), interval)
        observer = hooks.observer
    except Exception as error:
        _touch(folder, FAILED, repr(error))
        return

    def forked() -> None:
        try:
            observer.restart(FileRecord(folder))
        except OSError:
            # Nowhere to count: the parent's counts must not be touched from here.
            observer.stop()

    atexit.register(observer.finish)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)


def _touch(folder: str, ending: str, text: str) -> None:
    try:
        path = os.path.join(folder, f"{os.getpid()}{ending}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return


class _AsyncioFinder:
    """Finds asyncio as ever, and steps aside once it is imported."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != "asyncio":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec, self._folder)  # type: ignore[assignment]
        return spec


class _Loader:
    """asyncio's own loader, with what comes after."""

    def __init__(self, spec: ModuleSpec, folder: str) -> None:
        self._spec = spec
        self._loader: Any = spec.loader
        self._folder = folder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _observe(self._folder)
