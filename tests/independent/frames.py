"""As much of a WebSocket client (RFC 6455) as a phone needs: whole frames, pings answered, nothing negotiated."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import ssl
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LARGEST = 65_536


class Closed(Exception):
    """The other side closed, with this code; None when the network did."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed: {code}")
        self.code = code


class WebSocket:
    def __init__(self, url: str, wait: float = 15) -> None:
        place = urlsplit(url)
        secure = place.scheme == "https"
        plain = socket.create_connection((place.hostname or "", place.port or (443 if secure else 80)), wait)
        tls = ssl.create_default_context()
        self._socket = tls.wrap_socket(plain, server_hostname=place.hostname) if secure else plain
        self._input = self._socket.makefile("rb")
        self._shake_hands(place.netloc, place.path)

    def _shake_hands(self, host: str, path: str) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        answer = [self._input.readline(LARGEST).decode("latin-1").strip()]
        while answer[-1]:
            answer.append(self._input.readline(LARGEST).decode("latin-1").strip())
        proof = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in answer[1:])}
        if " 101 " not in answer[0] or headers.get("sec-websocket-accept") != base64.b64encode(proof).decode():
            raise Closed(None)

    def receive(self) -> str | bytes:
        """The next text or binary message."""
        while True:
            kind, data = self._frame()
            if kind == PING:
                self._send(PONG, data)
            elif kind == CLOSE:
                self._send(CLOSE, data[:2])
                raise Closed(int.from_bytes(data[:2], "big") if data else None)
            elif kind in (TEXT, BINARY):
                return data.decode() if kind == TEXT else data

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._read(2)
        if not first & 0x80 or length & 0x80:
            raise Closed(None)
        if length >= 126:
            length = int.from_bytes(self._read(2 if length == 126 else 8), "big")
        if length > LARGEST:
            raise Closed(None)
        return first & 0x0F, self._read(length)

    def _read(self, length: int) -> bytes:
        data = self._input.read(length)
        if len(data) != length:
            raise Closed(None)
        return data

    def send_text(self, text: str) -> None:
        self._send(TEXT, text.encode())

    def _send(self, kind: int, data: bytes) -> None:
        mask = secrets.token_bytes(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self._socket.sendall(bytes([0x80 | kind]) + size + mask + masked)

    def close(self) -> None:
        self._input.close()
        self._socket.close()
