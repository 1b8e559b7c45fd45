"""The one JSON form of results, shared by the command line, the API and JSON files.

Every ``null`` stands beside an entry in ``status`` that says why. ``docs/api.md`` lists the keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashboard.domain.measures import Measure, Status
from dashboard.results.holdings import CashBalance, Holding, HoldingsReport, HoldingsTotals
from dashboard.results.notes import StatusNote
from dashboard.results.performance import BenchmarkResult, GainParts, PerformanceSummary, Returns, Risk, Series
from dashboard.results.portfolios import PortfolioItem, PortfolioRef
from dashboard.results.scalars import Json, amount, day, moment, ratio

RISK_NAMES = (
    "volatility",
    "downside_deviation",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "var_95",
    "cvar_95",
    "skew",
    "kurtosis",
)
BENCHMARK_RISK_NAMES = ("beta", "alpha", "correlation", "tracking_error", "information_ratio")
RETURN_NAMES = (
    "time_weighted",
    "time_weighted_annualized",
    "money_weighted",
    "money_weighted_period",
    "modified_dietz",
    "simple",
)
MONEY_NAMES = ("market_value", "start_value", "cash", "net_flows", "inflows", "outflows")
GAIN_NAMES = ("total", "price", "currency", "income", "fees", "taxes", "realized", "unrealized")


def performance(summary: PerformanceSummary, series: bool = False) -> dict[str, Json]:
    """How a portfolio did; with ``series`` also its points."""
    data: dict[str, Json] = {
        "portfolio": portfolio(summary.portfolio),
        "period": {"from": day(summary.period.start), "to": day(summary.period.end)},
        "as_of": moment(summary.as_of),
        "currency": summary.currency,
        "market_value": amount(summary.market_value),
        "start_value": amount(summary.start_value),
        "cash": amount(summary.cash),
        "net_flows": amount(summary.net_flows),
        "inflows": amount(summary.inflows),
        "outflows": amount(summary.outflows),
        "cash_by_currency": {currency: amount(held) for currency, held in summary.cash_by_currency.items()},
        "gain": _gain(summary.gain),
        "returns": _returns(summary.returns),
        "risk": risk_figures(summary.risk),
        "benchmark": _benchmark(summary.benchmark),
    }
    if series:
        data["series"] = points(summary.series)
    data["status"] = [status(note) for note in performance_notes(summary)]
    return data


def performance_notes(summary: PerformanceSummary) -> tuple[StatusNote, ...]:
    """The summary's own remarks, then one for each figure that is missing or not ``ok``."""
    return (
        *summary.status,
        *_money_notes(summary),
        *measure_notes(_named_measures(summary)),
        *_absent_notes(summary),
    )


def holdings(report: HoldingsReport) -> dict[str, Json]:
    """What is held, with cash and totals."""
    return {
        "portfolio": portfolio(report.portfolio),
        "as_of": day(report.as_of),
        "currency": report.currency,
        "holdings": [_holding(item) for item in report.holdings],
        "cash": [_cash(item) for item in report.cash],
        "totals": _totals(report.totals),
        "status": [status(note) for note in holdings_notes(report)],
    }


