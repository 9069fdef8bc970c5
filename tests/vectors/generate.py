"""Writes the vectors of v1: `python3 tests/vectors/generate.py` adds those that are not there yet.

A vector that is there stays as it is. When one would change, or is no longer made, nothing is written, each is named
and the exit code is 1. `--all FOLDER` writes every vector to another folder, for comparison."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from digests import FILE as DIGESTS
from digests import digest, known
from made.answers import replies
from made.challenges import challenges
from made.codes import derived, typed, typed_codes, versions
from made.discovery import discovery
from made.links import links
from made.messages import messages, requests
from made.offers import offers, registrations
from made.replies import fetch_replies, problems
from made.statements import statements
from made.texts import numbers, texts
from made.values import Vector, keys

V1 = Path(__file__).parent / "v1"

FILES: dict[str, tuple[str, Callable[[], list[Vector]]]] = {
    "keys": ("Public keys and their thumbprints. The private ones are for tests alone.", keys),
    "messages": ("Each message, and each way to refuse one, in the order of reading.", messages),
    "requests": ("What binds a request to method, address and time.", requests),
    "offers": ("What a phone checks in an offer.", offers),
    "registrations": ("Whether the two parts of a registration fit together, and fit the claim and the newest offer.",
                      registrations),
    "challenges": ("What a phone does with a challenge.", challenges),
    "statements": ("What a phone pins after a key statement.", statements),
    "fetch_replies": ("Answers to a fetch, as a phone reads them.", fetch_replies),
    "replies": ("Answers that no key signs: to an approval or denial, a registration or leave, and the socket's greeting.",
                replies),
    "discovery": ("How a phone finds the server for somebody who types the code.", discovery),
    "derived": ("Values that both ends compute.", derived),
    "typed": ("What a person may type for the four characters.", typed),
    "typed_codes": ("Codes for people without a camera: how one is made, and what may be typed for it.", typed_codes),
    "links": ("Enrolment links, and what is none.", links),
    "texts": ("Which texts are visible.", texts),
    "numbers": ("What may be a number.", numbers),
    "versions": ("Which apps an organisation serves that has set an oldest version.", versions),
    "problems": ("Refusals of the service, as a phone reads them.", problems),
}


def written(about: str, vectors: list[Vector]) -> str:
    return json.dumps({"about": about, "vectors": vectors}, indent=1, ensure_ascii=True) + "\n"


def read(name: str) -> list[Vector]:
    path = V1 / f"{name}.json"
    return list(json.loads(path.read_text())["vectors"]) if path.exists() else []


def changes(old: list[Vector], new: list[Vector]) -> list[str]:
    """What would happen to vectors that are there."""
    made = {vector["name"]: vector for vector in new}
    gone = [f"{vector['name']}: is there and no longer made" for vector in old if vector["name"] not in made]
    return gone + [f"{vector['name']}: would change" for vector in old
                   if vector["name"] in made and made[vector["name"]] != vector]


def write_all(folder: Path) -> int:
    if folder.resolve() == V1.resolve():
        print("--all: another folder than v1, please")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, (about, make) in FILES.items():
        (folder / f"{name}.json").write_text(written(about, make()))
    return 0


def add_new() -> int:
    files = {name: (about, read(name), make()) for name, (about, make) in FILES.items()}
    refused = [f"{name}: {line}" for name, (_, old, new) in files.items() for line in changes(old, new)]
    if refused:
        print("\n".join(refused))
        return 1
    V1.mkdir(exist_ok=True)
    for name, (about, old, new) in files.items():
        if len(new) > len(old):
            (V1 / f"{name}.json").write_text(written(about, new))
            print(f"{name}: {len(new) - len(old)} new")
    note({f"{name}/{vector['name']}": digest(vector) for name, (_, _, new) in files.items() for vector in new})
    return 0


def note(digests: dict[str, str]) -> None:
    """Adds those that have no line yet."""
    lines = {**digests, **known()}
    DIGESTS.write_text("".join(f"{lines[name]}  {name}\n" for name in sorted(lines)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Adds the vectors that are not there yet.")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="write every vector to another folder")
    folder: Path | None = parser.parse_args().all
    return write_all(folder) if folder else add_new()


if __name__ == "__main__":
    sys.exit(main())
