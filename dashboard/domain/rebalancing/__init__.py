"""Target weights: how far a portfolio has drifted from them, and the trades that bring it back; Decimal throughout.

``rebalance(portfolio, targets, rules)`` gives a ``Rebalancing``: drifts, trades with the lots that each sale closes and
the gain it makes, and the cash that is left, to the last digit.
"""

from dashboard.domain.rebalancing.plan import Drift, Rebalancing, Trade, rebalance
from dashboard.domain.rebalancing.portfolio import CashHeld, RebalancingPosition, RebalancingState, TradingRules
from dashboard.domain.rebalancing.targets import Targets, parse_targets
from dashboard.domain.rebalancing.tax_lots import LotSale, TaxLot, close_lots

__all__ = [
    "CashHeld",
    "Drift",
    "LotSale",
    "Rebalancing",
    "RebalancingPosition",
    "RebalancingState",
    "Targets",
    "TaxLot",
    "Trade",
    "TradingRules",
    "close_lots",
    "parse_targets",
    "rebalance",
]
