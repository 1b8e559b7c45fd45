"""The REST API: the command line's JSON, to the owner alone, with failures that programs can read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.api import PREFIX, RESOURCES
from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.indicators.registry import INDICATORS, Indicator
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import instruments, market_data, portfolios, sessions, watchlists
from tests.integration.cli.conftest import CommandLine
from tests.market_pages import price_file
from tests.web import HTML, csrf, make_person, signed_in

Json = Any  # what a test reads from an answer
FIGURES = (
    *("/performance", "/holdings", "/risk", "/explain/time_weighted", "/allocation", "/gains", "/income", "/realized"),
    *("/attribution?benchmark=BBB", "/lots/AAA", "/exposure"),
)
BELOW = ("", "/transactions", *FIGURES)


def told(response: TestResponse, status: int, code: str) -> Json:
    """The problem that an answer is."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body = response.get_json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["reference"] == response.headers["X-Request-ID"]
    assert body["detail"]
    return body


def without_clock(body: Json) -> Json:
    """All but the second in which it was computed."""
    return {key: value for key, value in body.items() if key != "as_of"} if isinstance(body, dict) else body


def path_of(portfolio: PortfolioRef, rest: str = "") -> str:
    return f"{PREFIX}/portfolios/{portfolio.id}{rest}"


def test_without_a_session_it_says_so_and_never_redirects(portfolio: PortfolioRef, client: FlaskClient) -> None:
    for path in ("/me", "/portfolios", "/instruments/AAA/prices", "/nowhere"):
        told(client.get(PREFIX + path, headers=HTML), 401, "authentication_required")
    for rest in BELOW:
        told(client.get(path_of(portfolio, rest), headers=HTML), 401, "authentication_required")


def test_a_session_that_has_ended_is_none(server: Flask, person: Actor, signed: FlaskClient) -> None:
    assert signed.get(f"{PREFIX}/me").status_code == 200
    with server.app_context():
        assert person.user_id is not None
        sessions.end_all(person.user_id)
    told(signed.get(f"{PREFIX}/me"), 401, "authentication_required")


def test_health_needs_no_session(client: FlaskClient) -> None:
    response = client.get(f"{PREFIX}/health")
    assert response.get_json() == {"ready": True, "database": "ok", "redis": "ok", "migrations": "ok"}
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_it_tells_who_asks(person: Actor, signed: FlaskClient) -> None:
    body = signed.get(f"{PREFIX}/me").get_json()
    assert (body["id"], body["email"], body["role"]) == (person.user_id, person.email, "user")
    assert "password" not in json.dumps(body)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/portfolios", ("portfolio", "list")),
        ("/portfolios/{id}/risk", ("risk", "Mine")),
        (
            "/portfolios/{id}/risk?benchmark=AAA&benchmark=BBB&rolling=20&matrix=correlation&holdings=1&drawdowns=2&risk_free=0.01",
            (
                "risk",
                "Mine",
                "--benchmark",
                "AAA",
                "--benchmark",
                "BBB",
                "--rolling",
                "20",
                "--matrix",
                "correlation",
                "--by",
                "holding",
                "--drawdowns",
                "2",
                "--risk-free",
                "0.01",
            ),
        ),
        ("/portfolios/{id}/explain/money_weighted", ("explain", "Mine", "money_weighted")),
        ("/portfolios/{id}/explain/beta?benchmark=AAA", ("explain", "Mine", "beta", "--benchmark", "AAA")),
        ("/portfolios/{id}/allocation", ("performance", "Mine", "--by", "asset_class")),
        (
            "/portfolios/{id}/allocation?by=holding&series=1&currency=eur",
            ("performance", "Mine", "--by", "holding", "--series", "--currency", "EUR"),
        ),
        ("/portfolios/{id}/gains", ("gains", "Mine")),
        ("/portfolios/{id}/gains?by=year&holdings=1", ("gains", "Mine", "--by", "year", "--holdings")),
        ("/portfolios/{id}/income", ("income", "Mine")),
        ("/portfolios/{id}/realized", ("realized", "Mine")),
        (
            "/portfolios/{id}/realized?year_start=04-06&long_after=100",
            ("realized", "Mine", "--year-start", "04-06", "--long-after", "100"),
        ),
        ("/portfolios/{id}/attribution?benchmark=BBB", ("attribution", "Mine", "--benchmark", "BBB")),
        (
            "/portfolios/{id}/attribution?benchmark=AAA=0.6,BBB=0.4@monthly&by=holding&linking=frongello&map=BBB=other",
            (
                "attribution",
                "Mine",
                "--benchmark",
                "AAA=0.6,BBB=0.4@monthly",
                "--by",
                "holding",
                "--linking",
                "frongello",
                "--map",
                "BBB=other",
            ),
        ),
        ("/portfolios/{id}/lots/AAA", ("lots", "Mine", "AAA")),
        (
            "/portfolios/{id}/lots/AAA?quantity=50&price=120&fee=2.5&long_term_days=30",
            ("lots", "Mine", "AAA", "--what-if", "50", "--price", "120", "--fee", "2.5", "--long-term-days", "30"),
        ),
        ("/instruments/BBB/indicators?name=rsi", ("indicators", "BBB", "rsi")),
        (
            "/instruments/BBB/indicators?name=bollinger&length=10&width=1.5",
            ("indicators", "BBB", "bollinger", "--length", "10", "--width", "1.5"),
        ),
        ("/portfolios/{id}/performance", ("performance", "Mine")),
        (
            "/portfolios/{id}/performance?series=1&currency=eur",
            ("performance", "Mine", "--series", "--currency", "EUR"),
        ),
        ("/portfolios/{id}/performance?benchmark=BBB", ("performance", "Mine", "--benchmark", "BBB")),
        ("/portfolios/{id}/holdings", ("holdings", "Mine")),
        ("/instruments/BBB/prices?adjusted=0", ("prices", "export", "BBB")),
    ],
)
def test_it_answers_with_the_json_of_the_command_line(
    portfolio: PortfolioRef, signed: FlaskClient, dashboard: CommandLine, path: str, command: tuple[str, ...]
) -> None:
    answer = signed.get(PREFIX + path.format(id=portfolio.id))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    printed = dashboard(*command, "--json").data
    assert without_clock(answer.get_json()) == without_clock(printed)


