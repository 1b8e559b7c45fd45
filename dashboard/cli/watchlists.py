"""``dashboard watchlist``: lists of instruments that a person follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.watchlists import WatchedInstrument, Watchlist

owner_option = click.option("--owner", metavar="EMAIL", help="Whose list, where the name alone does not tell.")


@click.group("watchlist")
def watchlist_group() -> None:
    """Instruments to follow: make a list, put symbols on it, show their prices."""


@watchlist_group.command("list")
@json_option
@pass_context
def list_command(context: CommandContext, as_json: bool) -> None:
    """List the watchlists."""
    from dashboard.results import watchlists as wire
    from dashboard.services import watchlists

    with context.app():
        found = watchlists.list_watchlists(SYSTEM)
    if as_json:
        context.emit([wire.watchlist(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.name:<32}{len(one.items):>4} instruments  {one.owner_email}")


@watchlist_group.command()
@click.argument("name")
@click.argument("symbols", nargs=-1)
@click.option("--owner", metavar="EMAIL", help="Whose list it is (default: the only administrator's).")
@json_option
@pass_context
def create(context: CommandContext, name: str, symbols: tuple[str, ...], owner: str | None, as_json: bool) -> None:
    """Make the watchlist NAME, with SYMBOLS on it."""
    from dashboard.services import watchlists

    with context.app():
        made = watchlists.create(SYSTEM, name, symbols, owner_email=owner)
    _told(context, made, as_json)


@watchlist_group.command()
@click.argument("name")
@click.argument("symbols", nargs=-1, required=True)
@owner_option
@json_option
@pass_context
def add(context: CommandContext, name: str, symbols: tuple[str, ...], owner: str | None, as_json: bool) -> None:
    """Put SYMBOLS on the watchlist NAME; one that is not known yet is looked up by a worker."""
    from dashboard.services import watchlists

    with context.app():
        found = watchlists.watchlist_by_name(SYSTEM, name, owner)
        found = watchlists.add(SYSTEM, found.id, symbols)
    _told(context, found, as_json)


@watchlist_group.command()
@click.argument("name")
@click.argument("symbols", nargs=-1)
@click.option("--all", "whole", is_flag=True, help="Delete the list itself.")
@owner_option
@json_option
@pass_context
def remove(
    context: CommandContext, name: str, symbols: tuple[str, ...], whole: bool, owner: str | None, as_json: bool
) -> None:
    """Take SYMBOLS off the watchlist NAME; with --all delete it."""
    from dashboard.services import watchlists

    if whole == bool(symbols):
        raise click.UsageError("Name the symbols to take off, or give --all.")
    with context.app():
        found = watchlists.watchlist_by_name(SYSTEM, name, owner)
        if whole:
            watchlists.delete(SYSTEM, found.id)
        for symbol in symbols:
            found = watchlists.remove(SYSTEM, found.id, symbol)
    if whole and not as_json:
        click.echo(f"The watchlist {found.name} is deleted.")
    else:
        _told(context, found, as_json)


@watchlist_group.command()
@click.argument("name")
@owner_option
@json_option
@pass_context
def show(context: CommandContext, name: str, owner: str | None, as_json: bool) -> None:
    """Show the instruments of the watchlist NAME with their stored prices."""
    from dashboard.results import watchlists as wire
    from dashboard.services import watchlists

    with context.app():
        found = watchlists.watchlist_by_name(SYSTEM, name, owner)
        rows = watchlists.watched(found)
    if as_json:
        context.emit(wire.watchlist_with_prices(found, rows))
        return
    for row in rows:
        _print_row(row)


def _told(context: CommandContext, found: Watchlist, as_json: bool) -> None:
    from dashboard.results import watchlists as wire

    if as_json:
        context.emit(wire.watchlist(found))
    else:
        click.echo(f"{found.name}: {' '.join(found.symbols) or 'nothing on it'}")


def _print_row(row: WatchedInstrument) -> None:
    from dashboard.formatting import numbers

    detail = row.detail
    price = numbers.price(detail.last_close, detail.currency, min_decimals=detail.asset_class.price_decimals)
    moved = numbers.percent(row.change_pct, signed=True)
    day = str(detail.last_date or "")
    click.echo(f"{detail.symbol:<14}{detail.name[:28]:<30}{price:>16}{moved:>10}  {day:<12}{row.note}".rstrip())
    if row.problem:
        click.echo(f"! {row.problem}", err=True)
