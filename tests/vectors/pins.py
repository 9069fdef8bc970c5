"""Key statements: what a phone pins after one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from derive import thumbprint
from read import Faulty, Members, base64url, faults, header_of, parse, payload_of

TYP = "styrk-key-statement+jws"
# `members` cannot come: the only one that may be absent is `jwk`, and that is `key`.
STATEMENT_ORDER = ["crit", "key", "signature", "payload", "number", "previous", "next"]
BEFORE_THE_KEY = {"form", "header", "alg", "typ", "version", "crit"}


def statement_faults(message: str, pin: dict[str, Any]) -> Iterator[str]:
    """Each that applies, in order."""
    found = list(faults(message, TYP, None))
    yield from (fault for fault in found if fault in BEFORE_THE_KEY)
    if "form" in found or "header" in found:
        return
    jwk = header_of(message).get("jwk")
    if jwk is None or thumbprint(jwk) != pin["next"]:
        yield "key"
    yield from (fault for fault in found if fault in ("signature", "payload"))
    yield from succession_faults(message, thumbprint(jwk) if jwk else None, pin)


def succession_faults(message: str, signer: str | None, pin: dict[str, Any]) -> Iterator[str]:
    try:
        said = parse(base64url(message.split(".")[1]))
    except (ValueError, Faulty):
        return
    if not isinstance(said, Members):
        return
    if said.first("number") != pin["number"] + 1:
        yield "number"
    if said.first("previous") != thumbprint(pin["key"]):
        yield "previous"
    if said.first("next_identity_key") in (said.first("previous"), signer):
        yield "next"


def new_pin(message: str) -> dict[str, Any]:
    said, jwk = payload_of(message), header_of(message)["jwk"]
    return {"key": jwk, "number": said["number"], "next": said["next_identity_key"]}
