"""Writing what was planned for a ledger."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from dashboard.db.engine import db
from dashboard.db.repositories import instruments
from dashboard.db.repositories.ledger import transaction_writing as rows
from dashboard.db.repositories.ledger.transaction_rows import StoredRow
from dashboard.db.repositories.ledger.transaction_writing import NewRow
from dashboard.errors import Conflict
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.ledger.changes import Plan
from dashboard.services.ledger.writing import currencies_of, name_lots


def write(portfolio: PortfolioRef, plan: Plan) -> list[int]:
    """Write ``plan`` within the caller's change; the ids of the entered rows in their order. Raises: Conflict."""
    keys = instruments.ensure(db.session(), currencies_of(row.transaction for row in plan.entered))
    if plan.removed:
        rows.remove(portfolio.id, [row.id for row in plan.removed])
    ids = []
    for entered in plan.entered:
        new = NewRow(entered.transaction, entered.row_hash)
        if entered.origin is None:
            ids.append(rows.insert_one(portfolio.id, new, keys))
        else:
            _rewrite(portfolio, entered.origin, entered.version, new, keys)
            ids.append(entered.origin.id)
    name_lots(portfolio, (row.transaction for row in plan.entered))
    return ids


def _rewrite(portfolio: PortfolioRef, origin: StoredRow, version: int, new: NewRow, keys: dict[str, int]) -> None:
    try:
        done = rows.rewrite(portfolio.id, origin.id, version, new, keys)
    except IntegrityError as error:
        if "uq_transactions_external_id" not in str(error.orig):
            raise
        raise Conflict(f"Another transaction has the external id {new.transaction.external_id!r}.") from error
    if not done:
        raise Conflict("Somebody changed this transaction meanwhile; load it again.")
