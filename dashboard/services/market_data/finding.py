"""Find instruments: those that are stored, then, where it may take a moment, those of the providers."""

from __future__ import annotations

from dashboard.db.engine import db
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.domain.instruments import AssetClass
from dashboard.errors import ProviderError
from dashboard.results.instruments import SearchResult
from dashboard.services.market_data.sources import providers

LIMIT = 20
STORED = "stored"


def search(actor: Actor, text: str, *, ask_providers: bool | None = None) -> tuple[SearchResult, ...]:
    """Instruments whose symbol, name or ISIN fits ``text``, the stored ones first.

    By default only the system asks the providers: a page never waits for one. Raises: ProviderUnavailable, RateLimited
    where nothing is stored either.
    """
    words = text.strip()
    if not words:
        return ()
    found = [
        SearchResult(row.symbol, row.name, AssetClass(row.asset_class), row.currency, row.exchange, STORED)
        for row in store.search(db.session, words, LIMIT)
    ]
    db.session.rollback()
    if actor.is_system if ask_providers is None else ask_providers:
        found += _elsewhere(words, {result.symbol for result in found})
    return tuple(found[:LIMIT])


def _elsewhere(words: str, stored: set[str]) -> list[SearchResult]:
    try:
        hits = providers().search(words)
    except ProviderError:
        if not stored:
            raise
        return []
    found: dict[str, SearchResult] = {}
    for hit in hits:
        result = SearchResult(hit.provider_symbol, hit.name, hit.asset_class, hit.currency, hit.exchange, hit.provider)
        found.setdefault(hit.provider_symbol, result)
    return [result for symbol, result in found.items() if symbol not in stored]
