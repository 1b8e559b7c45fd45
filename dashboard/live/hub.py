"""The hub of a fan-out process: one Redis subscription, a topic a portfolio or list of symbols, four batches a second.

A batch goes out as soon as there is news, and the next one a quarter of a second later at the earliest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import gevent
import orjson
import structlog
from flask import Flask
from gevent.event import Event
from redis import Redis

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.errors import DashboardError, InsufficientData, NotFound, TooManyRequests
from dashboard.live.clients import Client, encoded
from dashboard.live.leadership import Leadership
from dashboard.live.prices import Prices
from dashboard.live.topics import PortfolioTopic, QuotesTopic, Topic
from dashboard.redis_store import connect
from dashboard.services import sessions, valuation
from dashboard.services.live_board import TICKS, Posted, posted, posted_from_json, want
from dashboard.services.live_frames import market_states

log = structlog.get_logger(__name__)

BATCH_SECONDS = 0.25
AGE_SECONDS = 1.0
WATCH_SECONDS = 1.0
RECHECK_SECONDS = 4.0
WANT_SECONDS = 5.0
RECONNECT_SECONDS = 1.0
MOST_STREAMS = 100
"""Open streams of one session."""


@dataclass(slots=True)
class Hub:
    """What all streams of a process share."""

    app: Flask
    redis: Redis
    redis_url: str
    prices: Prices = field(default_factory=Prices)
    topics: dict[str, Topic] = field(default_factory=dict)
    leadership: Leadership = field(default_factory=Leadership)
    _streams: Counter[str] = field(default_factory=Counter)
    _changed: set[str] = field(default_factory=set)
    _news: Event = field(default_factory=Event)
    _started: bool = False

    def start(self) -> None:
        """Start the greenlets of this process; calling it again does nothing."""
        if not self._started:
            self._started = True
            for loop, seconds in (
                (self.listen, 0.0),
                (self.pulse, BATCH_SECONDS),
                (self.age, AGE_SECONDS),
                (self.watch, WATCH_SECONDS),
                (self.recheck, RECHECK_SECONDS),
                (self.want, WANT_SECONDS),
            ):
                gevent.spawn(self._forever, loop, seconds)

    def join_portfolio(self, client: Client, portfolio_id: PortfolioId, heard: int | None = None) -> Topic:
        """Let ``client`` listen to a portfolio that its actor may see (the caller has checked)."""
        key = f"portfolio:{portfolio_id}"
        return self._join(key, client, heard, lambda: PortfolioTopic(self.prices, portfolio_id))

    def join_quotes(self, client: Client, symbols: Sequence[str], heard: int | None = None) -> Topic:
        """Let ``client`` listen to the quotes of ``symbols``; it has heard all up to batch ``heard``."""
        names = tuple(sorted(set(symbols)))
        return self._join("quotes:" + ",".join(names), client, heard, lambda: QuotesTopic(self.prices, names))

    def leave(self, topic: Topic, client: Client) -> None:
        """``client`` has gone; a topic without clients goes too."""
        if client in topic.clients:
            topic.clients.discard(client)
            self._streams[client.token] -= 1
            self._streams += Counter()  # forgets who has none
        if not topic.clients and self.topics.get(topic.key) is topic:
            del self.topics[topic.key]

    def listen(self) -> None:
        """Take over what is known, then every batch that the feed publishes, until Redis fails."""
        with connect(self.redis_url, answer_seconds=None) as subscription, subscription.pubsub() as pubsub:
            pubsub.subscribe(TICKS)
            self._take(list(posted(self.redis).values()))
            for message in pubsub.listen():
                if message["type"] == "message":
                    self._take([posted_from_json(data) for data in orjson.loads(message["data"])])

    def pulse(self) -> None:
        """Wait for news, and tell each topic's listeners what is of theirs."""
        self._news.wait()
        self._news.clear()
        changed, self._changed = self._changed, set()
        for topic in list(self.topics.values()):
            if not topic.wants.isdisjoint(changed):
                _tell(topic)

    def age(self) -> None:
        """Say of quotes that nobody renews what they may be taken for now."""
        self._note(self.prices.age(datetime.now(UTC)))

    def watch(self) -> None:
        """Tell everybody when the feed goes down, and when it is back."""
        if self.leadership.look(self.redis, datetime.now(UTC)):
            frame = encoded("feed", self.leadership.to_json())
            for client in self._clients():
                client.put("feed", frame)

    def recheck(self) -> None:
        """End the streams of sessions that have ended, and reload portfolios whose ledger or prices changed."""
        with self.app.app_context():
            asked = {client.token for client in self._clients()}
            ended = asked - sessions.open_tokens(asked)  # who joins meanwhile is in neither
            for topic in list(self.topics.values()):
                self._end(topic, [client for client in topic.clients if client.token in ended], "signed_out")
                try:
                    self._reload(topic)
                except NotFound:
                    self._end(topic, list(topic.clients), "gone")
            self._restate(list(self.topics.values()))
            db.session.remove()

    def want(self) -> None:
        """Tell the feed what is being looked at."""
        want(self.redis, {symbol for topic in self.topics.values() for symbol in topic.wants})

    def _join(self, key: str, client: Client, heard: int | None, make: Callable[[], Topic]) -> Topic:
        if self._streams[client.token] >= MOST_STREAMS:
            raise TooManyRequests("Too many streams are open; close some pages.", RECHECK_SECONDS)
        topic = self.topics.get(key)
        is_new = topic is None
        if topic is None:
            topic = make()
            self._reload(topic)
            topic = self.topics.setdefault(key, topic)  # another client may have been quicker
        topic.clients.add(client)
        self._streams[client.token] += 1
        if is_new:
            self.want()
            self._restate([topic])
        client.source, client.heard = topic, self.prices.turn
        if self.leadership.is_known:
            client.put("feed", encoded("feed", self.leadership.to_json()))
        if first := topic.first(heard):
            client.put(topic.event, first)
        return topic

    def _end(self, topic: Topic, clients: Sequence[Client], reason: str) -> None:
        for client in clients:
            client.put("end", encoded("end", {"reason": reason}))
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
        frame = encoded("changed", {"portfolio_id": topic.portfolio_id})
        for client in told:
            client.put("changed", frame)
        _tell(topic)

    def _restate(self, topics: Sequence[Topic]) -> None:
        """Tell the listeners of ``topics`` which of their markets have opened or closed."""
        states = market_states(frozenset().union(*(topic.wants for topic in topics)), datetime.now(UTC))
        for topic in topics:
            if topic.restate(states):
                topic.wake()

    def _take(self, batch: Sequence[Posted]) -> None:
        self._note(self.prices.take(batch, datetime.now(UTC)))

    def _note(self, changed: set[str]) -> None:
        if changed:
            self._changed |= changed
            self._news.set()

    def _clients(self) -> Iterator[Client]:
        return (client for topic in list(self.topics.values()) for client in list(topic.clients))

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


def _tell(topic: Topic) -> None:
    topic.changed()
    topic.wake()
