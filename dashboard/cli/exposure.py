"""``dashboard exposure``: what a portfolio is in through its funds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import owner_option, portfolio_id, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.domain.exposure import ExposurePart
    from dashboard.results.exposure import ExposureReport


@click.command()
@click.argument("name")
@click.option("--by", type=click.Choice(["sector", "holding"]), default="sector", show_default=True, help="The lines.")
@owner_option
@json_option
@pass_context
def exposure(context: CommandContext, name: str, by: str, owner: str | None, as_json: bool) -> None:
    """Print what the portfolio NAME is in, through the funds that it holds."""
    from dashboard.domain.exposure import ExposureBy
    from dashboard.results import exposure as results
    from dashboard.services import exposures

    with context.app():
        report = exposures.look_through(SYSTEM, portfolio_id(name, owner), ExposureBy(by))
    if as_json:
        context.emit(results.to_json(report))
    else:
        _print(report)
        print_notes(results.notes(report))


def _print(report: ExposureReport) -> None:
    from dashboard.formatting import dates, numbers
    from dashboard.results.exposure import title

    found = report.exposure
    click.echo(f"{report.portfolio.name}, {dates.day(report.as_of)}, {report.currency}\n")
    click.echo(f"{'':30}{'value':>16}{'weight':>10}")
    for line in found.lines:
        cells = f"{numbers.number(line.value.value):>16}{numbers.percent(line.weight.value, 1):>10}"
        click.echo(f"{title(line)[:29]:<30}{cells}  {_through(line.parts)}".rstrip())
    click.echo(f"{'Total':<30}{numbers.number(found.total.value):>16}")
    if found.as_of is not None:
        rest = numbers.percent(found.not_described_weight.value, 1)
        click.echo(f"\nFunds as described on {dates.day(found.as_of)} or later; {rest} is not described.")


def _through(parts: tuple[ExposurePart, ...]) -> str:
    """The funds that a line came through, and what of it is held directly."""
    from dashboard.formatting import numbers

    if not any(part.through for part in parts):
        return ""
    shares: dict[str, list[float | None]] = {}
    for part in parts:
        shares.setdefault(" > ".join(part.through) or "directly", []).append(part.weight.value)
    return ", ".join(f"{name} {numbers.percent(_all(weights), 1)}" for name, weights in shares.items())


def _all(weights: list[float | None]) -> float | None:
    known = [weight for weight in weights if weight is not None]
    return sum(known) if len(known) == len(weights) else None
