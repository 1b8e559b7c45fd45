"""What is held, and the rows of a ledger, as documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dashboard.formatting.dates import day
from dashboard.reports.document import Column, Document, Kind, Table
from dashboard.results import ledger_wire, wire
from dashboard.results.holdings import HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json, moment
from dashboard.results.transactions import TransactionRow
from dashboard.services.report_documents import Row, holdings_table, notes_table

LOT_COLUMNS = (
    Column("symbol", "Symbol"),
    Column("acquired", "Acquired", Kind.DATE),
    Column("quantity", "Quantity", Kind.QUANTITY),
)
HOLDING_CONVENTIONS = (
    "Values, costs and gains are in the currency of the report, prices in the instrument's own.",
    "Weights are of the market value with cash.",
)
LEDGER_CONVENTIONS = (
    "Amounts, fees and taxes are in the row's currency; the effect on cash is in the portfolio's.",
    "Rows come by day, oldest first.",
)


def holdings_document(report: HoldingsReport, created_at: dt.datetime) -> Document:
    """What is held at the close of a day: each holding with its figures, its open lots, the remarks."""
    title, subject = f"Holdings of {report.portfolio.name}", day(report.as_of)
    columns = (*LOT_COLUMNS, Column("cost", f"Cost, {report.currency}", Kind.MONEY, report.currency))
    lots: list[Row] = [
        (item.symbol, lot.acquired, lot.quantity, lot.cost) for item in report.holdings for lot in item.lots
    ]
    method = f"{subject}, {report.currency}, lots by {report.portfolio.method.value}"
    tables = (
        holdings_table(report, heading=(title, method)),
        Table("Lots", columns, lots),
        notes_table(wire.holdings_notes(report), HOLDING_CONVENTIONS),
    )
    return Document(title, subject, created_at, tables, data=wire.holdings(report))


def transactions_document(
    portfolio: PortfolioRef, rows: Sequence[TransactionRow], start: dt.date, end: dt.date, created_at: dt.datetime
) -> Document:
    """The rows of a ledger from ``start`` to ``end``, oldest first, with the columns of the canonical file."""
    title, subject = f"Transactions of {portfolio.name}", f"{day(start)} to {day(end)}"
    table = Table(
        "Transactions",
        _columns(portfolio.base_currency),
        [_row(row) for row in rows],
        heading=(title, f"{subject}, {len(rows):,} rows"),
    )
    data: dict[str, Json] = {
        "portfolio": wire.portfolio(portfolio),
        "period": {"from": start.isoformat(), "to": end.isoformat()},
        "as_of": moment(created_at),
        "transactions": [ledger_wire.transaction_row(row) for row in rows],
    }
    return Document(title, subject, created_at, (table, notes_table((), LEDGER_CONVENTIONS)), data=data)


def _columns(base_currency: str) -> tuple[Column, ...]:
    return (
        Column("date", "Date", Kind.DATE),
        Column("type", "Type"),
        Column("symbol", "Symbol"),
        Column("name", "Name"),
        Column("account", "Account"),
        Column("quantity", "Quantity", Kind.QUANTITY),
        Column("price", "Price", Kind.PRICE),
        Column("currency", "Currency"),
        Column("amount", "Amount", Kind.MONEY),
        Column("fee", "Fee", Kind.MONEY),
        Column("fee_currency", "Fee currency"),
        Column("tax", "Tax", Kind.MONEY),
        Column("fx_rate", "Exchange rate", Kind.RATIO),
        Column("cash_currency", "Cash moves in"),
        Column("cash_effect", f"Cash, {base_currency}", Kind.MONEY, base_currency),
        Column("settle_date", "Settles", Kind.DATE),
        Column("target_symbol", "New instrument"),
        Column("ratio", "Ratio", Kind.QUANTITY),
        Column("cost_fraction", "Share of cost", Kind.QUANTITY),
        Column("target_amount", "Amount received", Kind.MONEY),
        Column("target_currency", "Currency received"),
        Column("acquired", "Acquired", Kind.DATE),
        Column("cost", "Cost", Kind.MONEY),
        Column("lot_ids", "Lots"),
        Column("accrued", "Accrued interest", Kind.MONEY),
        Column("note", "Note"),
        Column("external_id", "External id"),
    )


def _row(row: TransactionRow) -> Row:
    tx = row.transaction
    return (
        tx.date, tx.type.value, tx.symbol, row.instrument_name or None, tx.account or None, tx.quantity or None,
        tx.price, tx.currency, tx.amount, tx.fee, tx.fee_currency, tx.tax, tx.fx_rate, tx.cash_currency,
        row.cash_effect, tx.settle_date, tx.target_symbol, tx.ratio, tx.cost_fraction, tx.target_amount,
        tx.target_currency, tx.acquired, tx.cost, ";".join(tx.lot_ids) or None, tx.accrued or None, tx.note or None,
        tx.external_id,
    )  # fmt: skip
