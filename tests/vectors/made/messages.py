"""messages.json, and requests.json: what binds a request to method, address and time."""

from __future__ import annotations

from . import accepted, headers, payloads
from .examples import CLAIM, FETCH, REQUESTS, SOCKET, Change, Example, both, drop, put
from .values import Vector


def messages() -> list[Vector]:
    return [*accepted.accepted(), *accepted.of_wrong_form(), *headers.refused(), *payloads.refused()]


def request(example: Example, outcome: str, cause: str | None = None, *, late: int = 0,
            header: Change | None = None) -> Vector:
    """`late`: how long after it was signed the service sees it."""
    vector: Vector = {"name": f"{example.name}-{cause}" if cause else example.name, "typ": example.typ,
                      "outcome": outcome}
    if cause:
        vector["cause"] = cause
    was = example.header
    return {**vector, "method": was["htm"], "url": was["url"], "now": was["iat"] + late,
            "public_key": example.key.jwk, "message": example.signed(header=header)}


def requests() -> list[Vector]:
    return [
        *(request(example, "accept") for example in REQUESTS),
        request(FETCH, "accept", "120-early", late=120),
        request(FETCH, "accept", "120-late", late=-120),
        request(FETCH, "clock", "121-early", late=121),
        request(FETCH, "clock", "121-late", late=-121),
        *wrong_addresses(),
        *two_faults(),
    ]


def two_faults() -> list[Vector]:
    """What must be there comes before what it must be; method, address and time in this order."""
    elsewhere = put(url=FETCH.header["url"].replace("mfa", "mfb"))
    return [
        request(FETCH, "members", "jti-missing-method", header=both(drop("jti"), put(htm="GET"))),
        request(FETCH, "members", "jti-missing-url", header=both(drop("jti"), elsewhere)),
        request(FETCH, "members", "iat-missing-url", header=both(drop("iat"), elsewhere)),
        request(FETCH, "members", "iat-missing-url-missing", header=drop("iat", "url")),
        request(CLAIM, "members", "claim-without-jti-elsewhere", header=both(drop("jti"), elsewhere)),
        request(FETCH, "wrong_address", "method-121-early", header=put(htm="GET"), late=121),
        request(FETCH, "wrong_address", "url-121-late", header=elsewhere, late=-121),
    ]


def wrong_addresses() -> list[Vector]:
    url = FETCH.header["url"]
    others = {"path": url.replace("fetch", "leave"), "host": url.replace("mfa", "mfb"),
              "scheme": url.replace("https", "http"), "port": url.replace("example/", "example:443/"),
              "query": f"{url}?"}
    socket = SOCKET.header["url"].replace("https", "wss")
    return [
        request(FETCH, "wrong_address", "method", header=put(htm="GET")),
        request(FETCH, "wrong_address", "method-missing", header=drop("htm")),
        request(FETCH, "wrong_address", "url-missing", header=drop("url")),
        *(request(FETCH, "wrong_address", f"url-{cause}", header=put(url=other)) for cause, other in others.items()),
        request(SOCKET, "wrong_address", "url-socket-scheme", header=put(url=socket)),
    ]
