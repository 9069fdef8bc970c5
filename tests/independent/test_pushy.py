"""What `delivery` sends to APNs, judged by pushy's mock server: `python3 tests/independent/test_pushy.py`.

It was written by others, for a client in Java, and looks at token, topic, device token, headers and payload. Maven makes
it: `mvn -f tests/pushy/pom.xml package`. STYRK_SEND is the path of the example `send` (default: target/debug/examples/send
of this repository)."""

from __future__ import annotations

import subprocess
import unittest

from cryptography.hazmat.primitives import serialization

from test_web_push import ROOT, SEND, Subscriber

HERE, GONE, STRANGER = "a1" * 32, "b2" * 32, "c3" * 32
TOPIC = "example.regionx.styrk"


class Apns(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.files = Subscriber()
        public = cls.files.sender.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        cls.files.write("public.pem", public)
        built = ROOT / "target/pushy"
        classes = f"{built / 'classes'}:{built / 'libraries'}/*"
        paths = [cls.files.at(name) for name in ("tls.pem", "tls.key", "public.pem")]
        command = ["java", "-cp", classes, "com.eatthepath.pushy.apns.server.Mock", *paths, TOPIC, HERE, GONE]
        cls.mock = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert cls.mock.stdout
        cls.endpoint = f"https://localhost:{int(cls.mock.stdout.readline())}"

    @classmethod
    def tearDownClass(cls) -> None:
        cls.mock.terminate()
        cls.mock.communicate(timeout=30)
        cls.files.folder.cleanup()

    def send(self, token: str, *more: str, key_id: str = "ABCDE12345", topic: str = TOPIC) -> str:
        command = [SEND, "apns", "--key", self.files.at("sender.pem"), "--key-id", key_id, "--team-id", "TEAM123456"]
        command += ["--topic", topic, "--token", token, "--endpoint", self.endpoint, "--root", self.files.at("tls.pem")]
        return subprocess.run([*command, *more], check=True, capture_output=True, text=True, timeout=30).stdout

    def test_a_push_is_accepted(self) -> None:
        self.assertRegex(self.send(HERE), r"Accepted \{ id: Some\(\"[0-9A-Fa-f-]{36}\"\) \}")

    def test_the_longest_payload_is_accepted(self) -> None:
        self.assertIn("Accepted", self.send(HERE, "--payload", "x" * 2_800))

    def test_an_app_that_is_gone_is_gone_since_then(self) -> None:
        said = self.send(GONE)
        self.assertRegex(said, r"Gone \{ since: Some\(.*reason: \"Unregistered\"")

    def test_another_device_token_is_refused_and_not_gone(self) -> None:
        # Apple says BadDeviceToken to what is no token at all; to pushy every token that it does not know is another app's.
        self.assertIn("outcome: Misconfigured, reason: \"DeviceTokenNotForTopic\"", self.send(STRANGER))

    def test_another_key_is_refused(self) -> None:
        said = self.send(HERE, key_id="WRONG12345")
        self.assertIn("outcome: Misconfigured, reason: \"InvalidProviderToken\", alarm: Some(Credentials)", said)

    def test_another_topic_is_refused(self) -> None:
        self.assertIn("outcome: Misconfigured", self.send(HERE, topic="example.other"))


if __name__ == "__main__":
    unittest.main()
