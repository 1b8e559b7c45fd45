"""One change of one ledger: alone (others wait for it), whole or not at all, and followed by a new valuation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from dashboard.db.engine import db
from dashboard.db.repositories.ledger import portfolios, transaction_writing
from dashboard.domain.transactions import Transaction
from dashboard.errors import NotFound
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.marks import mark_dirty

ROW_ID_DIGITS = 19


@dataclass(slots=True)
class Change:
    """From which day on the ledger is another one; None while nothing was written."""

    first_day: date | None = None

    def touches(self, *days: date) -> None:
        """Rows of these days were added, changed or removed."""
        known = () if self.first_day is None else (self.first_day,)
        self.first_day = min((*known, *days), default=None)


def currencies_of(rows: Iterable[Transaction]) -> dict[str, str]:
    """The currency in which each symbol of ``rows`` becomes an instrument where it is not known yet."""
    found: dict[str, str] = {}
    targets: dict[str, str] = {}
    for row in rows:
        if row.symbol:
            found.setdefault(row.symbol, row.currency)
        if row.target_symbol:
            targets.setdefault(row.target_symbol, row.currency)
    return {**targets, **found}


def name_lots(portfolio: PortfolioRef, rows: Iterable[Transaction]) -> None:
    """See to it that the lots that ``rows`` name by the id of a row keep that name in files as well."""
    names = {name for row in rows for name in row.lot_ids if name.isascii() and name.isdecimal()}
    ids = {int(name) for name in names if len(name) < ROW_ID_DIGITS and str(int(name)) == name}
    if ids:
        transaction_writing.name_lots(portfolio.id, ids)


@contextmanager
def one_change(portfolio: PortfolioRef) -> Iterator[Change]:
    """Hold the ledger's lock, then commit and mark it to be valued anew; on any error nothing is written.

    Raises: NotFound where the portfolio was deleted meanwhile.
    """
    change = Change()
    try:
        if not portfolios.lock(portfolio.id):
            raise NotFound(f"There is no portfolio {portfolio.name}.")
        yield change
        if change.first_day is not None:
            mark_dirty(portfolio.id, change.first_day)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
