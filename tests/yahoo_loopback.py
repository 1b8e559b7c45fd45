"""A loopback server that answers as Yahoo Finance does, or as badly as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Body = bytes | str | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``announced`` is the length that the header claims; ``stall`` answers only when the test is over.

    ``gate`` is waited for before the answer goes out.
    """

    status: int = 200
    body: Body = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    stall: bool = False
    gate: threading.Event | None = None

    @property
    def content(self) -> bytes:
        """The body as it goes out."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass
class Loopback:
    """What the server will answer by path, and what it was asked. The last answer of a path repeats."""

    address: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def will_answer(self, path: str, *answers: Answer) -> None:
        """Answer the requests for ``path`` with each of ``answers`` in turn."""
        self.answers[path] = list(answers)

    def asked(self, path: str) -> int:
        """How often ``path`` was asked for."""
        return sum(1 for asked, _ in self.requests if asked == path)

    def next_answer(self, path: str) -> Answer:
        """The answer for the next request of ``path``: not found where the test named none."""
        waiting = self.answers.get(path, [Answer(404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def loopback() -> Iterator[Loopback]:
    """A running server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = unquote(url.path)
            state.requests.append((path, parse_qs(url.query)))
            state.headers.append(dict(self.headers.items()))
            answer = state.next_answer(path)
            if answer.stall:
                state.over.wait(60)
                self.close_connection = True
                return
            if answer.gate is not None:
                answer.gate.wait(60)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header(
                "Content-Length", str(len(answer.content) if answer.announced is None else answer.announced)
            )
            self.end_headers()
            self.wfile.write(answer.content)
            self.close_connection = answer.announced is not None

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Loopback(f"http://127.0.0.1:{server.server_address[1]}")
    state.will_answer("/", Answer(404, "", {"Content-Type": "text/html"}))
    state.will_answer("/v1/test/getcrumb", Answer(200, "crumb", {"Content-Type": "text/plain"}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def stamp(day: str, hour: int = 0, minute: int = 0) -> int:
    """The seconds of a time in UTC."""
    at = date.fromisoformat(day)
    return int(datetime(at.year, at.month, at.day, hour, minute, tzinfo=UTC).timestamp())


def minutes_from(first: int, count: int, minutes: int = 5) -> list[int]:
    """The seconds at which so many bars of ``minutes`` begin, one after the other."""
    return [first + 60 * minutes * at for at in range(count)]


def chart(
    symbol: str,
    closes: Mapping[int, float | None],
    *,
    currency: str = "USD",
    zone: str = "America/New_York",
    exchange: str = "NYQ",
    kind: str = "EQUITY",
    volume: float | None = 1000,
    splits: Sequence[tuple[int, float, float]] = (),
    dividends: Sequence[tuple[int, float]] = (),
    session_end: int = 0,
) -> dict[str, object]:
    """A chart answer in the shape that the service sends, bars flat at the close."""
    values = list(closes.values())
    events: dict[str, object] = {}
    if splits:
        events["splits"] = {
            str(at): {"date": at, "numerator": new, "denominator": old, "splitRatio": f"{new:g}:{old:g}"}
            for at, new, old in splits
        }
    if dividends:
        events["dividends"] = {str(at): {"date": at, "amount": amount} for at, amount in dividends}
    meta = {
        "currency": currency,
        "symbol": symbol,
        "exchangeName": exchange,
        "fullExchangeName": exchange,
        "instrumentType": kind,
        "exchangeTimezoneName": zone,
        "longName": f"{symbol} plc",
        "currentTradingPeriod": {"regular": {"start": session_end - 3600, "end": session_end}},
    }
    quote = dict.fromkeys(("open", "high", "low", "close"), values)
    quote["volume"] = [None if value is None else volume for value in values]
    result = {"meta": meta, "timestamp": list(closes), "events": events, "indicators": {"quote": [quote]}}
    return {"chart": {"result": [result], "error": None}}


NOT_FOUND: dict[str, object] = {
    "chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}
}
