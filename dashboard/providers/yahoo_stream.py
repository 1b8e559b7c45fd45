"""Yahoo's prices as they are made, through its WebSocket: what is wanted is subscribed to, and the latest is kept.

It goes past any session and any gateway, and it may fall silent without closing. Whoever uses it asks whether it is
heard, and polls while it is not.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from dashboard.providers.base import Quote
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.yahoo_ticks import Subscribed, parse_tick
from dashboard.providers.yahoo_wire import canonical

log = structlog.get_logger(__name__)

NAME = "yahoo"
HEARD_FOR = timedelta(seconds=30)
SILENT_AFTER = timedelta(seconds=120)
"""After so long without a price the connection is made anew: a subscription may have been lost."""
SUBSCRIBE_EVERY = timedelta(seconds=15)
STEP_SECONDS = 0.25
OPEN_SECONDS = 10.0
CLOSE_SECONDS = 1.0
PING_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
LONGEST_MESSAGE_BYTES = 65_536
MOST_LOGGED = 3
"""Unreadable messages of one connection that are logged; the others are counted."""


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class YahooStream:
    """A subscription to Yahoo's prices, in a thread of its own from :meth:`start` to :meth:`close`."""

    name = NAME

    def __init__(
        self, url: str, *, now: Callable[[], datetime] = utc_now, jitter: Callable[[], float] = random.random
    ) -> None:
        self._url = url
        self._jitter = jitter
        self._now = now
        self._wanted: dict[str, Subscribed] = {}
        self._latest: dict[str, Quote] = {}
        self._heard_at: datetime | None = None
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="yahoo-stream", daemon=True)
        self.failures = 0
        self.unreadable = 0

    def start(self) -> None:
        """Begin; nothing is connected to while nothing is wanted."""
        self._thread.start()

    def close(self) -> None:
        """End, and wait for the thread."""
        self._closed.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=OPEN_SECONDS + CLOSE_SECONDS)

    def want(self, units: Mapping[str, str]) -> None:
        """Subscribe to these symbols (each with the unit of its quotes, or "") and to no others."""
        wanted = {canonical(symbol): Subscribed(symbol, unit) for symbol, unit in units.items()}
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def take(self) -> dict[str, Quote]:
        """The latest quote of each symbol that has had one since this was last asked."""
        with self._lock:
            latest, self._latest = self._latest, {}
        return latest

    @property
    def is_heard(self) -> bool:
        """Whether a price came a short while ago, and the connection still stands."""
        return self._heard_at is not None and self._now() - self._heard_at < HEARD_FOR

    @property
    def pause_seconds(self) -> float:
        """How long the next attempt waits, before jitter: longer after each connection that brought nothing."""
        return min(FIRST_PAUSE_SECONDS * 2.0 ** max(0, self.failures - 1), LONGEST_PAUSE_SECONDS)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._changed.clear()
            if self._wanted:
                self._listen()
                # Half to all of it, so that those who were cut off together do not come back together.
                self._closed.wait(self.pause_seconds * (0.5 + self._jitter() / 2))
            else:
                self._changed.wait()

    def _listen(self) -> None:
        """One connection, from its beginning to its end; this is the edge of a thread."""
        self.failures += 1  # until a price has come
        try:
            with connect(
                self._url,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                max_size=LONGEST_MESSAGE_BYTES,
                compression=None,
            ) as connection:
                self._follow(connection)
        except (WebSocketException, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            log.warning("yahoo_stream.away", reason=reason[:200], failures=self.failures)
        except Exception:
            log.exception("yahoo_stream.away", failures=self.failures)
        finally:
            self._heard_at = None

    def _follow(self, connection: ClientConnection) -> None:
        """Keep what is subscribed to what is wanted, and take in prices, until nothing is wanted or none comes."""
        subscribed: frozenset[str] = frozenset()
        opened_at = subscribed_at = self._now()
        self.unreadable = 0
        while not self._closed.is_set() and self._wanted:
            now, wanted = self._now(), self._wanted
            if now - max(opened_at, self._heard_at or opened_at) > SILENT_AFTER:
                log.info("yahoo_stream.silent")
                return
            names = frozenset(entry.symbol for entry in wanted.values())
            if gone := subscribed - names:
                connection.send(json.dumps({"unsubscribe": sorted(gone)}))
            if names != subscribed or now - subscribed_at > SUBSCRIBE_EVERY:
                connection.send(json.dumps({"subscribe": sorted(names)}))
                subscribed, subscribed_at = names, now
            try:
                self._take_in(connection.recv(timeout=STEP_SECONDS), wanted)
            except TimeoutError:
                continue
            except ConnectionClosed as closed:
                if not self._closed.is_set():
                    log.info("yahoo_stream.closed", reason=str(closed)[:200])
                return

    def _take_in(self, message: str | bytes, wanted: Mapping[str, Subscribed]) -> None:
        try:
            quote = parse_tick(NAME, message, wanted, self._now())
        except MalformedAnswer as error:
            self.unreadable += 1
            if self.unreadable <= MOST_LOGGED:
                log.warning("yahoo_stream.unreadable", reason=str(error))
            return
        if quote is None:
            return
        self.failures, self._heard_at = 0, self._now()
        with self._lock:
            before = self._latest.get(quote.provider_symbol)
            if before is None or before.at <= quote.at:
                self._latest[quote.provider_symbol] = quote if before is None else _following(quote, before)


def _following(quote: Quote, before: Quote) -> Quote:
    """``quote`` with what the message before it, which nobody has taken yet, told of the session."""
    if quote.at - before.at > HEARD_FOR or quote.currency != before.currency:
        return quote
    return replace(quote, session=quote.session.joined(before.session))
