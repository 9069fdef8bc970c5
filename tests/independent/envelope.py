"""The envelope of docs/protocol.md: JSON, keys, signed messages. Part of the independent phone, see phone.py."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

T = TypeVar("T")
Json = dict[str, Any]
LARGEST_MESSAGE = 16_384
HEADER: dict[str, type] = {"alg": str, "typ": str, "v": int, "kid": str, "jwk": dict, "htm": str, "url": str,
                           "iat": int, "jti": str}


class Refused(Exception):
    """A refusal of the service, or of the phone itself. `no_answer` and `garbled` may be tried again."""

    def __init__(self, code: str, detail: str = "", now: int | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.now = code, now


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: Any, length: int | None = None) -> bytes:
    """Strict: each value has one spelling."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Refused("form", "base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text or (length is not None and len(data) != length):
        raise Refused("form", "base64url")
    return data


def read_json(data: bytes) -> Json:
    def once(pairs: list[tuple[str, Any]]) -> Json:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a member appears twice")
        return dict(pairs)

    try:
        return of_kind(json.loads(data.decode(), object_pairs_hook=once, parse_constant=int), dict, "object")
    except (ValueError, RecursionError) as error:
        raise Refused("form", str(error)) from error


def of_kind(value: Any, kind: type[T], name: str) -> T:
    """Whole numbers are never below 0, and `true` is none."""
    if not isinstance(value, kind) or (kind is int and (isinstance(value, bool) or value < 0)):  # type: ignore[operator]
        raise Refused("form", name)
    return value


def member(value: Json, name: str, kind: type[T]) -> T:
    return of_kind(value.get(name), kind, name)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def hash_of(message: str) -> bytes:
    return sha256(message.rpartition(".")[0].encode())


def thumbprint(jwk: Json) -> bytes:
    return sha256(json.dumps({m: jwk[m] for m in ("crv", "kty", "x", "y")}, separators=(",", ":")).encode())


def verify(jwk: Json, signed: str, signature: bytes) -> None:
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Refused("form", "jwk")
    parts = unb64(jwk.get("x"), 32), unb64(jwk.get("y"), 32), signature[:32], signature[32:]
    x, y, r, s = (int.from_bytes(part, "big") for part in parts)
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())
    try:
        key.public_key().verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise Refused("signature") from error


class Key:
    """A private key. A real phone keeps it in its key store, and the approval key behind its user's unlock."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        point = self._private.public_key().public_numbers()
        x, y = (b64(part.to_bytes(32, "big")) for part in (point.x, point.y))
        self.jwk: Json = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.thumbprint = thumbprint(self.jwk)

    def sign(self, typ: str, header: Json, payload: Json) -> str:
        whole = {"alg": "ES256", "typ": f"styrk-{typ}+jws", "v": 1, **header}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (whole, payload))
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(SHA256())))
        verify(self.jwk, signed, signature := r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"{signed}.{b64(signature)}"


@dataclass(frozen=True)
class Message:
    header: Json
    payload: Json
    hash: bytes


def open_message(text: str, typ: str, key: Json | None = None,
                 announced: Callable[[Json], None] | None = None) -> Message:
    """Checks in the page's order, and believes nothing before the signature. Without a key, the header's counts, if
    `announced` lets it."""
    if len(text) > LARGEST_MESSAGE or text.count(".") != 2:
        raise Refused("form", "length or parts")
    head, body, signature = (unb64(part) for part in text.split("."))
    if len(signature) != 64:
        raise Refused("form", "signature")
    header = read_json(head)
    for name in header.keys() & HEADER.keys():
        member(header, name, HEADER[name])
    show = [of_kind(name, str, "show") for name in of_kind(header.get("show", []), list, "show")]
    if member(header, "alg", str) != "ES256":
        raise Refused("alg")
    if member(header, "typ", str) != f"styrk-{typ}+jws":
        raise Refused("typ")
    if member(header, "v", int) != 1:
        raise Refused("version")
    critical = {"crit": ["show"]} if show else {}
    if {name: header[name] for name in header if name == "crit"} != critical or (show and typ != "challenge"):
        raise Refused("crit")
    key = key or member(header, "jwk", dict)
    if announced:
        announced(key)
    verify(key, text.rpartition(".")[0], signature)
    return Message(header, read_json(body), hash_of(text))
