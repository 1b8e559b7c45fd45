"""``dashboard instruments``: import, search, show and change master data."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli import instrument_editing
from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.imported_files import tell_counts
from dashboard.cli.options import FILE
from dashboard.domain.access import SYSTEM


@click.group()
def instruments_group() -> None:
    """Instruments: import, search, show, change."""


@instruments_group.command("import")
@click.argument("file", type=FILE)
@json_option
@pass_context
def import_instruments(context: CommandContext, file: Path, as_json: bool) -> None:
    """Add or describe the instruments of FILE.csv."""
    from dashboard.services import market_data

    with context.app():
        counts = market_data.import_instruments(SYSTEM, file.read_bytes(), file.name)
    tell_counts(context, counts, as_json)


@instruments_group.command("search")
@click.argument("text")
@json_option
@pass_context
def search(context: CommandContext, text: str, as_json: bool) -> None:
    """Find instruments here and at every provider of PROVIDERS."""
    from dashboard.results import market_wire as wire
    from dashboard.services import market_data

    with context.app():
        found = market_data.search(SYSTEM, text)
    if as_json:
        context.emit([wire.search_result(item) for item in found])
        return
    for item in found:
        where = f"{item.exchange:<12}{item.source:<14}"
        click.echo(f"{item.symbol:<14}{item.currency:<6}{item.asset_class:<11}{where}{item.name}")
    if not found:
        context.say(f"Nothing is known by “{text}”.")


@instruments_group.command("show")
@click.argument("symbol")
@json_option
@pass_context
def show(context: CommandContext, symbol: str, as_json: bool) -> None:
    """Print what is known of SYMBOL."""
    with context.app():
        instrument_editing.tell(context, symbol, as_json)


for command in instrument_editing.INSTRUMENTS:
    instruments_group.add_command(command)
