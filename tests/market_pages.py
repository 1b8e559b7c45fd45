"""A small market with a ledger over it, for the tests of pages: written as files, as a person would bring them."""

from __future__ import annotations

from datetime import date, timedelta

from dashboard.domain.access import SYSTEM, Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data
from tests.factories import make_portfolio

DAYS = 400
SPLIT_AFTER = 300


def price_file(symbol: str, last: date, *, start: float = 100.0, split: int | None = None) -> bytes:
    """Closes of :data:`DAYS` weekdays up to ``last`` that rise by 0.1 a day; as traded, so a split divides them."""
    days = [last - timedelta(days=back) for back in range(DAYS * 7 // 5, -1, -1)]
    weekdays = [day for day in days if day.weekday() < 5]
    lines = ["symbol,date,open,high,low,close,volume,currency"]
    for number, day in enumerate(weekdays):
        ratio = split if split and number >= SPLIT_AFTER else 1
        close = (start + number * 0.1) / ratio
        row = (close - 0.05, close + 0.5, close - 0.5, close)
        lines.append(f"{symbol},{day}," + ",".join(f"{value:.6f}" for value in row) + f",{1000 * ratio},EUR")
    return "\n".join(lines).encode()


def weekday_before(day: date) -> date:
    """The weekday before ``day``."""
    return day - timedelta(days=max(1, (day.weekday() + 6) % 7 - 3))


def make_market(today: date) -> date:
    """Two instruments with prices in euro (BBB with a 2-for-1 split), one that waits. Returns the day of the split."""
    last = weekday_before(today)
    for symbol, split in (("AAA", None), ("BBB", 2)):
        market_data.import_prices(SYSTEM, price_file(symbol, last, split=split), f"{symbol}.csv")
    day = market_data.bars("BBB", adjusted=False).dates[SPLIT_AFTER].item()
    market_data.import_prices(SYSTEM, f"symbol,date,ratio\nBBB,{day},2\n".encode(), "splits.csv")
    assert isinstance(day, date)
    return day


def make_ledger(actor: Actor, name: str, today: date) -> PortfolioRef:
    """A portfolio in euro that bought both, sold some AAA, and bought CCC, of which there is no price."""
    bought, sold = (weekday_before(today - timedelta(days=back)) for back in (500, 30))
    return make_portfolio(
        actor,
        name,
        ledger=f"""
        date     type     symbol  quantity  price  amount  currency
        {bought} deposit  -       -         -      50000   EUR
        {bought} buy      AAA     100       101    -       EUR
        {bought} buy      BBB     10        99     -       EUR
        {sold}   sell     AAA     40        130    -       EUR
        {sold}   buy      CCC     5         20     -       EUR
        """,
    )
