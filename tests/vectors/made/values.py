"""Keys, hashes and signatures. Everything is fixed: each run makes the same bytes."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Json = dict[str, Any]
Vector = dict[str, Any]
Spoil = Callable[[bytes], bytes]
GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def digest(label: str, *parts: str) -> bytes:
    """SHA-256 over a label, a zero byte and parts that are told in base64url."""
    return hashlib.sha256(label.encode() + b"\0" + b"".join(map(unb64, parts))).digest()


def hash_of(message: str) -> str:
    """Of the signing input."""
    return b64(hashlib.sha256(message[: message.rindex(".")].encode()).digest())


def thumbprint_of(jwk: Json) -> str:
    return b64(hashlib.sha256(compact({name: jwk[name] for name in ("crv", "kty", "x", "y")})).digest())


def short(thumbprint: str) -> str:
    return b64(unb64(thumbprint)[:16])


class Key:
    """A P-256 key whose private half is one digit, 64 times in hex."""

    def __init__(self, name: str, digit: int) -> None:
        self.name, self.private = name, str(digit) * 64
        self._key = ec.derive_private_key(int(self.private, 16), ec.SECP256R1())
        point = self._key.public_key().public_numbers()
        x, y = (b64(part.to_bytes(32, "big")) for part in (point.x, point.y))
        self.jwk: Json = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.thumbprint = thumbprint_of(self.jwk)

    def sign(self, header: bytes, payload: bytes, spoil: Spoil | None = None) -> str:
        """The compact JWS, by a deterministic signature (RFC 6979), changed by `spoil` if there is one."""
        signed = f"{b64(header)}.{b64(payload)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256(), deterministic_signing=True)))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"{signed}.{b64(spoil(signature) if spoil else signature)}"


IDENTITY = Key("identity", 1)
NEXT_IDENTITY = Key("next-identity", 2)
DEVICE = Key("device", 3)
APPROVAL = Key("approval", 4)
OTHER = Key("other", 5)
THIRD_IDENTITY = Key("third-identity", 6)
KEYS = [IDENTITY, NEXT_IDENTITY, DEVICE, APPROVAL, OTHER, THIRD_IDENTITY]

# An id and a hash that nothing else has, and coordinates that are no point of the curve.
OTHER_ID, OTHER_HASH, NO_POINT = b64(b"1" * 16), b64(b"1" * 32), b64(b"\1" * 32)


def keys() -> list[Vector]:
    return [
        {"name": key.name, "private": key.private, "jwk": key.jwk, "thumbprint": key.thumbprint,
         "short_thumbprint": short(key.thumbprint)}
        for key in KEYS
    ]
