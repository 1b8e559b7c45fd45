"""``dashboard portfolio``: make, list, change, tag and delete portfolios."""

from __future__ import annotations

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import owner_option
from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import LotMethod

METHODS = click.Choice(list(map(str, LotMethod)))


@click.group("portfolio")
def portfolio_group() -> None:
    """Make, list, change, tag and delete portfolios."""


@portfolio_group.command()
@click.argument("name")
@click.option("--currency", required=True, metavar="CCY", help="The currency that it is counted in, such as EUR.")
@click.option(
    "--method", type=METHODS, default="fifo", show_default=True, help="Which lots a sale closes that names none."
)
@click.option("--benchmark", metavar="SYMBOL", help="The instrument that it is compared with.")
@click.option("--no-cash", is_flag=True, help="Count trades as flows instead of tracking cash.")
@click.option("--allow-shorts", is_flag=True, help="Let a sale of more than is held open a short position.")
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
    allow_shorts: bool,
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
            allow_shorts=allow_shorts,
            owner_email=owner,
        )
    if as_json:
        context.emit(wire.portfolio_item(PortfolioItem(made, (), 0, None, None)))
    else:
        whose = made.owner_email or "whoever becomes the first user"
        click.echo(f"Made {made.name} ({made.slug}) in {made.base_currency} for {whose}.")


@portfolio_group.command()
@click.argument("name")
@click.option("--method", type=METHODS, help="Which lots a sale closes that names none.")
@click.option("--allow-shorts/--no-shorts", "shorts", default=None, help="Whether a sale may open a short position.")
@click.option("--cash/--no-cash", "cash", default=None, help="Whether cash is tracked.")
@click.option("--benchmark", metavar="SYMBOL", help='The instrument that it is compared with; "" for none.')
@owner_option
@json_option
@pass_context
def edit(
    context: CommandContext,
    name: str,
    method: str | None,
    shorts: bool | None,
    cash: bool | None,
    benchmark: str | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Change how the portfolio NAME is counted; every figure follows."""
    from dashboard.results import wire
    from dashboard.services import portfolio_settings, portfolios

    if method is None and shorts is None and cash is None and benchmark is None:
        raise click.UsageError("Say what to change: --method, --allow-shorts, --no-shorts, --cash or --benchmark.")
    with context.app():
        found = portfolios.portfolio_by_name(SYSTEM, name, owner)
        portfolio_settings.edit_portfolio(
            SYSTEM,
            found.id,
            method=LotMethod(method) if method else None,
            allow_shorts=shorts,
            track_cash=cash,
            benchmark=benchmark,
        )
        item = portfolios.list_item(SYSTEM, found.id)
    ref = item.portfolio
    if as_json:
        context.emit(wire.portfolio_item(item))
        return
    counted = ["cash tracked" if ref.track_cash else "cash not tracked"]
    counted += ["shorts allowed"] if ref.allow_shorts else []
    counted += [f"compared with {ref.benchmark}"] if ref.benchmark else []
    click.echo(f"{ref.name}: {ref.method}, {', '.join(counted)}.")


@portfolio_group.command()
@click.argument("name")
@click.argument("symbol")
@click.argument("tag")
@click.option("--remove", is_flag=True, help="Take the tag off.")
@owner_option
@json_option
@pass_context
def tag(
    context: CommandContext, name: str, symbol: str, tag: str, remove: bool, owner: str | None, as_json: bool
) -> None:
    """Put TAG on the instrument SYMBOL of the portfolio NAME; figures can be grouped by it."""
    from dashboard.services import portfolio_settings, portfolios

    change = portfolio_settings.untag_instrument if remove else portfolio_settings.tag_instrument
    with context.app():
        found = portfolios.portfolio_by_name(SYSTEM, name, owner)
        left = change(SYSTEM, found.id, symbol, tag)
    if as_json:
        context.emit({"portfolio": found.slug, "symbol": symbol, "tags": list(left)})
    else:
        click.echo(f"{symbol} in {found.name}: {', '.join(left) or 'no tags'}.")


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
@owner_option
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
