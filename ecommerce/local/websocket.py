"""A WebSocket client, as small as `bin/up --check` needs: text frames over one socket (RFC 6455)."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
from typing import Final
from urllib.parse import urlsplit

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_FINAL: Final = 0x80
_MASKED: Final = 0x80


class WebSocketError(Exception):
    """The server refused the connection, closed it or broke the protocol."""


class WebSocket:
    """One connection to `url` (ws://host:port/path), opened at once; `seconds` limits every wait."""

    def __init__(self, url: str, *, origin: str, seconds: float) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=seconds)
        self._buffer = b""
        self._upgrade(host=parts.netloc, path=parts.path or "/", origin=origin)

    def send_text(self, text: str) -> None:
        """Send one text message."""
        self._send(_TEXT, text.encode())

    def receive_text(self) -> str:
        """Return the next text message; WebSocketError once the server has closed."""
        while True:
            kind, content = self._receive()
            if kind == _TEXT:
                return content.decode()
            if kind == _CLOSE:
                code = struct.unpack(">H", content[:2])[0] if content else 1005
                raise WebSocketError(f"closed by the server with code {code}")
            if kind == _PING:
                self._send(_PONG, content)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _upgrade(self, *, host: str, path: str, origin: str) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key.decode()}", "Sec-WebSocket-Version: 13", f"Origin: {origin}", "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        # SHA-1 is what the handshake is defined with; it protects nothing.
        accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        if b" 101 " not in head.split(b"\r\n", 1)[0] or accept not in head:
            raise WebSocketError(f"refused: {head.splitlines()[0].decode('latin-1')}")

    def _send(self, kind: int, content: bytes) -> None:
        size = len(content)
        if size > 65_535:
            raise WebSocketError(f"a message of {size} bytes is longer than this client sends")
        length = bytes([_MASKED | size]) if size < 126 else struct.pack(">BH", _MASKED | 126, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(content))
        self._socket.sendall(bytes([_FINAL | kind]) + length + mask + masked)

    def _receive(self) -> tuple[int, bytes]:
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            [size] = struct.unpack(">H", self._take(2))
        elif size == 127:
            [size] = struct.unpack(">Q", self._take(8))
        if not first & _FINAL:
            raise WebSocketError("the server sent a fragmented message")
        return first & 0x0F, self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _fill(self) -> None:
        received = self._socket.recv(65_536)
        if not received:
            raise WebSocketError("the server closed the connection")
        self._buffer += received
