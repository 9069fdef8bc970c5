"""problems.json: refusals of the service as a phone reads them. fetch_replies.json: what is waiting."""

from __future__ import annotations

import json
from typing import Any

from .examples import ASKED, CHALLENGE, CHALLENGE_ID, CHANNELS, DEVICE_ID, START, STATEMENT, Change, drop, put
from .values import Json, Vector, b64, compact

PROBLEM = "application/problem+json"
STATUSES = {
    "malformed": 400, "unsupported": 400, "wrong_address": 400, "offer_mismatch": 400, "challenge_mismatch": 400,
    "signature": 401, "clock": 401, "replayed": 401, "app_too_old": 403, "unknown_challenge": 404, "not_found": 404,
    "method": 405, "code_used": 409, "key_known": 409, "device_ended": 410, "code_expired": 410, "too_large": 413, "too_slow": 408,
    "too_many": 429, "internal": 500, "unavailable": 503,
}
ENDS = ["approved", "denied", "reported", "wrong_number", "expired", "cancelled", "superseded", "failed"]


def problems() -> list[Vector]:
    tomorrow = {**told("tomorrow"), "status": 418}
    return [
        *(problem(code, told(code), code=code) for code in STATUSES if code != "clock"),
        problem("clock", told("clock", now=START), "with-now", code="clock", now=START),
        problem("unknown-member", told("internal", zz=1, instance="7F3K-2Q9D"), "with-unknown-member", code="internal"),
        problem("unknown-code", tomorrow, "unknown-code", code="tomorrow"),
        garbled("not-json", "<html>"),
        garbled("no-code", {name: value for name, value in told("internal").items() if name != "code"}),
        {**garbled("other-media-type", told("internal")), "content_type": "text/html"},
        garbled("now-not-a-number", told("clock", now="soon")),
        garbled("list-for-object", list(told("internal").values())),
    ]


def told(code: str, **more: object) -> Json:
    return {"type": f"urn:styrk:error:{code}", "code": code, "title": "A title", "status": STATUSES.get(code), **more}


def problem(name: str, body: Json, cause: str | None = None, **read: object) -> Vector:
    return {"name": name, "outcome": "accept", **({"cause": cause} if cause else {}), "content_type": PROBLEM,
            "status": body["status"], **read, "body": json.dumps(body)}


def garbled(cause: str, body: Any) -> Vector:
    status = body["status"] if isinstance(body, dict) else STATUSES["internal"]
    return {"name": cause, "outcome": "garbled", "cause": cause, "content_type": PROBLEM, "status": status,
            "body": body if isinstance(body, str) else json.dumps(body)}


def ended(end: str, number: int = 0, here: bool = False) -> Json:
    return {"challenge": b64(bytes([number]) * 16), "end": end, "here": here}


LEAST: Json = {"now": START + 100, "challenges": [], "ended": [], "confirmed": False}
FULL: Json = {"now": START + 100, "challenges": [CHALLENGE.message],
              "ended": [ended(end, number, number == 0) for number, end in enumerate(ENDS)], "confirmed": True,
              "key_statements": [STATEMENT.message]}


PUSH: Json = {"apns": True, "fcm": True,
              "web_push": {"key": CHANNELS.payload["channels"][2]["web_push"]["p256dh"]}}


def fetch_replies() -> list[Vector]:
    return [
        reply("least", LEAST),
        reply("full", FULL),
        reply("without-statements", {name: value for name, value in FULL.items() if name != "key_statements"}),
        reply("empty-statements", {**LEAST, "key_statements": []}),
        reply("unknown-member", {**LEAST, "zz": {"now": "x"}}),
        reply("unknown-member-in-ended", {**LEAST, "ended": [{**ended("denied"), "zz": 1}]}),
        reply("white-space-in-json", LEAST, json.dumps(LEAST, indent=1)),
        reply("other-order-of-members", LEAST, text(dict(reversed(LEAST.items())))),
        reply("not-a-message-among-challenges", {**LEAST, "challenges": ["x", CHALLENGE.message]}),
        reply("push", {**FULL, "push": PUSH}),
        reply("push-least", {**LEAST, "push": {}}),
        reply("push-unknown-member", {**LEAST, "push": {"fcm": False, "zz": 1}}),
        reply("renew", {**LEAST, "push": {"apns": True}, "renew": True}),
        *broken(),
    ]


def text(value: object) -> str:
    return compact(value).decode()


def reply(cause: str, said: Json, body: str | None = None) -> Vector:
    names = "now", "challenges", "ended", "confirmed"
    members = [{name: one[name] for name in ("challenge", "end", "here")} for one in said["ended"]]
    read = {**{name: said[name] for name in names}, "ended": members, "key_statements": said.get("key_statements", []),
            **{name: said[name] for name in ("push", "renew") if name in said}}
    return {"name": cause, "outcome": "accept", "cause": cause, "read": read, "body": body or text(said)}


def broken() -> list[Vector]:
    def garble(cause: str, change: Change, name: str | None = None) -> Vector:
        said = {**FULL, "ended": [ended("denied")]}
        change(said)
        return unread(cause, text(said), name)

    def garble_ended(cause: str, change: Change, name: str) -> Vector:
        return garble(cause, lambda said: change(said["ended"][0]), name)

    wrong: Json = {"now": ["soon", 1.5, -1, None], "challenges": [{}, None, [1]], "ended": [{}, None, [1]],
                   "confirmed": [1, "true", None], "key_statements": [{}, None, [1]]}
    wrong_ended: Json = {"challenge": [1, DEVICE_ID[:-1]], "end": [1], "here": ["yes", None]}
    return [
        unread("not-json", "<html>"), unread("empty", ""), unread("not-an-object", "null"),
        unread("cut-off", text(FULL)[:-1]), unread("list-for-object", text(list(FULL.values()))),
        unread("repeated-member", text(LEAST)[:-1] + f',"now":{ASKED}}}'),
        *(garble("missing-member", drop(name), f"without-{name}") for name in LEAST),
        *(garble("wrong-type", put(**{name: value}), f"wrong-{name}-{number}")
          for name, values in wrong.items() for number, value in enumerate(values)),
        *(garble_ended("missing-member", drop(name), f"without-ended-{name}") for name in ended("denied")),
        *(garble_ended("wrong-type", put(**{name: value}), f"wrong-ended-{name}-{number}")
          for name, values in wrong_ended.items() for number, value in enumerate(values)),
        *(garble("wrong-type", put(push=value), f"wrong-push-{number}") for number, value in enumerate(
            [True, [], None, {"apns": 1}, {"fcm": None}, {"web_push": None}, {"web_push": {}}, {"web_push": {"key": "x"}}])),
        *(garble("wrong-type", put(renew=value), f"wrong-renew-{number}") for number, value in enumerate([1, None])),
        garble("list-for-object", put(ended=[[CHALLENGE_ID, "denied", True]]), "list-for-ended"),
        unread("word-as-object", text({**LEAST, "ended": [{**ended("x"), "end": {"denied": None}}]})),
    ]


def unread(cause: str, body: str, name: str | None = None) -> Vector:
    return {"name": name or cause, "outcome": "garbled", "cause": cause, "body": body}
