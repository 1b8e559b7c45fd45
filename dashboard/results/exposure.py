"""What a portfolio is in through its funds, and its JSON form. Every ``null`` value stands beside a ``status``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.domain.exposure import Exposure, ExposureKind, ExposureLine
from dashboard.domain.measures import Measure
from dashboard.results import wire
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json, amount, day, ratio


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """The exposure of ``portfolio`` at the close of ``as_of``, money in ``currency``."""

    portfolio: PortfolioRef
    as_of: date
    computed_at: datetime
    currency: str
    exposure: Exposure
    status: tuple[StatusNote, ...] = ()


def to_json(report: ExposureReport) -> dict[str, Json]:
    """The lines with their parts, what is not described, and the funds that were looked through."""
    found = report.exposure
    return {
        "portfolio": wire.portfolio(report.portfolio),
        "by": found.by.value,
        "as_of": day(report.as_of),
        "currency": report.currency,
        "market_value": amount(found.total.value),
        "lines": [_line(line) for line in found.lines],
        "not_described": _money(found.not_described, found.not_described_weight),
        "described_as_of": day(found.as_of),
        "funds": [
            {"symbol": fund.symbol, "weights_sum": ratio(fund.stated), "as_of": day(fund.as_of)} for fund in found.funds
        ],
        "status": [wire.status(note) for note in notes(report)],
    }


def notes(report: ExposureReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for all figures that are missing or not ``ok`` for the same reason."""
    return (*report.status, *wire.measure_notes(_measures(report.exposure)))


def title(line: ExposureLine) -> str:
    """What a line is called where people read it."""
    if line.kind is ExposureKind.NOT_DESCRIBED:
        return f"{line.symbol}, not described"
    if line.kind is ExposureKind.UNKNOWN:
        return "Not classified"
    return "Cash" if line.kind is ExposureKind.CASH else line.symbol or line.name


def _line(line: ExposureLine) -> dict[str, Json]:
    return {
        "kind": line.kind.value,
        "symbol": line.symbol or None,
        "name": line.name,
        **_money(line.value, line.weight),
        "parts": [
            {"holding": part.held or None, "through": list(part.through), **_money(part.value, part.weight)}
            for part in line.parts
        ],
    }


def _money(value: Measure, weight: Measure) -> dict[str, Json]:
    return {"market_value": amount(value.value), "weight": ratio(weight.value)}


def _measures(found: Exposure) -> Iterator[tuple[str, Measure]]:
    yield "market_value", found.total
    for line in found.lines:
        yield f"{title(line)}.market_value", line.value
        yield f"{title(line)}.weight", line.weight
    yield "not_described.market_value", found.not_described
    yield "not_described.weight", found.not_described_weight
