"""``dashboard up`` over a home of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from tests.conftest import scratch_directory

ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str, seconds: float = 60.0) -> Found:
    """The first thing that ``look`` finds; fails when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds:g} s")


def children_of(process_id: int) -> list[int]:
    """Every living descendant of a process, the deepest last."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, frontier = [], [process_id]
    while frontier:
        frontier = [child for child, parent in parents if parent in frontier]
        found += frontier
    return found


def is_alive(process_id: int) -> bool:
    """Whether a process runs and is not merely waiting to be reaped."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return False


class Installation:
    """A home, and ``dashboard up`` in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS", "TEST_"))
            },
            "DASHBOARD_HOME": str(home),
            "PROVIDERS": "simulated",
            "PORT": "8650",
            "PYTHONUNBUFFERED": "1",
        }
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []
        self.database = ""

    def up(self) -> str:
        """Start everything; returns the address once it answers."""
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.cli", "up"],
            env=self.environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        return eventually(self._address, "the product is up").group(1)

    def run(self, *words: str) -> str:
        """Run a command in the same home; its output."""
        return self._python("-m", "dashboard.cli", *words)

    def script(self, text: str) -> str:
        """Run Python inside an application context of this home; what it prints."""
        prologue = "from dashboard.cli.context import CommandContext\nwith CommandContext().app():\n"
        return self._python("-c", prologue + "".join(f"    {line}\n" for line in text.strip().splitlines())).strip()

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the database of this home."""
        if not self.database:
            address = "from dashboard.runtime import settings\nprint(settings().database_url.get_secret_value())"
            self.database = self.script(address).replace("+psycopg", "")
        with psycopg.connect(self.database) as connection:
            return connection.execute(statement.encode()).fetchall()

    def processes(self) -> list[int]:
        """``dashboard up`` and all that it started."""
        assert self.process is not None
        return [self.process.pid, *children_of(self.process.pid)]

    def kill_everything(self) -> None:
        """``kill -9`` of every process of the product and of both servers, the databases first."""
        servers = [int(line.split()[0]) for line in self.servers()]
        for number in [*servers, *self.processes()]:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it went with its parent
        assert self.process is not None
        self.process.wait(10)

    def stop(self) -> int:
        """One Ctrl-C; the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def servers(self) -> list[str]:
        """What runs inside the home: a line of `ps` each."""
        listed = subprocess.run(["ps", "-e", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
        own = self.home / "embedded"
        return [line for line in listed.splitlines() if self._within(int(line.split()[0]), own)]

    @staticmethod
    def _within(process_id: int, directory: Path) -> bool:
        try:
            return Path(f"/proc/{process_id}/cwd").resolve().is_relative_to(directory.resolve())
        except OSError:
            return False

    def _python(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _address(self) -> re.Match[str] | None:
        return re.search(r"Basis is up:\s+(http\S+)", "".join(self.lines))

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                self.lines.append(line)


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A fresh home; whatever still runs at the end is killed."""
    base = scratch_directory()
    home = (base or tmp_path_factory.mktemp("home")) / f"system-{os.getpid()}"
    made = Installation(home)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill_everything()
    eventually(lambda: not made.servers(), "the databases have stopped")
    shutil.rmtree(home)
