"""Finding the server: the domain of a login, a domain's document, and an address as a person types it."""

from __future__ import annotations

import re

from links import may_serve
from read import fits, parse, plain, text

PATH = "/.well-known/styrk"


def found(kind: str, given: str, development: bool) -> str | None:
    if kind == "login":
        return of_login(given)
    return of_document(given, development) if kind == "document" else address(given, development)


def of_login(login: str) -> str | None:
    name, _, domain = login.rpartition("@")
    domain = domain.lower()
    return f"https://{domain}{PATH}" if name and ":" not in domain and may_serve("https", domain, False) else None


def of_document(body: str, development: bool) -> str | None:
    try:
        value = parse(body.encode())
    except (ValueError, RecursionError):
        return None
    return address(plain(value)["server"], development) if fits(value, {"server": text}) else None


def address(typed: str, development: bool) -> str | None:
    match = re.fullmatch("(?:(https?)://)?(.*?)/?", typed.strip(" ").lower())
    if not match:
        return None
    scheme, host = match.groups()
    # Without a scheme it is https, and http where only a build for development goes.
    local = re.fullmatch(r"(localhost|\[::1\]|127(\.[0-9]+){3})(:[0-9]+)?", host)
    scheme = scheme or ("http" if local else "https")
    return f"{scheme}://{host}" if may_serve(scheme, host, development) else None
