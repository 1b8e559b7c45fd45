"""What commands about portfolios share: options of days, portfolios by name, and remarks on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from dashboard.domain.access import SYSTEM, PortfolioId

if TYPE_CHECKING:
    from dashboard.results.notes import StatusNote

F = TypeVar("F", bound=Callable[..., object])
DAY = click.DateTime(formats=["%Y-%m-%d"])


def day_of_option(ctx: click.Context, param: click.Parameter, value: datetime | None) -> date | None:
    """The day of an option's value."""
    return value.date() if value is not None else None


def period_options(command: F) -> F:
    """Add ``--from``, ``--to``, ``--currency`` and ``--owner``."""
    for option in (
        click.option("--owner", metavar="EMAIL", help="Whose portfolio, where the name alone does not tell."),
        click.option("--currency", metavar="CCY", help="Report in this currency instead of the portfolio's."),
        click.option(
            "--to", "end", type=DAY, callback=day_of_option, metavar="DATE", help="Last day (default: today)."
        ),
        click.option(
            "--from",
            "start",
            type=DAY,
            callback=day_of_option,
            metavar="DATE",
            help="First day (default: of the ledger).",
        ),
    ):
        command = option(command)
    return command


def portfolio_id(name: str, owner: str | None) -> PortfolioId:
    """The portfolio called ``name``. Raises: NotFound, InvalidInput."""
    from dashboard.services import portfolios

    return portfolios.portfolio_by_name(SYSTEM, name, owner).id


def print_notes(notes: Iterable[StatusNote]) -> None:
    """Each remark once, however many series it is about."""
    for message in dict.fromkeys(note.message for note in notes):
        click.echo(f"! {message}", err=True)
