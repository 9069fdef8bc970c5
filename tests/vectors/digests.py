"""digests.txt: what each vector was when it was made. A line is never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Vector = dict[str, Any]
FILE = Path(__file__).parent / "digests.txt"


def digest(vector: Vector) -> str:
    """SHA-256 over its JSON: sorted members, no white space, nothing but ASCII."""
    return hashlib.sha256(json.dumps(vector, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def known() -> dict[str, str]:
    """`file/name` and the digest of each."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    return {name: told for told, name in (line.split("  ", 1) for line in lines)}


def differences(files: dict[str, list[Vector]]) -> Iterator[str]:
    there = {f"{file}/{vector['name']}": digest(vector) for file, vectors in files.items() for vector in vectors}
    was = known()
    yield from (f"{name}: was there, and is gone" for name in was if name not in there)
    yield from (f"{name}: is another than it was" for name in was if there.get(name, was[name]) != was[name])
    yield from (f"{name}: has no line in {FILE.name}" for name in there if name not in was)
