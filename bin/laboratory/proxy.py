"""A TCP proxy between the shop and its payment provider that can be slow, cut lines, or swallow everything."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from enum import Enum

_HOST = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CHUNK = 65_536
_LOOK_SECONDS = 0.05


class Mode(Enum):
    """What becomes of bytes."""

    PASS = "pass"
    LATE = "late"
    RESET = "reset"
    BLACK_HOLE = "black hole"


class Proxy:
    """Listens on `port` and passes to `target_port`, both of loopback, as its mode says; runs in a thread of its own."""

    def __init__(self, *, port: int, target_port: int) -> None:
        self.port, self._target_port = port, target_port
        self._mode, self._seconds = Mode.PASS, 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise SystemExit(f"bin/chaos: port {port} cannot be listened on; choose another with --port.")

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    def become(self, mode: Mode, *, seconds: float = 0.0) -> None:
        """Change what becomes of bytes from now on; `seconds` is how late each piece is in mode LATE.

        RESET cuts the connections that stand as well. Those that a black hole swallowed are cut when it ends, as a firewall's
        are: their bytes are lost.
        """
        ended_hole = self._mode is Mode.BLACK_HOLE and mode is not Mode.BLACK_HOLE
        self._mode, self._seconds = mode, seconds
        if mode is Mode.RESET or ended_hole:
            asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, _HOST, self.port))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.RESET:
            _reset(writer)
            return
        try:
            onward_reader, onward = await asyncio.open_connection(_HOST, self._target_port)
        except OSError:
            _reset(writer)
            return
        self._writers |= {writer, onward}
        try:
            await asyncio.gather(self._pass_on(reader, onward), self._pass_on(onward_reader, writer))
        finally:
            self._writers -= {writer, onward}
            for end in (writer, onward):
                end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self._mode is Mode.LATE:
                    await asyncio.sleep(self._seconds)
                while self._mode is Mode.BLACK_HOLE:
                    await asyncio.sleep(_LOOK_SECONDS)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    async def _cut_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
