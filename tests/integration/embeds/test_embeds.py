"""Embedded views: figures for a token, to named origins, until they are revoked; and for nobody else a word."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, Actor
from dashboard.errors import InvalidInput, NotFound
from dashboard.results import wire
from dashboard.results.embeds import EmbedItem, EmbedKind
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import accounts, embeds, performance
from dashboard.web.csrf import FIELD
from tests.integration.cli.conftest import CommandLine
from tests.web import HTML, make_person

HOST = "https://example.org"
AMOUNTS = re.compile(r"[0-9]{4,}\.|\"(market_value|day_change|cost|cash)\"")


@pytest.fixture
def shared(server: Flask, person: Actor, portfolio: PortfolioRef) -> tuple[EmbedItem, str]:
    """A view that is shared with HOST, and its secret."""
    with server.app_context():
        return embeds.create(person, portfolio.id, EmbedKind.KPI, [HOST, "https://two.example:8443/"])


def token_for(view: EmbedItem, secret: str, *, begun: datetime | None = None, **claims: object) -> str:
    """A token as a host's server makes it."""
    at = int((begun or datetime.now(UTC)).timestamp())
    body = {"aud": "embed", "iat": at, "exp": at + 300, "jti": "1"} | claims
    return jwt.encode(body, secret, "HS256", headers={"kid": view.key})


