"""Legs of rows that are no plain trade: transfers in kind, swaps of symbols, capital returned, accrued interest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.arrays import NAN, Days, date_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.legs import ONE, CashMove, Leg, RowLeg
from dashboard.domain.prices import MarketData
from dashboard.domain.row_money import RateTable, cash_currency, gross_amount, in_currency
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.unit_moves import Move
from dashboard.domain.unit_prices import UnitPrices

Kind = TransactionType
TRADES = frozenset({Kind.BUY, Kind.SELL})
INCOME = frozenset({Kind.DIVIDEND, Kind.INTEREST})


def build_legs(
    ledger: CheckedLedger, instruments: Sequence[Instrument], table: RateTable, days: Days, market: MarketData
) -> dict[int, list[RowLeg]]:
    """By position in the ledger, the legs of each row that has some; a row without a leg beside it is a plain one."""
    rows = ledger.transactions
    special = {at for at, row in enumerate(rows) if row.accrued or _other_fee(row)} | ledger.moves.keys()
    if not special:
        return {}
    bought = {row.symbol for row in rows if row.accrued}
    if bought:
        special |= {at for at, row in enumerate(rows) if row.symbol in bought and row.type in INCOME}
    builder = _Builder(ledger, instruments, table, days, market)
    found: dict[int, list[RowLeg]] = {}
    for at, row in enumerate(rows):
        if at in special:
            found[at] = builder.legs(row, ledger.moves.get(at, ()))
        else:
            builder.note(row)
    return found


def _other_fee(row: Transaction) -> bool:
    """Whether the fee is in a currency of its own."""
    return bool(row.fee_currency) and row.fee_currency != row.currency and bool(row.fee)


@dataclass(frozen=True, slots=True)
class _Costs:
    """A row's fee and tax: in the report's currency, in the row's, and what of them moves the row's own balance."""

    fee: Decimal
    tax: Decimal
    fee_local: Decimal
    tax_local: Decimal
    own: Decimal
    other: tuple[CashMove, ...]


class _Builder:
    """Makes legs row by row, in the order of the ledger."""

    def __init__(
        self,
        ledger: CheckedLedger,
        instruments: Sequence[Instrument],
        table: RateTable,
        days: Days,
        market: MarketData,
    ) -> None:
        self._table = table
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._origin = date_of(days[0]).toordinal()
        self._prices = UnitPrices(market.prices, ledger.splits, days)
        self._accrued: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self._moved = ZERO, ZERO
        self._makers: Mapping[Kind, Callable[[Transaction, Sequence[Move]], Iterator[RowLeg]]] = {
            Kind.BUY: self._trade,
            Kind.SELL: self._trade,
            Kind.DIVIDEND: self._income,
            Kind.INTEREST: self._income,
            Kind.REINVEST: self._reinvest,
            Kind.STAKING: self._reward,
            Kind.AIRDROP: self._reward,
            Kind.TRANSFER_IN: self._transfer,
            Kind.TRANSFER_OUT: self._transfer,
            Kind.SPIN_OFF: self._spin_off,
            Kind.MERGER: self._swap,
            Kind.SYMBOL_CHANGE: self._swap,
            Kind.RETURN_OF_CAPITAL: self._capital,
            Kind.SPLIT: self._in_lieu,
        }

    def legs(self, row: Transaction, moves: Sequence[Move]) -> list[RowLeg]:
        """The legs of one row."""
        return list(self._makers.get(row.type, self._fee_apart)(row, moves))

    def note(self, row: Transaction) -> None:
        """Remember the price of a plain trade."""
        if row.type in TRADES and row.symbol:
            gross = gross_amount(row, self._multiplier(row.symbol))
            self._note(row, row.symbol, row.quantity, gross)

    # What rows have in common.

    def _day(self, row: Transaction) -> int:
        return row.date.toordinal() - self._origin

    def _multiplier(self, symbol: str) -> Decimal:
        return self._instruments[symbol].multiplier

    def _rate(self, row: Transaction, currency: str) -> Decimal:
        """The worth of 1 of ``currency`` on the day of the row: by the row's own rate where that is its currency."""
        day = self._day(row)
        return self._table.of(row, day) if currency == row.currency else self._table.market(currency, day)

    def _local(self, row: Transaction, symbol: str, amount: Decimal) -> Decimal:
        """An amount of the row's currency in the instrument's."""
        currency = self._instruments[symbol].currency
        if currency == row.currency or not amount:
            return amount
        return amount * self._rate(row, row.currency) / self._rate(row, currency)

    def _costs(self, row: Transaction, share: Decimal = ONE) -> _Costs:
        rate = self._rate(row, row.currency)
        fee, tax = row.fee * share, row.tax * share
        if not _other_fee(row):
            return _Costs(_worth(fee, rate), _worth(tax, rate), fee, tax, fee + tax, ())
        value = fee * self._rate(row, row.fee_currency or "")
        other = (CashMove(row.fee_currency or "", -fee, -value),)
        return _Costs(value, _worth(tax, rate), value / rate, tax, tax, other)

    def _cash(self, row: Transaction, change: Decimal) -> tuple[CashMove, ...]:
        """A change in the row's currency as a movement of the balance that the row moves."""
        if not change:
            return ()
        name = cash_currency(row, self._table.base_currency)
        local = change if name == row.currency else in_currency(row, change, name, self._day(row), self._table)
        return (CashMove(name, local, change * self._rate(row, row.currency)),)

    def _note(self, row: Transaction, symbol: str, units: Decimal, gross: Decimal) -> None:
        if units:
            local = self._local(row, symbol, gross)
            self._prices.note(symbol, row.date, abs(local / units / self._multiplier(symbol)))

    def _value(self, row: Transaction, symbol: str, units: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
        """Units at a price of the quote's currency: in that currency and in the report's."""
        local = units * price * self._multiplier(symbol)
        return local, _worth(local, self._rate(row, self._instruments[symbol].currency))

    # Trades and income, where there is more to them than a plain row has.

    def _trade(self, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
        symbol, sign = row.symbol or "", 1 if row.type is Kind.BUY else -1
        gross = gross_amount(row, self._multiplier(symbol))
        costs, rate = self._costs(row), self._rate(row, row.currency)
        trade, net = gross * sign, gross + (costs.fee_local + costs.tax_local) * sign
        taken = row.accrued if sign > 0 else -min(row.accrued, self._accrued[row.account, symbol, row.currency])
        self._accrued[row.account, symbol, row.currency] += taken
        self._note(row, symbol, row.quantity, gross)
        yield row, Leg(
            account=row.account,
            symbol=symbol,
            units=row.quantity * sign,
            trade_local=self._local(row, symbol, trade),
            trade=trade * rate,
            net_local=self._local(row, symbol, net),
            net=_worth(gross, rate) + (costs.fee + costs.tax) * sign,
            income=_worth(row.accrued + taken if sign < 0 else ZERO, rate),
            fees=costs.fee,
            taxes=costs.tax,
            embedded=costs.fee + costs.tax,
            cash=self._cash(row, -(gross + row.accrued) * sign - costs.own) + costs.other,
            receivable=self._receivable(row, taken),
        )

    def _receivable(self, row: Transaction, change: Decimal) -> tuple[CashMove, ...]:
        if not change:
            return ()
        return (CashMove(row.currency, change, change * self._rate(row, row.currency)),)

    def _income(self, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
        """A dividend or interest of an instrument whose accrued interest was bought."""
        symbol = row.symbol or ""
        gross, costs = gross_amount(row, self._multiplier(symbol)) if symbol else row.amount, self._costs(row)
        taken = self._accrued.pop((row.account, symbol, row.currency), ZERO)
        if not taken and _other_fee(row):
            yield from self._fee_apart(row, ())
            return
        yield row, Leg(
            account=row.account,
            symbol=symbol,
            income=_worth(gross - taken, self._rate(row, row.currency)),
            fees=costs.fee,
            taxes=costs.tax,
            cash=self._cash(row, gross - costs.own) + costs.other,
            receivable=self._receivable(row, -taken),
        )

    def _fee_apart(self, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
        """A plain row, and the fee that it took in another currency."""
        costs = self._costs(row)
        yield replace(row, fee=ZERO, fee_currency=None), None
        yield row, Leg(account=row.account, symbol=row.symbol or "", fees=costs.fee, cash=costs.other)

    def _reinvest(self, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
        symbol, costs, rate = row.symbol or "", self._costs(row), self._rate(row, row.currency)
        inside = ZERO if costs.other else costs.fee_local  # a fee in another currency is paid beside the income
        gross = row.amount or gross_amount(row, self._multiplier(symbol)) + row.tax + inside
        bought = gross - row.tax - inside
        self._note(row, symbol, row.quantity, bought)
        yield row, Leg(
            account=row.account,
            symbol=symbol,
            units=row.quantity,
            trade_local=self._local(row, symbol, bought),
            trade=bought * rate,
            net_local=self._local(row, symbol, bought + costs.fee_local),
            net=bought * rate + costs.fee,
            income=gross * rate,
            fees=costs.fee,
            taxes=costs.tax,
            embedded=costs.fee,
            cash=costs.other,
        )

    def _reward(self, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
        """Units that are income: staking, airdrops."""
        symbol, costs = row.symbol or "", self._costs(row)
        local, value = self._given(row, symbol, gross_amount(row, self._multiplier(symbol)))
        if row.amount == 0 and row.price is None:
            local, value = self._value(row, symbol, row.quantity, self._price(row, symbol, later_first=True))
        self._prices.note(symbol, row.date, local / row.quantity / self._multiplier(symbol))
        yield row, Leg(
            account=row.account,
            symbol=symbol,
            units=row.quantity,
            trade_local=local,
            trade=value,
            net_local=local,
            net=value,
            income=value,
            fees=costs.fee,
            taxes=costs.tax,
            cash=self._cash(row, -costs.own) + costs.other,
        )

    def _given(self, row: Transaction, symbol: str, amount: Decimal) -> tuple[Decimal, Decimal]:
        """An amount of the row in the instrument's currency and in the report's."""
        return self._local(row, symbol, amount), _worth(amount, self._rate(row, row.currency))

    def _price(self, row: Transaction, symbol: str, later_first: bool) -> Decimal:
        """The day's close; without one yet, the first that follows or what was last paid, as asked."""
        later, traded = self._prices.first_close(symbol, row.date), self._prices.traded(symbol, row.date)
        return _first(self._prices.close(symbol, row.date), *((later, traded) if later_first else (traded, later)))

    # Transfers in kind.

    def _transfer(self, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
        (move,) = moves
        symbol, costs = row.symbol or "", self._costs(row)
        sign = 1 if move.units > ZERO else -1
        if move.inner and sign > 0:  # the other half has said what the units are worth
            local, value = self._moved
        else:
            local, value = self._market_value(row, symbol, abs(move.units))
            self._moved = local, value
        given = row.cost is not None and sign > 0
        net_local, net = self._given(row, symbol, row.cost or ZERO) if given else (local, value)
        yield row, Leg(
            account=row.account,
            symbol=symbol,
            units=move.units,
            trade_local=local * sign,
            trade=value * sign,
            net_local=net_local,
            net=net,
            fees=costs.fee,
            taxes=costs.tax,
            external=ZERO if move.inner else value * sign,
            inner=move.inner,
            cash=self._cash(row, -costs.own) + costs.other,
        )

    def _market_value(self, row: Transaction, symbol: str, units: Decimal) -> tuple[Decimal, Decimal]:
        """Units at the day's close, else at what the row says they are worth, else at their cost."""
        close = self._prices.close(symbol, row.date)
        if close.is_finite():
            return self._value(row, symbol, units, close)
        if row.price is not None or row.amount or row.cost is not None:
            priced = row.price is not None or row.amount
            amount = gross_amount(row, self._multiplier(symbol)) if priced else row.cost or ZERO
            self._note(row, symbol, row.quantity, amount)
            return self._given(row, symbol, amount)
        return self._value(row, symbol, units, self._price(row, symbol, later_first=False))

    # Events that change symbols.

    def _spin_off(self, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
        """What the child is worth at its first close leaves the parent."""
        for parent, child in zip(moves[::2], moves[1::2], strict=True):
            price = self._child_price(row, parent.symbol, child.symbol)
            local, value = self._value(row, child.symbol, child.units, price)
            self._prices.note(child.symbol, row.date, price)
            costs = self._costs(row, parent.share)
            yield row, Leg(
                account=parent.account,
                symbol=parent.symbol,
                trade_local=-self._as_of(row, parent.symbol, value, local, child.symbol),
                trade=-value,
                fees=costs.fee,
                taxes=costs.tax,
                cash=self._cash(row, -costs.own) + costs.other,
            )
            yield row, Leg(
                account=child.account, symbol=child.symbol, units=child.units, trade_local=local, trade=value
            )

    def _as_of(self, row: Transaction, symbol: str, value: Decimal, local: Decimal, other: str) -> Decimal:
        """A value in an instrument's currency; ``local`` where the ``other`` instrument has the same."""
        currency = self._instruments[symbol].currency
        if currency == self._instruments[other].currency or not value:
            return local
        return value / self._rate(row, currency)

    def _child_price(self, row: Transaction, parent: str, child: str) -> Decimal:
        """The child's close; without any, by the share of the cost: it is the child's share of the value of both."""
        close = _first(self._prices.close(child, row.date), self._prices.first_close(child, row.date))
        fraction, ratio = row.cost_fraction or ZERO, row.ratio or ONE
        if close.is_finite() or fraction >= 1:
            return close
        whole = self._price(row, parent, later_first=False) * self._multiplier(parent)
        return self._converted(row, whole * fraction / (1 - fraction) / ratio, parent, child)

    def _converted(self, row: Transaction, amount: Decimal, symbol: str, target: str) -> Decimal:
        """Money of one instrument's currency as a price of another instrument."""
        one, other = self._instruments[symbol].currency, self._instruments[target].currency
        rate = ONE if one == other else self._rate(row, one) / self._rate(row, other)
        return amount * rate / self._multiplier(target)

    def _swap(self, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
        """A merger or a change of symbol: the old units go for new ones, for cash, or for both."""
        step = 2 if row.target_symbol else 1
        for at in range(0, len(moves), step):
            gone, come = moves[at], moves[at + 1] if step == 2 else None
            cash = row.amount * gone.share if row.type is Kind.MERGER else ZERO
            costs, rate = self._costs(row, abs(gone.share)), self._rate(row, row.currency)
            local = value = ZERO
            if come is not None:
                price = self._swapped_price(row, gone, come, cash)
                local, value = self._value(row, come.symbol, come.units, price)
                self._prices.note(come.symbol, row.date, price)
            paid = _worth(cash, rate)
            yield row, Leg(
                account=gone.account,
                symbol=gone.symbol,
                units=gone.units,
                trade_local=-self._local(row, gone.symbol, cash) - self._left(row, gone.symbol, come, value, local),
                trade=-value - paid,
                net_local=self._local(row, gone.symbol, cash - costs.fee_local - costs.tax_local),
                net=paid - costs.fee - costs.tax if cash else ZERO,
                fees=costs.fee,
                taxes=costs.tax,
                embedded=costs.fee + costs.tax if cash else ZERO,
                kept=_kept(value, paid),
                cash=self._cash(row, cash - costs.own) + costs.other,
            )
            if come is not None:
                yield row, Leg(
                    account=come.account, symbol=come.symbol, units=come.units, trade_local=local, trade=value
                )

    def _left(self, row: Transaction, symbol: str, come: Move | None, value: Decimal, local: Decimal) -> Decimal:
        return ZERO if come is None else self._as_of(row, symbol, value, local, come.symbol)

    def _swapped_price(self, row: Transaction, gone: Move, come: Move, cash: Decimal) -> Decimal:
        """The new symbol's close; without one yet, what the old units were worth, less the cash."""
        close = self._prices.close(come.symbol, row.date)
        if close.is_finite():
            return close
        old = self._price(row, gone.symbol, later_first=False)
        if not old.is_finite():
            return self._price(row, come.symbol, later_first=True)
        worth = -gone.units * old * self._multiplier(gone.symbol) - self._local(row, gone.symbol, cash)
        price = self._converted(row, worth / come.units, gone.symbol, come.symbol)
        return price if price.is_nan() else max(price, ZERO)

    # Money out of a position.

    def _capital(self, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
        for move in moves:
            amount, costs = row.amount * move.share, self._costs(row, abs(move.share))
            local, value = self._given(row, move.symbol, amount)
            yield row, Leg(
                account=move.account,
                symbol=move.symbol,
                trade_local=-local,
                trade=-value,
                net_local=local,
                net=value,
                fees=costs.fee,
                taxes=costs.tax,
                cash=self._cash(row, amount - costs.own) + costs.other,
            )

    def _in_lieu(self, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
        """Cash for the fraction of a unit: a sale of it."""
        for move in moves:
            amount, costs = row.amount * move.share, self._costs(row, move.share)
            local, value = self._given(row, move.symbol, amount)
            yield row, Leg(
                account=move.account,
                symbol=move.symbol,
                units=move.units,
                trade_local=-local,
                trade=-value,
                net_local=self._local(row, move.symbol, amount - costs.fee_local - costs.tax_local),
                net=value - costs.fee - costs.tax,
                fees=costs.fee,
                taxes=costs.tax,
                embedded=costs.fee + costs.tax,
                cash=self._cash(row, amount - costs.own) + costs.other,
            )


def _worth(amount: Decimal, rate: Decimal) -> Decimal:
    """Nothing is worth nothing, even where there is no rate."""
    return amount * rate if amount else ZERO


def _kept(value: Decimal, paid: Decimal) -> Decimal:
    """The share of the cost that goes on: market value ÷ (cash + market value received)."""
    if not paid:
        return ONE
    whole = value + paid
    return value / whole if whole else ZERO


def _first(*prices: Decimal) -> Decimal:
    """The first price that is known."""
    return next((price for price in prices if price.is_finite()), NAN)
