"""``dashboard gains``, ``dashboard income`` and ``dashboard realized``: what was gained when, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import Asked, period_options, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.gains import GainsReport, RealizedReport
    from dashboard.results.income import IncomeReport

PERIODS = ("day", "week", "month", "quarter", "year")


@click.command()
@click.option("--by", type=click.Choice(PERIODS), default="month", show_default=True, help="How long the periods are.")
@click.option("--holdings", is_flag=True, help="With --json: the gain of each holding in each period too.")
@period_options
@json_option
@pass_context
def gains(
    context: CommandContext,
    asked: Asked,
    by: str,
    holdings: bool,
    as_json: bool,
) -> None:
    """Print what the portfolio NAME gained in each period, with the parts of each gain."""
    from dashboard.domain.gain_periods import Granularity
    from dashboard.results import gain_wire
    from dashboard.services import gains as service

    with context.app():
        report = service.gains(SYSTEM, asked.portfolio_id, Granularity(by), by_holding=holdings, **asked.period)
    if as_json:
        context.emit(gain_wire.gains(report))
    else:
        _print_gains(report)


@click.command()
@period_options
@json_option
@pass_context
def income(
    context: CommandContext,
    asked: Asked,
    as_json: bool,
) -> None:
    """Print what the holdings of the portfolio NAME paid, and what the next twelve months may bring."""
    from dashboard.results import income_wire
    from dashboard.services import income as service

    with context.app():
        report = service.income(SYSTEM, asked.portfolio_id, **asked.period)
    if as_json:
        context.emit(income_wire.income(report))
    else:
        _print_income(report)


@click.command()
@click.option("--year-start", default="01-01", show_default=True, metavar="MM-DD", help="When a tax year begins.")
@click.option(
    "--long-after",
    "long_after_days",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help="What was held for more days than this is long-term (default: for more than a year).",
)
@period_options
@json_option
@pass_context
def realized(
    context: CommandContext,
    asked: Asked,
    year_start: str,
    long_after_days: int | None,
    as_json: bool,
) -> None:
    """Print what the portfolio NAME realised in each tax year, and the fees and taxes that it paid."""
    from dashboard.results import gain_wire
    from dashboard.services import gains as service

    with context.app():
        report = service.realized(
            SYSTEM, asked.portfolio_id, year_start=year_start, long_after_days=long_after_days, **asked.period
        )
    if as_json:
        context.emit(gain_wire.realized(report))
    else:
        _print_realized(report)


def _print_gains(report: GainsReport) -> None:
    from dashboard.formatting import numbers
    from dashboard.results import gain_wire

    click.echo(f"{report.portfolio.name}, {report.currency}\n")
    heads = ("gain", "price", "currency", "income", "fees", "taxes", "return", "value")
    click.echo(f"{'':12}" + "".join(f"{head:>14}" for head in heads))
    for one in report.periods:
        gain = one.gain
        amounts = (gain.total, gain.price, gain.currency, gain.income, -gain.fees, -gain.taxes)
        cells = [numbers.number(amount, signed=True) for amount in amounts]
        cells += [numbers.percent(one.time_weighted, signed=True), numbers.number(one.market_value)]
        click.echo(f"{one.period.start!s:12}" + "".join(f"{cell:>14}" for cell in cells))
    print_notes(gain_wire.gain_notes(report))


def _print_income(report: IncomeReport) -> None:
    from dashboard.formatting import dates, numbers
    from dashboard.results import income_wire

    click.echo(f"{report.portfolio.name}, {report.currency}\n")
    click.echo(f"{'':10}{'':16}{'':12}{'gross':>14}{'tax':>14}{'net':>14}")
    for one in report.received:
        cells = (numbers.number(one.gross), numbers.number(one.taxes), numbers.number(one.net))
        label = f"{one.month:%Y-%m}   {one.symbol or 'Cash':16}{one.kind.value:12}"
        click.echo(label + "".join(f"{cell:>14}" for cell in cells))
    if report.expected:
        click.echo("\nExpected (estimated)")
    for due in report.expected:
        label = f"{dates.day(due.date):14}{due.symbol:16}{due.basis.value:12}"
        click.echo(f"{label}{numbers.number(due.amount.value):>14}")
    print_notes(income_wire.income_notes(report))


def _print_realized(report: RealizedReport) -> None:
    from dashboard.formatting import numbers
    from dashboard.results import gain_wire

    click.echo(f"{report.portfolio.name}, {report.currency}\n")
    click.echo(f"{'':10}" + "".join(f"{head:>16}" for head in ("proceeds", "cost", "gain", "short", "long")))
    for year in report.years:
        cells = [numbers.number(amount) for amount in (year.proceeds, year.cost)]
        cells += [numbers.number(amount, signed=True) for amount in (year.gain, year.short, year.long)]
        click.echo(f"{year.label:10}" + "".join(f"{cell:>16}" for cell in cells))
    if report.costs:
        click.echo(f"\n{'':10}{'fees':>16}{'taxes':>16}")
    for paid in report.costs:
        click.echo(f"{paid.label:10}{numbers.number(paid.fees):>16}{numbers.number(paid.taxes):>16}")
    print_notes(gain_wire.realized_notes(report))
