"""Answers of the service that no key signs: problems, and what is waiting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from read import ID, Shape, boolean, encoded, fits, parse, plain, text, whole

PROBLEM = "application/problem+json"


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def read_problem(content_type: str, body: str) -> dict[str, Any] | None:
    try:
        value = json.loads(body, object_pairs_hook=once) if content_type == PROBLEM else None
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("code"), str):
        return None
    return value if isinstance(value.get("now", 0), int) else None


def list_of(shape: Shape) -> Callable[[Any], bool]:
    return lambda value: type(value) is list and all(fits(item, shape) for item in value)


ENDED: dict[str, Shape] = {"challenge": ID, "end": text, "here": boolean}
PUSH: dict[str, Shape] = {"apns?": boolean, "fcm?": boolean, "web_push?": {"key": encoded(65)}}
REPLY: dict[str, Shape] = {"now": whole, "challenges": list_of(text), "ended": list_of(ENDED), "confirmed": boolean,
                           "key_statements?": list_of(text),
                           "push?": PUSH, "renew?": boolean}


def read_reply(body: str) -> dict[str, Any] | None:
    """The members that the page names; no statements is an empty list."""
    try:
        value = parse(body.encode())
    except (ValueError, RecursionError):
        return None
    if not fits(value, REPLY):
        return None
    said = plain(value)
    ended = [{name: one[name] for name in ENDED} for one in said["ended"]]
    return {**{name: said[name] for name in ("now", "challenges", "confirmed")}, "ended": ended,
            "key_statements": said.get("key_statements", []), **{name: said[name] for name in ("push", "renew") if name in said}}


# What the page names in the short answers.
SHORT: dict[str, dict[str, Shape]] = {
    "answer": {"end": text, "counted": boolean},
    "greeting": {"nonce": ID},
    "done": {},
}


def read_short(kind: str, body: str) -> dict[str, Any] | None:
    try:
        value = parse(body.encode())
    except (ValueError, RecursionError):
        return None
    return {name: plain(value)[name] for name in SHORT[kind]} if fits(value, SHORT[kind]) else None
