"""``dashboard rebalance``: how far a portfolio is from its targets, and the trades that bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import FILE, owner_option, portfolio_id, print_notes
from dashboard.cli.scenario_options import file_pairs, money_of, pairs_of
from dashboard.domain.access import SYSTEM
from dashboard.domain.rebalancing import TradingRules, parse_targets
from dashboard.domain.rebalancing.targets import TargetLevel
from dashboard.domain.transactions import ZERO

if TYPE_CHECKING:
    from dashboard.results.scenarios import RebalancingReport


@click.command()
@click.argument("name")
@click.argument("weights", nargs=-1, metavar="[SYMBOL=WEIGHT]...")
@click.option("--targets", "file", type=FILE, metavar="FILE.csv")
@click.option(
    "--by", "level", type=click.Choice([level.value for level in TargetLevel]), default="holding", show_default=True
)
@click.option("--min-trade", metavar="AMOUNT", default="0", help="No trade is worth less.")
@click.option("--whole", is_flag=True, help="Whole units only.")
@click.option("--cash-only", is_flag=True, help="Sell nothing: buy with the cash there is.")
@click.option("--new-cash", metavar="AMOUNT", default="0", help="Money that comes in first.")
@click.option("--keep-others", is_flag=True, help="Leave alone what has no target, instead of selling it.")
@owner_option
@json_option
@pass_context
def rebalance(
    context: CommandContext,
    name: str,
    weights: tuple[str, ...],
    file: Path | None,
    level: str,
    min_trade: str,
    whole: bool,
    cash_only: bool,
    new_cash: str,
    keep_others: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Print the trades that bring the portfolio NAME to target weights (0.6 or 60%); the rest is meant as cash."""
    from dashboard.results import scenarios as results
    from dashboard.services import rebalancing as service

    if bool(weights) == (file is not None):
        raise click.UsageError("Give targets as SYMBOL=WEIGHT, or a file with --targets.")
    pairs = pairs_of(weights) if file is None else file_pairs(file)
    targets = parse_targets(pairs, TargetLevel(level))
    rules = TradingRules(
        minimum=money_of(min_trade, "min-trade"),
        whole_units=whole,
        cash_only=cash_only,
        new_cash=money_of(new_cash, "new-cash"),
        keep_others=keep_others,
    )
    with context.app():
        report = service.rebalancing(SYSTEM, portfolio_id(name, owner), targets, rules)
    if as_json:
        context.emit(results.rebalancing(report))
    else:
        _print_rebalancing(report)


def _print_rebalancing(report: RebalancingReport) -> None:
    from dashboard.formatting import dates, numbers

    found = report.rebalancing
    click.echo(f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}\n")
    click.echo(f"{'':16}{'value':>18}{'weight':>10}{'target':>10}{'drift':>10}{'after':>10}")
    for drift in found.drifts:
        cells = (drift.weight, drift.target, drift.drift, drift.weight_after)
        shares = "".join(f"{numbers.percent(float(cell), 2):>10}" for cell in cells)
        click.echo(f"{drift.key or '(none)':<16}{numbers.number(drift.value):>18}{shares}")
    click.echo(f"\n{'':16}{'quantity':>18}{'price':>14}{'value':>18}{'realised':>18}")
    for trade in found.trades:
        side = "Buy" if trade.quantity > ZERO else "Sell"
        gain = numbers.number(trade.realized, signed=True) if trade.lots else ""
        click.echo(
            f"{side + ' ' + trade.symbol:<16}{numbers.quantity(abs(trade.quantity)):>18}"
            f"{numbers.number(trade.price, 4, min_decimals=2):>14}{numbers.number(abs(trade.value)):>18}{gain:>18}"
        )
        for lot in trade.lots:
            click.echo(
                f"  {'lot of ' + dates.day(lot.acquired):<20}{numbers.quantity(lot.quantity):>12}{'':32}"
                f"{numbers.number(lot.gain, signed=True):>18}{'  long-term' if lot.long_term else ''}"
            )
    if not found.trades:
        click.echo("Nothing to trade.")
    click.echo(f"\nCash {numbers.number(found.cash_before)} before, {numbers.number(found.cash_after)} after.")
    print_notes(report.status)
