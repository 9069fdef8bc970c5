"""Enrolment links, strictly."""

from __future__ import annotations

import ipaddress
import re

from read import Faulty, base64url

OTHER_APPS = ("otpauth:", "otpauth-migration:", "phonefactor:", "duo:", "fido:", "bankid:")


def read_link(text: str, development: bool) -> dict[str, str]:
    """The parts; raises the outcome that README.md names."""
    if text.lower().startswith(OTHER_APPS):
        raise Faulty("other_app")
    if not re.match("https?://", text):
        raise Faulty("neither")
    address, _, fragment = text.partition("#")
    if not fragment and not address.endswith("/e"):
        raise Faulty("web")
    version, *parts = fragment.split("/")
    if re.fullmatch("[2-9]|[1-9][0-9]+", version) and address.endswith("/e"):
        raise Faulty("update")
    match = re.fullmatch("(https?)://([^/?#@]+)/e", address)
    if not match or not text.isascii() or len(text) >= 120 or version != "1" or len(parts) != 3:
        raise Faulty("refuse")
    scheme, link_host = match.groups()
    host = parts[0] or link_host
    for name in (link_host, host):
        if not may_serve(scheme, name, development):
            raise Faulty("refuse")
    for value in parts[1:]:
        if not is_id(value):
            raise Faulty("refuse")
    return {"service": f"{scheme}://{host}", "host": host, "code": parts[1], "short_thumbprint": parts[2]}


def is_id(value: str) -> bool:
    try:
        return len(base64url(value)) == 16
    except Faulty:
        return False


def is_ipv6(text: str) -> bool:
    """In the one spelling of RFC 5952."""
    try:
        return "%" not in text and ipaddress.IPv6Address(text).compressed == text
    except ValueError:
        return False


def may_serve(scheme: str, host: str, development: bool) -> bool:
    in_brackets = re.fullmatch(r"(\[[^\[\]]*\])(:?)(.*)", host)
    name, colon, port = in_brackets.groups() if in_brackets else host.partition(":")
    if in_brackets and port and not colon:
        return False
    if colon and (not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65_535):
        return False
    if port == {"https": "443", "http": "80"}[scheme]:
        return False
    if in_brackets:
        return is_ipv6(name[1:-1]) and (scheme == "https" or (development and name == "[::1]"))
    labels = name.split(".")
    if "xn--" in name or not all(re.fullmatch("[a-z0-9_-]+", label) for label in labels):
        return False
    numeric = bool(re.fullmatch("[0-9]+|0x[0-9a-f]*", labels[-1]))
    octets = [label for label in labels if re.fullmatch("0|[1-9][0-9]{0,2}", label) and int(label) < 256]
    if numeric and not len(octets) == len(labels) == 4:
        return False
    loopback = name == "localhost" or (numeric and labels[0] == "127")
    return scheme == "https" or (development and loopback)
