"""Messages that every reader accepts, and the form of those that none does."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .examples import (
    CHALLENGE,
    CHANNELS,
    CLAIM,
    EXAMPLES,
    FETCH,
    FULL_PAYLOAD,
    LEAST_PAYLOAD,
    LEAST_SHOW,
    TYPED_CLAIM,
    Example,
    both,
    drop,
    full_show,
    put,
    within,
)
from .reading import read
from .values import GROUP_ORDER, Json, Vector, compact

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LONGEST = 16_384


def accepted() -> list[Vector]:
    return [read(example.name, example, "accept") for example in EXAMPLES] + json_accepted() + signatures_accepted() + [
        accept(CHALLENGE, "empty-show", header=both(drop("crit"), put(show=[]))),
        accept(FETCH, "empty-show", header=put(show=[])),
        accept(FETCH, "16384-bytes", message=of_length(LONGEST)),
        accept(CHALLENGE, "least-challenge", header=put(show=LEAST_SHOW), payload=LEAST_PAYLOAD),
        accept(CHALLENGE, "full-challenge", header=full_show, payload=FULL_PAYLOAD),
        accept(CHANNELS, "no-channels", payload=put(channels=[])),
        accept(CHANNELS, "apns-topic", payload=lambda said: said["channels"][0]["apns"].update(topic="se.example.mfa")),
        accept(CHANNELS, "unknown-member-in-channel", payload=lambda said: said["channels"][0].update(zz={"token": 1})),
        accept(TYPED_CLAIM, "typed-code"),
        accept(TYPED_CLAIM, "typed-code-unknown-member", payload=within("code", put(zz=1))),
    ]


def accept(example: Example, cause: str, **changes: Any) -> Vector:
    return read(f"{example.name}-accept-{cause}", example, "accept", cause, **changes)


def json_accepted() -> list[Vector]:
    return [
        accept(FETCH, "unknown-header-member", header=put(zz={"a": 1})),
        accept(FETCH, "unknown-payload-member", payload=put(zz=[1, None])),
        accept(FETCH, "repeated-unknown-member", body=lambda payload: compact(payload)[:-1] + b',"zz":1,"zz":2}'),
        accept(FETCH, "white-space-in-json", head=spaced, body=lambda _: b' {"app" : "1.0.0" , "key_number" :\n0 } '),
        accept(FETCH, "other-order-of-members", head=lambda header: compact(dict(reversed(header.items())))),
        accept(CLAIM, "extra-jwk-member", header=within("jwk", put(use="sig", kid="x"))),
    ]


def spaced(header: Json) -> bytes:
    return b" \r\n" + json.dumps(header, indent=1).encode() + b"\t"


def signatures_accepted() -> list[Vector]:
    def with_s(choose: Any) -> Any:
        def spoil(signature: bytes) -> bytes:
            s = int.from_bytes(signature[32:], "big")
            return signature[:32] + int(choose(s, GROUP_ORDER - s)).to_bytes(32, "big")

        return spoil

    return [accept(FETCH, "high-s", spoil=with_s(max)), accept(FETCH, "low-s", spoil=with_s(min))]


def of_length(length: int) -> str:
    """A fetch of exactly so many bytes: what is unknown in header and payload fills it."""
    for in_header in range(4):
        header = put(zz="x" * in_header) if in_header else None
        empty = len(FETCH.signed(header=header, payload=put(zz="")))
        for filling in range((length - empty) * 3 // 4 - 3, (length - empty) * 3 // 4 + 4):
            message = FETCH.signed(header=header, payload=put(zz="x" * filling))
            if len(message) == length:
                return message
    raise ValueError(length)


def of_wrong_form() -> list[Vector]:
    message = FETCH.message
    header, payload, signature = message.split(".")
    last_bit = BASE64URL[BASE64URL.index(message[-1]) ^ 1]
    texts = {
        "two-parts": f"{header}.{payload}",
        "four-parts": f"{message}.",
        "padding": f"{message}==",
        "alphabet": f"{header[:-1]}+.{payload}.{signature}",
        "white-space": f"{message}\n",
        "trailing-bits": message[:-1] + last_bit,
    }
    spoilt = {"signature-63": cut, "signature-65": lambda s: s + b"\0", "signature-empty": lambda _: b"",
              "signature-der": der}
    return [
        read("fetch-form-too-long", FETCH, "form", "too-long", message=of_length(LONGEST + 1)),
        *(read(f"form-{cause}", FETCH, "form", cause, message=text) for cause, text in texts.items()),
        *(read(f"form-{cause}", FETCH, "form", cause, spoil=spoil) for cause, spoil in spoilt.items()),
        read("form-before-header", FETCH, "form", also=["header"], head=lambda _: b"[]", spoil=cut),
    ]


def cut(signature: bytes) -> bytes:
    return signature[:63]


def der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
