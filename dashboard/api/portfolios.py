"""Portfolios: which there are, how they did, what they hold, and their ledgers."""

from __future__ import annotations

from datetime import date

from dashboard.api import cursors
from dashboard.api.parameters import HoldingsParameters, Parameters, PerformanceParameters, TransactionsParameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Holdings, Performance, Portfolio, Portfolios, Transactions
from dashboard.domain.access import Actor, Permission, PortfolioId
from dashboard.results import ledger_wire, wire
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json
from dashboard.results.transactions import TransactionPage
from dashboard.services import performance as figures
from dashboard.services import portfolios, transactions, valuation

VIEW = Permission.PORTFOLIO_VIEW
ID = {"portfolio_id": "integer"}


def listed(actor: Actor, _parameters: Parameters) -> Answer:
    """The portfolios of the user, by name."""
    found = portfolios.list_portfolios(actor)
    return Answer(lambda: [wire.portfolio_item(item) for item in found])


def one(actor: Actor, _parameters: Parameters, portfolio_id: int) -> Answer:
    """One of them. Raises: NotFound."""
    found = portfolios.list_item(actor, portfolio_id)
    return Answer(lambda: wire.portfolio_item(found))


def performance(actor: Actor, parameters: PerformanceParameters, portfolio_id: int) -> Answer:
    """How it did. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)

    def data() -> Json:
        summary = figures.summary(
            actor,
            portfolio.id,
            start=parameters.start,
            end=parameters.end,
            currency=parameters.currency,
            benchmark=parameters.benchmark,
        )
        return wire.performance(summary, series=parameters.series)

    return Answer(data, version=_version(portfolio, parameters.benchmark or portfolio.benchmark))


def holdings(actor: Actor, parameters: HoldingsParameters, portfolio_id: int) -> Answer:
    """What it holds. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(
        lambda: wire.holdings(figures.holdings(actor, PortfolioId(portfolio_id), as_of=parameters.as_of)),
        version=_version(portfolio, portfolio.benchmark),
    )


def ledger(actor: Actor, parameters: TransactionsParameters, portfolio_id: int) -> Answer:
    """A page of its ledger, newest first. Raises: NotFound, InvalidInput."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    after = _place(parameters.cursor) if parameters.cursor else None

    def data() -> Json:
        found = transactions.list_transactions(
            actor,
            portfolio.id,
            limit=parameters.limit + 1,
            text=parameters.search,
            type=parameters.type,
            account=parameters.account,
            symbol=parameters.symbol,
            start=parameters.start,
            end=parameters.end,
            after=after,
        )
        shown = TransactionPage(found.rows[: parameters.limit], found.total, found.first_date, found.last_date)
        more = len(found.rows) > parameters.limit
        return ledger_wire.transaction_page(shown) | {"next_cursor": _cursor(shown) if more else None}

    return Answer(data, version=_version(portfolio))


def _version(portfolio: PortfolioRef, *benchmarks: str | None) -> str:
    """What its figures rest on, and how it is counted and called."""
    return f"{valuation.version(portfolio, *benchmarks)}|{portfolio!r}"


def _cursor(page: TransactionPage) -> str:
    last = page.rows[-1]
    return cursors.write(f"{last.transaction.date} {last.id}")


def _place(cursor: str) -> tuple[date, int]:
    day, _, number = cursors.read(cursor).partition(" ")
    try:
        place = date.fromisoformat(day), int(number)
    except ValueError as error:
        raise cursors.refused() from error
    if not 0 < place[1] < 2**63:
        raise cursors.refused()
    return place


RESOURCES = (
    Resource("portfolios", "/portfolios", "The user's portfolios, by name", listed, Portfolios, VIEW),
    Resource("portfolio", "/portfolios/<int:portfolio_id>", "One portfolio", one, Portfolio, VIEW, variables=ID),
    Resource(
        "performance",
        "/portfolios/<int:portfolio_id>/performance",
        "How a portfolio did over a period",
        performance,
        Performance,
        VIEW,
        PerformanceParameters,
        ID,
    ),
    Resource(
        "holdings",
        "/portfolios/<int:portfolio_id>/holdings",
        "What a portfolio holds at the close of a day",
        holdings,
        Holdings,
        VIEW,
        HoldingsParameters,
        ID,
    ),
    Resource(
        "transactions",
        "/portfolios/<int:portfolio_id>/transactions",
        "A page of a portfolio's ledger, newest first",
        ledger,
        Transactions,
        VIEW,
        TransactionsParameters,
        ID,
    ),
)
