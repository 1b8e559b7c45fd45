"""``dashboard holdings`` and ``dashboard performance``: the numbers of a portfolio."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from dashboard.cli.breakdowns import print_breakdown
from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import (
    LEDGER_BEGINS,
    TODAY,
    currency_option,
    day_option,
    owner_option,
    portfolio_id,
    print_notes,
)
from dashboard.cli.variants import print_variants, read_variants, with_variants
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.holdings import HoldingsReport
    from dashboard.results.performance import BenchmarkResult, PerformanceSummary


@click.command()
@click.argument("name")
@day_option("--as-of", "as_of", "The day at whose close to count.")
@owner_option
@json_option
@pass_context
def holdings(context: CommandContext, name: str, as_of: date | None, owner: str | None, as_json: bool) -> None:
    """Print what the portfolio NAME holds."""
    from dashboard.results import wire
    from dashboard.services import performance as service

    with context.app():
        report = service.holdings(SYSTEM, portfolio_id(name, owner), as_of=as_of)
    if as_json:
        context.emit(wire.holdings(report))
    else:
        _print_holdings(report)


DIMENSIONS = ("holding", "portfolio", "account", "asset_class", "sector", "industry", "country", "currency", "tag")


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--by", type=click.Choice(DIMENSIONS), help="Tell its parts apart: each one's gain, returns and weight.")
@day_option("--from", "start", LEDGER_BEGINS)
@day_option("--to", "end", TODAY)
@currency_option
@click.option("--benchmark", metavar="SYMBOL", help="Compare with this instrument or blend (A=0.6,B=0.4@monthly).")
@click.option("--series", is_flag=True, help="With --json: the daily points too.")
@click.option("--variants", is_flag=True, help="Also before and after costs, and why the four returns differ.")
@owner_option
@json_option
@pass_context
def performance(
    context: CommandContext,
    names: tuple[str, ...],
    by: str | None,
    start: date | None,
    end: date | None,
    currency: str | None,
    benchmark: str | None,
    series: bool,
    variants: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Print how the portfolio NAME did, or several of them together, or their parts (--by)."""
    from dashboard.results import wire
    from dashboard.services import performance as service

    if by or len(names) > 1:
        if benchmark:
            raise click.UsageError("--benchmark goes with one portfolio and without --by.")
        if variants:
            raise click.UsageError("--variants goes with one portfolio and without --by.")
        print_breakdown(context, names, by or "portfolio", start, end, currency, series, owner, as_json)
        return
    with context.app():
        summary = service.summary(
            SYSTEM, portfolio_id(names[0], owner), start=start, end=end, currency=currency, benchmark=benchmark
        )
        more = read_variants(summary, currency) if variants else None
    if as_json:
        data = wire.performance(summary, series=series)
        context.emit(data if more is None else with_variants(data, more))
    else:
        _print_performance(summary)
        if more is not None:
            print_variants(more)


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
    print_notes(report.status)


def _print_performance(summary: PerformanceSummary) -> None:
    from dashboard.domain.period_returns import DAYS_A_YEAR
    from dashboard.formatting import dates, numbers

    period = f"{dates.day(summary.period.start)} – {dates.day(summary.period.end)}"
    yearly = summary.returns.money_weighted.value if summary.period.days >= DAYS_A_YEAR else None
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
        ("Money-weighted", numbers.percent(summary.returns.money_weighted_period.value, signed=True)),
        ("  p.a. (XIRR)", numbers.percent(yearly, signed=True)),
        ("Volatility", numbers.percent(summary.risk["volatility"].value)),
        ("Max drawdown", numbers.percent(summary.risk["max_drawdown"].value, signed=True)),
        ("Sharpe", numbers.number(summary.risk["sharpe"].value)),
    ):
        click.echo(f"{label:<18}{value:>18}")
    if summary.benchmark is not None:
        _print_benchmark(summary.benchmark)
    print_notes(summary.status)


def _print_benchmark(found: BenchmarkResult) -> None:
    """What the benchmark did, and what the same flows would be worth in it."""
    from dashboard.formatting import numbers

    click.echo(f"\nBenchmark {found.symbol}")
    click.echo(f"{'Time-weighted':<18}{numbers.percent(found.time_weighted.value, signed=True):>18}")
    click.echo(f"{'Same flows in it':<18}{numbers.number(found.flow_matched_value.value):>18}")
    if found.time_weighted.value is None:
        click.echo(f"! {found.time_weighted.reason}", err=True)
