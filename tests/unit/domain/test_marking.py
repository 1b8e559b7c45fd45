"""Live quotes laid over a portfolio: each position against its own market's previous close."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dashboard.domain.calendar import Period
from dashboard.domain.marking import Mark, MarkedPortfolio, MarkedPosition, PortfolioSnapshot, mark, snapshot_of
from dashboard.domain.measures import Status
from dashboard.domain.open_day import OpenDay
from dashboard.domain.period_returns import time_weighted
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.series import daily_returns
from tests.unit.domain.ledgers import closes, daily, history, market, rates

FRIDAY, SUNDAY, MONDAY = "2024-03-01", "2024-03-03", "2024-03-04"
SHARES = closes("""
    2024-02-29 100
    2024-03-01 110
    """)
COINS = daily("2024-02-29", 1000, 1010, 1020, 1050)  # Thursday to Sunday
LEDGER = """
    2024-02-01 deposit 10000
    2024-02-28 buy SHARE 10 90
    2024-02-28 buy COIN 2 900
    """


def snapshot(text: str, data: MarketData, end: str, base: str = "EUR") -> PortfolioSnapshot:
    """What a ledger leaves at the stored prices of a day."""
    found = history(text, data, end, base=base)
    return snapshot_of(found, book_positions(found, date.fromisoformat(end)), 7)


def quote(price: float, at: str) -> Mark:
    return Mark(price, datetime.fromisoformat(at).replace(tzinfo=UTC))


def position(marked: MarkedPortfolio, symbol: str) -> MarkedPosition:
    return next(item for item in marked.positions if item.symbol == symbol)


@pytest.fixture
def on_sunday() -> PortfolioSnapshot:
    return snapshot(LEDGER, market({"SHARE": SHARES, "COIN": COINS}), SUNDAY)


def test_without_quotes_each_position_changed_in_its_own_last_session(on_sunday: PortfolioSnapshot) -> None:
    marked = mark(on_sunday, {}, {})
    assert position(marked, "SHARE").day_change == pytest.approx(10 * (110 - 100))
    assert position(marked, "COIN").day_change == pytest.approx(2 * (1050 - 1020))
    assert marked.day_change == pytest.approx(100 + 60)
    assert marked.market_value == pytest.approx(10000 - 900 - 1800 + 1100 + 2100)
    assert str(marked.session) == SUNDAY


def test_on_a_weekend_coins_tick_while_shares_stay_where_they_closed(on_sunday: PortfolioSnapshot) -> None:
    marked = mark(on_sunday, {"COIN": quote(1080, "2024-03-03T15:00"), "SHARE": quote(110, "2024-03-01T21:00")}, {})
    assert position(marked, "SHARE").day_change == pytest.approx(100)
    assert position(marked, "COIN").day_change == pytest.approx(2 * (1080 - 1020))
    assert position(marked, "COIN").day_change_pct == pytest.approx(60 / 1020)


def test_a_quote_of_the_next_session_is_compared_with_the_stored_close(on_sunday: PortfolioSnapshot) -> None:
    marked = mark(on_sunday, {"SHARE": quote(121, "2024-03-04T15:00")}, {})
    assert position(marked, "SHARE").day_change == pytest.approx(10 * (121 - 110))
    assert position(marked, "SHARE").day_change_pct == pytest.approx(0.1)
    assert str(marked.session) == MONDAY


def test_a_quote_of_an_older_session_than_the_stored_one_is_not_used(on_sunday: PortfolioSnapshot) -> None:
    marked = mark(on_sunday, {"SHARE": quote(55, "2024-02-29T15:00")}, {})
    assert position(marked, "SHARE").price == pytest.approx(110)


def test_what_was_bought_since_the_close_is_no_gain_of_the_day() -> None:
    data = market({"SHARE": SHARES, "COIN": COINS})
    bought = snapshot(f"{LEDGER}\n 2024-03-03 buy COIN 1 1030", data, SUNDAY)
    marked = mark(bought, {"COIN": quote(1060, "2024-03-03T18:00")}, {})
    # Two coins since 1020 and one since 1030; the fraction is of what was there and what came.
    assert position(marked, "COIN").day_change == pytest.approx(2 * (1060 - 1020) + (1060 - 1030))
    assert position(marked, "COIN").day_change_pct == pytest.approx(110 / (2 * 1020 + 1030))


def test_a_stale_price_has_a_value_and_no_change() -> None:
    data = market({"SHARE": SHARES, "COIN": daily("2024-02-29", *([1000.0] * 20))})
    marked = mark(snapshot(LEDGER, data, "2024-03-15"), {}, {})
    old = position(marked, "SHARE")
    assert old.market_value == pytest.approx(1100)
    assert (old.day_change, old.day_change_pct) == (None, None)
    assert marked.day_change == pytest.approx(0)


def test_a_position_without_a_rate_is_unpriced_and_counts_for_nothing() -> None:
    data = market({"SHARE": SHARES, "YEN": SHARES}, currencies={"YEN": "JPY"})
    held = snapshot(f"{LEDGER.replace('COIN 2 900', 'SHARE 1 90')}\n 2024-02-28 buy YEN 5 90 ccy=JPY", data, SUNDAY)
    marked = mark(held, {}, {})
    assert marked.unpriced == ("YEN",)
    assert [item.symbol for item in marked.positions] == ["SHARE"]


def test_a_live_rate_moves_foreign_positions_and_foreign_cash() -> None:
    data = market(
        {"SHARE": SHARES}, currencies={"SHARE": "USD"}, fx={("USD", "EUR"): rates("2024-02-01", *([0.9] * 32))}
    )
    text = """
        2024-02-01 deposit 2000 ccy=USD
        2024-02-28 buy SHARE 10 90 ccy=USD
        """
    held = snapshot(text, data, SUNDAY)
    assert mark(held, {}, {}).market_value == pytest.approx((1100 + 1100) * 0.9)
    moved = mark(held, {}, {"USD": quote(0.95, "2024-03-04T09:00")})
    assert moved.market_value == pytest.approx((1100 + 1100) * 0.95)


def test_gains_and_weights_follow_the_quotes_and_add_up(on_sunday: PortfolioSnapshot) -> None:
    marked = mark(on_sunday, {"SHARE": quote(121, "2024-03-04T15:00")}, {})
    assert position(marked, "SHARE").unrealized == pytest.approx(10 * (121 - 90))
    assert marked.unrealized == pytest.approx(10 * (121 - 90) + 2 * (1050 - 900))
    assert marked.unrealized_pct == pytest.approx(marked.unrealized / 2700)
    weights = sum(item.weight or 0.0 for item in marked.positions)
    assert weights == pytest.approx(1 - 7300 / marked.market_value)


# Monday's flows come before its close: a deposit that is bought with, and a fee.
MONDAYS = """
    2024-03-04 deposit 500
    2024-03-04 buy SHARE 4 112
    2024-03-04 fee 3
    """
LIVE_RETURNS = [
    pytest.param("", True, id="no flow"),
    pytest.param(MONDAYS, True, id="an inflow"),
    pytest.param("2024-03-04 withdrawal 2000\n 2024-03-04 deposit 50", True, id="a netted outflow"),
    pytest.param(MONDAYS.replace("deposit 500", "dividend SHARE 12"), False, id="cash not tracked"),
]


@pytest.mark.parametrize(("flows", "tracked"), LIVE_RETURNS)
def test_a_return_up_to_now_is_what_it_will_be_when_the_live_price_is_the_stored_one(flows: str, tracked: bool) -> None:
    text = f"{LEDGER}\n{flows}" if tracked else f"{LEDGER.replace('2024-02-01 deposit 10000', '')}\n{flows}"
    before = market({"SHARE": SHARES, "COIN": COINS})
    after = market({"SHARE": closes("2024-02-29 100\n 2024-03-01 110\n 2024-03-04 121"), "COIN": COINS})
    stored, final = (history(text, data, MONDAY, cash=tracked) for data in (before, after))
    held = snapshot_of(stored, book_positions(stored, date.fromisoformat(MONDAY)), 7)
    growth = mark(held, {"SHARE": quote(121, "2024-03-04T15:00")}, {}).growth
    assert growth is not None and growth > 1.001
    for start in ("2024-02-28", "2024-03-04"):
        period = Period(date.fromisoformat(start), date.fromisoformat(MONDAY))
        known, wanted = (time_weighted(daily_returns(one, period)).value for one in (stored, final))
        assert known is not None and wanted is not None
        assert (1 + known) * growth - 1 == pytest.approx(wanted, abs=1e-12)


def test_with_nothing_at_work_a_return_stays_and_one_that_is_undefined_is_not_told() -> None:
    sold = snapshot(
        f"{LEDGER}\n 2024-03-01 sell SHARE 10 110\n 2024-03-01 sell COIN 2 1010\n" " 2024-03-01 withdrawal 10420",
        market({"SHARE": SHARES, "COIN": COINS}),
        SUNDAY,
    )
    assert sold.day is not None and sold.day.growth(5000.0) == 1.0
    assert OpenDay(1000.0, 0.0, 0.0, 0.0, float("nan")).growth(1000.0) is None
    assert OpenDay(1000.0, 0.0, 0.0, 0.0, 0.0).growth(-5.0) is None


def test_a_return_that_rests_on_the_price_of_a_last_trade_is_estimated_until_a_quote_comes() -> None:
    held = snapshot(f"{LEDGER}\n 2024-03-03 buy NEW 1 50", market({"SHARE": SHARES, "COIN": COINS}), SUNDAY)
    assert mark(held, {}, {}).growth_status is Status.ESTIMATED
    assert mark(held, {"NEW": quote(51, "2024-03-03T15:00")}, {}).growth_status is Status.OK
