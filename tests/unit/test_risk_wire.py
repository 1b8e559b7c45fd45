"""The JSON of risk reports and return variants: nothing that is not finite, and a status beside each null."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from dashboard.domain.calendar import Period
from dashboard.domain.holding_risk import ContributionFigures, HoldingContribution
from dashboard.domain.measures import Measure
from dashboard.domain.performance import measure
from dashboard.domain.reconciliation import reconcile
from dashboard.domain.return_variants import ReturnVariant, variant_returns
from dashboard.domain.risk_judge import insufficient
from dashboard.domain.risk_relative import Factor, FactorModel
from dashboard.domain.series import daily_returns
from dashboard.results import return_variants_wire, risk_wire
from dashboard.results.return_variants import VariantReport
from dashboard.results.risk import BenchmarkRisk, DatedDrawdown, RiskMatrix, RiskReport, RollingSeries
from tests import result_factories
from tests.unit.domain.ledgers import history, market, rates

NAN = float("nan")
UNDETERMINED = Measure.undefined("The returns do not define it.")


def _report() -> RiskReport:
    """Everything was asked for and half of it cannot be computed."""
    few = insufficient(12)
    return RiskReport(
        portfolio=result_factories.PORTFOLIO,
        period=Period(date(2024, 1, 2), date(2024, 1, 19)),
        as_of=result_factories.AS_OF,
        currency="EUR",
        risk_free=0.02,
        risk=result_factories.risk(volatility=few),
        drawdowns=(DatedDrawdown(date(2024, 1, 2), date(2024, 1, 4), None, -0.02, 17),),
        benchmarks=(BenchmarkRisk("IDX", {"beta": few}), BenchmarkRisk("ALT", {"beta": Measure(0.5)})),
        regression=FactorModel(12, few, few, few, few, (Factor("IDX", UNDETERMINED, UNDETERMINED, UNDETERMINED),)),
        rolling=(RollingSeries(20, None, (date(2024, 1, 2), date(2024, 1, 3)), {"sharpe": (NAN, 1.5)}),),
        matrix=RiskMatrix("correlation", ("A", "B"), ((1.0, NAN), (NAN, NAN)), 30),
        contributions=ContributionFigures(few, 12, (HoldingContribution("A", NAN, few, few, few, few),)),
        status=(),
    )


def _plain(data: object) -> Any:  # Any: parsed JSON
    return json.loads(json.dumps(data, allow_nan=False))


def test_a_risk_report_is_plain_json_with_a_reason_for_what_is_missing() -> None:
    data = _plain(risk_wire.risk(_report()))
    assert data["drawdowns"] == [
        {"peak": "2024-01-02", "trough": "2024-01-04", "recovery": None, "depth": -0.02, "days": 17}
    ]
    assert data["benchmarks"] == [{"symbol": "IDX", "beta": None}, {"symbol": "ALT", "beta": 0.5}]
    assert data["rolling"][0]["sharpe"] == [None, 1.5]
    assert data["matrix"]["values"] == [[1.0, None], [None, None]]
    messages = [note["message"] for note in data["status"]]
    (few,) = [text for text in messages if "Needs 20 returns, has 12" in text]
    for name in ("risk.volatility", "IDX.beta", "regression.alpha", "holdings.volatility", "holdings.A.component"):
        assert name in few
    assert any("regression.IDX.beta" in text for text in messages)


def test_what_was_not_asked_for_is_absent() -> None:
    data = risk_wire.risk(
        RiskReport(
            portfolio=result_factories.PORTFOLIO,
            period=Period(date(2024, 1, 2), date(2024, 1, 19)),
            as_of=result_factories.AS_OF,
            currency="EUR",
            risk_free=0.0,
            risk=result_factories.risk(),
            drawdowns=(),
            benchmarks=(),
            regression=None,
            rolling=(),
            matrix=None,
            contributions=None,
            status=(),
        )
    )
    assert not {"regression", "rolling", "matrix", "holdings"} & set(data)


def test_a_report_comes_back_from_the_store_as_it_went_in() -> None:
    adapter = TypeAdapter(RiskReport)
    stored = json.loads(json.dumps(adapter.dump_python(_report(), mode="json")))
    assert risk_wire.risk(adapter.validate_python(stored)) == risk_wire.risk(_report())


def test_variants_without_a_rate_are_null_with_a_reason() -> None:
    found = history(
        "2024-01-01 deposit 100 ccy=USD", market(fx={("USD", "CHF"): rates("2024-01-01", 0.9)}), "2024-01-02"
    )
    period = Period(date(2024, 1, 1), date(2024, 1, 2))
    measured = measure(found, period)
    report = VariantReport(
        portfolio=result_factories.PORTFOLIO,
        period=period,
        currency="EUR",
        variants=variant_returns(found, period, measured.gain),
        reconciliation=reconcile(found, period, daily_returns(found, period), measured.returns, measured.gain.total),
    )
    data = _plain(return_variants_wire.variants(report))
    assert list(data["variants"]) == [variant.value for variant in ReturnVariant]
    assert data["variants"]["net"]["gain"] is None
    assert data["variants"]["net"]["returns"]["time_weighted"] is None
    assert (data["reconciliation"]["grown"], data["reconciliation"]["steps"]) == ([], [])
    messages = " ".join(note.message for note in return_variants_wire.variant_notes(report))
    for name in ("variants.net.time_weighted", "variants.gross.gain", "reconciliation.grown", "reconciliation.steps"):
        assert name in messages
