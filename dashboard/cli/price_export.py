"""``dashboard prices export``: stored bars as a canonical file."""

from __future__ import annotations

import csv
import sys
from datetime import date
from typing import cast

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option, interval_option


@click.command("export")
@click.argument("symbol")
@day_option("--from", "start")
@day_option("--to", "end")
@interval_option
@json_option
@pass_context
def export(
    context: CommandContext,
    symbol: str,
    start: date | None,
    end: date | None,
    interval: str | None,
    as_json: bool,
) -> None:
    """Print the stored bars of SYMBOL as a canonical CSV, as traded; with --interval those within the day."""
    from dashboard.results import market_wire as wire
    from dashboard.results.scalars import amount
    from dashboard.services import market_data

    if interval is not None:
        _export_intraday(context, symbol, (start, end), interval, as_json)
        return
    with context.app():
        bars = market_data.bars(symbol, start=start, end=end, adjusted=False)
    if as_json:
        context.emit(wire.bars(bars))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("symbol", "date", "close", "open", "high", "low", "volume", "currency"))
    columns = (bars.close, bars.open, bars.high, bars.low, bars.volume)
    for day, *values in zip(bars.dates.astype(str), *columns, strict=True):
        writer.writerow((bars.symbol, day, *(amount(value) or "" for value in values), bars.currency))


def _export_intraday(
    context: CommandContext, symbol: str, days: tuple[date | None, date | None], interval: str, as_json: bool
) -> None:
    """The bars within ``days`` of the exchange's own clock, which their times are told by."""
    from dashboard.domain.intraday import BarInterval
    from dashboard.results import market_wire as wire
    from dashboard.services import market_data

    with context.app():
        found = wire.intraday(market_data.intraday_days(symbol, BarInterval(interval), *days))
    if as_json:
        context.emit(found)
        return
    names = ("at", "close", "open", "high", "low", "volume")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("symbol", *names, "currency"))
    columns = [cast(list[object], found[name]) for name in names]
    for values in zip(*columns, strict=True):
        writer.writerow((symbol, *("" if value is None else value for value in values), found["currency"]))
    if found["reason"]:
        context.say(str(found["reason"]))
