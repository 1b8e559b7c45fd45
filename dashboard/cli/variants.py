"""``dashboard performance NAME --variants``: the returns before and after costs, and why the four of them differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.performance import PerformanceSummary
    from dashboard.results.return_variants import VariantReport
    from dashboard.results.scalars import Json


def read_variants(summary: PerformanceSummary, currency: str | None) -> VariantReport:
    """The variants of the portfolio and period of ``summary``."""
    from dashboard.services import return_variants as service

    period = summary.period
    return service.variants(SYSTEM, summary.portfolio.id, start=period.start, end=period.end, currency=currency)


def with_variants(data: dict[str, Json], report: VariantReport) -> dict[str, Json]:
    """The performance object with ``variants``, ``reconciliation`` and their remarks."""
    from dashboard.results import return_variants_wire, wire

    told = data.pop("status")
    remarks: list[Json] = list(told) if isinstance(told, list) else []
    remarks += [wire.status(note) for note in return_variants_wire.variant_notes(report)]
    return {**data, **return_variants_wire.variants(report), "status": remarks}


def print_variants(report: VariantReport) -> None:
    """Two tables: a line a variant, and the gain in its two readings."""
    from dashboard.formatting import numbers

    click.echo(f"\n{'':64}{'gain':>16}{'TWR':>10}{'MWR':>10}{'Dietz':>10}{'simple':>10}")
    for item in report.variants:
        returns = item.returns
        ratios = (returns.time_weighted, returns.money_weighted_period, returns.modified_dietz, returns.simple)
        shown = "".join(f"{numbers.percent(one.value, signed=True):>10}" for one in ratios)
        click.echo(f"{item.variant.description:<64}{numbers.number(item.gain, signed=True):>16}{shown}")
    found = report.reconciliation
    for lines, reason in ((found.grown, found.grown_reason), (found.steps, found.steps_reason)):
        click.echo("")
        for line in lines:
            click.echo(f"{line.label:<64}{numbers.number(line.amount, signed=True):>16}")
        click.echo(f"{'Total gain':<64}{numbers.number(found.gain, signed=True):>16}" if lines else f"! {reason}")
