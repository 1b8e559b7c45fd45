"""What commands that import a file tell about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext

if TYPE_CHECKING:
    from dashboard.results.instruments import FileFault, ImportCounts

SHOWN_LENGTH = 40


def tell_counts(context: CommandContext, counts: ImportCounts, as_json: bool) -> None:
    """Print what came in, what was left out and why; exits with 1 where nothing did."""
    from dashboard.results import market_wire as wire

    if as_json:
        context.emit(wire.import_counts(counts))
    else:
        click.echo(f"{counts.rows} {counts.kind} read, {counts.changed} new or changed, {len(counts.faults)} left out.")
        for fault in counts.faults:
            context.say(f"! {_where(fault)}{fault.reason}")
        for remark in counts.remarks:
            context.say(f"! {remark.symbol}: {remark.reason}")
    if counts.faults and not counts.rows:
        sys.exit(1)


def _where(fault: FileFault) -> str:
    """The row and the column of a fault, or the series that it is of, unless its reason names that."""
    if fault.row is None:
        return "" if fault.symbol in fault.reason else f"{fault.symbol[:SHOWN_LENGTH]}: "
    return f"row {fault.row}, {fault.column}: " if fault.column else f"row {fault.row}: "