def test_a_period_and_a_day_are_those_that_were_asked_for(portfolio: PortfolioRef, signed: FlaskClient) -> None:
    dates = signed.get(f"{PREFIX}/instruments/AAA/prices").get_json()["date"]
    start, end = dates[-60], dates[-20]
    body = signed.get(path_of(portfolio, f"/performance?from={start}&to={end}")).get_json()
    assert body["period"] == {"from": start, "to": end}
    assert signed.get(path_of(portfolio, f"/holdings?as_of={end}")).get_json()["as_of"] == end
    shown = signed.get(f"{PREFIX}/instruments/AAA/prices?from={start}&to={end}").get_json()
    assert shown["date"] == dates[-60:-19]
    assert len(shown["close"]) == 41


def test_a_ledger_comes_in_pages_and_rows_that_come_meanwhile_shift_nothing(
    server: Flask, person: Actor, portfolio: PortfolioRef, signed: FlaskClient
) -> None:
    whole = signed.get(path_of(portfolio, "/transactions")).get_json()
    assert (whole["total"], len(whole["transactions"]), whole["next_cursor"]) == (5, 5, None)
    page = signed.get(path_of(portfolio, "/transactions?limit=2")).get_json()
    seen = [row["id"] for row in page["transactions"]]
    newest = page["transactions"][0]["date"]
    from dashboard.services import imports

    with server.app_context():
        row = f"date,type,amount,currency\n{newest},deposit,1,EUR\n".encode()
        assert imports.commit(person, portfolio.id, row, "more.csv").added == 1
    while page["next_cursor"]:
        page = signed.get(path_of(portfolio, f"/transactions?limit=2&cursor={page['next_cursor']}")).get_json()
        seen += [row["id"] for row in page["transactions"]]
    assert seen == [row["id"] for row in whole["transactions"]]


def test_rows_can_be_chosen(portfolio: PortfolioRef, signed: FlaskClient) -> None:
    def symbols(query: str) -> list[str | None]:
        return [
            row["symbol"] for row in signed.get(path_of(portfolio, f"/transactions?{query}")).get_json()["transactions"]
        ]

    assert symbols("symbol=AAA") == ["AAA", "AAA"]
    assert symbols("type=deposit") == [None]
    assert symbols("search=ccc") == ["CCC"]
    assert symbols("account=nowhere") == []


