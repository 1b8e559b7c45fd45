"""`make demo` and `make test` on a clean Debian 12: `sudo .venv/bin/python -m benchmarks.clean_root`.

Promises: without python3-venv one line and exit 2; an answer over HTTP within 5 minutes cold and within 60 s with the
wheels cached; one Ctrl-C leaves nothing behind; tests green; all of it twice in a row.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from benchmarks import debian_root

PARTS = ("venv", "install", "demo", "test")
COLD_SECONDS = 300.0
WARM_SECONDS = 60.0
STOP_SECONDS = 30.0
INSIDE = "BASIS_CLEAN_ROOT"
SOURCE = Path(__file__).resolve().parents[1]


class Promises:
    """Counts what did not hold, and says each with its figure."""

    def __init__(self) -> None:
        self.broken = 0

    def hold(self, claim: str, kept: bool, detail: str = "") -> None:
        """Print one line; on a broken promise also what there is to read."""
        self.broken += not kept
        print(f"{'ok  ' if kept else 'FAIL'} {claim}" + (f"\n{detail}" if detail and not kept else ""), flush=True)


def without_venv(root: Path, promises: Promises) -> None:
    """Debian without python3-venv, then with it."""
    refused = debian_root.run(root, "make demo")
    lines = refused.output.strip().splitlines()
    kept = refused.status == 2 and len(lines) == 1 and "python3-venv" in lines[0]
    promises.hold(f"without python3-venv: exit {refused.status}, {lines}", kept, refused.output)
    promises.hold("and no environment left behind", not (root / debian_root.CHECKOUT[1:] / ".venv").exists())


def add_venv(root: Path) -> None:
    """What the one line asked for."""
    added = debian_root.run(root, "apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv")
    if added.status:
        raise SystemExit(f"python3-venv cannot be installed:\n{added.output}")


def install(root: Path, promises: Promises) -> None:
    """`make install` cold, again, and with the wheels cached."""
    for name, before, limit in (("cold", "true", COLD_SECONDS), ("again", "true", 2.0), ("warm", "rm -rf .venv", 60.0)):
        ran = debian_root.run(root, f"{before} && make install")
        promises.hold(f"make install {name}: {ran.seconds:.1f} s", ran.status == 0 and ran.seconds < limit, ran.output)


def demo(root: Path, promises: Promises) -> None:
    """`make demo` cold and warm, each ended by one Ctrl-C, the second time on the first one's data."""
    debian_root.run(root, "rm -rf .venv .dashboard ~/.cache")
    _one_demo(root, promises, "cold", COLD_SECONDS)
    debian_root.run(root, "rm -rf .venv .dashboard")
    _one_demo(root, promises, "with the wheels cached", WARM_SECONDS)
    _one_demo(root, promises, "again", WARM_SECONDS)


def _one_demo(root: Path, promises: Promises, name: str, limit_seconds: float) -> None:
    port = _free_port()
    with debian_root.terminal(root, ["make", "demo"], PORT=str(port)) as session:
        began = time.monotonic()
        _until(lambda: session.ended() or _answers(port), limit_seconds * 2)
        seconds = time.monotonic() - began
        up = not session.ended() and seconds <= limit_seconds
        said = "ended without an answer" if session.ended() else "answers"
        promises.hold(f"make demo {name}: {said} after {seconds:.1f} s", up, session.output[-6000:])
        if session.ended():
            return
        _until(lambda: session.ended() or "Ctrl-C" in session.output, STOP_SECONDS)
        session.interrupt()
        pressed = time.monotonic()
        stopped = _until(session.ended, STOP_SECONDS)
        promises.hold(f"Ctrl-C ends it after {time.monotonic() - pressed:.1f} s", stopped, session.output)
    _nothing_left(root, promises)


def tests(root: Path, promises: Promises) -> None:
    """`make test`, twice; CLEAN_ROOT_ARGS chooses some tests while one works on this."""
    chosen = shlex.quote(os.environ.get("CLEAN_ROOT_ARGS", ""))
    for name in ("first", "second"):
        ran = debian_root.run(root, f"make test ARGS={chosen}", limit_seconds=3600)
        summary = ran.output.strip().splitlines()[-1]
        promises.hold(
            f"make test, the {name} time: {ran.seconds:.0f} s, {summary}", ran.status == 0, ran.output[-6000:]
        )
        _nothing_left(root, promises)


def _nothing_left(root: Path, promises: Promises) -> None:
    _until(lambda: not debian_root.processes(root), STOP_SECONDS)
    left = debian_root.processes(root)
    promises.hold("no process is left", not left, "\n".join(left))
    changed = debian_root.run(root, "ls -A /dev/shm").output.strip()
    promises.hold("no shared memory is left", not changed, changed)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _until(condition: Callable[[], bool], limit_seconds: float) -> bool:
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def inside(root: Path, parts: list[str]) -> int:
    """Everything, in namespaces of our own."""
    debian_root.mount(root)
    promises = Promises()
    if "venv" in parts:
        without_venv(root, promises)
    add_venv(root)
    chosen = {"install": install, "demo": demo, "test": tests}
    for name, part in chosen.items():
        if name in parts:
            part(root, promises)
    print(f"{promises.broken} broken" if promises.broken else "every promise held")
    return 1 if promises.broken else 0


def main() -> int:
    """Make the root, hold the promises in it, and remove it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--keep", action="store_true", help="leave the root where it is, for a look")
    chosen = parser.parse_args()
    parts = chosen.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if inner := os.environ.get(INSIDE):
        return inside(Path(inner), parts)
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        parser.error("it takes root, and debootstrap (apt install debootstrap)")
    root = Path(tempfile.mkdtemp(prefix="basis-clean-root-", dir="/var/tmp"))
    try:
        root.chmod(0o755)
        began = time.monotonic()
        debian_root.bootstrap(root)
        debian_root.clone(SOURCE, root)
        print(f"a clean Debian in {root} after {time.monotonic() - began:.0f} s", flush=True)
        os.environ[INSIDE] = str(root)
        return debian_root.in_namespaces(["-m", "benchmarks.clean_root", *sys.argv[1:]])
    finally:
        if not chosen.keep:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
