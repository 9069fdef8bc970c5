"""A Styrk phone, written from docs/protocol.md alone: it shares no code with the project, and shows that the page is
enough. Its keys are in memory and it has no screen, so it is for tests and for readers, not for anybody's pocket.

This file and envelope.py enrol and approve. README.md says what the others add."""

from __future__ import annotations

import http.client
import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from envelope import Json, Key, Message, Refused, b64, hash_of, member, of_kind, open_message, read_json, sha256
from envelope import thumbprint, unb64

VERSION, ALPHABET = "1.0.0", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LARGEST_ANSWER, WAIT, WAIT_FOR_RECEIPT = 65_536, 15, 10
ALWAYS = {"organisation": str, "purpose": dict, "application": str, "recognised": bool, "iat": int}
IF_THERE = {"browser": str, "system": str, "address": str, "place": str, "message": str}
PURPOSES = ["sign_in", "confirm_test", "open_security", "add_device", "trust_browser", "enable_phone_sign_in",
            "reset_password"]
UNSEEN = re.compile("[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]")


def check_text(text: str, code: str) -> None:
    """Not empty, at most 200 characters, visible."""
    hidden = any(unicodedata.category(c) in ("Cc", "Cs") or (c.isspace() and c != " ") for c in text)
    if not 0 < len(text) <= 200 or hidden or UNSEEN.search(text) or "  " in text or text != text.strip(" "):
        raise Refused(code, "text")


@dataclass(frozen=True)
class Link:
    """A code and where to claim it, from a link or from what a person types (typed.py)."""

    service: str  # scheme, host and port
    host: str
    code: str | Json
    identity: bytes | None  # short thumbprint; a typed code has none


def read_link(text: str, development: bool = False) -> Link:
    found = re.fullmatch(r"(https?)://([^/?#@]+)/e#([^/]+)/(.*)", text)
    if not found or not text.isascii() or len(text) >= 120:
        raise Refused("link", "not an enrolment link")
    scheme, link_host, version, rest = found.groups()
    if version != "1":
        raise Refused("update", "another version")
    if rest.count("/") != 2:
        raise Refused("link", "parts")
    host, code, identity = rest.split("/")
    host = host or link_host
    for name in (link_host, host):
        check_host(scheme, name, development)
    unb64(code, 16)
    return Link(f"{scheme}://{host}", host, code, unb64(identity, 16))


def check_host(scheme: str, host: str, development: bool) -> None:
    """A name or an address in the one spelling that a URL parser gives."""
    octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    name = rf"([a-z0-9_-]+\.)*[a-z][a-z0-9_-]*|({octet}\.){{3}}{octet}|\[[0-9a-f:]+\]"
    found = re.fullmatch(rf"(?P<name>{name})(:(?P<port>[1-9][0-9]{{0,4}}))?", host)
    if not found or "xn--" in host or found["port"] == {"https": "443", "http": "80"}[scheme]:
        raise Refused("link", "host")
    if host.startswith("[") and not is_ipv6(found["name"][1:-1]):
        raise Refused("link", "another spelling of an IPv6 address")
    if int(found["port"] or 0) > 65535 or (scheme == "http" and not (development and is_loopback(found["name"]))):
        raise Refused("link", "port, or plain http")


def is_ipv6(text: str) -> bool:
    try:
        return str(ipaddress.IPv6Address(text)) == text
    except ValueError:
        return False


def is_loopback(name: str) -> bool:
    return bool(re.fullmatch(r"localhost|\[::1\]|127(\.[0-9]+){3}", name))


