"""What scenarios and rebalancings say of a portfolio, and their JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from dashboard.domain.measures import Measure
from dashboard.domain.rebalancing import Drift, LotSale, Rebalancing, Trade
from dashboard.domain.scenarios.exposures import ScenarioLine, ScenarioOutcome
from dashboard.domain.scenarios.simulation import Simulation
from dashboard.domain.scenarios.windows import StressWindow
from dashboard.results import wire
from dashboard.results.notes import StatusNote
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json, amount, day, ratio

DIGITS = 120


@dataclass(frozen=True, slots=True)
class StressReport:
    """The holdings of ``as_of`` through one window after the other."""

    portfolio: PortfolioRef
    as_of: date
    currency: str
    windows: tuple[tuple[StressWindow, ScenarioOutcome], ...]
    status: tuple[StatusNote, ...] = ()


@dataclass(frozen=True, slots=True)
class ShockReport:
    """The holdings of ``as_of`` under a shock."""

    portfolio: PortfolioRef
    as_of: date
    currency: str
    outcome: ScenarioOutcome
    status: tuple[StatusNote, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """Possible values from ``as_of`` on; ``first`` and ``last`` are the days of the returns that were drawn from."""

    portfolio: PortfolioRef
    as_of: date
    currency: str
    source: str
    first: date
    last: date
    per_year: int
    simulation: Simulation
    status: tuple[StatusNote, ...] = ()


@dataclass(frozen=True, slots=True)
class RebalancingReport:
    """The trades that bring the holdings of ``as_of`` to their targets."""

    portfolio: PortfolioRef
    as_of: date
    currency: str
    level: str
    rebalancing: Rebalancing
    status: tuple[StatusNote, ...] = ()


def stress(report: StressReport) -> dict[str, Json]:
    """The windows, each with what it does to every holding."""
    return {
        **_head(report),
        "windows": [
            {
                "code": window.code,
                "name": window.name,
                "from": day(window.start),
                "to": day(window.end),
                **_outcome(outcome),
            }
            for window, outcome in report.windows
        ],
        "status": _notes(report.status),
    }


def shock(report: ShockReport) -> dict[str, Json]:
    """What the shock does to every holding."""
    return {**_head(report), **_outcome(report.outcome), "status": _notes(report.status)}


def simulation(report: SimulationReport) -> dict[str, Json]:
    """The outcomes by horizon, and what is needed to have the same numbers again."""
    found, plan = report.simulation, report.simulation.plan
    return {
        **_head(report),
        "start_value": amount(found.start_value),
        "source": report.source,
        "returns": {"from": day(report.first), "to": day(report.last), "observations": found.observations},
        "periods_per_year": report.per_year,
        "method": plan.method,
        "block": plan.block,
        "paths": plan.paths,
        "seed": plan.seed,
        "contribution": amount(plan.flow),
        "contribution_every": plan.flow_every,
        "horizons": [
            {
                "periods": one.periods,
                "years": round(one.periods / report.per_year, 4),
                "put_in": amount(one.put_in),
                "mean": amount(round(one.mean, 6)),
                "percentiles": {str(level): amount(round(value, 6)) for level, value in one.percentiles.items()},
                "probability_of_loss": ratio(one.probability_of_loss),
                "probability_of_depletion": ratio(one.probability_of_depletion),
            }
            for one in found.outcomes
        ],
        "status": _notes(report.status),
    }


def rebalancing(report: RebalancingReport) -> dict[str, Json]:
    """Drifts and trades; money and quantities to the last digit."""
    found = report.rebalancing
    with localcontext() as context:
        context.prec = DIGITS  # a sum in 28 digits would not be that of the trades
        return {
            **_head(report),
            "level": report.level,
            "total": amount(found.total),
            "cash_before": amount(found.cash_before),
            "cash_after": amount(found.cash_after),
            "realized": amount(_short(found.realized)),
            "drifts": [_drift(drift) for drift in found.drifts],
            "trades": [_trade(trade) for trade in found.trades],
            "status": _notes(report.status),
        }


def _head(report: StressReport | ShockReport | SimulationReport | RebalancingReport) -> dict[str, Json]:
    return {"portfolio": wire.portfolio(report.portfolio), "as_of": day(report.as_of), "currency": report.currency}


def _outcome(outcome: ScenarioOutcome) -> dict[str, Json]:
    return {
        "value": amount(outcome.value.value),
        "change": amount(outcome.change.value),
        "return": ratio(outcome.returns.value),
        "state": outcome.change.status.value,
        "reason": outcome.change.reason,
        "covered_value": amount(outcome.covered_value),
        "covered_change": amount(outcome.covered_change),
        "holdings": [_line(line) for line in outcome.lines],
    }


def _line(line: ScenarioLine) -> dict[str, Json]:
    return {
        "symbol": line.symbol,
        "asset_class": line.asset_class.value,
        "currency": line.currency,
        "value": amount(line.value.value),
        "return": ratio(line.returns.value),
        "change": amount(line.change.value),
        **_state(line.change),
    }


def _state(measure: Measure) -> dict[str, Json]:
    return {"state": measure.status.value, "reason": measure.reason}


def _drift(drift: Drift) -> dict[str, Json]:
    return {
        "key": drift.key,
        "value": amount(drift.value),
        "weight": ratio(drift.weight),
        "target": ratio(drift.target),
        "drift": ratio(drift.drift),
        "weight_after": ratio(drift.weight_after),
    }


def _trade(trade: Trade) -> dict[str, Json]:
    return {
        "symbol": trade.symbol,
        "side": "buy" if trade.quantity > 0 else "sell",
        "quantity": amount(abs(trade.quantity)),
        "price": amount(trade.price),
        "currency": trade.currency,
        "amount": amount(abs(trade.amount)),
        "value": amount(abs(trade.value)),
        "realized": amount(_short(trade.realized)),
        "lots": [_lot(lot) for lot in trade.lots],
    }


def _lot(lot: LotSale) -> dict[str, Json]:
    return {
        "account": lot.account,
        "lot_id": lot.lot_id,
        "acquired": day(lot.acquired),
        "quantity": amount(lot.quantity),
        "proceeds": amount(lot.proceeds),
        "cost": amount(_short(lot.cost)),
        "gain": amount(_short(lot.gain)),
        "long_term": lot.long_term,
    }


def _short(value: Decimal) -> Decimal:
    """A number that a division made, in 28 digits; an exact one of fewer stays as it is."""
    with localcontext() as context:
        context.prec = 28
        return +value


def _notes(notes: Iterable[StatusNote]) -> list[Json]:
    return [wire.status(note) for note in notes]
