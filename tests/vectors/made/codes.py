"""derived.json, and what people type: typed.json (the four characters) and typed_codes.json. And versions.json."""

from __future__ import annotations

import hmac

from .examples import CLAIM, COMMITMENT, OFFER, PHONE_NONCE, SOCKET_SECRET, WAKE_ID
from .values import APPROVAL, DEVICE, Json, Vector, b64, digest, unb64

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spelled(value: int, characters: int) -> str:
    """The lowest 5 bits for each character, most significant first."""
    return "".join(CROCKFORD[value >> 5 * place & 31] for place in reversed(range(characters)))


def derived() -> list[Vector]:
    keys = {"device_key": DEVICE.thumbprint, "approval_key": APPROVAL.thumbprint}
    said = {"claim": CLAIM.hash, "offer": OFFER.hash, "nonce": PHONE_NONCE, **keys}
    tag = hmac.digest(unb64(SOCKET_SECRET), unb64(WAKE_ID), "sha256")[:8]
    return [
        {"name": "commitment", "kind": "commitment", "in": {"nonce": PHONE_NONCE, **keys}, "out": COMMITMENT},
        characters("characters", said),
        {"name": "wake", "kind": "wake", "in": {"secret": SOCKET_SECRET, "wake_id": WAKE_ID},
         "out": (unb64(WAKE_ID) + tag).hex()},
        *(characters(f"characters-{byte}", {**filled(byte), **keys}) for byte in range(4)),
    ]


def filled(byte: int) -> Json:
    return {name: b64(bytes([byte + more]) * 32) for more, name in enumerate(("claim", "offer", "nonce"))}


def characters(name: str, given: Json) -> Vector:
    order = "claim", "offer", "nonce", "device_key", "approval_key"
    hashed = digest("styrk characters v1", *(given[part] for part in order))
    return {"name": name, "kind": "characters", "in": given, "out": spelled(int.from_bytes(hashed[:3], "big") >> 4, 4)}


def typed() -> list[Vector]:
    accepted = {"as-shown": "0A1V", "lower-case": "0a1v", "spaces": " 0A 1V ", "hyphens": "0A-1V", "o-for-0": "OA1V",
                "i-for-1": "0AIV", "l-for-1": "0alv"}
    refused = {"other": "0A1W", "short": "0A1", "long": "0A1V0", "no-such-character": "0A1U", "dotless-i": "0A\u0131V"}
    return [
        {"name": cause, "cause": cause, "outcome": outcome, "typed": text, "characters": "0A1V"}
        for outcome, found in (("accept", accepted), ("refuse", refused)) for cause, text in found.items()
    ]


def check_character(values: list[int]) -> int:
    """Polynomials over GF(2) modulo x^5 + x^2 + 1."""
    total = 0
    for value in values:
        total = (total ^ value) << 1
        total ^= 0b100101 if total & 0b100000 else 0
    return total


def code_of(bits: str) -> str:
    secret = spelled(int(bits, 16) >> 19, 9)
    return secret + CROCKFORD[check_character([CROCKFORD.index(character) for character in secret])]


def typed_codes() -> list[Vector]:
    made = {"example": "9a3c517708ee0000", "later-bits": "9a3c517708eeffff", "zeros": "0000000000000000",
            "ones": "ffffffffffffffff", "lowest-bit": "0000000000080000", "below-lowest-bit": "000000000007ffff",
            "highest-bit": "8000000000000000", "counting": "0123456789abcdef"}
    return [*(from_bits(name, bits) for name, bits in made.items()), *meant(), *mistyped()]


def from_bits(name: str, bits: str) -> Vector:
    code = code_of(bits)
    return {"name": name, "outcome": "accept", "cause": "from-bits", "bits": bits, "typed": f"{code[:5]}-{code[5:]}",
            "characters": code}


def meant() -> list[Vector]:
    code = code_of("0044010000000000")  # has both 0 and 1
    forms = {
        "as-shown": f"{code[:5]}-{code[5:]}", "without-hyphen": code, "lower-case": code.lower(),
        "spaces": f"  {code[:3]} {code[3:8]}  {code[8:]} ", "hyphens": "-".join(code),
        "o-for-0": code.replace("0", "O"),
        "i-for-1": code.replace("1", "I"), "l-for-1": code.replace("1", "L"),
        "small-o-i-l": code.replace("0", "o").replace("1", "i", 1).replace("1", "l"),
    }
    return [{"name": cause, "outcome": "accept", "cause": cause, "typed": text, "characters": code}
            for cause, text in forms.items()]


def mistyped() -> list[Vector]:
    """`character` counts before `length`, `length` before `check`."""
    refused = {
        "length": {"empty": "", "only-hyphens": "- -", "nine-characters": "K8Y52XR8X",
                   "eleven-characters": "K8Y52XR8XV0"},
        "character": {"letter-u": "K8Y52XU8XV", "sign": "K8Y52XR8X!", "letter-beyond-ascii": "K8Y52XR8XÅ",
                      "other-digits": "K8Y5\uff12XR8XV", "kelvin-sign": "\u212a8Y52XR8XV", "short-and-letter-u": "K8U",
                      "other-hyphen": "K8Y52\u2013XR8XV"},
        "check": {"one-character": "K8Y52XR8XW", "first-character": "08Y52XR8XV", "neighbours-swapped": "8KY52XR8XV",
                  "far-apart-swapped": "V8Y52XR8XK", "groups-swapped": "XR8XVK8Y52"},
    }
    return [{"name": cause, "outcome": outcome, "cause": cause, "typed": text}
            for outcome, found in refused.items() for cause, text in found.items()]


def versions() -> list[Vector]:
    served = [("same", "1.10", "1.10"), ("newer", "1.11", "1.10"), ("as-numbers", "1.10", "1.9"),
              ("zeros-at-the-end", "1.10.0.0", "1.10"), ("shorter", "1.10", "1.10.0.0"), ("longer", "1.10.0.1", "1.10"),
              ("one-number", "2", "1.10"), ("largest", "65535.65535.65535.65535", "1.10")]
    too_old = [("older", "1.9.9", "1.10"), ("shorter-older", "1", "1.10"),
               ("last-number-older", "1.10.0.1", "1.10.0.2"),
               ("empty", "", "0"), ("name", "beta", "0"), ("suffix", "1.11-beta", "1.10"),
               ("prefix", "v1.11", "1.10"), ("five-numbers", "1.11.0.0.0", "1.10"), ("empty-number", "1..11", "1.10"),
               ("dot-at-the-end", "1.11.", "1.10"), ("sign", "+2", "1.10"), ("minus", "-2", "1.10"),
               ("space", " 2", "1.10"), ("fraction-comma", "1,11", "1.10"), ("other-digits", "\u0662", "1.10"),
               ("too-large", "65536", "1.10")]
    return [{"name": cause, "outcome": outcome, "cause": cause, "app": app, "oldest": oldest}
            for outcome, found in (("accept", served), ("app_too_old", too_old)) for cause, app, oldest in found]
