"""``dashboard instruments edit|rename|merge|remap|delist|delete`` and ``dashboard prices set|unset``."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM
from dashboard.results.instrument_editing import MergePlan

DAY = click.DateTime(formats=["%Y-%m-%d"])
SHOWN_DIFFERENCES = 20
TEXTS = ("name", "currency", "asset-class", "exchange", "mic", "time-zone", "isin", "sector", "industry", "country")
MORE = ("multiplier", "price-unit", "provider", "provider-symbol", "stale-after-days")


def _fields(command: click.Command) -> click.Command:
    for name in reversed((*TEXTS, *MORE)):
        command.params.append(click.Option([f"--{name}"], help=f"Set the {name.replace('-', ' ')}."))
    return command


@_fields
@click.command()
@click.argument("symbol")
@click.option(
    "--symbol-at", "symbols", multiple=True, metavar="PROVIDER=SYMBOL", help="What another provider calls it."
)
@json_option
@pass_context
def edit(
    context: CommandContext, /, symbol: str, symbols: tuple[str, ...], as_json: bool, **values: str | None
) -> None:
    """Change what is kept of SYMBOL. What is set here no provider overwrites; "" empties a field.

    --symbol-at replaces all names at other providers; an empty one (PROVIDER=) drops that provider's.
    """
    from dashboard.services import instruments

    given = {name: value for name, value in values.items() if value is not None}
    if not given and not symbols:
        raise click.UsageError("Say what to change, such as --name.")
    named = [text.partition("=") for text in symbols]
    if any(not mark for _, mark, _ in named):
        raise click.UsageError("--symbol-at looks like alphavantage=TSCO.LON.")
    with context.app():
        detail = instruments.edit(SYSTEM, symbol, given, {name: text for name, _, text in named} if named else None)
        tell(context, detail.symbol, as_json)


@_fields
@click.command()
@click.argument("symbol")
@click.option("--by-hand", is_flag=True, help="Nobody quotes it: its prices are entered by hand.")
@json_option
@pass_context
def add(context: CommandContext, /, symbol: str, by_hand: bool, as_json: bool, **values: str | None) -> None:
    """Add an instrument; --currency is needed. The next refresh looks it up, unless it is priced by hand."""
    from dashboard.services import instruments

    given: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    if by_hand:
        given["provider"] = "manual"
    with context.app():
        tell(context, instruments.add(SYSTEM, symbol, given).symbol, as_json)


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
@pass_context
def rename(context: CommandContext, old: str, new: str, as_json: bool) -> None:
    """Give OLD the symbol NEW; its history stays, and files that say OLD still mean it."""
    from dashboard.services import instruments

    with context.app():
        tell(context, instruments.rename(SYSTEM, old, new).symbol, as_json)


@click.command()
@click.argument("double")
@click.argument("into")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_context
def merge(context: CommandContext, double: str, into: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Give all of DOUBLE to INTO, and delete DOUBLE. This cannot be undone."""
    from dashboard.results import instrument_editing_wire as wire
    from dashboard.services import instruments

    with context.app():
        plan = instruments.plan_merge(SYSTEM, double, into)
        if not as_json:
            _tell_plan(plan)
        if not dry_run:
            if not yes:
                click.confirm(f"Merge {double} into {into}? This cannot be undone.", abort=True, err=True)
            plan = instruments.merge(SYSTEM, double, into)
    if as_json:
        context.emit(wire.merge_plan(plan))
    else:
        click.echo(f"{double} is merged into {into}." if plan.merged else "Nothing was changed.")


@click.command()
@click.argument("symbol")
@click.argument("new")
@click.option("--provider", help="The provider that calls it NEW; default: whichever knows it.")
@click.option("--discard", is_flag=True, help="Drop the prices that came under the symbol before.")
@json_option
@pass_context
def remap(context: CommandContext, symbol: str, new: str, provider: str | None, discard: bool, as_json: bool) -> None:
    """Ask for the prices of SYMBOL by the symbol NEW, from the first one on.

    Exits with 1 where they cannot be had; the instrument then says why.
    """
    from dashboard.services import instruments, market_data

    with context.app():
        instruments.remap(SYSTEM, symbol, new, provider=provider, discard=discard)
        outcome = market_data.refresh(SYSTEM, [symbol]).outcomes[0]
        tell(context, symbol, as_json)
    if not outcome.complete:
        context.say(f"! {outcome.symbol}: {outcome.reason}")
        sys.exit(1)


@click.command()
@click.argument("symbol")
@click.argument("day", type=DAY, required=False, metavar="[DATE]")
@click.option("--undo", is_flag=True, help="It trades after all.")
@json_option
@pass_context
def delist(context: CommandContext, symbol: str, day: datetime | None, undo: bool, as_json: bool) -> None:
    """Say that SYMBOL trades no more from DATE on: its last price stands, and nobody is asked for others."""
    from dashboard.services import instruments

    if (day is None) != undo:
        raise click.UsageError("Give the DATE of the delisting, or --undo.")
    with context.app():
        if day is None:
            instruments.relist(SYSTEM, symbol)
        else:
            instruments.delist(SYSTEM, symbol, day.date())
        tell(context, symbol, as_json)


