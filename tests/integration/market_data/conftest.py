"""The stand-in for Yahoo that lies beside a development checkout; its tests are skipped where it is absent."""

from __future__ import annotations

import csv
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
from flask import Flask

from dashboard.db.engine import db
from dashboard.server import create_server
from dashboard.settings import Settings

MARKET = Path(__file__).parents[4] / "shared" / "market"
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


@contextmanager
def served() -> Iterator[StandIn]:
    """A stand-in in a process of its own; it remembers what it was asked and what was pushed."""
    if not (MARKET / "standin.py").is_file():
        pytest.skip("the stand-in for Yahoo is not beside this checkout")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(MARKET / "standin.py"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        count, _, where = process.stdout.readline().partition(" series on ")
        assert where
        _await(process, port)
        yield StandIn(f"http://127.0.0.1:{port}", int(count))
        process.terminate()


@pytest.fixture(scope="session")
def running_stand_in() -> Iterator[StandIn]:
    """One stand-in for all tests."""
    with served() as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """The stand-in, in good health."""
    running_stand_in.set()
    return running_stand_in


@pytest.fixture
def yahoo_app(settings: Settings, stand_in: StandIn) -> Iterator[Flask]:
    """The application in its context, with the stand-in as its only provider."""
    changed = {**dict(settings), "providers": ("yahoo",), "yahoo_base_url": stand_in.address}
    app = create_server(Settings.build(**changed))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def file_closes(symbol: str) -> dict[date, tuple[float, float]]:
    """The closes of a file beside the stand-in, and the split ratio of each day (0: none)."""
    with (MARKET / "ohlcv" / f"{symbol}.csv").open() as handle:
        return {
            date.fromisoformat((row.get("Datetime") or row["Date"])[:10]): (
                float(row["Close"]),
                float(row.get("Stock Splits") or 0),
            )
            for row in csv.DictReader(handle)
            if row["Close"]
        }
