"""How the units of each position change by what is no plain trade: transfers, swaps of symbols, cash in lieu."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from dashboard.domain.corporate_actions import same_event
from dashboard.domain.instruments import Split
from dashboard.domain.lots import ROUNDING
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.errors import LedgerError, Oversell

ONE = Decimal(1)
Position = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """What a row does to one position: ``units`` come (+) or go (−); ``inner`` is from account to account.

    ``share`` is that of the row's money and costs: of an event that several accounts take part in, by their units.
    """

    account: str
    symbol: str
    units: Decimal
    share: Decimal = ONE
    inner: bool = False


class Held(Protocol):
    """What is held when a row comes, short positions negative."""

    def units(self, account: str, symbol: str) -> Decimal:
        """Units of one position, 0 where there is none."""

    def accounts(self, symbol: str) -> Sequence[str]:
        """The accounts that hold some or are short of it, in order of their names."""


def moves_of(row: Transaction, held: Held, splits: Mapping[str, Sequence[Split]]) -> tuple[Move, ...]:
    """The movements of a row of one of ``MOVERS``, in the order of its legs. Raises LedgerError."""
    if row.type is TransactionType.SPLIT:
        return tuple(_in_lieu(row, held, splits.get(row.symbol or "", ())))
    return tuple(MOVERS[row.type](row, held))


def _incoming(row: Transaction, _: Held) -> Iterator[Move]:
    yield Move(row.account, row.symbol or "", row.quantity)


def _outgoing(row: Transaction, held: Held) -> Iterator[Move]:
    symbol = row.symbol or ""
    units = _within(row, row.quantity, held.units(row.account, symbol), "transferred out")
    yield Move(row.account, symbol, -units)


def _spin_off(row: Transaction, held: Held) -> Iterator[Move]:
    for account, units, share in _parts(row, held, _holders(row, held)):
        yield Move(account, row.symbol or "", ZERO, abs(share))
        yield Move(account, row.target_symbol or "", units * (row.ratio or ZERO), ZERO)


def _swap(row: Transaction, held: Held) -> Iterator[Move]:
    for account, units, share in _parts(row, held, _holders(row, held)):
        yield Move(account, row.symbol or "", -units, share)
        if row.target_symbol:
            yield Move(account, row.target_symbol, units if row.ratio is None else units * row.ratio, ZERO)


def _return_of_capital(row: Transaction, held: Held) -> Iterator[Move]:
    """Money after the sale of everything still comes to the row's account."""
    symbol = row.symbol or ""
    accounts = [account for account in held.accounts(symbol) if row.account in ("", account)]
    for account, _, share in _parts(row, held, accounts) if accounts else ((row.account, ZERO, ONE),):
        yield Move(account, symbol, ZERO, share)


def _parts(row: Transaction, held: Held, accounts: Sequence[str]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each account with its units and its share of the row's money; a short has a negative one: it pays."""
    found = [(account, held.units(account, row.symbol or "")) for account in accounts]
    total = abs(sum((units for _, units in found), ZERO))
    if not total:
        text = f"What is held of {row.symbol} and what is short of it cancel: give a row to each account."
        raise LedgerError(text, field="account")
    for account, units in found:
        yield account, units, units / total


def _in_lieu(row: Transaction, held: Held, splits: Sequence[Split]) -> Iterator[Move]:
    """The fraction of a new unit that is paid out, in units of the day: the event itself may be later than its row."""
    symbol, ratio = row.symbol or "", row.ratio or ZERO
    events = [split for split in splits if same_event(split, Split(row.date, ratio))]
    scale = ratio if events and all(event.date > row.date for event in events) else Decimal(1)
    accounts = _holders(row, held)
    if row.quantity and len(accounts) > 1:
        text = f"{row.symbol} is held in several accounts: say in which of them the fraction was sold."
        raise LedgerError(text, field="account")
    found: list[tuple[str, Decimal]] = []
    for account in accounts:
        units = held.units(account, symbol)
        if units < 0:
            raise LedgerError(f"A short position of {symbol} has no fraction to be paid out.", field="symbol")
        fraction = row.quantity or _fraction(units * scale)
        found.append((account, _within(row, fraction / scale, units, "paid out") if fraction else ZERO))
    total = sum((fraction for _, fraction in found), ZERO)
    for account, fraction in found:
        yield Move(account, symbol, -fraction, fraction / total if total else ONE / len(found))


def _fraction(units: Decimal) -> Decimal:
    """The part of a unit beyond whole ones; none where it is but the rounding of a ratio that does not end."""
    found = units % 1
    return ZERO if min(found, 1 - found) <= abs(units) * ROUNDING else found


def _within(row: Transaction, wanted: Decimal, held: Decimal, done: str) -> Decimal:
    """``wanted`` of what is held, all of it where only rounding lies between. Raises Oversell."""
    if wanted > held:
        if wanted - held > wanted * ROUNDING:
            raise oversell(row, wanted, held, done)
        return held
    return wanted


def oversell(row: Transaction, wanted: Decimal, held: Decimal, done: str = "sold") -> Oversell:
    """The error of a row that takes more than is held."""
    place = f" in account {row.account}" if row.account else ""
    text = f"{wanted.normalize():f} {row.symbol} {done} on {row.date}, but {held.normalize():f} held{place}."
    return Oversell(text, wanted=wanted, held=held)


def _holders(row: Transaction, held: Held) -> Sequence[str]:
    """The accounts that an event of a symbol is for: the row's own, else all that hold it. Raises LedgerError."""
    symbol = row.symbol or ""
    found = held.accounts(symbol)
    if row.account:
        found = [account for account in found if account == row.account]
    if not found:
        place = f" in account {row.account}" if row.account else ""
        raise LedgerError(f"No {symbol} was held{place} on {row.date}.", field="symbol")
    return found


MOVERS: dict[TransactionType, Callable[[Transaction, Held], Iterator[Move]]] = {
    TransactionType.REINVEST: _incoming,
    TransactionType.TRANSFER_IN: _incoming,
    TransactionType.STAKING: _incoming,
    TransactionType.AIRDROP: _incoming,
    TransactionType.TRANSFER_OUT: _outgoing,
    TransactionType.SPIN_OFF: _spin_off,
    TransactionType.MERGER: _swap,
    TransactionType.SYMBOL_CHANGE: _swap,
    TransactionType.RETURN_OF_CAPITAL: _return_of_capital,
}
