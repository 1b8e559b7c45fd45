"""``dashboard report``: reports from the command line, made here and now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option, owner_option
from dashboard.domain.access import SYSTEM
from dashboard.errors import InvalidInput
from dashboard.results.reports import ReportFormat, ReportKind


@click.group()
def report_group() -> None:
    """Reports: make one."""


@report_group.command("run")
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in ReportKind]), default=ReportKind.PERFORMANCE.value)
@click.option("--format", "file_format", type=click.Choice([form.value for form in ReportFormat]), required=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
@day_option("--from", "start", "First day; default: the first transaction.")
@day_option("--to", "end", "Last day; default: today.")
@owner_option
@json_option
@pass_context
def run(
    context: CommandContext,
    name: str,
    kind: str,
    file_format: str,
    output: Path,
    start: date | None,
    end: date | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Make a report of the portfolio NAME."""
    from dashboard.services import portfolios, reports

    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner)
        file = reports.build(SYSTEM, portfolio.id, kind, file_format, start, end)
    try:
        output.write_bytes(file.content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error
    if as_json:
        context.emit({"file": str(output), "bytes": len(file.content), "media_type": file.media_type})
    else:
        context.say(f"Wrote {output} ({len(file.content):,} bytes).")
