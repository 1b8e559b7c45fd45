"""What users of portfolio trackers complain of, one test a complaint: the number that they should have seen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import FrameType

import numpy as np
import pytest

from dashboard.domain.holdings import holdings
from dashboard.domain.instruments import Instrument
from dashboard.domain.measures import Status
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.domain.valuation import value_portfolio
from dashboard.providers.normalise import RawHistory, as_traded, major_unit
from tests.unit.domain.ledgers import daily, history, ledger, market, measured, rates


@pytest.mark.parametrize("cash", [True, False])
def test_the_percentage_is_the_gain_over_what_was_invested(cash: bool) -> None:
    found = history(
        """
        2024-01-01 deposit 1010
        2024-01-01 buy ACME 10 100 fee=10
        """,
        market({"ACME": daily("2024-01-01", 100, 120)}),
        "2024-01-02",
        cash=cash,
    )
    (holding,) = holdings(found, date(2024, 1, 2))
    assert holding.unrealized.value == 190
    assert holding.unrealized_pct.value == pytest.approx(190 / 1010)
    performance = measured(found)
    assert performance.gain.total == pytest.approx(190)
    assert performance.returns.simple.value == pytest.approx(190 / 1010)
    assert performance.returns.time_weighted.value == pytest.approx(190 / 1010)


REOPENED = """
    2024-01-01 buy  ACME 100 100
    2024-01-02 sell ACME 100 110
    2024-01-05 buy  ACME 1   50
    """


def test_a_position_that_was_closed_and_reopened_goes_on_from_where_it_was() -> None:
    found = history(REOPENED, market({"ACME": daily("2024-01-01", 100, 110, 80, 60, 50, 55)}), "2024-01-06", cash=False)
    assert measured(found).returns.time_weighted.value == pytest.approx(1.1 * 1.1 - 1)
    (holding,) = holdings(found, date(2024, 1, 6))
    assert (float(holding.cost), holding.realized) == (50, 1000)
    assert holding.unrealized_pct.value == pytest.approx(0.1)


def test_a_holding_that_was_closed_is_exactly_nothing_until_it_is_reopened() -> None:
    found = history(REOPENED.replace("100 100", "0.3 100").replace("100 110", "0.3 110"), market(), "2024-01-06")
    assert found.quantities[:, 0].tolist() == [0, 0.3, 0, 0, 0, 1, 1]
    assert found.values[2:5, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("cash", [True, False])
def test_a_dividend_after_the_sale_is_no_loss_of_everything(cash: bool) -> None:
    found = history(
        """
        2024-01-01 deposit 1000
        2024-01-01 buy        ACME 10 100
        2024-01-02 sell       ACME 10 105
        2024-01-02 withdrawal 1050
        2024-01-05 dividend   ACME 27.40
        """,
        market({"ACME": daily("2024-01-01", 100, 105)}),
        "2024-01-05",
        cash=cash,
    )
    performance = measured(found)
    assert performance.returns.time_weighted.value == pytest.approx(0.05)
    assert performance.gain.total == pytest.approx(50 + 27.40)
    assert [note.code for note in performance.notes] == ["gain_without_base"]


def test_a_split_that_the_provider_the_broker_and_the_prices_tell_of_is_applied_once() -> None:
    adjusted = np.array([25.0, 26.0, 26.5, 27.0])  # as a provider sends them: divided by the later split
    dates = np.array(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"], "datetime64[D]")
    sent = RawHistory(
        dates, adjusted, adjusted, adjusted, adjusted, adjusted, ((date(2024, 1, 3), Decimal(4), Decimal(1)),), ()
    )
    clean = as_traded(sent, "USD", today=date(2024, 2, 1))
    data = MarketData(
        prices={"ACME": PriceSeries.of(clean.bars.dates, clean.bars.close)},
        splits={"ACME": clean.splits},
        instruments={"ACME": Instrument("ACME", "USD")},
    )
    found = value_portfolio(
        ledger(
            """
            2024-01-01 buy   ACME 10 100 account=A
            2024-01-02 buy   ACME 2  104 account=B
            2024-01-03 split ACME 4      account=A
            2024-01-04 split ACME 4      account=B
            """,
            "USD",
        ),
        data,
        base_currency="USD",
        end=date(2024, 1, 4),
        cash_tracked=False,
    )
    assert found.quantities[:, 0].tolist() == [0, 10, 12, 48, 48]
    assert found.value.tolist() == [0, 1000, 1248, 1272, 1296]
    assert measured(found).gain.total == pytest.approx(1296 - 1208)


def test_a_price_in_pence_is_a_hundredth_of_a_pound() -> None:
    """The units of every exchange are in ``tests/unit/providers/test_normalise.py``; here is what becomes of one."""
    closes = np.array([250.0, 260.0])
    dates = np.array(["2024-01-01", "2024-01-02"], "datetime64[D]")
    clean = as_traded(RawHistory(dates, closes, closes, closes, closes, closes, (), ()), "GBp", today=date(2024, 1, 5))
    data = MarketData(
        prices={"SHEL.L": PriceSeries.of(clean.bars.dates, clean.bars.close)},
        instruments={"SHEL.L": Instrument("SHEL.L", major_unit("GBp")[0])},
    )
    rows = ledger("2024-01-01 buy SHEL.L 100 2.50", "GBP")
    found = value_portfolio(rows, data, base_currency="GBP", end=date(2024, 1, 2), cash_tracked=False)
    assert found.value.tolist() == [0, 250, 260]


def test_an_exchange_rate_that_is_months_old_is_said_with_the_value() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100 ccy=USD",
        market(
            {"ACME": daily("2024-01-01", *[100.0] * 120)},
            currencies={"ACME": "USD"},
            fx={("EUR", "USD"): rates("2024-01-01", 1.10)},
        ),
        "2024-04-29",
        cash=False,
    )
    performance = measured(found)
    assert performance.market_value.status is Status.STALE
    assert performance.market_value.reason == "The last exchange rate from USD to EUR is of 2024-01-01."
    assert performance.returns.time_weighted.status is Status.STALE
    assert "rate_stale" in [note.code for note in performance.notes]
    (holding,) = holdings(found, date(2024, 4, 29))
    assert holding.market_value.status is Status.STALE


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called: work that is counted, whatever else the machine does."""
    count = 0

    def tick(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def trades(number: int, days: int) -> list[Transaction]:
    """Buys and sales, spread over the days."""
    return [
        Transaction(
            date=date(2014, 1, 1) + timedelta(days=at * days // number),
            type=TransactionType.SELL if at % 3 == 2 else TransactionType.BUY,
            currency="EUR",
            symbol=f"S{at % 5}" if at % 3 != 2 else f"S{(at - 1) % 5}",
            quantity=Decimal(2),
            price=Decimal(100),
            amount=Decimal(200),
            sequence=at,
        )
        for at in range(number)
    ]


def test_1900_trades_over_ten_years_take_work_by_the_trade_and_none_by_the_day() -> None:
    data = market({f"S{at}": daily("2014-01-01", *[100.0] * 3650) for at in range(5)})

    def work(number: int, days: int) -> int:
        rows, end = trades(number, days), date(2014, 1, 1) + timedelta(days=days)

        def value() -> None:
            found = value_portfolio(rows, data, base_currency="EUR", end=end)
            assert not found.faults
            book_positions(found, end)
            measured(found)

        return calls_of(value)

    work(20, 100)  # what is imported or cached once is not work of the ledger
    few, many = work(190, 3640), work(1900, 3640)
    assert many < 12 * few
    assert many < 120 * 1900
    assert work(1900, 364) > 0.9 * many
