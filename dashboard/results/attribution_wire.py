"""The JSON form of an attribution by group."""

from __future__ import annotations

from dashboard.domain.active_return import GroupEffect
from dashboard.results import wire
from dashboard.results.attribution import AttributionReport
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, day, moment, ratio

EFFECTS = ("allocation", "selection", "interaction", "costs", "active")
GROUP_NAMES = ("weight", "benchmark_weight", "contribution", "benchmark_contribution", *EFFECTS)


def attribution(report: AttributionReport) -> dict[str, Json]:
    """The effects by group and in all."""
    found = report.result
    return {
        "portfolio": wire.portfolio(report.portfolio),
        "by": report.by.value,
        "benchmark": report.benchmark,
        "linking": found.linking.value,
        "period": {"from": day(report.period.start), "to": day(report.period.end)},
        "as_of": moment(report.as_of),
        "currency": report.currency,
        "groups": [_group(one) for one in found.groups],
        "total": {
            "portfolio": ratio(found.portfolio.value),
            "benchmark": ratio(found.benchmark.value),
            "active": ratio(found.active.value),
            **{
                name: ratio(sum(getattr(one, name) for one in found.groups)) if found.groups else None
                for name in EFFECTS[:-1]
            },
        },
        "status": [wire.status(note) for note in notes(report)],
    }


def notes(report: AttributionReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then why there is no attribution."""
    found = report.result
    named = ((name, getattr(found, name)) for name in ("portfolio", "benchmark", "active"))
    return (*report.status, *wire.measure_notes((f"total.{name}", measure) for name, measure in named))


def _group(found: GroupEffect) -> dict[str, Json]:
    data: dict[str, Json] = {"group": found.name}
    return data | {name: ratio(getattr(found, name)) for name in GROUP_NAMES}
