"""What tracing costs: a program that only spawns, a server on loopback, and one of uvicorn's.

usage: tracing.py [PYTHON…]

Each runs in short turns in one process, in that one's processor time, with hooks in asyncio and
without. The least of each are compared: what else a machine does can only add to them.
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
CLIENTS, QUESTIONS = 10, 300

SPAWNS = """
import asyncio
async def one():
    await asyncio.sleep(0)
async def main():
    for _ in range(TASKS // 1000):
        await asyncio.gather(*[asyncio.create_task(one()) for _ in range(1000)])
"""

# A server alone, its clients in a process of their own: what they do is no work of the server's.
STREAMS = """
import asyncio
async def answer(reader, writer):
    while line := await reader.readline():
        await asyncio.create_task(work(line))
        writer.write(line)
        await writer.drain()
    writer.close()
async def work(line):
    await asyncio.sleep(0)
    return sum(line)
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    await served(server.sockets[0].getsockname()[1])
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
async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.001)
    await served(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await serving
"""

# what asks: a line for each port, and a line back once all is answered
CLIENT = """
import asyncio, sys
async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(COUNT):
        writer.write(QUESTION)
        await reader.readuntil(ANSWER)
    writer.close()
async def asks(port):
    await asyncio.gather(*[ask(port) for _ in range(CLIENTS)])
for line in sys.stdin:
    asyncio.run(asks(int(line)))
    print(flush=True)
"""

SERVED = """
import subprocess, sys
clients = subprocess.Popen(
    [sys.executable, "-S", "-c", CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
async def served(port):
    print(port, file=clients.stdin, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, clients.stdout.readline)
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
        servers = [("streams", STREAMS + _served(b"question\n", b"\n"))]
        tried = subprocess.run([python, "-c", "import uvicorn"], stderr=subprocess.DEVNULL)
        if not tried.returncode:
            request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
            servers.append(("uvicorn", HTTP + _served(request, b"ok")))
        for name, program in servers:
            plain, traced = _least(python, program)
            more = f"{traced / plain - 1:+.1%}"
            print(f"{version}: {name} server {plain * 1e3:.0f} ms, traced {more}", flush=True)


def _served(question: bytes, answer: bytes) -> str:
    """What asks a server, as code: clients that send a question and read up to an answer's end."""
    named = {"QUESTION": question, "ANSWER": answer, "COUNT": QUESTIONS, "CLIENTS": CLIENTS}
    told = "".join(f"{name} = {value!r}\n" for name, value in named.items())
    return f"CLIENT = {told + CLIENT!r}\n{SERVED}"


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
