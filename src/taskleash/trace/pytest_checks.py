"""The hooks of a pytest run with `--taskleash`; imported by no other run."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from taskleash.trace.attribution import Attribution, LeftTasks

#: the marker of tests that may leave tasks behind
MARKER = "allow_tasks"


class TasksLeft(pytest.PytestWarning):
    """A test has left tasks behind."""


class Checks:
    """The hooks of a run with the option."""

    def __init__(self, config: pytest.Config, warns: bool, writes: str | None) -> None:
        self._warns = warns
        self._writes = writes
        self._baseline = config.getoption("--taskleash-baseline")
        self._known = _read(self._baseline)
        self._met: set[str] = set()
        self._found: set[str] = set()
        self._unused: list[str] = []
        self._root = str(config.rootpath) + os.sep
        self._attribution = Attribution()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        self._attribution.begin()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        """A fixture that several tests share has tasks of its own."""
        if fixturedef.scope == "function":
            return (yield)
        with self._attribution.excluded():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        result = yield
        leaks = self._new(item)
        if leaks:
            lines = "\n".join(f"  {self._shown(leak)}" for leak in leaks)
            message = f"{item.nodeid} left tasks behind:\n{lines}"
            if not self._warns:
                pytest.fail(message, pytrace=False)
            warnings.warn(TasksLeft(message), stacklevel=1)
        return result

    def pytest_unconfigure(self) -> None:
        self._attribution.stop()
        if self._writes is not None:
            text = json.dumps(sorted(self._found), indent=2, ensure_ascii=False)
            Path(self._writes).write_text(text + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        stale = sorted(self._known - self._met)
        for nodeid in self._unused:
            terminalreporter.write_line(f"taskleash: {nodeid}: `{MARKER}` allows nothing")
        for key in stale:
            terminalreporter.write_line(f"taskleash: {self._baseline}: not met any more: {key}")

    def _new(self, item: pytest.Item) -> list[LeftTasks]:
        """What the test has left that neither its marker nor the baseline allows."""
        leaks = self._attribution.leaks()
        for marker in item.iter_markers(MARKER):
            allowed = [leak for leak in leaks if self._allows(marker.args, leak)]
            if not allowed:
                self._unused.append(item.nodeid)
            leaks = [leak for leak in leaks if leak not in allowed]
        keys = {leak: self._relative(leak.key) for leak in leaks}
        self._found |= set(keys.values())
        self._met |= self._known & set(keys.values())
        if self._writes is not None:
            return []
        return [leak for leak in leaks if keys[leak] not in self._known]

    def _allows(self, names: tuple[object, ...], leak: LeftTasks) -> bool:
        return not names or leak.task in names or self._relative(leak.place) in names

    def _shown(self, leak: LeftTasks) -> str:
        return str(leak).replace(self._root, "")

    def _relative(self, text: str) -> str:
        return text.removeprefix(self._root).replace(os.sep, "/")


def _read(path: str | None) -> set[str]:
    if path is None:
        return set()
    remedy = "write it with --taskleash-write-baseline"
    try:
        known = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise pytest.UsageError(
            f"--taskleash-baseline: {path}: {error.strerror}: {remedy}"
        ) from None
    except ValueError:
        raise pytest.UsageError(f"--taskleash-baseline: {path}: no JSON: {remedy}") from None
    if not isinstance(known, list) or not all(isinstance(key, str) for key in known):
        raise pytest.UsageError(f"--taskleash-baseline: {path}: no baseline: {remedy}")
    return set(known)