def test_what_has_not_changed_is_not_sent_again(
    server: Flask, person: Actor, portfolio: PortfolioRef, signed: FlaskClient
) -> None:
    averages = f"{PREFIX}/instruments/AAA/indicators?name=sma&length=20"
    paths = [f"{PREFIX}/me", f"{PREFIX}/portfolios", f"{PREFIX}/instruments/AAA/prices", averages]
    paths += [path_of(portfolio, rest) for rest in BELOW]
    tags = {}
    for path in paths:
        first = signed.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache"
        tags[path] = first.headers["ETag"]
        again = signed.get(path, headers={"If-None-Match": tags[path]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tags[path]), path
        packed = signed.get(path, headers={"Accept-Encoding": "gzip"})
        assert signed.get(path, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 304, path
    with server.app_context():
        last = market_data.bars("AAA").dates[-1].item()
        market_data.import_prices(SYSTEM, price_file("AAA", last, start=200.0), "AAA.csv")
    for path in (*(path_of(portfolio, rest) for rest in FIGURES), f"{PREFIX}/instruments/AAA/prices", averages):
        answer = signed.get(path, headers={"If-None-Match": tags[path]})
        assert answer.status_code == 200, path
        assert answer.headers["ETag"] != tags[path]
    other = signed.get(
        path_of(portfolio, "/performance?series=1"), headers={"If-None-Match": tags[path_of(portfolio, "/performance")]}
    )
    assert other.status_code == 200


def test_another_users_portfolio_is_not_found_and_each_try_is_recorded(
    server: Flask, person: Actor, signed: FlaskClient
) -> None:
    other = make_person(server, "other@example.org")
    with server.app_context():
        theirs = portfolios.create_portfolio(other, "Theirs", "EUR")
    tag = signed_in(server, other.email).get(path_of(theirs, "/transactions")).headers["ETag"]
    for number, rest in enumerate(BELOW, 1):
        response = signed.get(path_of(theirs, rest), headers={"If-None-Match": tag})
        assert "theirs" not in response.get_data(as_text=True).lower()
        body = told(response, 404, "not_found")
        nobody = told(signed.get(f"{PREFIX}/portfolios/{theirs.id + 999}{rest}"), 404, "not_found")
        assert body["detail"].replace(str(theirs.id), "") == nobody["detail"].replace(str(theirs.id + 999), "")
        with server.app_context():
            query = select(AuditEntry).where(AuditEntry.result == "denied", AuditEntry.user_id == person.user_id)
            assert [row.object_id for row in db.session.scalars(query)] == [str(theirs.id)] * number
    assert signed.get(f"{PREFIX}/portfolios").get_json() == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/performance?from=yesterday", "from"),
        ("/performance?from=1700000000", "from"),
        ("/performance?to=2024-02-30", "to"),
        ("/performance?to=2999-01-01", "to"),
        ("/performance?currency=XXQ", "currency"),
        ("/performance?currency=%00", "currency"),
        ("/performance?benchmark=%00", "benchmark"),
        ("/performance?series=perhaps", "series"),
        ("/performance?colour=red", "colour"),
        ("/performance?series=1&series=0", "series"),
        ("/holdings?as_of=2999-01-01", "as_of"),
        ("/transactions?limit=0", "limit"),
        ("/transactions?limit=100000", "limit"),
        ("/transactions?type=gift", "type"),
        ("/transactions?cursor=x", "cursor"),
        ("/transactions?cursor=%C3%A9", "cursor"),
        ("/transactions?cursor=MjAyNC0wMS0wMiAtNQ", "cursor"),
        ("/transactions?search=%00", "search"),
        ("?x=1", "x"),
        ("/risk?x=1", "x"),
        ("/risk?matrix=beta", "matrix"),
        ("/risk?rolling=1", "rolling"),
        ("/risk?risk_free=nan", "risk_free"),
        ("/risk?drawdowns=-1", "drawdowns"),
        ("/risk?to=2999-01-01", "to"),
        ("/explain/time_weighted?x=1", "x"),
        ("/explain/luck", "metric"),
        ("/allocation?by=mood", "by"),
        ("/allocation?x=1", "x"),
        ("/exposure?x=1", "x"),
        ("/gains?by=fortnight", "by"),
        ("/income?x=1", "x"),
        ("/realized?year_start=02-30", "year_start"),
        ("/realized?year_start=spring", "year_start"),
        ("/realized?long_after=-1", "long_after"),
        ("/attribution", "benchmark"),
        ("/attribution?benchmark=BBB&linking=none", "linking"),
        ("/attribution?benchmark=BBB&map=BBB", "map"),
        ("/lots/AAA?quantity=0", "quantity"),
        ("/lots/AAA?quantity=1e9", "quantity"),
        ("/lots/AAA?price=3", "price"),
        ("/lots/AAA?lot=1", "lot"),
        ("/lots/AAA?quantity=1&instead_of=0", "instead_of"),
        ("/lots/AAA?quantity=1&x=1", "x"),
        ("/lots/NOSUCH", "symbol"),
    ],
)
def test_a_wrong_parameter_is_named(portfolio: PortfolioRef, signed: FlaskClient, query: str, field: str) -> None:
    assert told(signed.get(path_of(portfolio, query)), 422, "invalid_input")["field"] == field


