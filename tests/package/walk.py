"""The Debian package, from a bare Debian to an approved sign-in, an upgrade and its end: `cargo xtask test package`, as root.

What is done in between is what docs/operations.md says under "A first user, from a bare Debian": its commands are run and
its files are written as they stand there. The phone is tests/independent, the relying party the example of the package."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "tests/independent"))

from envelope import Refused  # noqa: E402
from machine import PATIENCE, WORK, Failed, Machine, apart  # noqa: E402
from phone import Account, read_link  # noqa: E402
from visitor import Page, Visitor  # noqa: E402

HOST, LOGIN, PASSWORD = "mfa.regionx.example", "anna@regionx.example", "correct horse battery staple"
SERVICE = f"https://{HOST}"
# The service's own address is in the networks that the page trusts; the other one is not.
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
CONFIGURATION, CERTIFICATE, PROGRAM = "/etc/styrk/styrk.toml", "/etc/styrk/tls.pem", "/usr/bin/styrk"
KEYS, DATABASE = "/var/lib/styrk/keys", "/var/lib/styrk/styrk.db"


class Checks:
    def __init__(self) -> None:
        self.passed, self.failed = 0, 0

    def __call__(self, what: str, held: bool, seen: object = "") -> None:
        self.passed, self.failed = self.passed + held, self.failed + (not held)
        print(f"{'ok    ' if held else 'FAILED'}  {what}" + ("" if held else f": {seen}"), flush=True)


check = Checks()


def package(folder: str) -> Path:
    (found,) = (WORK / folder).glob("*.deb")
    return found


def steps() -> list[tuple[str, str]]:
    """The page's blocks, in their order: what to run (sh), what to write (toml)."""
    page = (REPOSITORY / "docs/operations.md").read_text()
    (section,) = re.findall(r"^## A first user, from a bare Debian\n(.*?)^## ", page, re.M | re.S)
    return re.findall(r"^```(sh|toml)\n(.*?)^```", section, re.M | re.S)


def materials() -> None:
    """The list of what is in the program."""
    (path,) = (WORK / "files").glob("*.cdx.json")
    bill = json.loads(path.read_text())
    scopes = {one["name"]: one["scope"] for one in bill["components"]}
    for name, scope in (("rustls", "required"), ("sqlite", "required"), ("signin", "required"), ("cc", "excluded")):
        check(f"the SBOM has {name}, {scope}", scopes.get(name) == scope, scopes.get(name))
    tests = {"proptest", "tempfile", "rcgen", "simulated-phone"} & scopes.keys()
    check("and nothing that only tests need", not tests, tests)
    known = {one["bom-ref"] for one in [bill["metadata"]["component"], *bill["components"]]}
    named = {name for one in bill["dependencies"] for name in (one["ref"], *one["dependsOn"])}
    check("whatever needs something or is needed is in it", named == known, named ^ known)
    check("no file of this machine is named", str(Path.home()) not in path.read_text() and str(REPOSITORY) not in path.read_text())


def owned(machine: Machine, path: str) -> str:
    return machine.run("stat", "-c", "%U:%G %a", path).strip()


def without_systemd(machine: Machine) -> None:
    """Installed and removed in a folder in which nothing runs."""
    for path in (package("files"), package("next"), WORK / "files/SHA256SUMS", *(WORK / "files").glob("*.json")):
        machine.path(f"/root/{path.parent.name}").mkdir(exist_ok=True)
        machine.path(f"/root/{path.parent.name}/{path.name}").write_bytes(path.read_bytes())
    said = machine.run("dpkg", "--install", f"files/{package('files').name}")
    check("installs with dpkg alone, all that it depends on being there", "Setting up styrk" in said, said)
    check("says that it does not run yet", "does not run yet" in said, said)
    check("what it unpacked is what was packed", machine.run("dpkg", "--verify", "styrk") == "")
    check("the program is root's", owned(machine, PROGRAM) == "root:root 755", owned(machine, PROGRAM))
    check("the user cannot log in", "/usr/sbin/nologin" in machine.run("getent", "passwd", "styrk"))
    check("the folder for keys and database is the service's alone", owned(machine, "/var/lib/styrk") == "styrk:styrk 700",
          owned(machine, "/var/lib/styrk"))
    check("the configuration is root's", owned(machine, CONFIGURATION) == "root:root 644", owned(machine, CONFIGURATION))
    checked = machine.attempt("runuser", "-u", "styrk", "--", "styrk", "check-config")
    check("as it comes, check-config says what is missing", checked.returncode == 1 and "missing field" in checked.stdout,
          checked.stdout)
    listed = machine.run("dpkg", "--listfiles", "styrk")
    for name in ("copyright", "operations.md", "licences.txt.gz", "changelog.gz", "examples/approve.sh"):
        check(f"brings {name}", f"/usr/share/doc/styrk/{name}\n" in listed)
    machine.run("dpkg", "--purge", "styrk")
    left = [path for path in (PROGRAM, "/etc/styrk", "/var/lib/styrk", "/usr/share/styrk") if machine.path(path).exists()]
    check("removed before it was used, it leaves nothing", not left, left)


