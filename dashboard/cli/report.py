"""``dashboard report``: reports from the command line, made here and now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.domain.access import SYSTEM
from dashboard.errors import InvalidInput
from dashboard.results.reports import ReportFormat, ReportKind

DAY = click.DateTime(["%Y-%m-%d"])


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
@click.option("--from", "start", type=DAY, help="First day; default: the first transaction.")
@click.option("--to", "end", type=DAY, help="Last day; default: today.")
@click.option("--owner", metavar="EMAIL", help="Whose portfolio, where the name alone does not tell.")
@json_option
@pass_context
def run(
    context: CommandContext,
    name: str,
    kind: str,
    file_format: str,
    output: Path,
    start: datetime | None,
    end: datetime | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Make a report of the portfolio NAME."""
    from dashboard.services import portfolios, reports

    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner)
        file = reports.build(
            SYSTEM, portfolio.id, kind, file_format, start.date() if start else None, end.date() if end else None
        )
    try:
        output.write_bytes(file.content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error
    if as_json:
        context.emit({"file": str(output), "bytes": len(file.content), "media_type": file.media_type})
    else:
        context.say(f"Wrote {output} ({len(file.content):,} bytes).")
