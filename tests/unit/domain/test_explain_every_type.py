"""Workings of ledgers with rows of every type, shorts and untracked cash: each ends at the figure that is shown."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.access import PortfolioId
from dashboard.domain.benchmarks import benchmark_on
from dashboard.domain.calendar import Period
from dashboard.domain.explain import METRICS, working
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Entry, Worked, Working
from dashboard.domain.measures import Measure, Status, worst
from dashboard.domain.performance import measure
from dashboard.domain.positions import book_positions
from dashboard.domain.series import daily_returns
from dashboard.domain.transactions import LotMethod, Transaction
from dashboard.domain.valuation import PortfolioHistory, value_portfolio
from dashboard.reports.workings import SUMMARY, to_workbook
from dashboard.results.explanations import Explanation, to_json
from dashboard.results.portfolios import PortfolioRef
from tests.spreadsheet import computed
from tests.unit.domain.any_ledger import DAYS, END, START, ledgers, valued
from tests.unit.domain.ledgers import daily, history, ledger, market, rates
from tests.unit.domain.test_explain import figure


def near(value: float | None) -> object:
    """The figure but for rounding."""
    return pytest.approx(value, rel=1e-9, abs=1e-7)


def subject_of(found: PortfolioHistory, period: Period, against: str = "", *, with_tables: bool = True) -> Subject:
    """What a period of a valued ledger is explained from."""
    books = book_positions(found, period.end)
    benchmark = benchmark_on(found, against) if against else None
    performance = measure(found, period, benchmark, risk_free=0.02, books=books)
    return Subject(
        found, books, period, performance, daily_returns(found, period), benchmark, 0.02, with_tables=with_tables
    )


def steps_of(found: Working) -> dict[str, float]:
    return {step.key: step.value for step in found.steps if step.value is not None}


@settings(max_examples=40, deadline=None)
@given(
    ledgers(),
    st.booleans(),
    st.sampled_from(list(LotMethod)),
    st.sampled_from([None, "USD"]),
    st.integers(-4, DAYS - 1),
    st.integers(0, 5),
    st.booleans(),
    st.booleans(),
)
def test_every_working_ends_at_the_figure_of_the_performance(
    rows: list[Transaction],
    cash: bool,
    method: LotMethod,
    currency: str | None,
    first: int,
    back: int,
    shorts: bool,
    with_tables: bool,
) -> None:
    found = valued(rows, cash=cash, method=method, currency=currency, shorts=shorts)
    start = START + timedelta(days=first)
    period = Period(start, max(END - timedelta(days=back), start))
    about = subject_of(found, period, "A", with_tables=with_tables)
    for metric in METRICS:
        shown = figure(about.performance, metric)
        value = shown.value if isinstance(shown, Measure) else shown
        made = working(about, metric)
        if value is None or not np.isfinite(value):
            assert made.value.value is None, metric
        else:
            assert made.value.value == near(value), metric
            assert made.steps[-1].value == near(value), metric
        assert made.value.status is Status.OK or made.value.reason, metric
        if isinstance(shown, Measure) and not metric.startswith("max_drawdown_"):
            assert (made.value.status, made.value.reason) == (shown.status, shown.reason), metric
    ends = about.performance.start_value, about.performance.market_value
    assert working(about, "gain").value.status in {worst(*(end.status for end in ends)), Status.UNDEFINED}


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.booleans(), st.booleans())
def test_what_makes_up_a_value_sums_to_it_with_what_is_due_and_what_is_short(
    rows: list[Transaction], cash: bool, shorts: bool
) -> None:
    about = subject_of(valued(rows, cash=cash, shorts=shorts), Period(START, END))
    made = working(about, "market_value")
    parts = [amount(row[-1]) for table in made.tables for row in table.rows]
    assert sum(parts) == near(about.performance.market_value.value)
    steps = steps_of(made)
    assert steps["holdings"] + steps["cash"] == near(steps["result"])


def amount(entry: Entry) -> float:
    value = entry.value if isinstance(entry, Worked) else entry
    return float(value) if isinstance(value, float | int) else 0.0


def test_a_short_period_whose_yearly_rate_is_beyond_all_bounds_is_explained_by_its_own() -> None:
    found = history(
        "2024-01-02 deposit 100\n2024-01-02 buy ACME 1 100",
        market({"ACME": daily("2024-01-02", 100, 220)}),
        "2024-01-03",
    )
    about = subject_of(found, Period(date(2024, 1, 3), date(2024, 1, 3)))
    assert about.performance.returns.money_weighted.value is None
    made = working(about, "money_weighted_period")
    assert made.steps[-1].value == made.value.value == pytest.approx(1.2)
    assert "beyond all bounds" in " ".join(made.convention)


def explained(about: Subject, metric: str) -> Explanation:
    """As the service returns it."""
    return Explanation(
        portfolio=PortfolioRef(PortfolioId(1), "Any", "any", "EUR", about.history.method),
        period=about.period,
        as_of=datetime(2025, 2, 11, tzinfo=UTC),
        currency="EUR",
        metric=metric,
        working=working(about, metric),
    )


@pytest.mark.parametrize("metric", ["modified_dietz", "money_weighted_period", "time_weighted_annualized"])
def test_a_period_that_starts_before_the_ledger_counts_its_own_days(metric: str) -> None:
    found = history(
        "2024-01-10 deposit 1000\n2024-01-10 buy ACME 10 100\n2024-06-10 withdrawal 200\n2024-06-10 sell ACME 2 100",
        market({"ACME": daily("2024-01-10", *np.linspace(100, 130, 500))}),
        "2025-02-10",
    )
    period = Period(date(2023, 12, 20), date(2025, 2, 10))
    about = explained(subject_of(found, period), metric)
    got = computed(to_workbook(about), SUMMARY)
    for step in about.working.steps:
        if step.formula:
            assert got[step.title] == near(step.value), step.title


@pytest.mark.parametrize("method", list(LotMethod))
def test_a_sale_that_ends_short_and_its_cover_are_realised_by_their_parts(method: LotMethod) -> None:
    found = history(
        """
        2024-01-02 deposit 10000
        2024-01-02 buy  USCO 10 100 ccy=USD fee=5 id=1
        2024-01-03 sell USCO 25 120 ccy=USD fee=10 id=2    # 10 of it close the lot, 15 are short
        2024-01-05 buy  USCO 20 110 ccy=USD fee=4 id=3     # 15 of it cover
        2024-01-06 merger USCO amount=500 ccy=USD id=4
        """,
        market(
            {"USCO": daily("2024-01-02", *[100] * 9)},
            currencies={"USCO": "USD"},
            fx={("USD", "EUR"): rates("2024-01-02", *[0.8] * 9)},
        ),
        "2024-01-10",
        method=method,
        shorts=True,
    )
    about = explained(subject_of(found, Period(date(2024, 1, 2), date(2024, 1, 10))), "realized")
    # In dollars: 2,990 × 10/25 − 1,005; 2,990 × 15/25 − 2,204 × 15/20; 500 − 2,204 × 5/20.
    expected = 0.8 * ((1196 - 1005) + (1794 - 1653) + (500 - 551))
    assert about.working.value.value == near(expected)
    assert computed(to_workbook(about), SUMMARY)["Realised gain"] == near(expected)
    sales = next(table for table in about.working.tables if table.key == "sales")
    names = [column.key for column in sales.columns]
    sold = dict(zip(names, sales.rows[0], strict=True))
    assert (sold["type"], sold["quantity"], sold["closed"], sold["rate"]) == ("sell", 25, 10, 0.8)


UNKNOWN = """
    2024-01-02 deposit 1000
    2024-01-03 buy USCO 10 10 ccy=USD id=1
    2024-01-03 buy ACME 10 10 id=2
    2024-01-05 sell ACME 3 12 id=3
    2024-01-05 sell USCO 5 12 ccy=USD id=4
    2024-01-06 fee 3 ccy=USD id=5
    2024-01-08 dividend USCO 3 ccy=USD id=6
