"""``dashboard db``: bring the schema up to date, compare it with the code, start it anew."""

from __future__ import annotations

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.db import schema
from dashboard.db.engine import database_address
from dashboard.db.schema import SchemaReport


@click.group("db")
def db_group() -> None:
    """Bring the database's schema up to date, check it, or start anew."""


@db_group.command()
@json_option
@pass_context
def upgrade(context: CommandContext, as_json: bool) -> None:
    """Bring the schema to this version's revision; nothing happens where it is there already."""
    _report(context, schema.upgrade_for(context.settings), as_json)


@db_group.command()
@json_option
@pass_context
def check(context: CommandContext, as_json: bool) -> None:
    """Compare the database with the code: revision, columns, constraints, indexes and privileges."""
    report = schema.check(database_address(context.settings))
    _report(context, report, as_json)
    if not report.current:
        raise SystemExit(1)


@db_group.command()
@click.option("--yes", is_flag=True, help="Drop all data without asking.")
@json_option
@pass_context
def reset(context: CommandContext, yes: bool, as_json: bool) -> None:
    """Drop every table of the product with all its data, and make them anew."""
    if not yes:
        raise click.UsageError("This drops every portfolio, price and user. Repeat it with --yes to do it.")
    _report(context, schema.reset_for(context.settings), as_json)


def _report(context: CommandContext, report: SchemaReport, as_json: bool) -> None:
    if as_json:
        context.emit(
            {
                "revision": report.revision,
                "head": report.head,
                "current": report.current,
                "differences": list(report.differences),
            }
        )
        return
    for difference in report.differences:
        click.echo(difference)
    if report.current:
        click.echo(f"The schema is at revision {report.revision}, as this version needs.")
    elif report.revision != report.head:
        found = report.revision or "none"
        click.echo(f"The schema's revision is {found}, this version needs {report.head}: run `dashboard db upgrade`.")
