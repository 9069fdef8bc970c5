"""What people type, and versions of apps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
SMALL = "abcdefghijklmnopqrstuvwxyz"
MEANT = str.maketrans(SMALL + "OIL", SMALL.upper().translate(str.maketrans("OIL", "011")) + "011", " -")


def meant(typed: str) -> str:
    """Without spaces and hyphens; ASCII letters alone have a capital here."""
    return typed.translate(MEANT)


def times(value: int, power: int) -> int:
    """`value` times x to a power, modulo x^5 + x^2 + 1: long division of the shifted bits."""
    shifted = value << power
    for bit in range(4 + power, 4, -1):
        if shifted >> bit & 1:
            shifted ^= 0b100101 << bit - 5
    return shifted


def weight(code: str) -> int:
    """Zero where the last character fits: the sum of each value times its power of x."""
    total = 0
    for place, character in enumerate(code):
        total ^= times(ALPHABET.index(character), LENGTH - 1 - place)
    return total


def is_code(text: str) -> bool:
    """In the one spelling that goes over the wire."""
    return len(text) == LENGTH and all(character in ALPHABET for character in text) and weight(text) == 0


def code_fault(typed: str) -> str:
    code = meant(typed)
    if not all(character in ALPHABET for character in code):
        return "character"
    if len(code) != LENGTH:
        return "length"
    return "accept" if weight(code) == 0 else "check"


def secret_of(bits: str) -> str:
    """The first 45 of 64 bits, five for each of nine characters."""
    digits = "".join(f"{int(digit, 16):04b}" for digit in bits)
    return "".join(ALPHABET[int(digits[at : at + 5], 2)] for at in range(0, 45, 5))


def slips(code: str) -> Iterator[str]:
    """Each other character in each place, and each two that are exchanged."""
    for place, right in enumerate(code):
        yield from (code[:place] + wrong + code[place + 1 :] for wrong in ALPHABET if wrong != right)
    for first, second in combinations(range(len(code)), 2):
        if code[first] != code[second]:
            yield "".join((code[:first], code[second], code[first + 1 : second], code[first], code[second + 1 :]))


def version(text: str) -> list[int]:
    """Empty where it is none; missing numbers count as 0."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){0,3}", text):
        return []
    numbers = [int(part) for part in text.split(".")]
    return [*numbers, *[0] * (4 - len(numbers))] if max(numbers) < 65_536 else []


def served(app: str, oldest: str) -> bool:
    return bool(version(app)) and version(app) >= version(oldest)
