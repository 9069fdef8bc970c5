"""The independent phone against a running service: `python3 tests/independent/test_phone.py`.

STYRK_DEMO is the path of the demo's binary (default: target/debug/demo of this repository)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from envelope import Refused, b64  # noqa: E402
from frames import Closed  # noqa: E402
from living import Phone  # noqa: E402
from phone import Challenge, Link, post, read_link  # noqa: E402
from typed import find_server, read_server, typed_code  # noqa: E402
from visitor import Visitor  # noqa: E402
from wakes import Wakes  # noqa: E402

DEMO = os.environ.get("STYRK_DEMO") or Path(__file__).parents[2] / "target/debug/demo"


class Demo:
    """The service, started for these tests alone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([DEMO, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        told = json.loads(self._process.stdout.readline())
        self.service, self.password, self.users = told["service"], told["password"], told["users"]
        self._control = told["control"]
        self._let_its_first_seconds_pass()

    def _let_its_first_seconds_pass(self) -> None:
        """A node refuses with `clock` what was signed less than six seconds after it started."""
        time.sleep(7)

    def change_key(self) -> None:
        """The service's next identity key takes over."""
        post(f"{self._control}/service/rotate", None, "")

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)


class Clock:
    """A phone's own clock, which may be wrong."""

    def __init__(self) -> None:
        self.off = 0

    def __call__(self) -> float:
        return time.time() + self.off


def enrol(demo: Demo, login: str, clock: Clock) -> tuple[Phone, Visitor]:
    """As a person does it, with the phone in one hand and the page before them."""
    visitor = Visitor(demo.service)
    visitor.sign_in(login, demo.password)
    return enrol_by(read_link(visitor.start_enrolment(), development=True), visitor, clock), visitor


def enrol_by(link: Link, visitor: Visitor, clock: Clock) -> Phone:
    account = Phone(link, clock)
    account.claim()
    number = visitor.type_characters(account.register())
    (challenge,) = account.fetch()
    reply = account.approve(challenge, number)
    assert reply == {"end": "approved", "counted": True}, reply
    visitor.news()
    account.fetch()
    return account


def assert_refused(test: unittest.TestCase, code: str, act: Callable[[], object]) -> None:
    with test.assertRaises(Refused) as refusal:
        act()
    test.assertEqual(refusal.exception.code, code)


def open_socket(test: unittest.TestCase, account: Phone) -> Wakes:
    wakes = Wakes(account)
    test.addCleanup(wakes.socket.close)
    return wakes


class SignIn(unittest.TestCase):
    """One phone of one user, and many sign-ins."""

    demo: ClassVar[Demo]
    account: ClassVar[Phone]
    clock: ClassVar[Clock]

    @classmethod
    def setUpClass(cls) -> None:
        cls.demo = Demo()
        cls.addClassCleanup(cls.demo.stop)
        cls.clock = Clock()
        cls.account, _ = enrol(cls.demo, cls.demo.users[0], cls.clock)

    def setUp(self) -> None:
        self.clock.off = 0
        self.visitor = Visitor(self.demo.service)
        self.addCleanup(self.deny_the_rest)

    def deny_the_rest(self) -> None:
        """A test that failed leaves nothing for the next one."""
        for challenge in self.account.fetch():
            self.account.deny(challenge)

    def asked(self) -> tuple[Challenge, str]:
        """Signs in with the password. What the phone then shows, and the number on the page."""
        number = self.visitor.sign_in(self.demo.users[0], self.demo.password).number
        (challenge,) = self.account.fetch()
        self.assertEqual(len(number), challenge.digits)
        return challenge, number

    def assert_in(self) -> None:
        self.assertEqual(urlsplit(self.visitor.news().address).path, "/apps")

    def assert_ended(self, end: str) -> None:
        self.assertEqual(self.visitor.news().code, end)
        self.assertEqual(self.account.fetch(), [])

    def test_the_right_number_signs_in(self) -> None:
        challenge, number = self.asked()
        self.assertEqual(challenge.shown["purpose"], {"for": "sign_in"})
        self.assertEqual(challenge.shown["organisation"], self.account.offer["organisation"]["name"])
        self.assertEqual(self.account.approve(challenge, number), {"end": "approved", "counted": True})
        self.assert_in()

    def test_the_same_bytes_get_the_same_reply_and_a_new_signature_does_not_count(self) -> None:
        challenge, number = self.asked()
        reply = self.account.approve(challenge, number)
        self.assertEqual(self.account.resend(), reply)
        self.assertEqual(self.account.approve(challenge, number), {"end": "approved", "counted": False})

    def test_a_denial_ends_the_sign_in(self) -> None:
        challenge, _ = self.asked()
        self.assertEqual(self.account.deny(challenge), {"end": "denied", "counted": True})
        self.assert_ended("denied")

    def test_a_report_ends_the_sign_in(self) -> None:
        challenge, _ = self.asked()
        self.assertEqual(self.account.deny(challenge, "not_me"), {"end": "reported", "counted": True})
        self.assert_ended("reported")

    def test_one_wrong_number_ends_the_sign_in(self) -> None:
        challenge, number = self.asked()
        wrong = f"{(int(number) + 1) % 100:02}"
        self.assertEqual(self.account.approve(challenge, wrong), {"end": "wrong_number", "counted": True})
        self.assertEqual(self.account.approve(challenge, number), {"end": "wrong_number", "counted": False})
        self.assert_ended("wrong_number")

    def test_an_answer_to_another_challenge_than_was_shown_is_refused(self) -> None:
        challenge, number = self.asked()
        other = replace(challenge, hash=bytes(32))
        assert_refused(self, "challenge_mismatch", lambda: self.account.approve(other, number))

    def test_a_clock_that_goes_wrong_is_healed_by_fetch_and_answer(self) -> None:
        challenge, number = self.asked()
        for off in (-3_600, 3_600):
            with self.subTest(off=off):
                self.clock.off = off
                self.account.fetch()
                self.assertAlmostEqual(self.account.now(), time.time(), delta=60)
        self.clock.off = 86_400
        self.assertEqual(self.account.approve(challenge, number), {"end": "approved", "counted": True})
        self.assert_in()

    def test_a_sign_in_wakes_the_phone(self) -> None:
        # An unknown browser may be silent after what other tests have refused; this one is known from now on.
        challenge, number = self.asked()
        self.account.approve(challenge, number)
        self.assert_in()
        self.visitor.submit("/sign-out")
        wakes = open_socket(self, self.account)
        wakes.wait()
        self.account.fetch()
        number = self.visitor.sign_in(self.demo.users[0], self.demo.password).number
        wakes.wait()
        (challenge,) = self.account.fetch()
        self.account.approve(challenge, number)
        self.assert_in()

    def test_a_clock_that_goes_wrong_is_healed_by_the_socket(self) -> None:
        self.clock.off = 3_600
        wakes = open_socket(self, self.account)
        with self.assertRaises(Closed) as closed:
            wakes.wait()
        self.assertEqual(closed.exception.code, 4003)
        self.assertAlmostEqual(self.account.now(), time.time(), delta=60)
        again = open_socket(self, self.account)
        self.asked()
        again.wait()

    def test_a_wake_of_nobody_is_receipted_all_the_same(self) -> None:
        self.assertEqual(post(self.account.address(f"receipts/{b64(bytes(16))}"), None, ""), b"")


class Enrolment(unittest.TestCase):
    """Phones that come and go."""

    demo: ClassVar[Demo]

    @classmethod
    def setUpClass(cls) -> None:
        cls.demo = Demo()
        cls.addClassCleanup(cls.demo.stop)

    def test_a_phone_enrols_and_leaves(self) -> None:
        account, visitor = enrol(self.demo, self.demo.users[0], Clock())
        self.assertTrue(account.confirmed)
        self.assertEqual(account.offer["login"], self.demo.users[0])
        self.assertIn("Done", visitor.page.texts["h1"])
        wakes = open_socket(self, account)
        wakes.wait()
        account.fetch()
        self.assertTrue(account.leave())
        assert_refused(self, "device_ended", account.fetch)
        with self.assertRaises(Closed) as closed:
            wakes.wait()
        self.assertEqual(closed.exception.code, 4001)

    def test_a_phone_with_a_wrong_clock_enrols(self) -> None:
        clock = Clock()
        clock.off = -7_200
        account, _ = enrol(self.demo, self.demo.users[1], clock)
        self.assertTrue(account.confirmed)

    def test_a_second_phone_is_refused_and_the_first_may_claim_five_times(self) -> None:
        visitor = Visitor(self.demo.service)
        visitor.sign_in(self.demo.users[2], self.demo.password)
        link = read_link(visitor.start_enrolment(), development=True)
        first, second = Phone(link, time.time), Phone(link, time.time)
        first.claim()
        assert_refused(self, "code_used", second.claim)
        for _ in range(4):
            first.claim()
        assert_refused(self, "too_many", first.claim)
        first.register()
        assert_refused(self, "registered", first.claim)
        self.assertTrue(first.leave())


class Codes(unittest.TestCase):
    """Codes that are typed, and keys that change."""

    demo: ClassVar[Demo]

    @classmethod
    def setUpClass(cls) -> None:
        cls.demo = Demo()
        cls.addClassCleanup(cls.demo.stop)

    def test_a_phone_enrols_by_typing(self) -> None:
        visitor = Visitor(self.demo.service)
        visitor.sign_in(self.demo.users[0], self.demo.password)
        login, code, server = visitor.start_enrolment_by_typing()
        # The domain of this login is nobody's. Its document would say what the service says of itself.
        assert_refused(self, "not_found", lambda: find_server(f"{self.demo.service}/api/v1/phone/fetch", True))
        service = find_server(f"{self.demo.service}/.well-known/styrk", development=True)
        self.assertEqual((service, read_server(server, development=True)), (self.demo.service, self.demo.service))
        mistyped = typed_code("bo@regionx.example", code, service)
        assert_refused(self, "code_expired", Phone(mistyped, time.time).claim)
        account = enrol_by(typed_code(login.upper(), code.lower(), service), visitor, Clock())
        self.assertTrue(account.confirmed)
        self.assertEqual(account.offer["login"], login)

    def test_a_phone_follows_the_keys_of_its_organisation(self) -> None:
        account, visitor = enrol(self.demo, self.demo.users[1], Clock())
        first = account.pin
        for changes in (1, 2):
            for _ in range(changes):
                self.demo.change_key()
            number = Visitor(self.demo.service).sign_in(self.demo.users[1], self.demo.password).number
            (challenge,) = account.fetch()
            self.assertEqual(account.approve(challenge, number), {"end": "approved", "counted": True})
        self.assertEqual(account.pin.number, first.number + 3)
        self.assertNotEqual(account.pin.key, first.key)
        # A phone that does not follow finds nothing that its old key has signed, and shows nothing.
        account.pin, account.follow = first, lambda statements: False  # type: ignore[method-assign]
        Visitor(self.demo.service).sign_in(self.demo.users[1], self.demo.password)
        self.assertEqual(account.fetch(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
