"""Committed files: listed, and taken back whole."""

from __future__ import annotations

from dashboard.db.repositories.ledger import batches, transaction_writing, transactions
from dashboard.domain.access import Actor
from dashboard.errors import Conflict, LedgerError, NotFound, Oversell
from dashboard.results.transactions import ImportBatchItem
from dashboard.services import audit
from dashboard.services.ledger.changes import Plan, ledger_faults
from dashboard.services.ledger.writing import one_change
from dashboard.services.portfolios import portfolio_by_id


def list_batches(actor: Actor, portfolio_id: int) -> tuple[ImportBatchItem, ...]:
    """The imports into a ledger, newest first. Raises: NotFound."""
    return batches.items(portfolio_by_id(actor, portfolio_id).id)


def undo(actor: Actor, batch_id: int) -> int:
    """Take an import back, edited rows too; how many rows there were. Its record stays.

    Raises: NotFound; Conflict where it was taken back already; Oversell where later sales need its rows.
    """
    found = batches.state(batch_id)
    if found is None:
        raise NotFound(f"There is no import {batch_id}.")
    try:
        portfolio = portfolio_by_id(actor, found.portfolio_id)
    except NotFound:
        raise NotFound(f"There is no import {batch_id}.") from None
    with one_change(portfolio) as change:
        state = batches.state(batch_id)
        if state is None or state.undone_at is not None:
            raise Conflict(f"The import {batch_id} was undone already.")
        removed = transactions.by_ids(portfolio.id, batches.row_ids(batch_id))
        faults = ledger_faults(portfolio, Plan((), removed))
        if faults:
            raise _needed(faults[0], len(faults))
        transaction_writing.remove(portfolio.id, [row.id for row in removed])
        batches.mark_undone(batch_id)
        change.touches(*(row.transaction.date for row in removed))
        details: dict[str, str | int | float | bool | None]
        details = {"batch": batch_id, "file": found.filename, "deleted": len(removed)}
        audit.record(actor, "import.undo", object_type="portfolio", object_id=portfolio.id, details=details)
    return len(removed)


def _needed(fault: LedgerError, count: int) -> LedgerError:
    others = f" ({count} rows in all)" if count > 1 else ""
    text = f"The import cannot be undone: rows that stay need what it brought{others}. {fault.message}"
    if isinstance(fault, Oversell):
        return Oversell(text, wanted=fault.wanted, held=fault.held)
    return LedgerError(text, field=fault.field)
