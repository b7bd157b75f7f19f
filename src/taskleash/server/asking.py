"""The front's hold on the process that analyses: one question at a time, each with its answer."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import threading

from taskleash.driver import child
from taskleash.server.requests import Answer, Failed, Request

_MODULE = "taskleash.server.analyst"
_DIED = Failed("the analysis ended unexpectedly: out of memory, or killed; it is started anew")


class Asking:
    """Starts the process when it is first asked, and again where it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._is_closed = threading.Event()

    async def ask(self, request: Request) -> Answer:
        """The answer; while it is worked out, other questions wait."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._ask, request)

    def close(self) -> None:
        """End the process, whatever it does."""
        self._is_closed.set()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: Request) -> Answer:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(request, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            answer: Answer = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            process.kill()
            return _DIED
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._process = child.start(_MODULE, "", **pipes)
        return self._process