def from_the_page(machine: Machine) -> tuple[str, str]:
    """Does what the page says. Returns the relying party's id and key, as they were shown."""
    shown = ""
    for kind, text in steps():
        if kind == "toml":
            machine.path(CONFIGURATION).write_text(text)
        else:
            shown += machine.run("bash", "-euc", f"cd /root/files\n{text}", typed=f"{PASSWORD}\n")
    check("the sums are those of the files", f"{package('files').name}: OK" in shown, shown)
    check("the service runs", machine.attempt("systemctl", "is-active", "styrk").stdout == "active\n", shown)
    check("it starts with the machine", machine.attempt("systemctl", "is-enabled", "styrk").stdout == "enabled\n")
    check("its process is the service's user's", owned(machine, f"/proc/{main_process(machine)}").startswith("styrk:styrk"))
    check("nobody else sees the keys", owned(machine, KEYS) == "styrk:styrk 700", owned(machine, KEYS))
    check("the next identity key is elsewhere", not list(machine.path(KEYS).glob("next-*")))
    check("systemd finds nothing wrong with the unit", machine.run("systemd-analyze", "verify", "styrk.service") == "")
    before = main_process(machine)
    machine.run("systemctl", "reload", "styrk")
    check("it reads its files again when told to", main_process(machine) == before)
    (own_id,) = re.findall(r"has the id (\S+)", shown)
    (key,) = re.findall(r"^styrk\.\S+$", shown, re.M)
    return own_id, key


class From(urllib.request.HTTPSHandler):
    """Connects from this address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        def connect(host: str, **rest: object) -> http.client.HTTPSConnection:
            return http.client.HTTPSConnection(host, source_address=(self._address, 0), **rest)  # type: ignore[arg-type]

        return self.do_open(connect, req)


def visitor_from(address: str) -> Visitor:
    visitor = Visitor(SERVICE)
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    visitor._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, From(address))
    return visitor


def ready() -> str:
    try:
        with urllib.request.urlopen(f"{SERVICE}/ready", timeout=PATIENCE) as reply:
            return reply.read().decode().strip()
    except urllib.error.URLError as error:
        return str(error)


def when_it_believes_clocks(act: object) -> object:
    """What was signed in a service's first seconds is refused with `clock`, twice at most in a row of ours."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()  # type: ignore[operator]
        except Refused as refusal:
            if refusal.code != "clock" or time.monotonic() > until:
                raise
            time.sleep(1)


def enrol() -> Account:
    """Anna's first phone."""
    try:
        said = visitor_from(ELSEWHERE).sign_in(LOGIN, PASSWORD).texts["main"]
    except urllib.error.HTTPError as refusal:
        said = f"{refusal.code} {Page(refusal.url, refusal.read().decode()).texts['main']}"
    check("from elsewhere no first phone is registered", said.startswith("403 ") and "Error code not_allowed" in said, said)
    visitor = visitor_from(HERE)
    visitor.sign_in(LOGIN, PASSWORD)
    visitor.open("/security")
    account = Account(read_link(visitor.start_enrolment()), time.time)
    asked = when_it_believes_clocks(account.claim)
    check("from a trusted network her first phone is", asked == f"Add Anna Andersson, Region X, {HOST}?", asked)
    number = visitor.type_characters(account.register())
    (challenge,) = account.fetch()
    reply = account.approve(challenge, number)
    check("it approves its test", reply == {"end": "approved", "counted": True}, reply)
    visitor.news()
    account.fetch()
    check("it counts from now on", account.confirmed)
    return account


