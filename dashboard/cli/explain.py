"""``dashboard explain``: how a figure of a portfolio was computed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import LEDGER_BEGINS, TODAY, day_option, owner_option
from dashboard.domain.access import SYSTEM
from dashboard.errors import InvalidInput

if TYPE_CHECKING:
    from dashboard.results.explanations import Explanation, Step


@click.command()
@click.argument("name")
@click.argument("metric")
@day_option("--from", "start", LEDGER_BEGINS)
@day_option("--to", "end", TODAY)
@click.option("--currency", metavar="CCY", help="In this currency instead of the portfolio's.")
@click.option("--benchmark", metavar="SYMBOL", help="Against this instrument instead of the portfolio's own.")
@click.option("--format", "form", type=click.Choice(["text", "xlsx"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write (xlsx).")
@owner_option
@json_option
@pass_context
def explain(
    context: CommandContext,
    name: str,
    metric: str,
    start: date | None,
    end: date | None,
    currency: str | None,
    benchmark: str | None,
    form: str,
    output: Path | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Show how METRIC of the portfolio NAME was computed: formula, convention, inputs, steps.

    With --format xlsx -o FILE it writes a workbook whose own formulas reproduce the figure.
    """
    from dashboard.results import explanations
    from dashboard.services import explain as service
    from dashboard.services import portfolios

    if form == "xlsx" and output is None:
        raise click.UsageError("--format xlsx needs a file: -o FILE.")
    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner)
        found = service.explain(
            SYSTEM,
            portfolio.id,
            metric,
            start=start,
            end=end,
            currency=currency,
            benchmark=benchmark,
        )
    if output is not None:
        _write(context, found, output)
    if as_json:
        context.emit(explanations.to_json(found))
    elif output is None:
        _print(found)


def _write(context: CommandContext, found: Explanation, output: Path) -> None:
    from dashboard.reports.workings import to_workbook

    content = to_workbook(found)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error
    context.say(f"Wrote {output} ({len(content):,} bytes).")


def _print(found: Explanation) -> None:
    working = found.working
    click.echo(f"{working.title}: {found.portfolio.name}, {found.period.start} to {found.period.end}, {found.currency}")
    click.echo(f"  {working.formula}\n")
    for sentence in working.convention:
        click.echo(f"- {sentence}")
    click.echo()
    for step in working.steps:
        click.echo(f"{step.title:<36}{_shown(step):>24}  {step.formula or 'input'}")
    for table in working.tables:
        click.echo(f"\n{table.title}: {len(table.rows)} rows. {table.source}")
    if working.value.reason:
        click.echo(f"! {working.value.reason}", err=True)


def _shown(step: Step) -> str:
    from dashboard.results.explanations import Unit, day_of

    if step.value is None:
        return "–"
    return str(day_of(step.value)) if step.unit is Unit.DATE else f"{step.value:,.10g}"
