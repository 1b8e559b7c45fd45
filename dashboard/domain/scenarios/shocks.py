"""Shocks: what a change of a price, of an asset class, of a currency or of the market does to what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure, Status
from dashboard.domain.scenarios.exposures import Exposure, ScenarioOutcome, outcome
from dashboard.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Shocks:
    """Changes as fractions. The most specific one of a price counts: the instrument's, its class's, beta · market's.

    ``currencies`` are changes of a currency's worth in the report's; they come on top of a price's, compounded.
    """

    instruments: Mapping[str, float] = field(default_factory=dict)
    asset_classes: Mapping[AssetClass, float] = field(default_factory=dict)
    currencies: Mapping[str, float] = field(default_factory=dict)
    market: float | None = None

    def __post_init__(self) -> None:
        named: dict[str, float] = {**self.instruments, **self.currencies}
        named |= {str(name): size for name, size in self.asset_classes.items()}
        if self.market is not None:
            named["market"] = self.market
        if not named:
            raise InvalidInput("A shock needs at least one change.", field="shocks")
        for name, size in named.items():
            if not isfinite(size) or size < -1.0:
                raise InvalidInput(f"The change of {name} must be −100 % or more, not {size:.0%}.", field="shocks")


def shock(
    exposures: Sequence[Exposure], shocks: Shocks, currency: str, betas: Mapping[str, Measure] | None = None
) -> ScenarioOutcome:
    """What ``shocks`` do to each exposure: (1 + price) · (1 + currency) − 1; what none of them names stays as it is.

    ``betas`` are to the market that is shocked, by symbol; a holding without one has no return under a market shock.
    A product of beta and market below −100 % counts as −100 %, ``estimated``.
    """
    if currency in shocks.currencies:
        raise InvalidInput(f"{currency} cannot change against itself: the report is in it.", field="shocks")
    return outcome(exposures, lambda exposure: _returns(exposure, shocks, betas or {}), currency)


def _returns(exposure: Exposure, shocks: Shocks, betas: Mapping[str, Measure]) -> Measure:
    price = _price(exposure, shocks, betas)
    if price.value is None:
        return price
    moved = (1.0 + price.value) * (1.0 + shocks.currencies.get(exposure.currency, 0.0)) - 1.0
    return Measure(moved, price.status, price.reason)


def _price(exposure: Exposure, shocks: Shocks, betas: Mapping[str, Measure]) -> Measure:
    if exposure.asset_class is AssetClass.CASH and exposure.symbol == exposure.currency:
        return Measure(0.0)
    if exposure.symbol in shocks.instruments:
        return Measure(shocks.instruments[exposure.symbol])
    if exposure.asset_class in shocks.asset_classes:
        return Measure(shocks.asset_classes[exposure.asset_class])
    if shocks.market is None:
        return Measure(0.0)
    beta = betas.get(exposure.symbol, Measure.insufficient(f"The beta of {exposure.symbol} is not known."))
    if beta.value is None:
        return beta
    moved = beta.value * shocks.market
    if moved < -1.0:
        return Measure(-1.0, Status.ESTIMATED, f"{exposure.symbol} cannot lose more than all of its price.")
    return Measure(moved, beta.status, beta.reason)