def approve(account: Account, own_id: str, key: str) -> str:
    """One sign-in that the relying party asks for. What its program says at the end."""
    program = f"{WORK}/try/usr/share/doc/styrk/examples/approve.sh"
    environment = os.environ | {"STYRK_URL": SERVICE, "STYRK_ID": own_id, "STYRK_KEY": key}
    party = subprocess.Popen(["bash", program, LOGIN], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert party.stdout
    number = party.stdout.readline().removeprefix("Number: ").strip()
    if not number.isdigit():
        return number + party.communicate(timeout=PATIENCE)[0]
    challenges = when_it_believes_clocks(account.fetch)
    (challenge,) = challenges  # type: ignore[misc]
    account.approve(challenge, number)
    return party.communicate(timeout=PATIENCE)[0]


def main_process(machine: Machine) -> str:
    return machine.run("systemctl", "show", "--property=MainPID", "--value", "styrk").strip()


def upgrade(machine: Machine, account: Account, own_id: str, key: str) -> None:
    before, configuration = main_process(machine), machine.path(CONFIGURATION).read_text()
    said = machine.run("dpkg", "--install", f"next/{package('next').name}")
    check("a newer package goes over it without a question", "Setting up styrk" in said, said)
    installed = machine.run("dpkg-query", "--show", "--showformat=${Version}", "styrk")
    check("and is the one that is there", installed.endswith("+next"), installed)
    check("the service was restarted", main_process(machine) not in ("0", before))
    check("and runs", machine.attempt("systemctl", "is-active", "styrk").stdout == "active\n")
    check("it still starts with the machine", machine.attempt("systemctl", "is-enabled", "styrk").stdout == "enabled\n")
    check("the configuration is as it was", machine.path(CONFIGURATION).read_text() == configuration)
    said = approve(account, own_id, key)
    check("the same phone approves the next sign-in", "\nApproved: " in said, said)


def ends(machine: Machine) -> None:
    machine.run("dpkg", "--remove", "styrk")
    check("removed, the service has stopped", nobody_listens())
    check("its program is gone", not machine.path(PROGRAM).exists())
    kept = (CONFIGURATION, CERTIFICATE, KEYS, DATABASE)
    check("configuration, keys and database are left", all(machine.path(path).exists() for path in kept))
    machine.run("dpkg", "--install", f"next/{package('next').name}")
    machine.run("systemctl", "start", "styrk")
    check("installed again, it knows its users", "Anna Andersson" in machine.run("styrk", "user", "show", LOGIN))
    said = machine.run("dpkg", "--purge", "styrk")
    check("purged, the service has stopped", nobody_listens())
    check("its configuration is gone", not machine.path(CONFIGURATION).exists())
    wanted = machine.path("/etc/systemd/system/multi-user.target.wants/styrk.service")
    check("nothing starts it any more", not wanted.is_symlink())
    check("keys and database are left, and it says where", machine.path(DATABASE).exists() and "/var/lib/styrk" in said, said)
    check("so is the certificate, and it says where", machine.path(CERTIFICATE).exists() and "/etc/styrk is left" in said, said)
    check("their owner is still there", owned(machine, DATABASE) == "styrk:styrk 600", owned(machine, DATABASE))


def nobody_listens() -> bool:
    with socket.socket() as trying:
        return trying.connect_ex((HERE, 443)) != 0


def walk(machine: Machine) -> None:
    materials()
    without_systemd(machine)
    machine.boot()
    own_id, key = from_the_page(machine)
    check("nobody believes its certificate who was not told to", "CERTIFICATE_VERIFY_FAILED" in ready(), ready())
    os.environ["SSL_CERT_FILE"] = str(machine.path(CERTIFICATE))
    check("told to, they reach it over TLS", ready() == "ready", ready())
    account = enrol()
    said = approve(account, own_id, key)
    check("a relying party's question is approved", "\nApproved: " in said, said)
    upgrade(machine, account, own_id, key)
    ends(machine)


def main() -> int:
    apart()
    began = time.monotonic()
    machine = Machine(HOST, [HERE, ELSEWHERE])
    try:
        walk(machine)
    except (Failed, Refused, LookupError, OSError, ValueError, urllib.error.URLError, subprocess.SubprocessError):
        check("the walk comes to its end", False, traceback.format_exc())
        print(machine.attempt("journalctl", "-u", "styrk", "--no-pager", "-n", "40").stdout)
    finally:
        machine.halt()
    print(f"{check.passed} passed, {check.failed} failed, in {time.monotonic() - began:.0f} s")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
