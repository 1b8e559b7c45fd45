"""The JSON form of transactions, imports, instruments, refreshes and report runs."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.domain.transactions import Transaction
from dashboard.results.instruments import InstrumentDetail, RefreshOutcome, RefreshReport, SearchResult
from dashboard.results.reports import ReportRunItem
from dashboard.results.scalars import Json, amount, day, moment, ratio
from dashboard.results.transactions import (
    ImportBatchItem,
    ImportPreview,
    ImportResult,
    RowVerdict,
    TransactionPage,
    TransactionRow,
    VerdictKind,
)


def transactions(page: TransactionPage) -> dict[str, Json]:
    """Some rows of a ledger and how many there are."""
    return {
        "transactions": [transaction_row(row) for row in page.rows],
        "total": page.total,
        "first_date": day(page.first_date),
        "last_date": day(page.last_date),
    }


def transaction_row(row: TransactionRow) -> dict[str, Json]:
    """A stored transaction; ``cash_effect`` is in the portfolio's currency."""
    return {
        "id": row.id,
        "version": row.version,
        **transaction(row.transaction),
        "name": row.instrument_name,
        "cash_effect": amount(row.cash_effect),
        "batch_id": row.batch_id,
    }


def transaction(row: Transaction) -> dict[str, Json]:
    """A transaction by the columns of the canonical file."""
    return {
        "date": day(row.date),
        "type": row.type.value,
        "symbol": row.symbol,
        "quantity": amount(row.quantity),
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
    }


def import_preview(preview: ImportPreview) -> dict[str, Json]:
    """What a file would do to a ledger."""
    return {
        "filename": preview.filename,
        "format": preview.format,
        **{kind.value: preview.count(kind) for kind in VerdictKind},
        "new_symbols": list(preview.new_symbols),
        "suggest_untracked": preview.suggest_untracked,
        "problems": list(preview.problems),
        "rows": [_verdict(row) for row in preview.rows],
    }


def import_result(result: ImportResult) -> dict[str, Json]:
    """What a committed file did."""
    return {
        "batch_id": result.batch_id,
        "added": result.added,
        "duplicates": result.duplicates,
        "failed": result.failed,
        "new_symbols": list(result.new_symbols),
        "errors": [_verdict(row) for row in result.errors],
    }


def import_batch(item: ImportBatchItem) -> dict[str, Json]:
    """A line in the list of imports."""
    return {
        "id": item.id,
        "filename": item.filename,
        "created_at": moment(item.created_at),
        "added": item.added,
        "duplicates": item.duplicates,
        "failed": item.failed,
        "undone_at": moment(item.undone_at),
    }


def refresh(report: RefreshReport) -> dict[str, Json]:
    """What a refresh did, series by series."""
    return {
        "started_at": moment(report.started_at),
        "finished_at": moment(report.finished_at),
        "complete": report.complete,
        "series": [_outcome(outcome) for outcome in report.outcomes],
    }


def search(results: Iterable[SearchResult]) -> list[Json]:
    """Instruments that a search found."""
    return [
        {
            "symbol": found.symbol,
            "name": found.name,
            "asset_class": found.asset_class.value,
            "currency": found.currency,
            "exchange": found.exchange,
            "source": found.source,
        }
        for found in results
    ]


def instrument(detail: InstrumentDetail) -> dict[str, Json]:
    """One instrument with how fresh its prices are."""
    return {
        "symbol": detail.symbol,
        "name": detail.name,
        "asset_class": detail.asset_class.value,
        "currency": detail.currency,
        "exchange": detail.exchange,
        "isin": detail.isin,
        "sector": detail.sector,
        "industry": detail.industry,
        "country": detail.country,
        "provider": detail.provider,
        "provider_symbol": detail.provider_symbol,
        "state": detail.state.value,
        "problem": {"code": detail.problem_code, "message": detail.problem} if detail.problem_code else None,
        "refreshed_at": moment(detail.refreshed_at),
        "first_date": day(detail.first_date),
        "last_date": day(detail.last_date),
        "last_close": amount(detail.last_close),
        "previous_close": amount(detail.previous_close),
        "price_status": detail.price_status.value,
    }


def report_run(run: ReportRunItem) -> dict[str, Json]:
    """A line in the history of report runs."""
    return {
        "id": run.id,
        "portfolio": {"id": run.portfolio_id, "name": run.portfolio_name},
        "kind": run.kind.value,
        "format": run.format.value,
        "period": {"from": day(run.period_from), "to": day(run.period_to)},
        "state": run.state.value,
        "progress": ratio(run.progress),
        "stage": run.stage,
        "created_at": moment(run.created_at),
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        "attempts": run.attempts,
        "error": run.error,
        "filename": run.filename,
        "rows": run.rows,
    }


def _outcome(outcome: RefreshOutcome) -> dict[str, Json]:
    return {
        "symbol": outcome.symbol,
        "rows": outcome.rows,
        "first_date": day(outcome.first_date),
        "last_date": day(outcome.last_date),
        "complete": outcome.complete,
        "code": outcome.code,
        "reason": outcome.reason,
    }


def _verdict(row: RowVerdict) -> dict[str, Json]:
    return {
        "row": row.row,
        "verdict": row.kind.value,
        "column": row.column,
        "reason": row.reason,
        "new_instrument": row.new_instrument,
        "transaction": None if row.transaction is None else transaction(row.transaction),
    }
