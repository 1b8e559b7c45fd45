"""Bars within a day, from what a source sends to bars as traded, and by a chain of providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboard.domain.instruments import Split
from dashboard.domain.intraday import BarInterval, IntradayBars, coarser, kept_days
from dashboard.errors import NoPrices
from dashboard.providers.base import HistoryRequest, Issue, RejectedBar
from dashboard.providers.chain import ProviderChain
from dashboard.providers.guard import GuardedProvider
from dashboard.providers.intraday import IntradayHistory, IntradayRequest, RawIntraday, as_traded_within_days
from tests.unit.providers.fakes import FakeProvider

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
OPEN = datetime(2024, 3, 15, 13, 30, tzinfo=UTC)
NOW = datetime(2024, 3, 15, 14, 2, tzinfo=UTC)
REQUEST = IntradayRequest(HistoryRequest("ABC"), BarInterval.FIVE_MINUTES, datetime(2024, 3, 1, tzinfo=UTC))


def second(hour: int, minute: int, at: int = 0, day: int = 15) -> int:
    return int(datetime(2024, 3, day, hour, minute, at, tzinfo=UTC).timestamp())


def sent(closes: dict[int, float]) -> RawIntraday:
    at, close = np.array(list(closes), dtype=np.int64), np.array(list(closes.values()), dtype=np.float64)
    return RawIntraday(at, close, close + 0.5, close - 0.5, close, np.full(len(at), 100.0))


def as_text(bars: IntradayBars) -> list[tuple[str, float]]:
    return [(str(at)[5:16], float(close)) for at, close in zip(bars.at, bars.close, strict=True)]


def test_bars_come_in_order_and_what_is_wrong_is_left_out_with_its_reason() -> None:
    raw = sent(
        {
            second(13, 35): 10.1,
            second(13, 30): 10.0,
            second(13, 40): np.nan,
            second(13, 45): -1.0,
            second(13, 51, 7): 10.4,
            second(14, 0): 10.6,  # its time is not over
            second(14, 30): 10.7,
        }
    )
    again = sent({second(13, 35): 10.2})
    prices = [
        np.append(getattr(raw, name), getattr(again, name)) for name in ("open", "high", "low", "close", "volume")
    ]
    raw = RawIntraday(np.append(raw.at, again.at), *prices)

    bars, rejected = as_traded_within_days(raw, "USD", NEW_YORK, REQUEST, now=NOW)

    assert as_text(bars) == [("03-15T13:30", 10.0), ("03-15T13:35", 10.2)]
    assert {bar.issue for bar in rejected} == {
        Issue.MISSING_CLOSE,
        Issue.NOT_POSITIVE,
        Issue.OFF_GRID,
        Issue.FUTURE,
        Issue.DUPLICATE,
    }
    assert all(bar.date == date(2024, 3, 15) and bar.reason for bar in rejected)


def test_pence_become_pounds_and_a_split_that_came_later_is_undone() -> None:
    raw = sent({second(15, 0, day=13): 500.0, second(15, 0, day=14): 520.0})
    split, announced = Split(date(2024, 3, 14), Decimal(2)), Split(date(2024, 4, 2), Decimal(3))

    bars, _ = as_traded_within_days(raw, "GBp", LONDON, REQUEST, now=NOW, listed_splits=[split, announced])

    assert as_text(bars) == [("03-13T15:00", 10.0), ("03-14T15:00", 5.2)]
    assert bars.volume.tolist() == [50.0, 100.0]


def test_a_price_that_is_no_usable_number_is_named_by_the_exchanges_own_day() -> None:
    raw = sent({second(23, 0, day=14): 1e300, second(23, 5, day=14): 10.0})

    bars, rejected = as_traded_within_days(raw, "JPY", ZoneInfo("Asia/Tokyo"), REQUEST, now=NOW)

    assert as_text(bars) == [("03-14T23:05", 10.0)]
    assert rejected == (RejectedBar(date(2024, 3, 15), Issue.NOT_POSITIVE, "the close is not a usable number"),)


def test_longer_bars_hold_the_first_open_the_range_the_last_close_and_all_the_volume() -> None:
    raw = sent({second(13, 30): 10.0, second(13, 35): 12.0, second(13, 40): 11.0, second(13, 45): 9.0})
    bars, _ = as_traded_within_days(raw, "USD", NEW_YORK, REQUEST, now=NOW)

    found = coarser(bars, BarInterval.QUARTER_HOUR)

    assert as_text(found) == [("03-15T13:30", 11.0), ("03-15T13:45", 9.0)]
    assert (found.open[0], found.high[0], found.low[0], found.volume[0]) == (10.0, 12.5, 9.5, 300.0)


def test_an_interval_is_kept_no_longer_than_any_source_has_it() -> None:
    assert [kept_days(interval, 400) for interval in BarInterval] == [30, 60, 60, 60, 400]
    assert kept_days(BarInterval.MINUTE, 5) == 5


@dataclass
class WithinDays(FakeProvider):
    """A provider that has bars of five minutes and of nothing else."""

    intervals: frozenset[BarInterval] = frozenset({BarInterval.FIVE_MINUTES})

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        self.asked.append(request.provider_symbol)
        raw = sent({second(13, 30): 10.0})
        bars, _ = as_traded_within_days(raw, "USD", NEW_YORK, request, now=NOW)
        return IntradayHistory(self.name, request.provider_symbol, request.interval, "USD", "USD", "UTC", bars)


def test_a_provider_without_bars_within_the_day_is_passed_over_and_named() -> None:
    bare, guarded = FakeProvider("first"), GuardedProvider(FakeProvider("second"))
    chain = ProviderChain([bare, guarded, GuardedProvider(WithinDays("third"))])

    found = chain.intraday(REQUEST)

    assert (found.provider, len(found.bars)) == ("third", 1)
    assert [(it.provider, it.code, it.message) for it in found.fallbacks] == [
        ("first", "no_prices", "first has no bars of 5m."),
        ("second", "no_prices", "second has no bars of 5m."),
    ]
    assert bare.asked == []


def test_an_interval_that_nobody_has_is_a_failure_with_every_reason() -> None:
    chain = ProviderChain([FakeProvider("first"), WithinDays("second")])
    with pytest.raises(NoPrices, match=r"first has no bars of 1h.*second has no bars of 1h"):
        chain.intraday(IntradayRequest(REQUEST.of, BarInterval.HOUR, REQUEST.start))


def test_each_is_asked_by_its_own_symbol() -> None:
    third = WithinDays("third", symbols=("XYZ",))
    request = HistoryRequest("ABC.own", provider="second", symbol="ABC", symbols={"third": "XYZ"})
    ProviderChain([FakeProvider("second"), third]).intraday(
        IntradayRequest(request, BarInterval.FIVE_MINUTES, REQUEST.start)
    )
    assert third.asked == ["XYZ"]
