"""``dashboard indicators``: a technical indicator over stored prices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option
from dashboard.domain.access import SYSTEM
from dashboard.domain.indicators.registry import INDICATORS, choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.results.indicators import IndicatorSeries

LAST = 20


def _parameters(command: Callable[..., None]) -> Callable[..., None]:
    """One option for each parameter that an indicator has, with those that take it in its help."""
    takers: dict[str, list[str]] = {}
    for known in INDICATORS.values():
        for parameter in known.parameters:
            takers.setdefault(parameter.name, []).append(known.name)
    for name, names in reversed(takers.items()):
        flag = f"--{name.replace('_', '-')}"
        command = click.option(flag, name, metavar="NUMBER", help=f"Of {', '.join(names)}.")(command)
    return command


@click.command(epilog=f"NAME is one of: {', '.join(INDICATORS)}.")
@click.argument("symbol")
@click.argument("name")
@_parameters
@day_option("--from", "start", "First day (default: of the prices).")
@day_option("--to", "end", "Last day (default: of the prices).")
@json_option
@pass_context
def indicators(
    context: CommandContext,
    /,
    symbol: str,
    name: str,
    start: date | None,
    end: date | None,
    as_json: bool,
    **parameters: str | None,
) -> None:
    """Print the indicator NAME of SYMBOL on its stored prices, split-adjusted; without --json the last 20 days."""
    from dashboard.results.indicators import indicator_series
    from dashboard.services import indicators as service

    chosen = choose(name, {key: value for key, value in parameters.items() if value is not None})
    with context.app():
        found = service.indicator(SYSTEM, symbol, chosen, start=start, end=end)
    if as_json:
        context.emit(indicator_series(found))
    else:
        _print(context, found)


def _print(context: CommandContext, found: IndicatorSeries) -> None:
    from dashboard.formatting import numbers

    click.echo(f"{found.symbol}, {found.chosen.indicator.title} ({found.chosen.label}), {found.currency}\n")
    click.echo(f"{'':12}" + "".join(f"{name:>16}" for name in found.lines))
    for at in range(max(0, len(found.dates) - LAST), len(found.dates)):
        cells = (numbers.number(float(line[at]), 4) for line in found.lines.values())
        click.echo(f"{found.dates[at]!s:12}" + "".join(f"{cell:>16}" for cell in cells))
    for note in found.status:
        context.say(f"! {note.message}")
