"""Whether the money of a ledger's rows is that of a distribution: gross or net, in its currency or in another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.domain.entitlements import Entitlement, Places
from dashboard.domain.transactions import ZERO, Transaction

SAME_MONEY, SAME_MONEY_ABROAD = Decimal("0.01"), Decimal("0.03")
"""How far a row may be from what is due: amounts a unit are rounded, and a broker's rate is not the market's."""
SMALLEST_UNITS = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What money is compared by: market rates by day (None: unknown), tax withheld as a share, smallest amounts."""

    rate: Callable[[str, str, date], float | None]
    withheld: Callable[[Entitlement], Decimal]
    places: Places


def is_same_money(due: Sequence[Entitlement], rows: Sequence[Transaction], terms: Terms) -> bool:
    """Whether rows come to what is due: gross, or net of what is withheld; False where no rate tells."""
    currency, day = rows[0].currency, rows[0].date
    if any(row.currency != currency for row in rows):
        return False
    factor = conversion(due[0].currency, currency, day, terms)
    if factor is None:
        return False
    gross = sum((one.amount for one in due), ZERO) * factor
    net = sum((one.amount * (1 - terms.withheld(one)) for one in due), ZERO) * factor
    booked = sum((row.amount for row in rows), ZERO)
    before_tax = booked + sum((row.tax for row in rows), ZERO)
    share = SAME_MONEY if currency == due[0].currency else SAME_MONEY_ABROAD
    slack = max(abs(gross) * share, SMALLEST_UNITS * Decimal(1).scaleb(-terms.places(currency)))
    return any(abs(one - other) <= slack for one in (gross, net) for other in (booked, before_tax))


def conversion(base: str, quote: str, day: date, terms: Terms) -> Decimal | None:
    """Units of ``quote`` for 1 ``base`` on a day; None where no rate tells."""
    if base == quote:
        return Decimal(1)
    rate = terms.rate(base, quote, day)
    return None if rate is None else Decimal(repr(rate))
