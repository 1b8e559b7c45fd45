"""The JSON form of gains by period, of realised gains and of costs."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from dashboard.domain.gain_periods import PeriodGain
from dashboard.domain.measures import Status
from dashboard.domain.realized import RealizedLot, RealizedYear
from dashboard.domain.yearly_costs import CostYear
from dashboard.results import wire
from dashboard.results.breakdown_wire import gain
from dashboard.results.gains import GainsReport, RealizedReport
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, amount, day, moment, ratio


def gains(report: GainsReport) -> dict[str, Json]:
    """The gain of each period, by holding too where it was asked."""
    periods = []
    for at, one in enumerate(report.periods):
        found = _period(one)
        if report.holdings:
            found["holdings"] = {symbol: gain(own) for symbol, own in report.holdings[at].items()}
        periods.append(found)
    return {
        "portfolio": wire.portfolio(report.portfolio),
        "by": report.by.value,
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "periods": list(periods),
        "status": [wire.status(note) for note in gain_notes(report)],
    }


def gain_notes(report: GainsReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for the periods without a gain and one for those without a return."""
    return (*report.status, *_missing(report))


def realized(report: RealizedReport) -> dict[str, Json]:
    """Realised gains and costs by tax year."""
    return {
        "portfolio": wire.portfolio(report.portfolio),
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "year_start": report.year_start,
        "long_after": "1 year" if report.long_after_days is None else f"{report.long_after_days} days",
        "years": [_year(one) for one in report.years],
        "costs": [_costs(one) for one in report.costs],
        "status": [wire.status(note) for note in realized_notes(report)],
    }


def realized_notes(report: RealizedReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for the years whose amounts are not known."""
    unknown = [year.label for year in report.years if not isfinite(year.gain)]
    unknown += [f"{year.label} costs" for year in report.costs if not isfinite(year.fees + year.taxes)]
    if not unknown:
        return report.status
    return (*report.status, StatusNote(Status.UNDEFINED.value, f"{', '.join(unknown)}: an exchange rate is missing"))


def _period(found: PeriodGain) -> dict[str, Json]:
    return {
        "from": day(found.period.start),
        "to": day(found.period.end),
        "start_value": amount(found.start_value),
        "market_value": amount(found.market_value),
        "net_flows": amount(found.net_flows),
        "gain": gain(found.gain),
        "time_weighted": ratio(found.time_weighted),
    }


def _missing(report: GainsReport) -> Iterator[StatusNote]:
    without = [str(one.period.start) for one in report.periods if not isfinite(one.gain.total)]
    if without:
        yield StatusNote(Status.UNDEFINED.value, f"No gain from {_listed(without)}: a price or a rate is missing")
    undefined = [str(one.period.start) for one in report.periods if not isfinite(one.time_weighted)]
    if undefined:
        reason = "a value is missing, or all of it was lost, on a day up to its end"
        yield StatusNote(Status.UNDEFINED.value, f"No return from {_listed(undefined)}: {reason}")


def _listed(days: list[str]) -> str:
    return ", ".join(days) if len(days) <= 5 else f"{days[0]} and {len(days) - 1} later ones"


def _year(found: RealizedYear) -> dict[str, Json]:
    return {
        "year": found.label,
        "from": day(found.period.start),
        "to": day(found.period.end),
        "proceeds": amount(found.proceeds),
        "cost": amount(found.cost),
        "gain": amount(found.gain),
        "short": amount(found.short),
        "long": amount(found.long),
        "other": amount(found.other),
        "lots": [_lot(lot) for lot in found.lots],
    }


def _lot(lot: RealizedLot) -> dict[str, Json]:
    return {
        "closed": day(lot.closed),
        "symbol": lot.symbol,
        "account": lot.account,
        "type": lot.kind,
        "quantity": amount(lot.quantity),
        "acquired": day(lot.acquired),
        "held_days": lot.held_days,
        "term": lot.term.value,
        "proceeds": amount(lot.proceeds),
        "cost": amount(lot.cost),
        "gain": amount(lot.gain),
    }


def _costs(found: CostYear) -> dict[str, Json]:
    kinds: dict[str, Json] = {kind.value: amount(cost) for kind, cost in found.by_kind.items()}
    return {
        "year": found.label,
        "from": day(found.period.start),
        "to": day(found.period.end),
        "fees": amount(found.fees),
        "taxes": amount(found.taxes),
        "by_kind": kinds,
    }
