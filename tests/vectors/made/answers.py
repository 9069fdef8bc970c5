"""replies.json: the short answers of the service that no key signs: to an approval or a denial, to a registration or a
leave, and the socket's greeting."""

from __future__ import annotations

import json
from typing import Any

from .examples import SOCKET
from .replies import ENDS, text
from .values import Json, Vector

ANSWER: Json = {"end": "approved", "counted": True}
GREETING: Json = {"nonce": SOCKET.payload["nonce"]}
KINDS: dict[str, Json] = {"answer": ANSWER, "greeting": GREETING, "done": {}}


def replies() -> list[Vector]:
    return [*(vector for kind, said in KINDS.items() for vector in of_each_kind(kind, said)), *answers(), *greetings()]


def reply(kind: str, cause: str, said: Json, body: str | None = None, name: str | None = None) -> Vector:
    read = {member: said[member] for member in KINDS[kind]}
    return {"name": f"{kind}-{name or cause}", "outcome": "accept", "cause": cause, "kind": kind, "read": read,
            "body": body or text(said)}


def garbled(kind: str, cause: str, body: str, name: str | None = None) -> Vector:
    return {"name": f"{kind}-{name or cause}", "outcome": "garbled", "cause": cause, "kind": kind, "body": body}


def of_each_kind(kind: str, said: Json) -> list[Vector]:
    return [
        reply(kind, "least", said),
        reply(kind, "unknown-member", {"zz": {"end": 1}, **said}),
        reply(kind, "white-space-in-json", said, json.dumps(said, indent=1) + "\n"),
        garbled(kind, "not-json", "<html>"),
        garbled(kind, "empty", ""),
        garbled(kind, "not-an-object", "null"),
        garbled(kind, "list-for-object", text(list(said.values()))),
        garbled(kind, "cut-off", text(said)[:-1]),
        *(garbled(kind, "missing-member", text({name: said[name] for name in said if name != member}),
                  f"without-{member}") for member in said),
        *(garbled(kind, "repeated-member", f'{text(said)[:-1]},"{member}":{text(said[member])}}}',
                  f"repeated-{member}") for member in said),
        *(garbled(kind, "null-member", text({**said, member: None}), f"null-{member}") for member in said),
    ]


def answers() -> list[Vector]:
    wrong: dict[str, list[Any]] = {"end": [1, ["denied"], {"denied": None}], "counted": [1, "true", []]}
    return [
        *(reply("answer", "end", {"end": end, "counted": counted}, name=f"{end}-{'counted' if counted else 'late'}")
          for end in ENDS for counted in (True, False)),
        reply("answer", "other-order-of-members", ANSWER, text(dict(reversed(ANSWER.items())))),
        *(garbled("answer", "wrong-type", text({**ANSWER, member: value}), f"wrong-{member}-{number}")
          for member, values in wrong.items() for number, value in enumerate(values)),
    ]


def greetings() -> list[Vector]:
    nonce = GREETING["nonce"]
    wrong = {"short-id": nonce[:-1], "long-id": f"{nonce}A", "padded-id": f"{nonce}==", "trailing-bits": f"{nonce[:-1]}x",
             "wrong-type": [nonce]}
    return [garbled("greeting", cause, text({"nonce": value})) for cause, value in wrong.items()]
