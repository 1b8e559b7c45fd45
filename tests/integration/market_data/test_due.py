"""What a scheduled refresh asks for: what its market has closed for since, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.errors import ProviderUnavailable
from dashboard.providers.chain import ProviderChain
from dashboard.services import market_data
from dashboard.services.market_data.sessions import refresh_sessions
from dashboard.settings import Settings
from jobs import intraday, prices
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")


def moment(zone: str, local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))


COIN, FUND = "OPLT-USD", "BLFX"
NEW_YORK, LONDON, TOKYO, BERLIN = "America/New_York", "Europe/London", "Asia/Tokyo", "Europe/Berlin"


@pytest.fixture
def held() -> None:
    """A share in New York, London and Tokyo, a coin, and a fund of no known exchange; no rate is needed."""
    make_ledger("USD", *(Purchase(symbol, "USD") for symbol in ("NYC", "LDN", "TYO", "COIN", "FUND")))
    for symbol, mic, kind in (
        ("NYC", "XNYS", "equity"),
        ("LDN", "XLON", "equity"),
        ("TYO", "XTKS", "equity"),
        ("COIN", "", "crypto"),
        ("FUND", "", "fund"),
    ):
        values = {"symbol": symbol, "mic": mic, "kind": kind}
        db.session.execute(
            text("update instruments set mic = :mic, asset_class = :kind where symbol = :symbol"), values
        )
    db.session.commit()
    refresh_sessions(date(2026, 1, 5))


def asked(at: datetime, symbol: str | None = None, problem: str = "") -> None:
    """All series, or one, were asked for last at a time."""
    db.session.execute(
        text(
            "update instruments set asked_at = :at, state = 'active', problem_code = :problem, problem = :problem"
            " where :symbol = '' or symbol = :symbol"
        ),
        {"at": at, "problem": problem, "symbol": symbol or ""},
    )
    db.session.commit()


def due(now: datetime) -> Sequence[str]:
    """What a refresh at a time asks for."""
    provider = FakeProvider({})
    market_data.refresh_due(SYSTEM, now=now, chain=ProviderChain([provider]))
    return [request.provider_symbol for request in provider.asked]


CASES = [
    # A Tuesday: Tokyo ends at 15:30, London at 16:30, New York at 16:00, each of its own clock.
    ((TOKYO, "2026-01-06T15:00"), (TOKYO, "2026-01-06T15:49"), []),
    ((TOKYO, "2026-01-06T15:00"), (TOKYO, "2026-01-06T15:50"), ["TYO"]),
    ((TOKYO, "2026-01-06T15:51"), (TOKYO, "2026-01-06T20:29"), []),
    ((TOKYO, "2026-01-06T15:51"), (TOKYO, "2026-01-06T20:30"), ["TYO"]),
    ((LONDON, "2026-01-06T12:00"), (LONDON, "2026-01-06T16:50"), ["LDN"]),
    ((NEW_YORK, "2026-01-06T12:05"), (NEW_YORK, "2026-01-06T16:20"), ["NYC"]),
    # Christmas Eve ends early, and on Christmas nothing ends but Tokyo, and the day of a fund of no known exchange.
    ((NEW_YORK, "2025-12-24T12:30"), (NEW_YORK, "2025-12-24T13:20"), ["NYC"]),
    ((LONDON, "2025-12-24T12:00"), (LONDON, "2025-12-24T12:50"), ["LDN"]),
    ((NEW_YORK, "2025-12-25T06:40"), (NEW_YORK, "2025-12-25T18:00"), ["FUND"]),
    ((LONDON, "2026-01-10T12:00"), (LONDON, "2026-01-11T23:00"), ["COIN"]),
    # A weekend away: everything, once.
    ((NEW_YORK, "2026-01-02T12:00"), (NEW_YORK, "2026-01-05T08:00"), ["COIN", "FUND", "LDN", "NYC", "TYO"]),
]


def test_a_series_is_asked_for_after_each_close_of_its_exchange_and_once_more_hours_later(held: None) -> None:
    for before, now, expected in CASES:
        asked(moment(*before))
        assert due(moment(*now)) == expected, (before, now)


def test_what_was_asked_for_is_not_due_again_before_the_next_close(held: None) -> None:
    asked(datetime(2020, 1, 1, tzinfo=UTC))
    now = datetime.now(UTC)
    assert len(due(now)) == 5
    assert due(datetime.now(UTC)) == []


def test_what_is_new_is_due_at_once_and_what_failed_for_a_passing_reason_after_a_quarter_of_an_hour(held: None) -> None:
    noon = moment(NEW_YORK, "2026-01-06T12:10")
    asked(noon)
    asked(noon, "NYC", "rate_limited")
    asked(noon, "LDN", "provider_refused")
    assert due(noon + timedelta(minutes=14)) == []
    assert due(noon + timedelta(minutes=15)) == ["NYC"]

    market_data.import_instruments(SYSTEM, b"symbol,currency,provider_symbol\nFUND,USD,FUND.X\n", "instruments.csv")
    assert due(noon) == ["FUND.X"]


def test_within_a_day_is_asked_for_what_trades_or_has_just_stopped(held: None) -> None:
    cases = {
        (LONDON, "2026-01-06T12:00"): ["COIN", "LDN"],
        (NEW_YORK, "2026-01-06T10:00"): ["COIN", "LDN", "NYC"],
        (NEW_YORK, "2026-01-06T16:19"): ["COIN", "NYC"],
        (NEW_YORK, "2026-01-06T16:21"): ["COIN"],
        (TOKYO, "2026-01-06T12:25"): ["COIN"],  # the break at noon, and twenty minutes after it began
        (TOKYO, "2026-01-06T13:00"): ["COIN", "TYO"],
        (NEW_YORK, "2025-12-25T11:00"): ["COIN"],
    }
    assert {case: market_data.trading(moment(*case)) for case in cases} == cases


@pytest.mark.parametrize(
    ("provider", "before", "now", "expected"),
    [
        ("ecb", (BERLIN, "2026-03-30T15:00"), (BERLIN, "2026-03-30T16:19"), 0),
        ("ecb", (BERLIN, "2026-03-30T15:00"), (BERLIN, "2026-03-30T16:20"), 1),
        ("yahoo", (BERLIN, "2026-03-30T15:00"), (BERLIN, "2026-03-30T16:20"), 0),
        ("yahoo", (NEW_YORK, "2026-03-30T17:00"), (NEW_YORK, "2026-03-30T17:20"), 1),
        ("yahoo", (NEW_YORK, "2026-03-30T17:21"), (NEW_YORK, "2026-03-30T22:00"), 1),
        ("yahoo", (NEW_YORK, "2026-03-27T23:00"), (NEW_YORK, "2026-03-29T23:00"), 0),
    ],
)
def test_rates_are_due_when_the_central_bank_publishes_or_when_new_york_ends_the_day(
    provider: str, before: tuple[str, str], now: tuple[str, str], expected: int
) -> None:
    make_ledger("EUR", Purchase("A", "USD"))
    asked(moment(NEW_YORK, "2050-01-01T00:00"))
    values = {"provider": provider, "at": moment(*before)}
    db.session.execute(
        text("insert into fx_pairs (base, quote, provider, asked_at) values ('EUR', 'USD', :provider, :at)"), values
    )
    db.session.commit()
    assert due(moment(*now)) == ["EURUSD=X"] * expected


def test_the_job_within_a_day_fetches_what_trades_and_nothing_where_no_bars_are_kept(
    app_context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ledger("USD", Purchase(COIN, "USD"), Purchase(FUND, "USD"))
    market_data.refresh(SYSTEM, [COIN, FUND], start=date.today() - timedelta(days=9))
    known: Settings = app_context.config["SETTINGS"]

    monkeypatch.setitem(app_context.config, "SETTINGS", known.model_copy(update={"intraday_days": 0}))
    intraday.refresh_trading.__wrapped__()  # type: ignore[attr-defined]  # without the worker's process around it
    assert len(market_data.intraday(COIN).bars) == 0

    monkeypatch.setitem(app_context.config, "SETTINGS", known)
    intraday.refresh_trading.__wrapped__()  # type: ignore[attr-defined]  # as above
    assert len(market_data.intraday(COIN).bars) > 100
    assert len(market_data.intraday(FUND).bars) == 0


def test_the_job_logs_what_came_and_fails_where_nothing_did(monkeypatch: pytest.MonkeyPatch) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    fake = FakeProvider({"A": ProviderUnavailable("down", provider="fake")})
    monkeypatch.setattr(
        import_module("dashboard.services.market_data.refresh"), "providers", lambda: ProviderChain([fake])
    )
    with pytest.raises(ProviderUnavailable):
        prices.refresh_due.__wrapped__()  # type: ignore[attr-defined]  # without the worker's process around it
    prices.refresh_due.__wrapped__()  # type: ignore[attr-defined]  # nothing is due: nobody is asked
    assert len(fake.asked) == 1

    fake.answers["A"] = history("A", [1.0])
    asked(datetime(2020, 1, 1, tzinfo=UTC))
    prices.refresh_due.__wrapped__()  # type: ignore[attr-defined]  # as above
    assert len(fake.asked) == 2
