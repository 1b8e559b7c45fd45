"""``dashboard attribution``: why a portfolio did better or worse than a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import Asked, period_options, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.attribution import AttributionReport

GROUPS = ("holding", "asset_class", "sector", "industry", "country", "currency", "tag")
BENCHMARK_HELP = "A symbol (SPY, with dividends SPY:total) or a blend (ACWI=0.6,AGG=0.4@monthly)."


def _mapping(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        symbol, equals, group = value.rpartition("=")
        if not (equals and symbol and group):
            raise click.BadParameter(f"{value} is not SYMBOL=GROUP.", ctx, param)
        found[symbol] = group
    return found


@click.command()
@click.option("--by", type=click.Choice(GROUPS), default="asset_class", show_default=True, help="The groups.")
@click.option("--benchmark", metavar="BENCHMARK", help=BENCHMARK_HELP)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    callback=_mapping,
    metavar="SYMBOL=GROUP",
    help="The group of a sleeve of the benchmark, where it is not the instrument's own; repeat for more.",
)
@click.option(
    "--linking",
    type=click.Choice(["carino", "frongello"]),
    default="carino",
    show_default=True,
    help="How the effects of days become those of the period.",
)
@period_options
@json_option
@pass_context
def attribution(
    context: CommandContext,
    asked: Asked,
    by: str,
    benchmark: str | None,
    mapping: dict[str, str],
    linking: str,
    as_json: bool,
) -> None:
    """Print what allocation and selection added to the return of the portfolio NAME over a benchmark's."""
    from dashboard.domain.brinson import Linking
    from dashboard.domain.groups import Dimension
    from dashboard.results import attribution_wire
    from dashboard.services import attribution as service

    with context.app():
        report = service.attribution(
            SYSTEM,
            asked.portfolio_id,
            Dimension(by),
            benchmark=benchmark,
            mapping=mapping,
            linking=Linking(linking),
            **asked.period,
        )
    if as_json:
        context.emit(attribution_wire.attribution(report))
    else:
        _print(report)


def _print(report: AttributionReport) -> None:
    from dashboard.formatting import numbers
    from dashboard.results import attribution_wire

    click.echo(f"{report.portfolio.name} against {report.benchmark}, {report.currency}, {report.result.linking}\n")
    heads = ("weight", "benchmark", "allocation", "selection", "interaction", "costs", "active")
    click.echo(f"{'':22}" + "".join(f"{head:>13}" for head in heads))
    for one in report.result.groups:
        cells = [numbers.percent(share, 1) for share in (one.weight, one.benchmark_weight)]
        cells += [numbers.percent(getattr(one, name), signed=True) for name in attribution_wire.EFFECTS]
        click.echo(f"{one.name[:21]:<22}" + "".join(f"{cell:>13}" for cell in cells))
    found = report.result
    for label, measure in (("Portfolio", found.portfolio), ("Benchmark", found.benchmark), ("Active", found.active)):
        click.echo(f"{label:<22}{numbers.percent(measure.value, signed=True):>13}")
    print_notes(attribution_wire.notes(report))
