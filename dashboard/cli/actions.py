"""``dashboard actions``: dividends and splits that a ledger lacks, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from dashboard.cli.context import CommandContext, json_option, pass_context
from dashboard.cli.options import owner_option, portfolio_id
from dashboard.domain.access import SYSTEM
from dashboard.domain.action_rules import ActionKind, Rule

if TYPE_CHECKING:
    from dashboard.domain.proposals import Proposal
    from dashboard.results.proposals import Decided, ProposalBoard

Choice = tuple[str, ...]


def _share(text: str) -> Decimal | None:
    try:
        return None if text == "none" else Decimal(text)
    except InvalidOperation:
        raise click.BadParameter(
            f"{text!r} is not a share such as 0.15, or none.", param_hint="--withholding"
        ) from None


@click.command("actions")
@click.argument("name")
@click.option("--accept", "accepted", multiple=True, metavar="ID", help="Book a proposal; repeat for more.")
@click.option("--accept-all", is_flag=True, help="Book every open proposal.")
@click.option("--dismiss", "dismissed", multiple=True, metavar="ID", help="Leave one unbooked; repeat for more.")
@click.option("--undo", "undone", multiple=True, metavar="ID", help="Take a decision back; repeat for more.")
@click.option(
    "--rule", type=click.Choice([*map(str, Rule), "none"]), help="What happens without asking; none drops it."
)
@click.option("--kind", type=click.Choice(list(map(str, ActionKind))), default="dividend", help="With --rule: of what.")
@click.option("--symbol", metavar="SYMBOL", help="With --rule: for this instrument alone.")
@click.option("--reinvest", is_flag=True, help="With --rule: buy units with dividends, at the close of the ex-date.")
@click.option(
    "--withholding", metavar="RATE", help="The share of dividends that is withheld, such as 0.15; none drops it."
)
@click.option("--country", default="", metavar="NAME", help="With --withholding: of this country's instruments.")
@click.option("--account", metavar="NAME", help="With --withholding: in this account.")
@click.option("--all", "everything", is_flag=True, help="List what is booked, decided or ignored too.")
@owner_option
@json_option
@pass_context
def actions(
    context: CommandContext,
    name: str,
    accepted: Choice,
    accept_all: bool,
    dismissed: Choice,
    undone: Choice,
    rule: str | None,
    kind: str,
    symbol: str | None,
    reinvest: bool,
    withholding: str | None,
    country: str,
    account: str | None,
    everything: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """List the dividends and splits that the ledger of the portfolio NAME lacks; accept or dismiss them, set rules."""
    asked = [bool(accepted), accept_all, bool(dismissed), bool(undone), rule is not None, withholding is not None]
    if sum(asked) > 1:
        raise click.UsageError("Give one of --accept, --accept-all, --dismiss, --undo, --rule and --withholding.")
    if rule is None and (symbol is not None or reinvest):
        raise click.UsageError("--symbol and --reinvest go with --rule.")
    if withholding is None and (country or account is not None):
        raise click.UsageError("--country and --account go with --withholding.")
    from dashboard.services import actions as service

    with context.app():
        key = portfolio_id(name, owner)
        done = _decide(key, accepted, accept_all, dismissed, undone)
        if rule is not None:
            _set_rule(key, rule, ActionKind(kind), symbol, reinvest)
        if withholding is not None:
            service.set_withholding(SYSTEM, key, _share(withholding), country=country, account=account)
        board = service.board(SYSTEM, key)
    _emit(context, board, done, everything) if as_json else _print(board, done, everything)


def _decide(
    key: int, accepted: Choice, accept_all: bool, dismissed: Choice, undone: Choice
) -> tuple[str, Decided] | None:
    """What was asked for, and what it did."""
    from dashboard.services import actions as service

    if accept_all:
        return "Booked", service.accept_all(SYSTEM, key)
    calls: tuple[tuple[str, Choice, Callable[..., Decided]], ...] = (
        ("Booked", accepted, service.accept),
        ("Dismissed", dismissed, service.dismiss),
        ("Opened again", undone, service.reopen),
    )
    return next(((word, call(SYSTEM, key, ids)) for word, ids, call in calls if ids), None)


def _set_rule(key: int, rule: str, kind: ActionKind, symbol: str | None, reinvest: bool) -> None:
    from dashboard.services import actions as service

    if rule == "none":
        service.remove_rule(SYSTEM, key, kind, symbol=symbol)
        return
    service.set_rule(SYSTEM, key, kind, Rule(rule), symbol=symbol, reinvest=reinvest)
    if rule == Rule.ACCEPT:
        service.follow(key)


def _emit(context: CommandContext, board: ProposalBoard, done: tuple[str, Decided] | None, everything: bool) -> None:
    from dashboard.domain.proposals import ProposalState
    from dashboard.results import proposals_wire
    from dashboard.results.proposals import TO_DECIDE

    data = proposals_wire.board(board, ProposalState if everything else TO_DECIDE)
    context.emit(data | {"decided": None if done is None else proposals_wire.decided(done[1])})


def _print(board: ProposalBoard, done: tuple[str, Decided] | None, everything: bool) -> None:
    from dashboard.domain.proposals import ProposalState
    from dashboard.results.proposals import TO_DECIDE

    if done is not None:
        click.echo(f"{done[0]}: {len(done[1].proposals)}.")
    for (kind, symbol), rule in board.rules.items():
        what = f"{kind}s of {symbol or 'every instrument'}"
        click.echo(f"Rule: {rule.rule} {what}{', reinvested' if rule.reinvest else ''}.")
    for (account, country), rate in board.rates.items():
        where = " ".join(
            word for word in (f"of {country}" if country else "", f"in {account}" if account else "") if word
        )
        click.echo(f"Withheld: {rate:f} of dividends {where}".rstrip() + ".")
    shown = board.of(ProposalState if everything else TO_DECIDE)
    if shown:
        columns = f"{'symbol':<12}{'quantity':>14}{'a unit':>14}{'amount':>14}{'tax':>10}"
        click.echo(f"{'id':<14}{'ex-date':<12}{'kind':<10}{columns}  {'':4}{'state':<10}account")
    for one in shown:
        _print_one(one)
    counts = ", ".join(f"{board.count(state)} {state}" for state in ProposalState if board.count(state))
    click.echo(counts or "No dividend or split touches this ledger.")


def _print_one(one: Proposal) -> None:
    from dashboard.formatting import numbers

    quantity, unit = numbers.quantity(one.quantity), numbers.number(one.per_unit, 6, min_decimals=2)
    money = f"{numbers.number(one.amount):>14}{numbers.number(one.tax):>10}  {one.currency:<4}"
    line = f"{one.id:<14}{one.date!s:<12}{one.kind:<10}{one.symbol:<12}{quantity:>14}{unit:>14}{money}"
    click.echo(f"{line}{one.state:<10}{one.account}".rstrip())
    for reason in one.reasons:
        click.echo(f"{'':<14}{reason}")
