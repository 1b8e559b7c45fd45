"""How each figure is made: the working ends at the figure, and its own formulas give it again in a spreadsheet."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import numpy as np
import openpyxl
import orjson
import pytest

from dashboard.domain import benchmarks
from dashboard.domain.access import PortfolioId
from dashboard.domain.calendar import Period
from dashboard.domain.explain import METRICS, working
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Worked, serial
from dashboard.domain.instruments import Split
from dashboard.domain.measures import Measure
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.risk_figures import RiskFigures
from dashboard.domain.series import daily_returns
from dashboard.domain.transactions import LotMethod
from dashboard.domain.valuation import value_portfolio
from dashboard.errors import InvalidInput
from dashboard.reports.workings import SUMMARY, to_workbook
from dashboard.results.explanations import Explanation, to_json
from dashboard.results.portfolios import PortfolioRef
from tests.spreadsheet import computed
from tests.unit.domain.ledgers import daily, ledger, market, rates

DAYS = 60
START = "2024-01-02"
LEDGER = """
    2024-01-02 deposit 10000
    2024-01-03 buy     ACME 10 100   fee=1.50
    2024-01-05 buy     ACME 10 104   fee=1.50
    2024-01-08 buy     USCO 20 50    ccy=USD fee=2
    2024-01-20 sell    ACME 15 53    fee=1 tax=2      # after the split of 2 for 1
    2024-01-24 dividend USCO 12      ccy=USD tax=1.8
    2024-01-29 deposit 500
    2024-02-05 sell    USCO 5 55     ccy=USD fx=0.92
    2024-02-12 withdrawal 750
    2024-02-20 fee     9
