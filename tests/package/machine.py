"""A Debian of its own for one try: a copy in memory of the folder that root.sh makes, with addresses and processes that
nobody else sees. First only a folder (`chroot`), then with systemd as its first process. All of it ends with this process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

WORK = Path(__file__).parents[2] / "target/package"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
PATIENCE, GROUP = 120, "styrk-package"

# systemd wants to be the first process of its own, with folders to itself; a group of processes apart can be removed again.
BOOT = """
echo 0 > "$2/cgroup.procs"
exec unshare --mount --propagation private --pid --ipc --uts --cgroup --fork --kill-child bash -euc '
  mount -t proc proc "$1/proc"
  mount -t sysfs sysfs "$1/sys"
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
  for folder in run tmp; do mount -t tmpfs tmpfs "$1/$folder"; done
  mount -t tmpfs -o mode=755 tmpfs "$1/dev"
  for device in null zero full random urandom tty; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
  mkdir "$1/dev/shm" "$1/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
  ln -s pts/ptmx "$1/dev/ptmx"
  cd "$1"
  pivot_root . mnt
  exec chroot . env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c "umount -l /mnt; exec /lib/systemd/systemd"
' boot "$1"
"""


def apart() -> None:
    """Goes on only in namespaces of its own: mounts, network, processes."""
    if sys.argv[1:] != ["apart"]:
        kept = {name: os.environ[name] for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
        unshare = ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"]
        command = ["setpriv", "--pdeathsig", "KILL", *unshare, sys.executable, sys.argv[0], "apart"]
        os.execvpe("setpriv", command, ENVIRONMENT | kept)
    quiet("mount", "-t", "proc", "proc", "/proc")


def quiet(*command: str) -> None:
    subprocess.run(command, check=True)


class Failed(Exception):
    """A command that ended otherwise than it should; with what it said."""


class Machine:
    def __init__(self, host: str, addresses: list[str]) -> None:
        self.root, self._groups, self._first = WORK / "try", WORK / "groups", 0
        for folder in (self.root, self._groups):
            folder.mkdir(parents=True, exist_ok=True)
        quiet("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(self.root))
        quiet("cp", "-a", f"{WORK}/root/.", str(self.root))
        quiet("mount", "-t", "proc", "proc", f"{self.root}/proc")
        (WORK / "hosts").write_text(f"127.0.0.1 localhost\n{addresses[0]} {host}\n")
        quiet("mount", "--bind", str(WORK / "hosts"), "/etc/hosts")
        self.run("ip", "link", "set", "lo", "up")
        for address in addresses:
            self.run("ip", "address", "add", f"{address}/32", "dev", "lo")

    def path(self, inside: str) -> Path:
        return self.root / inside.lstrip("/")

    def attempt(self, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command in it as root, in its own home. Both outputs are one."""
        spaces = ["--mount", "--pid", "--ipc", "--uts", "--cgroup"]
        enter = ["nsenter", f"--target={self._first}", *spaces] if self._first else ["chroot", str(self.root)]
        clean = ["env", "-i", "--chdir=/root", *(f"{name}={value}" for name, value in ENVIRONMENT.items())]
        return subprocess.run([*enter, *clean, *command], input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=PATIENCE)

    def run(self, *command: str, typed: str = "") -> str:
        ended = self.attempt(*command, typed=typed)
        if ended.returncode != 0:
            raise Failed(f"{' '.join(command)}: {ended.returncode}\n{ended.stdout}")
        return ended.stdout

    def boot(self) -> None:
        """Starts systemd; returns when it has started what it starts."""
        quiet("mount", "-t", "cgroup2", "cgroup2", str(self._groups))
        for left in self._groups.glob(f"{GROUP}-*"):  # by a try that was killed; one that goes on cannot be removed
            remove(left)
        self._group = self._groups / f"{GROUP}-{os.stat('/proc/self/ns/pid').st_ino}"
        self._group.mkdir()
        quiet("umount", f"{self.root}/proc")
        log = (WORK / "boot.log").open("w")
        self._system = subprocess.Popen(["bash", "-euc", BOOT, "boot", str(self.root), str(self._group)],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        state = ""
        while state not in ("running", "degraded"):
            if self._system.poll() is not None or time.monotonic() > until:
                raise Failed(f"systemd does not start: {state}\n{(WORK / 'boot.log').read_text()}")
            time.sleep(0.2)
            children = Path(f"/proc/{self._system.pid}/task/{self._system.pid}/children").read_text().split()
            self._first = int(children[0]) if children else 0
            state = self.attempt("systemctl", "is-system-running").stdout.strip() if self._first else ""

    def halt(self) -> None:
        """Ends everything in it, and takes its group of processes away."""
        if self._first:
            self._system.kill()
            self._system.wait()
            until = time.monotonic() + PATIENCE
            while not remove(self._group) and time.monotonic() < until:
                time.sleep(0.1)


def remove(group: Path) -> bool:
    """Takes away a group of processes and those below it, unless somebody is still in them."""
    for folder in (*sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True), group):
        try:
            folder.rmdir()
        except OSError:
            return False
    return True
