"""What a portfolio is in through the funds that it holds."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from dashboard.api.parameters import Parameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Day, Described, Money, Note, PortfolioRef, Share
from dashboard.domain.access import Actor, Permission
from dashboard.domain.exposure import ExposureBy, ExposureKind
from dashboard.results import exposure as results
from dashboard.services import exposures, portfolios


class ExposureParameters(Parameters):
    """By what the value is told apart."""

    by: ExposureBy = Field(ExposureBy.SECTOR, description="By what the value is told apart.")


class Worth(Described):
    """A value, and its part of all."""

    market_value: Money
    weight: Share


class ExposurePart(Worth):
    """What one holding brings to a line; `through` these funds, the outermost first, or directly."""

    holding: str | None
    through: list[str]


class ExposureLine(Worth):
    """A sector, an instrument, the rest of a fund that nobody described, or cash."""

    kind: str = Field(description=f"One of {', '.join(ExposureKind)}.")
    symbol: str | None
    name: str
    parts: list[ExposurePart]


class DescribedFund(Described):
    """A fund that was looked through; weights that sum to more than 1 were scaled."""

    symbol: str
    weights_sum: Share
    as_of: Day


class ExposureOf(Described):
    """The exposure of a portfolio; `described_as_of` is the day of the oldest composition that was used."""

    portfolio: PortfolioRef
    by: str
    as_of: date
    currency: str
    market_value: Money
    lines: list[ExposureLine]
    not_described: Worth
    described_as_of: Day
    funds: list[DescribedFund]
    status: list[Note]


def exposure(actor: Actor, parameters: ExposureParameters, portfolio_id: int) -> Answer:
    """What it is in. Raises: NotFound, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(lambda: results.to_json(exposures.look_through(actor, portfolio.id, parameters.by)))


RESOURCES = (
    Resource(
        "exposure",
        "/portfolios/<int:portfolio_id>/exposure",
        "What a portfolio is in, through the funds that it holds",
        exposure,
        ExposureOf,
        Permission.PORTFOLIO_VIEW,
        ExposureParameters,
        {"portfolio_id": "integer"},
    ),
)
