"""What portfolios are in through the funds that they hold: the holdings' own valuation, split by compositions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import fsum

from dashboard.db.repositories import fund_holdings
from dashboard.db.repositories.fund_holdings import HOLDING, SECTOR, StoredFund
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.compositions import Composition, Constituent, KnownName, with_our_symbols
from dashboard.domain.exposure import DEEPEST, ExposureBy, Position, exposure
from dashboard.domain.measures import Measure, Status
from dashboard.results.exposure import ExposureReport
from dashboard.results.holdings import Holding, HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import performance, portfolios, valuation
from dashboard.services.memo import SharedMemo
from dashboard.services.remarks import status_note

_exposures: SharedMemo[ExposureReport] = SharedMemo("exposure", ExposureReport, 64)


def look_through(actor: Actor, portfolio_id: PortfolioId, by: ExposureBy) -> ExposureReport:
    """What a portfolio is in today, through its funds. Raises: NotFound, InsufficientData without a transaction."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    held = performance.holdings(actor, portfolio.id)
    funds = _funds([row.symbol for row in held.holdings], by)
    return _exposures.get(_version(portfolio, by, funds), lambda: _report(held, funds, by))


def version(actor: Actor, portfolio: PortfolioRef, by: ExposureBy) -> str:
    """Changes whenever :func:`look_through` does. Raises: as that does."""
    held = performance.holdings(actor, portfolio.id)
    return _version(portfolio, by, _funds([row.symbol for row in held.holdings], by))


def _version(portfolio: PortfolioRef, by: ExposureBy, funds: Mapping[str, Composition]) -> str:
    digest = hashlib.blake2b(repr(funds).encode(), digest_size=12).hexdigest()
    valued = valuation.version(portfolio, portfolio.benchmark)
    return f"{portfolio.id}:{valued}:{by}:{digest}:{portfolio.name}"


def _report(held: HoldingsReport, funds: Mapping[str, Composition], by: ExposureBy) -> ExposureReport:
    found = exposure([_position(row, held.currency) for row in held.holdings], funds, by, _cash(held))
    return ExposureReport(
        portfolio=held.portfolio,
        as_of=held.as_of,
        computed_at=held.computed_at,
        currency=held.currency,
        exposure=found,
        status=(*held.status, *map(status_note, found.notes)),
    )


def _position(row: Holding, currency: str) -> Position:
    if row.market_value is None:
        value = Measure.undefined(f"{row.symbol} has no value in {currency}.")
    elif row.price_status is Status.OK:
        value = Measure(row.market_value)
    else:
        value = Measure(row.market_value, row.price_status, f"The price of {row.symbol} is {row.price_status}.")
    return Position(row.symbol, value, row.name, row.sector)


def _cash(held: HoldingsReport) -> Measure | None:
    """All balances together; None where there is none."""
    missing = [balance.currency for balance in held.cash if balance.market_value is None]
    if missing:
        return Measure.undefined(f"Cash in {', '.join(missing)} has no value in {held.currency}.")
    return Measure(fsum(balance.market_value or 0.0 for balance in held.cash)) if held.cash else None


def _funds(symbols: Sequence[str], by: ExposureBy) -> dict[str, Composition]:
    """The compositions of the funds among ``symbols``; by holding, also of the funds that those hold."""
    found: dict[str, Composition] = {}
    wanted = list(symbols)
    for _ in range(DEEPEST + 1):
        stored = fund_holdings.of_symbols(wanted)
        if by is ExposureBy.SECTOR:
            return {fund.symbol: _composition(fund) for fund in stored}
        called = {share.symbol.strip() for fund in stored for share in fund.shares if share.symbol.strip()}
        names = fund_holdings.names_of(sorted(called))
        found |= {fund.symbol: _composition(fund, names) for fund in stored}
        inner = {part.symbol for fund in stored for part in found[fund.symbol].holdings if part.symbol}
        wanted = sorted(inner.intersection(name.symbol for name in names) - found.keys())
        if not wanted:
            break
    return found


def _composition(fund: StoredFund, names: Sequence[KnownName] = ()) -> Composition:
    if not fund.shares:
        return Composition()
    holdings, sectors = (
        tuple(
            Constituent(share.name, share.weight, share.symbol.strip()) for share in fund.shares if share.kind == kind
        )
        for kind in (HOLDING, SECTOR)
    )
    return with_our_symbols(Composition(fund.shares[0].as_of, holdings, sectors), fund.provider, names)
