"""Data quality by the REST API: findings, decisions, checks and restatements, each to whom it may concern."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.api import PREFIX, RESOURCES
from dashboard.db.engine import db
from dashboard.db.models import AuditEntry
from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, price_quality, quality_checks, restatements
from jobs.quality import check_prices
from jobs.runtime import use
from tests.days import days_ago, today
from tests.market_pages import make_ledger, price_file, weekday_before
from tests.web import csrf, make_person, signed_in

ADMIN = "chief@example.org"
FINDINGS = f"{PREFIX}/data-quality/findings"


def spoil(symbol: str, factor: float = 100.0, count: int = 3) -> None:
    """Import a symbol's prices again with some closes in the middle that many times too large."""
    header, *rows = price_file(symbol, weekday_before(today())).decode().split("\n")
    for place in range(200, 200 + count):
        cells = rows[place].split(",")
        rows[place] = ",".join([*cells[:2], *(str(float(cell) * factor) for cell in cells[2:6]), *cells[6:]])
    market_data.import_prices(SYSTEM, "\n".join([header, *rows]).encode(), "spoiled.csv")


@pytest.fixture
def chief(server: Flask, portfolio: PortfolioRef) -> FlaskClient:
    """An administrator; three closes of AAA, which the person trades, are wrong, and one of ZZZ, which nobody does."""
    make_person(server, ADMIN, role=Role.ADMIN)
    with server.app_context():
        spoil("AAA")
        spoil("ZZZ", count=1)
    return signed_in(server, ADMIN)


def read(client: FlaskClient, path: str, name: str) -> Any:
    """The answer, held against the OpenAPI model."""
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    (model,) = [resource.model for resource in RESOURCES if resource.name == name]
    model.model_validate_json(response.data, strict=True)
    return response.get_json()


def write(client: FlaskClient, path: str, body: object = None) -> TestResponse:
    return client.post(path, json={} if body is None else body, headers=csrf(client))


def test_findings_are_filtered_and_shown_to_who_trades_what_they_are_about(
    chief: FlaskClient, signed: FlaskClient, portfolio: PortfolioRef, person: Actor, server: Flask
) -> None:
    every = read(chief, f"{FINDINGS}?kind=scale", "findings")
    assert [(row["symbol"], row["state"]) for row in every] == [("AAA", "quarantined")] * 3 + [("ZZZ", "quarantined")]
    own = read(signed, f"{FINDINGS}?kind=scale", "findings")
    assert [row["symbol"] for row in own] == ["AAA"] * 3
    assert read(signed, f"{FINDINGS}?kind=scale&portfolio={portfolio.id}", "findings") == own
    assert chief.get(f"{FINDINGS}?portfolio={portfolio.id}").status_code == 404
    assert read(chief, f"{FINDINGS}?state=accepted", "findings") == []
    assert read(chief, f"{FINDINGS}?symbol=ZZZ&state=quarantined", "findings") == every[3:]
    with server.app_context():
        others = make_ledger(Actor(None, "", Role.ADMIN), "Others", today())
    assert signed.get(f"{FINDINGS}?portfolio={others.id}").status_code == 404
    assert signed.get(f"{FINDINGS}?kind=ugly").get_json()["field"] == "kind"


def test_an_answer_that_has_not_changed_is_not_sent_again(chief: FlaskClient) -> None:
    tag = chief.get(FINDINGS).headers["ETag"]
    assert chief.get(FINDINGS, headers={"If-None-Match": tag}).status_code == 304
    first = read(chief, f"{FINDINGS}?kind=scale", "findings")[0]
    assert write(chief, f"{FINDINGS}/{first['id']}/repair").status_code == 200
    assert chief.get(FINDINGS, headers={"If-None-Match": tag}).status_code == 200


def test_an_administrator_repairs_all_alike_and_again_changes_nothing(chief: FlaskClient, server: Flask) -> None:
    first = read(chief, f"{FINDINGS}?kind=scale", "findings")[0]
    path = f"{FINDINGS}/{first['id']}/repair"
    decided = write(chief, path, {"alike": True})
    assert [(row["symbol"], row["state"], row["decided_by"]) for row in decided.get_json()] == [
        ("AAA", "repaired", ADMIN)
    ] * 3
    with server.app_context():
        version = market_data.versions_for(["AAA"])
        written = db.session.query(AuditEntry).count()
        again = write(chief, path)
        assert (again.status_code, again.get_json()) == (200, decided.get_json()[:1])
        assert market_data.versions_for(["AAA"]) == version
        db.session.rollback()
        assert db.session.query(AuditEntry).count() == written


