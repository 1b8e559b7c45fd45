"""What is stored of the market, for valuations and pages. No provider is asked here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import exchange_sessions, fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import price_findings, valued_prices
from dashboard.db.repositories.fx import Pair
from dashboard.db.repositories.prices import Edges
from dashboard.domain.access import Actor
from dashboard.domain.arrays import Days, Floats, day_of
from dashboard.domain.calendar import EVERY_DAY
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import PIVOTS, RateSeries
from dashboard.domain.instruments import AssetClass, Instrument, InstrumentState, Split
from dashboard.domain.measures import Status
from dashboard.domain.price_age import is_outdated
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.errors import NotFound
from dashboard.results.instruments import Bars, InstrumentDetail, InstrumentProblem
from dashboard.services.market_data.quality import stale_after_days

QUARANTINE_CODE, RATE_QUARANTINE_CODE = "price_quarantined", "rate_quarantined"
SAME_ISIN_CODE = "same_isin"


def market_data_for(symbols: Collection[str], currencies: Collection[str], *, end: date | None = None) -> MarketData:
    """Prices, splits, rates and sessions up to ``end`` for a valuation of ``symbols`` in ``currencies``.

    Symbols that are not known, or have no price, are absent. Rates cover the instruments' own currencies too.
    """
    rows = list(store.by_symbol(db.session, symbols).values())
    names = {row.id: row.symbol for row in rows}
    closes = valued_prices.read_closes(db.session, list(names), end=end)
    splits = store.splits(db.session, list(names))
    return MarketData(
        prices={names[key]: PriceSeries(days, values) for key, (days, values) in closes.items() if len(days)},
        splits={names[key]: events for key, events in splits.items()},
        rates=_rates({*currencies, *(row.currency for row in rows)}, end),
        instruments={row.symbol: _instrument(row) for row in rows},
        sessions=_sessions(rows),
        dividends={names[key]: paid for key, paid in store.dividends(db.session, list(names)).items()},
    )


def versions_for(symbols: Collection[str], pairs: Collection[Pair] | None = None) -> str:
    """A key that changes whenever a price, split or state of ``symbols``, or a rate of ``pairs`` (None: any), does."""
    found = store.versions(db.session, sorted(symbols), None if pairs is None else sorted(pairs))
    return hashlib.blake2b(found.encode(), digest_size=12).hexdigest()


def ensure_instruments(currencies: Mapping[str, str]) -> dict[str, int]:
    """The ids of symbols, in the caller's transaction; a new one becomes unresolved in the currency given for it."""
    return store.ensure(db.session, currencies)


def instrument(actor: Actor, symbol: str) -> InstrumentDetail:
    """One instrument and how fresh its prices are. Raises: NotFound."""
    found = details_of([symbol])
    if symbol not in found:
        raise NotFound(f"There is no instrument {symbol}.")
    return found[symbol]


def details_of(symbols: Collection[str]) -> dict[str, InstrumentDetail]:
    """The instruments among ``symbols`` that are known, by symbol."""
    rows = list(store.by_symbol(db.session, symbols).values())
    ids = [row.id for row in rows]
    edges, splits, sessions = valued_prices.edges(db.session, ids), store.splits(db.session, ids), _sessions(rows)
    today = day_of(datetime.now(UTC).date())
    return {
        row.symbol: _detail(row, edges[row.id], splits.get(row.id, ()), _counted_in(row, sessions), today)
        for row in rows
    }


def problems_of(symbols: Collection[str]) -> tuple[InstrumentProblem, ...]:
    """What is wrong with instruments: not resolved yet, not found, a refresh that failed, prices in quarantine."""
    rows = store.by_symbol(db.session, symbols)
    found = [problem for _, row in sorted(rows.items()) if (problem := _problem(row)) is not None]
    held = price_findings.quarantined(db.session, list(rows)) if rows else {}
    doubles = store.same_isin(db.session, [row.id for row in rows.values()]) if rows else {}
    found += [_double(row, doubles[row.id]) for _, row in sorted(rows.items()) if row.id in doubles]
    return (*found, *(_quarantine(symbol, *held[symbol]) for symbol in sorted(held)))


def rate_problems_of(pairs: Collection[Pair]) -> tuple[InstrumentProblem, ...]:
    """What is wrong with pairs of currencies: rates in quarantine."""
    held = price_findings.quarantined_rates(db.session, pairs) if pairs else {}
    return tuple(_rate_quarantine("".join(pair), *held[pair]) for pair in sorted(held))


def bars(symbol: str, *, start: date | None = None, end: date | None = None, adjusted: bool = True) -> Bars:
    """Daily bars, ``adjusted`` to units of today or as traded. Raises: NotFound."""
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    if row is None:
        raise NotFound(f"There is no instrument {symbol}.")
    found = valued_prices.read_bars(db.session, row.id, start=start, end=end)
    splits = store.splits(db.session, [row.id]).get(row.id, ())
    factor = to_today(found.dates, splits) if adjusted and splits else np.ones(len(found.dates))
    return Bars(
        symbol=row.symbol,
        currency=row.currency,
        dates=found.dates,
        open=found.open * factor,
        high=found.high * factor,
        low=found.low * factor,
        close=found.close * factor,
        volume=found.volume / factor,
        splits=splits,
        adjusted=adjusted,
    )


