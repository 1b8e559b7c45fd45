"""The JSON form of income, received and expected."""

from __future__ import annotations

from math import isfinite

from dashboard.domain.income import ExpectedPayment, IncomeLine
from dashboard.domain.measures import Status
from dashboard.results import wire
from dashboard.results.income import IncomeReport
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, amount, day, moment


def income(report: IncomeReport) -> dict[str, Json]:
    """Income by month and instrument with its totals, and what is expected."""
    return {
        "portfolio": wire.portfolio(report.portfolio),
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "received": [_line(one) for one in report.received],
        "totals": {
            name: amount(sum(getattr(one, name) for one in report.received))
            for name in ("gross", "fees", "taxes", "net")
        },
        "expected": [_expected(one) for one in report.expected],
        "expected_total": amount(sum(one.amount.value for one in report.expected if one.amount.value is not None)),
        "status": [wire.status(note) for note in income_notes(report)],
    }


def income_notes(report: IncomeReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for each reason of the expected payments, and one for unknown amounts."""
    unknown = sorted({one.symbol or "cash" for one in report.received if not isfinite(one.gross)})
    missing = (StatusNote(Status.UNDEFINED.value, f"{', '.join(unknown)}: an exchange rate is missing"),)
    reasons = {
        (one.amount.status.value, one.amount.reason, one.symbol): None for one in report.expected if one.amount.reason
    }
    return (
        *report.status,
        *(missing if unknown else ()),
        *(StatusNote(code, f"{symbol}: {reason}", symbol) for code, reason, symbol in reasons),
    )


def _line(found: IncomeLine) -> dict[str, Json]:
    return {
        "month": found.month.strftime("%Y-%m"),
        "symbol": found.symbol,
        "type": found.kind.value,
        "payments": found.payments,
        "gross": amount(found.gross),
        "fees": amount(found.fees),
        "taxes": amount(found.taxes),
        "net": amount(found.net),
    }


def _expected(found: ExpectedPayment) -> dict[str, Json]:
    return {
        "date": day(found.date),
        "symbol": found.symbol,
        "basis": found.basis.value,
        "quantity": amount(found.quantity),
        "per_unit": amount(found.per_unit),
        "currency": found.currency,
        "amount": amount(found.amount.value),
        "status": found.amount.status.value,
    }
