"""A vector of messages.json: a message, and what reading it comes to."""

from __future__ import annotations

from typing import Any

from .examples import Example
from .values import Vector, hash_of, unb64


def read(name: str, example: Example, outcome: str, cause: str | None = None, *, message: str | None = None,
         also: list[str] | None = None, **changes: Any) -> Vector:
    """`message`, or the example with these changes, read as what the example is."""
    made = message or example.signed(**changes)
    vector: Vector = {"name": name, "typ": example.typ, "outcome": outcome}
    if cause:
        vector["cause"] = cause
    if also:
        vector["also"] = also
    vector["public_key"] = example.key.jwk
    if outcome != "form":
        vector.update(parts(made))
    vector["message"] = made
    return vector


def parts(message: str) -> Vector:
    header, payload, _ = message.split(".")
    texts = {"header": as_text(header), "payload": as_text(payload)}
    there = {name: text for name, text in texts.items() if text is not None}
    return {**there, "signing_input": f"{header}.{payload}", "hash": hash_of(message)}


def as_text(part: str) -> str | None:
    try:
        return unb64(part).decode()
    except UnicodeDecodeError:
        return None
