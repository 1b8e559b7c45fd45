"""What commands about portfolios share: options of days, portfolios by name, and remarks on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from dashboard.domain.access import SYSTEM, PortfolioId

if TYPE_CHECKING:
    from dashboard.results.notes import StatusNote

F = TypeVar("F", bound=Callable[..., object])
DAY = click.DateTime(formats=["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LEDGER_BEGINS, TODAY = "First day (default: of the ledger).", "Last day (default: today)."


class Period(TypedDict):
    """What services take to know a period, and the currency to report in."""

    start: date | None
    end: date | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command about a period of a portfolio is asked: whose, and which."""

    name: str
    owner: str | None
    period: Period

    @property
    def portfolio_id(self) -> PortfolioId:
        """The portfolio. Raises: NotFound, InvalidInput."""
        return portfolio_id(self.name, self.owner)


def day_of_option(ctx: click.Context, param: click.Parameter, value: datetime | None) -> date | None:
    """The day of an option's value."""
    return value.date() if value is not None else None


def day_option(flag: str, name: str, help: str | None = None) -> Callable[[F], F]:
    """An option that takes a day."""
    return click.option(flag, name, type=DAY, callback=day_of_option, metavar="DATE", help=help)


def owner_option(command: F) -> F:
    """Add ``--owner``."""
    words = "Whose portfolio, where the name alone does not tell."
    return click.option("--owner", metavar="EMAIL", help=words)(command)


def currency_option(command: F) -> F:
    """Add ``--currency``."""
    words = "Report in this currency instead of the portfolio's."
    return click.option("--currency", metavar="CCY", help=words)(command)


def period_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add NAME, ``--from``, ``--to``, ``--currency`` and ``--owner``: the command gets them as ``asked``."""

    @wraps(command)
    def run(
        *context: object,
        name: str,
        owner: str | None,
        start: date | None,
        end: date | None,
        currency: str | None,
        **others: object,
    ) -> None:
        command(*context, asked=Asked(name, owner, Period(start=start, end=end, currency=currency)), **others)

    adding = (
        owner_option,
        currency_option,
        day_option("--to", "end", TODAY),
        day_option("--from", "start", LEDGER_BEGINS),
        click.argument("name"),
    )
    for add in adding:
        run = add(run)
    return run


def interval_option(command: F) -> F:
    """Add ``--interval``."""
    lengths = click.Choice(["1m", "5m", "15m", "30m", "1h"])
    return click.option("--interval", type=lengths, help="Bars within the day, of this length.")(command)


def portfolio_id(name: str, owner: str | None) -> PortfolioId:
    """The portfolio called ``name``. Raises: NotFound, InvalidInput."""
    from dashboard.services import portfolios

    return portfolios.portfolio_by_name(SYSTEM, name, owner).id


def print_notes(notes: Iterable[StatusNote]) -> None:
    """Each remark once, however many series it is about."""
    for message in dict.fromkeys(note.message for note in notes):
        click.echo(f"! {message}", err=True)
