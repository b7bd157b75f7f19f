"""The voice assistant behind real websockets on loopback: pages are opened, configured, closed.

usage: voice_server.py FOLDER CONNECTIONS, where FOLDER has the program
"""

import asyncio
import json
import sys
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

FOLDER = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(FOLDER))
from config import load_config  # noqa: E402
from server import WebSocketServer  # noqa: E402
from web import WebSocketDisconnect  # noqa: E402


class Socket:
    """What the program expects of a socket, over a real one."""

    def __init__(self, connection):
        self._connection = connection

    async def send_text(self, text):
        await self._connection.send(text)

    async def receive_text(self):
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise WebSocketDisconnect from None


async def page(port):
    async with connect(f"ws://127.0.0.1:{port}") as connection:
        await connection.send(json.dumps({"type": "switch-config", "file": "b.yaml"}))
        await connection.recv()
        # The page is closed while the answer is on its way.
        await connection.send(json.dumps({"type": "text-input", "text": "washing machine?"}))


async def main(connections):
    app = WebSocketServer(load_config(FOLDER / "conf.yaml")).app
    endpoint = app.routes["/client-ws"].endpoint

    async def handle(connection):
        await endpoint(Socket(connection))

    async with serve(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for _ in range(connections):
            await page(port)
        await asyncio.sleep(0.1)


asyncio.run(main(int(sys.argv[2])))
