"""discovery.json: how a phone finds the server for somebody who types the code."""

from __future__ import annotations

from typing import Any

from .examples import HOST, LOGIN, SERVICE
from .replies import text
from .values import Vector

LOCAL = "localhost:7500"


def discovery() -> list[Vector]:
    return [*logins(), *documents(), *typed_servers()]


def found(kind: str, cause: str, given: str, to: str, development: bool = False) -> Vector:
    return {"name": f"{kind}-{cause}", "outcome": "accept", "cause": cause, "kind": kind, "development": development,
            "given": given, "found": to}


def lost(kind: str, cause: str, given: str, development: bool = False, name: str | None = None) -> Vector:
    return {"name": f"{kind}-{name or cause}", "outcome": "not_found", "cause": cause, "kind": kind,
            "development": development, "given": given}


def logins() -> list[Vector]:
    url = "https://regionx.example/.well-known/styrk"
    wrong = {
        "empty": "", "no-domain": "anna", "empty-domain": "anna@", "empty-name": "@regionx.example",
        "non-ascii": "anna@régionx.example", "punycode": "anna@xn--rgionx-bva.example",
        "path": "anna@regionx.example/x", "query": "anna@regionx.example?x", "port": "anna@regionx.example:8443",
        "space": "anna@region x.example",
    }
    return [
        found("login", "domain", LOGIN, url),
        found("login", "other-case", "Anna.Andersson@RegionX.example", url),
        found("login", "last-at", "anna@home@regionx.example", url),
        *(lost("login", cause, login) for cause, login in wrong.items()),
        lost("login", "path", "anna@regionx.example/", name="slash"),
        lost("login", "space", "anna@ regionx.example", name="space-before"),
    ]


ADDRESSES = {
    "http": f"http://{HOST}", "other-scheme": f"ftp://{HOST}", "path": f"{SERVICE}/e", "query": f"{SERVICE}?x",
    "user": f"https://anna@{HOST}", "punycode": "https://xn--rgionx-bva.example",
    "non-ascii": "https://mfa.régionx.example", "large-port": f"{SERVICE}:65536", "default-port": f"{SERVICE}:443",
    "short-address": "https://127.1", "no-host": "https://", "space": "https://mfa regionx.example", "empty": "",
}


def documents() -> list[Vector]:
    def document(server: Any) -> str:
        return text({"server": server})

    broken = {"not-json": "<html>", "not-an-object": text(SERVICE), "list-for-object": text([SERVICE]),
              "missing-member": "{}", "null-member": document(None), "wrong-type": document([SERVICE]),
              "cut-off": document(SERVICE)[:-1],
              "repeated-member": f'{{"server":"{SERVICE}","server":"{SERVICE}"}}'}
    return [
        found("document", "least", document(SERVICE), SERVICE),
        found("document", "unknown-member", text({"zz": {"server": 1}, "server": SERVICE}), SERVICE),
        found("document", "with-port", document(f"{SERVICE}:8443"), f"{SERVICE}:8443"),
        found("document", "development", document(f"http://{LOCAL}"), f"http://{LOCAL}", True),
        *(lost("document", cause, document(server)) for cause, server in ADDRESSES.items()),
        lost("document", "http", document(f"http://{LOCAL}"), name="http-loopback-in-a-release"),
        lost("document", "http", document(f"http://{HOST}"), True, "http-not-loopback"),
        *(lost("document", cause, body) for cause, body in broken.items()),
    ]


def typed_servers() -> list[Vector]:
    return [
        found("typed", "host", HOST, SERVICE),
        found("typed", "with-scheme", SERVICE, SERVICE),
        found("typed", "with-port", f"{HOST}:8443", f"{SERVICE}:8443"),
        found("typed", "other-case", "MFA.RegionX.example", SERVICE),
        found("typed", "spaces-around", f" {HOST} ", SERVICE),
        found("typed", "slash-at-the-end", f"{SERVICE}/", SERVICE),
        found("typed", "development", LOCAL, f"http://{LOCAL}", True),
        *(lost("typed", cause, server) for cause, server in ADDRESSES.items()),
        lost("typed", "path", f"{HOST}/e", name="path-without-scheme"),
        lost("typed", "user", f"anna@{HOST}", name="user-without-scheme"),
        lost("typed", "http", LOCAL, name="http-loopback-in-a-release"),
    ]
