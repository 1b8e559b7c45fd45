"""The JSON form of a breakdown by group. Every ``null`` stands beside an entry in ``status`` that says why."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.domain.attribution import Gain
from dashboard.domain.groups import GroupFigures
from dashboard.domain.measures import Measure, Status
from dashboard.results import wire
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, amount, day, moment, ratio


def breakdown(report: BreakdownReport, series: bool = False) -> dict[str, Json]:
    """The groups and their total; with ``series`` also the points of the total."""
    data: dict[str, Json] = {
        "portfolios": [wire.portfolio(ref) for ref in report.portfolios],
        "by": report.by.value,
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "groups": [group(one) for one in report.groups],
        "total": group(report.total),
    }
    if series:
        data["series"] = wire.points(report.series)
    data["status"] = [wire.status(note) for note in notes(report)]
    return data


def group(figures: GroupFigures) -> dict[str, Json]:
    """One group."""
    return {
        "group": figures.name,
        "kind": figures.kind.value,
        "market_value": amount(figures.market_value.value),
        "start_value": amount(figures.start_value.value),
        "net_flows": amount(figures.inflows - figures.outflows),
        "inflows": amount(figures.inflows),
        "outflows": amount(figures.outflows),
        "weight": ratio(figures.weight.value),
        "gain": gain(figures.gain),
        "returns": {name: ratio(getattr(figures.returns, name).value) for name in wire.RETURN_NAMES},
        "contribution": ratio(figures.contribution.value),
    }


def gain(found: Gain) -> dict[str, Json]:
    """A gain with its parts."""
    return {name: amount(getattr(found, name)) for name in wire.GAIN_NAMES}


def notes(report: BreakdownReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for all figures that are missing or not ``ok`` for the same reason."""
    return (*report.status, *_money_notes(report), *wire.measure_notes(_measures(report)))


def _measures(report: BreakdownReport) -> Iterator[tuple[str, Measure]]:
    for one in (*report.groups, report.total):
        for name in ("market_value", "start_value", "weight", "contribution"):
            yield f"{one.name}.{name}", getattr(one, name)
        for name in wire.RETURN_NAMES:
            yield f"{one.name}.returns.{name}", getattr(one.returns, name)


def _money_notes(report: BreakdownReport) -> Iterator[StatusNote]:
    missing = [
        f"{one.name}.{name}"
        for one in (*report.groups, report.total)
        for name, value in (
            ("inflows", one.inflows),
            ("outflows", one.outflows),
            *((f"gain.{part}", getattr(one.gain, part)) for part in wire.GAIN_NAMES),
        )
        if amount(value) is None
    ]
    if missing:
        yield StatusNote(Status.UNDEFINED.value, f"{', '.join(missing)}: a price or a rate is missing")
