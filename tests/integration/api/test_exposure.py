"""Exposure over REST and on the command line: one JSON, the sum of all, and to the owner alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.api import PREFIX
from dashboard.api.exposure import ExposureOf
from dashboard.db.engine import db
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.exposure import ExposureBy
from dashboard.formatting import numbers
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import exposures, instruments, memo, performance, revaluation
from tests.factories import make_composition, make_instrument, make_portfolio
from tests.integration.cli.conftest import CommandLine
from tests.web import make_person, signed_in

Json = Any  # what a test reads from an answer
SAID = date(2026, 2, 3)


@pytest.fixture
def funds(server: Flask, portfolio: PortfolioRef) -> PortfolioRef:
    """AAA is an energy company, BBB an ETF that holds it under its provider's name, and a fund within it."""
    with server.app_context():
        instruments.edit(SYSTEM, "AAA", {"sector": "Energy", "name": "Alpha"}, symbols={"simulated": "AAA.X"})
        fund = store.by_symbol(db.session, ["BBB"])["BBB"]
        fund.asset_class, fund.provider = "etf", "simulated"
        db.session.commit()
        make_instrument("INNER", name="Inner fund", provider="simulated", provider_symbol="IN.X")
        make_composition("BBB", SAID, "holding 0.5 AAA.X Alpha plc", "holding 0.2 IN.X Inner",
                "sector 0.7 - Energy", "sector 0.2 - Utilities")  # fmt: skip
        make_composition("INNER", date(2026, 1, 9), "holding 0.75 OTHER Other Inc")
        return portfolio


def path_of(portfolio: PortfolioRef, query: str = "") -> str:
    return f"{PREFIX}/portfolios/{portfolio.id}/exposure{query}"


def values(lines: Iterable[Json]) -> dict[str, float]:
    return {f"{line['kind']} {line['symbol'] or line['name']}": float(line["market_value"]) for line in lines}


def test_a_stock_that_a_fund_holds_too_is_one_line_and_all_lines_sum_to_the_value(
    funds: PortfolioRef, signed: FlaskClient, dashboard: CommandLine
) -> None:
    held = signed.get(f"{PREFIX}/portfolios/{funds.id}/holdings").get_json()
    worth = {row["symbol"]: float(row["market_value"]) for row in held["holdings"]}
    body = signed.get(path_of(funds, "?by=holding")).get_json()
    ExposureOf.model_validate_json(signed.get(path_of(funds, "?by=holding")).data, strict=True)
    found = values(body["lines"])
    assert found == pytest.approx(
        {
            "holding AAA": worth["AAA"] + 0.5 * worth["BBB"],
            "holding CCC": worth["CCC"],
            "holding OTHER": 0.15 * worth["BBB"],
            "not_described BBB": 0.3 * worth["BBB"],
            "not_described INNER": 0.05 * worth["BBB"],
            "cash cash": float(held["totals"]["cash"]),
        }
    )
    assert sum(found.values()) == pytest.approx(float(held["totals"]["market_value"]), abs=1e-9)
    assert float(body["market_value"]) == pytest.approx(float(held["totals"]["market_value"]), abs=1e-9)
    (alpha,) = (line for line in body["lines"] if line["symbol"] == "AAA")
    assert {tuple(part["through"]) for part in alpha["parts"]} == {(), ("BBB",)}
    assert (body["described_as_of"], [one["symbol"] for one in body["funds"]]) == ("2026-01-09", ["BBB", "INNER"])
    assert float(body["not_described"]["market_value"]) == pytest.approx(0.35 * worth["BBB"])
    assert dashboard("exposure", "Mine", "--by", "holding", "--json").data == body


def test_sectors_are_told_in_words_with_the_funds_and_the_rest(
    funds: PortfolioRef, signed: FlaskClient, dashboard: CommandLine
) -> None:
    body = signed.get(path_of(funds)).get_json()
    assert dashboard("exposure", "Mine", "--json").data == body
    assert [line["name"] for line in body["lines"] if line["kind"] == "sector"] == ["Energy", "Utilities"]
    printed = dashboard("exposure", "Mine")
    assert printed.status == 0
    assert "BBB, not described" in printed.out
    rest = numbers.percent(body["not_described"]["weight"], 1)
    assert f"Funds as described on 03 Feb 2026 or later; {rest} is not described." in printed.out
    (energy,) = (line for line in printed.out.splitlines() if line.startswith("Energy"))
    assert "directly" in energy
    assert "BBB" in energy
    assert dashboard("exposure", "Mine", "--by", "mood").status == 2


def test_a_new_composition_is_seen_at_once_and_the_same_one_has_the_same_tag(
    server: Flask, funds: PortfolioRef, signed: FlaskClient
) -> None:
    first = signed.get(path_of(funds))
    again = signed.get(path_of(funds), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    with server.app_context():
        make_composition("BBB", SAID, "sector 0.8 - Energy", "sector 0.4 - Utilities")
    changed = signed.get(path_of(funds), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    body = changed.get_json()
    assert "The sectors of BBB sum to 120.00 % of it: each was scaled." in [note["message"] for note in body["status"]]
    assert body["not_described"]["market_value"] == "0"
    with server.app_context():
        make_composition("BBB", SAID)
    silent = signed.get(path_of(funds, "?by=holding")).get_json()
    assert [line["symbol"] for line in silent["lines"] if line["kind"] == "not_described"] == ["BBB"]
    assert (silent["funds"], silent["described_as_of"]) == ([], None)


def test_what_the_worker_computed_is_split_without_a_valuation(
    server: Flask, funds: PortfolioRef, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it computed what a worker had computed")

    with server.app_context():
        revaluation.revalue(funds.id)
        memo.forget_all()
        monkeypatch.setattr("dashboard.services.valuation._value", refuse)
        monkeypatch.setattr("dashboard.services.exposures.exposure", refuse)
        found = exposures.look_through(person, funds.id, ExposureBy.SECTOR)
        assert found.exposure.total.value == pytest.approx(
            performance.holdings(person, funds.id).totals.market_value, abs=1e-9
        )


def test_nobody_elses_and_an_empty_one_say_so(
    server: Flask, funds: PortfolioRef, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        empty = make_portfolio(person, "Empty")
    assert signed.get(path_of(empty)).get_json()["code"] == "insufficient_data"
    assert signed.get(path_of(funds, "?by=mood")).get_json()["field"] == "by"
    make_person(server, "other@example.org")
    other = signed_in(server, "other@example.org")
    assert other.get(path_of(funds)).status_code == 404
    assert server.test_client().get(path_of(funds)).status_code == 401
