"""texts.json: which texts are visible. numbers.json: what may be the number of an approval."""

from __future__ import annotations

from .values import Vector

VISIBLE = {
    "plain": "Region X", "swedish": "Åsa Öberg", "single-space": "a b c", "right-to-left-letters": "\u05d0\u05e0\u05d4",
    "emoji": "\U0001f600", "combining-mark": "e\u0301",
}
HIDDEN = {
    "control": "a\0b", "line-feed": "a\nb", "tab": "a\tb", "delete": "a\x7fb", "c1-control": "a\x85b",
    "no-break-space": "a\xa0b", "ideographic-space": "a\u3000b", "line-separator": "a\u2028b", "soft-hyphen": "a\xadb",
    "right-to-left-override": "a\u202eb", "isolate": "a\u2066b", "left-to-right-mark": "a\u200eb",
    "arabic-letter-mark": "a\u061cb", "zero-width-space": "a\u200bb", "zero-width-joiner": "a\u200db",
    "word-joiner": "a\u2060b", "byte-order-mark": "\ufeffa", "variation-selector": "a\ufe0f",
    "variation-selector-supplement": "a\U000e0100", "tag": "a\U000e0041", "grapheme-joiner": "a\u034fb",
    "hangul-filler": "a\u3164b", "leading-space": " a", "trailing-space": "a ", "two-spaces": "a  b",
    "only-a-space": " ",
}
# Both ends of each range that the page names, then of each range of white space, then neighbours that are none.
UNSEEN_EDGES = [
    0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F,
    0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFFB, 0xE0000, 0xE0FFF,
]
WHITE_EDGES = [0x9, 0xD, 0x85, 0xA0, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
SEEN_NEIGHBOURS = [
    0xAC, 0xAE, 0x350, 0x61B, 0x2010, 0x2027, 0x2070, 0x2800, 0x3165, 0xFE10, 0xFFEF, 0xFFFC, 0xE000, 0xE1000,
]


def texts() -> list[Vector]:
    return [
        *(named(cause, "accept", text) for cause, text in VISIBLE.items()),
        *(named(cause, "refuse", text) for cause, text in HIDDEN.items()),
        *(one(point, "refuse") for point in UNSEEN_EDGES + WHITE_EDGES),
        *(one(point, "accept") for point in SEEN_NEIGHBOURS),
    ]


def named(cause: str, outcome: str, text: str) -> Vector:
    return {"name": cause, "cause": cause, "outcome": outcome, "text": text}


def one(point: int, outcome: str) -> Vector:
    return {"name": f"U+{point:04X}", "outcome": outcome, "text": f"a{chr(point)}b"}


def numbers() -> list[Vector]:
    accepted = {"two-digits": "47", "eight-digits": "12345678", "leading-zero": "07"}
    refused = {"one-digit": "7", "nine-digits": "123456789", "empty": "", "letter": "4a", "sign": "-4", "space": "4 7",
               "other-digits": "\u0664\u0667"}
    return [
        *(named(cause, "accept", text) for cause, text in accepted.items()),
        *(named(cause, "refuse", text) for cause, text in refused.items()),
    ]