def test_decisions_are_an_administrators_and_need_a_token_and_a_finding(
    chief: FlaskClient, signed: FlaskClient, client: FlaskClient
) -> None:
    number = read(chief, f"{FINDINGS}?symbol=ZZZ&kind=scale", "findings")[0]["id"]
    for word in ("accept", "repair"):
        assert write(client, f"{FINDINGS}/{number}/{word}").status_code in (401, 403)
        assert write(signed, f"{FINDINGS}/{number}/{word}").status_code == 403
        assert chief.post(f"{FINDINGS}/{number}/{word}", json={}).status_code == 403
        assert write(chief, f"{FINDINGS}/4711/{word}").status_code == 404
        assert write(chief, f"{FINDINGS}/{2**63}/{word}").status_code == 404
        assert write(chief, f"{FINDINGS}/{number}/{word}", {"all": True}).status_code == 422
        assert write(chief, f"{FINDINGS}/{number}/{word}", [1]).status_code == 422
    assert write(chief, f"{FINDINGS}/{number}/accept").get_json()[0]["state"] == "accepted"


def test_a_check_is_asked_for_once_made_by_a_worker_and_told(
    chief: FlaskClient, signed: FlaskClient, server: Flask
) -> None:
    path = f"{PREFIX}/data-quality/check"
    assert read(chief, path, "qualityCheck")["state"] == "never"
    assert write(signed, path).status_code == 403
    asked, again = write(chief, path).get_json(), write(chief, path).get_json()
    assert (asked["state"], asked["asked_by"], again) == ("waiting", ADMIN, asked)
    with server.app_context():
        jobs = queue(server.extensions["redis"], QueueName.DEFAULT).jobs
        assert [job.func_name for job in jobs].count(JobName.CHECK_PRICES.value) == 1
    use(server)
    check_prices()
    done = read(signed, path, "qualityCheck")
    assert (done["state"], done["asked_by"], done["done"]) == ("done", ADMIN, done["total"])
    with server.app_context():
        assert done["findings"] == len(price_quality.check(SYSTEM))


def test_a_check_that_fails_says_so(chief: FlaskClient, server: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with server.app_context():
        monkeypatch.setattr(price_quality, "check", broken)
        with pytest.raises(ZeroDivisionError):
            quality_checks.run()
    told = read(chief, f"{PREFIX}/data-quality/check", "qualityCheck")
    assert (told["state"], told["error"]) == ("failed", "stopped")


def test_restatements_say_what_changed_and_what_it_did_to_the_portfolios_of_who_asks(
    chief: FlaskClient, signed: FlaskClient, portfolio: PortfolioRef, server: Flask
) -> None:
    path = f"{PREFIX}/restatements"
    before = len(read(chief, path, "restatements"))
    with server.app_context():
        spoil("AAA", 1.001, count=2)
        restatements.record_effects(portfolio.id)
    own = read(signed, f"{path}?symbol=AAA", "restatements")
    assert {row["cause"] for row in own} == {"corrected"}
    close = next(value for value in own[0]["values"] if value["field"] == "close")
    assert float(close["old"]) == pytest.approx(float(close["new"]) / 1.001 * 100, rel=1e-6)
    assert [effect["portfolio"]["name"] for effect in own[0]["effects"]] == ["Mine"]
    assert own[0]["effects"][0]["recorded_at"] is not None
    every = read(chief, path, "restatements")
    assert (len(every), every[0]["effects"]) == (before + 1, [])  # an administrator sees nobody's amounts but his own
    assert len(read(signed, f"{path}?portfolio={portfolio.id}&since={days_ago(1)}", "restatements")) == len(own)
    assert read(signed, f"{path}?symbol=ZZZ", "restatements") == []
    assert signed.get(f"{path}?symbol=NOWHERE").status_code == 404
    assert signed.get(f"{path}?portfolio=4711").status_code == 404
