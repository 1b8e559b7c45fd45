"""The returns of a period before and after costs, and why its four returns differ, in money."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.domain.calendar import Period
from dashboard.domain.reconciliation import CapitalLine, MoneyLine, Reconciliation
from dashboard.domain.return_variants import ReturnVariant, VariantReturns
from dashboard.results.portfolios import PortfolioRef

__all__ = ["CapitalLine", "MoneyLine", "Reconciliation", "ReturnVariant", "VariantReport", "VariantReturns"]


@dataclass(frozen=True, slots=True)
class VariantReport:
    """Every variant of the returns, the default (net of everything) first, and the reconciliation of the default."""

    portfolio: PortfolioRef
    period: Period
    currency: str
    variants: tuple[VariantReturns, ...]
    reconciliation: Reconciliation
