"""``dashboard lots``: an instrument's lots and gains by every method, and what a sale would realise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import day_option, owner_option, portfolio_id, print_notes
from dashboard.domain.access import SYSTEM

if TYPE_CHECKING:
    from dashboard.results.lots import LotReport, WhatIf


def _decimal(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not a number.", ctx, param) from None


@click.command()
@click.argument("name")
@click.argument("symbol")
@day_option("--as-of", "as_of", "The day to look at (default: today).")
@click.option("--account", metavar="NAME", help="The lots of this account alone.")
@click.option("--long-term-days", type=click.IntRange(0), default=365, help="Held longer is long term (default: 365).")
@click.option("--what-if", "quantity", callback=_decimal, metavar="QUANTITY", help="What selling this would realise.")
@click.option("--price", callback=_decimal, metavar="PRICE", help="With --what-if: at this price (default: the day's).")
@click.option("--fee", callback=_decimal, metavar="FEE", help="With --what-if: less this fee, in the price's currency.")
@click.option("--lot", "lot_ids", multiple=True, metavar="ID", help="With --what-if: sell this lot; repeat for more.")
@owner_option
@json_option
@pass_context
def lots(
    context: CommandContext,
    name: str,
    symbol: str,
    as_of: date | None,
    account: str | None,
    long_term_days: int,
    quantity: Decimal | None,
    price: Decimal | None,
    fee: Decimal | None,
    lot_ids: tuple[str, ...],
    owner: str | None,
    as_json: bool,
) -> None:
    """Print what the portfolio NAME holds and realised of SYMBOL by every method of closing lots."""
    from dashboard.results import lots_wire
    from dashboard.services import lots as service

    if quantity is None and (price is not None or fee is not None or lot_ids):
        raise click.UsageError("--price, --fee and --lot go with --what-if.")
    with context.app():
        sale = None if quantity is None else service.ProposedSale(quantity, price, fee or Decimal(0), lot_ids)
        report = service.report(
            SYSTEM,
            portfolio_id(name, owner),
            symbol,
            as_of=as_of,
            account=account,
            sale=sale,
            long_term_days=long_term_days,
        )
    if as_json:
        context.emit(lots_wire.lots(report))
    else:
        _print_report(report)
        print_notes(lots_wire.lot_notes(report))


def _print_report(report: LotReport) -> None:
    from dashboard.formatting import dates, numbers

    place = f", account {report.account}" if report.account else ""
    click.echo(f"{report.portfolio.name}, {report.symbol}{place}, {dates.day(report.as_of)}, {report.currency}\n")
    click.echo(
        f"{'':10}{'quantity':>14}{'cost':>16}{'unrealised':>16}{'realised':>16}{'short term':>16}{'long term':>16}"
    )
    for item in report.methods:
        unrealized = None if report.market_value is None else report.market_value - float(item.cost)
        gains = (item.realized, item.realized_for(long_term=False), item.realized_for(long_term=True))
        click.echo(
            f"{item.method.value:<10}{numbers.quantity(item.quantity):>14}{numbers.number(item.cost):>16}"
            f"{numbers.number(unrealized, signed=True):>16}{_signed(*gains)}"
        )
    for item in report.methods:
        if item.lots:
            click.echo(f"\n{item.method.value}: open lots")
        for held in item.lots:
            lot, term = held.lot, "long" if held.long_term else "short"
            click.echo(
                f"  {lot.lot_id:<12}{lot.acquired:%Y-%m-%d}{numbers.quantity(lot.quantity):>14}"
                f"{numbers.number(lot.base_cost):>16}{held.days_held:>8} days, {term} term"
            )
    if report.what_if is not None:
        _print_what_if(report.what_if)


def _print_what_if(sale: WhatIf) -> None:
    from dashboard.formatting import numbers

    price = f"{numbers.number(sale.price, 4, min_decimals=2)} {sale.price_currency}"
    click.echo(f"\nSelling {numbers.quantity(sale.quantity)} at {price}, {numbers.number(sale.proceeds)} net:")
    click.echo(f"{'':10}{'cost':>16}{'gain':>16}{'short term':>16}{'long term':>16}  lots")
    for item in sale.outcomes:
        gains = (item.gain, item.gain_for(long_term=False), item.gain_for(long_term=True))
        closed = ", ".join(f"{numbers.quantity(part.quantity)} of {part.lot_id}" for part in item.closed)
        click.echo(f"{item.method.value:<10}{numbers.number(item.cost):>16}{_signed(*gains)}  {closed}")
    if sale.short_quantity:
        more, money = numbers.quantity(sale.short_quantity), numbers.number(sale.short_proceeds)
        click.echo(f"{more} of it are more than is held: they open a short position for {money}, and gain nothing yet.")


def _signed(*gains: Decimal) -> str:
    from dashboard.formatting import numbers

    return "".join(f"{numbers.number(gain, signed=True):>16}" for gain in gains)
