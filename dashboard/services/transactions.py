"""Transactions of a ledger: read, added, edited, deleted and written to a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from dashboard.db.repositories.ledger import batches, transaction_writing
from dashboard.db.repositories.ledger import transactions as rows
from dashboard.db.repositories.ledger.transaction_filter import RowFilter
from dashboard.db.repositories.ledger.transaction_rows import StoredRow
from dashboard.domain.access import Actor
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import RowCheck, TransactionPage, TransactionRow
from dashboard.services import audit
from dashboard.services.ledger.applying import write
from dashboard.services.ledger.cash_effects import CashEffects
from dashboard.services.ledger.changes import Edit, faults_of_row, plan_changes
from dashboard.services.ledger.checks import judge_rows_together
from dashboard.services.ledger.export import canonical_csv
from dashboard.services.ledger.owners import refuse_rows_of_others
from dashboard.services.ledger.writing import one_change
from dashboard.services.portfolios import portfolio_by_id, today_in


def ledger(portfolio_id: int) -> tuple[Transaction, ...]:
    """All transactions of a portfolio, by day and in the order of entry. Asks nobody's permission."""
    return rows.ledger(portfolio_id)


def list_transactions(
    actor: Actor,
    portfolio_id: int,
    *,
    limit: int | None = None,
    offset: int = 0,
    text: str = "",
    type: TransactionType | None = None,
    account: str | None = None,
    symbol: str | None = None,
    start: date | None = None,
    end: date | None = None,
    after: tuple[date, int] | None = None,
) -> TransactionPage:
    """The rows that fit, newest first; each word of ``text`` is looked for in all their text. Raises: NotFound.

    ``after`` is the day and the id of the last row that is known already: rows that come or go meanwhile shift nothing.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    chosen = RowFilter("".join(filter(str.isprintable, text)), type, account, symbol, start, end)
    extent = rows.extent(portfolio.id, chosen)
    found = rows.page(portfolio.id, chosen, None if limit is None else max(limit, 0), max(offset, 0), after)
    return TransactionPage(_shown(portfolio, found), extent.rows, extent.first_date, extent.last_date)


def add_transaction(actor: Actor, portfolio_id: int, tx: Transaction) -> TransactionRow:
    """Add one row; a blank currency and amount are filled in. Raises: NotFound, InvalidInput, Oversell."""
    return save_changes(actor, portfolio_id, added=[tx])[0]


def edit_transaction(actor: Actor, portfolio_id: int, id: int, version: int, tx: Transaction) -> TransactionRow:
    """Put ``tx`` in the place of a row. Raises: NotFound, Conflict (changed meanwhile), InvalidInput, Oversell."""
    return save_changes(actor, portfolio_id, edited=[(id, version, tx)])[0]


def delete_transactions(actor: Actor, portfolio_id: int, ids: Collection[int]) -> int:
    """Delete rows, all or none; how many. Raises: NotFound, Oversell where later sales need them."""
    save_changes(actor, portfolio_id, deleted=list(ids))
    return len(set(ids))


def save_changes(
    actor: Actor,
    portfolio_id: int,
    *,
    added: Sequence[Transaction] = (),
    edited: Sequence[tuple[int, int, Transaction]] = (),
    deleted: Sequence[int] = (),
) -> tuple[TransactionRow, ...]:
    """Write all changes or none; ``edited`` are (id, version, transaction). The added, then the edited rows.

    Raises: NotFound, Conflict, InvalidInput (``row`` counts the added, then the edited ones), Oversell.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    edits = [Edit(*edit) for edit in edited]
    refuse_rows_of_others(actor, [*(edit.id for edit in edits), *deleted])
    with one_change(portfolio) as change:
        plan = plan_changes(portfolio, today_in(portfolio), added=added, edited=edits, deleted=deleted)
        ids = write(portfolio, plan)
        if plan.days:
            change.touches(*plan.days)
            counts = {"added": len(added), "edited": len(edits), "deleted": len(plan.removed)}
            audit.record(actor, "ledger.change", object_type="portfolio", object_id=portfolio.id, details=counts)
    written = {row.id: row for row in rows.by_ids(portfolio.id, ids)} if ids else {}
    return _shown(portfolio, [written[row_id] for row_id in ids if row_id in written])


def check_transaction(
    actor: Actor, portfolio_id: int, tx: Transaction, replacing: int | None = None
) -> tuple[InvalidInput, ...]:
    """What is wrong with a row that is being typed (in the place of the row ``replacing``); empty where nothing is."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    return tuple(faults_of_row(portfolio, today_in(portfolio), tx, replacing))


def check_changes(
    actor: Actor,
    portfolio_id: int,
    *,
    added: Sequence[Transaction] = (),
    edited: Sequence[tuple[int, int, Transaction]] = (),
) -> tuple[RowCheck, ...]:
    """What each of the added, then of the edited rows would become, and all that is wrong with it. Raises: NotFound."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    edits = [Edit(*edit) for edit in edited]
    refuse_rows_of_others(actor, [edit.id for edit in edits])
    judged, faults = judge_rows_together(portfolio, today_in(portfolio), added, edits)
    effects = CashEffects((row.transaction for row in judged if row.transaction), portfolio.base_currency)
    return tuple(
        RowCheck(row.transaction, tuple(found), effects.of(row.transaction) if row.transaction else None)
        for row, found in zip(judged, faults, strict=True)
    )


def delete_all(actor: Actor, portfolio_id: int) -> int:
    """Empty a ledger; how many rows there were. The imports stay listed, as undone. Raises: NotFound."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    with one_change(portfolio) as change:
        first = rows.extent(portfolio.id, RowFilter()).first_date
        count = transaction_writing.remove_all(portfolio.id)
        if first is not None:
            batches.mark_all_undone(portfolio.id)
            change.touches(first)
            audit.record(
                actor, "ledger.clear", object_type="portfolio", object_id=portfolio.id, details={"deleted": count}
            )
    return count


def export_csv(actor: Actor, portfolio_id: int) -> bytes:
    """The ledger as a canonical file; importing it again adds nothing. Raises: NotFound."""
    return canonical_csv(rows.ledger(portfolio_by_id(actor, portfolio_id).id))


def _shown(portfolio: PortfolioRef, found: Sequence[StoredRow]) -> tuple[TransactionRow, ...]:
    effects = CashEffects((row.transaction for row in found), portfolio.base_currency)
    return tuple(
        TransactionRow(
            id=row.id,
            version=row.version,
            transaction=row.transaction,
            instrument_name=row.instrument_name,
            cash_effect=effects.of(row.transaction),
            batch_id=row.batch_id,
        )
        for row in found
    )
