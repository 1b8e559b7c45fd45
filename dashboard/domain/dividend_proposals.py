"""Dividends that a ledger is due, each with the row that would book it: money received, or units bought with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

import numpy as np

from dashboard.domain.action_rules import (
    ActionKey,
    ActionKind,
    ActionRules,
    DecisionMade,
    WithholdingRates,
)
from dashboard.domain.arrays import day_of
from dashboard.domain.booked_income import Booking
from dashboard.domain.entitlements import Entitlement, Places, entitlements
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.payment_money import Terms, is_same_money
from dashboard.domain.prices import MarketData, prices_on
from dashboard.domain.proposals import Proposal, ProposalState, state_of
from dashboard.domain.repeated_income import Payments, find_surplus
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

UNIT_STEP, PRICE_STEP = Decimal("0.000001"), Decimal("0.000001")
CASH_MOVERS = frozenset({TransactionType.BUY, TransactionType.SELL, TransactionType.DIVIDEND, TransactionType.INTEREST})


@dataclass(frozen=True, slots=True)
class Setting:
    """What proposals are made with: the market, the portfolio's rules and rates, and what was decided already."""

    market: MarketData
    base_currency: str
    rules: ActionRules
    withholding: WithholdingRates
    decisions: Mapping[ActionKey, DecisionMade]
    places: Places

    def instrument(self, symbol: str) -> Instrument:
        """The instrument of a symbol; one in the base currency where nothing is known of it."""
        return self.market.instruments.get(symbol) or Instrument(symbol, self.base_currency)

    def close(self, symbol: str, day: date) -> Decimal | None:
        """The close in force on a day; None where there is none."""
        series = self.market.prices.get(symbol)
        if series is None:
            return None
        found = float(prices_on(series, np.array([day_of(day)]), self.market.splits.get(symbol, ()))[0])
        return Decimal(repr(found)).quantize(PRICE_STEP).normalize() if np.isfinite(found) else None

    def known_until(self, symbol: str) -> date | None:
        """The last day with a price or a distribution; None where nothing is known."""
        series, paid = self.market.prices.get(symbol), self.market.dividends.get(symbol)
        days = [series.dates[-1].item()] if series is not None and len(series.dates) else []
        return max([*days, paid[-1].date] if paid else days, default=None)

    def terms(self) -> Terms:
        """What booked money is compared by."""
        rates, known = Rates(self.market.rates), dict[tuple[str, str, date], float | None]()

        def rate(base: str, quote: str, day: date) -> float | None:
            if (base, quote, day) not in known:
                found = float(rates.on(base, quote, np.array([day_of(day)]))[0])
                known[base, quote, day] = found if np.isfinite(found) else None
            return known[base, quote, day]

        return Terms(rate, lambda due: self.withheld(due) or ZERO, self.places)

    def withheld(self, due: Entitlement) -> Decimal | None:
        """The share of a dividend that is withheld; None where no rate is set for it."""
        return self.withholding.of(due.account, self.instrument(due.symbol).country)


def dividend_proposals(
    ledger: CheckedLedger, rows: Sequence[Transaction], until: date, setting: Setting
) -> list[Proposal]:
    """A proposal for every distribution that a position is due, by ex-date; ``rows`` are all of the ledger's."""
    due = entitlements(ledger, setting.market.dividends, until, setting.places)
    accepted = accepted_rows(due, rows, setting)
    taken = {row.id for row in accepted.values()}
    own = [row for row in rows if row.id is None or row.id not in taken]
    payments = Payments(due, accepted, own, setting.known_until, setting.terms())
    by_own = payments.bookings()
    booked = by_own | {
        one: Booking((row,), is_same_money([one], [row], payments.terms)) for one, row in accepted.items()
    }
    twice = {repeat.accepted.id: repeat.row for repeat in find_surplus(payments, by_own)}
    places = _MoneyPlaces(rows, setting.base_currency)
    found = []
    for one in due:
        other = twice.get(accepted[one].id) if one in accepted else None
        proposal = _proposal(one, booked.get(one), setting, places)
        found.append(proposal if other is None else _doubted(proposal, other))
    return found


def accepted_rows(
    due: Sequence[Entitlement], rows: Sequence[Transaction], setting: Setting
) -> dict[Entitlement, Transaction]:
    """The row that was accepted for each, where it is there still."""
    by_id = {row.id: row for row in rows if row.id is not None}
    found: dict[Entitlement, Transaction] = {}
    for one in due:
        made = setting.decisions.get(_key(one))
        row = by_id.get(made.row_id) if made is not None and made.row_id is not None else None
        if row is not None:
            found[one] = row
    return found


