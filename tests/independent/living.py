"""What a phone does beside enrolling and approving: it says no, sends again, leaves, and follows the organisation's
keys ("Key statements" of docs/protocol.md)."""

from __future__ import annotations

from envelope import Json, Refused, b64, member, open_message, thumbprint, unb64
from phone import Account, Challenge, Pin, post, read_end

MOST = 16  # statements in one reply


def follow(pin: Pin, text: str) -> Pin:
    """What is pinned after this statement, with the checks in the page's order."""

    def announced(jwk: Json) -> None:
        if b64(thumbprint(jwk)) != pin.next:
            raise Refused("key", "not the one that was announced")

    statement = open_message(text, "key-statement", announced=announced)
    said, jwk = statement.payload, statement.header["jwk"]
    number, previous = member(said, "number", int), b64(unb64(said.get("previous"), 32))
    after = b64(unb64(said.get("next_identity_key"), 32))
    member(said, "iat", int)
    if number != pin.number + 1:
        raise Refused("number")
    if previous != b64(thumbprint(pin.key)):
        raise Refused("previous")
    if after in (previous, b64(thumbprint(jwk))):
        raise Refused("next")
    return Pin(jwk, number, after)


class Phone(Account):
    """An account for longer than one sign-in."""

    def follow(self, statements: list[str]) -> bool:
        """Stops at the first that fails."""
        for text in statements[:MOST]:
            try:
                self.pin = follow(self.pin, text)
            except Refused:
                return False
        return len(statements) == MOST

    def deny(self, challenge: Challenge, reason: str = "cancelled") -> Json:
        return self._answer("denial", challenge, {"reason": reason})

    def resend(self) -> Json:
        """The last answer again, byte for byte, when no reply came."""
        return read_end(post(self.address("answer"), self._sent["answer"], "application/json"))

    def leave(self) -> bool:
        """Whether the organisation could be told. The account ends here in any case."""
        self.ended = True
        try:
            return self._send("leave", "leave", {}) is not None
        except Refused:
            return False
