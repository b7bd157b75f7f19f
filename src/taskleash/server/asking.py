"""The front's hold on the process that analyses: one question at a time, each with its answer."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from typing import Any

from taskleash.driver.parsing import child
from taskleash.driver.parsing.lifeline import Lifeline
from taskleash.server.requests import Answer, Failed, Request

_MODULE = "taskleash.server.analyst"
_DIED = Failed("the analysis ended unexpectedly: out of memory, or killed; it is started anew")


class AnalystProcess:
    """Starts the process when it is first asked, and again where it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: Lifeline | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, request: Request) -> Answer:
        """The answer; while it is worked out, other questions wait.

        One that nobody waits for any more ends the process, which would go on with it, and whose
        answer would be taken for that of the next question.
        """
        async with self._one_at_a_time:
            process = self._running()
            try:
                return await asyncio.to_thread(_answer, process, request)
            except asyncio.CancelledError:
                self.close()
                raise

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._lifeline is not None:
            self._lifeline.cut()
            self._lifeline = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = self._started()
        return self._process

    def _started(self) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        if sys.platform == "win32":
            # It ends after its answer: there is nothing that would tell it earlier.
            return child.start(_MODULE, "", **pipes)
        self._lifeline = Lifeline()
        theirs = self._lifeline.theirs
        try:
            return child.start(_MODULE, str(theirs), pass_fds=(theirs,), **pipes)
        finally:
            self._lifeline.handed_over()


def _answer(process: subprocess.Popen[bytes], request: Request) -> Answer:
    """What the process answers; where it dies of the question, that is said."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump(request, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        answer: Answer = pickle.load(process.stdout)
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        process.kill()
        return _DIED
    return answer