def test_an_empty_ledger_has_no_figures_and_says_why(server: Flask, person: Actor, signed: FlaskClient) -> None:
    with server.app_context():
        empty = portfolios.create_portfolio(person, "Empty", "EUR")
    assert signed.get(path_of(empty, "/transactions")).get_json()["total"] == 0
    for rest in FIGURES:
        told(signed.get(path_of(empty, rest)), 422, "insufficient_data")


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/nowhere", "/portfolios/", "/portfolios/x", "/portfolios/0", f"/portfolios/{10**30}",
        "/instruments/NO/prices", "/instruments/%00/prices", "/portfolios/1/weather", "/../v2/me",
        "/instruments/NO/indicators?name=sma", "/portfolios/1/lots", "/portfolios/1/explain",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(signed: FlaskClient, path: str) -> None:
    told(signed.get(PREFIX + path, headers=HTML), 404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_an_address_has_not_is_refused(signed: FlaskClient, method: str) -> None:
    response = signed.open(f"{PREFIX}/me", method=method, headers=csrf(signed))
    told(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    told(signed.open(f"{PREFIX}/nowhere", method=method, headers=csrf(signed)), 404, "not_found")


def test_a_head_has_the_tag_and_no_body(portfolio: PortfolioRef, signed: FlaskClient) -> None:
    response = signed.head(path_of(portfolio, "/performance"))
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["ETag"] == signed.get(path_of(portfolio, "/performance")).headers["ETag"]


def test_a_database_that_is_away_is_a_problem_too(
    portfolio: PortfolioRef, signed: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.errors import ServiceUnavailable

    def away(*_: object) -> None:
        raise ServiceUnavailable("The database does not answer just now.")

    monkeypatch.setattr("dashboard.services.sessions.users.open_session_of", away)
    told(signed.get(f"{PREFIX}/me"), 503, "service_unavailable")


NEEDED = {
    "indicators": "name=sma",
    "attribution": "benchmark=AAA",
    "instrument_search": "q=aaa",
    "quotes": "symbols=AAA",
}


@pytest.fixture
def answers(
    server: Flask, person: Actor, portfolio: PortfolioRef, signed: FlaskClient
) -> Callable[[str], TestResponse]:
    """The answer at a path of the OpenAPI document, its variables filled in; nothing in it is empty."""
    with server.app_context():
        instruments.set_price(SYSTEM, "BBB", date(2020, 1, 3), 12.5)
        watched = watchlists.create(person, "Followed", ["BBB"]).id

    def get(path: str) -> TestResponse:
        filled = path.replace("{portfolio_id}", str(portfolio.id)).replace("{symbol}", "BBB")
        filled = filled.replace("{watchlist_id}", str(watched))
        return signed.get(filled.replace("{metric}", "time_weighted"))

    return get


def test_the_openapi_document_has_every_address_and_every_answer_is_as_it_says(
    server: Flask, client: FlaskClient, answers: Callable[[str], TestResponse]
) -> None:
    document = client.get("/api/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in server.url_map.iter_rules()}
    assert set(document["paths"]) == {rule for rule in rules if rule.startswith("/api/")} - {"/api/openapi.json"}
    models = {resource.name: resource.model for resource in RESOURCES}
    for path, methods in document["paths"].items():
        if (operation := methods.get("get")) is None:
            continue
        response = answers(f"{path}?{NEEDED.get(operation['operationId'], '')}")
        assert response.status_code == 200, path
        model = models[operation["operationId"]]
        model.model_validate_json(response.data, strict=True)
        named = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        assert named.rpartition("/")[2] in document["components"]["schemas"]
        if (body := response.get_json()) != []:
            assert set(_required(document, named)) <= set(_keys(body))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("performance", "/performance?series=1&benchmark=BBB"),
        ("risk", "/risk?benchmark=AAA&benchmark=BBB&rolling=20&matrix=covariance&holdings=1"),
        ("explain", "/explain/gain"),
        ("explain", "/explain/beta?benchmark=BBB"),
        ("allocation", "/allocation?by=account&series=1"),
        ("gains", "/gains?by=quarter&holdings=1"),
        ("lots", "/lots/AAA?quantity=60&price=130"),
    ],
)
def test_no_answer_has_a_key_that_the_document_does_not_name(
    portfolio: PortfolioRef, signed: FlaskClient, name: str, query: str
) -> None:
    (model,) = [resource.model for resource in RESOURCES if resource.name == name]
    body = signed.get(path_of(portfolio, query)).get_json()
    model.model_validate_json(json.dumps(body), strict=True)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate_json(json.dumps(body | {"unheard_of": 1}), strict=True)


@pytest.mark.parametrize("known", INDICATORS.values(), ids=lambda known: str(known.name))
def test_every_indicator_is_answered_as_the_document_says(
    portfolio: PortfolioRef, signed: FlaskClient, known: Indicator
) -> None:
    (model,) = [resource.model for resource in RESOURCES if resource.name == "indicators"]
    given = "".join(f"&{one.name}={one.default}" for one in known.parameters)
    body = signed.get(f"{PREFIX}/instruments/BBB/indicators?name={known.name}{given}").get_json()
    model.model_validate_json(json.dumps(body), strict=True)
    assert set(body["series"]) == {"date", *known.outputs}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "name"),
        ("?name=luck", "name"),
        ("?name=sma&length=0", "length"),
        ("?name=sma&length=2.5", "length"),
        ("?name=sma&length=nan", "length"),
        ("?name=sma&width=2", "width"),
        ("?name=sma&x=2", "x"),
    ],
)
def test_a_wrong_parameter_of_an_indicator_is_named(
    portfolio: PortfolioRef, signed: FlaskClient, query: str, field: str
) -> None:
    response = signed.get(f"{PREFIX}/instruments/BBB/indicators{query}")
    assert told(response, 422, "invalid_input")["field"] == field


