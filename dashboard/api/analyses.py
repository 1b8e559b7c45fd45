"""What follows from a portfolio's ledger: risk, workings, parts, gains, income, realised gains, attribution, lots."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from dashboard.api.analysis_parameters import (
    AllocationParameters,
    AttributionParameters,
    ExplainParameters,
    GainsParameters,
    LotsParameters,
    PeriodParameters,
    RealizedParameters,
    RiskParameters,
)
from dashboard.api.analysis_schemas import Allocation, Attribution, Explanation
from dashboard.api.gain_schemas import Gains, Income, Realized
from dashboard.api.lot_schemas import Lots
from dashboard.api.resource import Answer, Resource
from dashboard.api.risk_schemas import RiskReport
from dashboard.domain.access import Actor, Permission
from dashboard.domain.transactions import ZERO
from dashboard.errors import InvalidInput
from dashboard.results import (
    attribution_wire,
    breakdown_wire,
    explanations,
    gain_wire,
    income_wire,
    lots_wire,
    risk_wire,
)
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import attribution as attributions
from dashboard.services import breakdowns
from dashboard.services import explain as workings
from dashboard.services import gains as gain_figures
from dashboard.services import income as incomes
from dashboard.services import lots as lot_figures
from dashboard.services import market_data, portfolios
from dashboard.services import risk as risks
from dashboard.services import valuation

VIEW = Permission.PORTFOLIO_VIEW
ID = {"portfolio_id": "integer"}
PATH = "/portfolios/<int:portfolio_id>"


class _Period(TypedDict):
    """The part of a question that all have."""

    start: date | None
    end: date | None
    currency: str | None


def risk(actor: Actor, parameters: RiskParameters, portfolio_id: int) -> Answer:
    """Its risk. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    benchmarks = parameters.benchmark
    asked = risks.RiskQuestion(
        benchmarks,
        parameters.risk_free,
        parameters.rolling,
        parameters.matrix,
        parameters.holdings,
        parameters.drawdowns,
    )
    return Answer(
        lambda: risk_wire.risk(risks.report(actor, portfolio.id, asked, **_period(parameters))),
        version=version(portfolio, *(benchmarks or (portfolio.benchmark,))),
    )


def explain(actor: Actor, parameters: ExplainParameters, portfolio_id: int, metric: str) -> Answer:
    """How one of its figures was computed. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    benchmark = parameters.benchmark
    return Answer(
        lambda: explanations.to_json(
            workings.explain(actor, portfolio.id, metric, benchmark=benchmark, **_period(parameters))
        ),
        version=version(portfolio, benchmark or portfolio.benchmark),
    )


def allocation(actor: Actor, parameters: AllocationParameters, portfolio_id: int) -> Answer:
    """What its parts are worth and did. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(
        lambda: breakdown_wire.breakdown(
            breakdowns.breakdown(actor, [portfolio.id], parameters.by, **_period(parameters)), series=parameters.series
        ),
        version=version(portfolio),
    )


def gains(actor: Actor, parameters: GainsParameters, portfolio_id: int) -> Answer:
    """What it gained in each period. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(
        lambda: gain_wire.gains(
            gain_figures.gains(
                actor, portfolio.id, parameters.by, by_holding=parameters.holdings, **_period(parameters)
            )
        ),
        version=version(portfolio),
    )


def income(actor: Actor, parameters: PeriodParameters, portfolio_id: int) -> Answer:
    """What it was paid, and what may come. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(
        lambda: income_wire.income(incomes.income(actor, portfolio.id, **_period(parameters))),
        version=version(portfolio),
    )


