"""What a tax return asks for as a document: what was realised lot by lot, what was received, what was paid."""

from __future__ import annotations

import datetime as dt

from dashboard.domain.yearly_costs import CostKind
from dashboard.formatting.dates import day
from dashboard.reports.document import Column, Document, Kind, Table
from dashboard.results import gain_wire, income_wire
from dashboard.results.gains import RealizedReport
from dashboard.results.income import IncomeReport
from dashboard.services.report_documents import Row, notes_table

CONVENTIONS = (
    "Every amount is in the currency of the report, each at the rate of its own day. Fees and taxes are positive.",
    "A gain is proceeds, net of the costs of the sale, less the cost of the lot, with the costs of its purchase.",
    "Held for more than a year is long. What closed no lot, a return of capital beyond cost for one, is other.",
    "A tax year is named by its first day. This is a statement of the ledger, not advice on what is to be taxed.",
)


def tax_document(realized: RealizedReport, income: IncomeReport, created_at: dt.datetime) -> Document:
    """Realised gains by lot, the tax years, income by month, fees and taxes by kind, and the remarks."""
    title = f"Tax report of {realized.portfolio.name}"
    subject = f"{day(realized.period.start)} to {day(realized.period.end)}"
    heading = (title, f"{subject}, {realized.currency}, lots by {realized.portfolio.method.value}")
    notes = dict.fromkeys((*gain_wire.realized_notes(realized), *income_wire.income_notes(income)))
    tables = (
        _lots(realized, heading),
        _years(realized),
        _income(income),
        _costs(realized),
        notes_table(notes, CONVENTIONS),
    )
    received = income_wire.income(income)
    data = gain_wire.realized(realized) | {"income": {key: received[key] for key in ("received", "totals", "status")}}
    return Document(title, subject, created_at, tables, data=data)


def _money(currency: str, **titles: str) -> tuple[Column, ...]:
    return tuple(Column(key, f"{title}, {currency}", Kind.MONEY, currency) for key, title in titles.items())


def _lots(report: RealizedReport, heading: tuple[str, ...]) -> Table:
    columns = (
        Column("year", "Tax year"),
        Column("closed", "Closed", Kind.DATE),
        Column("symbol", "Symbol"),
        Column("account", "Account"),
        Column("type", "Closed by"),
        Column("quantity", "Quantity", Kind.QUANTITY),
        Column("acquired", "Acquired", Kind.DATE),
        Column("held_days", "Days held", Kind.INTEGER),
        Column("term", "Term"),
        *_money(report.currency, proceeds="Proceeds", cost="Cost", gain="Gain"),
    )
    rows: list[Row] = [
        (
            year.label, lot.closed, lot.symbol, lot.account or None, lot.kind, lot.quantity, lot.acquired,
            lot.held_days, lot.term.value, lot.proceeds, lot.cost, lot.gain,
        )
        for year in report.years
        for lot in year.lots
    ]  # fmt: skip
    totals = tuple(sum(getattr(year, name) for year in report.years) for name in ("proceeds", "cost", "gain"))
    last: Row = ("Total", *(None,) * 8, *totals)
    return Table("Realised gains", columns, rows, last if rows else None, heading=heading)


def _years(report: RealizedReport) -> Table:
    columns = (
        Column("year", "Tax year"),
        Column("from", "From", Kind.DATE),
        Column("to", "To", Kind.DATE),
        *_money(
            report.currency,
            proceeds="Proceeds",
            cost="Cost",
            gain="Gain",
            short="Short term",
            long="Long term",
            other="Other",
        ),
    )
    rows: list[Row] = [
        (
            year.label, year.period.start, year.period.end, year.proceeds, year.cost, year.gain, year.short, year.long,
            year.other,
        )
        for year in report.years
    ]  # fmt: skip
    return Table("Tax years", columns, rows)


def _income(report: IncomeReport) -> Table:
    columns = (
        Column("month", "Month", Kind.DATE),
        Column("symbol", "Symbol"),
        Column("type", "Type"),
        Column("payments", "Payments", Kind.INTEGER),
        *_money(report.currency, gross="Gross", fees="Fees", taxes="Taxes withheld", net="Net"),
    )
    rows: list[Row] = [
        (one.month, one.symbol or "Cash", one.kind.value, one.payments, one.gross, one.fees, one.taxes, one.net)
        for one in report.received
    ]
    totals = tuple(sum(getattr(one, name) for one in report.received) for name in ("gross", "fees", "taxes", "net"))
    last: Row = (None, "Total", None, sum(one.payments for one in report.received), *totals)
    return Table("Income", columns, rows, last if rows else None)


def _costs(report: RealizedReport) -> Table:
    kinds = {kind.value: kind.value.replace("_", " ").capitalize() for kind in CostKind}
    columns = (
        Column("year", "Tax year"),
        *_money(report.currency, fees="All fees", taxes="All taxes", **kinds),
    )
    rows: list[Row] = [
        (one.label, one.fees, one.taxes, *(one.by_kind.get(kind, 0.0) for kind in CostKind)) for one in report.costs
    ]
    return Table("Fees and taxes", columns, rows)
