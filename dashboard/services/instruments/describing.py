"""Take over what providers say of instruments: names, sectors, countries, and what funds hold.

What a person has set stays; what a provider does not say stays too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import fund_holdings
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.fund_holdings import HOLDING, SECTOR, StoredShare
from dashboard.domain.access import Actor
from dashboard.errors import NotFound, ProviderError
from dashboard.providers.chain import ProviderChain
from dashboard.providers.descriptions import Description
from dashboard.results.instrument_editing import DescribeOutcome, FundHoldings, FundShare
from dashboard.services.instruments import permits
from dashboard.services.market_data import targets
from dashboard.services.market_data.outcome import NAMED
from dashboard.services.market_data.sources import providers
from dashboard.services.market_data.targets import Target

DESCRIBED = ("name", "exchange", "mic", "sector", "industry", "country")
FRESH = timedelta(days=6)

log = structlog.get_logger(__name__)


def describe(
    actor: Actor, symbols: Sequence[str] | None = None, *, chain: ProviderChain | None = None
) -> tuple[DescribeOutcome, ...]:
    """Have instruments described: ``symbols``, or those in use whose description is a week old.

    One that fails does not stop the others, and what was known of it stays. Raises: PermissionDenied, NotFound.
    """
    permits.require_administrator(actor, "have instruments described")
    source, failures = chain or providers(), _Failures()
    asked = [target for target in targets.stored_targets(_wanted(symbols)) if not target.unasked]
    outcomes = tuple(_describe(source, target, failures) for target in asked)
    failures.tell()
    return outcomes


def fund_holdings_of(symbol: str) -> FundHoldings | None:
    """What a fund holds; None where nobody has said. Raises: NotFound."""
    found = fund_holdings.of_instrument(db.session, permits.found(symbol).id)
    if not found:
        return None
    kinds = {
        kind: tuple(FundShare(one.name, one.symbol, one.weight) for one in found if one.kind == kind)
        for kind in (HOLDING, SECTOR)
    }
    return FundHoldings(found[0].as_of, kinds[HOLDING], kinds[SECTOR])


def _wanted(symbols: Sequence[str] | None) -> list[InstrumentRow]:
    if symbols is None:
        stale = datetime.now(UTC) - FRESH
        return [row for row in store.needed(db.session) if row.described_at is None or row.described_at < stale]
    found = store.by_symbol(db.session, symbols)
    if missing := [symbol for symbol in symbols if symbol not in found]:
        raise NotFound(f"There is no instrument {missing[0]}.")
    return [found[symbol] for symbol in dict.fromkeys(symbols)]


class _Failures:
    """Who described nothing of what: a provider that describes none would fill the log by itself."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[DescribeOutcome]] = {}

    def add(self, provider: str, outcome: DescribeOutcome) -> None:
        """Keep what a provider did not describe."""
        self._found.setdefault((provider, outcome.code), []).append(outcome)

    def tell(self) -> None:
        """Log a line for each provider and kind of failure."""
        for (provider, code), outcomes in self._found.items():
            symbols = [outcome.symbol for outcome in outcomes[:NAMED]]
            reason = outcomes[0].reason
            log.info(
                "instruments.not_described",
                provider=provider,
                code=code,
                count=len(outcomes),
                symbols=symbols,
                reason=reason,
            )


def _describe(source: ProviderChain, target: Target, failures: _Failures) -> DescribeOutcome:
    try:
        found = source.describe(target.whole())
    except ProviderError as error:
        outcome = DescribeOutcome(target.symbol, False, error.code, error.message)
        failures.add(error.provider, outcome)
        return outcome
    now = targets.locked(target)
    if now is None or not now.asks_like(target):
        db.session.rollback()
        # Nothing is said of what is gone; of what has changed meanwhile it is asked what it is now.
        return DescribeOutcome(target.symbol, False) if now is None or now.unasked else _describe(source, now, failures)
    row = db.session.get_one(InstrumentRow, target.id)
    changed = _take_over(row, found)
    row.described_at = datetime.now(UTC)
    if changed:
        row.price_version += 1  # what is kept of figures holds names and groups too
    db.session.commit()
    return DescribeOutcome(target.symbol, changed)


def _take_over(row: InstrumentRow, found: Description) -> bool:
    """Whether anything is known otherwise now."""
    said = {name: text for name in DESCRIBED if (text := getattr(found, name)) and name not in row.edited}
    different = {name: text for name, text in said.items() if getattr(row, name) != text}
    for name, text in different.items():
        setattr(row, name, text)
    return _keep_shares(row, found) or bool(different)


def _keep_shares(row: InstrumentRow, found: Description) -> bool:
    today = datetime.now(UTC).date()
    parts = ((HOLDING, found.holdings), (SECTOR, found.sectors))
    shares = [StoredShare(kind, one.name, one.symbol, one.weight, today) for kind, several in parts for one in several]
    if not shares:
        return False
    before = {(one.kind, one.name, one.symbol, one.weight) for one in fund_holdings.of_instrument(db.session, row.id)}
    fund_holdings.replace(db.session, row.id, shares)
    return before != {(one.kind, one.name, one.symbol, one.weight) for one in shares}
