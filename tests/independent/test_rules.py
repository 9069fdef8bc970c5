"""The independent phone against the vectors: `python3 tests/independent/test_rules.py`. No service is needed."""

from __future__ import annotations

import json
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from envelope import Message, Refused, b64, hash_of, open_message, thumbprint, unb64  # noqa: E402
from phone import Account, check_text, problem, read_link, read_reply  # noqa: E402

Json = dict[str, Any]
VECTORS = Path(__file__).parents[1] / "vectors/v1"


def refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refused:
        return refused.code
    return "accept"


class Rules(unittest.TestCase):
    def each(self, name: str, check: Callable[[Json], None]) -> None:
        for vector in json.loads((VECTORS / f"{name}.json").read_text())["vectors"]:
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
            account._offer = Message({"jwk": vector["public_key"]}, account.offer, b"")
            found = refusal(lambda: account.read_challenge(vector["message"]))
            self.assertEqual({"accept": "show", "update": "update"}.get(found, "drop"), vector["outcome"])
            if found == "accept":
                self.assertEqual(account.read_challenge(vector["message"]).shown, vector["shown"])

        self.each("challenges", check)

    def test_offers(self) -> None:
        def check(vector: Json) -> None:
            account = Account(read_link(vector["link"]), lambda: vector["now"])
            account._claim = unb64(vector["claim"], 32)
            account._known = {(account.link.service, login) for login in vector["accounts"]}
            found = refusal(lambda: account._check_offer(open_message(vector["message"], "offer")))
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

    def test_thumbprints(self) -> None:
        self.each("keys", lambda v: self.assertEqual(b64(thumbprint(v["jwk"])), v["thumbprint"]))


LINK = "https://mfa.regionx.example/e#1//wMDAwMDAwMDAwMDAwMDAwA/OEurnbzOGbRad4qOD9lNKw"

if __name__ == "__main__":
    unittest.main(verbosity=2)
