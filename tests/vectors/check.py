"""Checks tests/vectors/v1 with code of its own: nothing of the project, nothing of the independent phone.

README.md beside it defines every file and word. Signatures are verified, never compared."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from codes import code_fault, is_code, meant, secret_of, served, slips, version
from derive import DERIVED, decode, hash_of, public_key, same_characters, short, thumbprint
from digests import differences
from links import read_link
from pins import new_pin, statement_faults
from read import TYPES, Faulty, faults, header_of, payload_of, whole
from replies import once, read_problem, read_reply, read_short
from required import CODES, PURPOSES, SHOWN, missing, table
from servers import found
from texts import is_number, shown_text, visible

Vector = dict[str, Any]
HERE = Path(__file__).parent


class Wrong(Exception):
    """What a vector says and what is so."""


def expect(found: object, told: object, what: str) -> None:
    if found != told:
        raise Wrong(f"{what}: the vector says {told!r}, it is {found!r}")


def check_key(vector: Vector) -> None:
    expect(public_key(vector["private"]), vector["jwk"], "public key")
    expect(thumbprint(vector["jwk"]), vector["thumbprint"], "thumbprint")
    expect(short(vector["thumbprint"]), vector["short_thumbprint"], "short thumbprint")


def check_message(vector: Vector) -> None:
    message, typ = vector["message"], vector["typ"]
    found = list(faults(message, typ, vector.get("public_key")))
    expect(found[0] if found else "accept", vector["outcome"], "outcome")
    for also in vector.get("also", []):
        expect(also in found, True, f"also {also}")
    if vector["outcome"] == "form":
        return
    head, body = message.split(".")[:2]
    expect(f"{head}.{body}", vector["signing_input"], "signing input")
    expect(hash_of(message), vector["hash"], "hash")
    for name, part in (("header", head), ("payload", body)):
        expect(text_of(part), vector.get(name), name)
    if vector["outcome"] == "accept":
        for other in TYPES:
            expect(next(faults(message, other, vector["public_key"]), "accept"), "accept" if other == typ else "typ",
                   f"read as {other}")


def text_of(part: str) -> str | None:
    """Absent where the bytes are not UTF-8."""
    try:
        return decode(part).decode()
    except UnicodeDecodeError:
        return None


def check_request(vector: Vector) -> None:
    wrong = list(faults(vector["message"], vector["typ"], vector["public_key"]))
    expect([fault for fault in wrong if fault != "members"], [], "envelope")
    header = header_of(vector["message"])
    if wrong:
        found = "members"
    elif (header.get("htm"), header.get("url")) != (vector["method"], vector["url"]):
        found = "wrong_address"
    else:
        found = "accept" if abs(header["iat"] - vector["now"]) <= 120 else "clock"
    expect(found, vector["outcome"], "outcome")


def check_offer(vector: Vector) -> None:
    message = vector["message"]
    expect(("link" in vector) + ("login" in vector), 1, "by link or typed")
    identity = read_link(vector["link"], False)["short_thumbprint"] if "link" in vector else None
    found = next(faults(message, "styrk-offer+jws", None), None)
    if found in (None, "signature") and identity not in (None, short(thumbprint(header_of(message)["jwk"]))):
        found = "offer_identity"
    if found is None:
        found = next(offer_faults(payload_of(message), vector), "accept")
    expect(found, vector["outcome"], "outcome")


def offer_faults(payload: Any, vector: Vector) -> Iterator[str]:
    if payload["login"].casefold() != vector.get("login", payload["login"]).casefold():
        yield "offer_login"
    if payload["claim"] != vector["claim"]:
        yield "offer_claim"
    if payload["exp"] <= vector["now"]:
        yield "offer_expired"
    texts = payload["organisation"]["name"], payload["user"], payload["login"]
    if not all(text and shown_text(text) for text in texts):
        yield "offer_text"
    if payload["login"].lower() in (account.lower() for account in vector["accounts"]):
        yield "offer_known"


def check_registration(vector: Vector) -> None:
    message, claim = vector["message"], vector["claimed"]
    expect(list(faults(message, "styrk-registration+jws", None)), [], "envelope")
    header, payload = header_of(message), payload_of(message)
    inner_fault = next(faults(payload["approval"], "styrk-approval-key+jws", None), None)
    if inner_fault:
        return expect(inner_fault, vector["outcome"], "outcome of the inner part")
    inner, approval = payload_of(payload["approval"]), header_of(payload["approval"])["jwk"]
    keys = thumbprint(header["jwk"]), thumbprint(approval)
    fits = (
        (inner["enrolment"], inner["offer"]) == (payload["enrolment"], payload["offer"])
        and (payload["enrolment"], payload["offer"]) == (vector["enrolment"], vector["offer"])
        and inner["device_key"] == keys[0]
        and keys == (claim["device_key"], claim["approval_key"])
        and DERIVED["commitment"]({"nonce": payload["nonce"], "device_key": keys[0], "approval_key": keys[1]})
        == claim["commitment"]
    )
    expect("accept" if fits else "offer_mismatch", vector["outcome"], "outcome")


def check_challenge(vector: Vector) -> None:
    message = vector["message"]
    fault = next(faults(message, "styrk-challenge+jws", vector["public_key"]), None)
    if fault:
        # The organisation's own, and not to be understood: a newer version has made it.
        found = "update" if fault in ("version", "crit", "payload") else "drop"
    else:
        found = next(challenge_faults(header_of(message), payload_of(message), vector), "show")
    expect(found, vector["outcome"], "outcome")
    if found == "show":
        payload = payload_of(message)
        expect({name: value for name, value in payload.items() if name in SHOWN}, vector["shown"], "shown")


def challenge_faults(header: Any, payload: Any, vector: Vector) -> Iterator[str]:
    show, purpose = header.get("show", []), payload["purpose"]
    if not set(show) <= SHOWN or len(set(show)) != len(show) or purpose["for"] not in PURPOSES:
        yield "update"
    kinds = {"add_device": ("model", str), "trust_browser": ("days", int)}
    if purpose["for"] in kinds:
        name, kind = kinds[purpose["for"]]
        if not isinstance(purpose.get(name), kind) or (kind is int and not whole(purpose[name])):
            yield "update"
    if payload["device"] != vector["device"] or payload["exp"] <= vector["now"]:
        yield "drop"
    said = [payload[name] for name in SHOWN if isinstance(payload.get(name), str)]
    if purpose["for"] == "add_device":
        said.append(purpose.get("model"))
    if not all(isinstance(text, str) and text and shown_text(text) for text in said):
        yield "drop"


def check_derived(vector: Vector) -> None:
    expect(DERIVED[vector["kind"]](vector["in"]), vector["out"], vector["kind"])


def check_typed(vector: Vector) -> None:
    expect(same_characters(vector["typed"], vector["characters"]), vector["outcome"] == "accept", "same")


def check_link(vector: Vector) -> None:
    try:
        link, found = read_link(vector["text"], vector["development"]), "accept"
    except Faulty as fault:
        link, found = {}, str(fault)
    expect(found, vector["outcome"], "outcome")
    expect(link, {name: vector[name] for name in link}, "parts")


def check_text(vector: Vector) -> None:
    expect("accept" if visible(vector["text"]) else "refuse", vector["outcome"], "visible")


def check_number(vector: Vector) -> None:
    expect("accept" if is_number(vector["text"]) else "refuse", vector["outcome"], "number")


def check_problem(vector: Vector) -> None:
    body = read_problem(vector["content_type"], vector["body"])
    expect("garbled" if body is None else "accept", vector["outcome"], "outcome")
    if body and vector.get("cause") != "unknown-code":
        code = body["code"]
        told = body["type"], body["status"], vector["status"], bool(body["title"])
        expect(told, (f"urn:styrk:error:{code}", CODES[code], CODES[code], True), "type, status, title")
        expect(code, vector["code"], "code")
        expect(body.get("now"), vector.get("now"), "now")


def check_fetch_reply(vector: Vector) -> None:
    found = read_reply(vector["body"])
    expect("garbled" if found is None else "accept", vector["outcome"], "outcome")
    expect(found, vector.get("read"), "what is read")


def check_reply(vector: Vector) -> None:
    read = read_short(vector["kind"], vector["body"])
    expect("garbled" if read is None else "accept", vector["outcome"], "outcome")
    expect(read, vector.get("read"), "what is read")


def check_discovery(vector: Vector) -> None:
    to = found(vector["kind"], vector["given"], vector["development"])
    expect("not_found" if to is None else "accept", vector["outcome"], "outcome")
    expect(to, vector.get("found"), "where it is")


def check_statement(vector: Vector) -> None:
    message, found = vector["message"], list(statement_faults(vector["message"], vector["pin"]))
    expect(found[0] if found else "accept", vector["outcome"], "outcome")
    for also in vector.get("also", []):
        expect(also in found, True, f"also {also}")
    expect(None if found else new_pin(message), vector.get("new_pin"), "new pin")


def check_typed_code(vector: Vector) -> None:
    expect(code_fault(vector["typed"]), vector["outcome"], "outcome")
    if vector["outcome"] != "accept":
        return
    code = vector["characters"]
    expect((meant(vector["typed"]), is_code(code)), (code, True), "characters")
    if "bits" in vector:
        expect(secret_of(vector["bits"]), code[:-1], "characters of the bits")
    for slip in slips(code):
        expect(code_fault(slip), "check", f"{slip}, mistyped")


def check_version(vector: Vector) -> None:
    expect(bool(version(vector["oldest"])), True, "oldest is a version")
    expect("accept" if served(vector["app"], vector["oldest"]) else "app_too_old", vector["outcome"], "outcome")


CHECKS: dict[str, Callable[[Vector], None]] = {
    "keys": check_key, "messages": check_message, "requests": check_request, "offers": check_offer,
    "registrations": check_registration, "challenges": check_challenge, "derived": check_derived,
    "typed": check_typed, "links": check_link, "texts": check_text, "numbers": check_number,
    "problems": check_problem, "fetch_replies": check_fetch_reply, "replies": check_reply,
    "discovery": check_discovery, "statements": check_statement,
    "typed_codes": check_typed_code, "versions": check_version,
}


def read_file(name: str) -> list[Vector]:
    text = (HERE / "v1" / f"{name}.json").read_text()
    return list(json.loads(text, object_pairs_hook=once)["vectors"])


def check_file(name: str, check: Callable[[Vector], None]) -> int:
    """Prints what is wrong with a file, and returns how much."""
    vectors = read_file(name)
    wrong = list(missing(name, vectors))
    seen: set[str] = set()
    for vector in vectors:
        if vector["name"] in seen:
            wrong.append(f"{vector['name']}: twice")
        seen.add(vector["name"])
        if "cause" in vector and vector["cause"] not in table(name).get(vector["outcome"], ()):
            wrong.append(f"{vector['name']}: {vector['outcome']}/{vector['cause']} is not in the table")
        try:
            check(vector)
        except Wrong as fault:
            wrong.append(f"{vector['name']}: {fault}")
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            wrong.append(f"{vector['name']}: cannot be read: {fault!r}")
    print(f"{name:14} {len(vectors):4} vectors" + (f", {len(wrong)} wrong" if wrong else ""))
    for line in wrong:
        print(f"  {line}")
    return len(wrong)


def main() -> int:
    known = {f"{name}.json" for name in CHECKS}
    strangers = sorted(path.name for path in (HERE / "v1").iterdir() if path.name not in known)
    for stranger in strangers:
        print(f"{stranger}: no such file is known")
    wrong = sum(check_file(name, check) for name, check in CHECKS.items())
    changed = list(differences({name: read_file(name) for name in CHECKS}))
    for line in changed:
        print(line)
    return min(1, len(strangers) + wrong + len(changed))


if __name__ == "__main__":
    sys.exit(main())
