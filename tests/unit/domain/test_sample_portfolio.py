"""A real ledger in four currencies on real prices against the figures of a separate, plain implementation."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.holdings import HoldingFigures, holdings
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

SHARED = Path(__file__).resolve().parents[4] / "shared" / "market"
CURRENCIES = {
    "4063.T": "JPY",
    "CALM": "USD",
    "EWG": "USD",
    "IBE.MC": "EUR",
    "REL.L": "GBP",
    "SAND": "USD",
    "TEP.PA": "EUR",
}
MONEY, RATIO = 0.01, 1e-6
PERIOD = Period(date(2022, 1, 5), date(2024, 8, 20))

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared market data are not here")


def read_bars(symbol: str) -> tuple[PriceSeries, tuple[Split, ...]]:
    """Split-adjusted bars as closes as traded, and the splits that they tell."""
    with (SHARED / "ohlcv" / f"{symbol}.csv").open() as handle:
        rows = [row for row in csv.DictReader(handle) if row["Close"]]
    dates = np.array([(row.get("Datetime") or row["Date"])[:10] for row in rows], "datetime64[D]")
    adjusted = np.array([float(row["Close"]) for row in rows])
    ratios = np.array([float(row["Stock Splits"]) or 1.0 for row in rows])
    later = np.append(np.cumprod(ratios[::-1])[::-1][1:], 1.0)
    splits = tuple(
        Split(dates[at].item(), Decimal(str(ratios[at])).normalize()) for at in np.flatnonzero(ratios != 1.0)
    )
    return PriceSeries.of(dates, adjusted * later), splits


def read_rates() -> dict[tuple[str, str], RateSeries]:
    """Units a euro."""
    with gzip.open(SHARED / "fx_ecb_per_eur.csv.gz", "rt") as handle:
        rows = list(csv.DictReader(handle))
    found = {}
    for currency in ("USD", "GBP", "JPY"):
        good = [row for row in rows if row[currency] not in ("", "N/A")]
        dates = np.array([row["Date"] for row in good], "datetime64[D]")
        found["EUR", currency] = RateSeries(dates, np.array([float(row[currency]) for row in good]))
    return found


def read_ledger() -> list[Transaction]:
    """The canonical file."""

    def number(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    with (SHARED / "sample_transactions.csv").open() as handle:
        return [
            Transaction(
                date=date.fromisoformat(row["date"]),
                type=TransactionType(row["type"]),
                currency=row["currency"],
                symbol=row["symbol"] or None,
                quantity=number(row["quantity"]) or ZERO,
                price=number(row["price"]),
                fee=number(row["fee"]) or ZERO,
                tax=number(row["tax"]) or ZERO,
                amount=number(row["amount"]) or ZERO,
                fx_rate=number(row["fx_rate"]),
                cash_currency=row["cash_currency"] or None,
                target_amount=number(row["target_amount"]),
                target_currency=row["target_currency"] or None,
                ratio=number(row["ratio"]),
                sequence=sequence,
            )
            for sequence, row in enumerate(csv.DictReader(handle))
        ]


@pytest.fixture(scope="module")
def history() -> PortfolioHistory:
    bars = {symbol: read_bars(symbol) for symbol in CURRENCIES}
    market = MarketData(
        prices={symbol: series for symbol, (series, _) in bars.items()},
        splits={symbol: splits for symbol, (_, splits) in bars.items()},
        rates=read_rates(),
        instruments={symbol: Instrument(symbol, currency) for symbol, currency in CURRENCIES.items()},
    )
    return value_portfolio(read_ledger(), market, base_currency="EUR", end=PERIOD.end)


@pytest.fixture(scope="module")
def performance(history: PortfolioHistory) -> PeriodPerformance:
    return measure(history, PERIOD)


# Any: the tree of a JSON file.
@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / "sample_expected.json").read_text())
    return found


def test_values_flows_and_balances_equal_the_expected_ones(
    performance: PeriodPerformance, expected: dict[str, Any]
) -> None:
    assert performance.start_value.value == pytest.approx(expected["start_value"], abs=MONEY, rel=0.0)
    assert performance.market_value.value == pytest.approx(expected["market_value"], abs=MONEY, rel=0.0)
    assert performance.cash.value == pytest.approx(expected["cash"], abs=MONEY, rel=0.0)
    assert performance.net_flows == pytest.approx(expected["net_flows"], abs=MONEY, rel=0.0)
    assert performance.cash_by_currency == pytest.approx(expected["cash_by_currency"], abs=MONEY, rel=0.0)
    assert performance.notes == ()


def test_every_part_of_the_gain_equals_the_expected_one_and_they_sum_to_the_total(
    performance: PeriodPerformance, expected: dict[str, Any]
) -> None:
    gain = performance.gain
    assert {name: getattr(gain, name) for name in expected["gain"]} == pytest.approx(
        expected["gain"], abs=MONEY, rel=0.0
    )
    assert gain.price + gain.currency + gain.income - gain.fees - gain.taxes == pytest.approx(gain.total, abs=1e-8)


def test_returns_and_risk_equal_the_expected_ones(performance: PeriodPerformance, expected: dict[str, Any]) -> None:
    returns = {name: getattr(performance.returns, name).value for name in expected["returns"]}
    assert returns == pytest.approx(expected["returns"], abs=RATIO, rel=0.0)
    risk = performance.risk
    for name in ("volatility", "sharpe", "max_drawdown"):
        assert getattr(risk, name).value == pytest.approx(expected["risk"][name], abs=RATIO, rel=0.0)
    assert str(risk.max_drawdown_peak) == expected["risk"]["max_drawdown_peak"]
    assert str(risk.max_drawdown_trough) == expected["risk"]["max_drawdown_trough"]
    assert risk.observations == expected["risk"]["observations"]


def test_every_holding_equals_the_expected_one(history: PortfolioHistory, expected: dict[str, Any]) -> None:
    found: dict[str, HoldingFigures] = {holding.symbol: holding for holding in holdings(history, PERIOD.end)}
    assert found.keys() == expected["holdings"].keys()
    for symbol, figures in expected["holdings"].items():
        holding = found[symbol]
        assert holding.quantity == Decimal(figures["quantity"])
        assert holding.price.value == pytest.approx(figures["price"], abs=1e-9)
        assert holding.market_value.value == pytest.approx(figures["market_value"], abs=MONEY, rel=0.0)
        assert float(holding.cost) == pytest.approx(figures["cost"], abs=MONEY, rel=0.0)
        assert holding.unrealized.value == pytest.approx(figures["unrealized"], abs=MONEY, rel=0.0)


def test_a_split_that_the_file_and_the_provider_report_is_applied_once(history: PortfolioHistory) -> None:
    assert history.splits["4063.T"] == (Split(date(2023, 3, 30), Decimal(5)),)
    at = history.position(date(2023, 3, 29))
    column = history.column("4063.T")
    assert history.quantities[at : at + 2, column].tolist() == [60.0, 300.0]
