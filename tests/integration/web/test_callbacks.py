"""Every callback has a permission, and its failures are something that a person can read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import Actor, Permission, Role
from dashboard.errors import InvalidInput, NotFound, PermissionDenied, ServiceUnavailable
from dashboard.services import audit, portfolios
from dashboard.web.callback import guarded
from dashboard.web.page import pages
from tests.web import ROUTER, dispatch, make_person, open_page

DASH_OWN = {ROUTER, "_pages_dummy.children"}


def test_every_callback_declares_a_permission(dash_app: Dash) -> None:
    served = {name: entry["callback"] for name, entry in dash_app.callback_map.items() if "callback" in entry}
    without = {
        name for name, function in served.items() if not isinstance(getattr(function, "permission", None), Permission)
    }
    assert without - DASH_OWN == set()
    assert served.keys() - DASH_OWN, "there are callbacks to look at"


def test_every_page_declares_a_permission(dash_app: Dash) -> None:
    assert pages(dash_app.server)
    assert all(isinstance(page.permission, Permission) for page in pages(dash_app.server))


@pytest.fixture
def broken(dash_app: Dash) -> Iterator[dict[str, Exception]]:
    """A callback whose function raises what the test puts in; Dash's own entry is put back afterwards."""
    failure: dict[str, Exception] = {}
    name = "..new-go.href...new-error.children.."
    entry = dash_app.callback_map[name]

    def fail(_actor: Actor, *_values: object) -> None:
        raise failure["error"]

    original = entry["callback"].__wrapped__
    known = dict(entry)
    app = Dash(__name__ + ".scratch", server=False)
    from dash import Input, Output, State

    app.callback(
        Output("new-go", "href"),
        Output("new-error", "children"),
        Input("new-create", "n_clicks"),
        State("new-name", "value"),
        State("new-currency", "value"),
        State("new-cash", "value"),
    )(guarded(fail, Permission.PORTFOLIO_EDIT))
    entry["callback"] = app.callback_map[name]["callback"]
    yield failure
    entry.update(known)
    assert entry["callback"].__wrapped__ is original


BODY = {
    "output": "..new-go.href...new-error.children..",
    "outputs": [{"id": "new-go", "property": "href"}, {"id": "new-error", "property": "children"}],
    "inputs": [{"id": "new-create", "property": "n_clicks", "value": 1}],
    "state": [
        {"id": "new-name", "property": "value", "value": "Mine"},
        {"id": "new-currency", "property": "value", "value": "EUR"},
        {"id": "new-cash", "property": "value", "value": True},
    ],
    "changedPropIds": ["new-create.n_clicks"],
}


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (InvalidInput("That currency does not exist."), 200, "That currency does not exist."),
        (NotFound("There is no such portfolio."), 404, "There is no such portfolio."),
        (PermissionDenied("Your role does not allow this."), 403, "Your role does not allow this."),
        (ServiceUnavailable("Redis does not answer."), 503, "Redis does not answer."),
        (OperationalError("select 1", None, Exception("gone")), 503, "The database does not answer just now."),
        (ZeroDivisionError("secret detail"), 500, "Something went wrong here."),
    ],
)
def test_a_failure_becomes_a_notice_with_its_status(
    signed: FlaskClient, broken: dict[str, Exception], error: Exception, status: int, words: str
) -> None:
    broken["error"] = error
    with structlog.testing.capture_logs():
        response = dispatch(signed, BODY)
    assert response.status_code == status
    body = response.get_json()
    assert words in body["sideUpdate"]["notice"]["data"]["text"]
    assert "secret detail" not in response.get_data(as_text=True)
    assert ("X-Dashboard-Rendered" in response.headers) == (status != 200)


def test_a_call_that_is_too_large_is_refused(signed: FlaskClient) -> None:
    response = dispatch(signed, BODY | {"padding": "x" * 5_000_000})
    assert response.status_code == 413 and "4 MB" in response.get_json()["detail"]


def test_a_portfolio_is_made_on_the_page_and_listed(server: Flask, signed: FlaskClient, person: Actor) -> None:
    made = dispatch(signed, BODY).get_json()
    assert made["response"]["new-go"]["href"] == "/p/mine"
    assert b'"mine"' in signed.get("/_dash-layout").data
    again = dispatch(signed, BODY).get_json()["response"]
    assert "new-go" not in again and "Mine" in again["new-error"]["children"]
    with server.app_context():
        assert [item.portfolio.name for item in portfolios.list_portfolios(person)] == ["Mine"]


def test_the_first_page_leads_to_the_first_portfolio(signed: FlaskClient) -> None:
    assert "Create a portfolio" in open_page(signed, "/").get_data(as_text=True)
    dispatch(signed, BODY)
    response = signed.get("/", headers={"Accept": "text/html"})
    assert (response.status_code, response.location) == (302, "/p/mine")


def test_anothers_portfolio_is_not_found_and_the_audit_trail_says_who_asked(server: Flask, signed: FlaskClient) -> None:
    stranger = make_person(server, "stranger@example.org", role=Role.ADMIN)
    with server.app_context():
        foreign = portfolios.create_portfolio(stranger, "Theirs", "EUR").slug
    for page in pages(server):
        if page.of_portfolio:
            path = page.path.replace("<slug>", foreign)
            assert signed.get(path, headers={"Accept": "text/html"}).status_code == 404, path
            response = open_page(signed, path)
            assert response.status_code == 404, path
            assert "Theirs" not in response.get_data(as_text=True)
    if any(page.of_portfolio for page in pages(server)):
        with server.app_context():
            assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()


def test_the_audit_trail_is_a_chain(server: Flask, signed: FlaskClient) -> None:
    dispatch(signed, BODY)
    with server.app_context():
        actions = [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert actions == ["user.create", "session.open", "portfolio.create"]
        assert audit.broken_link() is None


def test_a_value_that_was_changed_behind_our_back_breaks_the_chain(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id).limit(1)).one()
        forged = AuditEntry(
            at=entry.at, user_id=None, email="x", action="forged", previous_hash=b"", hash=b"0" * 32, details={}
        )
        db.session.add(forged)
        db.session.commit()
        assert audit.broken_link() == forged.id


def test_a_simulated_market_is_said_on_every_page(signed: FlaskClient) -> None:
    assert "Simulated market: every name and every price is invented." in signed.get("/_dash-layout").text
