"""One sound message of each `typ`: the worked example of docs/protocol.md, value by value."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from .values import (
    APPROVAL,
    DEVICE,
    IDENTITY,
    NEXT_IDENTITY,
    THIRD_IDENTITY,
    Json,
    Key,
    Spoil,
    b64,
    compact,
    digest,
    hash_of,
    short,
)

Change = Callable[[Json], object]
Bytes = Callable[[Json], bytes]

HOST = "mfa.regionx.example"
SERVICE = f"https://{HOST}"
ENROLMENT, DEVICE_ID, CHALLENGE_ID = (b64(bytes([byte]) * 16) for byte in (0xE1, 0xD1, 0xC1))
PHONE_NONCE, SERVICE_NONCE, SOCKET_SECRET = (b64(bytes([byte]) * 32) for byte in (0xAA, 0xBB, 0x55))
WAKE_ID = b64(b"\x66" * 16)
CODE = b64(b"\xc0" * 16)
LOGIN, TYPED_CODE = "anna.andersson@regionx.example", "K8Y52XR8XV"
LINK = f"{SERVICE}/e#1//{CODE}/{short(IDENTITY.thumbprint)}"
COMMITMENT = b64(digest("styrk commitment v1", PHONE_NONCE, DEVICE.thumbprint, APPROVAL.thumbprint))
# When things happen: the claim, the challenge, its end, its answer.
START, ASKED, ENDS, ANSWERED = 1_800_000_000, 1_800_000_099, 1_800_000_189, 1_800_000_110


@dataclass(frozen=True)
class Example:
    name: str
    key: Key
    header: Json
    payload: Json

    @property
    def typ(self) -> str:
        return f"styrk-{self.name}+jws"

    @property
    def message(self) -> str:
        return self.signed()

    @property
    def hash(self) -> str:
        return hash_of(self.message)

    def signed(self, *, header: Change | None = None, payload: Change | None = None, head: Bytes = compact,
               body: Bytes = compact, key: Key | None = None, spoil: Spoil | None = None) -> str:
        """Signed with changed members (`header`, `payload`), written in another way (`head`, `body`)."""
        new_header, new_payload = deepcopy(self.header), deepcopy(self.payload)
        if header:
            header(new_header)
        if payload:
            payload(new_payload)
        return (key or self.key).sign(head(new_header), body(new_payload), spoil)


def put(**members: object) -> Change:
    return lambda value: value.update(members)


def drop(*names: str) -> Change:
    return lambda value: [value.pop(name) for name in names]


def within(name: str, change: Change) -> Change:
    return lambda value: change(value[name])


def both(*changes: Change) -> Change:
    return lambda value: [change(value) for change in changes]


def request(path: str, iat: int, jti: int, method: str = "POST") -> Json:
    return {"htm": method, "url": f"{SERVICE}/api/v1/phone/{path}", "iat": iat, "jti": b64(bytes([jti]) * 16)}


def example(name: str, key: Key, header: Json, payload: Json) -> Example:
    return Example(name, key, {"alg": "ES256", "typ": f"styrk-{name}+jws", "v": 1, **header}, payload)


def claiming(code: object, jti: int) -> Example:
    return example("claim", DEVICE, {"jwk": DEVICE.jwk, **request("claim", START, jti)}, {
        "code": code, "approval_key": APPROVAL.thumbprint, "commitment": COMMITMENT, "model": "Pixel 9",
        "system": "Android 16", "app": "1.0.0"})


KID: Json = {"kid": DEVICE_ID}
CLAIM = claiming(CODE, 1)
TYPED_CLAIM = claiming({"login": LOGIN, "secret": TYPED_CODE}, 7)
OFFER = example("offer", IDENTITY, {"jwk": IDENTITY.jwk}, {
    "enrolment": ENROLMENT, "device": DEVICE_ID, "claim": CLAIM.hash,
    "organisation": {"name": "Region X", "colour": "#00585f", "support": "026-00 00 00"},
    "user": "Anna Andersson", "login": LOGIN, "policy": {"digits": 2, "unlock": "credential"},
    "nonce": SERVICE_NONCE, "key_number": 0, "next_identity_key": NEXT_IDENTITY.thumbprint, "exp": START + 600})
APPROVAL_KEY = example("approval-key", APPROVAL, {"jwk": APPROVAL.jwk}, {
    "enrolment": ENROLMENT, "offer": OFFER.hash, "device_key": DEVICE.thumbprint})
REGISTRATION = example("registration", DEVICE, {"jwk": DEVICE.jwk, **request("registration", START + 20, 2)}, {
    "enrolment": ENROLMENT, "offer": OFFER.hash, "nonce": PHONE_NONCE, "approval": APPROVAL_KEY.message,
    "app": "1.0.0"})
FETCH = example("fetch", DEVICE, {**KID, **request("fetch", START + 100, 3)}, {"app": "1.0.0", "key_number": 0})
CHALLENGE = example(
    "challenge", IDENTITY,
    {"crit": ["show"], "show": ["organisation", "purpose", "application", "recognised", "iat", "browser", "system",
                                "address"]},
    {"id": CHALLENGE_ID, "device": DEVICE_ID, "organisation": "Region X", "purpose": {"for": "sign_in"},
     "application": "MyApps", "browser": "Firefox", "system": "Windows", "address": "192.0.2.7", "recognised": True,
     "digits": 2, "iat": ASKED, "exp": ENDS})
ANSWER: Json = {"challenge": CHALLENGE_ID, "hash": CHALLENGE.hash}
APPROVE = example("approval", APPROVAL, {**KID, **request("answer", ANSWERED, 4)}, {**ANSWER, "number": "47"})
DENY = example("denial", DEVICE, {**KID, **request("answer", ANSWERED, 5)}, {**ANSWER, "reason": "not_me"})
SOCKET = example("socket", DEVICE, {**KID, **request("socket", START + 101, 6, "GET")}, {
    "nonce": b64(b"\x77" * 16), "secret": SOCKET_SECRET})
CHANNELS = example("channels", DEVICE, {**KID, **request("channels", START + 102, 9)}, {"channels": [
    {"secret": b64(b"\x5a" * 32), "apns": {"token": "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0",
                                          "environment": "production"}},
    {"secret": b64(b"\x5b" * 32), "fcm": {"token": "fY3:APA91bH-_x"}},
    {"secret": b64(b"\x5c" * 32), "web_push": {
        "endpoint": "https://push.example.net/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}}]})
LEAVE = example("leave", DEVICE, {**KID, **request("leave", START + 100, 8)}, {})
STATEMENT = example("key-statement", NEXT_IDENTITY, {"jwk": NEXT_IDENTITY.jwk}, {
    "number": 1, "previous": IDENTITY.thumbprint, "next_identity_key": THIRD_IDENTITY.thumbprint,
    "iat": START + 1000})

EXAMPLES = [CLAIM, OFFER, APPROVAL_KEY, REGISTRATION, FETCH, CHALLENGE, APPROVE, DENY, SOCKET, LEAVE, STATEMENT,
            CHANNELS]
REQUESTS = [found for found in EXAMPLES if "htm" in found.header]

# A challenge with as little, and with as much, as there may be.
LEAST_SHOW = ["organisation", "purpose", "application", "recognised", "iat"]
LEAST_PAYLOAD = drop("browser", "system", "address")
FULL_PAYLOAD = put(place="Linköping, Sweden", message="Payroll, March")


def full_show(header: Json) -> None:
    header["show"].extend(["place", "message"])
