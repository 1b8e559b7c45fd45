"""``dashboard scenario``: what could happen to a portfolio."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option, owner_option, portfolio_id, print_notes
from dashboard.cli.scenario_options import proxies_of, shocks_of, windows_of
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.scenarios.simulation import PERCENTILES

if TYPE_CHECKING:
    from dashboard.domain.scenarios.exposures import ScenarioOutcome
    from dashboard.results.scenarios import SimulationReport


PORTFOLIO = "dashboard.cli.scenarios.portfolio"


@click.group("scenario")
@click.argument("name")
@owner_option
@click.pass_context
def scenario(ctx: click.Context, name: str, owner: str | None) -> None:
    """What could happen to the portfolio NAME: stress, shock, simulate."""
    ctx.meta[PORTFOLIO] = (name, owner)


@scenario.command()
@click.argument("windows", nargs=-1, metavar="[WINDOW]...")
@day_option("--from", "start", "A window of your own: its first close.")
@day_option("--to", "end", "Its last close.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="[CLASS=]SYMBOL", help="Stands in where there are no prices."
)
@json_option
@pass_context
def stress(
    context: CommandContext,
    windows: tuple[str, ...],
    start: date | None,
    end: date | None,
    proxies: tuple[str, ...],
    as_json: bool,
) -> None:
    """Replay WINDOWs of the past over the holdings of today (default: all; see --json for what each is)."""
    from dashboard.formatting import dates
    from dashboard.results import scenarios as results
    from dashboard.services import scenarios as service

    wanted = windows_of(windows, start, end)
    stand_in = proxies_of(proxies)
    with context.app():
        report = service.stress(SYSTEM, _id(), wanted, proxies=stand_in)
    if as_json:
        context.emit(results.stress(report))
        return
    click.echo(f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}\n")
    for window, outcome in report.windows:
        click.echo(f"{window.name}, {dates.day(window.start)} – {dates.day(window.end)}")
        _print_outcome(outcome)
    print_notes(report.status)


@scenario.command()
@click.argument("changes", nargs=-1, required=True, metavar="WHAT=CHANGE...")
@click.option("--benchmark", metavar="SYMBOL", help="The market of `market=`, instead of the portfolio's benchmark.")
@json_option
@pass_context
def shock(context: CommandContext, changes: tuple[str, ...], benchmark: str | None, as_json: bool) -> None:
    """Change prices and rates: AAPL=-20%, class:equity=-30%, currency:USD=-10%, market=-25% (by betas)."""
    from dashboard.formatting import dates
    from dashboard.results import scenarios as results
    from dashboard.services import scenarios as service

    shocks = shocks_of(changes)
    with context.app():
        report = service.shock(SYSTEM, _id(), shocks, benchmark=benchmark)
    if as_json:
        context.emit(results.shock(report))
        return
    click.echo(f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}\n")
    _print_outcome(report.outcome)
    print_notes(report.status)


@scenario.command()
@click.option("--years", "horizons", multiple=True, type=float, default=(1.0, 3.0, 5.0), show_default=True)
@click.option("--paths", type=int, default=2000, show_default=True)
@click.option("--block", type=int, default=20, show_default=True, help="Observations that stay together.")
@click.option("--method", type=click.Choice(["stationary", "circular"]), default="stationary", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--contribution", type=float, default=0.0, metavar="AMOUNT", help="Every month; negative takes out.")
@click.option("--source", type=click.Choice(["holdings", "portfolio"]), default="holdings", show_default=True)
@json_option
@pass_context
def simulate(
    context: CommandContext,
    horizons: tuple[float, ...],
    paths: int,
    block: int,
    method: str,
    seed: int,
    contribution: float,
    source: str,
    as_json: bool,
) -> None:
    """Simulate the value ahead by a block bootstrap of past returns (of the holdings of today, or the portfolio's)."""
    from dashboard.results import scenarios as results
    from dashboard.services import scenarios as service

    with context.app():
        report = service.simulation(
            SYSTEM,
            _id(),
            horizons,
            contribution=contribution,
            paths=paths,
            block=block,
            method="circular" if method == "circular" else "stationary",
            seed=seed,
            source=source,
        )
    if as_json:
        context.emit(results.simulation(report))
    else:
        _print_simulation(report)


def _id() -> PortfolioId:
    """The portfolio that the group was told; looked up once the services run."""
    return portfolio_id(*click.get_current_context().meta[PORTFOLIO])


def _print_outcome(outcome: ScenarioOutcome) -> None:
    from dashboard.formatting import numbers

    click.echo(f"{'':14}{'value':>18}{'return':>11}{'change':>18}")
    for line in outcome.lines:
        mark = "" if line.change.status.value == "ok" else f"  {line.change.reason}"
        click.echo(
            f"{line.symbol:<14}{numbers.number(line.value.value):>18}"
            f"{numbers.percent(line.returns.value, signed=True):>11}"
            f"{numbers.number(line.change.value, signed=True):>18}{mark}"
        )
    click.echo(
        f"{'Total':<14}{numbers.number(outcome.value.value):>18}"
        f"{numbers.percent(outcome.returns.value, signed=True):>11}"
        f"{numbers.number(outcome.change.value, signed=True):>18}"
    )
    if outcome.unknown:
        covered = numbers.number(outcome.covered_value)
        click.echo(f"{'of it known':<14}{covered:>18}{'':11}{numbers.number(outcome.covered_change, signed=True):>18}")
    click.echo()


def _print_simulation(report: SimulationReport) -> None:
    from dashboard.formatting import dates, numbers

    found = report.simulation
    click.echo(
        f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}: {numbers.number(found.start_value)}, "
        f"{found.plan.paths} paths from {found.observations} returns, {report.first} to {report.last}\n"
    )
    levels = "".join(f"{level:>14} %" for level in PERCENTILES)
    click.echo(f"{'years':>6}{'put in':>16}{levels}{'loss':>9}{'empty':>9}")
    for one in found.outcomes:
        values = "".join(f"{numbers.number(value):>16}" for value in one.percentiles.values())
        odds = "".join(f"{numbers.percent(p, 1):>9}" for p in (one.probability_of_loss, one.probability_of_depletion))
        click.echo(f"{one.periods / report.per_year:>6.2f}{numbers.number(one.put_in):>16}{values}{odds}")
    print_notes(report.status)