def ask(client: FlaskClient, key: str, token: str | None, kind: str = "kpi") -> TestResponse:
    """Ask for the figures as the page does."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.get(f"/embed/{kind}/{key}/data", headers=headers)


def refused(response: TestResponse) -> None:
    """The one refusal, with no name and no figure."""
    assert response.status_code == 403
    assert response.get_json() == {
        "type": "about:blank", "title": "This view is no longer shared.", "status": 403, "code": "not_shared",
    }  # fmt: skip


def test_a_token_of_the_hosts_own_making_gets_the_figures_of_the_portfolio(
    server: Flask, client: FlaskClient, portfolio: PortfolioRef, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    body: Any = ask(client, view.key, token_for(view, secret)).get_json()
    with server.app_context():
        summary = wire.performance(performance.summary(SYSTEM, portfolio.id))
        totals: Any = wire.holdings(performance.holdings(SYSTEM, portfolio.id))["totals"]
    returns: Any = summary["returns"]
    assert (body["name"], body["currency"], body["as_of"]) == ("Mine", "EUR", summary["as_of"])
    assert body["market_value"] == summary["market_value"]
    assert (body["day_change"], body["day_change_pct"]) == (totals["day_change"], totals["day_change_pct"])
    assert body["measures"]["time_weighted"]["value"] == returns["time_weighted"]
    assert (body["priced"], body["count"]) == (2, 3)
    assert all(figure["value"] is not None or figure["reason"] for figure in body["measures"].values())


def test_percent_only_sends_no_amount_at_all(
    server: Flask, client: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    with server.app_context():
        view, secret = embeds.create(person, portfolio.id, EmbedKind.KPI, [HOST], amounts_hidden=True)
    response = ask(client, view.key, token_for(view, secret))
    body = response.get_json()
    assert body["measures"]["time_weighted"]["value"] is not None
    assert body["day_change_pct"] is not None
    assert not AMOUNTS.search(response.get_data(as_text=True)), response.get_data(as_text=True)


def test_the_page_has_no_figure_and_no_name_and_may_be_framed_by_its_origins_alone(
    client: FlaskClient, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    response = client.get(f"/embed/kpi/{view.key}", headers=HTML)
    assert response.status_code == 200
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == f"{HOST} https://two.example:8443"
    assert policy["default-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(" ".join(policy.values()).split())
    assert "X-Frame-Options" not in response.headers
    html = response.get_data(as_text=True)
    assert "Mine" not in html and secret not in html
    assert "<script>" not in html and 'style="' not in html
    assert not re.search(r'(src|href)="(https?:)?//', html), "nothing from elsewhere"


def test_cookies_are_neither_set_nor_read(
    client: FlaskClient, signed: FlaskClient, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    for who in (client, signed):
        for response in (
            who.get(f"/embed/kpi/{view.key}", headers=HTML),
            ask(who, view.key, token_for(view, secret)),
            ask(who, view.key, None),
            who.get("/embed/kpi/nowhere", headers=HTML),
        ):
            assert "Set-Cookie" not in response.headers
    refused(ask(signed, view.key, None))
    assert signed.get(f"/embed/kpi/{view.key}").data == client.get(f"/embed/kpi/{view.key}").data
    assert FIELD not in signed.get(f"/embed/kpi/{view.key}", headers=HTML).get_data(as_text=True)


def test_every_wrong_token_is_refused_in_the_same_words(
    server: Flask, client: FlaskClient, person: Actor, portfolio: PortfolioRef, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    with server.app_context():
        other, other_secret = embeds.create(person, portfolio.id, EmbedKind.KPI, [HOST])
    good = token_for(view, secret)
    assert ask(client, view.key, good).status_code == 200
    for token in (
        None, "", "x", "a.b.c", "é" * 9, good[:-3], good.upper(),
        token_for(view, other_secret), token_for(other, other_secret), token_for(other, secret),
        token_for(view, secret, begun=datetime.now(UTC) - timedelta(minutes=6)),
        token_for(view, secret, exp=int(datetime.now(UTC).timestamp()) + 86_400),
        token_for(view, secret, aud="api"), token_for(view, secret, jti=""),
        jwt.encode({"aud": "embed"}, secret, "HS256", headers={"kid": view.key}),
    ):  # fmt: skip
        refused(ask(client, view.key, None if token is None else token.encode("ascii", "replace").decode()))
    refused(ask(client, "nowhere", good))
    refused(ask(client, other.key, good))
    refused(ask(client, view.key, good, kind="chart"))
    refused(client.get(f"/embed/kpi/{view.key}/data", headers={"Authorization": f"Basic {good}"}))
    refused(client.get(f"/embed/kpi/{view.key}/data?token={good}"))


def test_a_view_that_is_revoked_is_out_with_the_next_request_and_says_so_where_it_was_framed(
    server: Flask, client: FlaskClient, person: Actor, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    token = token_for(view, secret)
    assert ask(client, view.key, token).status_code == 200
    with server.app_context():
        embeds.revoke(person, view.key)
        assert embeds.revoke(person, view.key).revoked_at is not None, "twice is no fault"
        with pytest.raises(InvalidInput):
            embeds.issue_token(person, view.key)
    refused(ask(client, view.key, token))
    page = client.get(f"/embed/kpi/{view.key}", headers=HTML)
    assert HOST in page.headers["Content-Security-Policy"]
    assert "This view is no longer shared" in page.get_data(as_text=True)


def test_the_views_of_a_user_who_is_disabled_are_out_at_once(
    server: Flask, client: FlaskClient, person: Actor, shared: tuple[EmbedItem, str]
) -> None:
    view, secret = shared
    with server.app_context():
        accounts.disable_user(SYSTEM, person.email)
    refused(ask(client, view.key, token_for(view, secret)))


def test_a_view_goes_with_its_portfolio(
    server: Flask, client: FlaskClient, person: Actor, portfolio: PortfolioRef, shared: tuple[EmbedItem, str]
) -> None:
    from dashboard.services import portfolios

    view, secret = shared
    with server.app_context():
        portfolios.delete_portfolio(person, portfolio.id)
    refused(ask(client, view.key, token_for(view, secret)))


@pytest.mark.parametrize(
    "path",
    [
        "/embed/kpi/nowhere",
        "/embed/chart/x",
        "/embed/kpi/%00",
        "/embed/",
        "/embed/kpi",
        "/embed/kpi/a/b",
        "/embed/x/y/z/w",
    ],
)
def test_what_is_no_view_is_not_found_cannot_be_framed_and_is_no_page_of_the_product(
    client: FlaskClient, signed: FlaskClient, path: str
) -> None:
    for who in (client, signed):
        response = who.get(path, headers=HTML)
        assert response.status_code == 404, path
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "_dash-config" not in response.get_data(as_text=True)
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_view_is_only_read(client: FlaskClient, shared: tuple[EmbedItem, str], method: str) -> None:
    for path in (f"/embed/kpi/{shared[0].key}", f"/embed/kpi/{shared[0].key}/data", "/embed/nowhere"):
        assert client.open(path, method=method).status_code == 405


def test_another_users_portfolio_cannot_be_shared_nor_another_users_view_touched(
    server: Flask, portfolio: PortfolioRef, shared: tuple[EmbedItem, str]
) -> None:
    stranger = make_person(server, "stranger@example.org")
    view, _ = shared
    with server.app_context():
        assert embeds.list_embeds(stranger) == ()
        with pytest.raises(NotFound):
            embeds.create(stranger, portfolio.id, EmbedKind.KPI, [HOST])
        for action in (embeds.revoke, embeds.issue_token):
            with pytest.raises(NotFound) as told:
                action(stranger, view.key)
            assert "Mine" not in str(told.value)
        denied = db.session.scalar(text("select count(*) from audit where result = 'denied'"))
        assert denied == 3
        assert embeds.list_embeds(SYSTEM)[0].revoked_at is None


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "example.org", "https://example.org/path", "https://a b", "https://u:p@example.org", "'self'",
     "https://example.org; script-src *", "javascript:alert(1)", "http://example.org", "https://example.org\nx", "",
     "https://", "https://example.org:0", "http://localhost.example.org"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(server: Flask, person: Actor, portfolio: PortfolioRef, origin: str) -> None:
    with server.app_context(), pytest.raises(InvalidInput):
        embeds.create(person, portfolio.id, EmbedKind.KPI, [origin])


def test_origins_are_kept_as_browsers_tell_them(server: Flask, person: Actor, portfolio: PortfolioRef) -> None:
    given = ["HTTPS://Example.ORG:443/", "https://example.org", "http://localhost:3000", "http://127.0.0.1:80"]
    with server.app_context():
        view, _ = embeds.create(person, portfolio.id, EmbedKind.KPI, given)
        assert view.origins == ("https://example.org", "http://localhost:3000", "http://127.0.0.1")
        with pytest.raises(InvalidInput):
            embeds.create(person, portfolio.id, EmbedKind.KPI, [])
        with pytest.raises(InvalidInput):
            embeds.create(person, portfolio.id, EmbedKind.KPI, [f"https://h{number}.example" for number in range(11)])


def test_the_secret_is_in_no_table(server: Flask, shared: tuple[EmbedItem, str]) -> None:
    with server.app_context():
        rows = [
            str(tuple(row))
            for table in ("embeds", "audit")
            for row in db.session.execute(text(f"select * from {table}"))
        ]
    assert rows
    assert not any(shared[1] in row for row in rows)


def test_a_views_id_is_never_taken_for_an_option(server: Flask, person: Actor, portfolio: PortfolioRef) -> None:
    with server.app_context():
        ids = {embeds.create(person, portfolio.id, EmbedKind.KPI, [HOST])[0].key for _ in range(12)}
    assert len(ids) == 12
    assert all(key.isalnum() for key in ids)


def test_the_command_line_shares_hands_out_tokens_lists_and_revokes(
    client: FlaskClient, portfolio: PortfolioRef, dashboard: CommandLine
) -> None:
    made = dashboard("embed", "create", "Mine", "--kind", "kpi", "--origin", HOST, "--percent-only", "--json").data
    assert made["address"].endswith(f"/embed/kpi/{made['id']}")
    issued = dashboard("embed", "token", made["id"], "--json").data
    assert issued["address"] == f"{made['address']}#{issued['token']}"
    assert dashboard("embed", "token", made["id"]).out.startswith(made["address"] + "#")
    (listed,) = dashboard("embed", "list", "--json").data
    assert (listed["id"], listed["origins"], listed["amounts_hidden"]) == (made["id"], [HOST], True)
    assert "secret" not in listed
    assert dashboard("embed", "revoke", made["id"]).status == 0
    refused(ask(client, made["id"], issued["token"]))
    assert "revoked" in dashboard("embed", "list").out
    assert dashboard("embed", "token", made["id"]).status == 1
    assert dashboard("embed", "revoke", "nowhere").status == 1
    assert dashboard("embed", "create", "Mine", "--origin", "*").status == 1
    assert dashboard("embed", "create", "Mine").status == 2
