"""The independent phone against the vectors: `python3 tests/independent/test_rules.py`. No service is needed."""

from __future__ import annotations

import json
import re
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import typed  # noqa: E402
from envelope import Key, Message, Refused, b64, hash_of, open_message, thumbprint, unb64  # noqa: E402
from living import MOST, Phone, follow  # noqa: E402
from phone import (  # noqa: E402
    VERSION,
    Account,
    Link,
    Pin,
    answer,
    characters,
    check_number,
    check_text,
    commitment,
    problem,
    read_end,
    read_link,
    read_reply,
)
from wakes import read_greeting, tag  # noqa: E402

Json = dict[str, Any]
VECTORS = Path(__file__).parents[1] / "vectors/v1"


def refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refused:
        return refused.code
    return "accept"


def vectors(name: str) -> list[Json]:
    return list(json.loads((VECTORS / f"{name}.json").read_text())["vectors"])


class Rules(unittest.TestCase):
    def each(self, name: str, check: Callable[[Json], None]) -> None:
        for vector in vectors(name):
            with self.subTest(file=name, vector=vector["name"]):
                check(vector)

    def test_texts(self) -> None:
        self.each("texts", lambda v: self.assertEqual(refusal(lambda: check_text(v["text"], "refuse")), v["outcome"]))

    def test_links(self) -> None:
        def check(vector: Json) -> None:
            found = refusal(lambda: read_link(vector["text"], vector["development"]))
            told = vector["outcome"]
            self.assertEqual(found if found in ("accept", "update") else "refuse",
                             told if told in ("accept", "update") else "refuse")
            if vector["outcome"] == "accept":
                link = read_link(vector["text"], vector["development"])
                self.assertEqual((link.service, link.code, b64(link.identity)),
                                 (vector["service"], vector["code"], vector["short_thumbprint"]))

        self.each("links", check)

    def test_envelopes(self) -> None:
        def check(vector: Json) -> None:
            if vector["typ"] not in ("styrk-offer+jws", "styrk-challenge+jws") or vector["outcome"] == "payload":
                return
            typ = vector["typ"].removeprefix("styrk-").removesuffix("+jws")
            key = vector["public_key"] if typ == "challenge" else None
            found = refusal(lambda: open_message(vector["message"], typ, key))
            self.assertIn(vector["outcome"], ("form", "header", "members") if found == "form" else (found,))

        self.each("messages", check)

    def test_challenges(self) -> None:
        def check(vector: Json) -> None:
            account = Account(read_link(LINK), lambda: vector["now"])
            account.offer = {"device": vector["device"]}
            account.pin = Pin(vector["public_key"], 0, "")
            found = refusal(lambda: account.read_challenge(vector["message"]))
            self.assertEqual({"accept": "show", "update": "update"}.get(found, "drop"), vector["outcome"])
            if found == "accept":
                self.assertEqual(account.read_challenge(vector["message"]).shown, vector["shown"])

        self.each("challenges", check)

    def test_offers(self) -> None:
        def check(vector: Json) -> None:
            if "login" in vector:
                link = Link("https://mfa.regionx.example", "mfa.regionx.example", {"login": vector["login"]}, None)
            else:
                link = read_link(vector["link"])
            account = Account(link, lambda: vector["now"])
            account._claim = unb64(vector["claim"], 32)
            account._known = {(account.link.service, login.lower()) for login in vector["accounts"]}
            found = refusal(lambda: account.read_offer(vector["message"]))
            self.assertEqual(found, vector["outcome"])

        self.each("offers", check)

    def test_fetch_replies(self) -> None:
        def check(vector: Json) -> None:
            self.assertEqual(refusal(lambda: read_reply(vector["body"].encode())), vector["outcome"])
            if vector["outcome"] == "accept":
                read = read_reply(vector["body"].encode())
                for name in ("now", "confirmed", "challenges", "key_statements"):
                    self.assertEqual(read[name], vector["read"][name])

        self.each("fetch_replies", check)

    def test_short_replies(self) -> None:
        def check(vector: Json) -> None:
            body = vector["body"]
            if vector["kind"] == "greeting":
                self.assertEqual(refusal(lambda: read_greeting(body)) == "accept", vector["outcome"] == "accept")
            elif vector["kind"] == "answer":
                self.assertEqual(refusal(lambda: read_end(body.encode())), vector["outcome"])
                if "read" in vector:
                    self.assertEqual(read_end(body.encode()), vector["read"])
            else:
                self.assertEqual(refusal(lambda: answer(body.encode())), vector["outcome"])

        self.each("replies", check)

    def test_statements(self) -> None:
        def check(vector: Json) -> None:
            was = vector["pin"]
            pin = Pin(was["key"], was["number"], was["next"])
            found = refusal(lambda: follow(pin, vector["message"]))
            # Which part of a message has not the right form is one word here, and no `jwk` as well.
            self.assertIn(vector["outcome"], ("form", "header", "payload", "key") if found == "form" else (found,))
            phone = Phone(read_link(LINK), lambda: 0)
            phone.pin = pin
            self.assertFalse(phone.follow([vector["message"]]))
            new = vector.get("new_pin", was)
            self.assertEqual(phone.pin, Pin(new["key"], new["number"], new["next"]))

        self.each("statements", check)

    def test_after_sixteen_statements_there_may_be_more(self) -> None:
        self.assertEqual(MOST, 16)
        phone = Phone(read_link(LINK), lambda: 0)
        keys = [Key() for _ in range(MOST + 3)]
        prints = [b64(key.thumbprint) for key in keys]
        said = [keys[n].sign("key-statement", {"jwk": keys[n].jwk},
                             {"number": n, "previous": prints[n - 1], "next_identity_key": prints[n + 1], "iat": 0})
                for n in range(1, MOST + 2)]
        phone.pin = Pin(keys[0].jwk, 0, prints[1])
        self.assertTrue(phone.follow(said[:MOST]))
        self.assertEqual(phone.pin, Pin(keys[MOST].jwk, MOST, prints[MOST + 1]))
        self.assertFalse(phone.follow(said[MOST:]))
        self.assertEqual(phone.pin.number, MOST + 1)

    def test_derived(self) -> None:
        def check(vector: Json) -> None:
            given = {name: unb64(value) for name, value in vector["in"].items()}
            if vector["kind"] == "wake":
                out = (given["wake_id"] + tag(given["secret"], given["wake_id"])).hex()
            else:
                keys = given["device_key"], given["approval_key"]
                if vector["kind"] == "commitment":
                    out = b64(commitment(given["nonce"], keys))
                else:
                    out = characters(given["claim"], given["offer"], given["nonce"], keys)
            self.assertEqual(out, vector["out"])

        self.each("derived", check)

    def test_typed_codes(self) -> None:
        def check(vector: Json) -> None:
            self.assertEqual(refusal(lambda: typed.read_code(vector["typed"])), vector["outcome"])
            if "characters" in vector:
                self.assertEqual(typed.read_code(vector["typed"]), vector["characters"])

        self.each("typed_codes", check)

    def test_discovery(self) -> None:
        def check(vector: Json) -> None:
            def find() -> str:
                given, development = vector["given"], vector["development"]
                if vector["kind"] == "login":
                    return typed.document_of(given)
                if vector["kind"] == "document":
                    return typed.read_document(given.encode(), development)
                return typed.read_server(given, development)

            self.assertEqual(refusal(find), vector["outcome"])
            if "found" in vector:
                self.assertEqual(find(), vector["found"])

        self.each("discovery", check)

    def test_numbers(self) -> None:
        self.each("numbers", lambda v: self.assertEqual(refusal(lambda: check_number(v["text"])) == "accept",
                                                        v["outcome"] == "accept"))

    def test_this_phone_says_a_version_that_is_one(self) -> None:
        """Which version is new enough is the service's to say."""
        said = {v["app"] for v in vectors("versions") if v["outcome"] == "accept"}
        self.assertTrue(all(re.fullmatch(VERSIONS, app) for app in said))
        self.assertTrue(re.fullmatch(VERSIONS, VERSION))

    def test_requests(self) -> None:
        """What this phone signs in the place of each accepted request says the same of method, address and key."""
        for vector in vectors("requests"):
            with self.subTest(vector=vector["name"]):
                typ = vector["typ"].removeprefix("styrk-").removesuffix("+jws")
                account = Account(read_link(LINK), lambda: vector["now"])
                told = open_message(vector["message"], typ, vector["public_key"])
                account.offer = {"device": told.header.get("kid")}
                path = vector["url"].removeprefix(account.address(""))
                own = open_message(account.sign(typ, path, told.payload, vector["method"]), typ,
                                   (account._approval if typ == "approval" else account._device).jwk)
                self.assertEqual((own.header["htm"], own.header["url"]), (vector["method"], vector["url"]))
                self.assertEqual(own.header["iat"], vector["now"])
                unb64(own.header["jti"], 16)
                if vector["outcome"] == "accept":
                    self.assertEqual(set(own.header), set(told.header))
                    self.assertEqual(own.header.get("kid"), told.header.get("kid"))

    def test_registrations(self) -> None:
        """What this phone registers with is, but for its keys and its fresh values, what the vector has."""
        (vector,) = (v for v in vectors("registrations") if v["outcome"] == "accept")
        account, sent = Account(read_link(LINK), lambda: 0), []
        account._offer = Message({}, {"enrolment": vector["enrolment"]}, unb64(vector["offer"], 32))
        account.offer = account._offer.payload
        account._send = lambda *said: sent.append(said) or ("", b"{}")  # type: ignore[method-assign,func-returns-value]
        account.register()
        told = open_message(vector["message"], "registration")
        ((typ, _, said, *_),) = sent
        self.assertEqual((typ, set(said)), ("registration", set(told.payload)))
        self.assertEqual((said["enrolment"], said["offer"]), (vector["enrolment"], vector["offer"]))
        inner = open_message(said["approval"], "approval-key").payload
        self.assertEqual(set(inner), set(open_message(told.payload["approval"], "approval-key").payload))
        self.assertEqual((inner["enrolment"], inner["offer"]), (vector["enrolment"], vector["offer"]))
        self.assertEqual(inner["device_key"], b64(account._device.thumbprint))

    def test_a_phone_that_enrols_and_approves_is_short(self) -> None:
        """README.md says what counts."""
        files = [(Path(__file__).parent / name).read_text() for name in ("envelope.py", "phone.py")]
        self.assertLess(sum(bool(line.strip()) for file in files for line in file.splitlines()), 400)

    def test_problems(self) -> None:
        def raise_problem(vector: Json) -> None:
            raise problem(vector["body"].encode())

        def check(vector: Json) -> None:
            if vector["content_type"] == "application/problem+json":
                self.assertEqual(refusal(lambda: raise_problem(vector)), vector.get("code", "garbled"))
            if "now" in vector:
                self.assertEqual(problem(vector["body"].encode()).now, vector["now"])

        self.each("problems", check)

    def test_hashes(self) -> None:
        def check(vector: Json) -> None:
            if "hash" in vector:
                self.assertEqual(b64(hash_of(vector["message"])), vector["hash"])

        self.each("messages", check)

    def test_a_nonce_that_was_sent_is_never_claimed_with_again(self) -> None:
        account, sent = Account(read_link(LINK), lambda: 0), []
        account._offer = Message({}, {"enrolment": b64(bytes(16))}, bytes(32))
        account.offer = account._offer.payload

        def answer_with_an_error(typ: str, _path: str, payload: Json, _kind: str = "") -> tuple[str, bytes]:
            sent.append((typ, payload))
            raise Refused("internal")

        account._send = answer_with_an_error  # type: ignore[method-assign]
        self.assertEqual(refusal(account.claim), "internal")
        self.assertEqual(refusal(account.claim), "internal")
        self.assertEqual(refusal(account.register), "internal")
        self.assertEqual(refusal(account.claim), "registered")
        self.assertEqual(refusal(account.register), "internal")
        self.assertEqual([typ for typ, _ in sent], ["claim", "claim", "registration", "registration"])
        self.assertEqual(len({(said["offer"], said["nonce"]) for typ, said in sent if typ == "registration"}), 1)

    def test_thumbprints(self) -> None:
        self.each("keys", lambda v: self.assertEqual(b64(thumbprint(v["jwk"])), v["thumbprint"]))


VERSIONS = r"[0-9]+(\.[0-9]+){0,3}"
LINK = "https://mfa.regionx.example/e#1//wMDAwMDAwMDAwMDAwMDAwA/OEurnbzOGbRad4qOD9lNKw"

if __name__ == "__main__":
    unittest.main(verbosity=2)
