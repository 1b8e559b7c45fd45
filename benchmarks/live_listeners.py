"""Many listeners to one stream process, and the posts that they wait for: the load of ``benchmarks.live``.

Reads what to do as JSON from standard input, writes a line of JSON when all listen and another one at the end. Each
price is the moment of its post on the system's monotonic clock, so a listener knows how long it took when the last byte
of its frame has come. One thread, one poll: the load itself must cost little.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import numpy as np
from redis import Redis

from dashboard.domain.session_range import SessionRange
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.live_board import LEADER, post

PRICE = b'"price":'
FRAME_ENDS = b"\n\n\r\n"
READ_BYTES = 262_144
OPEN_SECONDS = 120.0
LEASE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: who listens where, to which symbols, and how often and how long they are posted."""

    address: str
    redis_url: str
    cookie: str
    tokens: Sequence[str]
    symbols: Sequence[str]
    seconds: float
    batches_a_second: float
    core: int | None


@dataclass(slots=True)
class Listener:
    """One open stream: the post whose frame it is in the middle of."""

    connection: socket.socket
    posted_at: float = 0.0
    is_open: bool = False


@dataclass(slots=True)
class Listeners:
    """All of them, and how long each frame took in seconds."""

    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    latencies: list[float] = field(default_factory=list)
    opened: int = 0
    lost: int = 0

    def open(self, load: Load, token: str) -> None:
        """Ask for a stream as a browser does."""
        parts = urlsplit(load.address)
        connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=OPEN_SECONDS)
        path = f"/quotes?symbols={','.join(load.symbols)}"
        head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {load.cookie}={token}\r\n\r\n"
        connection.sendall(head.encode())
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, Listener(connection))

    def read(self, until: float) -> None:
        """Read what comes until the monotonic time ``until``."""
        while (left := until - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                self._take(key.data)

    def _take(self, listener: Listener) -> None:
        try:
            data = listener.connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.selector.unregister(listener.connection)
            listener.connection.close()
            self.lost += 1
            return
        if not listener.is_open:
            listener.is_open = True
            self.opened += int(data.startswith(b"HTTP/1.1 200"))
        if (found := data.find(PRICE)) >= 0:
            begin = found + len(PRICE)
            listener.posted_at = float(data[begin : data.index(b",", begin)])
        if listener.posted_at and data.endswith(FRAME_ENDS):
            self.latencies.append(time.monotonic() - listener.posted_at)
            listener.posted_at = 0.0


def main() -> None:
    """Open the streams, post and read, and tell what was seen."""
    load = Load(**json.loads(sys.stdin.readline()))
    if load.core is not None:
        os.sched_setaffinity(0, {load.core})
    client = Redis.from_url(load.redis_url)
    client.set(LEADER, "benchmark", ex=LEASE_SECONDS)
    listeners, began = Listeners(), time.monotonic()
    for token in load.tokens:
        listeners.open(load, token)
        listeners.read(time.monotonic() + 0.002)
    deadline = time.monotonic() + OPEN_SECONDS
    while listeners.opened + listeners.lost < len(load.tokens) and time.monotonic() < deadline:
        listeners.read(time.monotonic() + 0.1)
    _say({"opened": listeners.opened, "open_seconds": time.monotonic() - began})
    listeners.latencies.clear()
    begun, interval = time.monotonic(), 1 / load.batches_a_second
    batches = round(load.seconds * load.batches_a_second)
    for batch in range(batches):
        now = datetime.now(UTC)
        size = max(1, round(len(load.symbols) / load.batches_a_second))
        first = batch * size % len(load.symbols)
        names = load.symbols[first : first + size]
        posted_at = time.monotonic()
        session = SessionRange(100.0, posted_at, 99.0)
        quote = LiveQuote("", posted_at, 100.0, "USD", now, Freshness.LIVE, session=session)
        post(client, {name: replace(quote, symbol=name) for name in names})
        listeners.read(begun + (batch + 1) * interval)
    times = os.times()
    milliseconds = np.array(listeners.latencies) * 1000
    _say(
        {
            "frames": len(milliseconds),
            "expected": batches * listeners.opened,
            "lost": listeners.lost,
            "load_cpu_seconds": times.user + times.system,
            **{f"p{q}": float(np.percentile(milliseconds, q)) for q in (50, 95, 99, 100) if len(milliseconds)},
        }
    )


def _say(figures: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
