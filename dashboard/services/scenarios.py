"""Scenarios over the holdings of a portfolio: stress windows, shocks and simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.domain import holdings as domain_holdings
from dashboard.domain import risk
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure, Status
from dashboard.domain.performance import measure
from dashboard.domain.prices import MarketData, adjusted_closes
from dashboard.domain.scenarios.bootstrap import BlockMethod
from dashboard.domain.scenarios.exposures import Exposure
from dashboard.domain.scenarios.shocks import Shocks
from dashboard.domain.scenarios.shocks import shock as domain_shock
from dashboard.domain.scenarios.simulation import LEAST_OBSERVATIONS, SimulationPlan, simulate
from dashboard.domain.scenarios.stress import NO_PROXIES, Proxies
from dashboard.domain.scenarios.stress import stress as domain_stress
from dashboard.domain.scenarios.windows import StressWindow
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.notes import StatusNote
from dashboard.results.performance import Period
from dashboard.results.scenarios import ShockReport, SimulationReport, StressReport
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.valuation import Valued

BETA_YEARS = 2
DAYS_A_YEAR, SESSIONS_A_YEAR, MONTHS = 365, 252, 12
MOST_YEARS = 80


@dataclass(frozen=True, slots=True)
class Held:
    """What is held today, and the market of all that it takes to replay it."""

    valued: Valued
    as_of: date
    exposures: tuple[Exposure, ...]

    @property
    def currency(self) -> str:
        """The currency of the report."""
        return self.valued.history.currency


def stress(
    actor: Actor, portfolio_id: PortfolioId, windows: Sequence[StressWindow], *, proxies: Proxies = NO_PROXIES
) -> StressReport:
    """The holdings of today through ``windows``. Raises: NotFound, InvalidInput, InsufficientData."""
    held = _held(actor, portfolio_id)
    market = _market(held, [*proxies.by_class.values(), proxies.benchmark])
    found = tuple((window, domain_stress(held.exposures, window, market, held.currency, proxies)) for window in windows)
    return StressReport(held.valued.portfolio, held.as_of, held.currency, found, _notes(held.exposures))


def shock(actor: Actor, portfolio_id: PortfolioId, shocks: Shocks, *, benchmark: str | None = None) -> ShockReport:
    """The holdings of today under ``shocks``; a market shock acts by betas to ``benchmark`` (default: the portfolio's).

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    held = _held(actor, portfolio_id)
    betas: Mapping[str, Measure] = {}
    notes = _notes(held.exposures)
    if shocks.market is not None:
        against = benchmark or held.valued.portfolio.benchmark
        if against is None:
            raise InvalidInput("A market shock needs a benchmark: the portfolio has none.", field="benchmark")
        betas = _betas(held, against)
    _named(held.exposures, shocks)
    return ShockReport(
        held.valued.portfolio,
        held.as_of,
        held.currency,
        domain_shock(held.exposures, shocks, held.currency, betas),
        notes,
    )


def simulation(
    actor: Actor,
    portfolio_id: PortfolioId,
    years: Sequence[float],
    *,
    contribution: float = 0.0,
    paths: int = 2_000,
    block: int = 20,
    method: BlockMethod = "stationary",
    seed: int = 1,
    source: str = "holdings",
) -> SimulationReport:
    """Possible values ahead, from the joint past of the ``holdings`` of today, or from the ``portfolio``'s own returns.

    ``contribution`` is put in (negative: taken out) at the end of every month, a twelfth of a year's observations.
    Raises: NotFound, InvalidInput, InsufficientData (a holding without a value or without a past is named).
    """
    held = _held(actor, portfolio_id)
    missing = [one.symbol for one in held.exposures if one.value.value is None]
    if missing:
        raise InsufficientData(f"The value of {', '.join(missing)} is not known: there is nothing to simulate from.")
    if source == "portfolio":
        days, returns, values = _own_past(held)
    elif source == "holdings":
        days, returns, values = _joint_past(held)
    else:
        raise InvalidInput(f"The source is holdings or portfolio, not {source}.", field="source")
    if not len(days):
        raise InsufficientData(f"A simulation needs {LEAST_OBSERVATIONS} joint returns, and there is none.")
    per_year = SESSIONS_A_YEAR if np.is_busday(days).all() else DAYS_A_YEAR
    horizons = tuple(_periods(horizon, per_year) for horizon in years)
    plan = SimulationPlan(horizons, paths, block, method, seed, contribution, per_year // MONTHS)
    return SimulationReport(
        portfolio=held.valued.portfolio,
        as_of=held.as_of,
        currency=held.currency,
        source=source,
        first=date_of(days[0]),
        last=date_of(days[-1]),
        per_year=per_year,
        simulation=simulate(returns, values, plan),
        status=_notes(held.exposures),
    )


def _periods(years: float, per_year: int) -> int:
    if not 0.0 < years <= MOST_YEARS:
        raise InvalidInput(f"A horizon is between 0 and {MOST_YEARS} years, not {years}.", field="years")
    return max(1, round(years * per_year))


def _held(actor: Actor, portfolio_id: PortfolioId) -> Held:
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    found = valuation.valued(portfolio)
    history = found.history
    day = date_of(history.days[-1])
    rows = [
        Exposure(item.symbol, item.asset_class, item.currency, item.market_value)
        for item in domain_holdings.holdings(history, day, found.books)
    ]
    return Held(found, day, (*rows, *_cash(found)))


def _cash(found: Valued) -> list[Exposure]:
    history = found.history
    if not history.cash_tracked:
        return []
    return [
        Exposure(name, AssetClass.CASH, name, _worth(name, float(amount), float(rate), history.currency))
        for name, amount, rate in zip(history.cash_currencies, history.cash[-1], history.cash_rates[-1], strict=True)
        if amount
    ]


def _worth(name: str, amount: float, rate: float, currency: str) -> Measure:
    if np.isfinite(rate):
        return Measure(amount * rate)
    return Measure.insufficient(f"There is no rate of {name} in {currency}.")


def _market(held: Held, more: Sequence[str | None] = ()) -> MarketData:
    """Everything that is stored of what is held, whenever it was: a valuation has no more than its own days need."""
    symbols = {one.symbol for one in held.exposures if one.asset_class is not AssetClass.CASH} | {s for s in more if s}
    currencies = {one.currency for one in held.exposures} | {held.currency}
    return market_data.market_data_for(sorted(symbols), sorted(currencies), end=held.as_of)


def _named(exposures: Sequence[Exposure], shocks: Shocks) -> None:
    """Refuse a shock of what is not held: it would silently change nothing."""
    known = {one.symbol for one in exposures}
    for kind, names, held in (
        ("instrument", shocks.instruments, known),
        ("class", shocks.asset_classes, {one.asset_class for one in exposures}),
        ("currency", shocks.currencies, {one.currency for one in exposures}),
    ):
        for name in names:
            if name not in held:
                raise InvalidInput(f"Nothing is held of the {kind} {name}.", field="shocks")


def _betas(held: Held, benchmark: str) -> dict[str, Measure]:
    """Betas of daily returns in the instruments' own currencies, over the last two years."""
    market = _market(held, [benchmark])
    if benchmark not in market.prices:
        raise InvalidInput(f"The benchmark {benchmark} has no prices.", field="benchmark")
    since = np.datetime64(held.as_of, "D") - DAYS_A_YEAR * BETA_YEARS
    symbols = [one.symbol for one in held.exposures if one.asset_class is not AssetClass.CASH]
    return {symbol: _beta(market, symbol, benchmark, since) for symbol in symbols}


def _beta(market: MarketData, symbol: str, benchmark: str, since: np.datetime64) -> Measure:
    if symbol not in market.prices:
        return Measure.insufficient(f"{symbol} has no prices, and so no beta.")
    days, closes = _common([_adjusted(market, name) for name in (symbol, benchmark)])
    closes = closes[days >= since]
    count = max(len(closes) - 1, 0)
    if count < LEAST_OBSERVATIONS:
        return Measure.insufficient(f"The beta of {symbol} needs {LEAST_OBSERVATIONS} common returns, and has {count}.")
    returns = closes[1:] / closes[:-1] - 1.0
    beta = risk.beta(returns[:, 0], returns[:, 1])
    return Measure(beta) if np.isfinite(beta) else Measure.undefined(f"{benchmark} has not moved: there is no beta.")


def _adjusted(market: MarketData, symbol: str) -> tuple[Days, Floats]:
    series = market.prices[symbol]
    return series.dates, adjusted_closes(series, market.splits.get(symbol, ()))


def _common(columns: Sequence[tuple[Days, Floats]]) -> tuple[Days, Floats]:
    """The days that all columns have, (n,), and the values on them, (n, k)."""
    days = columns[0][0]
    for other, _ in columns[1:]:
        days = np.intersect1d(days, other, assume_unique=True)
    return days, np.column_stack([values[np.searchsorted(dates, days)] for dates, values in columns])


def _joint_past(held: Held) -> tuple[Days, Floats, Floats]:
    """Days, joint returns (n, k) in the report's currency and values (k,) of the holdings and balances of today."""
    market = _market(held)
    priced = [one for one in held.exposures if one.asset_class is not AssetClass.CASH]
    absent = [one.symbol for one in priced if one.symbol not in market.prices]
    if absent:
        raise InsufficientData(f"{', '.join(absent)} has no prices to draw returns from.")
    if not priced:
        raise InsufficientData("Nothing but cash is held: there are no returns to draw from.")
    days, closes = _common([_adjusted(market, one.symbol) for one in priced])
    rates = Rates(market.rates)
    calendar = np.arange(days[0], days[-1] + 1) if len(days) else days
    steps = []
    for column, one in enumerate([*priced, *_balances(held)]):
        levels = closes[:, column] if column < len(priced) else np.ones(len(days))
        if one.currency != held.currency and len(days):
            levels = levels * rates.on(one.currency, held.currency, calendar)[(days - days[0]).astype(int)]
        steps.append(levels[1:] / levels[:-1] - 1.0)
    values = np.array([one.value.value for one in [*priced, *_balances(held)]], dtype=np.float64)
    return days[1:], np.column_stack(steps), values


def _balances(held: Held) -> list[Exposure]:
    return [one for one in held.exposures if one.asset_class is AssetClass.CASH]


def _own_past(held: Held) -> tuple[Days, Floats, Floats]:
    """Days and returns of the portfolio as it was, and its value."""
    history = held.valued.history
    measured = measure(history, Period(held.valued.first_date, held.as_of), books=held.valued.books)
    return measured.series.dates, measured.series.returns, np.array([history.value[-1]])


def _notes(exposures: Sequence[Exposure]) -> tuple[StatusNote, ...]:
    """What is held without a value, or with one that is doubtful."""
    return tuple(
        StatusNote(one.value.status.value, f"{one.symbol}: {one.value.reason or one.value.status.value}", one.symbol)
        for one in exposures
        if one.value.status is not Status.OK
    )
