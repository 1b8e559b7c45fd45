"""Hold the last closes and rates against a second source: where they differ is a finding with the other's value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import FxPair, InstrumentRow
from dashboard.db.repositories import dirty, fx, prices
from dashboard.db.repositories.fx import Pair
from dashboard.db.repositories.prices import Days, Floats
from dashboard.domain.instruments import AssetClass
from dashboard.domain.quality import Finding, disagreements
from dashboard.errors import ProviderError, RateLimited
from dashboard.providers.base import History, HistoryRequest, MarketDataProvider
from dashboard.providers.chain import ProviderChain
from dashboard.results.price_quality import Comparison
from dashboard.services.market_data import quality, targets
from dashboard.services.market_data.outcome import CURRENCY_MISMATCH, closed_bars

COMPARED_CLOSES = 20
Request = Callable[[MarketDataProvider], HistoryRequest]
NO_SECOND, NOTHING_STORED = "no_second_source", "no_prices"


@dataclass(frozen=True, slots=True)
class _Ours:
    """The last closes or rates of a series as they are stored, and who gave them."""

    symbol: str
    source: str
    currency: str
    days: Days
    values: Floats

    @property
    def first(self) -> date:
        """The day to ask the other from; a week earlier, so that its first bars are no cut-off ones."""
        day: date = self.days[0].item()
        return day - timedelta(days=7)


def compare(chain: ProviderChain, key: int | Pair, spent: set[str]) -> tuple[Comparison, set[int]] | None:
    """Compare an instrument or a pair with its second source, and keep what is found; commits by itself.

    Providers in ``spent`` have no requests left and are not asked; one that says so is added. Also returns the
    portfolios that are to be valued again. None where the instrument was deleted or merged meanwhile.
    """
    if not _is_there(key):
        return None
    ours, asset_class, request = _instrument(key) if isinstance(key, int) else _pair(key)
    provider = chain.second(asset_class, ours.source)
    if not len(ours.days):
        return Comparison(ours.symbol, ours.source, code=NOTHING_STORED, reason="Nothing is stored of it."), set()
    if provider is None:
        reason = "There is no second source for it: name one in SECOND_SOURCE, or another in PROVIDERS."
        return Comparison(ours.symbol, ours.source, code=NO_SECOND, reason=reason), set()
    try:
        if provider.name in spent:
            raise RateLimited(f"{provider.name} has no requests left.", provider=provider.name)
        history = chain.history_of(provider, request(provider))
    except ProviderError as error:
        if isinstance(error, RateLimited):
            spent.add(provider.name)
        return Comparison(ours.symbol, ours.source, provider.name, code=error.code, reason=error.message), set()
    return _judged(key, ours, history) if _is_there(key) else None


def _is_there(key: int | Pair) -> bool:
    return not isinstance(key, int) or db.session.get(InstrumentRow, key, populate_existing=True) is not None


def _instrument(key: int) -> tuple[_Ours, AssetClass, Request]:
    row = db.session.get_one(InstrumentRow, key)
    bars = prices.read_bars(db.session, key)
    ours = _last(row.symbol, row.provider, row.currency, bars.dates, bars.close)
    (target,) = targets.stored_targets([row])
    return ours, target.asset_class, lambda _provider: target.request(ours.first)


def _pair(pair: Pair) -> tuple[_Ours, AssetClass, Request]:
    row = db.session.get_one(FxPair, pair)
    days, rates = fx.read_rates(db.session, [pair]).get(pair, (np.empty(0, "datetime64[D]"), np.empty(0)))
    ours = _last("".join(pair), row.provider, pair[1], days, rates)
    db.session.rollback()

    def request(provider: MarketDataProvider) -> HistoryRequest:
        return HistoryRequest(provider.fx_symbol(*pair), ours.first, asset_class=AssetClass.CURRENCY)

    return ours, AssetClass.CURRENCY, request


def _last(symbol: str, source: str, currency: str, days: Days, values: Floats) -> _Ours:
    return _Ours(symbol, source, currency, days[-COMPARED_CLOSES:], values[-COMPARED_CLOSES:])


def _judged(key: int | Pair, ours: _Ours, history: History) -> tuple[Comparison, set[int]]:
    if history.currency != ours.currency:
        reason = f"{history.provider} quotes in {history.currency}, and the prices are kept in {ours.currency}."
        return Comparison(ours.symbol, ours.source, history.provider, code=CURRENCY_MISMATCH, reason=reason), set()
    theirs = closed_bars(history).bars
    shared = np.intersect1d(ours.days, theirs.dates, assume_unique=True)
    found = disagreements(
        ours.days, ours.values, theirs.dates, theirs.close, source=ours.source, other=history.provider
    )
    agreement = quality.Agreement(ours.source, history.provider, shared)
    touched = _kept(key, found, agreement)
    db.session.commit()
    return Comparison(ours.symbol, ours.source, history.provider, len(shared), len(found)), touched


def _kept(key: int | Pair, found: Sequence[Finding], agreement: quality.Agreement) -> set[int]:
    if isinstance(key, int):
        change = quality.examine(db.session.get_one(InstrumentRow, key), found, agreement)
        return dirty.mark_by_instruments(db.session, {key: change.first_date} if change.first_date else {})
    change = quality.examine_rates(key, found, agreement)
    return dirty.mark_by_pair(db.session, *key, change.first_date) if change.first_date else set()


def in_turn(keys: Sequence[int | Pair], today: date) -> list[int | Pair]:
    """The series in an order that is another each week: a budget that ends early reaches others the next time."""
    week = today.toordinal() // 7
    start = week * max(1, len(keys) // 3) % len(keys) if keys else 0
    return [*keys[start:], *keys[:start]]
