"""``dashboard transactions``: print or export a ledger."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option, owner_option
from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import InvalidInput

if TYPE_CHECKING:
    from dashboard.results.transactions import TransactionPage


@click.command()
@click.argument("name")
@day_option("--from", "start", "Rows of this day and later.")
@day_option("--to", "end", "Rows of this day and earlier.")
@click.option("--symbol", help="Rows of this instrument.")
@click.option("--type", "kind", type=click.Choice(list(map(str, TransactionType))), help="Rows of this type.")
@click.option("--search", default="", metavar="TEXT", help="Rows with these words.")
@click.option("--limit", type=click.IntRange(1), help="No more rows than this.")
@click.option("--csv", "as_csv", is_flag=True, help="Write the whole ledger as a canonical file.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="With --csv: write to this file.")
@owner_option
@json_option
@pass_context
def transactions(
    context: CommandContext,
    name: str,
    start: date | None,
    end: date | None,
    symbol: str | None,
    kind: str | None,
    search: str,
    limit: int | None,
    as_csv: bool,
    output: Path | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """Print the transactions of the portfolio NAME, newest first; with --csv export them."""
    filtered = any((start, end, symbol, kind, search, limit))
    if as_csv and (filtered or as_json):
        raise click.UsageError("--csv writes the whole ledger; it goes with --output and --owner only.")
    if output is not None and not as_csv:
        raise click.UsageError("--output goes with --csv.")
    if as_csv:
        _export(context, name, owner, output)
        return
    from dashboard.results import ledger_wire
    from dashboard.services import portfolios
    from dashboard.services import transactions as service

    with context.app():
        page = service.list_transactions(
            SYSTEM,
            portfolios.portfolio_by_name(SYSTEM, name, owner).id,
            limit=limit,
            text=search,
            type=TransactionType(kind) if kind else None,
            symbol=symbol,
            start=start,
            end=end,
        )
    context.emit(ledger_wire.transaction_page(page)) if as_json else _print(page)


def _export(context: CommandContext, name: str, owner: str | None, output: Path | None) -> None:
    from dashboard.services import portfolios
    from dashboard.services import transactions as service

    with context.app():
        content = service.export_csv(SYSTEM, portfolios.portfolio_by_name(SYSTEM, name, owner).id)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error
    context.say(f"Wrote {output}.")


def _print(page: TransactionPage) -> None:
    from dashboard.formatting import numbers

    click.echo(f"{'date':<11}{'type':<18}{'symbol':<12}{'quantity':>16}{'price':>14}{'amount':>16}  {'':4}{'account'}")
    for row in page.rows:
        tx = row.transaction
        quantity = numbers.quantity(tx.quantity) if tx.quantity else ""
        price = numbers.number(tx.price, 4, min_decimals=2) if tx.price is not None else ""
        amount = numbers.number(tx.amount) if tx.amount or tx.ratio is None else ""
        became = " ".join(word for word in (f"→ {tx.target_symbol}" if tx.target_symbol else "", _ratio(tx)) if word)
        click.echo(
            f"{tx.date!s:<11}{tx.type.value:<18}{tx.symbol or '':<12}{quantity:>16}{price:>14}{amount or became:>16}"
            f"  {tx.currency:<4}{tx.account} {became if amount else ''}".rstrip()
        )
    click.echo(f"{len(page.rows)} of {page.total} transactions")


def _ratio(tx: Transaction) -> str:
    return f"× {tx.ratio:f}" if tx.ratio is not None else ""
