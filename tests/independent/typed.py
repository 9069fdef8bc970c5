"""For people who type: the code, and finding the server. "The typed code" of docs/protocol.md."""

from __future__ import annotations

import re

from envelope import Refused, member
from phone import ALPHABET, Link, answer, check_host, is_loopback, post

LARGEST_DOCUMENT = 16_384


def read_code(typed: str) -> str:
    """The ten characters as they go over the wire."""
    code = re.sub(r"[\s-]", "", typed)
    # Letters of other alphabets have no upper case here.
    code = "".join(c.upper() if c.isascii() else c for c in code).translate(str.maketrans("OIL", "011"))
    if any(c not in ALPHABET for c in code):
        raise Refused("character")
    if len(code) != 10:
        raise Refused("length")
    if check_character(code[:9]) != code[9]:
        raise Refused("check")
    return code


def check_character(nine: str) -> str:
    s = 0
    for v in map(ALPHABET.index, nine):
        s = (s ^ v) * 2
        if s >= 32:
            s ^= 37
    return ALPHABET[s]


def read_server(typed: str, development: bool = False) -> str:
    """Scheme, host and port of a server as a person types it, or a domain's document has it."""
    found = re.fullmatch("(?:(https?)://)?([^/]+)/?", typed.strip().lower())
    if not found or not typed.isascii():
        raise Refused("not_found", "no address")
    host = found[2]
    scheme = found[1] or ("http" if is_loopback(re.sub(":[0-9]+$", "", host)) else "https")
    try:
        check_host(scheme, host, development)
    except Refused as refusal:
        raise Refused("not_found", str(refusal)) from refusal
    return f"{scheme}://{host}"


def document_of(login: str) -> str:
    """Where the domain of an e-mail tells the server."""
    name, _, domain = login.rpartition("@")
    if not name or ":" in domain:
        raise Refused("not_found", "no domain")
    return f"{read_server(f'https://{domain}')}/.well-known/styrk" if "/" not in domain else read_server("")


def read_document(body: bytes, development: bool = False) -> str:
    if len(body) > LARGEST_DOCUMENT:
        raise Refused("not_found", "too long")
    try:
        return read_server(member(answer(body), "server", str), development)
    except Refused as refusal:
        raise Refused("not_found", str(refusal)) from refusal


def find_server(document: str, development: bool = False) -> str:
    """Asks a domain. Whatever is no plain answer is none."""
    try:
        return read_document(post(document, None, "application/json", method="GET"), development)
    except Refused as refusal:
        raise Refused("not_found", str(refusal)) from refusal


def typed_code(login: str, code: str, service: str) -> Link:
    """What a link would have said, but for the identity key: the four characters alone tell a false server."""
    return Link(service, service.partition("://")[2], {"login": login.strip(), "secret": read_code(code)}, None)