def _doubted(accepted: Proposal, other: Transaction) -> Proposal:
    """An accepted proposal that a row of the ledger may pay too."""
    reason = (
        f"With {other.amount.normalize():f} {other.currency} on {other.date} there is a payment more than there are "
        "distributions, and this one was accepted. Delete one of the two rows, or dismiss this if both were paid."
    )
    return replace(
        accepted,
        state=ProposalState.DIFFERS,
        booked=(*accepted.booked, other),
        reasons=(reason, *accepted.reasons),
    )


def _key(due: Entitlement) -> ActionKey:
    return ActionKey(ActionKind.DIVIDEND, due.symbol, due.account, due.date, due.currency)


def _proposal(due: Entitlement, booking: Booking | None, setting: Setting, places: _MoneyPlaces) -> Proposal:
    rule, made = setting.rules.of(ActionKind.DIVIDEND, due.symbol), setting.decisions.get(_key(due))
    tax, reasons = _tax(due, setting)
    row = _reinvested(due, tax, setting) if rule.reinvest else None
    if rule.reinvest and row is None:
        reasons.append("It cannot be reinvested: there is no price in its currency on the ex-date.")
    if booking is not None and not booking.fits:
        reasons.insert(0, _difference(booking))
    return Proposal(
        kind=ActionKind.DIVIDEND,
        symbol=due.symbol,
        account=due.account,
        date=due.date,
        currency=due.currency,
        quantity=due.quantity,
        per_unit=due.per_unit,
        amount=due.amount,
        tax=tax,
        row=row or _received(due, tax, places),
        state=state_of(due.amount, None if booking is None else booking.fits, rule.rule, made),
        booked=booking.rows if booking is not None else (),
        reasons=tuple(reasons),
        was_booked=made is not None and made.was_undone,
    )


def _tax(due: Entitlement, setting: Setting) -> tuple[Decimal, list[str]]:
    if due.amount < ZERO:
        return ZERO, ["A short position pays the dividend."]
    rate = setting.withheld(due)
    if rate is None:
        country = setting.instrument(due.symbol).country
        return ZERO, [f"No withholding rate is set{f' for {country}' if country else ''}: no tax is taken off."]
    return (due.amount * rate).quantize(Decimal(1).scaleb(-setting.places(due.currency))), []


def _difference(booking: Booking) -> str:
    sums = sum((row.amount for row in booking.rows), ZERO)
    first = booking.rows[0]
    return f"{sums.normalize():f} {first.currency} is booked on {first.date} in its place."


def _received(due: Entitlement, tax: Decimal, places: _MoneyPlaces) -> Transaction:
    return Transaction(
        date=due.date,
        type=TransactionType.DIVIDEND,
        symbol=due.symbol,
        currency=due.currency,
        amount=due.amount,
        tax=tax,
        account=due.account,
        cash_currency=places.of(due),
        note=_working(due),
    )


def _reinvested(due: Entitlement, tax: Decimal, setting: Setting) -> Transaction | None:
    """Units bought with what is left after tax at the close of the ex-date; None where that has no answer."""
    instrument, price = setting.instrument(due.symbol), setting.close(due.symbol, due.date)
    left = due.amount - tax
    if price is None or left <= ZERO or instrument.currency != due.currency:
        return None
    quantity = (left / (price * instrument.multiplier)).quantize(UNIT_STEP, rounding=ROUND_DOWN)
    if quantity <= ZERO:
        return None
    return Transaction(
        date=due.date,
        type=TransactionType.REINVEST,
        symbol=due.symbol,
        currency=due.currency,
        quantity=quantity,
        price=price,
        amount=due.amount,
        tax=tax,
        account=due.account,
        note=_working(due),
    )


def _working(due: Entitlement) -> str:
    return f"{due.quantity.normalize():f} × {due.per_unit.normalize():f} {due.currency} a unit"


class _MoneyPlaces:
    """Which balance money of a currency goes to: the one that the ledger's own rows in it moved last."""

    def __init__(self, rows: Sequence[Transaction], base_currency: str) -> None:
        self._last: dict[tuple[str | None, str], str] = {}
        for row in sorted(rows, key=lambda row: row.date):
            if row.type in CASH_MOVERS:
                moved = row.cash_currency or (base_currency if row.fx_rate is not None else row.currency)
                self._last[row.account, row.currency] = self._last[None, row.currency] = moved

    def of(self, due: Entitlement) -> str | None:
        """The currency of the balance; None where it is the dividend's own."""
        known = self._last.get((due.account, due.currency)) or self._last.get((None, due.currency))
        return known if known != due.currency else None
