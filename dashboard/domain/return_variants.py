"""The returns of a period before this or that cost; each variant names itself. The default is net of everything.

A variant differs in one thing: what a day's costs (and for price-only its income) took from or gave to the value is
put back at the end of that day, ``r = (V + O − C + A) / (V₋₁ + I) − 1``. All four returns are measured on that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from dashboard.domain.arrays import Floats, Mask, summed
from dashboard.domain.attribution import Gain
from dashboard.domain.calendar import Period
from dashboard.domain.cash_flows import LedgerEntries
from dashboard.domain.period_returns import Returns, period_returns
from dashboard.domain.series import daily_returns
from dashboard.domain.transactions import TransactionType
from dashboard.domain.valuation import PortfolioHistory


class ReturnVariant(StrEnum):
    """What a return is measured before or after."""

    NET = "net"
    GROSS_OF_FEES = "gross_of_fees"
    BEFORE_STANDING_FEES = "before_standing_fees"
    BEFORE_WITHHOLDING_TAX = "before_withholding_tax"
    GROSS = "gross"
    PRICE_ONLY = "price_only"

    @property
    def description(self) -> str:
        """What it is, in words."""
        return DESCRIPTIONS[self]


DESCRIPTIONS = {
    ReturnVariant.NET: "Net of all fees and taxes, after withholding tax",
    ReturnVariant.GROSS_OF_FEES: "Gross of every fee, net of taxes",
    ReturnVariant.BEFORE_STANDING_FEES: "Gross of standing fees, net of trading fees and taxes",
    ReturnVariant.BEFORE_WITHHOLDING_TAX: "Before tax withheld from income, net of fees and other taxes",
    ReturnVariant.GROSS: "Gross of all fees and taxes",
    ReturnVariant.PRICE_ONLY: "Price and currency only, without income, fees and taxes",
}
INCOME_TYPES = frozenset(
    {
        TransactionType.DIVIDEND,
        TransactionType.INTEREST,
        TransactionType.REINVEST,
        TransactionType.STAKING,
        TransactionType.AIRDROP,
    }
)


@dataclass(frozen=True, slots=True)
class VariantReturns:
    """The gain and the returns of one variant; ``gain`` is NaN where a rate is missing."""

    variant: ReturnVariant
    gain: float
    returns: Returns


def variant_returns(history: PortfolioHistory, period: Period, gain: Gain) -> tuple[VariantReturns, ...]:
    """Every variant of the returns of ``period``; ``gain`` is the period's, net of everything."""
    return tuple(_measured(history, period, gain.total, variant) for variant in ReturnVariant)


def _measured(history: PortfolioHistory, period: Period, gain: float, variant: ReturnVariant) -> VariantReturns:
    back = summed(history.entries.day, put_back(history.entries, variant), len(history.days))
    span = slice(history.position(period.before) + 1, history.position(period.end) + 1)
    total = gain + float(back[span].sum())
    changed = replace(history, standing_costs=history.standing_costs - back)
    return VariantReturns(variant, total, period_returns(changed, period, daily_returns(changed, period), total))


def put_back(entries: LedgerEntries, variant: ReturnVariant) -> Floats:
    """What the variant adds to the value for each entry, in the report's currency, shape (n,)."""
    standing = _is_of(entries, frozenset({TransactionType.FEE}))
    income = _is_of(entries, INCOME_TYPES)
    if variant is ReturnVariant.GROSS_OF_FEES:
        return entries.fees
    if variant is ReturnVariant.BEFORE_STANDING_FEES:
        return np.where(standing, entries.fees, 0.0)
    if variant is ReturnVariant.BEFORE_WITHHOLDING_TAX:
        return np.where(income, entries.taxes, 0.0)
    if variant is ReturnVariant.GROSS:
        return entries.fees + entries.taxes
    if variant is ReturnVariant.PRICE_ONLY:
        return entries.fees + entries.taxes - entries.income
    return np.zeros(len(entries.day))


def _is_of(entries: LedgerEntries, kinds: frozenset[TransactionType]) -> Mask:
    return np.array([row.type in kinds for row in entries.transactions], np.bool_)
