"""statements.json: what a phone pins after a key statement."""

from __future__ import annotations

from typing import Any

from .examples import EXAMPLES, OFFER, START, STATEMENT, Change, both, drop, example, put, within
from .values import (
    DEVICE,
    IDENTITY,
    NEXT_IDENTITY,
    NO_POINT,
    OTHER,
    OTHER_HASH,
    THIRD_IDENTITY,
    Json,
    Key,
    Spoil,
    Vector,
    compact,
    thumbprint_of,
)


def pin(key: Key, number: int, following: str) -> Json:
    return {"key": key.jwk, "number": number, "next": following}


FIRST = pin(IDENTITY, 0, NEXT_IDENTITY.thumbprint)
SECOND = pin(NEXT_IDENTITY, 1, THIRD_IDENTITY.thumbprint)
THIRD = pin(THIRD_IDENTITY, 2, OTHER.thumbprint)
NEXT_STATEMENT = example("key-statement", THIRD_IDENTITY, {"jwk": THIRD_IDENTITY.jwk}, {
    "number": 2, "previous": NEXT_IDENTITY.thumbprint, "next_identity_key": OTHER.thumbprint, "iat": START + 2000})


def statements() -> list[Vector]:
    return [*followed(), *read_wrong(), *refused(), *pairs()]


def followed() -> list[Vector]:
    return [
        {**statement("accept", "first"), "new_pin": SECOND},
        {**statement("accept", "second", before=SECOND, message=NEXT_STATEMENT.message), "new_pin": THIRD},
        {**statement("accept", "unknown-member", payload=put(zz=1)), "new_pin": SECOND},
        {**statement("accept", "any-time", payload=put(iat=0)), "new_pin": SECOND},
    ]


def read_wrong() -> list[Vector]:
    """Readers that take no notice of the envelope would follow these."""
    others = [made for made in EXAMPLES if made is not STATEMENT]
    return [
        statement("form", "signature-63", spoil=lambda signature: signature[:63]),
        statement("header", "repeated-member", message=NEXT_IDENTITY.sign(
            compact(STATEMENT.header)[:-1] + b',"v":1}', compact(STATEMENT.payload))),
        statement("alg", "none", header=put(alg="none")),
        *(statement("typ", "another-message", f"typ-{made.name}", header=put(typ=made.typ)) for made in others),
        statement("version", "two", header=put(v=2)),
        statement("crit", "show-elsewhere", header=put(crit=["show"], show=["number"])),
        statement("signature", "all-zero", spoil=lambda _: bytes(64)),
        statement("signature", "by-pinned-key", key=IDENTITY),
        statement("signature", "by-other-key", key=OTHER),
        statement("signature", "other-payload", message=swapped()),
        statement("signature", "key-not-on-curve", before={**FIRST, "next": thumbprint_of(off_curve())},
                  header=put(jwk=off_curve())),
        statement("payload", "not-an-object", message=NEXT_IDENTITY.sign(compact(STATEMENT.header), b"[]")),
        *(statement("payload", "missing-member", f"without-{name}", payload=drop(name)) for name in STATEMENT.payload),
    ]


def off_curve() -> Json:
    return {**NEXT_IDENTITY.jwk, "x": NO_POINT}


def swapped() -> str:
    """The signature of the example over another payload."""
    header, _, signature = STATEMENT.message.split(".")
    payload = STATEMENT.signed(payload=put(next_identity_key=OTHER_HASH)).split(".")[1]
    return f"{header}.{payload}.{signature}"


def refused() -> list[Vector]:
    def by(key: Key) -> Change:
        return put(jwk=key.jwk)

    return [
        statement("key", "jwk-missing", header=drop("jwk")),
        statement("key", "other-key", header=by(OTHER), key=OTHER),
        statement("key", "pinned-key", header=by(IDENTITY), key=IDENTITY),
        statement("key", "device-key", header=by(DEVICE), key=DEVICE),
        statement("key", "extra-jwk-member-other-x", header=within("jwk", put(x=OTHER.jwk["x"], kid="x"))),
        statement("key", "again", before=SECOND),
        statement("key", "one-left-out", message=NEXT_STATEMENT.message),
        statement("number", "same", payload=put(number=0)),
        statement("number", "too-far", payload=put(number=2)),
        statement("number", "same", "later-pin", before={**FIRST, "number": 1}),
        statement("previous", "another", payload=put(previous=OTHER.thumbprint)),
        statement("previous", "itself", payload=put(previous=NEXT_IDENTITY.thumbprint)),
        statement("next", "pinned-key", "next-pinned-key", payload=put(next_identity_key=IDENTITY.thumbprint)),
        statement("next", "itself", "next-itself", payload=put(next_identity_key=NEXT_IDENTITY.thumbprint)),
    ]


def pairs() -> list[Vector]:
    """Two faults in one: the earlier is told."""
    other_key = put(jwk=OTHER.jwk)
    return [
        two("typ", "key", header=both(put(typ=OFFER.typ), other_key), key=OTHER),
        two("crit", "key", header=both(put(crit=["b64"]), other_key), key=OTHER),
        two("key", "signature", header=other_key),
        two("signature", "payload", key=OTHER, payload=drop("iat")),
        two("signature", "number", key=OTHER, payload=put(number=7)),
        two("payload", "number", payload=both(drop("iat"), put(number=7))),
        two("number", "previous", payload=put(number=7, previous=OTHER_HASH)),
        two("previous", "next", payload=put(previous=OTHER.thumbprint, next_identity_key=NEXT_IDENTITY.thumbprint)),
    ]


def two(outcome: str, also: str, **changes: Any) -> Vector:
    vector = statement(outcome, "", f"{outcome}-before-{also}", **changes)
    vector["also"] = [also]
    del vector["cause"]
    return vector


def statement(outcome: str, cause: str, name: str | None = None, *, before: Json = FIRST, message: str | None = None,
              header: Change | None = None, payload: Change | None = None, key: Key | None = None,
              spoil: Spoil | None = None) -> Vector:
    made = message or STATEMENT.signed(header=header, payload=payload, key=key, spoil=spoil)
    return {"name": name or (cause if outcome == "accept" else f"{outcome}-{cause}"), "outcome": outcome,
            "cause": cause, "pin": before, "message": made}
