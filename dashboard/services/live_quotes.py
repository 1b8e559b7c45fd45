"""Live quotes by our own symbols: who is asked for them, and how far they may be taken for the price now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.failures import OperationalError, PoolTimeout
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instrument_symbols
from dashboard.domain.instruments import AssetClass
from dashboard.domain.market_hours import MarketState
from dashboard.errors import ServiceUnavailable
from dashboard.providers.base import ALONE, Quote
from dashboard.providers.chain import ProviderChain
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services.ledger.currencies import currency_problem

PAIR_PREFIX = "fx:"
GONE = ("not_found", "delisted")
LIVE_DELAY_SECONDS = 60
STALE_AFTER_SECONDS = 20 * 60


def pair_symbol(base: str, quote: str) -> str:
    """The live symbol of a currency pair: units of ``quote`` for 1 ``base``."""
    return f"{PAIR_PREFIX}{base}/{quote}"


def listed_symbols(symbols: Sequence[str]) -> frozenset[str]:
    """Those of ``symbols`` that anybody may listen to: the common catalogue's, and pairs of currencies."""
    found = db.session.scalars(select(InstrumentRow.symbol).where(InstrumentRow.symbol.in_(list(symbols))))
    return frozenset(found) | {symbol for symbol in symbols if _is_pair(symbol)}


def _is_pair(symbol: str) -> bool:
    currencies = symbol.removeprefix(PAIR_PREFIX).split("/") if symbol.startswith(PAIR_PREFIX) else []
    return len(currencies) == 2 and all(currency_problem(code) is None and code.isupper() for code in currencies)


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked for a symbol: each provider that may have it with its own name for it, in their order.

    ``price_unit`` is how the instrument is quoted, GBp or GBP; empty where that is not known. The days of its sessions
    are those of ``time_zone``.
    """

    symbol: str
    named: tuple[tuple[str, str], ...]
    price_unit: str = ""
    time_zone: str = "UTC"


def sources_of(chain: ProviderChain, symbols: Sequence[str]) -> tuple[Sources, ...]:
    """The sources of each of ``symbols``, in the order of its asset class; what no provider can know is absent.

    Only its own provider knows an instrument by the stored symbol; another one by what is kept for it, else by ours.
    Raises: ServiceUnavailable.
    """
    pairs = [symbol for symbol in symbols if symbol.startswith(PAIR_PREFIX)]
    others = [symbol for symbol in symbols if not symbol.startswith(PAIR_PREFIX)]
    try:
        rows = db.session.scalars(
            select(InstrumentRow).where(
                InstrumentRow.symbol.in_(others),
                InstrumentRow.state.not_in(GONE),
                InstrumentRow.provider.not_in(ALONE),
            )
        ).all()
        elsewhere = instrument_symbols.elsewhere(db.session, [row.id for row in rows])
    except (OperationalError, PoolTimeout) as error:
        raise ServiceUnavailable("The database does not answer; try again in a moment.") from error
    named = (_sources(chain, row, elsewhere.get(row.id, {})) for row in rows)
    return (*(_pair_sources(chain, symbol) for symbol in pairs), *named)


def _pair_sources(chain: ProviderChain, symbol: str) -> Sources:
    base, quote = symbol.removeprefix(PAIR_PREFIX).split("/")
    order = chain.order(AssetClass.CURRENCY)
    return Sources(symbol, tuple((provider.name, provider.fx_symbol(base, quote)) for provider in order), quote)


def _sources(chain: ProviderChain, row: InstrumentRow, elsewhere: Mapping[str, str]) -> Sources:
    own = row.provider_symbol or row.symbol
    known = {row.provider: own, **elsewhere}
    order = chain.order(AssetClass(row.asset_class), row.provider)
    named = tuple((it.name, known.get(it.name, row.symbol if row.provider else own)) for it in order)
    return Sources(row.symbol, named, row.price_unit, row.time_zone or "UTC")


def live_quote(symbol: str, quote: Quote, now: datetime) -> LiveQuote:
    """A provider's quote by our own symbol, with what it may be taken for at ``now``."""
    return LiveQuote(
        symbol=symbol,
        price=quote.price,
        previous_close=quote.previous_close,
        currency=quote.currency,
        at=min(quote.at, now),  # a source whose clock is ahead tells no future
        freshness=freshness_of(quote, now),
        delayed_seconds=quote.delayed_seconds,
        market_state=quote.market_state,
        session=quote.session.covering(quote.price),
    )


def freshness_of(quote: Quote, now: datetime) -> Freshness:
    """How far ``quote`` may be taken for the price at ``now``."""
    if quote.market_state is not MarketState.OPEN:
        return Freshness.CLOSED
    return _by_age((now - quote.at).total_seconds(), quote.delayed_seconds)


def aged(quote: LiveQuote, now: datetime) -> LiveQuote:
    """``quote`` as it may be taken at ``now``: one that nobody has renewed becomes delayed, then stale."""
    if quote.freshness is Freshness.CLOSED:
        return quote
    age_seconds = (now - quote.at).total_seconds()
    return replace(quote, freshness=_by_age(age_seconds, quote.delayed_seconds))


def _by_age(age_seconds: float, delayed_seconds: int) -> Freshness:
    if age_seconds > max(STALE_AFTER_SECONDS, 2 * delayed_seconds):
        return Freshness.STALE
    return Freshness.DELAYED if max(delayed_seconds, age_seconds) > LIVE_DELAY_SECONDS else Freshness.LIVE
