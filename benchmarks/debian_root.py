"""An empty Debian 12 in a folder: made by debootstrap, mounted in namespaces of its own, gone with its process."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
PACKAGES = "ca-certificates,make,python3"
CHECKOUT = "/srv/basis"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
PIP_OPTIONS = ("index-url", "extra-index-url", "proxy", "trusted-host", "timeout")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command in the root ended."""

    status: int
    output: str
    seconds: float


def mirror() -> str:
    """The address of Debian's packages that this machine's apt uses."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(" ", 2) for line in targets.stdout.splitlines()]
    return next(address for release, component, address in rows if (release, component) == (SUITE, "main"))


def bootstrap(root: Path) -> None:
    """Fill an empty folder with Debian and with what it needs to reach the same mirrors as this machine."""
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), mirror()],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copyfile(Path("/", name), root / name)
    if CERTIFICATES.exists():
        shutil.copyfile(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    (root / "etc/pip.conf").write_text(_pip_configuration())
    (root / "etc/apt/apt.conf.d/90proxy").write_text(_apt_proxies())
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)


def clone(source: Path, root: Path) -> None:
    """The last commit, as a newcomer gets it."""
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(source), str(root) + CHECKOUT], check=True)


def mount(root: Path) -> None:
    """What PostgreSQL and a browser want to find. Only inside a mount namespace of our own."""
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(root / "dev"), "-o", "mode=755,dev"], check=True)
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (root / "dev" / name).touch()
        subprocess.run(["mount", "--bind", f"/dev/{name}", str(root / "dev" / name)], check=True)
    for name, kind in (("shm", "tmpfs"), ("pts", "devpts")):
        (root / "dev" / name).mkdir()
        subprocess.run(["mount", "-t", kind, kind, str(root / "dev" / name)], check=True)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1")):
        (root / "dev" / name).symlink_to(target)
    (root / "dev/stderr").symlink_to("/proc/self/fd/2")
    (root / "dev/ptmx").symlink_to("pts/ptmx")


def in_namespaces(arguments: list[str]) -> int:
    """Run this program again where its mounts and its processes end with it."""
    command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
    return subprocess.run([*command, sys.executable, *arguments], check=False).returncode


def run(root: Path, command: str, limit_seconds: float = 1800) -> Ran:
    """A shell command in the checkout, with a newcomer's environment."""
    began = time.monotonic()
    ended = subprocess.run(
        ["chroot", str(root), "/bin/sh", "-c", f"cd {CHECKOUT} && {command}"],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=limit_seconds,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, time.monotonic() - began)


@contextlib.contextmanager
def terminal(root: Path, command: list[str], **extra: str) -> Iterator[Terminal]:
    """A command on a terminal of its own, so that Ctrl-C is the real one."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chroot(root)
        os.chdir(CHECKOUT)
        os.execvpe(command[0], command, {**_environment(), **extra})
    os.set_blocking(descriptor, False)
    session = Terminal(pid, descriptor)
    try:
        yield session
    finally:
        session.close()


class Terminal:
    """One command on a terminal: what it said, Ctrl-C, and its end."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.output = ""
        self.status: int | None = None
        self._pid = pid
        self._descriptor = descriptor

    def interrupt(self) -> None:
        """One Ctrl-C."""
        os.write(self._descriptor, b"\x03")

    def ended(self) -> bool:
        """Read what there is; True once the command is over."""
        with contextlib.suppress(BlockingIOError, OSError):
            while chunk := os.read(self._descriptor, 65536):
                self.output += chunk.decode(errors="replace")
        if self.status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def close(self) -> None:
        """End it the hard way, if it is still there."""
        if not self.ended():
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._descriptor)


def processes(root: Path) -> list[str]:
    """What still runs in the root, by command line; the dead are buried first."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    found = []
    for entry in (root / "proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and (words := (entry / "cmdline").read_bytes()):
                found.append(words.replace(b"\0", b" ").decode(errors="replace").strip())
    return found


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {**passed, "HOME": "/root", "LANG": "C.UTF-8", "PATH": path, "TERM": "xterm"}


def _pip_configuration() -> str:
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    lines = ["[global]", *([f"cert = {CERTIFICATES}"] if CERTIFICATES.exists() else [])]
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        option, words = name.rpartition(".")[2], value.strip("'\"").split()
        kept = [word for word in words if "://" not in word or word.startswith("http")]
        if option in PIP_OPTIONS and kept:
            lines.append(f"{option} = {' '.join(kept)}")
    return "\n".join(lines) + "\n"


def _apt_proxies() -> str:
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    return "".join(f"{line}\n" for line in dumped.stdout.splitlines() if "::Proxy" in line)
