"""What `delivery` sends as Web Push, read by others: `python3 tests/independent/test_web_push.py`.

The receiver decrypts with `http_ece` (RFC 8188, RFC 8291), and looks at the sender's token with `cryptography` (RFC 8292);
it speaks HTTP/1.1. Then the same through a real UnifiedPush server, ntfy. STYRK_SEND is the path of the example `send`
(default: target/debug/examples/send of this repository), STYRK_NTFY that of ntfy (default: target/ntfy/usr/bin/ntfy)."""

from __future__ import annotations

import base64
import datetime
import http.client
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
SEND = os.environ.get("STYRK_SEND") or ROOT / "target/debug/examples/send"
NTFY = os.environ.get("STYRK_NTFY") or ROOT / "target/ntfy/usr/bin/ntfy"
PAYLOAD = "väck mig"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


class Subscriber:
    """An app with a subscription, a folder with files, and a certificate for localhost."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.sender = ec.generate_private_key(ec.SECP256R1())
        tls = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(tls.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(tls, hashes.SHA256())
        )
        self.write("tls.pem", certificate.public_bytes(serialization.Encoding.PEM))
        self.write("tls.key", pem(tls))
        self.write("sender.pem", pem(self.sender))

    def at(self, name: str) -> str:
        return str(Path(self.folder.name) / name)

    def write(self, name: str, content: bytes) -> None:
        Path(self.at(name)).write_bytes(content)

    def send(self, endpoint: str) -> str:
        """What the sender says of a push to this subscription."""
        command = [SEND, "web", "--loopback", "--contact", "mailto:push@regionx.example", "--payload", PAYLOAD]
        command += ["--key", self.at("sender.pem"), "--root", self.at("tls.pem"), "--endpoint", endpoint]
        # With an equals sign: base64url may begin with a hyphen.
        command += [f"--p256dh={b64(point(self.key.public_key()))}", f"--auth={b64(self.auth)}"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    def read(self, body: bytes) -> str:
        clear = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return clear.decode()


class Receiver:
    """A push service that keeps what it gets."""

    def __init__(self, subscriber: Subscriber) -> None:
        got: list[tuple[http.client.HTTPMessage, bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.append((self.headers, self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(201)
                self.send_header("location", "/message/1")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                pass

        self.got = got
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(subscriber.at("tls.pem"), subscriber.at("tls.key"))
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.server.server_address[1]}"


class WebPush(unittest.TestCase):
    def setUp(self) -> None:
        self.subscriber = Subscriber()
        self.addCleanup(self.subscriber.folder.cleanup)

    def test_a_receiver_by_others_can_read_it(self) -> None:
        receiver = Receiver(self.subscriber)
        self.addCleanup(receiver.server.server_close)
        self.addCleanup(receiver.server.shutdown)
        said = self.subscriber.send(f"{receiver.origin}/push/1")
        self.assertIn("Accepted", said)
        [(headers, body)] = receiver.got
        self.assertEqual(self.subscriber.read(body), PAYLOAD)
        self.assertEqual(headers["content-encoding"], "aes128gcm")
        self.assertIn(int(headers["ttl"]), range(55, 61))

        scheme, _, parameters = headers["authorization"].partition(" ")
        self.assertEqual(scheme, "vapid")
        given = dict(part.strip().split("=", 1) for part in parameters.split(","))
        self.assertEqual(unb64(given["k"]), point(self.subscriber.sender.public_key()))
        text, _, signature = given["t"].rpartition(".")
        raw = unb64(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        self.subscriber.sender.public_key().verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(unb64(text.split(".")[1]))
        self.assertEqual((claims["aud"], claims["sub"]), (receiver.origin, "mailto:push@regionx.example"))
        self.assertLessEqual(claims["exp"], time.time() + 86_400)

    def test_a_real_unified_push_server_hands_it_on(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        origin = f"https://localhost:{port}"
        settings = {
            "base-url": origin,
            "listen-http": "-",
            "listen-https": f"127.0.0.1:{port}",
            "cert-file": self.subscriber.at("tls.pem"),
            "key-file": self.subscriber.at("tls.key"),
            "cache-file": self.subscriber.at("cache.db"),
        }
        self.subscriber.write("ntfy.yml", json.dumps(settings).encode())
        ntfy = subprocess.Popen(
            [NTFY, "serve", "--config", self.subscriber.at("ntfy.yml")], stderr=subprocess.PIPE, text=True
        )
        self.addCleanup(lambda: (ntfy.terminate(), ntfy.communicate(timeout=30)))
        tls = ssl.create_default_context(cafile=self.subscriber.at("tls.pem"))

        def get(path: str) -> bytes:
            connection = http.client.HTTPSConnection("localhost", port, context=tls, timeout=30)
            try:
                connection.request("GET", path)
                return connection.getresponse().read()
            finally:
                connection.close()

        for _ in range(100):
            try:
                get("/v1/health")
                break
            except OSError:
                time.sleep(0.1)
        topic = f"up{b64(os.urandom(9)).replace('-', 'a').replace('_', 'b')}"
        self.assertEqual(json.loads(get(f"/{topic}?up=1"))["unifiedpush"]["version"], 1)
        said = self.subscriber.send(f"{origin}/{topic}?up=1")
        self.assertIn("Accepted", said)
        [message] = [json.loads(line) for line in get(f"/{topic}/json?poll=1").splitlines()]
        self.assertEqual(message["encoding"], "base64")
        self.assertEqual(self.subscriber.read(base64.b64decode(message["message"])), PAYLOAD)


if __name__ == "__main__":
    unittest.main()
