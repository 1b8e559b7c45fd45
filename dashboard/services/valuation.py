"""What portfolios are worth: the daily history of a ledger and its holdings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.db.repositories import versions
from dashboard.db.repositories.versions import LedgerVersion
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.domain.blends import benchmark_symbols
from dashboard.domain.ledger_following import followed
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.marking import PortfolioSnapshot, snapshot_of
from dashboard.domain.positions import PositionBooks
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import Transaction
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, portfolios, transactions
from dashboard.services.marks import clear_dirty, enqueue_dirty, mark_dirty, mark_market_change
from dashboard.services.memo import Memo

__all__ = [
    "Valued",
    "clear_dirty",
    "enqueue_dirty",
    "last_day",
    "mark_dirty",
    "mark_market_change",
    "snapshot",
    "state",
    "today_of",
    "valued",
    "version",
    "version_of",
]


@dataclass(frozen=True, slots=True)
class _Valuation:
    """A ledger that was valued, and when."""

    history: PortfolioHistory
    books: PositionBooks
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Valued:
    """A portfolio, and the versions of what it is valued with. It is valued when a figure of it is first asked for.

    A result that is kept under ``version`` is therefore found without a valuation.
    """

    portfolio: PortfolioRef
    version: str
    first_date: date
    value: Callable[[], _Valuation]

    @property
    def history(self) -> PortfolioHistory:
        """The daily history, up to the day that was asked for."""
        return self.value().history

    @property
    def books(self) -> PositionBooks:
        """The lots on the last day of the history."""
        return self.value().books

    @property
    def computed_at(self) -> datetime:
        """When it was valued."""
        return self.value().computed_at


_valued: Memo[_Valuation] = Memo(16)
_states: Memo[LedgerState] = Memo(8)


def today_of(portfolio: PortfolioRef) -> date:
    """Today in the portfolio's own zone."""
    return datetime.now(ZoneInfo(portfolio.time_zone)).date()


def last_day(end: date | None, *of: PortfolioRef) -> date:
    """The last day of a period: ``end``, else the day that all of them have reached. Raises: InvalidInput."""
    today = min(map(today_of, of))
    if end is not None and end > today:
        raise InvalidInput(f"The period ends on {end}, which is later than today, {today}.", field="to")
    return end or today


def version_of(portfolio_id: PortfolioId) -> str:
    """Changes whenever the ledger, or a price, split or rate that it uses, does; and at midnight."""
    return version(portfolios.portfolio_by_id(SYSTEM, portfolio_id))


def version(portfolio: PortfolioRef, *benchmarks: str | None) -> str:
    """As :func:`version_of`, for the prices of ``benchmarks`` too."""
    return _version(portfolio, today_of(portfolio), *benchmarks).text


def valued(
    portfolio: PortfolioRef,
    *,
    end: date | None = None,
    currency: str | None = None,
    benchmark: str | None = None,
    without: int | None = None,
) -> Valued:
    """The portfolio's history up to ``end`` (default: today), in ``currency`` (default: its base currency).

    The market data carry ``benchmark`` too; the row ``without`` is left out of the ledger. Raises: InsufficientData for
    a ledger without a transaction.
    """
    until = end or today_of(portfolio)
    found = _version(portfolio, until, benchmark)
    if found.first_date is None or found.first_date > until:
        raise InsufficientData(
            "There is no transaction yet." if found.first_date is None else f"There is no transaction up to {until}."
        )
    name = f"{portfolio.id}:{found.text}:{until}:{currency}:{benchmark}:{without}"
    return Valued(
        portfolio=portfolio,
        version=found.text,
        first_date=found.first_date,
        value=lambda: _valued.get(name, lambda: _value(portfolio, until, currency, benchmark, without)),
    )


def state(portfolio: PortfolioRef) -> LedgerState:
    """The valued ledger up to today, which can be asked what another market would make of it.

    Raises: InsufficientData for a ledger without a transaction.
    """
    found = valued(portfolio, benchmark=portfolio.benchmark)
    end = today_of(portfolio)
    rows = [row for row in transactions.ledger(portfolio.id) if row.date <= end]
    return _state(portfolio, rows, found.history.market, end, None)


def snapshot(actor: Actor, portfolio_id: PortfolioId) -> PortfolioSnapshot:
    """What live quotes are laid over. Raises: NotFound, InsufficientData."""
    found = valued(portfolios.portfolio_by_id(actor, portfolio_id))
    return snapshot_of(found.history, found.books, portfolio_id)


def _value(
    portfolio: PortfolioRef, end: date, currency: str | None, benchmark: str | None, without: int | None
) -> _Valuation:
    rows = [
        row for row in transactions.ledger(portfolio.id) if row.date <= end and (without is None or row.id != without)
    ]
    if not rows:
        raise InsufficientData(f"There is no other transaction up to {end}.")
    symbols = {name for row in rows for name in (row.symbol, row.target_symbol) if name}
    symbols |= set(benchmark_symbols(benchmark))
    used = {
        name
        for row in rows
        for name in (row.currency, row.cash_currency, row.target_currency, row.fee_currency)
        if name
    }
    currencies = used | {portfolio.base_currency, currency or portfolio.base_currency}
    market = market_data.market_data_for(sorted(symbols), sorted(currencies), end=end)
    state = _state(portfolio, rows, market, end, currency)
    return _Valuation(state.history, state.books, datetime.now(UTC))


def _state(
    portfolio: PortfolioRef, rows: Sequence[Transaction], market: MarketData, end: date, currency: str | None
) -> LedgerState:
    """The valued ledger; where this process has an earlier one of the same kind, that with what has changed since."""
    kind = (portfolio.base_currency, portfolio.track_cash, portfolio.method, portfolio.allow_shorts)
    name = f"{portfolio.id}:{end}:{currency}:{kind}"
    known = _states.peek(name)
    state = followed(known, rows, market) if known is not None else None
    if state is None:
        state = LedgerState.of(
            rows,
            market,
            base_currency=portfolio.base_currency,
            end=end,
            cash_tracked=portfolio.track_cash,
            method=portfolio.method,
            allow_shorts=portfolio.allow_shorts,
            currency=currency,
        )
    _states.put(name, state)
    return state


def _version(portfolio: PortfolioRef, until: date, *benchmarks: str | None) -> LedgerVersion:
    """One round trip: the ledger's version, those of the prices that it and ``benchmarks`` need, those of the rates."""
    symbols = {symbol for text in benchmarks for symbol in benchmark_symbols(text)}
    found = versions.of_portfolio(portfolio.id, sorted(symbols))
    digest = hashlib.blake2b(found.text.encode(), digest_size=12).hexdigest()
    return LedgerVersion(f"{digest}.{until:%Y%m%d}", found.first_date)
