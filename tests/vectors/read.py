"""Reads a message in the order of the page, and goes on after a fault as far as there is something to read."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from codes import is_code
from texts import is_number

LONGEST = 16_384
Shape = Any


class Faulty(Exception):
    """One word of README.md."""


class Members(list[tuple[str, Any]]):
    """A JSON object with its repetitions."""

    def first(self, name: str) -> Any:
        return next((value for key, value in self if key == name), None)


def base64url(text: str) -> bytes:
    if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Faulty("form")
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_")
    if base64.b64encode(data, altchars=b"-_").decode().rstrip("=") != text:
        raise Faulty("form")
    return data


def parse(data: bytes) -> Any:
    """JSON as RFC 8259 has it; `float` and `int` stay apart."""
    def constant(text: str) -> Any:
        raise ValueError(text)

    return json.loads(data.decode("utf-8"), object_pairs_hook=Members, parse_constant=constant)


# A shape is a predicate, or a dictionary of the members of an object; a name with `?` may be absent.

def text(value: Any) -> bool:
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**64


def encoded(length: int) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        try:
            return len(base64url(value)) == length
        except Faulty:
            return False

    return fits


def one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: value in words


def texts(value: Any) -> bool:
    return type(value) is list and all(map(text, value))


def digits(value: Any) -> bool:
    return whole(value) and 2 <= value <= 8


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def anything(_: Any) -> bool:
    return True


def number(value: Any) -> bool:
    return text(value) and is_number(value)


def proof(value: Any) -> bool:
    """The link's secret, or what a person typed, in its one spelling."""
    return ID(value) or fits(value, {"login": text, "secret": lambda code: text(code) and is_code(code)})


def channels(value: Any) -> bool:
    return type(value) is list and all(map(channel, value))


def channel(value: Any) -> bool:
    """A secret, and exactly one address."""
    there = [name for name in ADDRESSES if isinstance(value, Members) and name in dict(value)]
    return len(there) == 1 and fits(value, {"secret": HASH, there[0]: ADDRESSES[there[0]]})


ID, HASH = encoded(16), encoded(32)
JWK = {"kty": one_of("EC"), "crv": one_of("P-256"), "x": HASH, "y": HASH}
HEADER = {"alg": text, "typ": text, "v": whole, "kid?": text, "jwk?": JWK, "htm?": text, "url?": text, "iat?": whole,
          "jti?": ID, "crit?": anything, "show?": texts}
ADDRESSES: dict[str, Shape] = {
    "apns": {"token": text, "environment": one_of("production", "sandbox"), "topic?": text},
    "fcm": {"token": text},
    "web_push": {"endpoint": text, "p256dh": encoded(65), "auth": ID},
}
ANSWER = {"challenge": ID, "hash": HASH}
PAYLOADS: dict[str, Shape] = {
    "claim": {"code": proof, "approval_key": HASH, "commitment": HASH, "model": text, "system": text, "app": text},
    "offer": {"enrolment": ID, "device": ID, "claim": HASH, "user": text, "login": text, "nonce": HASH,
              "organisation": {"name": text, "colour": text, "support": text}, "key_number": whole,
              "policy": {"digits": digits, "unlock": one_of("credential", "biometric")},
              "next_identity_key": HASH, "exp": whole},
    "registration": {"enrolment": ID, "offer": HASH, "nonce": HASH, "approval": text, "app": text},
    "approval-key": {"enrolment": ID, "offer": HASH, "device_key": HASH},
    "fetch": {"app": text, "key_number": whole},
    "challenge": {"id": ID, "device": ID, "organisation": text, "purpose": {"for": text}, "application": text,
                  "browser?": text, "system?": text, "address?": text, "place?": text, "message?": text,
                  "recognised": boolean, "digits": digits, "iat": whole, "exp": whole},
    "approval": {**ANSWER, "number": number},
    "denial": {**ANSWER, "reason": one_of("cancelled", "not_me")},
    "socket": {"nonce": ID, "secret": HASH},
    "channels": {"channels": channels},
    "leave": {},
    "key-statement": {"number": whole, "previous": HASH, "next_identity_key": HASH, "iat": whole},
}
SHAPES = {f"styrk-{name}+jws": shape for name, shape in PAYLOADS.items()}
TYPES = list(SHAPES)
WITH_JWK = [f"styrk-{name}+jws" for name in ("claim", "offer", "registration", "approval-key", "key-statement")]
NOT_REQUESTS = "styrk-offer+jws", "styrk-challenge+jws", "styrk-approval-key+jws", "styrk-key-statement+jws"
SENT_BY_PHONE = [typ for typ in TYPES if typ not in NOT_REQUESTS]