def post(url: str, message: str | None, kind: str, wait: int = WAIT, method: str = "POST") -> bytes:
    """The body of an answer of this media type; follows nothing."""
    place = urlsplit(url)
    connect = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = connect(place.netloc, timeout=wait)
    try:
        connection.request(method, place.path, message, {"Content-Type": "application/jose"} if message else {})
        reply = connection.getresponse()
        body = reply.read(LARGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Refused("no_answer", str(error)) from error
    finally:
        connection.close()
    found = reply.headers.get_content_type() if reply.status != 204 else kind
    if found == "application/problem+json":
        raise problem(body)
    if len(body) > LARGEST_ANSWER or reply.status not in (200, 204) or found != kind:
        raise Refused("garbled", f"status {reply.status}")
    return body


def problem(body: bytes) -> Refused:
    value = answer(body)
    try:
        code, now = member(value, "code", str), member(value, "now", int) if "now" in value else None
    except Refused:
        return Refused("garbled", "a problem without a code")
    return Refused(code, str(value.get("detail") or value.get("title")), now)


def answer(body: bytes) -> Json:
    try:
        return read_json(body)
    except Refused as error:
        raise Refused("garbled") from error


def read_reply(body: bytes) -> Json:
    """A fetch reply in which every member that the page names is what the page says."""
    reply = {"key_statements": [], **answer(body)}
    try:
        for message in [*member(reply, "challenges", list), *member(reply, "key_statements", list)]:
            of_kind(message, str, "message")
        for one in member(reply, "ended", list):
            unb64(of_kind(one, dict, "ended").get("challenge"), 16)
            member(one, "end", str)
            member(one, "here", bool)
        member(reply, "now", int)
        member(reply, "confirmed", bool)
        push = member(reply, "push", dict) if "push" in reply else {}
        for value, name in [(reply, "renew"), (push, "apns"), (push, "fcm")]:
            if name in value:
                member(value, name, bool)
        if "web_push" in push:
            unb64(member(push, "web_push", dict).get("key"), 65)
    except Refused as error:
        raise Refused("garbled") from error
    return reply


def read_end(body: bytes) -> Json:
    """What became of the request that was answered."""
    reply = answer(body)
    try:
        return {"end": member(reply, "end", str), "counted": member(reply, "counted", bool)}
    except Refused as error:
        raise Refused("garbled") from error


@dataclass(frozen=True)
class Challenge:
    id: str
    hash: bytes
    digits: int
    shown: Json


def commitment(nonce: bytes, keys: tuple[bytes, bytes]) -> bytes:
    return sha256(b"styrk commitment v1\0", nonce, *keys)


def characters(claim: bytes, offer: bytes, nonce: bytes, keys: tuple[bytes, bytes]) -> str:
    bits = int.from_bytes(sha256(b"styrk characters v1\0", claim, offer, nonce, *keys)[:3], "big") >> 4
    return "".join(ALPHABET[bits >> shift & 31] for shift in (15, 10, 5, 0))


def check_number(number: str) -> str:
    if not re.fullmatch("[0-9]{2,8}", number):
        raise Refused("number")
    return number


@dataclass(frozen=True)
class Pin:
    key: Json  # JWK
    number: int
    next: str  # thumbprint


class Account:
    """An enrolment and what becomes of it: both keys, the service's time, every request."""

    def __init__(self, link: Link, clock: Callable[[], float], others: Iterable[Account] = ()) -> None:
        self.link, self._clock, self._ahead = link, clock, 0
        self.confirmed, self.ended, self.too_old = False, False, False
        self._known = {(o.link.service, o.offer["login"].lower()) for o in others if o.confirmed and not o.ended}
        self._device, self._approval, self._nonce = Key(), Key(), secrets.token_bytes(32)
        self._keys = self._device.thumbprint, self._approval.thumbprint
        self._claim, self._offer, self._opened = b"", Message({}, {}, b""), False
        self.offer: Json = {}
        self.pin = Pin({}, 0, "")
        self._sent: dict[str, str] = {}

    def now(self) -> int:
        """The service's time, as far as it is known here."""
        return int(self._clock()) + self._ahead

    def heed(self, refusal: Refused) -> None:
        """Takes the service's time from `clock`. Everything else is for the user."""
        self.ended |= refusal.code == "device_ended"
        if refusal.code != "clock" or refusal.now is None:
            raise refusal
        self._ahead = refusal.now - int(self._clock())

    def address(self, path: str) -> str:
        return f"{self.link.service}/api/v1/phone/{path}"

    def sign(self, typ: str, path: str, payload: Json, method: str = "POST") -> str:
        who = {"jwk": self._device.jwk} if typ in ("claim", "registration") else {"kid": self.offer["device"]}
        bound = {"htm": method, "url": self.address(path), "iat": self.now(), "jti": b64(secrets.token_bytes(16))}
        return (self._approval if typ == "approval" else self._device).sign(typ, {**who, **bound}, payload)

    def _send(self, typ: str, path: str, payload: Json, kind: str = "application/json") -> tuple[str, bytes]:
        """Signs and sends, once more after `clock`. Returns what was sent, and the answer."""
        def once() -> tuple[str, bytes]:
            self._sent[path] = message = self.sign(typ, path, payload)
            return message, post(self.address(path), message, kind)

        try:
            return once()
        except Refused as refusal:
            self.heed(refusal)
            return once()

    def claim(self) -> str:
        """Claims the code; returns what the user is asked before anything else happens. May be repeated, but never
        with a nonce that somebody has seen."""
        if self._opened:
            raise Refused("registered", "another claim takes another account, with keys and a nonce of its own")
        payload = {"code": self.link.code, "approval_key": b64(self._keys[1]),
                   "commitment": b64(commitment(self._nonce, self._keys)), "model": "Independent phone",
                   "system": "Python", "app": VERSION}
        message, offer = self._send("claim", "claim", payload, "application/jose")
        self._claim = hash_of(message)
        self._offer = self.read_offer(offer.decode("ascii", "replace"))
        self.offer = self._offer.payload
        self.pin = Pin(self._offer.header["jwk"], self.offer["key_number"], self.offer["next_identity_key"])
        return f"Add {self.offer['user']}, {self.offer['organisation']['name']}, {self.link.host}?"

    def read_offer(self, text: str) -> Message:
        """Every rule of "The phone checks, in this order"."""
        offer = open_message(text, "offer", announced=self._check_identity)
        payload = offer.payload
        organisation, policy = member(payload, "organisation", dict), member(payload, "policy", dict)
        for name, length in (("enrolment", 16), ("device", 16), ("nonce", 32), ("next_identity_key", 32)):
            unb64(payload.get(name), length)
        if not 2 <= member(policy, "digits", int) <= 8 or policy.get("unlock") not in ("credential", "biometric"):
            raise Refused("form", "policy")
        member(payload, "key_number", int)
        login = member(payload, "login", str)
        if isinstance(self.link.code, dict) and self.link.code["login"].lower() != login.lower():
            raise Refused("offer_login")
        if unb64(payload.get("claim"), 32) != self._claim:
            raise Refused("offer_claim")
        if member(payload, "exp", int) <= self.now():
            raise Refused("offer_expired")
        for text in (member(organisation, "name", str), member(payload, "user", str), login):
            check_text(text, "offer_text")
        if (self.link.service, login.lower()) in self._known:
            raise Refused("offer_known")
        return offer

    def _check_identity(self, jwk: Json) -> None:
        if self.link.identity not in (None, thumbprint(jwk)[:16]):
            raise Refused("offer_identity")

    def register(self) -> str:
        """After the user's yes; returns the four characters to show. May be repeated."""
        both = {"enrolment": self.offer["enrolment"], "offer": b64(self._offer.hash)}
        own = {**both, "device_key": b64(self._keys[0])}
        inner = self._approval.sign("approval-key", {"jwk": self._approval.jwk}, own)
        payload = {**both, "nonce": b64(self._nonce), "approval": inner, "app": VERSION}
        self._opened = True
        answer(self._send("registration", "registration", payload)[1])
        return characters(self._claim, self._offer.hash, self._nonce, self._keys)

    def fetch(self) -> list[Challenge]:
        reply = read_reply(self._send("fetch", "fetch", {"app": VERSION, "key_number": self.pin.number})[1])
        self._ahead = reply["now"] - int(self._clock())
        if self.follow(reply["key_statements"]):
            return self.fetch()
        self.confirmed = reply["confirmed"]
        return list(filter(None, map(self._or_silence, reply["challenges"])))

    def follow(self, statements: list[str]) -> bool:
        """Newer identity keys: living.py. Whether there may be more."""
        return False

    def _or_silence(self, text: str) -> Challenge | None:
        try:
            return self.read_challenge(text)
        except Refused as refusal:
            self.too_old |= refusal.code == "update"
            return None

    def read_challenge(self, text: str) -> Challenge:
        """Every rule of "A phone shows a challenge only if"."""
        message: Message | None = None
        try:
            message = open_message(text, "challenge", self.pin.key)
            return self._judge(message)
        except Refused as refusal:
            # The organisation's own, and not to be understood: a newer version has made it.
            newer = refusal.code in ("version", "crit", "payload") or (message and refusal.code == "form")
            raise Refused("update" if newer else refusal.code, str(refusal)) from refusal

    def _judge(self, message: Message) -> Challenge:
        payload, show = message.payload, message.header.get("show", [])
        known = len({*show} & {*ALWAYS, *IF_THERE}) == len(show)
        if not known or member(payload, "purpose", dict).get("for") not in PURPOSES:
            raise Refused("update", "a member or a purpose that this app does not know, or a member twice")
        if member(payload, "device", str) != self.offer["device"] or member(payload, "exp", int) <= self.now():
            raise Refused("challenge", "another device's, or too late")
        unb64(payload.get("id"), 16)
        if not 2 <= member(payload, "digits", int) <= 8:
            raise Refused("form", "digits")
        return Challenge(payload["id"], message.hash, payload["digits"], self._shown(payload))

    def _shown(self, payload: Json) -> Json:
        there = {name: kind for name, kind in IF_THERE.items() if name in payload}
        shown: Json = {name: member(payload, name, kind) for name, kind in {**ALWAYS, **there}.items()}
        more = {"trust_browser": ("days", int), "add_device": ("model", str)}.get(shown["purpose"]["for"])
        values = [*shown.values(), member(shown["purpose"], *more) if more else None]
        for text in (value for value in values if isinstance(value, str)):
            check_text(text, "text")
        return shown

    def approve(self, challenge: Challenge, number: str) -> Json:
        return self._answer("approval", challenge, {"number": check_number(number)})

    def _answer(self, typ: str, challenge: Challenge, rest: Json) -> Json:
        return read_end(self._send(typ, "answer", {"challenge": challenge.id, "hash": b64(challenge.hash), **rest})[1])