def test_a_sale_that_is_thought_of_may_take_the_place_of_one_that_is_booked(
    portfolio: PortfolioRef, signed: FlaskClient
) -> None:
    rows = signed.get(path_of(portfolio, "/transactions?type=sell")).get_json()["transactions"]
    sold = rows[0]
    refused = told(signed.get(path_of(portfolio, "/lots/AAA?quantity=100&price=130")), 422, "oversell")
    assert refused["field"] == "quantity"
    asked = f"/lots/AAA?quantity=100&price=130&as_of={sold['date']}&account=&instead_of={sold['id']}"
    body = signed.get(path_of(portfolio, asked)).get_json()
    outcome = body["what_if"]["methods"]["fifo"]
    assert (outcome["gain"]["total"], [part["quantity"] for part in outcome["closed"]]) == ("2900", ["100"])
    assert body["methods"]["fifo"]["realized"]["total"] == "0"


def test_a_symbol_may_have_a_slash(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        rows = b"symbol,date,close,currency\nEUR/USD,2026-01-05,1.0875,USD\n"
        assert market_data.import_prices(SYSTEM, rows, "pair.csv")
    assert signed.get(f"{PREFIX}/instruments/EUR%2FUSD/prices").get_json()["close"] == ["1.0875"]


def test_every_reference_of_the_openapi_document_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    found = set(_references(document))
    assert found
    assert {name.rpartition("/")[2] for name in found} <= set(document["components"]["schemas"])


def test_every_parameter_that_is_described_is_taken(
    answers: Callable[[str], TestResponse], client: FlaskClient
) -> None:
    values = {
        "from": "2025-01-02", "to": "2026-01-02", "as_of": "", "currency": "EUR", "benchmark": "BBB", "series": "1",
        "limit": "3", "symbol": "AAA", "type": "buy", "account": "x", "search": "x", "cursor": "MjAyNC0wMS0wMiA1",
        "adjusted": "0", "name": "sma", "risk_free": "0.01", "rolling": "20", "matrix": "covariance", "holdings": "1",
        "drawdowns": "1", "by": "year", "year_start": "04-06", "long_after": "30", "linking": "carino", "map": "A=B",
        "long_term_days": "30", "quantity": "1", "price": "2", "fee": "0", "lot": "1", "instead_of": "1",
    }  # fmt: skip
    for path, methods in client.get("/api/openapi.json").get_json()["paths"].items():
        for parameter in methods.get("get", {"parameters": []})["parameters"]:
            if parameter["in"] == "query":
                name = parameter["name"]
                response = answers(f"{path}?{name}={values.get(name, '2')}")
                refused = response.get_json().get("detail", "") if response.status_code != 200 else ""
                assert "There is no parameter" not in refused, f"{path} {name}"
                assert response.status_code < 500


def _keys(body: Json) -> list[str]:
    return list(body[0] if isinstance(body, list) else body)


def _required(document: Json, reference: str) -> list[str]:
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    if schema.get("type") == "array":
        return _required(document, schema["items"]["$ref"])
    return list(schema["required"])


def _references(part: Json) -> list[str]:
    if isinstance(part, list):
        return [name for item in part for name in _references(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if "$ref" in part else []
    return own + [name for item in part.values() for name in _references(item)]


@pytest.mark.parametrize(
    "query",
    [
        "/performance?from=0001-01-01",
        "/performance?from=9999-12-31",
        "/performance?from=2026-06-01&to=2025-06-01",
        "/performance?to=0001-01-01",
        "/performance?from=1800-01-01&series=1",
        "/performance?benchmark=NOSUCH",
        "/performance?benchmark=CCC",
        "/performance?benchmark=%F0%9F%A6%86",
        "/holdings?as_of=0001-01-01",
        "/holdings?as_of=1999-12-31",
        "/transactions?from=9999-12-31&to=0001-01-01",
        "/transactions?symbol=%F0%9F%A6%86&search=%25",
        "/transactions?cursor=MDAwMS0wMS0wMSAx",
        "/transactions?cursor=OTk5OS0xMi0zMSA5MjIzMzcyMDM2ODU0Nzc1ODA3",
        "/risk?from=0001-01-01&matrix=covariance",
        "/risk?benchmark=NOSUCH&benchmark=CCC",
        "/risk?rolling=100000",
        "/explain/beta?benchmark=NOSUCH",
        "/explain/time_weighted?from=2026-06-01&to=2025-06-01",
        "/explain/%F0%9F%A6%86",
        "/allocation?from=9999-12-31",
        "/allocation?by=tag&currency=USD",
        "/gains?by=day&from=0001-01-01",
        "/income?to=0001-01-01",
        "/realized?from=9999-12-31",
        "/attribution?benchmark=CCC",
        "/attribution?benchmark=AAA=,",
        "/attribution?benchmark=@",
        "/lots/%F0%9F%A6%86",
        "/lots/CCC?quantity=1",
        "/lots/AAA?quantity=999999999999999999.999999999999999999&price=0",
        "/lots/AAA?quantity=1&instead_of=9223372036854775807",
        "/lots/AAA?as_of=0001-01-01",
        "/lots/AAA?account=nowhere&quantity=1&price=1",
        "/lots/AAA?quantity=1&price=1&lot=nothing&lot=more",
        "/performance?" + "&".join(f"x{number}=1" for number in range(60)),
    ],
)
def test_odd_but_possible_questions_get_an_answer_or_a_reason(
    portfolio: PortfolioRef, signed: FlaskClient, query: str
) -> None:
    response = signed.get(path_of(portfolio, query))
    assert response.status_code in {200, 422}, response.get_data(as_text=True)
    assert b"NaN" not in response.data and b"Infinity" not in response.data
