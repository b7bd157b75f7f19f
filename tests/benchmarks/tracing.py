"""What tracing costs: a program that only spawns, and a server on loopback.

usage: tracing.py [PYTHON…]

Each is run in turns with and without, in processor time. The least of each are compared: what else
a machine does can only add to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from taskleash.trace import running
from taskleash.trace.runtime.start import FOLDER

TASKS = 100_000
TURNS = 9

SPAWNS = """
import asyncio, time
async def one():
    await asyncio.sleep(0)
async def main():
    for _ in range(TASKS // 1000):
        await asyncio.gather(*[asyncio.create_task(one()) for _ in range(1000)])
began = time.process_time()
asyncio.run(main())
print(time.process_time() - began)
"""

SERVES = """
import asyncio, time
async def answer(reader, writer):
    for _ in range(100):
        line = await reader.readline()
        await asyncio.create_task(work(line))
        writer.write(line)
        await writer.drain()
    writer.close()
async def work(line):
    await asyncio.sleep(0)
    return sum(line)
async def client(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(100):
        writer.write(b"question\\n")
        await reader.readline()
    writer.close()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(10):
        await asyncio.gather(*[client(port) for _ in range(10)])
    server.close()
began = time.process_time()
asyncio.run(main())
print(time.process_time() - began)
"""


def main() -> None:
    """Print a line for each Python and program."""
    for python in sys.argv[1:] or [sys.executable]:
        version = subprocess.check_output([python, "-V"], text=True).strip()
        plain, traced = _least(python, SPAWNS.replace("TASKS", str(TASKS)))
        cost = (traced - plain) / TASKS * 1e6
        print(
            f"{version}: {TASKS} tasks {plain:.2f} s, traced {traced:.2f} s: {cost:.1f} µs a task"
        )
        plain, traced = _least(python, SERVES)
        print(f"{version}: server {plain:.2f} s, traced {traced:.2f} s: {traced / plain - 1:+.1%}")


def _least(python: str, program: str) -> tuple[float, float]:
    plain, traced = [], []
    for _ in range(TURNS):
        plain.append(_seconds(python, program, {}))
        with tempfile.TemporaryDirectory() as folder:
            injected = str(Path(running.__file__).with_name("inject"))
            traced.append(_seconds(python, program, {"PYTHONPATH": injected, FOLDER: folder}))
    return min(plain), min(traced)


def _seconds(python: str, program: str, variables: dict[str, str]) -> float:
    command = [python, "-c", program]
    return float(subprocess.check_output(command, env={**os.environ, **variables}, text=True))


if __name__ == "__main__":
    main()
