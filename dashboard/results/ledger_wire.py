"""The JSON form of transactions, import previews and import results."""

from __future__ import annotations

from dashboard.domain.transactions import Transaction
from dashboard.results.scalars import Json, amount, day, moment
from dashboard.results.transactions import (
    ImportBatchItem,
    ImportPreview,
    ImportResult,
    RowVerdict,
    TransactionPage,
    TransactionRow,
    VerdictKind,
)


def transaction(row: Transaction) -> dict[str, Json]:
    """The columns of the canonical file; null where a column is blank."""
    return {
        "date": day(row.date),
        "type": row.type.value,
        "symbol": row.symbol,
        "quantity": amount(row.quantity) if row.quantity else None,
        "price": amount(row.price),
        "currency": row.currency,
        "fee": amount(row.fee),
        "tax": amount(row.tax),
        "amount": amount(row.amount),
        "fx_rate": amount(row.fx_rate),
        "cash_currency": row.cash_currency,
        "account": row.account,
        "settle_date": day(row.settle_date),
        "note": row.note,
        "external_id": row.external_id,
        "target_amount": amount(row.target_amount),
        "target_currency": row.target_currency,
        "ratio": amount(row.ratio),
        "target_symbol": row.target_symbol,
        "cost_fraction": amount(row.cost_fraction),
        "acquired": day(row.acquired),
        "cost": amount(row.cost),
        "lot_ids": list(row.lot_ids),
        "accrued": amount(row.accrued) if row.accrued else None,
        "fee_currency": row.fee_currency,
    }


def transaction_row(row: TransactionRow) -> dict[str, Json]:
    """A stored transaction."""
    data: dict[str, Json] = {"id": row.id, "version": row.version, **transaction(row.transaction)}
    data["name"] = row.instrument_name
    data["cash_effect"] = amount(row.cash_effect)
    data["batch"] = row.batch_id
    return data


def transaction_page(page: TransactionPage) -> dict[str, Json]:
    """Rows of a ledger, newest first."""
    return {
        "total": page.total,
        "first_date": day(page.first_date),
        "last_date": day(page.last_date),
        "transactions": [transaction_row(row) for row in page.rows],
    }


def verdict(row: RowVerdict) -> dict[str, Json]:
    """The verdict on one row of a file."""
    return {
        "row": row.row,
        "verdict": row.kind.value,
        "column": row.column,
        "reason": row.reason,
        "new_instrument": row.new_instrument,
        "kept_out": row.kept_out,
        "transaction": None if row.transaction is None else transaction(row.transaction),
    }


def preview(found: ImportPreview) -> dict[str, Json]:
    """What a file would do."""
    return {
        "file": found.filename,
        "format": found.format,
        **{kind.value: found.count(kind) for kind in VerdictKind},
        "new_symbols": list(found.new_symbols),
        "suggest_untracked": found.suggest_untracked,
        "problems": list(found.problems),
        "questions": list(found.questions),
        "rows": [verdict(row) for row in found.rows],
    }


def result(done: ImportResult) -> dict[str, Json]:
    """What a committed file did."""
    return {
        "batch": done.batch_id,
        "added": done.added,
        "duplicates": done.duplicates,
        "failed": done.failed,
        "new_symbols": list(done.new_symbols),
        "errors": [verdict(row) for row in done.errors],
        "kept_out": [verdict(row) for row in done.kept_out],
    }


def batch(item: ImportBatchItem) -> dict[str, Json]:
    """A line in the list of imports."""
    return {
        "batch": item.id,
        "file": item.filename,
        "created_at": moment(item.created_at),
        "added": item.added,
        "duplicates": item.duplicates,
        "failed": item.failed,
        "undone_at": moment(item.undone_at),
    }
