"""Compare stored prices and rates with a second source: what differs is told on the page of data quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.price_findings import Series
from dashboard.domain.access import Actor, Permission
from dashboard.errors import PermissionDenied
from dashboard.providers.chain import ProviderChain
from dashboard.results.price_quality import Comparison
from dashboard.services.market_data import revaluation
from dashboard.services.market_data.second_source import compare as compare_one
from dashboard.services.market_data.second_source import in_turn
from dashboard.services.market_data.sources import providers
from dashboard.services.price_quality import chosen_series

Progress = Callable[[int, int], None]


def compare(
    actor: Actor,
    symbols: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
    chain: ProviderChain | None = None,
) -> tuple[Comparison, ...]:
    """Compare the last closes of ``symbols`` (default: of all that portfolios need) with what a second source says.

    Where both differ by more than a hundredth on a day, that is a finding with the other's close suggested. A series
    that cannot be compared says why and does not stop the others. Raises: PermissionDenied, NotFound.
    """
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied("Only an administrator has prices compared: it costs requests to providers.")
    chosen = chosen_series(symbols) if symbols is not None else _needed()
    source, spent, found, touched = chain or providers(), set[str](), list[Comparison](), set[int]()
    for done, key in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        compared = compare_one(source, key, spent)
        if compared is not None:
            found.append(compared[0])
            touched |= compared[1]
    if touched:
        revaluation.ask()
    return tuple(found)


def _needed() -> list[Series]:
    known = fx.known(db.session)
    pairs = sorted(pair for pair in fx.needed(db.session) if pair in known)
    return in_turn([*(row.id for row in store.needed(db.session)), *pairs], datetime.now(UTC).date())