def holdings_notes(report: HoldingsReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one for each holding without a value that none of them names."""
    named = {note.symbol for note in report.status}
    missing = (
        StatusNote(_code(item.price_status), f"{item.symbol} has no value in {report.currency}.", item.symbol)
        for item in report.holdings
        if item.market_value is None and item.symbol not in named
    )
    return (*report.status, *missing)


def portfolio(ref: PortfolioRef) -> dict[str, Json]:
    """Which portfolio."""
    return {"id": ref.id, "name": ref.name, "base_currency": ref.base_currency, "method": ref.method.value}


def portfolio_item(item: PortfolioItem) -> dict[str, Json]:
    """A line of the list of portfolios."""
    ref = item.portfolio
    return {
        **portfolio(ref),
        "slug": ref.slug,
        "track_cash": ref.track_cash,
        "allow_shorts": ref.allow_shorts,
        "benchmark": ref.benchmark,
        "owner": ref.owner_email,
        "accounts": list(item.accounts),
        "transactions": item.transactions,
        "first_date": day(item.first_date),
        "last_date": day(item.last_date),
    }


def status(note: StatusNote) -> dict[str, Json]:
    """One remark."""
    return {"code": note.code, "symbol": note.symbol, "since": day(note.since), "message": note.message}


def _gain(gain: GainParts) -> dict[str, Json]:
    return {name: amount(getattr(gain, name)) for name in GAIN_NAMES}


def _returns(returns: Returns) -> dict[str, Json]:
    return {name: ratio(getattr(returns, name).value) for name in RETURN_NAMES}


def risk_figures(risk: Risk) -> dict[str, Json]:
    """Every risk figure; those of the contract always."""
    names = dict.fromkeys((*RISK_NAMES, *BENCHMARK_RISK_NAMES, *risk.measures))
    data: dict[str, Json] = {}
    for name in names:
        measure = risk.measures.get(name)
        data[name] = None if measure is None else ratio(measure.value)
        if name == "max_drawdown":
            for part in ("peak", "trough", "recovery"):
                data[f"max_drawdown_{part}"] = day(getattr(risk.drawdown, part))
    data["observations"] = risk.observations
    return data


def _benchmark(benchmark: BenchmarkResult | None) -> Json:
    if benchmark is None:
        return None
    return {
        "symbol": benchmark.symbol,
        "time_weighted": ratio(benchmark.time_weighted.value),
        "flow_matched_value": amount(benchmark.flow_matched_value.value),
    }


def points(series: Series) -> dict[str, Json]:
    """The points of a series."""
    return {
        "date": [date.isoformat() for date in series.dates],
        "value": [amount(value) for value in series.value],
        "time_weighted": [ratio(value) for value in series.time_weighted],
        "drawdown": [ratio(value) for value in series.drawdown],
    }


def _money_notes(summary: PerformanceSummary) -> Iterator[StatusNote]:
    """One remark for all amounts of money that are not known."""
    missing = [name for name in MONEY_NAMES if amount(getattr(summary, name)) is None]
    missing += [f"gain.{name}" for name in GAIN_NAMES if amount(getattr(summary.gain, name)) is None]
    missing += [f"cash_by_currency.{name}" for name, held in summary.cash_by_currency.items() if amount(held) is None]
    if missing:
        yield StatusNote(Status.UNDEFINED.value, f"{', '.join(missing)}: a price or a rate is missing")


def _named_measures(summary: PerformanceSummary) -> Iterator[tuple[str, Measure]]:
    for name in RETURN_NAMES:
        yield f"returns.{name}", getattr(summary.returns, name)
    for name, measure in summary.risk.measures.items():
        yield f"risk.{name}", measure
    if summary.benchmark is not None:
        yield "benchmark.time_weighted", summary.benchmark.time_weighted
        yield "benchmark.flow_matched_value", summary.benchmark.flow_matched_value


def measure_notes(named: Iterable[tuple[str, Measure]]) -> Iterator[StatusNote]:
    """One remark for all figures that share a status and a reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, measure in named:
        if ratio(measure.value) is None or measure.status is not Status.OK:
            groups.setdefault((_measure_code(measure), measure.reason), []).append(name)
    for (code, reason), names in groups.items():
        yield StatusNote(code, f"{', '.join(names)}: {reason or code}")


def _absent_notes(summary: PerformanceSummary) -> Iterator[StatusNote]:
    """Remarks on the figures of the contract that the summary does not carry at all."""
    measures: Mapping[str, Measure] = summary.risk.measures
    absent = [f"risk.{name}" for name in (*RISK_NAMES, *BENCHMARK_RISK_NAMES) if name not in measures]
    if absent:
        reason = "no benchmark is set" if summary.benchmark is None else "not computed for this period"
        yield StatusNote(Status.UNDEFINED.value, f"{', '.join(absent)}: {reason}")


def _measure_code(measure: Measure) -> str:
    return _code(measure.status) if ratio(measure.value) is None else measure.status.value


def _code(found: Status) -> str:
    """The status of something that has no value; it cannot be ``ok``."""
    return (Status.UNDEFINED if found is Status.OK else found).value


def _holding(item: Holding) -> dict[str, Json]:
    return {
        "symbol": item.symbol,
        "name": item.name,
        "asset_class": item.asset_class.value,
        "currency": item.currency,
        "quantity": amount(item.quantity),
        "price": amount(item.price),
        "price_date": day(item.price_date),
        "price_status": item.price_status.value,
        "fx_rate": ratio(item.fx_rate),
        "market_value": amount(item.market_value),
        "cost": amount(item.cost),
        "average_cost": amount(item.average_cost),
        "unrealized": amount(item.unrealized),
        "unrealized_pct": ratio(item.unrealized_pct),
        "realized": amount(item.realized),
        "income": amount(item.income),
        "weight": ratio(item.weight),
        "day_change": amount(item.day_change),
        "lots": [
            {"acquired": day(lot.acquired), "quantity": amount(lot.quantity), "cost": amount(lot.cost)}
            for lot in item.lots
        ],
    }


def _cash(item: CashBalance) -> dict[str, Json]:
    return {
        "currency": item.currency,
        "amount": amount(item.amount),
        "market_value": amount(item.market_value),
        "weight": ratio(item.weight),
    }


def _totals(totals: HoldingsTotals) -> dict[str, Json]:
    return {
        "market_value": amount(totals.market_value),
        "cost": amount(totals.cost),
        "unrealized": amount(totals.unrealized),
        "unrealized_pct": ratio(totals.unrealized_pct),
        "realized": amount(totals.realized),
        "income": amount(totals.income),
        "cash": amount(totals.cash),
        "day_change": amount(totals.day_change),
        "day_change_pct": ratio(totals.day_change_pct),
        "priced": totals.priced,
        "count": totals.count,
    }
