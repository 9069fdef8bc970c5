"""challenges.json: what a phone does with a challenge."""

from __future__ import annotations

from copy import deepcopy

from .examples import (
    ANSWERED,
    CHALLENGE,
    DEVICE_ID,
    ENDS,
    FULL_PAYLOAD,
    LEAST_PAYLOAD,
    LEAST_SHOW,
    Change,
    both,
    drop,
    full_show,
    put,
)
from .values import IDENTITY, OTHER, OTHER_ID, Json, Key, Vector

NOT_SHOWN = ("id", "device", "digits", "exp")
OPTIONAL = ("browser", "system", "address", "place", "message")


def challenges() -> list[Vector]:
    return [*shown(), *updates(), *dropped()]


def shown() -> list[Vector]:
    plain = ["sign_in", "confirm_test", "open_security", "enable_phone_sign_in", "reset_password"]
    return [
        challenge("show", "least", header=put(show=LEAST_SHOW), payload=LEAST_PAYLOAD),
        challenge("show", "full", header=full_show, payload=FULL_PAYLOAD),
        challenge("show", "exp-next-second", now=ENDS - 1),
        challenge("show", "200-characters", payload=put(application="å" * 200)),
        *(challenge("show", purpose, payload=put(purpose={"for": purpose})) for purpose in plain),
        challenge("show", "add_device", payload=put(purpose={"for": "add_device", "model": "Pixel 9"})),
        challenge("show", "trust_browser", payload=put(purpose={"for": "trust_browser", "days": 14})),
        challenge("show", "without-show", header=drop("crit", "show")),
        challenge("show", "empty-show", header=both(drop("crit"), put(show=[]))),
        challenge("show", "incomplete-show", header=put(show=["organisation"]), payload=FULL_PAYLOAD),
        challenge("show", "show-without-optional", header=put(show=LEAST_SHOW)),
        challenge("show", "unknown-member", payload=put(risk="high")),
    ]


def updates() -> list[Vector]:
    unknown_show, unknown_purpose = show_also("risk"), put(purpose={"for": "pay", "amount": "10"})
    return [
        challenge("update", "unknown-show", header=unknown_show, payload=put(risk="high")),
        challenge("update", "unknown-show-absent", header=unknown_show),
        challenge("update", "unknown-purpose", payload=unknown_purpose),
        challenge("update", "show-twice", header=show_also("iat")),
        *(challenge("update", f"show-{name}", header=show_also(name)) for name in NOT_SHOWN),
        challenge("update", "unknown-show-ended", header=unknown_show, now=ENDS),
        challenge("update", "unknown-purpose-ended", payload=unknown_purpose, now=ENDS),
        challenge("update", "unknown-show-another-device", header=unknown_show, payload=put(device=OTHER_ID)),
        challenge("update", "unknown-show-long-text", header=unknown_show, payload=put(application="a" * 201)),
        challenge("update", "model-missing", payload=put(purpose={"for": "add_device"})),
        challenge("update", "days-missing", payload=put(purpose={"for": "trust_browser"})),
        challenge("update", "days-not-whole", payload=put(purpose={"for": "trust_browser", "days": "14"})),
        *(challenge("update", "null-member", f"null-{name}", payload=put(**{name: None})) for name in OPTIONAL),
        challenge("update", "version-2", header=put(v=2)),
    ]


def dropped() -> list[Vector]:
    model: Json = {"for": "add_device"}
    return [
        challenge("drop", "another-device", payload=put(device=OTHER_ID)),
        challenge("drop", "exp-this-second", now=ENDS),
        challenge("drop", "exp-past", now=ENDS + 1),
        challenge("drop", "another-identity", key=OTHER),
        challenge("drop", "unknown-show-another-identity", header=show_also("risk"), key=OTHER),
        challenge("drop", "long-text", payload=put(application="a" * 201)),
        challenge("drop", "invisible-text", payload=put(browser="Fire\u200bfox")),
        challenge("drop", "invisible-model", payload=put(purpose={**model, "model": "Pixel\u202e9"})),
        challenge("drop", "long-model", payload=put(purpose={**model, "model": "a" * 201})),
        challenge("drop", "two-spaces", payload=put(organisation="Region  X")),
        *(challenge("drop", "empty-text", f"empty-{name}", header=full_show, payload=both(FULL_PAYLOAD, empty(name)))
          for name in ("organisation", "application", *OPTIONAL)),
        challenge("drop", "empty-model", payload=put(purpose={**model, "model": ""})),
        challenge("drop", "null-show", header=both(drop("crit"), put(show=None))),
    ]


def show_also(name: str) -> Change:
    return lambda header: header["show"].append(name)


def empty(name: str) -> Change:
    return put(**{name: ""})


def challenge(outcome: str, cause: str, name: str | None = None, *, header: Change | None = None,
              payload: Change | None = None, key: Key = IDENTITY, now: int = ANSWERED) -> Vector:
    vector: Vector = {"name": name or cause, "outcome": outcome, "cause": cause, "public_key": IDENTITY.jwk,
                      "device": DEVICE_ID, "now": now}
    if outcome == "show":
        said = deepcopy(CHALLENGE.payload)
        (payload or put())(said)
        vector["shown"] = {member: value for member, value in said.items() if member not in (*NOT_SHOWN, "risk")}
    return {**vector, "message": CHALLENGE.signed(header=header, payload=payload, key=key)}
