"""``dashboard prices log``: what was changed of the past of prices and rates, and what that did to portfolios."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import owner_option
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.restatements import PortfolioEffect, RestatementItem, ValueChange


@click.command("log")
@click.argument("symbol", required=False)
@click.option("--since", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="DATE", help="Changes since this day.")
@click.option(
    "--portfolio", "name", metavar="NAME", help="Changes that touched this portfolio, and what they did to it."
)
@owner_option
@json_option
@pass_context
def log(
    context: CommandContext,
    symbol: str | None,
    since: datetime | None,
    name: str | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """List what was changed of stored prices, splits, dividends and rates (of SYMBOL, or a pair such as EURUSD)."""
    from dashboard.results import restatements_wire as wire
    from dashboard.services import portfolios, restatements

    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner) if name is not None else None
        found = restatements.log(SYSTEM, symbol, since=since.date() if since else None, portfolio=portfolio)
    if as_json:
        context.emit([wire.restatement(item) for item in found])
        return
    for item in found:
        _tell(item)
    click.echo(f"{len(found)} restatements.")


def _tell(item: RestatementItem) -> None:
    days = str(item.first_date) if item.first_date == item.last_date else f"{item.first_date} – {item.last_date}"
    values = "1 value" if item.count == 1 else f"{item.count} values"
    click.echo(f"{item.at:%Y-%m-%d %H:%M}  {item.symbol:<14}{item.cause:<11}{values:>12}  {days}  {item.source}")
    for value in item.values:
        click.echo(f"{'':<18}{_value(value)}")
    for effect in item.effects:
        click.echo(f"{'':<18}{_effect(effect)}")


def _value(one: ValueChange) -> str:
    from dashboard.results.scalars import amount

    return f"{one.date}  {one.field:<9}{amount(one.old) or '–':>14} → {amount(one.new) or '–'}"


def _effect(one: PortfolioEffect) -> str:
    if not one.known:
        return f"{one.portfolio}: not valued again yet"
    parts = (
        (f"value on {one.date}", one.day_before, one.day_after),
        ("value", one.value_before, one.value_after),
        ("gain", one.gain_before, one.gain_after),
    )
    words = [f"{name} {_money(before)} → {_money(after)}" for name, before, after in parts]
    return f"{one.portfolio}: {', '.join(words)} {one.currency}"


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