def to_today(days: Days, splits: Sequence[Split]) -> Floats:
    """What turns a price of each day into one of a unit as it is after every split, shape (n,)."""
    last = float(np.prod([float(split.ratio) for split in splits]))
    factors: Floats = split_factors(days, splits) / last
    return factors


def _rates(currencies: set[str], end: date | None) -> dict[Pair, RateSeries]:
    if len(currencies) < 2:
        return {}
    wanted = currencies | set(PIVOTS)
    pairs = [pair for pair in fx.known(db.session) if wanted.issuperset(pair)]
    found = valued_prices.read_rates(db.session, pairs, end=end) if pairs else {}
    return {pair: RateSeries(days, rates) for pair, (days, rates) in found.items()}


def _sessions(rows: Sequence[InstrumentRow]) -> dict[str, Days]:
    """Trading days by the name of the exchange, as the domain's instruments carry it."""
    mics = {row.exchange: row.mic for row in rows if row.mic}
    found = exchange_sessions.read(db.session, sorted(set(mics.values()))) if mics else {}
    return {exchange: found[mic] for exchange, mic in mics.items() if mic in found}


def _counted_in(row: InstrumentRow, sessions: Mapping[str, Days]) -> Days | None:
    """The days in which the age of a price is counted."""
    return EVERY_DAY if row.asset_class == AssetClass.CRYPTO.value else sessions.get(row.exchange)


def _instrument(row: InstrumentRow) -> Instrument:
    return Instrument(
        symbol=row.symbol,
        currency=row.currency,
        name=row.name,
        asset_class=AssetClass(row.asset_class),
        exchange=row.exchange,
        multiplier=row.value_multiplier,
        sector=row.sector,
        industry=row.industry,
        country=row.country,
        stale_after_days=stale_after_days(row),
        delisted=row.delisted_on,
    )


def _detail(
    row: InstrumentRow, edges: Edges, splits: Sequence[Split], sessions: Days | None, today: np.datetime64
) -> InstrumentDetail:
    status = Status.INSUFFICIENT_DATA
    if edges.last_date is not None:
        outdated = is_outdated(_instrument(row), day_of(edges.last_date), today, sessions)
        status = Status.STALE if outdated else Status.OK
    return InstrumentDetail(
        id=row.id,
        symbol=row.symbol,
        name=row.name,
        asset_class=AssetClass(row.asset_class),
        currency=row.currency,
        exchange=row.exchange,
        isin=row.isin,
        sector=row.sector,
        industry=row.industry,
        country=row.country,
        provider=row.provider,
        provider_symbol=row.provider_symbol,
        state=InstrumentState(row.state),
        problem_code=row.problem_code,
        problem=row.problem,
        refreshed_at=row.refreshed_at,
        first_date=edges.first_date,
        last_date=edges.last_date,
        last_close=edges.last_close,
        previous_close=_previous(edges, splits),
        price_status=status,
        mic=row.mic,
        time_zone=row.time_zone,
        multiplier=row.multiplier,
        price_unit=row.price_unit,
        stale_after_days=row.stale_after_days,
        delisted_on=row.delisted_on,
        edited=tuple(row.edited),
    )


def _previous(edges: Edges, splits: Sequence[Split]) -> float | None:
    """The close before the last one, in units of the last one's day."""
    if edges.previous_close is None or edges.previous_date is None or edges.last_date is None:
        return None
    between = [float(split.ratio) for split in splits if edges.previous_date < split.date <= edges.last_date]
    return edges.previous_close / float(np.prod(between))


def _problem(row: InstrumentRow) -> InstrumentProblem | None:
    if row.state == InstrumentState.NOT_FOUND:
        return InstrumentProblem(row.symbol, row.state, row.problem or f"No provider knows {row.symbol}.")
    if row.problem_code:
        return InstrumentProblem(row.symbol, row.problem_code, row.problem)
    if row.state == InstrumentState.UNRESOLVED:
        reason = f"{row.symbol} has not been looked up yet; the next refresh of prices does it."
        return InstrumentProblem(row.symbol, row.state, reason)
    return None


def _double(row: InstrumentRow, others: tuple[str, ...]) -> InstrumentProblem:
    names = ", ".join(others)
    reason = f"{names} has the ISIN {row.isin} and the currency of {row.symbol} too: merge them if they are one."
    return InstrumentProblem(row.symbol, SAME_ISIN_CODE, reason)


def _quarantine(symbol: str, count: int, since: date) -> InstrumentProblem:
    words = f"1 price of {symbol} is" if count == 1 else f"{count} prices of {symbol} are"
    reason = f"{words} quarantined since {since}: nothing is valued with {'it' if count == 1 else 'them'}."
    return InstrumentProblem(symbol, QUARANTINE_CODE, reason, since)


def _rate_quarantine(pair: str, count: int, since: date) -> InstrumentProblem:
    words = f"1 rate of {pair} is" if count == 1 else f"{count} rates of {pair} are"
    reason = f"{words} quarantined since {since}: nothing is valued with {'it' if count == 1 else 'them'}."
    return InstrumentProblem(pair, RATE_QUARANTINE_CODE, reason, since)
