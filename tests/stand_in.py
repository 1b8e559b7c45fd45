"""The stand-in for Yahoo and Alpha Vantage beside a development checkout; its tests are skipped where it is absent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest

MARKET = Path(__file__).parents[2] / "shared" / "market"
START_SECONDS = 20.0


@dataclass(frozen=True)
class StandIn:
    """A running stand-in."""

    address: str
    series: int = 0

    def set(self, *, fail: float = 0.0, rate_limit: int = 0) -> None:
        """Break it, or mend it."""
        self._get(f"/_set?fail={fail}&rate_limit={rate_limit}")

    def push(self, symbol: str, close: float, day: date) -> None:
        """Add or replace a bar."""
        self._get(f"/_push?symbol={symbol}&close={close}&date={day}")

    def requests(self) -> int:
        """How many requests it has had."""
        return int(str(self._get("/_log")["requests"]))

    def _get(self, path: str) -> dict[str, object]:
        with urlopen(self.address + path) as response:
            answer: dict[str, object] = json.load(response)
        return answer


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def started(port: int) -> tuple[subprocess.Popen[str], StandIn]:
    """A stand-in in a process of its own; it remembers what it was asked and what was pushed."""
    if not (MARKET / "standin.py").is_file():
        pytest.skip("the stand-in for Yahoo is not beside this checkout")
    command = [sys.executable, str(MARKET / "standin.py"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    count, _, where = process.stdout.readline().partition(" series on ")
    assert where
    _await(process, port)
    return process, StandIn(f"http://127.0.0.1:{port}", int(count))


def stop(process: subprocess.Popen[str]) -> None:
    """End it, and wait for its end."""
    with process:
        process.terminate()


@contextmanager
def served() -> Iterator[StandIn]:
    """A stand-in while the block runs."""
    process, running = started(free_port())
    try:
        yield running
    finally:
        stop(process)


def _await(process: subprocess.Popen[str], port: int) -> None:
    """Wait until the stand-in answers: it says where it will be a moment before it is there."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"the stand-in does not answer on port {port}; it ended with {process.poll()}")
