"""``dashboard portfolio``: make, list and delete portfolios."""

from __future__ import annotations

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import LotMethod


@click.group("portfolio")
def portfolio_group() -> None:
    """Make, list and delete portfolios."""


@portfolio_group.command()
@click.argument("name")
@click.option("--currency", required=True, metavar="CCY", help="The currency that it is counted in, such as EUR.")
@click.option("--method", type=click.Choice(list(map(str, LotMethod))), default="fifo", show_default=True)
@click.option("--benchmark", metavar="SYMBOL", help="The instrument that it is compared with.")
@click.option("--no-cash", is_flag=True, help="Count trades as flows instead of tracking cash.")
@click.option("--owner", metavar="EMAIL", help="Whose it is (default: the only administrator's).")
@json_option
@pass_context
def create(
    context: CommandContext,
    name: str,
    currency: str,
    method: str,
    benchmark: str | None,
    no_cash: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Make the empty portfolio NAME."""
    from dashboard.results import wire
    from dashboard.results.portfolios import PortfolioItem
    from dashboard.services import portfolios

    with context.app():
        made = portfolios.create_portfolio(
            SYSTEM,
            name,
            currency,
            method=LotMethod(method),
            benchmark=benchmark,
            track_cash=not no_cash,
            owner_email=owner,
        )
    if as_json:
        context.emit(wire.portfolio_item(PortfolioItem(made, (), 0, None, None)))
    else:
        whose = made.owner_email or "whoever becomes the first user"
        click.echo(f"Made {made.name} ({made.slug}) in {made.base_currency} for {whose}.")


@portfolio_group.command("list")
@json_option
@pass_context
def list_command(context: CommandContext, as_json: bool) -> None:
    """List all portfolios."""
    from dashboard.results import wire
    from dashboard.services import portfolios

    with context.app():
        found = portfolios.list_portfolios(SYSTEM)
    if as_json:
        context.emit([wire.portfolio_item(item) for item in found])
        return
    for item in found:
        ref = item.portfolio
        period = f"{item.first_date} to {item.last_date}" if item.transactions else ""
        owner = ref.owner_email or "-"
        size = f"{item.transactions:>8} transactions  {period:<24}"
        click.echo(f"{ref.slug:<24} {ref.base_currency:<4} {size} {owner:<28} {ref.name}")


@portfolio_group.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete it without asking.")
@click.option("--owner", metavar="EMAIL", help="Whose portfolio, where the name alone does not tell.")
@json_option
@pass_context
def delete(context: CommandContext, name: str, yes: bool, owner: str | None, as_json: bool) -> None:
    """Delete the portfolio NAME with its whole ledger."""
    from dashboard.services import portfolios

    if not yes:
        raise click.UsageError(f"This deletes {name} with all its transactions. Repeat it with --yes to do it.")
    with context.app():
        found = portfolios.portfolio_by_name(SYSTEM, name, owner)
        portfolios.delete_portfolio(SYSTEM, found.id)
    if as_json:
        context.emit({"deleted": found.slug})
    else:
        click.echo(f"Deleted {found.name}.")
