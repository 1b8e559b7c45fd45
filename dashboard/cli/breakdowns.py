"""``dashboard performance --by``: the parts of portfolios, and several portfolios together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext
from dashboard.cli.options import portfolio_id, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.domain.groups import GroupFigures
    from dashboard.results.breakdowns import BreakdownReport


def print_breakdown(
    context: CommandContext,
    names: Sequence[str],
    by: str,
    start: date | None,
    end: date | None,
    currency: str | None,
    series: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Print what the parts of the portfolios ``names`` did."""
    from dashboard.domain.groups import Dimension
    from dashboard.results import breakdown_wire
    from dashboard.services import breakdowns

    with context.app():
        ids = [portfolio_id(name, owner) for name in names]
        report = breakdowns.breakdown(SYSTEM, ids, Dimension(by), start=start, end=end, currency=currency)
    if as_json:
        context.emit(breakdown_wire.breakdown(report, series=series))
    else:
        _print(report)


def _print(report: BreakdownReport) -> None:
    from dashboard.formatting import dates

    titles = ", ".join(ref.name for ref in report.portfolios)
    period = f"{dates.day(report.period.start)} – {dates.day(report.period.end)}"
    click.echo(f"{titles}, {period}, {report.currency}\n")
    heads = ("value", "weight", "gain", "return", "money-weighted", "contribution")
    click.echo(f"{'':22}" + "".join(f"{head:>16}" for head in heads))
    for one in (*report.groups, report.total):
        click.echo(_line(one))
    print_notes(report.status)


def _line(one: GroupFigures) -> str:
    from dashboard.formatting import numbers

    cells = (
        numbers.number(one.market_value.value),
        numbers.percent(one.weight.value, 1),
        numbers.number(one.gain.total, signed=True),
        numbers.percent(one.returns.time_weighted.value, signed=True),
        numbers.percent(one.returns.money_weighted_period.value, signed=True),
        numbers.percent(one.contribution.value, signed=True),
    )
    return f"{one.name[:21]:<22}" + "".join(f"{cell:>16}" for cell in cells)
