"""``dashboard holdings`` and ``dashboard performance``: the numbers of a portfolio."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM, PortfolioId

if TYPE_CHECKING:
    from dashboard.results.holdings import HoldingsReport
    from dashboard.results.notes import StatusNote
    from dashboard.results.performance import PerformanceSummary


def _day(ctx: click.Context, param: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value is not None else None


DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("name")
@click.option("--as-of", type=DAY, callback=_day, metavar="DATE", help="The day at whose close to count.")
@click.option("--owner", metavar="EMAIL", help="Whose portfolio, where the name alone does not tell.")
@json_option
@pass_context
def holdings(context: CommandContext, name: str, as_of: date | None, owner: str | None, as_json: bool) -> None:
    """Print what the portfolio NAME holds."""
    from dashboard.results import wire
    from dashboard.services import performance as service

    with context.app():
        report = service.holdings(SYSTEM, _portfolio(name, owner), as_of=as_of)
    if as_json:
        context.emit(wire.holdings(report))
    else:
        _print_holdings(report)


@click.command()
@click.argument("name")
@click.option("--from", "start", type=DAY, callback=_day, metavar="DATE", help="First day (default: of the ledger).")
@click.option("--to", "end", type=DAY, callback=_day, metavar="DATE", help="Last day (default: today).")
@click.option("--currency", metavar="CCY", help="Report in this currency instead of the portfolio's.")
@click.option("--benchmark", metavar="SYMBOL", help="Compare with this instrument instead of the portfolio's own.")
@click.option("--series", is_flag=True, help="With --json: the daily points too.")
@click.option("--owner", metavar="EMAIL", help="Whose portfolio, where the name alone does not tell.")
@json_option
@pass_context
def performance(
    context: CommandContext,
    name: str,
    start: date | None,
    end: date | None,
    currency: str | None,
    benchmark: str | None,
    series: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Print how the portfolio NAME did."""
    from dashboard.results import wire
    from dashboard.services import performance as service

    with context.app():
        summary = service.summary(
            SYSTEM, _portfolio(name, owner), start=start, end=end, currency=currency, benchmark=benchmark
        )
    if as_json:
        context.emit(wire.performance(summary, series=series))
    else:
        _print_performance(summary)


def _portfolio(name: str, owner: str | None) -> PortfolioId:
    from dashboard.services import portfolios

    return portfolios.portfolio_by_name(SYSTEM, name, owner).id


def _print_holdings(report: HoldingsReport) -> None:
    from dashboard.formatting import dates, numbers

    click.echo(f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}\n")
    click.echo(f"{'':14}{'quantity':>16}{'price':>14}{'value':>18}{'cost':>18}{'unrealised':>16}{'weight':>9}")
    for item in report.holdings:
        click.echo(
            f"{item.symbol:<14}{numbers.quantity(item.quantity):>16}{numbers.number(item.price, 4, min_decimals=2):>14}"
            f"{numbers.number(item.market_value):>18}{numbers.number(item.cost):>18}"
            f"{numbers.number(item.unrealized, signed=True):>16}{numbers.percent(item.weight, 1):>9}"
        )
    for balance in report.cash:
        amount = numbers.number(balance.amount)
        click.echo(f"{'Cash ' + balance.currency:<14}{amount:>16}{'':14}{numbers.number(balance.market_value):>18}")
    click.echo(f"{'Total':<44}{numbers.number(report.totals.market_value):>18}{numbers.number(report.totals.cost):>18}")
    _print_notes(report.status)


def _print_performance(summary: PerformanceSummary) -> None:
    from dashboard.formatting import dates, numbers

    period = f"{dates.day(summary.period.start)} – {dates.day(summary.period.end)}"
    click.echo(f"{summary.portfolio.name}, {period}, {summary.currency}\n")
    for label, value in (
        ("Market value", numbers.number(summary.market_value)),
        ("of it cash", numbers.number(summary.cash)),
        ("Start value", numbers.number(summary.start_value)),
        ("Net flows", numbers.number(summary.net_flows, signed=True)),
        ("Total gain", numbers.number(summary.gain.total, signed=True)),
        ("  price", numbers.number(summary.gain.price, signed=True)),
        ("  currency", numbers.number(summary.gain.currency, signed=True)),
        ("  income", numbers.number(summary.gain.income, signed=True)),
        ("  fees", numbers.number(-summary.gain.fees, signed=True)),
        ("  taxes", numbers.number(-summary.gain.taxes, signed=True)),
        ("Time-weighted", numbers.percent(summary.returns.time_weighted.value, signed=True)),
        ("  p.a.", numbers.percent(summary.returns.time_weighted_annualized.value, signed=True)),
        ("Money-weighted", numbers.percent(summary.returns.money_weighted.value, signed=True)),
        ("Volatility", numbers.percent(summary.risk["volatility"].value)),
        ("Max drawdown", numbers.percent(summary.risk["max_drawdown"].value, signed=True)),
        ("Sharpe", numbers.number(summary.risk["sharpe"].value)),
    ):
        click.echo(f"{label:<18}{value:>18}")
    _print_notes(summary.status)


def _print_notes(notes: Iterable[StatusNote]) -> None:
    """Each remark once, however many series it is about."""
    for message in dict.fromkeys(note.message for note in notes):
        click.echo(f"! {message}", err=True)
