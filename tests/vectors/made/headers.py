"""Messages that are refused for their header or their signature, in the order of reading."""

from __future__ import annotations

import hmac
from typing import Any

from .examples import (
    APPROVE,
    CHALLENGE,
    CLAIM,
    DENY,
    EXAMPLES,
    FETCH,
    OFFER,
    STATEMENT,
    Change,
    Example,
    both,
    drop,
    put,
    within,
)
from .reading import read
from .values import DEVICE, GROUP_ORDER, NO_POINT, OTHER, Json, Vector, b64, compact

SHORT_ID, SHORT_COORDINATE = b64(b"1" * 15), b64(b"1" * 31)


def refused() -> list[Vector]:
    return [*headers(), *nulls(), *not_utf8(), *lists(), *keys(), *algorithms(), *other_messages(), *versions(),
            *critical(), *members(), *signatures()]


def refuse(outcome: str, cause: str, example: Example, **changes: Any) -> Vector:
    return read(f"{outcome}-{cause}", example, outcome, cause, **changes)


def both_faults(outcome: str, also: str, example: Example, **changes: Any) -> Vector:
    return read(f"{outcome}-before-{also}", example, outcome, also=[also], **changes)


def headers() -> list[Vector]:
    def header(cause: str, example: Example = FETCH, **changes: Any) -> Vector:
        return refuse("header", cause, example, **changes)

    return [
        header("not-json", head=lambda header: compact(header) + b"x"),
        header("not-an-object", head=lambda _: b'["ES256"]'),
        header("byte-order-mark", head=lambda header: b"\xef\xbb\xbf" + compact(header)),
        *(header(f"{name}-missing", header=drop(name)) for name in ("alg", "typ", "v")),
        header("alg-not-text", header=put(alg=256)),
        header("v-text", header=put(v="1")),
        header("v-fraction", header=put(v=1.0)),
        header("v-negative", header=put(v=-1)),
        header("repeated-member", head=lambda header: compact(header)[:-1] + b',"alg":"ES256"}'),
        header("iat-not-whole", header=put(iat=1800000100.5)),
        header("jti-short", header=put(jti=SHORT_ID)),
        header("show-not-a-list", CHALLENGE, header=put(show="organisation")),
        header("show-not-texts", CHALLENGE, header=put(show=[1])),
        both_faults("header", "alg", FETCH, header=both(drop("v"), put(alg="none"))),
    ]


def nulls() -> list[Vector]:
    """`null` is no way to leave a member out."""
    where = [(FETCH, name) for name in ("kid", "htm", "url", "iat", "jti")]
    where += [(CLAIM, "jwk"), (OFFER, "jwk"), (CHALLENGE, "show")]
    where += [(CHALLENGE, name) for name in ("kid", "jwk", "htm", "url", "iat", "jti")]
    return [
        read(f"header-null-{example.name}-{name}", example, "header", "null-member", header=put(**{name: None}))
        for example, name in where
    ]


def not_utf8() -> list[Vector]:
    """Also where nobody looks: inside members that are ignored, in their names, in what lies deeper."""
    added = {"value": b'"z":"\xe5"', "name": b'"\xe5":1', "deeper": b'"z":[{"z":"\xff"}]',
             "surrogate": b'"z":"\xed\xa0\x80"', "overlong": b'"z":"\xc0\xaf"'}
    return [
        refuse("header", "not-utf-8", CHALLENGE, head=lambda header: compact(header)[:-1] + b',"z":"\xe5"}'),
        *(read(f"header-not-utf-8-{where}", FETCH, "header", "not-utf-8",
               head=lambda header, more=more: compact(header)[:-1] + b"," + more + b"}")
          for where, more in added.items()),
    ]


def lists() -> list[Vector]:
    """The values of the members in a list are not an object, even if a reader could guess their names."""
    def values(header: Json) -> bytes:
        names = "alg", "typ", "v", "kid", "jwk", "htm", "url", "iat", "jti"
        return compact([header.get(name) for name in names])

    def key(header: Json) -> None:
        header["jwk"] = list(header["jwk"].values())

    return [refuse("header", "list-for-object", FETCH, head=values),
            read("header-list-for-object-jwk", CLAIM, "header", "list-for-object", header=key)]


def keys() -> list[Vector]:
    def jwk(cause: str, change: Change) -> Vector:
        return refuse("header", f"jwk-{cause}", CLAIM, header=within("jwk", change))

    return [
        refuse("header", "jwk-not-an-object", CLAIM, header=put(jwk="x")),
        jwk("x-short", put(x=SHORT_COORDINATE)),
        jwk("x-padded", lambda key: key.update(x=key["x"] + "=")),
        jwk("y-missing", drop("y")),
        jwk("other-curve", put(crv="P-384")),
        jwk("other-type", put(kty="RSA")),
        refuse("header", "jwk-repeated-member", CLAIM, head=lambda header: compact(header).replace(
            b'"crv":"P-256"', b'"crv":"P-256","crv":"P-256"')),
    ]


