"""Which vectors there must be: for each file and outcome, each cause at least once. README.md says what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from derive import DERIVED
from pins import STATEMENT_ORDER
from read import (
    HEADER,
    SENT_BY_PHONE,
    SHAPES,
    TYPES,
    Faulty,
    base64url,
    members_of,
    nulls,
    parse,
    wrong_members,
)

ORDER = ["form", "header", "alg", "typ", "version", "crit", "members", "signature", "payload"]

REFUSED: dict[str, dict[str, list[str]]] = {
    "messages": {
        "form": ["too-long", "two-parts", "four-parts", "padding", "alphabet", "white-space", "trailing-bits",
                 "signature-63", "signature-65", "signature-der", "signature-empty"],
        "header": ["not-json", "not-utf-8", "not-an-object", "byte-order-mark", "alg-missing", "typ-missing",
                   "v-missing", "alg-not-text", "v-text", "v-fraction", "v-negative", "repeated-member",
                   "iat-not-whole", "jti-short", "null-member", "list-for-object", "show-not-a-list",
                   "show-not-texts", "jwk-not-an-object", "jwk-x-short",
                   "jwk-x-padded", "jwk-y-missing", "jwk-other-curve", "jwk-other-type", "jwk-repeated-member"],
        "alg": ["none", "hs256", "es384", "lower-case"],
        "typ": ["another-message", "unknown", "media-type", "upper-case"],
        "version": ["zero", "two"],
        "crit": ["unknown", "more-than-show", "empty", "repeated", "without-show", "with-empty-show", "missing",
                 "not-a-list", "null", "show-elsewhere"],
        "members": ["jwk-missing", "kid-missing", "kid-short", "iat-missing", "jti-missing"],
        "signature": ["other-key", "other-header", "other-payload", "all-zero", "r-is-order", "swapped",
                      "key-not-on-curve", "device-key-for-approval", "other-key-in-jwk"],
        "payload": ["not-json", "not-utf-8", "lone-surrogate", "not-an-object", "list-for-object", "empty",
                    "missing-member", "null-member", "wrong-type", "repeated-member", "word-as-object", "short-code",
                    "typed-lower-case", "typed-hyphen", "typed-letter-o", "typed-wrong-check",
                    "typed-nine-characters", "typed-eleven-characters", "typed-without-login",
                    "typed-without-secret", "typed-login-not-text", "typed-secret-not-text", "typed-null-login",
                    "typed-repeated-member", "typed-secret-alone",
                    "short-id", "padded-hash", "number-one-digit", "number-nine-digits", "number-not-text",
                    "number-sign", "number-other-digits", "unknown-reason", "digits-one", "digits-nine",
                    "unknown-unlock", "channel-two-addresses", "channel-no-address", "channel-unknown-environment",
                    "channel-short-key"],
    },
    "requests": {
        "wrong_address": ["method", "method-missing", "url-path", "url-host", "url-scheme", "url-port", "url-query",
                          "url-socket-scheme", "url-missing", "method-121-early", "url-121-late"],
        "members": ["jti-missing-method", "jti-missing-url", "iat-missing-url", "iat-missing-url-missing",
                    "claim-without-jti-elsewhere"],
        "clock": ["121-early", "121-late"],
    },
    "offers": {
        "signature": ["other-key", "typed-other-key", "other-key-another-claim"],
        "offer_identity": ["another-identity", "another-identity-bad-signature"],
        "offer_login": ["typed-another-login", "typed-longer-login", "typed-another-login-another-claim"],
        "offer_claim": ["another-claim", "earlier-claim", "typed-claim-of-the-link", "another-claim-expired"],
        "offer_expired": ["this-second", "long-ago", "expired-empty-user"],
        "offer_text": ["empty-user", "empty-login", "empty-organisation", "invisible-user", "long-login",
                       "invisible-user-confirmed-account"],
        "offer_known": ["confirmed-account", "confirmed-account-other-case", "typed-confirmed-account"],
    },
    "registrations": {
        "offer_mismatch": ["another-offer", "another-enrolment", "inner-offer", "inner-enrolment", "inner-device-key",
                           "another-device-key", "another-approval-key", "another-nonce"],
        "signature": ["inner-by-device-key"],
        "typ": ["inner-another-message"],
    },
    "challenges": {
        "update": ["unknown-show", "unknown-show-absent", "unknown-purpose", "show-twice", "show-id", "show-device",
                   "show-digits", "show-exp", "unknown-show-ended", "unknown-purpose-ended",
                   "unknown-show-another-device", "unknown-show-long-text", "model-missing", "days-missing",
                   "days-not-whole", "null-member", "version-2"],
        "drop": ["another-device", "exp-this-second", "exp-past", "another-identity", "unknown-show-another-identity",
                 "long-text", "long-model", "invisible-text", "invisible-model", "two-spaces", "empty-text",
                 "empty-model", "null-show"],
    },
    "statements": {
        "form": ["signature-63"],
        "header": ["repeated-member"],
        "alg": ["none"],
        "typ": ["another-message"],
        "version": ["two"],
        "crit": ["show-elsewhere"],
        "key": ["jwk-missing", "other-key", "pinned-key", "device-key", "extra-jwk-member-other-x", "again",
                "one-left-out"],
        "signature": ["all-zero", "by-pinned-key", "by-other-key", "other-payload", "key-not-on-curve"],
        "payload": ["not-an-object", "missing-member"],
        "number": ["same", "too-far"],
        "previous": ["another", "itself"],
        "next": ["pinned-key", "itself"],
    },
    "fetch_replies": {
        "garbled": ["not-json", "empty", "not-an-object", "list-for-object", "cut-off", "repeated-member",
                    "missing-member", "wrong-type", "word-as-object"],
    },
    "replies": {
        "garbled": ["not-json", "empty", "not-an-object", "list-for-object", "cut-off", "missing-member",
                    "repeated-member", "null-member", "wrong-type", "short-id", "long-id", "padded-id",
                    "trailing-bits"],
    },
    "discovery": {
        "not_found": ["empty", "no-domain", "empty-domain", "empty-name", "non-ascii", "punycode", "path", "query",
                      "port", "space", "http", "other-scheme", "user", "large-port", "default-port", "short-address",
                      "no-host", "not-json", "not-an-object", "list-for-object", "missing-member", "null-member",
                      "wrong-type", "cut-off", "repeated-member"],
    },
    "typed": {"refuse": ["other", "short", "long", "no-such-character", "dotless-i"]},
    "typed_codes": {
        "length": ["empty", "only-hyphens", "nine-characters", "eleven-characters"],
        "character": ["letter-u", "sign", "letter-beyond-ascii", "other-digits", "kelvin-sign", "short-and-letter-u",
                      "other-hyphen"],
        "check": ["one-character", "first-character", "neighbours-swapped", "far-apart-swapped", "groups-swapped"],
    },
    "versions": {
        "app_too_old": ["older", "shorter-older", "last-number-older", "empty", "name", "suffix", "prefix",
                        "five-numbers", "empty-number", "dot-at-the-end", "sign", "minus", "space", "fraction-comma",
                        "other-digits", "too-large"],
    },
    "links": {
        "update": ["version-2"],
        "refuse": ["http", "http-not-loopback", "path", "query", "user", "punycode", "non-ascii-host",
                   "upper-case-host", "default-port", "leading-zero-port", "large-port", "short-address",
                   "fewer-parts", "more-parts", "short-code", "short-thumbprint", "trailing-bits", "padding",
                   "120-characters", "no-fragment",
                   "path-in-host", "user-in-host", "ipv6-spelling", "ipv6-open", "ipv6-bare", "ipv6-zone"],
        "web": ["web-address"],
        "other_app": ["otpauth", "otpauth-migration", "phonefactor", "duo", "fido", "bankid"],
        "neither": ["text", "empty"],
    },
    "texts": {
        "refuse": ["control", "line-feed", "tab", "delete", "c1-control", "no-break-space", "ideographic-space",
                   "line-separator", "soft-hyphen", "right-to-left-override", "isolate", "left-to-right-mark",
                   "arabic-letter-mark", "zero-width-space", "zero-width-joiner", "word-joiner", "byte-order-mark",
                   "variation-selector", "variation-selector-supplement", "tag", "grapheme-joiner", "hangul-filler",
                   "leading-space", "trailing-space", "two-spaces", "only-a-space"],
    },
    "numbers": {"refuse": ["one-digit", "nine-digits", "empty", "letter", "sign", "space", "other-digits"]},
    "problems": {"garbled": ["not-json", "no-code", "other-media-type", "now-not-a-number", "list-for-object"]},
}

ACCEPTED: dict[str, dict[str, list[str]]] = {
    "messages": {"accept": ["unknown-header-member", "unknown-payload-member", "repeated-unknown-member",
                            "white-space-in-json", "other-order-of-members", "empty-show", "extra-jwk-member",
                            "high-s", "low-s", "16384-bytes", "least-challenge", "full-challenge", "typed-code",
                            "typed-code-unknown-member", "no-channels", "apns-topic",
                            "unknown-member-in-channel"]},
    "requests": {"accept": ["120-early", "120-late"]},
    "offers": {"accept": ["exp-next-second", "200-characters", "later-key", "typed", "typed-other-case",
                          "typed-any-identity"]},
    "registrations": {"accept": ["fits"]},
    "challenges": {"show": ["least", "full", "exp-next-second", "200-characters", "sign_in", "confirm_test",
                            "open_security", "add_device", "trust_browser", "enable_phone_sign_in",
                            "reset_password", "without-show", "empty-show", "incomplete-show",
                            "show-without-optional", "unknown-member"]},
    "statements": {"accept": ["first", "second", "unknown-member", "any-time"]},
    "fetch_replies": {"accept": ["least", "full", "without-statements", "empty-statements", "unknown-member",
                                 "unknown-member-in-ended", "white-space-in-json", "other-order-of-members",
                                 "not-a-message-among-challenges", "push", "push-least", "push-unknown-member", "renew"]},
    "replies": {"accept": ["least", "unknown-member", "white-space-in-json", "other-order-of-members", "end"]},
    "discovery": {"accept": ["domain", "other-case", "last-at", "least", "unknown-member", "with-port", "development",
                             "host", "with-scheme", "spaces-around", "slash-at-the-end"]},
    "typed_codes": {"accept": ["from-bits", "as-shown", "without-hyphen", "lower-case", "spaces", "hyphens", "o-for-0",
                               "i-for-1", "l-for-1", "small-o-i-l"]},
    "versions": {"accept": ["same", "newer", "as-numbers", "zeros-at-the-end", "shorter", "longer", "one-number",
                            "largest"]},
    "typed": {"accept": ["as-shown", "lower-case", "spaces", "hyphens", "o-for-0", "i-for-1", "l-for-1"]},
    "links": {"accept": ["same-host", "other-host", "port", "119-characters", "development", "ipv6", "ipv4"]},
    "texts": {"accept": ["plain", "swedish", "single-space", "right-to-left-letters", "emoji", "combining-mark"]},
    "numbers": {"accept": ["two-digits", "eight-digits", "leading-zero"]},
    "problems": {"accept": ["with-now", "with-unknown-member", "unknown-code"]},
}

CODES = {
    "malformed": 400, "unsupported": 400, "wrong_address": 400, "offer_mismatch": 400, "challenge_mismatch": 400,
    "signature": 401, "clock": 401, "replayed": 401, "app_too_old": 403, "unknown_challenge": 404, "not_found": 404,
    "method": 405, "code_used": 409, "key_known": 409, "device_ended": 410, "code_expired": 410, "too_large": 413, "too_slow": 408,
    "too_many": 429, "internal": 500, "unavailable": 503,
}

# The members of a challenge that are shown, and what an approval may serve.
SHOWN = {"organisation", "purpose", "application", "browser", "system", "address", "place", "message", "recognised",
         "iat"}
PURPOSES = {"sign_in", "confirm_test", "open_security", "add_device", "trust_browser", "enable_phone_sign_in",
            "reset_password"}

Vector = dict[str, Any]
# Causes of messages that every `typ` must have.
OF_EACH_TYPE = {"show-elsewhere": [typ for typ in TYPES if typ != "styrk-challenge+jws"], "list-for-object": TYPES}


def table(name: str) -> dict[str, list[str]]:
    return {**REFUSED.get(name, {}), **ACCEPTED.get(name, {})}


def missing(name: str, vectors: list[Vector]) -> Iterator[str]:
    """What must have a vector and has none."""
    there = {(vector.get("outcome"), vector.get("cause")) for vector in vectors}
    for outcome, causes in table(name).items():
        yield from (f"no vector for {outcome}/{cause}" for cause in causes if (outcome, cause) not in there)
    if name == "messages":
        yield from without_accepted(vectors, TYPES)
        yield from without_pair(vectors, ORDER)
        yield from members_without_vector(vectors)
        yield from types_without_vector(vectors)
        yield from nulls_without_vector(vectors)
    if name == "requests":
        yield from without_accepted(vectors, SENT_BY_PHONE)
    if name == "statements":
        yield from without_pair(vectors, STATEMENT_ORDER)
    if name == "problems":
        codes = {vector.get("code") for vector in vectors}
        yield from (f"no problem {code}" for code in CODES if code not in codes)
    if name == "derived":
        yield from (f"no {kind}" for kind in DERIVED if kind not in {vector["kind"] for vector in vectors})


def without_accepted(vectors: list[Vector], types: list[str]) -> Iterator[str]:
    accepted = {vector["typ"] for vector in vectors if vector["outcome"] == "accept"}
    yield from (f"no accepted {typ}" for typ in types if typ not in accepted)


def without_pair(vectors: list[Vector], order: list[str]) -> Iterator[str]:
    """Each two outcomes that follow one another are in one message once."""
    both = {(vector["outcome"], also) for vector in vectors for also in vector.get("also", [])}
    yield from (f"no vector that is {first} and {second}" for first, second in pairwise(order)
                if (first, second) not in both)


def caused(vectors: list[Vector], cause: str, part: int) -> Iterator[tuple[str, Any]]:
    """`typ`, and header (0) or payload (1), of each vector with a cause that can be read so far."""
    for vector in vectors:
        if vector.get("cause") == cause:
            try:
                yield vector["typ"], parse(base64url(vector["message"].split(".")[part]))
            except (Faulty, ValueError):
                continue


def members_without_vector(vectors: list[Vector]) -> Iterator[str]:
    """Each member of each payload is missing once (unless it may be), of a wrong type once and there twice once."""
    for cause in ("missing-member", "wrong-type", "repeated-member"):
        there = {(typ, member) for typ, payload in caused(vectors, cause, 1)
                 for member in wrong_members(payload, SHAPES[typ])}
        for typ, shape in SHAPES.items():
            for member in members_of(shape):
                if (typ, member) not in there and not (cause == "missing-member" and "?" in member):
                    yield f"no vector for {cause}: {member} of {typ}"


def types_without_vector(vectors: list[Vector]) -> Iterator[str]:
    for cause, types in OF_EACH_TYPE.items():
        there = {vector["typ"] for vector in vectors if vector.get("cause") == cause}
        yield from (f"no vector for {cause}: {typ}" for typ in types if typ not in there)


def nulls_without_vector(vectors: list[Vector]) -> Iterator[str]:
    """Each member that may be absent is `null` once. What `crit` may be is another step of reading."""
    headers = {name for _, header in caused(vectors, "null-member", 0) for name in nulls(header)}
    yield from (f"no header with null: {name}" for name in HEADER if optional(name) not in {"", "crit", *headers})
    there = {(typ, name) for typ, payload in caused(vectors, "null-member", 1) for name in nulls(payload)}
    for typ, shape in SHAPES.items():
        yield from (f"no payload with null: {name} of {typ}" for name in shape
                    if optional(name) and (typ, optional(name)) not in there)


def optional(name: str) -> str:
    """Its name, or nothing where it must be there."""
    return name[:-1] if name.endswith("?") else ""
