"""Values that both ends compute."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from codes import ALPHABET, meant


def decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)


def encode(data: bytes) -> str:
    return base64.b64encode(data, altchars=b"-_").decode().rstrip("=")


def labelled(label: str, *parts: str) -> bytes:
    return hashlib.sha256(label.encode("ascii") + b"\0" + b"".join(map(decode, parts))).digest()


def hash_of(message: str) -> str:
    return encode(hashlib.sha256(message.rpartition(".")[0].encode("ascii")).digest())


def thumbprint(jwk: dict[str, Any]) -> str:
    return encode(hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'.encode()).digest())


def public_key(private: str) -> dict[str, str]:
    point = ec.derive_private_key(int(private, 16), ec.SECP256R1()).public_key().public_numbers()
    x, y = (encode(part.to_bytes(32, "big")) for part in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def short(thumb: str) -> str:
    return encode(decode(thumb)[:16])


def commitment(given: dict[str, str]) -> str:
    return encode(labelled("styrk commitment v1", given["nonce"], given["device_key"], given["approval_key"]))


def characters(given: dict[str, str]) -> str:
    names = "claim", "offer", "nonce", "device_key", "approval_key"
    bits = "".join(f"{byte:08b}" for byte in labelled("styrk characters v1", *(given[name] for name in names)))
    return "".join(ALPHABET[int(bits[at : at + 5], 2)] for at in range(0, 20, 5))


def wake(given: dict[str, str]) -> str:
    wake_id = decode(given["wake_id"])
    return (wake_id + hmac.digest(decode(given["secret"]), wake_id, "sha256")[:8]).hex()


def same_characters(typed: str, right: str) -> bool:
    return meant(typed) == right


DERIVED = {"commitment": commitment, "characters": characters, "wake": wake}
