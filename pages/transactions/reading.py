"""Which rows the address asks for, and those rows as the page shows them."""

from __future__ import annotations

from datetime import date, timedelta

from dashboard.domain.access import Actor
from dashboard.domain.timeframes import months_before
from dashboard.domain.transactions import TransactionType
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json, day
from dashboard.results.transactions import TransactionPage
from dashboard.services import portfolios, transactions
from dashboard.web.state import ViewState
from pages.transactions.rows import grid_row

PAGE_ROWS = 10_000
ANY = "any"
SPANS = {
    ANY: "Any date",
    "1m": "Last month",
    "3m": "Last 3 months",
    "ytd": "This year",
    "1y": "Last 12 months",
    "custom": "From … to …",
}
MONTHS = {"1m": 1, "3m": 3, "1y": 12}


def accounts(actor: Actor, portfolio: PortfolioRef) -> tuple[str, ...]:
    """The names of the portfolio's accounts, "" for the unnamed one."""
    for item in portfolios.list_portfolios(actor):
        if item.portfolio.id == portfolio.id:
            return item.accounts
    return ()


def shown(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> dict[str, Json]:
    """The rows of a view with how many there are, and whether anything was left out of it."""
    page = _page_number(view.get("page"))
    found = _listed(actor, portfolio, view, page)
    if page > 1 and not found.rows:  # the address is of a longer list
        page, found = 1, _listed(actor, portfolio, view, 1)
    filtered = any(view.get(name, ANY) not in ("", ANY) for name in ("q", "type", "account", "days"))
    return {
        "rows": [grid_row(row) for row in found.rows],
        "offset": (page - 1) * PAGE_ROWS,
        "filtered": filtered,
        **summary(found),
    }


def summary(found: TransactionPage) -> dict[str, Json]:
    """How many rows there are, and from when to when."""
    return {"total": found.total, "first": day(found.first_date), "last": day(found.last_date)}


def extent(actor: Actor, portfolio: PortfolioRef, view: ViewState) -> dict[str, Json]:
    """The same without the rows."""
    return summary(_listed(actor, portfolio, view, 1, limit=1))


def _listed(
    actor: Actor, portfolio: PortfolioRef, view: ViewState, page: int, limit: int = PAGE_ROWS
) -> TransactionPage:
    start, end = _span(view, portfolios.today_in(portfolio))
    return transactions.list_transactions(
        actor,
        portfolio.id,
        limit=limit,
        offset=(page - 1) * limit,
        text=view.get("q"),
        type=_type(view.get("type")),
        account=_chosen(view, "account"),
        start=start,
        end=end,
    )


def _span(view: ViewState, today: date) -> tuple[date | None, date | None]:
    chosen = view.get("days")
    if chosen == "custom":
        return view.start, view.end
    if chosen == "ytd":
        return today.replace(month=1, day=1), None
    if chosen in MONTHS:
        return months_before(today, MONTHS[chosen]) + timedelta(days=1), None
    return None, None


def _type(text: str) -> TransactionType | None:
    return TransactionType(text) if text in set(TransactionType) else None


def _chosen(view: ViewState, name: str) -> str | None:
    text = view.get(name)
    return text if text not in ("", ANY) else None


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
