"""The page that explains the numbers: its example gives what it says."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.domain import drawdown, risk
from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Instrument
from dashboard.domain.lots import LotBook
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.series import daily_returns
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
PERIOD = Period(date(2024, 1, 2), date(2024, 1, 31))
RETURNS, BENCHMARK = [0.01, -0.02, 0.03, 0.0, 0.01], [0.02, -0.01, 0.02, -0.02, 0.0]
RISK = {
    "volatility": risk.volatility(RETURNS),
    "downside deviation": risk.downside_deviation(RETURNS),
    "Sharpe ratio": risk.sharpe_ratio(RETURNS),
    "Sortino ratio": risk.sortino_ratio(RETURNS),
    "max drawdown": drawdown.max_drawdown(RETURNS),
    "ulcer index": risk.ulcer_index(RETURNS),
    "value at risk, 95 %": risk.value_at_risk(RETURNS),
    "expected shortfall, 95 %": risk.conditional_value_at_risk(RETURNS),
    "omega": risk.omega_ratio(RETURNS),
    "tail ratio": risk.tail_ratio(RETURNS),
    "win rate": risk.win_rate(RETURNS),
    "skew": risk.skewness(RETURNS),
    "excess kurtosis": risk.excess_kurtosis(RETURNS),
    "beta": risk.beta(RETURNS, BENCHMARK),
    "alpha": risk.alpha(RETURNS, BENCHMARK),
    "correlation": risk.correlation(RETURNS, BENCHMARK),
    "tracking error": risk.tracking_error(RETURNS, BENCHMARK),
    "information ratio": risk.information_ratio(RETURNS, BENCHMARK),
}


def block(name: str) -> list[dict[str, str]]:
    """The rows of a CSV on the page."""
    found = re.search(rf"```csv {name}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return list(csv.DictReader(io.StringIO(found[1])))


def section(title: str) -> list[list[str]]:
    """The cells of the rows of the last table under a heading."""
    text = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    table = text.strip().split("\n\n")
    lines = [part for part in table if part.startswith("| ")][-1].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("−", "-").replace(",", "").removesuffix(" %"))


@pytest.fixture(scope="module")
def history() -> PortfolioHistory:
    """The example, valued."""

    def decimal(text: str) -> Decimal:
        return Decimal(text) if text else ZERO

    rows = [
        Transaction(
            date=date.fromisoformat(row["date"]),
            type=TransactionType(row["type"]),
            currency=row["currency"],
            symbol=row["symbol"] or None,
            quantity=decimal(row["quantity"]),
            price=Decimal(row["price"]) if row["price"] else None,
            fee=decimal(row["fee"]),
            tax=decimal(row["tax"]),
            amount=decimal(row["amount"]) or decimal(row["quantity"]) * decimal(row["price"]),
            fx_rate=Decimal(row["fx_rate"]) if row["fx_rate"] else None,
            sequence=place,
        )
        for place, row in enumerate(block("transactions"))
    ]
    prices = {
        symbol: PriceSeries.of(
            [row["date"] for row in block("prices") if row["symbol"] == symbol],
            [float(row["close"]) for row in block("prices") if row["symbol"] == symbol],
        )
        for symbol in ("ACME", "USCO")
    }
    rates = PriceSeries.of([row["date"] for row in block("rates")], [float(row["rate"]) for row in block("rates")])
    market = MarketData(
        prices=prices,
        rates={("USD", "EUR"): RateSeries(rates.dates, rates.closes)},
        instruments={"ACME": Instrument("ACME", "EUR"), "USCO": Instrument("USCO", "USD")},
    )
    return value_portfolio(rows, market, base_currency="EUR", end=PERIOD.end)


@pytest.fixture(scope="module")
def performance(history: PortfolioHistory) -> PeriodPerformance:
    return measure(history, PERIOD)


def test_every_figure_of_the_example_is_what_the_page_says(performance: PeriodPerformance) -> None:
    rows = section("How well you did")
    assert len(rows) == 16
    for title, path, said in rows:
        found: object = performance
        for part in path.split("."):
            found = getattr(found, part)
        value = getattr(found, "value", found)
        digits = len(said.partition(".")[2])
        assert isinstance(value, float), title
        assert f"{value:.{digits}f}" == said, title


def test_the_days_of_the_time_weighted_return_are_what_the_page_says(history: PortfolioHistory) -> None:
    text = PAGE.split("| day | value before | came in | value | return |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()[1:]]
    daily = daily_returns(history, PERIOD)
    moved = {day.item(): value for day, value in zip(daily.days, daily.returns, strict=True) if value}
    said = {date(2024, 1, int(row[0].split()[0])): row for row in rows}
    assert list(said) == list(moved)
    for day, row in said.items():
        at = history.position(day)
        assert number(row[1]) == pytest.approx(history.value[at - 1])
        assert number(row[3]) == pytest.approx(history.value[at])
        assert f"{moved[day] * 100:.4f}" == f"{number(row[4]):.4f}"


def test_the_risk_figures_are_what_the_page_says() -> None:
    rows = section("How rough the way was")
    assert {row[0] for row in rows} == set(RISK)
    for title, _, said in rows:
        digits = len(said.partition(".")[2])
        assert f"{RISK[title]:.{digits}f}" == said.replace("−", "-"), title


def test_every_lot_method_closes_what_the_page_says() -> None:
    rows = {row[0].split("`")[0].split(",")[0]: row for row in section("Which lots a sale closes")}
    for method in set(LotMethod) - {LotMethod.SPECIFIC}:
        book = LotBook(method)
        for month, cost in ((1, 1000), (2, 1300), (3, 1200)):
            book.buy(date(2024, month, 2), 10, cost=cost)
        closed = sum(match.cost for match in book.sell(date(2024, 4, 2), 15))
        row = rows[method.value]
        assert number(row[1].split("=")[-1]) == pytest.approx(float(closed))
        assert number(row[2]) == pytest.approx(1875 - float(closed))
        assert number(row[3]) == pytest.approx(float(book.cost))
