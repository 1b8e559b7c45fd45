"""``dashboard prices``: import, refresh and check market data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from dashboard.cli import instrument_editing, restatements
from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.imported_files import tell_counts
from dashboard.cli.options import FILE, day_option, interval_option
from dashboard.cli.price_export import export
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.instruments import RefreshOutcome, RefreshReport
    from dashboard.results.price_quality import Comparison, FindingItem


@click.group()
def prices_group() -> None:
    """Prices: import from files, refresh from the providers, enter by hand, check, export."""


@prices_group.command("import")
@click.argument("file", type=FILE)
@click.option("--format", "format_", type=click.Choice(["canonical", "yahoo"]), default="canonical", show_default=True)
@click.option("--symbol", help="Whose prices: --format yahoo does not say.")
@click.option("--currency", help="The currency of the prices.")
@click.option("--split-adjusted", is_flag=True, help="The prices are adjusted for later splits.")
@click.option(
    "--rebalancing",
    type=click.Choice(["daily", "monthly", "quarterly", "yearly", "never"]),
    help="When the weights of a file of benchmarks are restored (default: monthly).",
)
@json_option
@pass_context
def import_prices(
    context: CommandContext,
    file: Path,
    format_: str,
    symbol: str | None,
    currency: str | None,
    split_adjusted: bool,
    rebalancing: str | None,
    as_json: bool,
) -> None:
    """Import prices, splits, dividends, exchange rates or benchmarks from FILE.csv; its header tells which."""
    from dashboard.services import market_data

    with context.app():
        counts = market_data.import_prices(
            SYSTEM,
            file.read_bytes(),
            file.name,
            format=format_,
            symbol=symbol,
            currency=currency,
            split_adjusted=split_adjusted,
            rebalancing=rebalancing,
        )
    tell_counts(context, counts, as_json)


@prices_group.command("refresh")
@click.argument("symbols", nargs=-1)
@day_option("--from", "start", "Ask from this day on.")
@interval_option
@json_option
@pass_context
def refresh(
    context: CommandContext, symbols: tuple[str, ...], start: date | None, interval: str | None, as_json: bool
) -> None:
    """Bring the prices of SYMBOLs (default: all in use) and the exchange rates up to date.

    With --interval it is the bars within the day. Exits with 1 where a series is not complete; what the others got is
    kept, also after Ctrl-C.
    """
    from dashboard.domain.intraday import BarInterval
    from dashboard.services import market_data

    if interval is not None and start is not None:
        raise click.UsageError("--from and --interval exclude each other: bars within the day go on where they end.")

    with context.app(), tqdm(unit="series", disable=None, leave=False, file=sys.stderr) as bar:
        failed: list[str] = []

        def progress(done: int, total: int, symbol: str) -> None:
            bar.total = total
            bar.n = done
            bar.set_description(symbol)

        def told(outcome: RefreshOutcome) -> None:
            if outcome.code:
                failed.append(outcome.symbol)
                bar.set_postfix(failed=len(failed))

        wanted = list(symbols) or None
        if interval is not None:
            report = market_data.refresh_intraday(SYSTEM, wanted, interval=BarInterval(interval), progress=progress)
        else:
            report = market_data.refresh(SYSTEM, wanted, start=start, progress=progress, told=told)
    _tell_refresh(context, report, as_json)
    if not report.complete:
        sys.exit(1)


@prices_group.command("check")
@click.argument("symbols", nargs=-1)
@click.option("--accept", type=int, metavar="ID", help="Let the value of finding ID count as it came.")
@click.option("--repair", type=int, metavar="ID", help="Let what is suggested count in its place.")
@click.option("--all", "alike", is_flag=True, help="Decide the same for all of its instrument and kind.")
@click.option("--second", is_flag=True, help="Compare the last closes with a second source first.")
@json_option
@pass_context
def check(
    context: CommandContext,
    symbols: tuple[str, ...],
    accept: int | None,
    repair: int | None,
    alike: bool,
    second: bool,
    as_json: bool,
) -> None:
    """Check the stored prices of SYMBOLs (default: all) and list what is wrong; or decide about a finding.

    With --second, exits with 1 where a series could not be compared.
    """
    from dashboard.services import price_quality, second_source

    if accept is not None and repair is not None:
        raise click.UsageError("--accept and --repair exclude each other.")
    if accept is None and repair is None and alike:
        raise click.UsageError("--all goes with --accept or --repair.")
    if second and (accept is not None or repair is not None):
        raise click.UsageError("--second goes with a check, not with --accept or --repair.")
    compared: Sequence[Comparison] = ()
    with context.app():
        if second:
            compared = second_source.compare(SYSTEM, list(symbols) or None)
        if accept is not None:
            found = price_quality.accept(SYSTEM, accept, alike=alike)
        elif repair is not None:
            found = price_quality.repair(SYSTEM, repair, alike=alike)
        else:
            found = price_quality.check(SYSTEM, list(symbols) or None)
    _tell_comparisons(context, compared)
    _tell_findings(context, found, as_json)
    if not all(one.complete for one in compared):
        sys.exit(1)


for command in (export, restatements.log, *instrument_editing.PRICES):
    prices_group.add_command(command)


def _tell_comparisons(context: CommandContext, compared: Sequence[Comparison]) -> None:
    for one in compared:
        words = f"{one.source} and {one.other}: {one.compared} closes compared, {one.different} differ"
        context.say(f"{one.symbol}: {words if one.complete else f'{one.code}: {one.reason}'}")


def _tell_findings(context: CommandContext, found: Sequence[FindingItem], as_json: bool) -> None:
    from dashboard.results import market_wire as wire
    from dashboard.results.scalars import amount

    if as_json:
        context.emit([wire.finding(item) for item in found])
        return
    for item in found:
        numbers = f"{amount(item.value) or '–':>14} {amount(item.suggested) or '–':>14}"
        click.echo(
            f"{item.id:>6}  {item.symbol:<14}{item.date}  {item.kind:<13}{item.state:<12}{numbers}  {item.reason}"
        )
    held = sum(1 for item in found if item.state == "quarantined")
    click.echo(f"{len(found)} findings, {held} of them quarantined.")


def _tell_refresh(context: CommandContext, report: RefreshReport, as_json: bool) -> None:
    from dashboard.results import market_wire as wire

    if as_json:
        context.emit(wire.refresh(report))
        return
    for outcome in report.outcomes:
        if outcome.complete:
            days = f"  {outcome.first_date} – {outcome.last_date}" if outcome.first_date else ""
            left_out = f"  {len(outcome.left_out)} left out" if outcome.left_out else ""
            click.echo(f"{outcome.symbol:<14}{outcome.rows:>7} bars{days}{left_out}")
            for reason in filter(None, (outcome.reason, *outcome.left_out)):
                context.say(f"! {outcome.symbol}: {reason}")
        else:
            click.echo(f"{outcome.symbol:<14}{outcome.code}: {outcome.reason}")
    failed = sum(1 for outcome in report.outcomes if not outcome.complete)
    click.echo(f"{len(report.outcomes)} series, {failed} incomplete.")
