"""Search at the providers: a worker asks them, and the answer is in Redis for a while, for whoever asked.

A page never waits for a provider. What is lost with Redis is asked for once more.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from dashboard import redis_store
from dashboard.db.engine import db
from dashboard.domain.access import Actor
from dashboard.domain.instruments import AssetClass
from dashboard.errors import InvalidInput
from dashboard.providers.chain import ProviderChain
from dashboard.queue import JobName, enqueue
from dashboard.results.instrument_editing import ProviderSearch, SearchFailure
from dashboard.results.instruments import SearchResult
from dashboard.runtime import redis_client
from dashboard.services.instruments import joining
from dashboard.services.market_data.sources import providers

KEPT_SECONDS = 600.0
SHORTEST, LONGEST = 2, 80


def search_elsewhere(actor: Actor, text: str) -> ProviderSearch:
    """What the providers know by a symbol, a name or an ISIN; the first time somebody asks, a worker begins to look.

    Raises: InvalidInput for what is too short or too long, ServiceUnavailable where Redis does not answer.
    """
    words = _words(text)
    known = redis_store.cache_get(redis_client(), _key(words))
    if not isinstance(known, dict):
        enqueue(JobName.SEARCH_PROVIDERS, words, unique=f"search-{_key(words)}")
        return ProviderSearch(words, answered=False)
    hits = tuple(_hit(one) for one in _rows(known, "hits"))
    failures = tuple(
        SearchFailure(**{name: str(part) for name, part in one.items()}) for one in _rows(known, "failures")
    )
    stored = joining.instruments_of(hits)
    twins = joining.twins(actor, words, hits, stored)
    db.session.rollback()
    return ProviderSearch(words, answered=True, hits=hits, failures=failures, stored=stored, twins=twins)


def search_providers(text: str, *, chain: ProviderChain | None = None) -> None:
    """Ask every provider, and keep what they say, also for who asked meanwhile. Only a worker calls this."""
    words = _words(text)
    if isinstance(redis_store.cache_get(redis_client(), _key(words)), dict):
        return
    found, failures = (chain or providers()).search_all(words)
    hits: dict[tuple[str, str], SearchResult] = {}
    for hit in found:
        result = SearchResult(hit.provider_symbol, hit.name, hit.asset_class, hit.currency, hit.exchange, hit.provider)
        hits.setdefault((hit.provider, hit.provider_symbol), result)
    told = [SearchFailure(error.provider, error.code, error.message) for error in failures]
    answer: redis_store.Json = {
        "hits": [{**asdict(one), "asset_class": one.asset_class.value} for one in hits.values()],
        "failures": [asdict(one) for one in told],
    }
    # Why somebody did not answer may be over in a moment.
    seconds = KEPT_SECONDS / 20 if told else KEPT_SECONDS
    redis_store.cache_set(redis_client(), _key(words), answer, ttl_seconds=seconds)


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not SHORTEST <= len(words) <= LONGEST or not words.isprintable():
        raise InvalidInput(f"Search for {SHORTEST} to {LONGEST} characters.", field="q")
    return words


def _key(words: str) -> str:
    digest = hashlib.blake2b(words.casefold().encode(), digest_size=16).hexdigest()
    return redis_store.key("provider-search", digest)


def _rows(known: dict[str, redis_store.Json], name: str) -> list[dict[str, redis_store.Json]]:
    rows = known.get(name)
    return [dict(one) for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def _hit(row: dict[str, redis_store.Json]) -> SearchResult:
    texts = {name: str(row.get(name, "")) for name in ("symbol", "name", "currency", "exchange", "source")}
    return SearchResult(asset_class=AssetClass(str(row.get("asset_class"))), **texts)
