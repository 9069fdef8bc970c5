"""A person at the pages of a Styrk service: signs in, reads the link and the number, types the four characters.
A phone does not need it. It sees what a browser without scripts sees: text, links, forms."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import TypeVar

T = TypeVar("T")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page says."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.texts: dict[str, str] = {}  # by element: its tag or its id
        self.links: list[str] = []
        self.copies: list[str] = []  # what is there to be copied or typed
        self.forms: list[Form] = []
        self.wait: str | None = None
        self._open: list[tuple[str, str | None]] = []
        self._copying = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, attributes.get("id")))
        self._copying = "copy" in attributes.get("class", "").split()
        if self._copying:
            self.copies.append("")
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        elif tag == "main":
            self.wait = attributes.get("data-wait")
        elif tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
        elif tag == "input" and self.forms and "name" in attributes:
            self.forms[-1].fields[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._copying = False
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._copying:
            self.copies[-1] += data
        for tag, id_ in self._open:
            for name in {tag, id_} - {None}:
                self.texts[str(name)] = self.texts.get(str(name), "") + data

    @property
    def link(self) -> str:
        """The enrolment link, which is beside the QR code."""
        return self._one([link for link in self.links if "/e#" in link], "enrolment link")

    @property
    def number(self) -> str:
        found: list[str] = re.findall(r"[0-9]{2,8}", self.texts.get("number", ""))
        return self._one(found, "number")

    @property
    def code(self) -> str:
        """The error code at the bottom of a page that tells of an end."""
        found: list[str] = re.findall(r"Error code (\w+)", self.texts.get("main", ""))
        return self._one(found, "error code")

    def form(self, action: str) -> Form:
        return self._one([form for form in self.forms if form.action == action], f"form to {action}")

    def _one(self, found: list[T], what: str) -> T:
        if not found:
            raise LookupError(f"{self.address} has no {what}: {' '.join(self.texts.get('main', '').split())}")
        return found[0]


class Visitor:
    """One browser, with its cookies."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self.page = Page("", "")

    def _load(self, path: str, form: dict[str, str] | None = None, accept: str = "text/html") -> tuple[str, str]:
        body = None if form is None else urllib.parse.urlencode(form).encode()
        headers = {"Origin": self._service, "Accept-Language": "en", "Accept": accept}
        request = urllib.request.Request(urllib.parse.urljoin(self._service, path), body, headers)
        with self._opener.open(request, timeout=60) as reply:
            return reply.url, reply.read().decode()

    def open(self, path: str) -> Page:
        self.page = Page(*self._load(path))
        return self.page

    def submit(self, action: str, **typed: str) -> Page:
        form = self.page.form(action)
        self.page = Page(*self._load(action, form.fields | typed))
        return self.page

    def sign_in(self, login: str, password: str) -> Page:
        self.open("/apps")
        return self.submit("/sign-in", login=login, password=password)

    def start_enrolment(self) -> str:
        """The link, for somebody who has just signed in and has no phone yet."""
        return self.submit("/register/start").link

    def start_enrolment_by_typing(self) -> tuple[str, str, str]:
        """Login, code and server, as a person reads them off the page."""
        login, code, server = self.submit("/register/start").copies[:3]
        return login, code, server

    def type_characters(self, characters: str) -> str:
        """The number of the test."""
        self.open("/register")
        return self.submit("/register/characters", characters=characters).number

    def news(self) -> Page:
        """Waits until the page has something to tell, as its script does, and goes there."""
        while True:
            told = json.loads(self._load(self.page.wait or "", accept="application/json")[1])
            if told.get("changed"):
                return self.open(told.get("next") or self.page.address)
