"""The one JSON form of results."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import orjson

from dashboard.domain.measures import Measure, Status
from dashboard.results import wire
from dashboard.results.scalars import amount, moment
from tests import result_factories as make


def sent(data: object) -> Any:  # Any: parsed JSON
    """What a reader of the JSON gets."""
    return orjson.loads(orjson.dumps(data))


def test_the_performance_of_a_portfolio_has_the_keys_of_the_contract_in_their_order() -> None:
    data = sent(wire.performance(make.summary(with_benchmark=True), series=True))
    assert list(data) == [
        "portfolio",
        "period",
        "as_of",
        "currency",
        "market_value",
        "start_value",
        "cash",
        "net_flows",
        "inflows",
        "outflows",
        "cash_by_currency",
        "gain",
        "returns",
        "risk",
        "benchmark",
        "series",
        "status",
    ]


def test_money_is_a_decimal_string_and_a_ratio_a_number() -> None:
    data = sent(wire.performance(make.summary()))
    assert data["market_value"] == "72986.72338012839"
    assert data["start_value"] == "0"
    assert data["gain"]["currency"] == "-1295.07"
    assert data["returns"]["time_weighted"] == 0.1313324441337005
    assert data["as_of"] == "2024-08-20T15:30:00Z"


def test_the_dates_of_the_deepest_drawdown_stand_beside_it() -> None:
    risk = sent(wire.performance(make.summary()))["risk"]
    assert (risk["max_drawdown_peak"], risk["max_drawdown_trough"]) == ("2022-04-28", "2022-06-22")
    assert risk["max_drawdown_recovery"] is None
    assert risk["observations"] == 679


def test_every_figure_that_is_null_or_estimated_has_a_status_that_says_why() -> None:
    data = sent(wire.performance(make.summary()))
    said = {(note["code"], note["message"]) for note in data["status"]}
    assert ("estimated", "returns.money_weighted: the root nearest 0 of two") in said
    assert (
        "undefined",
        "risk.beta, risk.alpha, risk.correlation, risk.tracking_error, risk.information_ratio: no benchmark is set",
    ) in said
    assert ("stale", "SAND has no price since 13 Aug 2024.") in said


def test_a_figure_that_is_not_finite_is_null_with_a_status() -> None:
    summary = make.summary(returns=make.returns(simple=Measure(float("nan"))))
    data = sent(wire.performance(summary))
    assert data["returns"]["simple"] is None
    assert "returns.simple: undefined" in [note.message for note in wire.performance_notes(summary)]


def test_money_that_is_not_known_is_null_with_a_status() -> None:
    summary = make.summary(market_value=float("nan"))
    assert wire.performance(summary)["market_value"] is None
    messages = [note.message for note in wire.performance_notes(summary)]
    assert "market_value: a price or a rate is missing" in messages


def test_a_measure_that_the_summary_lacks_is_null_with_a_status() -> None:
    risk = make.risk()
    bare = type(risk)({"volatility": Measure(0.1)}, risk.drawdown, risk.observations)
    data = sent(wire.performance(make.summary(risk=bare)))
    assert data["risk"]["sharpe"] is None
    assert any("risk.sharpe" in note.message for note in wire.performance_notes(make.summary(risk=bare)))


def test_the_result_is_plain_json_that_any_encoder_takes() -> None:
    data = wire.performance(make.summary(with_benchmark=True), series=True)
    assert json.loads(json.dumps(data)) == orjson.loads(orjson.dumps(data))


def test_a_holding_has_exactly_the_keys_of_the_contract() -> None:
    data = sent(wire.holdings(make.holdings_report()))
    assert list(data["holdings"][0]) == [
        "symbol",
        "name",
        "asset_class",
        "currency",
        "quantity",
        "price",
        "price_date",
        "price_status",
        "fx_rate",
        "market_value",
        "cost",
        "average_cost",
        "unrealized",
        "unrealized_pct",
        "realized",
        "income",
        "weight",
        "day_change",
        "lots",
    ]


def test_a_quantity_has_no_exponent_and_no_trailing_zeros() -> None:
    data = sent(wire.holdings(make.holdings_report(make.holding(quantity=Decimal("1E-8")))))
    assert data["holdings"][0]["quantity"] == "0.00000001"
    assert amount(Decimal("200.000000000000000000")) == "200"
    assert amount(Decimal("2E+3")) == "2000"
    assert amount(-0.0) == "0"
    assert amount(1e22) == "10000000000000000000000"


def test_a_holding_without_a_price_is_null_and_named_in_the_status() -> None:
    lost = make.holding("GONE", price=None, price_status=Status.OK, market_value=None, weight=None)
    data = sent(wire.holdings(make.holdings_report(lost)))
    assert data["holdings"][0]["market_value"] is None
    assert data["status"] == [
        {"code": "undefined", "symbol": "GONE", "since": None, "message": "GONE has no value in EUR."}
    ]


def test_times_go_out_in_utc() -> None:
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert moment(dt.datetime(2024, 1, 2, 3, 0, tzinfo=tokyo)) == "2024-01-01T18:00:00Z"
