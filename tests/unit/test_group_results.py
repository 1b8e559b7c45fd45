"""Results by group and period go through the JSON that keeps them for other processes and come back the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest
from pydantic import TypeAdapter

from dashboard.domain.access import PortfolioId
from dashboard.domain.calendar import Period
from dashboard.domain.gain_periods import Granularity, gains_by_period
from dashboard.domain.groups import Dimension, breakdown
from dashboard.domain.income import expected_income, income_by_month, payments
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.results import breakdown_wire, gain_wire, income_wire
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.gains import GainsReport
from dashboard.results.income import IncomeReport
from dashboard.results.performance import Series
from dashboard.results.portfolios import PortfolioRef
from tests.unit.domain.ledgers import daily, history, market

T = TypeVar("T")
REF = PortfolioRef(PortfolioId(1), "One", "one", "EUR")
PERIOD = Period(date(2024, 1, 1), date(2024, 1, 3))
NOW = datetime(2024, 1, 3, tzinfo=UTC)
# The dollars have no rate: what they touch is NaN in the results and null, with a remark, in JSON.
FOUND = history(
    "2024-01-01 deposit 1000\n2024-01-01 buy A 5 100\n2024-01-02 dividend A 3\n2024-01-02 deposit 10 ccy=USD",
    market({"A": daily("2024-01-01", 100, 110, 120)}),
    "2024-01-03",
)


def kept(kind: type[T], result: T) -> Any:  # Any: the adapter's own
    adapter = TypeAdapter(kind)
    return adapter.validate_python(json.loads(json.dumps(adapter.dump_python(result, mode="json"))))


def no_number_is_missing_without_a_remark(data: dict[str, Any], nulls: bool) -> None:
    text = json.dumps(data, allow_nan=False)
    assert ("null" in text.split('"status"')[0]) == nulls
    assert bool(data["status"]) or not nulls


def test_a_breakdown() -> None:
    found = breakdown([ValuedPortfolio("One", FOUND)], PERIOD, Dimension.HOLDING)
    report = BreakdownReport((REF,), Dimension.HOLDING, PERIOD, NOW, "EUR", found.groups, found.total, Series())
    back = kept(BreakdownReport, report)
    assert breakdown_wire.breakdown(back) == breakdown_wire.breakdown(report)
    data = breakdown_wire.breakdown(back)
    no_number_is_missing_without_a_remark(data, True)
    messages = " ".join(str(note["message"]) for note in data["status"])  # type: ignore[union-attr, index, call-overload]
    assert "all.returns.time_weighted" in messages
    assert "all.gain.total" in messages


@pytest.mark.parametrize("granularity", list(Granularity))
def test_gains_by_period(granularity: Granularity) -> None:
    table = gains_by_period(FOUND, PERIOD, granularity)
    holdings = tuple({"A": table.holding(at, 0)} for at in range(len(table.periods)))
    report = GainsReport(REF, granularity, PERIOD, NOW, "EUR", table.periods, holdings)
    back = kept(GainsReport, report)
    assert gain_wire.gains(back) == gain_wire.gains(report)
    no_number_is_missing_without_a_remark(gain_wire.gains(back), True)


def test_income() -> None:
    received, expected = income_by_month(payments(FOUND, PERIOD)), expected_income(FOUND, PERIOD.end)
    report = IncomeReport(REF, PERIOD, NOW, "EUR", received, expected)
    assert kept(IncomeReport, report) == report
    no_number_is_missing_without_a_remark(income_wire.income(report), False)
