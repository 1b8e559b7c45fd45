"""``dashboard import``: bring a file of transactions into a portfolio, or take an import back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import FILE, owner_option
from dashboard.domain.access import SYSTEM
from dashboard.errors import InvalidInput, PayloadTooLarge

if TYPE_CHECKING:
    from dashboard.results.transactions import ImportPreview, ImportResult, RowVerdict

FILE_COMMAND = "file"
MARKS = {"point": ".", "comma": ","}


class FileFirstGroup(click.Group):
    """A group whose first word is a file unless it names a command: ``import FILE`` beside ``import undo BATCH``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word in that names the command for files."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [FILE_COMMAND, *args]
        return super().parse_args(ctx, args)


@click.group("import", cls=FileFirstGroup)
def import_group() -> None:
    """Bring in a file of transactions: dashboard import FILE --portfolio NAME (see: dashboard import file --help)."""


@import_group.command(FILE_COMMAND)
@click.argument("file", type=FILE)
@click.option("--portfolio", "name", required=True, metavar="NAME", help="The portfolio that it goes into.")
@click.option("--format", "file_format", default="auto", show_default=True, metavar="FORMAT", help="auto or canonical.")
@click.option("--dry-run", is_flag=True, help="Print the verdict on each row and write nothing.")
@click.option("--skip-errors", is_flag=True, help="Import the good rows even where others have errors.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2024 is read.")
@click.option("--decimal-mark", type=click.Choice(list(MARKS)), help="Whether 1,234 is 1234 or 1.234.")
@owner_option
@json_option
@pass_context
def import_file(
    context: CommandContext,
    file: Path,
    name: str,
    file_format: str,
    dry_run: bool,
    skip_errors: bool,
    date_order: str | None,
    decimal_mark: str | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Bring the transactions of FILE into a portfolio, all of them or none; each only once."""
    from dashboard.results import ledger_wire
    from dashboard.services import imports, portfolios

    options = imports.ImportOptions(
        imports.DateOrder(date_order) if date_order else None,
        imports.DecimalMark(MARKS[decimal_mark]) if decimal_mark else None,
    )
    content = _content(file, imports.MAX_BYTES)
    with context.app():
        portfolio = portfolios.portfolio_by_name(SYSTEM, name, owner)
        if dry_run:
            found = imports.preview(SYSTEM, portfolio.id, content, file.name, file_format, options=options)
            context.emit(ledger_wire.preview(found)) if as_json else _print_preview(found)
            return
        done = imports.commit(
            SYSTEM, portfolio.id, content, file.name, file_format, skip_errors=skip_errors, options=options
        )
    context.emit(ledger_wire.result(done)) if as_json else _print_result(done, portfolio.name)


@import_group.command()
@click.argument("batch", type=int)
@json_option
@pass_context
def undo(context: CommandContext, batch: int, as_json: bool) -> None:
    """Take the import BATCH back, whole."""
    from dashboard.services import imports

    with context.app():
        removed = imports.undo(SYSTEM, batch)
    if as_json:
        context.emit({"batch": batch, "removed": removed})
    else:
        click.echo(f"Import {batch} is undone: {removed} transactions removed.")


@import_group.command("list")
@click.option("--portfolio", "name", required=True, metavar="NAME", help="The portfolio whose imports to list.")
@owner_option
@json_option
@pass_context
def list_command(context: CommandContext, name: str, owner: str | None, as_json: bool) -> None:
    """List the imports into a portfolio, newest first."""
    from dashboard.results import ledger_wire
    from dashboard.services import imports, portfolios

    with context.app():
        found = imports.list_batches(SYSTEM, portfolios.portfolio_by_name(SYSTEM, name, owner).id)
    if as_json:
        context.emit([ledger_wire.batch(item) for item in found])
        return
    for item in found:
        state = " (undone)" if item.undone_at else ""
        click.echo(f"{item.id:>6}  {item.created_at:%Y-%m-%d %H:%M}  {item.added:>6} added  {item.filename}{state}")


def _content(file: Path, limit: int) -> bytes:
    """The bytes of a file that is not larger than an upload may be. Raises: PayloadTooLarge, InvalidInput."""
    try:
        if file.stat().st_size > limit:
            raise PayloadTooLarge(limit)
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _print_preview(found: ImportPreview) -> None:
    for problem in found.problems:
        click.echo(f"! {problem}", err=True)
    for row in found.rows:
        click.echo(f"{row.row:>6}  {row.kind.value:<9}  {_described(row)}")
    counts = {kind: sum(row.kind.value == kind for row in found.rows) for kind in ("new", "duplicate", "error")}
    click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()) + "; nothing was written.")
    if found.suggest_untracked:
        click.echo("There is no deposit: consider a portfolio made with --no-cash.", err=True)


def _described(row: RowVerdict) -> str:
    reason = f"{row.column}: {row.reason}" if row.column and row.reason else row.reason
    if row.transaction is None:
        return reason
    tx = row.transaction
    amount = f"{tx.quantity or tx.amount:f}" if tx.quantity or tx.amount or tx.ratio is None else f"× {tx.ratio:f}"
    became = f"→ {tx.target_symbol}" if tx.target_symbol else None
    words = [str(tx.date), tx.type.value, tx.symbol, became, amount, tx.currency]
    words += ["(new instrument)" if row.new_instrument else None, reason]
    return " ".join(word for word in words if word)


def _print_result(done: ImportResult, portfolio: str) -> None:
    for row in done.errors:
        click.echo(f"! Row {row.row}: {_described(row)}", err=True)
    for row in done.kept_out:
        click.echo(f"! Row {row.row} stays out: {_described(row)}", err=True)
    duplicates = "1 duplicate" if done.duplicates == 1 else f"{done.duplicates} duplicates"
    click.echo(f"{portfolio}: {done.added} added, {duplicates}, {done.failed} left out.")
    if done.batch_id is not None:
        click.echo(f"To take it back: dashboard import undo {done.batch_id}")
    if done.new_symbols:
        click.echo(f"New instruments: {', '.join(done.new_symbols)} (dashboard prices refresh gets their prices)")