"""
PERIOD = Period(dt.date(2024, 1, 4), dt.date(2024, 2, 28))


def market_of() -> MarketData:
    """Two instruments that wander, one with a split and one in dollars, and a benchmark."""
    steps = np.random.default_rng(7).normal(0.0006, 0.011, (DAYS + 5, 3))
    acme, usco, index = (float(first) * np.cumprod(1 + steps[:, at]) for at, first in enumerate((100, 50, 1000)))
    acme[13:] /= 2.0
    return market(
        {"ACME": daily(START, *acme.round(4)), "USCO": daily(START, *usco.round(4)), "INDX": daily(START, *index)},
        currencies={"USCO": "USD"},
        splits={"ACME": (Split(dt.date(2024, 1, 15), Decimal(2)),)},
        fx={("USD", "EUR"): rates(START, *(0.91 + 0.0004 * np.arange(DAYS + 5)))},
    )


def subject(method: LotMethod = LotMethod.FIFO, text: str = LEDGER, data: MarketData | None = None) -> Subject:
    """The ledger, valued; each row has the id that a stored one has."""
    rows = [replace(row, id=number) for number, row in enumerate(ledger(text), start=1)]
    found = value_portfolio(rows, data or market_of(), base_currency="EUR", end=PERIOD.end, method=method)
    books = book_positions(found, PERIOD.end)
    against = None
    if "INDX" in found.market.prices:
        against = benchmarks.benchmark_on(found, "INDX")
    performance = measure(found, PERIOD, against, risk_free=0.02, books=books)
    sources = {"ACME": "yahoo", "USCO": "yahoo"}
    return Subject(found, books, PERIOD, performance, daily_returns(found, PERIOD), against, 0.02, sources)


def explanation(about: Subject, metric: str) -> Explanation:
    """As the service returns it."""
    portfolio = PortfolioRef(PortfolioId(1), "=Long-term", "long-term", "EUR", about.history.method)
    as_of = dt.datetime(2024, 2, 29, tzinfo=dt.UTC)
    return Explanation(portfolio, PERIOD, as_of, "EUR", metric, working(about, metric))


def figure(performance: PeriodPerformance, metric: str) -> Measure | float:
    """The figure as the product shows it."""
    if metric == "gain":
        return performance.gain.total
    if metric == "realized":
        return performance.gain.realized
    if metric.startswith("max_drawdown_"):
        return drawn(performance.risk, metric)
    places = (performance, performance.returns, performance.risk)
    found = next(getattr(place, metric) for place in places if hasattr(place, metric))
    assert isinstance(found, Measure)
    return found


def drawn(risk: RiskFigures, metric: str) -> Measure:
    """A date of the deepest drawdown, or its days, as a working holds it."""
    found = getattr(risk, metric)
    return Measure(None) if found is None else Measure(serial(found) if isinstance(found, dt.date) else float(found))


@pytest.mark.parametrize("metric", METRICS)
def test_the_last_step_is_the_figure_that_is_shown(metric: str) -> None:
    about = subject()
    shown = figure(about.performance, metric)
    found = working(about, metric)
    value = shown.value if isinstance(shown, Measure) else shown
    assert found.value.value == (None if value is None else pytest.approx(value, rel=1e-12))
    if value is not None:
        assert found.steps[-1].value == found.value.value
        assert found.formula and found.convention


@pytest.mark.parametrize(
    "metric",
    [
        "time_weighted",
        "money_weighted",
        "realized",
        "sharpe",
        "gain",
        "market_value",
        "modified_dietz",
        "simple",
        "beta",
        "r_squared",
        "omega",
        "downside_deviation",
        "tail_ratio",
        "var_99_normal",
        "cvar_95_normal",
        "best_month",
        "worst_month",
        "up_capture",
        "down_capture",
        "max_drawdown_peak",
        "max_drawdown_trough",
        "max_drawdown_days",
    ],
)
def test_a_spreadsheet_computes_the_figure_from_the_inputs(metric: str) -> None:
    about = explanation(subject(), metric)
    steps = [step for step in about.working.steps if step.formula]
    got = computed(to_workbook(about), SUMMARY)
    assert steps[-1].key == "result"
    for step in steps:
        assert got[step.title] == pytest.approx(step.value, rel=1e-9, abs=1e-9), step.title


FALLEN = [100, 100, 110, 121, 121, 108, 90.75, 99, 91, 115, 122, 122, 120, *range(123, 150), *([149] * 25)]


def test_a_spreadsheet_finds_when_the_deepest_drawdown_began_turned_and_was_made_good() -> None:
    data = market({"ACME": daily(START, *FALLEN)})
    about = subject(text="2024-01-02 deposit 1000\n2024-01-03 buy ACME 10 100", data=data)
    wanted = {"peak": "2024-01-06", "trough": "2024-01-08", "recovery": "2024-01-12"}
    for name, day in wanted.items():
        found = explanation(about, f"max_drawdown_{name}")
        got = computed(to_workbook(found), SUMMARY)
        assert to_json(found)["value"] == day
        assert got[found.working.title] == serial(dt.date.fromisoformat(day))
    found = explanation(about, "max_drawdown_days")
    assert computed(to_workbook(found), SUMMARY)[found.working.title] == found.working.value.value == 6


def test_dates_that_there_are_not_have_a_reason() -> None:
    rising = market({"ACME": daily(START, *range(100, 170))})
    about = subject(text="2024-01-02 deposit 1000\n2024-01-03 buy ACME 10 101", data=rising)
    found = working(about, "max_drawdown_peak")
    assert (found.value.value, found.value.reason, found.steps) == (None, "There was no drawdown.", ())
    falling = market({"ACME": daily(START, *range(170, 100, -1))})
    about = subject(text="2024-01-02 deposit 1690\n2024-01-03 buy ACME 10 169", data=falling)
    found = working(about, "max_drawdown_recovery")
    assert found.value.value is None and "not come back" in found.value.reason
    assert to_json(explanation(about, "max_drawdown_recovery"))["value"] is None
    week = Period(PERIOD.start, dt.date(2024, 1, 8))
    few = replace(
        about, period=week, performance=measure(about.history, week), daily=daily_returns(about.history, week)
    )
    assert "Needs 20 returns" in working(few, "max_drawdown_days").value.reason


@pytest.mark.parametrize("method", list(LotMethod))
def test_realised_gains_follow_from_the_purchases_by_every_method(method: LotMethod) -> None:
    about = explanation(subject(method), "realized")
    lots = next(table for table in about.working.tables if table.key == "lots")
    costs = [row[-1] for row in lots.rows]
    assert all(isinstance(cost, Worked) for cost in costs)
    got = computed(to_workbook(about), SUMMARY)
    assert got["Realised gain"] == pytest.approx(about.working.value.value, rel=1e-9)


def test_inputs_name_their_source_and_their_day() -> None:
    found = working(subject(), "market_value")
    holdings = next(table for table in found.tables if table.key == "holdings")
    columns = [column.key for column in holdings.columns]
    rows = {row[0]: dict(zip(columns, row, strict=True)) for row in holdings.rows}
    assert rows["USCO"]["source"] == "yahoo"
    assert rows["USCO"]["priced_on"] == PERIOD.end
    assert rows["USCO"]["currency"] == "USD"


def test_a_figure_that_is_not_defined_says_why_and_has_no_number() -> None:
    about = explanation(
        subject(text="2024-01-02 buy USCO 10 50 ccy=USD", data=market({}, currencies={"USCO": "USD"})), "gain"
    )
    sent = orjson.loads(orjson.dumps(to_json(about)))
    assert (sent["value"], sent["status"]) == (None, "undefined")
    assert "rate" in sent["reason"]
    assert openpyxl.load_workbook(io.BytesIO(to_workbook(about))).sheetnames[0] == SUMMARY


def test_a_gain_is_as_estimated_as_the_value_that_it_ends_at() -> None:
    about = subject(text="2024-01-02 buy ACME 10 50\n2024-01-05 buy ACME 1 60", data=market({}))
    sent = to_json(explanation(about, "gain"))
    assert (sent["value"], sent["status"]) == ("100", "estimated")
    assert sent["reason"] == "There is no price of ACME; the last trade's stands in."


def test_every_working_is_valid_json_and_a_workbook() -> None:
    about = subject()
    for metric in METRICS:
        found = explanation(about, metric)
        assert "NaN" not in orjson.dumps(to_json(found)).decode()
        book = openpyxl.load_workbook(io.BytesIO(to_workbook(found)))
        assert str(book[SUMMARY]["A1"].value).endswith("'=Long-term")


def test_a_metric_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InvalidInput, match="sharpe"):
        working(subject(), "magic")
