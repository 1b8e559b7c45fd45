"""Results as documents: which figures a report shows, in which order, and as what kind of cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from math import isfinite

from dashboard.domain.measures import Measure, Status
from dashboard.formatting.dates import day
from dashboard.reports.document import Cell, Column, Document, Kind, LineChart, Table, Typed, Value
from dashboard.results import wire
from dashboard.results.holdings import HoldingsReport
from dashboard.results.notes import StatusNote
from dashboard.results.performance import PerformanceSummary
from dashboard.results.wire import (
    BENCHMARK_RISK_NAMES,
    GAIN_NAMES,
    RETURN_NAMES,
    RISK_NAMES,
    holdings_notes,
    performance_notes,
)

LABELS = {
    "total": "Total gain", "price": "Price effect", "currency": "Currency effect", "income": "Income", "fees": "Fees",
    "taxes": "Taxes", "realized": "Realised gain", "unrealized": "Unrealised gain",
    "time_weighted": "Time-weighted return (TWR)", "time_weighted_annualized": "Time-weighted return, p.a.",
    "money_weighted": "Money-weighted return (XIRR), p.a.", "money_weighted_period": "Money-weighted return, period",
    "modified_dietz": "Modified Dietz return", "simple": "Simple return",
    "volatility": "Volatility, p.a.", "downside_deviation": "Downside deviation, p.a.", "sharpe": "Sharpe ratio",
    "sortino": "Sortino ratio", "calmar": "Calmar ratio", "max_drawdown": "Max drawdown",
    "var_95": "VaR, 95 %, one period", "cvar_95": "CVaR, 95 %, one period",
    "var_99": "VaR, 99 %, one period", "cvar_99": "CVaR, 99 %, one period",
    "var_95_normal": "VaR, 95 %, normal", "cvar_95_normal": "CVaR, 95 %, normal",
    "var_99_normal": "VaR, 99 %, normal", "cvar_99_normal": "CVaR, 99 %, normal",
    "r_squared": "R²", "omega": "Omega ratio", "skew": "Skew",
    "kurtosis": "Excess kurtosis", "beta": "Beta", "alpha": "Alpha, p.a.",
    "correlation": "Correlation", "tracking_error": "Tracking error, p.a.", "information_ratio": "Information ratio",
}  # fmt: skip
RATIO_RISKS = frozenset(
    {"sharpe", "sortino", "calmar", "skew", "kurtosis", "beta", "correlation", "information_ratio", "omega",
     "tail_ratio", "r_squared", "up_capture", "down_capture"}
)  # fmt: skip
FIGURE_COLUMNS = (
    Column("label", "Figure", width=38),
    Column("value", "Value", mixed=True, width=20),
    Column("unit", "Unit", width=9),
    Column("status", "Status", width=18),
    Column("reason", "Reason", width=44),
    Column("metric", "Key", width=32),
)
NOTE_COLUMNS = (
    Column("code", "Code", width=20),
    Column("symbol", "Symbol", width=12),
    Column("since", "Since", Kind.DATE),
    Column("message", "Remark", width=100),
)
CONVENTIONS = (
    "Returns and risk measures are net of fees and taxes.",
    "A period starts from the value at the close of the day before.",
    "Time-weighted: daily returns, each flow on its own day, compounded. Money-weighted: XIRR with days / 365.",
    "Annualised figures are given for periods of 365 days or more.",
    "A figure without a value could not be computed; its reason stands beside it.",
)

Row = tuple[Cell, ...]


def performance_document(summary: PerformanceSummary, holdings: HoldingsReport, created_at: dt.datetime) -> Document:
    """How a portfolio did: every figure, what is held, the daily series with a chart, the flows and the remarks."""
    period = f"{day(summary.period.start)} to {day(summary.period.end)}"
    title = f"Performance of {summary.portfolio.name}"
    heading = (title, f"{period}, {summary.currency}, lots by {summary.portfolio.method.value}")
    tables = (
        Table("Summary", FIGURE_COLUMNS, tuple(_figures(summary)), heading=heading),
        holdings_table(holdings),
        _series_table(summary),
        _flows_table(summary),
        notes_table((*performance_notes(summary), *_other(holdings_notes(holdings), performance_notes(summary)))),
    )
    chart = LineChart("Daily series", "Value", _value_keys(summary))
    return Document(title, period, created_at, tables, (chart,), data=wire.performance(summary, series=True))


def _figures(summary: PerformanceSummary) -> Iterator[Row]:
    """Every figure of the JSON form, by the same keys."""
    yield from _identity(summary)
    for name, label in (
        ("market_value", "Market value, cash included"), ("start_value", "Value at the start"), ("cash", "Cash"),
        ("net_flows", "Net flows"), ("inflows", "Inflows"), ("outflows", "Outflows"),
    ):  # fmt: skip
        yield _money(label, getattr(summary, name), summary.currency, name)
    for currency, held in summary.cash_by_currency.items():
        yield _money(f"Cash in {currency}", held, currency, f"cash_by_currency.{currency}")
    for name in GAIN_NAMES:
        yield _money(LABELS[name], getattr(summary.gain, name), summary.currency, f"gain.{name}")
    for name in RETURN_NAMES:
        yield _measure(LABELS[name], getattr(summary.returns, name), Kind.PERCENT, f"returns.{name}")
    yield from _risk_figures(summary)
    yield from _benchmark_figures(summary)


def _identity(summary: PerformanceSummary) -> Iterator[Row]:
    facts: tuple[tuple[str, Value, Kind, str], ...] = (
        ("Portfolio", summary.portfolio.name, Kind.TEXT, "portfolio.name"),
        ("Portfolio number", summary.portfolio.id, Kind.INTEGER, "portfolio.id"),
        ("Base currency", summary.portfolio.base_currency, Kind.TEXT, "portfolio.base_currency"),
        ("Lot method", summary.portfolio.method.value, Kind.TEXT, "portfolio.method"),
        ("From", summary.period.start, Kind.DATE, "period.from"),
        ("To", summary.period.end, Kind.DATE, "period.to"),
        ("As of (UTC)", summary.as_of, Kind.MOMENT, "as_of"),
        ("Currency", summary.currency, Kind.TEXT, "currency"),
    )
    for label, value, kind, key in facts:
        yield (label, Typed(value, kind), "", Status.OK.value, "", key)


def _risk_figures(summary: PerformanceSummary) -> Iterator[Row]:
    absent = Measure.undefined("no benchmark is set" if summary.benchmark is None else "not computed for this period")
    for name in dict.fromkeys((*RISK_NAMES, *BENCHMARK_RISK_NAMES, *summary.risk.measures)):
        kind = Kind.RATIO if name in RATIO_RISKS else Kind.PERCENT
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        yield _measure(label, summary.risk.measures.get(name, absent), kind, f"risk.{name}")
        if name == "max_drawdown":
            yield from _drawdown_dates(summary)
    yield ("Observations", Typed(summary.risk.observations, Kind.INTEGER), "", Status.OK.value, "", "risk.observations")


def _drawdown_dates(summary: PerformanceSummary) -> Iterator[Row]:
    dates = summary.risk.drawdown
    for name, value in (("peak", dates.peak), ("trough", dates.trough), ("recovery", dates.recovery)):
        missing = "not recovered yet" if name == "recovery" else "no drawdown"
        state = (Status.OK.value, "") if value is not None else (Status.UNDEFINED.value, missing)
        yield (f"Max drawdown, {name}", Typed(value, Kind.DATE), "", *state, f"risk.max_drawdown_{name}")


def _benchmark_figures(summary: PerformanceSummary) -> Iterator[Row]:
    found = summary.benchmark
    if found is None:
        return
    yield ("Benchmark", Typed(found.symbol, Kind.TEXT), "", Status.OK.value, found.name, "benchmark.symbol")
    yield _measure("Benchmark, time-weighted return", found.time_weighted, Kind.PERCENT, "benchmark.time_weighted")
    yield _measure(
        "Benchmark, value of the same flows", found.flow_matched_value, Kind.MONEY, "benchmark.flow_matched_value",
        summary.currency,
    )  # fmt: skip


def _money(label: str, value: float, currency: str, key: str) -> Row:
    state = (Status.OK.value, "") if isfinite(value) else (Status.UNDEFINED.value, "see the remarks")
    return (label, Typed(value, Kind.MONEY, currency), currency, *state, key)


def _measure(label: str, measure: Measure, kind: Kind, key: str, currency: str = "") -> Row:
    unit = currency or ("fraction" if kind is Kind.PERCENT else "")
    return (label, Typed(measure.value, kind, currency), unit, measure.status.value, measure.reason, key)


def holdings_table(report: HoldingsReport, heading: tuple[str, ...] = ()) -> Table:
    """Each holding with its figures, cash by currency, and the totals."""
    own = report.currency
    columns = (
        Column("symbol", "Symbol"),
        Column("name", "Name"),
        Column("asset_class", "Class"),
        Column("currency", "Currency"),
        Column("quantity", "Quantity", Kind.QUANTITY),
        Column("price", "Price", Kind.PRICE),
        Column("price_date", "Price date", Kind.DATE),
        Column("price_status", "Price status"),
        Column("fx_rate", f"{own} per unit", Kind.RATIO),
        Column("market_value", f"Market value, {own}", Kind.MONEY, own),
        Column("cost", f"Cost, {own}", Kind.MONEY, own),
        Column("average_cost", f"Average cost, {own}", Kind.PRICE, own),
        Column("unrealized", f"Unrealised, {own}", Kind.MONEY, own),
        Column("unrealized_pct", "Unrealised", Kind.PERCENT),
        Column("realized", f"Realised, {own}", Kind.MONEY, own),
        Column("income", f"Income, {own}", Kind.MONEY, own),
        Column("weight", "Weight", Kind.PERCENT),
        Column("day_change", f"Day change, {own}", Kind.MONEY, own),
    )
    rows: list[Row] = [
        (
            item.symbol, item.name, item.asset_class.value, item.currency, item.quantity, item.price, item.price_date,
            item.price_status.value, item.fx_rate, item.market_value, item.cost, item.average_cost, item.unrealized,
            item.unrealized_pct, item.realized, item.income, item.weight, item.day_change,
        )
        for item in report.holdings
    ]  # fmt: skip
    rows += [
        _cash_row(balance.currency, balance.amount, balance.market_value, balance.weight) for balance in report.cash
    ]
    totals = report.totals
    last: Row = (
        "Total", f"{totals.priced} of {totals.count} priced", None, None, None, None, None, None, None,
        totals.market_value, totals.cost, None, totals.unrealized, totals.unrealized_pct, totals.realized,
        totals.income, None, totals.day_change,
    )  # fmt: skip
    return Table("Holdings", columns, rows, last, heading=heading or (f"Holdings on {day(report.as_of)}",))


def _cash_row(currency: str, amount: float, market_value: float | None, weight: float | None) -> Row:
    rate = market_value / amount if market_value is not None and amount else None
    empty: Row = (None,) * 6
    state = Status.OK.value if market_value is not None else Status.UNDEFINED.value
    return (
        "Cash",
        f"Cash in {currency}",
        "cash",
        currency,
        amount,
        None,
        None,
        state,
        rate,
        market_value,
        *empty,
        weight,
        None,
    )


def _series_table(summary: PerformanceSummary) -> Table:
    own, series, benchmark = summary.currency, summary.series, summary.benchmark
    columns = [
        Column("date", "Date", Kind.DATE),
        Column("value", f"Value, {own}", Kind.MONEY, own),
        Column("time_weighted", "Time-weighted return", Kind.PERCENT),
        Column("drawdown", "Drawdown", Kind.PERCENT),
    ]
    data: list[Iterable[Cell]] = [series.dates, series.value, series.time_weighted, series.drawdown]
    if benchmark is not None and benchmark.dates:
        columns += [
            Column("benchmark_value", f"{benchmark.symbol}, same flows, {own}", Kind.MONEY, own),
            Column("benchmark_time_weighted", f"{benchmark.symbol}, return", Kind.PERCENT),
        ]
        data += [
            _as_of(series.dates, benchmark.dates, benchmark.flow_matched_series),
            _as_of(series.dates, benchmark.dates, benchmark.time_weighted_series),
        ]
    return Table("Daily series", tuple(columns), tuple(zip(*data, strict=True)))


def _as_of(days: tuple[dt.date, ...], dates: tuple[dt.date, ...], values: tuple[float, ...]) -> list[Cell]:
    """The last value at or before each of ``days``; blank before the first."""
    found: list[Cell] = []
    place = -1
    for shown in days:
        while place + 1 < len(values) and dates[place + 1] <= shown:
            place += 1
        found.append(values[place] if place >= 0 else None)
    return found


def _value_keys(summary: PerformanceSummary) -> tuple[str, ...]:
    found = summary.benchmark
    return ("value", "benchmark_value") if found is not None and found.dates else ("value",)


def _flows_table(summary: PerformanceSummary) -> Table:
    columns = (
        Column("date", "Date", Kind.DATE),
        Column("amount", f"Amount, {summary.currency}", Kind.MONEY, summary.currency),
    )
    return Table("Flows", columns, [(flow.date, flow.amount) for flow in summary.flows])


def notes_table(notes: Iterable[StatusNote], conventions: Iterable[str] = CONVENTIONS) -> Table:
    """The remarks, then what a reader must know of how it is counted."""
    rows: list[Row] = [(note.code, note.symbol, note.since, note.message) for note in notes]
    rows += [("convention", None, None, text) for text in conventions]
    return Table("Notes", NOTE_COLUMNS, rows)


def _other(notes: Iterable[StatusNote], known: Iterable[StatusNote]) -> Iterator[StatusNote]:
    """The notes that are not among ``known``."""
    seen = {(note.code, note.symbol, note.message) for note in known}
    yield from (note for note in notes if (note.code, note.symbol, note.message) not in seen)
