"""What a stream says: the newest quotes laid over a portfolio, with what they may be taken for; slow clients."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from dashboard.domain.access import PortfolioId
from dashboard.domain.market_hours import MarketState
from dashboard.domain.marking import PortfolioSnapshot, ReferenceValue, SnapshotPosition
from dashboard.domain.open_day import OpenDay
from dashboard.domain.session_range import SessionRange
from dashboard.live import clients
from dashboard.live.clients import Client, encoded
from dashboard.live.leadership import Leadership
from dashboard.live.prices import Prices
from dashboard.live.topics import PortfolioTopic, QuotesTopic
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.live_board import Posted, quote_from_json

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SHARE = SnapshotPosition(
    "RHNW", "EUR", 10.0, 1.0, 100.0, date(2026, 11, 19), 900.0, ReferenceValue(990.0, 0.0), ReferenceValue(1000.0, 0.0)
)
DOLLARS = replace(SHARE, symbol="NWRB", currency="USD", last=ReferenceValue(500.0, 0.0))
HELD = PortfolioSnapshot(7, "EUR", (SHARE, DOLLARS), {"EUR": 50.0}, {"EUR": 1.0, "USD": 0.5})
LIVE = LiveQuote("RHNW", 110.0, 100.0, "EUR", NOW, Freshness.LIVE)


def topic(*quotes: LiveQuote, now: datetime = NOW) -> PortfolioTopic:
    """The portfolio where these are on the board."""
    found = PortfolioTopic(prices_of(*quotes, now=now), PortfolioId(7))
    found.load(HELD, "1")
    return found


def prices_of(*quotes: LiveQuote, now: datetime = NOW) -> Prices:
    found = Prices()
    found.take([Posted(number, quote) for number, quote in enumerate(quotes, 1)], now)
    return found


def frame(*quotes: LiveQuote, now: datetime = NOW) -> Any:  # Any: JSON
    return topic(*quotes, now=now).data(lambda _: True)[0]


def event(part: bytes) -> tuple[int | None, str, Any]:
    """The id, the name and the data of the one event of a part of a stream."""
    fields = dict(line.split(": ", 1) for line in part.decode().strip().split("\n"))
    return int(fields["id"]) if "id" in fields else None, fields["event"], orjson.loads(fields["data"])


def test_a_portfolio_wants_its_instruments_and_the_pairs_of_its_currencies() -> None:
    assert topic().wants == {"RHNW", "NWRB", "fx:USD/EUR"}


def test_before_any_quote_there_is_nothing_to_say() -> None:
    assert frame() is None
    assert frame(replace(LIVE, symbol="OTHER")) is None


def test_a_quote_in_another_currency_than_the_instruments_is_not_used() -> None:
    assert frame(replace(LIVE, currency="USD")) is None


def test_values_are_at_the_quotes_and_counted_by_freshness() -> None:
    said = frame(LIVE)
    assert said["market_value"] == pytest.approx(1100 + 500 + 50)
    assert said["day_change"] == pytest.approx((1100 - 1000) + (500 - 990))
    assert (said["freshness"], said["live"], said["delayed"], said["stale"]) == ("live", 1, 0, 0)
    assert said["session"] == "2026-11-20"


def test_what_the_day_s_return_has_become_is_told_with_its_status() -> None:
    found = topic(LIVE)
    found.load(replace(HELD, day=OpenDay(1500.0, 50.0, 0.0, 0.0, 0.01)), "2")  # 50 came in
    said: Any = found.data(lambda _: True)[0]  # JSON
    assert said["return_growth"] == pytest.approx(1650 / 1550 / 1.01)
    assert said["return_status"] == "ok"
    assert frame(LIVE)["return_growth"] is None
    found.load(replace(HELD, day=OpenDay(1500.0, 0.0, 0.0, 0.0, -1.0)), "3")  # all was lost at the stored prices
    said = found.data(lambda _: True)[0]
    assert said["return_growth"] is None


def test_a_rate_alone_moves_the_value_and_claims_nothing_of_prices() -> None:
    said = frame(LiveQuote("fx:USD/EUR", 0.6, 0.5, "EUR", NOW, Freshness.LIVE))
    assert said["market_value"] == pytest.approx(1000 + 600 + 50)
    assert said["freshness"] is None


@pytest.mark.parametrize(
    ("age", "said"),
    [(timedelta(seconds=30), "live"), (timedelta(minutes=5), "delayed"), (timedelta(minutes=21), "stale")],
)
def test_a_quote_that_nobody_renews_becomes_delayed_and_then_stale(age: timedelta, said: str) -> None:
    assert frame(LIVE, now=NOW + age)["freshness"] == said


def test_the_close_of_a_closed_market_does_not_become_stale_by_waiting() -> None:
    closed = replace(LIVE, freshness=Freshness.CLOSED)
    assert frame(closed, now=NOW + timedelta(hours=20))["freshness"] == "closed"


def test_one_stale_price_keeps_the_whole_from_being_called_live() -> None:
    old = replace(LIVE, symbol="NWRB", currency="USD", at=NOW - timedelta(hours=1))
    assert frame(LIVE, old)["freshness"] == "stale"


def test_quotes_are_told_with_what_they_may_be_taken_for_and_whether_their_market_is_open() -> None:
    post = replace(LIVE, symbol="NWRB", freshness=Freshness.CLOSED, market_state=MarketState.POST)
    quotes = QuotesTopic(prices_of(LIVE, post, now=NOW + timedelta(hours=1)), ("RHNW", "NWRB"))
    _, name, said = event(quotes.first(None))
    told = [(quote["symbol"], quote["freshness"], quote["market_state"]) for quote in said["quotes"]]
    assert (name, told) == ("quotes", [("RHNW", "stale", "open"), ("NWRB", "closed", "post")])


def test_a_quote_says_of_its_session_what_is_known_and_nothing_else() -> None:
    told = replace(LIVE, session=SessionRange(101.0, 112.0, None))
    quotes = QuotesTopic(prices_of(told, replace(LIVE, symbol="NWRB")), ("NWRB", "RHNW"))
    bare, said = event(quotes.first(None))[2]["quotes"]
    assert {name: said[name] for name in said.keys() - bare.keys()} == {"open": 101.0, "high": 112.0}
    assert quote_from_json(said) == told


def test_a_market_that_closes_is_told_of_once_by_the_calendar_and_without_a_quote() -> None:
    quotes = QuotesTopic(prices_of(LIVE, replace(LIVE, symbol="NWRB")), ("NWRB", "RHNW"))
    assert quotes.restate({"RHNW": MarketState.OPEN}) and not quotes.restate({"RHNW": MarketState.OPEN})
    heard = quotes.turn
    assert quotes.restate({"RHNW": MarketState.CLOSED})
    told = event(quotes.since(heard))[2]["quotes"]
    assert [(quote["symbol"], quote["market_state"]) for quote in told] == [("RHNW", "closed")]
    assert quotes.since(quotes.turn) == b""


def test_a_portfolio_names_its_markets_by_the_calendar_and_else_by_what_their_quotes_say() -> None:
    shares = (replace(SHARE, market="XETR"), replace(DOLLARS, market="XNAS"), replace(SHARE, symbol="X", market="XLON"))
    found = PortfolioTopic(prices_of(LIVE), PortfolioId(7))
    found.load(replace(HELD, positions=shares), "1")
    said: Any = found.data(lambda _: True)[0]  # JSON
    assert said["markets"] == [{"market": "XETR", "state": "open"}]
    found.restate({"RHNW": MarketState.CLOSED, "NWRB": MarketState.PRE})
    said = found.data(lambda _: True)[0]
    assert said["markets"] == [{"market": "XETR", "state": "closed"}, {"market": "XNAS", "state": "pre"}]
    assert said["positions"][0]["market_state"] == "closed"


def moved(price: float, symbol: str = "RHNW") -> LiveQuote:
    return replace(LIVE, symbol=symbol, price=price)


def tell(topic: QuotesTopic, number: int, *quotes: LiveQuote) -> None:
    """A batch as the hub hands it on."""
    topic.prices.take([Posted(number, quote) for quote in quotes], NOW)
    topic.changed()


@pytest.fixture
def quotes() -> QuotesTopic:
    """Two symbols, one of which has a price."""
    return QuotesTopic(prices_of(LIVE), ("NWRB", "RHNW"))


def test_listeners_are_told_only_the_quotes_that_are_new(quotes: QuotesTopic) -> None:
    heard = quotes.prices.turn
    tell(quotes, 5, moved(20.0, "NWRB"))
    number, _, said = event(quotes.since(heard))
    assert (number, [quote["symbol"] for quote in said["quotes"]]) == (5, ["NWRB"])
    assert quotes.since(quotes.turn) == b""


def test_all_who_heard_as_far_are_told_the_same_bytes(quotes: QuotesTopic) -> None:
    heard = quotes.prices.turn
    tell(quotes, 5, moved(111.0))
    assert quotes.since(heard) is quotes.since(heard)


def test_who_heard_less_is_told_the_latest_of_each_symbol(quotes: QuotesTopic) -> None:
    heard = quotes.prices.turn
    for price in range(5, 105):
        tell(quotes, price, moved(float(price)))
    tell(quotes, 105, moved(20.0, "NWRB"))
    number, _, said = event(quotes.since(heard))
    assert (number, [(quote["symbol"], quote["price"]) for quote in said["quotes"]]) == (
        105,
        [("NWRB", 20.0), ("RHNW", 104.0)],
    )


def test_who_comes_back_is_told_what_came_after_the_batch_he_heard(quotes: QuotesTopic) -> None:
    tell(quotes, 5, moved(111.0), moved(20.0, "NWRB"))
    tell(quotes, 6, moved(112.0))
    number, _, said = event(quotes.first(5))
    assert (number, [quote["price"] for quote in said["quotes"]]) == (6, [112.0])
    assert quotes.first(6) == b""


def test_who_comes_back_is_told_of_a_quote_that_has_become_stale(quotes: QuotesTopic) -> None:
    assert quotes.prices.age(NOW + timedelta(hours=1)) == {"RHNW"}
    assert event(quotes.first(99))[2]["quotes"][0]["freshness"] == "stale"


def test_a_quote_that_says_nothing_new_moves_nobody() -> None:
    prices = prices_of(LIVE)
    assert prices.take([Posted(2, LIVE)], NOW) == set()
    assert prices.take([Posted(3, moved(111.0))], NOW) == {"RHNW"}


def test_a_slow_client_gets_the_latest_and_never_a_backlog(quotes: QuotesTopic) -> None:
    client = Client("token", quotes, quotes.prices.turn)
    frames = client.frames()
    assert next(frames).startswith(b"retry:")
    for number in range(100):
        client.put("changed", encoded("changed", {"number": number}))
        tell(quotes, 5 + number, moved(float(number + 1)))
        client.wake()
    changed, news = next(frames).removesuffix(b"\n\n").split(b"\n\n")
    assert event(changed) == (None, "changed", {"number": 99})
    assert event(news)[2]["quotes"][0]["price"] == 100.0


def test_a_closed_client_hears_what_is_left_and_its_stream_ends(quotes: QuotesTopic) -> None:
    client = Client("token", quotes, quotes.prices.turn)
    tell(quotes, 5, moved(111.0))
    client.put("end", encoded("end", {"reason": "signed_out"}))
    client.close()
    assert [event(part)[1] for part in list(client.frames())[1:]] == ["end"]


def test_a_client_with_nothing_to_hear_hears_a_heartbeat(quotes: QuotesTopic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "HEARTBEAT_SECONDS", 0.001)
    frames = Client("token", quotes, quotes.prices.turn).frames()
    next(frames)
    assert event(next(frames)) == (None, "heartbeat", {})


SECOND = timedelta(seconds=1)


def test_the_feed_is_down_six_seconds_after_the_last_renewal_and_up_with_the_next() -> None:
    leadership = Leadership()
    assert leadership.see(1.0, NOW)
    assert not leadership.see(5.9, NOW + 5 * SECOND)
    assert leadership.see(6.9, NOW + 6 * SECOND)
    assert leadership.to_json() == {"state": "down", "since": (NOW - 0.9 * SECOND).isoformat()}
    assert not leadership.see(None, NOW + 11 * SECOND)  # the lease has run out
    assert leadership.see(0.5, NOW + 20 * SECOND)
    assert leadership.to_json() == {"state": "ok", "since": (NOW + 20 * SECOND).isoformat()}


def test_a_feed_that_has_just_been_started_has_six_seconds_to_lead() -> None:
    leadership = Leadership()
    assert not any(leadership.see(None, NOW + number * SECOND) for number in range(6))
    assert not leadership.is_known
    assert leadership.see(None, NOW + 6 * SECOND)
    assert leadership.to_json() == {"state": "down", "since": NOW.isoformat()}
