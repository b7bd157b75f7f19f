"""What tracing costs: a program that only spawns, a server on loopback, and one of uvicorn's.

usage: tracing.py [PYTHON…]

Each runs in short turns in one process, in processor time, with hooks in asyncio and without. The
least of each are compared: what else a machine does can only add to them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from taskleash.trace import running
from taskleash.trace.runtime.start import FOLDER

TASKS = 20_000
TURNS = 15

SPAWNS = """
import asyncio
async def one():
    await asyncio.sleep(0)
async def main():
    for _ in range(TASKS // 1000):
        await asyncio.gather(*[asyncio.create_task(one()) for _ in range(1000)])
"""

SERVES = """
import asyncio
async def answer(reader, writer):
    for _ in range(500):
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
    for _ in range(500):
        writer.write(b"question\\n")
        await reader.readline()
    writer.close()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*[client(port) for _ in range(10)])
    server.close()
"""


# the same for a server with all that one has: where uvicorn is installed
HTTP = """
import asyncio, uvicorn
async def app(scope, receive, send):
    await asyncio.create_task(work())
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
async def work():
    await asyncio.sleep(0)
async def client(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(300):
        writer.write(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        await reader.readuntil(b"ok")
    writer.close()
async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.001)
    port = server.servers[0].sockets[0].getsockname()[1]
    await asyncio.gather(*[client(port) for _ in range(10)])
    server.should_exit = True
    await serving
"""

TURNING = """
import json, time
from _taskleash_runtime.hooks import Hooks
from _taskleash_runtime.records import FileRecord
least = [float("inf")] * 2
for turn in range(2 * TURNS):
    hooks = Hooks(FileRecord(FOLDER), 1.0) if turn % 2 else None
    began = time.process_time()
    asyncio.run(main())
    least[turn % 2] = min(least[turn % 2], time.process_time() - began)
    if hooks is not None:
        hooks.undo()
print(json.dumps(least))
"""


def main() -> None:
    """Print a line for each Python and program."""
    for python in sys.argv[1:] or [sys.executable]:
        version = subprocess.check_output([python, "-V"], text=True).strip()
        plain, traced = _least(python, SPAWNS.replace("TASKS", str(TASKS)))
        cost, each = (traced - plain) / TASKS * 1e6, plain / TASKS * 1e6
        print(f"{version}: {each:.1f} µs a task, traced {cost:.1f} µs more", flush=True)
        has_uvicorn = subprocess.run([python, "-c", "import uvicorn"], stderr=subprocess.DEVNULL)
        servers = [
            ("streams", SERVES),
            *([("uvicorn", HTTP)] if not has_uvicorn.returncode else []),
        ]
        for name, program in servers:
            plain, traced = _least(python, program)
            more = f"{traced / plain - 1:+.1%}"
            print(f"{version}: {name} server {plain * 1e3:.0f} ms, traced {more}", flush=True)


def _least(python: str, program: str) -> tuple[float, float]:
    injected = str(Path(running.__file__).with_name("inject"))
    with tempfile.TemporaryDirectory() as folder:
        # A folder that is not there: the runtime is loaded, and hooks into nothing by itself.
        environment = {**os.environ, "PYTHONPATH": injected, FOLDER: f"{folder}/none"}
        code = program + TURNING.replace("TURNS", str(TURNS)).replace("FOLDER", repr(folder))
        said = subprocess.check_output([python, "-c", code], env=environment, text=True)
    plain, traced = json.loads(said)
    return plain, traced


if __name__ == "__main__":
    main()
