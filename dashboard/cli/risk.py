"""``dashboard risk``: the risk of a portfolio by itself, against benchmarks, over time and by holding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import Asked, period_options, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.domain.measures import Measure
    from dashboard.results.risk import RiskReport

RATIOS = frozenset(
    {
        "sharpe",
        "sortino",
        "calmar",
        "omega",
        "tail_ratio",
        "skew",
        "kurtosis",
        "beta",
        "r_squared",
        "correlation",
        "information_ratio",
        "up_capture",
        "down_capture",
    }
)


@click.command()
@period_options
@click.option("--benchmark", "benchmarks", multiple=True, metavar="SYMBOL", help="Compare with this; repeat for more.")
@click.option("--risk-free", type=float, default=0.0, metavar="RATE", help="A year's rate as a fraction: 0.02 is 2 %.")
@click.option("--rolling", type=int, metavar="N", help="Also the measures of the last N returns on each day.")
@click.option("--matrix", type=click.Choice(["correlation", "covariance"]), help="Also that of the holdings' returns.")
@click.option("--by", type=click.Choice(["holding"]), help="Also what each holding adds to the volatility.")
@click.option("--drawdowns", type=click.IntRange(0), default=5, metavar="N", help="How many of the worst (default: 5).")
@json_option
@pass_context
def risk(
    context: CommandContext,
    asked: Asked,
    benchmarks: tuple[str, ...],
    risk_free: float,
    rolling: int | None,
    matrix: str | None,
    by: str | None,
    drawdowns: int,
    as_json: bool,
) -> None:
    """Print the risk of the portfolio NAME."""
    from dashboard.results import risk_wire
    from dashboard.services import risk as service

    with context.app():
        question = service.RiskQuestion(benchmarks, risk_free, rolling, matrix, by == "holding", drawdowns)
        report = service.report(SYSTEM, asked.portfolio_id, question, **asked.period)
    if as_json:
        context.emit(risk_wire.risk(report))
    else:
        _print_report(report)
        print_notes(risk_wire.risk_notes(report))


def _print_report(report: RiskReport) -> None:
    from dashboard.formatting import dates

    period = f"{dates.day(report.period.start)} – {dates.day(report.period.end)}"
    click.echo(f"{report.portfolio.name}, {period}, {report.currency}, {report.risk.observations} returns\n")
    for name, measure in report.risk.measures.items():
        click.echo(f"{name.replace('_', ' '):<24}{_shown(name, measure):>14}")
    _print_drawdowns(report)
    for benchmark in report.benchmarks:
        click.echo(f"\nAgainst {benchmark.symbol}")
        for name, measure in benchmark.measures.items():
            click.echo(f"{name.replace('_', ' '):<24}{_shown(name, measure):>14}")
    _print_regression(report)
    _print_rolling(report)
    _print_matrix(report)
    _print_contributions(report)


def _shown(name: str, measure: Measure) -> str:
    from dashboard.formatting import numbers

    return numbers.number(measure.value) if name in RATIOS else numbers.percent(measure.value)


def _print_drawdowns(report: RiskReport) -> None:
    from dashboard.formatting import dates, numbers

    if report.drawdowns:
        click.echo(f"\n{'Drawdown':<14}{'peak':>14}{'trough':>14}{'recovery':>14}{'days':>8}")
    for item in report.drawdowns:
        recovery = dates.day(item.recovery) if item.recovery else "–"
        days = f"{dates.day(item.peak):>14}{dates.day(item.trough):>14}{recovery:>14}"
        click.echo(f"{numbers.percent(item.depth):<14}{days}{item.days:>8}")


def _print_regression(report: RiskReport) -> None:
    from dashboard.formatting import numbers

    found = report.regression
    if found is None:
        return
    click.echo(f"\n{'Regression on all':<24}{'beta':>10}{'t':>10}")
    for factor in found.factors:
        click.echo(f"{factor.symbol:<24}{numbers.number(factor.beta.value):>10}{_number(factor.t_statistic):>10}")
    click.echo(f"{'alpha':<24}{numbers.percent(found.alpha.value):>10}{_number(found.alpha_t_statistic):>10}")
    click.echo(f"{'R²':<24}{_number(found.r_squared):>10}")


def _number(measure: Measure) -> str:
    from dashboard.formatting import numbers

    return numbers.number(measure.value)


def _print_rolling(report: RiskReport) -> None:
    from dashboard.formatting import dates, numbers

    for series in report.rolling:
        against = f" against {series.benchmark}" if series.benchmark else ""
        click.echo(f"\nLast {series.window} returns{against}")
        click.echo(f"{'':14}" + "".join(f"{name:>14}" for name in series.values))
        for at, day in enumerate(series.dates):
            if at >= series.window - 1:
                shown = "".join(f"{numbers.number(values[at], 4):>14}" for values in series.values.values())
                click.echo(f"{dates.day(day):<14}{shown}")


def _print_matrix(report: RiskReport) -> None:
    from dashboard.formatting import numbers

    if report.matrix is None:
        return
    click.echo(f"\n{report.matrix.kind.title():<14}" + "".join(f"{symbol:>12}" for symbol in report.matrix.symbols))
    for symbol, row in zip(report.matrix.symbols, report.matrix.values, strict=True):
        click.echo(f"{symbol:<14}" + "".join(f"{numbers.number(value, 4):>12}" for value in row))


def _print_contributions(report: RiskReport) -> None:
    from dashboard.formatting import numbers

    found = report.contributions
    if found is None:
        return
    click.echo(f"\n{'Holding':<14}{'weight':>10}{'volatility':>12}{'marginal':>12}{'component':>12}{'percent':>10}")
    for item in found.items:
        parts = (numbers.percent(one.value) for one in (item.volatility, item.marginal, item.component))
        shown = "".join(f"{part:>12}" for part in parts)
        click.echo(
            f"{item.symbol:<14}{numbers.percent(item.weight):>10}{shown}{numbers.percent(item.percent.value):>10}"
        )
    click.echo(f"{'Volatility':<48}{numbers.percent(found.volatility.value):>12}")