"""


@pytest.mark.parametrize("cash", [True, False])
@pytest.mark.parametrize("method", list(LotMethod))
def test_where_a_rate_is_missing_no_file_and_no_answer_has_a_number_that_is_none(method: LotMethod, cash: bool) -> None:
    data = market(
        {"USCO": daily("2024-01-02", *range(10, 50)), "ACME": daily("2024-01-02", *range(10, 50))},
        currencies={"USCO": "USD"},
    )
    found = history(UNKNOWN, data, "2024-02-05", method=method, cash=cash)
    about = subject_of(found, Period(date(2024, 1, 2), date(2024, 2, 5)), "ACME")
    for metric in METRICS:
        made = explained(about, metric)
        assert all(step.value is None or np.isfinite(step.value) for step in made.working.steps), metric
        assert "nan" not in orjson.dumps(to_json(made)).decode().lower()
        with zipfile.ZipFile(io.BytesIO(to_workbook(made))) as book:
            for name in book.namelist():
                assert b"<v>nan" not in book.read(name).lower(), (metric, name)


def test_a_lot_that_is_named_by_the_broker_shows_its_purchase() -> None:
    rows = [
        replace(row, id=number, external_id=f"B-{number}")
        for number, row in enumerate(ledger("2024-01-02 buy ACME 10 100 fee=5\n2024-01-03 sell ACME 4 120"), start=1)
    ]
    found = value_portfolio(rows, market(), base_currency="EUR", end=date(2024, 1, 4))
    made = working(subject_of(found, Period(date(2024, 1, 2), date(2024, 1, 4))), "realized")
    (row,) = next(table for table in made.tables if table.key == "lots").rows
    cost = row[-1]
    assert isinstance(cost, Worked)
    assert (row[2], row[5], row[6], cost.value) == ("B-1", 1000, 5, 402)


def test_the_mean_beyond_a_limit_above_zero_leaves_out_the_day_before_the_period() -> None:
    closes = 100 * np.cumprod(1 + np.linspace(0.01, 0.02, 40))
    rising = history(
        "2024-01-02 deposit 100\n2024-01-02 buy ACME 1 100",
        market({"ACME": daily("2024-01-02", *closes)}),
        "2024-02-05",
    )
    about = explained(subject_of(rising, Period(date(2024, 1, 5), date(2024, 2, 5))), "cvar_95")
    value = about.working.value.value
    assert value is not None and value > 0.01
    assert computed(to_workbook(about), SUMMARY)["Expected shortfall, 95 %"] == near(value)