def algorithms() -> list[Vector]:
    names = {"none": "none", "es384": "ES384", "lower-case": "es256"}
    return [
        *(refuse("alg", cause, FETCH, header=put(alg=alg)) for cause, alg in names.items()),
        refuse("alg", "hs256", FETCH, message=with_mac()),
        both_faults("alg", "typ", FETCH, header=put(alg="none", typ="x")),
    ]


def with_mac() -> str:
    """A MAC under the public key, for readers that let the message choose the algorithm."""
    signed = f"{b64(compact({**FETCH.header, 'alg': 'HS256'}))}.{b64(compact(FETCH.payload))}"
    return f"{signed}.{b64(hmac.digest(compact(DEVICE.jwk), signed.encode(), 'sha256') * 2)}"


def other_messages() -> list[Vector]:
    names = {"unknown": "styrk-unknown+jws", "media-type": "application/styrk-fetch+jws",
             "upper-case": "Styrk-Fetch+JWS"}
    return [
        refuse("typ", "another-message", DENY, header=put(typ=APPROVE.typ)),
        *(refuse("typ", cause, FETCH, header=put(typ=typ)) for cause, typ in names.items()),
        both_faults("typ", "version", FETCH, header=put(typ="x", v=2)),
    ]


def versions() -> list[Vector]:
    return [
        refuse("version", "zero", FETCH, header=put(v=0)),
        refuse("version", "two", FETCH, header=put(v=2)),
        both_faults("version", "crit", FETCH, header=put(v=2, crit=["b64"])),
    ]


def critical() -> list[Vector]:
    changes: dict[str, Change] = {
        "unknown": put(crit=["b64"]), "more-than-show": put(crit=["show", "exp"]), "empty": put(crit=[]),
        "repeated": put(crit=["show", "show"]), "without-show": drop("show"), "with-empty-show": put(show=[]),
        "missing": drop("crit"), "not-a-list": put(crit="show"), "null": put(crit=None),
    }
    elsewhere = put(crit=["show"], show=["organisation"])
    return [
        *(refuse("crit", cause, CHALLENGE, header=change) for cause, change in changes.items()),
        read("crit-null-without-show", CHALLENGE, "crit", "null", header=both(drop("show"), put(crit=None))),
        read("crit-null-fetch", FETCH, "crit", "null", header=put(crit=None)),
        *(read(f"crit-show-in-{example.name}", example, "crit", "show-elsewhere", header=elsewhere)
          for example in EXAMPLES if example is not CHALLENGE),
        both_faults("crit", "members", FETCH, header=both(put(crit=["b64"]), drop("jti"))),
    ]


def members() -> list[Vector]:
    return [
        refuse("members", "jwk-missing", CLAIM, header=drop("jwk")),
        *(read(f"members-{example.name}-jwk-missing", example, "members", "jwk-missing", header=drop("jwk"))
          for example in (OFFER, STATEMENT)),
        *(refuse("members", f"{name}-missing", FETCH, header=drop(name)) for name in ("kid", "iat", "jti")),
        refuse("members", "kid-short", FETCH, header=put(kid=SHORT_ID)),
        both_faults("members", "signature", FETCH, header=drop("jti"), key=OTHER),
    ]


def signatures() -> list[Vector]:
    def signature(cause: str, example: Example = FETCH, **changes: Any) -> Vector:
        return refuse("signature", cause, example, **changes)

    header, payload, signed = FETCH.message.split(".")
    later = b64(compact({**FETCH.header, "iat": 1_800_000_101}))
    newer = b64(compact({**FETCH.payload, "app": "1.0.1"}))
    return [
        signature("other-key", key=OTHER),
        signature("other-header", message=f"{later}.{payload}.{signed}"),
        signature("other-payload", message=f"{header}.{newer}.{signed}"),
        signature("all-zero", spoil=lambda _: bytes(64)),
        signature("r-is-order", spoil=lambda s: GROUP_ORDER.to_bytes(32, "big") + s[32:]),
        signature("swapped", spoil=lambda s: s[32:] + s[:32]),
        signature("key-not-on-curve", CLAIM, header=within("jwk", put(x=NO_POINT))),
        signature("device-key-for-approval", APPROVE, key=DEVICE),
        signature("other-key-in-jwk", CLAIM, header=put(jwk=OTHER.jwk)),
        both_faults("signature", "payload", FETCH, key=OTHER, body=lambda _: b"[]"),
    ]
