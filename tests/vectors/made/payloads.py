"""Messages that are soundly signed and refused for their payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .examples import (
    APPROVE,
    CHALLENGE,
    CHANNELS,
    CLAIM,
    DENY,
    EXAMPLES,
    FETCH,
    OFFER,
    TYPED_CLAIM,
    Change,
    Example,
    drop,
    put,
    within,
)
from .headers import SHORT_ID
from .reading import read
from .values import Json, Vector, compact

MAY_BE_ABSENT = {"challenge": ["browser", "system", "address", "place", "message"]}
# Members of members. Those of a typed code are told apart below.
DEEPER = [(OFFER, "organisation", "name"), (OFFER, "organisation", "colour"), (OFFER, "organisation", "support"),
          (OFFER, "policy", "digits"), (OFFER, "policy", "unlock"), (CHALLENGE, "purpose", "for")]


def refused() -> list[Vector]:
    return [*not_json(), *(vector for example in EXAMPLES for vector in each_member(example)), *each_deeper_member(),
            *nulls(), *lists(), *values(), *typed_codes(),
            *channels()]


def refuse(cause: str, example: Example, name: str = "", **changes: Any) -> Vector:
    return read(f"payload-{example.name}-{name or cause}", example, "payload", cause, **changes)


def not_json() -> list[Vector]:
    bodies = {"not-json": b'{"app":"1.0.0","key_number":0', "not-an-object": b"null", "empty": b""}
    broken = {"": b'{"app":"1.\xe5","key_number":0}', "-ignored": b'{"app":"1.0.0","key_number":0,"z":"\xe5"}',
              "-name": b'{"app":"1.0.0","key_number":0,"\xe5":1}',
              "-deeper": b'{"app":"1.0.0","key_number":0,"z":[{"z":"\xff"}]}',
              "-surrogate": b'{"app":"1.0.0","key_number":0,"z":"\xed\xa0\x80"}'}
    return [
        *(refuse(cause, FETCH, body=lambda _, body=body: body) for cause, body in bodies.items()),
        *(refuse("not-utf-8", FETCH, f"not-utf-8{where}", body=lambda _, body=body: body)
          for where, body in broken.items()),
        refuse("not-utf-8", CHALLENGE, body=lambda payload: compact(payload)[:-1] + b',"z":"\xe5"}'),
        refuse("lone-surrogate", CLAIM, body=lambda payload: json.dumps({**payload, "model": "\ud800"}).encode()),
    ]


def each_member(example: Example) -> Iterator[Vector]:
    may = MAY_BE_ABSENT.get(example.name, [])
    for name in dict.fromkeys([*example.payload, *may]):
        if name not in may:
            yield refuse("missing-member", example, f"without-{name}", payload=drop(name))
        wrong = True if isinstance(example.payload.get(name), str) else [1]
        yield refuse("wrong-type", example, f"wrong-{name}", payload=put(**{name: wrong}))
        value = example.payload.get(name, "Gävle")
        yield refuse("repeated-member", example, f"twice-{name}", payload=put(**{name: value}), body=twice(name))


def twice(name: str) -> Any:
    return lambda payload: compact(payload)[:-1] + b"," + compact({name: payload[name]})[1:]


def each_deeper_member() -> Iterator[Vector]:
    for example, outer, name in DEEPER:
        shown = f"{outer}-{name}"
        yield refuse("missing-member", example, f"without-{shown}", payload=within(outer, drop(name)))
        yield refuse("wrong-type", example, f"wrong-{shown}", payload=within(outer, put(**{name: [1]})))
        yield refuse("repeated-member", example, f"twice-{shown}", body=twice_within(outer, name))


def twice_within(outer: str, name: str) -> Any:
    def body(payload: Json) -> bytes:
        inner = compact(payload[outer])
        return compact(payload).replace(inner, inner[:-1] + b"," + compact({name: payload[outer][name]})[1:])

    return body


def nulls() -> list[Vector]:
    """`null` is no way to leave a member out."""
    return [refuse("null-member", CHALLENGE, f"null-{name}", payload=put(**{name: None}))
            for name in MAY_BE_ABSENT["challenge"]]


def lists() -> list[Vector]:
    """The values of the members in a list are not an object, even if a reader could guess their names."""
    def inner(name: str) -> Change:
        return lambda payload: payload.update({name: list(payload[name].values())})

    whole = [refuse("list-for-object", example, body=lambda payload: compact(list(payload.values())))
             for example in EXAMPLES]
    return whole + [
        refuse("list-for-object", example, f"list-for-{name}", payload=inner(name))
        for example, name in ((OFFER, "organisation"), (OFFER, "policy"), (CHALLENGE, "purpose"), (TYPED_CLAIM, "code"))
    ]


def values() -> list[Vector]:
    numbers: dict[str, object] = {
        "number-one-digit": "4", "number-nine-digits": "123456789", "number-not-text": 47, "number-sign": "+4",
        "number-other-digits": "４７",
    }
    return [
        refuse("short-id", DENY, payload=put(challenge=SHORT_ID)),
        refuse("padded-hash", DENY, payload=lambda payload: payload.update(hash=payload["hash"] + "=")),
        *(refuse(cause, APPROVE, payload=put(number=number)) for cause, number in numbers.items()),
        refuse("unknown-reason", DENY, payload=put(reason="maybe")),
        refuse("unknown-unlock", OFFER, payload=within("policy", put(unlock="none"))),
        refuse("word-as-object", DENY, payload=put(reason={"not_me": None})),
        refuse("word-as-object", OFFER, payload=within("policy", put(unlock={"credential": None}))),
        *(refuse(cause, CHALLENGE, payload=put(digits=digits)) for cause, digits in DIGITS.items()),
        *(refuse(cause, OFFER, payload=within("policy", put(digits=digits))) for cause, digits in DIGITS.items()),
    ]


DIGITS = {"digits-one": 1, "digits-nine": 9}


def typed_codes() -> list[Vector]:
    """In the one spelling that goes over the wire, or not at all."""
    def typed(cause: str, change: Change) -> Vector:
        return refuse(f"typed-{cause}", TYPED_CLAIM, payload=within("code", change))

    return [
        typed("lower-case", put(secret="k8y52xr8xv")),
        typed("hyphen", put(secret="K8Y52-XR8XV")),
        typed("letter-o", put(secret="OOOOOOOOOO")),
        typed("wrong-check", put(secret="K8Y52XR8XW")),
        typed("nine-characters", put(secret="K8Y52XR8X")),
        typed("eleven-characters", put(secret="K8Y52XR8XV0")),
        typed("without-login", drop("login")),
        typed("without-secret", drop("secret")),
        typed("login-not-text", put(login=1)),
        typed("secret-not-text", put(secret=1)),
        typed("null-login", put(login=None)),
        refuse("typed-repeated-member", TYPED_CLAIM, body=twice_within("code", "login")),
        refuse("typed-secret-alone", TYPED_CLAIM, payload=put(code="K8Y52XR8XV")),
        refuse("short-code", CLAIM, payload=put(code=SHORT_ID)),
    ]


def channels() -> list[Vector]:
    """A list of objects with a secret and exactly one address each, whose members have their form."""
    def at(place: int, cause: str, name: str, change: Change) -> Vector:
        return refuse(cause, CHANNELS, name, payload=lambda said: change(said["channels"][place]))

    fcm = CHANNELS.payload["channels"][1]
    return [
        at(1, "channel-two-addresses", "channel-two-addresses", put(apns=CHANNELS.payload["channels"][0]["apns"])),
        at(1, "channel-no-address", "channel-no-address", drop("fcm")),
        at(1, "missing-member", "channel-without-secret", drop("secret")),
        at(1, "null-member", "channel-null-web_push", put(web_push=None)),
        at(1, "short-id", "channel-short-secret", put(secret=SHORT_ID)),
        at(1, "list-for-object", "channel-list-for-fcm", put(fcm=["a"])),
        at(0, "channel-unknown-environment", "channel-environment", within("apns", put(environment="other"))),
        at(0, "wrong-type", "channel-token", within("apns", put(token=1))),
        at(0, "null-member", "channel-null-topic", within("apns", put(topic=None))),
        at(0, "word-as-object", "channel-environment-object", within("apns", put(environment={"sandbox": None}))),
        at(2, "channel-short-key", "channel-short-p256dh", within("web_push", put(p256dh=SHORT_ID))),
        at(2, "short-id", "channel-short-auth", within("web_push", put(auth="BTBZ"))),
        *(at(2, "missing-member", f"channel-without-{name}", within("web_push", drop(name)))
          for name in ("endpoint", "p256dh", "auth")),
        refuse("wrong-type", CHANNELS, "channel-text", payload=put(channels=["a"])),
        refuse("repeated-member", CHANNELS, "channel-twice-fcm",
               body=lambda said: compact(said).replace(compact(fcm), compact(fcm)[:-1] + b',"fcm":{"token":"a"}}')),
    ]
