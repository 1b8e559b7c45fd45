"""Nobody gets past the guard without a session, wherever he knocks."""

from __future__ import annotations

import re

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from dashboard.web.page import pages
from tests.web import HTML, csrf, dispatch, open_page

OPEN_ROUTES = {
    "/healthz", "/readyz", "/metrics", "/sign-in", "/set-up", "/favicon.ico", "/_favicon.ico",
    "/assets/<path:filename>", "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
}  # fmt: skip
OWN_GUARDS = ("/api/", "/embed/")


def test_every_route_but_the_open_ones_turns_a_stranger_away(
    dash_app: Dash, person: Actor, client: FlaskClient
) -> None:
    for rule in dash_app.server.url_map.iter_rules():
        if rule.rule in OPEN_ROUTES or rule.rule.startswith(OWN_GUARDS):
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            response = client.open(path, method=method)
            assert response.status_code == 401, f"{method} {path}: {response.status_code}"
            assert response.json and response.json["code"] == "authentication_required"


def test_opening_a_page_without_a_session_leads_to_sign_in_and_back(
    dash_app: Dash, person: Actor, client: FlaskClient
) -> None:
    for page in pages(dash_app.server):
        path = re.sub(r"<[^>]+>", "x", page.path)
        response = client.get(path, headers=HTML)
        assert response.status_code == 302
        assert response.location == ("/sign-in" if path == "/" else f"/sign-in?next={path}")


def test_the_address_that_was_asked_for_keeps_its_query(person: Actor, client: FlaskClient) -> None:
    assert client.get("/p/a?tf=1Y&by=x", headers=HTML).location == "/sign-in?next=/p/a%3Ftf%3D1Y%26by%3Dx"


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/_reload-hash"])
def test_what_dash_answers_by_itself_is_shut(person: Actor, client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=HTML).status_code == 401
    assert client.get(path).status_code == 401


def test_layouts_of_pages_cannot_be_had_through_the_dispatcher(
    dash_app: Dash, person: Actor, client: FlaskClient
) -> None:
    for page in pages(dash_app.server):
        assert open_page(client, re.sub(r"<[^>]+>", "x", page.path)).status_code == 401


def test_while_there_is_no_user_a_page_leads_to_set_up(client: FlaskClient) -> None:
    assert client.get("/p/x", headers=HTML).location == "/set-up"


def test_an_unknown_address_is_not_found_for_who_is_signed_in(signed: FlaskClient) -> None:
    assert signed.get("/nowhere", headers=HTML).status_code == 404
    response = open_page(signed, "/nowhere")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.get_data(as_text=True)


def test_a_write_without_the_token_is_refused(signed: FlaskClient) -> None:
    body = {"output": "x", "inputs": []}
    assert signed.post("/_dash-update-component", json=body).status_code == 403
    assert signed.post("/_dash-update-component", json=body, headers={"X-CSRFToken": "no"}).status_code == 403
    assert signed.post("/sign-out").status_code == 403


def test_a_write_with_the_token_of_another_session_is_refused(server: Flask, signed: FlaskClient) -> None:
    other = server.test_client()
    token = csrf(signed)
    other.get("/sign-in", headers=HTML)
    signed.set_cookie("basis_csrf", (other.get_cookie("basis_csrf") or signed.get_cookie("basis_csrf")).value)  # type: ignore[union-attr]
    assert signed.post("/sign-out", headers=csrf(signed)).status_code == 403
    assert signed.post("/sign-out", headers=token).status_code == 403, "the cookie has to fit, too"


def test_a_write_from_another_site_is_refused(signed: FlaskClient) -> None:
    response = signed.post("/sign-out", headers=csrf(signed) | {"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"output": 7},
        {"output": "nobody.children", "inputs": []},
        {"output": "new-go.href", "inputs": "x"},
        {"output": "notices.title", "inputs": []},
    ],
)
def test_a_malformed_call_of_a_callback_is_refused_in_words(signed: FlaskClient, body: object) -> None:
    response = dispatch(signed, body)
    assert response.status_code in {404, 422}
    assert response.json and response.json["detail"]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/p/a?tf=1Y", "/p/a?tf=1Y"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-in", "/"),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(target: str, expected: str) -> None:
    from dashboard.web.guard import local_path

    assert local_path(target) == expected
