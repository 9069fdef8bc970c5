"""offers.json: what a phone checks in an offer. registrations.json: what the service checks in the answer to it."""

from __future__ import annotations

from typing import Any

from .examples import (
    APPROVAL_KEY,
    CLAIM,
    COMMITMENT,
    ENROLMENT,
    FETCH,
    LINK,
    LOGIN,
    OFFER,
    REGISTRATION,
    START,
    TYPED_CLAIM,
    Change,
    both,
    put,
    within,
)
from .values import APPROVAL, DEVICE, IDENTITY, OTHER, OTHER_HASH, OTHER_ID, Key, Vector, b64

EXP = START + 600


def offers() -> list[Vector]:
    return [
        offer("accept", None),
        offer("accept", "exp-next-second", now=EXP - 1),
        offer("accept", "200-characters", payload=put(user="å" * 200)),
        offer("signature", "other-key", key=OTHER),
        offer("offer_identity", "another-identity", header=put(jwk=OTHER.jwk), key=OTHER),
        offer("offer_claim", "another-claim", payload=put(claim=OTHER_HASH)),
        offer("offer_claim", "earlier-claim", claim=b64(b"2" * 32)),
        offer("offer_expired", "this-second", now=EXP),
        offer("offer_expired", "long-ago", now=EXP + 86_400),
        offer("offer_text", "empty-user", payload=put(user="")),
        offer("offer_text", "empty-login", payload=put(login="")),
        offer("offer_text", "empty-organisation", payload=within("organisation", put(name=""))),
        offer("offer_text", "invisible-user", payload=put(user="Anna\u202eAndersson")),
        offer("offer_text", "long-login", payload=put(login="a" * 201)),
        offer("offer_known", "confirmed-account", accounts=[LOGIN]),
        {**offer("accept", None, accounts=["bo.berg@regionx.example"]), "name": "another-account"},
        offer("accept", "later-key", payload=put(key_number=3)),
        offer("offer_known", "confirmed-account-other-case", accounts=["Anna.Andersson@RegionX.EXAMPLE"]),
        *typed_offers(),
        *two_faults(),
    ]


def typed(outcome: str, cause: str, *, login: str = LOGIN, payload: Change | None = None, **more: Any) -> Vector:
    """After a typed code there is no link, and no thumbprint to compare the key with."""
    answering = put(claim=TYPED_CLAIM.hash)
    vector = offer(outcome, cause, payload=both(answering, payload or put()), claim=TYPED_CLAIM.hash, **more)
    del vector["link"]
    return {**vector, "login": login}


def typed_offers() -> list[Vector]:
    another = put(login="bo.berg@regionx.example")
    return [
        typed("accept", "typed"),
        typed("accept", "typed-other-case", login=LOGIN.upper()),
        typed("accept", "typed-any-identity", header=put(jwk=OTHER.jwk), key=OTHER),
        typed("signature", "typed-other-key", key=OTHER),
        typed("offer_login", "typed-another-login", payload=another),
        typed("offer_login", "typed-longer-login", payload=put(login=f"{LOGIN}x")),
        typed("offer_login", "typed-another-login-another-claim", payload=both(another, put(claim=OTHER_HASH))),
        typed("offer_claim", "typed-claim-of-the-link", payload=put(claim=CLAIM.hash)),
        typed("offer_known", "typed-confirmed-account", accounts=[LOGIN]),
    ]


def two_faults() -> list[Vector]:
    """What comes first in the page's order is the outcome."""
    return [
        offer("offer_identity", "another-identity-bad-signature", header=put(jwk=OTHER.jwk)),
        offer("signature", "other-key-another-claim", key=OTHER, payload=put(claim=OTHER_HASH)),
        offer("offer_claim", "another-claim-expired", payload=put(claim=OTHER_HASH), now=EXP),
        offer("offer_expired", "expired-empty-user", payload=put(user=""), now=EXP),
        offer("offer_text", "invisible-user-confirmed-account", payload=put(user="\u202eAnna"), accounts=[LOGIN]),
    ]


def offer(outcome: str, cause: str | None, *, header: Change | None = None, payload: Change | None = None,
          key: Key = IDENTITY, now: int = START + 1, claim: str = CLAIM.hash,
          accounts: list[str] | None = None) -> Vector:
    return {"name": cause or "offer", "outcome": outcome, **({"cause": cause} if cause else {}), "link": LINK,
            "claim": claim, "now": now, "accounts": accounts or [],
            "message": OFFER.signed(header=header, payload=payload, key=key)}


def registrations() -> list[Vector]:
    mismatch = "offer_mismatch"
    another_offer, another_enrolment = put(offer=OTHER_HASH), put(enrolment=OTHER_ID)
    another_device = put(device_key=OTHER.thumbprint)
    return [
        registration("accept", "fits"),
        registration(mismatch, "another-offer", outer=another_offer, inner=another_offer),
        registration(mismatch, "another-enrolment", outer=another_enrolment, inner=another_enrolment),
        registration(mismatch, "inner-offer", inner=another_offer),
        registration(mismatch, "inner-enrolment", inner=another_enrolment),
        registration(mismatch, "inner-device-key", inner=another_device),
        registration(mismatch, "another-device-key", device=OTHER, inner=another_device),
        registration(mismatch, "another-approval-key", approval=OTHER),
        registration(mismatch, "another-nonce", outer=put(nonce=OTHER_HASH)),
        registration("signature", "inner-by-device-key", signer=DEVICE),
        registration("typ", "inner-another-message", header=put(typ=FETCH.typ)),
    ]


def registration(outcome: str, cause: str, *, outer: Change | None = None, inner: Change | None = None,
                 header: Change | None = None, device: Key = DEVICE, approval: Key = APPROVAL,
                 signer: Key | None = None) -> Vector:
    """`inner` and `header` change the approval key's part; `signer` signs it in the approval key's place."""
    own = both(put(jwk=approval.jwk), header or put())
    part = APPROVAL_KEY.signed(header=own, payload=inner, key=signer or approval)
    message = REGISTRATION.signed(header=put(jwk=device.jwk), payload=both(put(approval=part), outer or put()),
                                  key=device)
    claimed = {"device_key": DEVICE.thumbprint, "approval_key": APPROVAL.thumbprint, "commitment": COMMITMENT}
    return {"name": cause, "outcome": outcome, "cause": cause, "enrolment": ENROLMENT, "offer": OFFER.hash,
            "claimed": claimed, "message": message}
