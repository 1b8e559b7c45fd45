"""The hub of a fan-out process: one Redis subscription, a topic a portfolio or list of symbols, one batch a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import gevent
import orjson
import structlog
from flask import Flask
from redis import Redis

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.errors import DashboardError, InsufficientData, NotFound
from dashboard.live.channels import QUOTES, TICKS, WANTED, WANTED_SECONDS, quote_from_json
from dashboard.live.clients import Client
from dashboard.live.topics import PortfolioTopic, QuotesTopic, Topic
from dashboard.redis_store import answering, connect
from dashboard.results.quotes import LiveQuote
from dashboard.services import sessions, valuation

log = structlog.get_logger(__name__)

BATCH_SECONDS = 1.0
RECHECK_SECONDS = 4.0
WANT_SECONDS = 5.0
RECONNECT_SECONDS = 1.0


@dataclass(slots=True)
class Hub:
    """What all streams of a process share."""

    app: Flask
    redis: Redis
    redis_url: str
    quotes: dict[str, LiveQuote] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    _number: int = field(default_factory=lambda: int(time.time() * 1000))
    _started: bool = False

    def start(self) -> None:
        """Start the greenlets of this process; calling it again does nothing."""
        if not self._started:
            self._started = True
            for loop, seconds in (
                (self.listen, 0.0),
                (self.pulse, BATCH_SECONDS),
                (self.recheck, RECHECK_SECONDS),
                (self.want, WANT_SECONDS),
            ):
                gevent.spawn(self._forever, loop, seconds)

    def join_portfolio(self, client: Client, portfolio_id: PortfolioId) -> Topic:
        """Let ``client`` listen to a portfolio that its actor may see (the caller has checked)."""
        return self._join(f"portfolio:{portfolio_id}", client, lambda: PortfolioTopic(portfolio_id))

    def join_quotes(self, client: Client, symbols: Sequence[str]) -> Topic:
        """Let ``client`` listen to the quotes of ``symbols``."""
        names = tuple(sorted(set(symbols)))
        return self._join("quotes:" + ",".join(names), client, lambda: QuotesTopic(names))

    def leave(self, topic: Topic, client: Client) -> None:
        """``client`` has gone; a topic without clients goes too."""
        topic.clients.discard(client)
        if not topic.clients and self.topics.get(topic.key) is topic:
            del self.topics[topic.key]

    def listen(self) -> None:
        """Take over what is known, then every batch that the feed publishes, until Redis fails."""
        with connect(self.redis_url, answer_seconds=None) as subscription, subscription.pubsub() as pubsub:
            pubsub.subscribe(TICKS)
            with answering():
                known = self.redis.hvals(QUOTES)
            self._take([orjson.loads(value) for value in known])
            for message in pubsub.listen():
                if message["type"] == "message":
                    self._take(orjson.loads(message["data"]))

    def pulse(self) -> None:
        """Send each topic what has changed since the last pulse."""
        now = datetime.now(UTC)
        for topic in list(self.topics.values()):
            self._send(topic, now)

    def recheck(self) -> None:
        """End the streams of sessions that have ended, and reload portfolios whose ledger or prices changed."""
        with self.app.app_context():
            tokens = {client.token for topic in self.topics.values() for client in topic.clients}
            open_tokens = sessions.open_tokens(tokens)
            for topic in list(self.topics.values()):
                self._end(topic, [client for client in topic.clients if client.token not in open_tokens], "signed_out")
                try:
                    self._reload(topic)
                except NotFound:
                    self._end(topic, list(topic.clients), "gone")
            db.session.remove()

    def want(self) -> None:
        """Tell the feed what is being looked at."""
        symbols = {symbol for topic in self.topics.values() for symbol in topic.symbols}
        if symbols:
            until = time.time() + WANTED_SECONDS
            with answering():
                self.redis.zadd(WANTED, dict.fromkeys(symbols, until))

    def _join(self, key: str, client: Client, make: Callable[[], Topic]) -> Topic:
        topic = self.topics.get(key)
        is_new = topic is None
        if topic is None:
            topic = make()
            self._reload(topic)
            topic = self.topics.setdefault(key, topic)  # another client may have been quicker
        topic.clients.add(client)
        if is_new:
            self.want()
        frame = topic.last or topic.frame(self.quotes, datetime.now(UTC))
        if frame is not None:
            client.put(topic.event, self._next(), frame)
        return topic

    def _end(self, topic: Topic, clients: Sequence[Client], reason: str) -> None:
        for client in clients:
            client.put("end", self._next(), {"reason": reason})
            client.close()
            self.leave(topic, client)

    def _reload(self, topic: Topic) -> None:
        """Take over a portfolio's new holdings and tell its listeners. Raises: NotFound."""
        if not isinstance(topic, PortfolioTopic):
            return
        version = valuation.version_of(topic.portfolio_id)
        if version == topic.version:
            return
        told = list(topic.clients) if topic.version is not None else []
        try:
            topic.load(valuation.snapshot(SYSTEM, topic.portfolio_id), version)
        except InsufficientData:
            topic.load(None, version)
        for client in told:
            client.put("changed", self._next(), {"portfolio_id": topic.portfolio_id})

    def _send(self, topic: Topic, now: datetime) -> None:
        frame = topic.frame(self.quotes, now)
        if frame is not None and frame != topic.last:
            topic.last = frame
            for client in topic.clients:
                client.put(topic.event, self._next(), frame)

    def _take(self, batch: Sequence[dict[str, object]]) -> None:
        for data in batch:
            quote = quote_from_json(data)
            self.quotes[quote.symbol] = quote

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _forever(self, loop: Callable[[], None], seconds: float) -> None:
        """The edge of each greenlet: a failure is logged, and the loop goes on."""
        while True:
            try:
                loop()
                gevent.sleep(seconds)
            except (DashboardError, OSError) as error:
                log.warning("stream.loop_failed", loop=loop.__name__, reason=str(error))
                gevent.sleep(RECONNECT_SECONDS)
            except Exception:
                log.exception("stream.loop_failed", loop=loop.__name__)
                gevent.sleep(RECONNECT_SECONDS)
