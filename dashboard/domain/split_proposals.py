"""Splits and a ledger: rows that count beside the instrument's own split, and fractions of a unit that were paid out.

The instrument's splits apply to every ledger without a row. So nothing is proposed for a split itself; a row is needed
only for cash in lieu, and one that reports the instrument's split with another ratio or too far from it counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from dashboard.domain.action_rules import ActionKey, ActionKind
from dashboard.domain.corporate_actions import same_event
from dashboard.domain.dividend_proposals import UNIT_STEP, Setting
from dashboard.domain.entitlements import held_before
from dashboard.domain.instruments import Split
from dashboard.domain.ledger import CheckedLedger, Steps
from dashboard.domain.lots import ROUNDING
from dashboard.domain.proposals import Proposal, state_of
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

NEAR_DAYS = 60
"""A row this near to a split of the instrument, and not it, is taken for a wrong report of it."""
PAID_OUT_DAYS = 60
"""A fraction that is gone after so many days was paid out, whatever the row that says so."""


def split_proposals(
    ledger: CheckedLedger, rows: Sequence[Transaction], until: date, setting: Setting
) -> list[Proposal]:
    """Rows that count beside an instrument's split, and cash for fractions that it left; by date."""
    found: list[Proposal] = []
    reported = [row for row in rows if row.type is TransactionType.SPLIT and row.symbol and row.ratio is not None]
    for symbol, splits in setting.market.splits.items():
        known = [split for split in splits if split.date <= until]
        own = [row for row in reported if row.symbol == symbol]
        found += _doubles(symbol, known, own, setting)
        for (account, name), steps in ledger.steps.items():
            if name == symbol:
                found += _fractions(symbol, account, steps, ledger.splits.get(symbol, ()), known, own, setting)
    return sorted(found, key=lambda one: (one.date, one.symbol, one.account))


def _doubles(symbol: str, splits: Sequence[Split], rows: Sequence[Transaction], setting: Setting) -> Iterator[Proposal]:
    for row in rows:
        ratio = row.ratio or ZERO
        if any(same_event(Split(row.date, ratio), split) for split in splits):
            continue
        near = [split for split in splits if abs((split.date - row.date).days) <= NEAR_DAYS]
        if not near:
            continue
        split = min(near, key=lambda one: abs((one.date - row.date).days))
        text = (
            f"The ledger's split of {row.date} (× {ratio.normalize():f}) counts beside the instrument's own of "
            f"{split.date} (× {split.ratio.normalize():f}): delete the row if they are one event."
        )
        yield replace(_proposal(symbol, row.account, split, ZERO, False, text, setting), booked=(row,))


def _fractions(
    symbol: str,
    account: str,
    steps: Steps,
    events: Sequence[Split],
    splits: Sequence[Split],
    rows: Sequence[Transaction],
    setting: Setting,
) -> Iterator[Proposal]:
    for split in splits:
        after = held_before(steps, events, split.date)
        if split not in events or after <= ZERO or _is_whole(after) or not _is_whole(after / split.ratio):
            continue
        booked = tuple(
            row
            for row in rows
            if row.amount and row.account in ("", account) and same_event(Split(row.date, row.ratio or ZERO), split)
        )
        price = setting.close(symbol, split.date)
        if price is not None and (booked or not _was_paid_out(steps, split.date)):
            yield _in_lieu(symbol, account, split, after % 1, price, booked, setting)


def _in_lieu(
    symbol: str,
    account: str,
    split: Split,
    fraction: Decimal,
    price: Decimal,
    booked: tuple[Transaction, ...],
    setting: Setting,
) -> Proposal:
    instrument = setting.instrument(symbol)
    quantity = fraction.quantize(UNIT_STEP, rounding=ROUND_DOWN)
    step = Decimal(1).scaleb(-setting.places(instrument.currency))
    row = Transaction(
        date=split.date,
        type=TransactionType.SPLIT,
        symbol=symbol,
        currency=instrument.currency,
        quantity=quantity,
        ratio=split.ratio,
        amount=max((quantity * price * instrument.multiplier).quantize(step), step),
        account=account,
        note="Cash in lieu, estimated at the close",
    )
    text = "The split left a fraction of a unit. If it was paid out: its worth at the close, to be corrected."
    found = _proposal(symbol, account, split, row.amount, True if booked else None, text, setting)
    return replace(found, quantity=quantity, row=row, booked=booked)


def _proposal(
    symbol: str, account: str, split: Split, amount: Decimal, fits: bool | None, reason: str, setting: Setting
) -> Proposal:
    currency = setting.instrument(symbol).currency
    key = ActionKey(ActionKind.SPLIT, symbol, account, split.date, currency)
    made = setting.decisions.get(key)
    return Proposal(
        kind=key.kind,
        symbol=symbol,
        account=account,
        date=split.date,
        currency=currency,
        quantity=ZERO,
        per_unit=split.ratio,
        amount=amount,
        state=state_of(amount, fits, setting.rules.of(key.kind, symbol).rule, made),
        reasons=(reason,),
        was_booked=made is not None and made.was_undone,
    )


def _is_whole(units: Decimal) -> bool:
    rest = abs(units) % 1
    return min(rest, 1 - rest) <= max(abs(units), Decimal(1)) * ROUNDING


def _was_paid_out(steps: Steps, day: date) -> bool:
    """Whether a whole number was held at some time soon after the split."""
    ordinals, held = steps
    last = (day + timedelta(days=PAID_OUT_DAYS)).toordinal()
    soon = [units for ordinal, units in zip(ordinals, held[1:], strict=True) if day.toordinal() <= ordinal <= last]
    return any(_is_whole(units) for units in soon)
