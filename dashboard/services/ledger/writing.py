"""One change of one ledger: alone (others wait for it), whole or not at all, and followed by a new valuation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from dashboard.db.engine import db
from dashboard.db.repositories.ledger import portfolios
from dashboard.errors import NotFound
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.marks import mark_dirty


@dataclass(slots=True)
class Change:
    """From which day on the ledger is another one; None while nothing was written."""

    first_day: date | None = None

    def touches(self, *days: date) -> None:
        """Rows of these days were added, changed or removed."""
        known = () if self.first_day is None else (self.first_day,)
        self.first_day = min((*known, *days), default=None)


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