@click.command()
@click.argument("symbol")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def delete(context: CommandContext, symbol: str, yes: bool) -> None:
    """Delete SYMBOL with its prices, where nothing uses it."""
    from dashboard.services import instruments

    if not yes:
        click.confirm(f"Delete {symbol} and its prices?", abort=True, err=True)
    with context.app():
        instruments.delete(SYSTEM, symbol)
    click.echo(f"{symbol} is deleted.")


@click.command("set")
@click.argument("symbol")
@click.argument("day", type=DAY, metavar="DATE")
@click.argument("price", type=float)
@json_option
@pass_context
def set_price(context: CommandContext, symbol: str, day: datetime, price: float, as_json: bool) -> None:
    """Enter the PRICE of SYMBOL on DATE by hand; no refresh overwrites it."""
    from dashboard.results import instrument_editing_wire as wire
    from dashboard.services import instruments

    with context.app():
        found = instruments.set_price(SYSTEM, symbol, day.date(), price)
    if as_json:
        context.emit(wire.manual_price(found))
    else:
        click.echo(f"{symbol} is {found.price:g} on {found.date}.")


@click.command("unset")
@click.argument("symbol")
@click.argument("day", type=DAY, metavar="DATE")
@pass_context
def unset_price(context: CommandContext, symbol: str, day: datetime) -> None:
    """Take back the price of SYMBOL on DATE that was entered by hand."""
    from dashboard.services import instruments

    with context.app():
        instruments.unset_price(SYSTEM, symbol, day.date())
    click.echo(f"{symbol} has no price by hand on {day.date()}.")


@click.command()
@click.argument("symbol")
@click.argument("url")
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option(
    "--date", "date_path", required=True, metavar="PATH", help="Where the days are: data[*].date, or a column."
)
@click.option("--close", "close_path", required=True, metavar="PATH", help="Where the closes are.")
@click.option("--currency", "currency_path", default="", metavar="PATH", help="Where the currency is, if it is there.")
@click.option("--date-format", default="", help="Such as %d.%m.%Y, unix or unix_ms; default: ISO.")
@click.option("--headers", default="", metavar="NAME", help="The entry of URL_HEADERS to ask with.")
@json_option
@pass_context
def source(context: CommandContext, /, symbol: str, url: str, as_json: bool, format_: str, **paths: str) -> None:
    """Fetch the prices of SYMBOL from URL, now and from now on.

    Exits with 1 where they cannot be had; the instrument then says why.
    """
    from dashboard.results.instrument_editing import PriceAddress
    from dashboard.services import instruments, market_data

    with context.app():
        instruments.set_address(SYSTEM, symbol, PriceAddress(url, format_, **paths))
        outcome = market_data.refresh(SYSTEM, [symbol]).outcomes[0]
        tell(context, symbol, as_json)
    for reason in filter(None, (outcome.reason, *outcome.left_out)):
        context.say(f"! {outcome.symbol}: {reason}")
    if not outcome.complete:
        sys.exit(1)


@click.command()
@click.argument("symbols", nargs=-1)
@json_option
@pass_context
def describe(context: CommandContext, symbols: tuple[str, ...], as_json: bool) -> None:
    """Take over what providers say of SYMBOLs: name, sector, country, what funds hold (default: those in use)."""
    from dataclasses import asdict

    from dashboard.services import instruments

    with context.app():
        found = instruments.describe(SYSTEM, symbols or None)
    if as_json:
        context.emit([asdict(one) for one in found])
        return
    for one in found:
        click.echo(
            f"{one.symbol:<14}{one.code + ': ' + one.reason if one.code else 'changed' if one.changed else 'as it was'}"
        )
    click.echo(f"{len(found)} instruments, {sum(1 for one in found if one.code)} not described.")


INSTRUMENTS = (add, source, edit, describe, rename, merge, remap, delist, delete)
PRICES = (set_price, unset_price)


def tell(context: CommandContext, symbol: str, as_json: bool) -> None:
    """Print what is known of an instrument. Raises: NotFound."""
    from dashboard.results import instrument_editing_wire as wire
    from dashboard.services import instruments

    data = wire.editable_instrument(instruments.editable_instrument(SYSTEM, symbol))
    if as_json:
        context.emit(data)
        return
    for name, value in data.items():
        if value not in (None, "", [], {}, False):
            click.echo(f"{name:<18}{value}")


def _tell_plan(plan: MergePlan) -> None:
    where = f" in {', '.join(plan.portfolios)}" if plan.portfolios else ""
    click.echo(f"{plan.transactions} transactions{where} go from {plan.double} to {plan.kept}.")
    click.echo(f"{plan.added} of {plan.prices} prices are of days that {plan.kept} lacks, and are added.")
    click.echo(f"{plan.splits} splits, {plan.dividends} dividends and {plan.findings} findings go with them.")
    if plan.differing:
        click.echo(f"On {len(plan.differing)} days both have a price, and not the same; that of {plan.kept} stays:")
    for one in plan.differing[:SHOWN_DIFFERENCES]:
        click.echo(f"  {one.date}  {one.dropped:g}  stays {one.kept:g}")
    if len(plan.differing) > SHOWN_DIFFERENCES:
        click.echo(f"  and {len(plan.differing) - SHOWN_DIFFERENCES} more")