def realized(actor: Actor, parameters: RealizedParameters, portfolio_id: int) -> Answer:
    """What it realised and paid by tax year. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    return Answer(
        lambda: gain_wire.realized(
            gain_figures.realized(
                actor,
                portfolio.id,
                year_start=parameters.year_start,
                long_after_days=parameters.long_after,
                **_period(parameters),
            )
        ),
        version=version(portfolio),
    )


def attribution(actor: Actor, parameters: AttributionParameters, portfolio_id: int) -> Answer:
    """Why it did better or worse than a benchmark. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    mapping = dict(map(_pair, parameters.map))
    return Answer(
        lambda: attribution_wire.attribution(
            attributions.attribution(
                actor,
                portfolio.id,
                parameters.by,
                benchmark=parameters.benchmark or None,
                mapping=mapping,
                linking=parameters.linking,
                **_period(parameters),
            )
        ),
        version=version(portfolio, parameters.benchmark or portfolio.benchmark),
    )


def lots(actor: Actor, parameters: LotsParameters, portfolio_id: int, symbol: str) -> Answer:
    """The lots of an instrument by every method, and a sale. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    sale = _sale(parameters)
    return Answer(
        lambda: lots_wire.lots(
            lot_figures.report(
                actor,
                portfolio.id,
                symbol,
                as_of=parameters.as_of,
                account=parameters.account,
                sale=sale,
                long_term_days=parameters.long_term_days,
            )
        ),
        version=version(portfolio, portfolio.benchmark),
    )


def version(portfolio: PortfolioRef, *benchmarks: str | None) -> str:
    """What its figures rest on, and how it and its benchmarks are counted and called."""
    texts = [market_data.benchmark_text(text) for text in benchmarks]
    return f"{valuation.version(portfolio, *texts)}|{portfolio!r}|{texts}"


def _period(parameters: PeriodParameters) -> _Period:
    return {"start": parameters.start, "end": parameters.end, "currency": parameters.currency}


def _pair(text: str) -> tuple[str, str]:
    symbol, equals, group = text.rpartition("=")
    if not (equals and symbol and group):
        raise InvalidInput(f"map: {text} is not SYMBOL=GROUP.", field="map")
    return symbol, group


def _sale(parameters: LotsParameters) -> lot_figures.ProposedSale | None:
    if parameters.quantity is not None:
        return lot_figures.ProposedSale(
            parameters.quantity,
            parameters.price,
            parameters.fee or ZERO,
            parameters.lot,
            parameters.instead_of,
        )
    for name in ("price", "fee", "lot", "instead_of"):
        if getattr(parameters, name):
            raise InvalidInput(f"{name}: it goes with quantity.", field=name)
    return None


RESOURCES = (
    Resource("risk", f"{PATH}/risk", "The risk of a portfolio", risk, RiskReport, VIEW, RiskParameters, ID),
    Resource(
        "explain",
        f"{PATH}/explain/<metric>",
        "How a figure of a portfolio was computed",
        explain,
        Explanation,
        VIEW,
        ExplainParameters,
        ID | {"metric": "string"},
    ),
    Resource(
        "allocation",
        f"{PATH}/allocation",
        "What the parts of a portfolio are worth and did",
        allocation,
        Allocation,
        VIEW,
        AllocationParameters,
        ID,
    ),
    Resource(
        "gains", f"{PATH}/gains", "What a portfolio gained in each period", gains, Gains, VIEW, GainsParameters, ID
    ),
    Resource(
        "income",
        f"{PATH}/income",
        "What a portfolio was paid, and what the next twelve months may bring",
        income,
        Income,
        VIEW,
        PeriodParameters,
        ID,
    ),
    Resource(
        "realized",
        f"{PATH}/realized",
        "What a portfolio realised and paid by tax year",
        realized,
        Realized,
        VIEW,
        RealizedParameters,
        ID,
    ),
    Resource(
        "attribution",
        f"{PATH}/attribution",
        "Why a portfolio did better or worse than a benchmark",
        attribution,
        Attribution,
        VIEW,
        AttributionParameters,
        ID,
    ),
    Resource(
        "lots",
        f"{PATH}/lots/<path:symbol>",
        "The lots of an instrument by every method, and what a sale would realise",
        lots,
        Lots,
        VIEW,
        LotsParameters,
        ID | {"symbol": "string"},
    ),
)