def fits(value: Any, shape: Shape) -> bool:
    if callable(shape):
        return bool(shape(value))
    if not isinstance(value, Members):
        return False
    for marked, inner in shape.items():
        found = [item for key, item in value if key == marked.rstrip("?")]
        if len(found) > 1 or not (found or marked.endswith("?")) or not all(fits(item, inner) for item in found):
            return False
    return True


def faults(message: str, typ: str, key: dict[str, str] | None) -> Iterator[str]:
    """Each outcome that applies, in the order of reading; the first one is the message's."""
    if len(message.encode()) > LONGEST:
        yield "form"
    try:
        head, body, signature = (base64url(part) for part in message.split("."))
    except (ValueError, Faulty):
        yield "form"
        return
    if len(signature) != 64:
        yield "form"
    try:
        header = parse(head)
    except (ValueError, RecursionError):
        header = None
    if not fits(header, HEADER):
        yield "header"
    if not isinstance(header, Members):
        return
    yield from header_faults(header, typ)
    jwk = header.first("jwk")
    if not verified(dict(jwk) if typ in WITH_JWK and fits(jwk, JWK) else key, message.rpartition(".")[0], signature):
        yield "signature"
    try:
        if not fits(parse(body), SHAPES[typ]):
            yield "payload"
    except (ValueError, RecursionError):
        yield "payload"


def header_faults(header: Members, typ: str) -> Iterator[str]:
    if header.first("alg") != "ES256":
        yield "alg"
    if header.first("typ") != typ:
        yield "typ"
    if header.first("v") != 1:
        yield "version"
    names = [name for name, _ in header]
    critical = header.first("crit") == ["show"] and bool(header.first("show")) and typ == "styrk-challenge+jws"
    if not critical and ("crit" in names or header.first("show")):
        yield "crit"
    needed = {"jwk"} if typ in WITH_JWK else set() if typ == "styrk-challenge+jws" else {"kid"}
    if typ in SENT_BY_PHONE:
        needed |= {"iat", "jti"}
    if not needed <= set(names) or ("kid" in needed and not fits(header.first("kid"), ID)):
        yield "members"


def verified(jwk: dict[str, str] | None, signed: str, signature: bytes) -> bool:
    try:
        x, y = (int.from_bytes(base64url((jwk or {})[name]), "big") for name in ("x", "y"))
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError, Faulty):
        return False
    return True


def plain(value: Any) -> Any:
    if isinstance(value, Members):
        return {key: plain(item) for key, item in value}
    return [plain(item) for item in value] if isinstance(value, list) else value


def members_of(shape: dict[str, Shape], outer: str = "") -> Iterator[str]:
    """Each member of a payload, with those of its members: `policy.digits`."""
    for name, inner in shape.items():
        yield f"{outer}{name}"
        if isinstance(inner, dict):
            yield from members_of(inner, f"{outer}{name}.")


def wrong_members(value: Any, shape: dict[str, Shape], outer: str = "") -> Iterator[str]:
    """Those that are absent, repeated or of another shape."""
    if isinstance(value, Members):
        for name, inner in shape.items():
            if not fits(value, {name: inner}):
                yield f"{outer}{name}"
            if isinstance(inner, dict):
                yield from wrong_members(value.first(name), inner, f"{outer}{name}.")


def nulls(value: Any) -> set[str]:
    return {name for name, item in value if item is None} if isinstance(value, Members) else set()


def header_of(message: str) -> dict[str, Any]:
    return dict(plain(parse(base64url(message.split(".")[0]))))


def payload_of(message: str) -> dict[str, Any]:
    return dict(plain(parse(base64url(message.split(".")[1]))))
