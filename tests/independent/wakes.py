"""The open socket: "Socket and wakes" of docs/protocol.md."""

from __future__ import annotations

import hmac
import secrets

from envelope import b64, unb64
from frames import WebSocket
from phone import WAIT_FOR_RECEIPT, Account, answer, post, problem


def read_greeting(text: str) -> str:
    """Its nonce."""
    return b64(unb64(answer(text.encode()).get("nonce"), 16))


def tag(secret: bytes, wake_id: bytes) -> bytes:
    return hmac.digest(secret, wake_id, "sha256")[:8]


class Wakes:
    """It says only when to fetch."""

    def __init__(self, account: Account) -> None:
        self._account, self._secret = account, secrets.token_bytes(32)
        self.socket = WebSocket(account.address("socket"))
        nonce = read_greeting(str(self.socket.receive()))
        self.socket.send_text(account.sign("socket", "socket", {"nonce": nonce, "secret": b64(self._secret)}, "GET"))

    def wait(self) -> bytes:
        """Returns when a wake of ours has come and its receipt is posted. A text frame is a problem."""
        while True:
            frame = self.socket.receive()
            if isinstance(frame, str):
                self._account.heed(problem(frame.encode()))
            elif hmac.compare_digest(tag(self._secret, frame[:16]), frame[16:]):
                return post(self._account.address(f"receipts/{b64(frame[:16])}"), None, "", WAIT_FOR_RECEIPT)
