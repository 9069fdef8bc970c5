"""links.json: enrolment links, and what is none."""

from __future__ import annotations

from .examples import CODE, HOST, LINK
from .values import IDENTITY, Vector, short

THUMBPRINT = short(IDENTITY.thumbprint)
REST = f"{CODE}/{THUMBPRINT}"
IDN = "xn--rgionx-bva.example"
IPV6 = "[2001:db8::1]"


def links() -> list[Vector]:
    return [*accepted(), *refused(), *others()]


def accepted() -> list[Vector]:
    longest = host_for(119)
    return [
        link("same-host", LINK, HOST),
        link("other-host", f"https://app.styrk.example/e#1/{HOST}/{REST}", HOST),
        link("port", f"https://{HOST}:8443/e#1//{REST}", f"{HOST}:8443"),
        link("119-characters", f"https://{longest}/e#1//{REST}", longest),
        link("development", f"http://localhost:7501/e#1/localhost:7500/{REST}", "localhost:7500", "http"),
        link("development", f"http://127.0.0.1:7501/e#1//{REST}", "127.0.0.1:7501", "http", "development-address"),
        link("ipv6", f"https://{IPV6}/e#1//{REST}", IPV6),
        link("ipv6", f"https://{IPV6}:8443/e#1//{REST}", f"{IPV6}:8443", name="ipv6-port"),
        link("ipv6", f"https://app.styrk.example/e#1/{IPV6}:8443/{REST}", f"{IPV6}:8443", name="ipv6-other-host"),
        link("ipv6", f"http://[::1]:7501/e#1/[::1]:7500/{REST}", "[::1]:7500", "http", "development-ipv6"),
        link("ipv4", f"https://192.0.2.7:8443/e#1//{REST}", "192.0.2.7:8443"),
    ]


def host_for(length: int) -> str:
    """A host that makes a link of so many characters."""
    left = length - len(f"https:///e#1//{REST}")
    return "a" * 50 + ".b" + "c" * (left - 52)


def link(cause: str, text: str, host: str, scheme: str = "https", name: str | None = None) -> Vector:
    return {"name": name or cause, "cause": cause, "outcome": "accept", "development": scheme == "http", "text": text,
            "service": f"{scheme}://{host}", "host": host, "code": CODE, "short_thumbprint": THUMBPRINT}


def none(outcome: str, cause: str, text: str, name: str | None = None, development: bool = False) -> Vector:
    return {"name": name or cause, "cause": cause, "outcome": outcome, "development": development, "text": text}


def refused() -> list[Vector]:
    def refuse(cause: str, text: str, name: str | None = None, development: bool = False) -> Vector:
        return none("refuse", cause, text, name, development)

    def at(cause: str, address: str, name: str | None = None) -> Vector:
        return refuse(cause, f"https://{address}#1//{REST}", name)

    def naming(cause: str, host: str, name: str | None = None) -> Vector:
        return refuse(cause, f"https://a.example/e#1/{host}/{REST}", name)

    def saying(cause: str, fragment: str) -> Vector:
        return refuse(cause, f"https://{HOST}/e{fragment}")

    return [
        refuse("http", f"http://{HOST}/e#1//{REST}"),
        refuse("http", f"http://localhost:7500/e#1//{REST}", "http-loopback-in-a-release"),
        refuse("http-not-loopback", f"http://{HOST}/e#1//{REST}", development=True),
        refuse("http-not-loopback", f"http://localhost/e#1/{HOST}/{REST}", "http-host-not-loopback", True),
        at("path", f"{HOST}/f"),
        at("path", f"{HOST}/e/", "path-slash"),
        at("query", f"{HOST}/e?a"),
        at("user", f"anna@{HOST}/e"),
        at("user", f"anna:x@{HOST}/e", "user-and-password"),
        at("punycode", f"{IDN}/e"),
        refuse("punycode", f"https://{HOST}/e#1/{IDN}/{REST}", "punycode-in-host"),
        at("non-ascii-host", "régionx.example/e"),
        refuse("upper-case-host", f"https://{HOST}/e#1/MFA.regionx.example/{REST}"),
        naming("default-port", f"{HOST}:443"),
        naming("leading-zero-port", f"{HOST}:08443"),
        naming("large-port", f"{HOST}:65536"),
        naming("short-address", "127.1"),
        saying("fewer-parts", f"#1/{REST}"),
        saying("more-parts", f"#1//{REST}/x"),
        saying("short-code", f"#1//{CODE[:-1]}/{THUMBPRINT}"),
        saying("short-thumbprint", f"#1//{CODE}/{THUMBPRINT[:-1]}"),
        saying("trailing-bits", f"#1//{CODE[:-1]}B/{THUMBPRINT}"),
        saying("padding", f"#1//{REST}="),
        at("120-characters", f"{host_for(120)}/e"),
        saying("no-fragment", ""),
        naming("path-in-host", f"{HOST}%2Fx"),
        naming("user-in-host", f"anna@{HOST}"),
        naming("ipv6-spelling", "[2001:db8:0::1]", "ipv6-zero"),
        naming("ipv6-spelling", "[2001:DB8::1]", "ipv6-upper-case"),
        naming("ipv6-spelling", "[2001:0db8::1]", "ipv6-leading-zero"),
        naming("ipv6-open", "[2001:db8::1"),
        naming("ipv6-bare", "2001:db8::1"),
        naming("ipv6-zone", "[fe80::1%25eth0]"),
        refuse("http-not-loopback", f"http://{IPV6}/e#1//{REST}", "http-ipv6-not-loopback", True),
    ]


def others() -> list[Vector]:
    apps = {
        "otpauth": "otpauth://totp/x?secret=ABC", "otpauth-migration": "otpauth-migration://offline?data=AAAA",
        "phonefactor": "phonefactor://activate_account?code=1", "duo": "duo://AAAA", "fido": "FIDO:/123",
        "bankid": "bankid:///?autostarttoken=1",
    }
    return [
        none("update", "version-2", f"https://{HOST}/e#2//{REST}"),
        none("web", "web-address", "https://www.regionx.example/"),
        *(none("other_app", app, text) for app, text in apps.items()),
        none("neither", "text", "Anna Andersson"),
        none("neither", "empty", ""),
    ]
