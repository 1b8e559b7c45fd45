"""What each type of row needs by itself, whatever is held: every fault with its field and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.errors import LedgerError

# Nothing that is owned or owed has this many units: beyond it, a number is a slip (or infinite).
LIMIT = Decimal("1e28")
Fault = LedgerError | None

NUMBERS = ("quantity", "price", "fee", "tax", "amount", "fx_rate", "ratio", "target_amount")
MORE_NUMBERS = ("cost_fraction", "cost", "accrued")
POSITIVE = frozenset({"fx_rate"})
# A short pays what a long position receives.
SIGNED_AMOUNTS = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST})


def row_fault(row: Transaction) -> Fault:
    """What is wrong with a row by itself; None where nothing is."""
    found = number_fault(row)
    if found is not None:
        return found
    rule = RULES.get(row.type)
    return rule(row) if rule is not None else None


def number_fault(row: Transaction) -> Fault:
    """The first number of a row that is not finite, or negative where the type gives the direction."""
    try:
        if _numbers_hold(row):
            return None
    except InvalidOperation:  # a comparison with what is not a number
        pass
    return next(_wrong_numbers(row), None)


def _numbers_hold(row: Transaction) -> bool:
    """The common case, without a look at what is left at its default."""
    price, fx_rate = row.price, row.fx_rate
    return bool(
        (row.quantity is ZERO or ZERO <= row.quantity < LIMIT)
        and (row.amount is ZERO or ZERO <= row.amount < LIMIT)
        and (row.fee is ZERO or ZERO <= row.fee < LIMIT)
        and (row.tax is ZERO or ZERO <= row.tax < LIMIT)
        and (price is None or ZERO <= price < LIMIT)
        and (fx_rate is None or ZERO < fx_rate < LIMIT)
        and row.accrued is ZERO
        and row.ratio is row.cost is row.cost_fraction is row.target_amount is None
    )


def _wrong_numbers(row: Transaction) -> Iterator[LedgerError]:
    for name in NUMBERS + MORE_NUMBERS:
        value: Decimal | None = getattr(row, name)
        if value is None:
            continue
        spoken = name.replace("_", " ")
        if not value.is_finite() or abs(value) >= LIMIT:
            yield LedgerError(f"The {spoken} is not a number that can be booked.", field=name)
        elif value < 0 and not (name == "amount" and row.type in SIGNED_AMOUNTS):
            yield LedgerError(f"The {spoken} cannot be negative: the type gives the direction.", field=name)
        elif not value and name in POSITIVE:
            yield LedgerError(f"The {spoken} must be more than 0.", field=name)


def a(kind: TransactionType) -> str:
    """A type with its article, as a sentence begins with it."""
    name = kind.value.replace("_", " ")
    return f"{'An' if name[0] in 'aeiou' else 'A'} {name}"


def _symbol(row: Transaction) -> Fault:
    return None if row.symbol else LedgerError(f"{a(row.type)} needs a symbol.", field="symbol")


def _units(row: Transaction) -> Fault:
    if row.quantity <= 0:
        return _symbol(row) or LedgerError(f"{a(row.type)} needs a positive quantity.", field="quantity")
    return _symbol(row)


def _trade(row: Transaction) -> Fault:
    if row.price is None and row.amount <= 0:
        return _units(row) or LedgerError(f"{a(row.type)} needs a price or an amount.", field="price")
    return _units(row)


def _reinvest(row: Transaction) -> Fault:
    if row.amount and row.amount - row.tax - row.fee <= 0:
        return _units(row) or LedgerError("The tax and the fee leave nothing to reinvest.", field="amount")
    return _trade(row)


def _money(row: Transaction) -> Fault:
    if row.amount <= 0:
        return LedgerError(f"{a(row.type)} needs a positive amount.", field="amount")
    return None


def _exchange(row: Transaction) -> Fault:
    if row.target_amount is None or row.target_amount <= 0 or not row.target_currency:
        return LedgerError("An exchange needs the amount and the currency that came in.", field="target_amount")
    return _money(row)


def _ratio(row: Transaction) -> Fault:
    if row.ratio is None or row.ratio <= 0:
        return _symbol(row) or LedgerError(f"{a(row.type)} needs a positive ratio.", field="ratio")
    return _symbol(row)


def _target(row: Transaction) -> Fault:
    if not row.target_symbol:
        return _symbol(row) or LedgerError(f"{a(row.type)} needs the symbol that it brings.", field="target_symbol")
    if row.target_symbol == row.symbol:
        text = f"{a(row.type)} of {row.symbol} into itself changes nothing."
        return LedgerError(text, field="target_symbol")
    return _symbol(row)


def _spin_off(row: Transaction) -> Fault:
    if row.cost_fraction is None or not 0 <= row.cost_fraction <= 1:
        text = "A spin off needs the share of the cost that moves to the new symbol, between 0 and 1."
        return _target(row) or _ratio(row) or LedgerError(text, field="cost_fraction")
    return _target(row) or _ratio(row)


def _merger(row: Transaction) -> Fault:
    if row.target_symbol or row.ratio is not None:
        return _target(row) or _ratio(row)
    if row.amount <= 0:
        text = "A merger needs the symbol and the ratio that it brings, or the cash that it pays."
        return _symbol(row) or LedgerError(text, field="target_symbol")
    return _symbol(row)


def _symbol_change(row: Transaction) -> Fault:
    return _target(row) or (_ratio(row) if row.ratio is not None else None)


def _return_of_capital(row: Transaction) -> Fault:
    return _symbol(row) or _money(row)


RULES: dict[TransactionType, Callable[[Transaction], Fault]] = {
    TransactionType.BUY: _trade,
    TransactionType.SELL: _trade,
    TransactionType.DEPOSIT: _money,
    TransactionType.WITHDRAWAL: _money,
    TransactionType.EXCHANGE: _exchange,
    TransactionType.SPLIT: _ratio,
    TransactionType.DIVIDEND: _symbol,
    TransactionType.REINVEST: _reinvest,
    TransactionType.TRANSFER_IN: _units,
    TransactionType.TRANSFER_OUT: _units,
    TransactionType.SPIN_OFF: _spin_off,
    TransactionType.MERGER: _merger,
    TransactionType.SYMBOL_CHANGE: _symbol_change,
    TransactionType.RETURN_OF_CAPITAL: _return_of_capital,
    TransactionType.STAKING: _units,
    TransactionType.AIRDROP: _units,
}
