"""The import's page: what its callbacks answer, to its owner and to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import imports, portfolios, transactions
from tests.factories import ledger_file
from tests.web import dispatch, make_person, open_page

Json = Any  # what Dash sends and answers is free-form JSON
FILE = ledger_file("""
    date        type     amount  currency
    2024-01-02  deposit  5000    EUR
    2024-01-03  fee      12      EUR
""")


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> Iterator[PortfolioRef]:
    """An empty portfolio of ``person``, within an application context."""
    with server.app_context():
        yield portfolios.create_portfolio(person, "Mine", "EUR")


def call(client: FlaskClient, outputs: list[str], store: str, value: Json, **state: Json) -> TestResponse:
    """Call the callback that listens to ``store``."""
    places = [{"id": name, "property": prop} for name, _, prop in (one.rpartition(".") for one in outputs)]
    known = {"address": {"slug": "mine"}} | {name.replace("_", "-"): given for name, given in state.items()}
    return dispatch(
        client,
        {
            "output": outputs[0] if len(outputs) == 1 else f"..{'...'.join(outputs)}..",
            "outputs": places[0] if len(outputs) == 1 else places,
            "inputs": [{"id": store, "property": "data", "value": value}],
            "state": [
                {"id": name, "property": "data", "value": known[name]}
                for name in sorted(known, key=lambda name: name == "address")
            ],
            "changedPropIds": [f"{store}.data"],
        },
    )


def undo_outputs(client: FlaskClient) -> list[str]:
    """The outputs of the callback that takes an import back, as Dash calls them."""
    listed = client.get("/_dash-dependencies").get_json()
    [name] = [
        one["output"] for one in listed if "import-undone.data" in one["output"] and one["output"].startswith("..")
    ]
    return [str(part) for part in name.strip(".").split("...")]


def undo(client: FlaskClient, batch: Json) -> TestResponse:
    return call(client, undo_outputs(client), "import-undo", {"batch": batch, "at": 1})


def test_the_page_lists_what_was_imported(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    assert "No imports yet" in open_page(signed, "/p/mine/import").get_data(as_text=True)
    imports.commit(person, portfolio.id, FILE, "broker.csv")
    shown = open_page(signed, "/p/mine/import").get_data(as_text=True)
    assert "broker.csv" in shown and "No imports yet" not in shown


def test_what_changed_is_measured_before_and_after(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    before = call(signed, ["import-before.data"], "import-previewed", {"at": 1})
    figures = before.get_json()["response"]["import-before"]["data"]
    assert (figures["transactions"], figures["market_value"]) == (0, None)
    imports.commit(person, portfolio.id, FILE, "a.csv")
    outputs = ["import-changes.children", "import-history.children"]
    after = call(signed, outputs, "import-committed", {"at": 2}, import_before=figures)
    text = after.get_data(as_text=True)
    assert "€4,988.00" in text and "a.csv" in text


def test_an_import_is_taken_back_once(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    batch = imports.commit(person, portfolio.id, FILE, "a.csv").batch_id
    first = undo(signed, batch)
    assert "2 transactions removed." in first.get_data(as_text=True)
    assert transactions.list_transactions(person, portfolio.id).total == 0
    again = undo(signed, batch).get_json()
    assert "undone already" in again["sideUpdate"]["notice"]["data"]["text"]


@pytest.mark.parametrize("batch", [None, "x", [1], {"a": 1}, 987654])
def test_a_forged_undo_is_refused(signed: FlaskClient, person: Actor, portfolio: PortfolioRef, batch: Json) -> None:
    imports.commit(person, portfolio.id, FILE, "a.csv")
    response = undo(signed, batch)
    assert response.status_code in {200, 404}
    assert response.get_json()["sideUpdate"]["notice"]["data"]["text"]
    assert transactions.list_transactions(person, portfolio.id).total == 2


def test_anothers_import_cannot_be_taken_back(server: Flask, signed: FlaskClient, portfolio: PortfolioRef) -> None:
    other = make_person(server, "other@example.org")
    theirs = portfolios.create_portfolio(other, "Theirs", "EUR")
    batch = imports.commit(other, theirs.id, FILE, "a.csv").batch_id
    assert undo(signed, batch).status_code == 404
    assert transactions.list_transactions(other, theirs.id).total == 2
    assert open_page(signed, "/p/theirs/import").status_code == 404
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()
    assert [entry.object_id for entry in denied] == [str(theirs.id)] * 2


def test_cash_is_tracked_no_more_on_request(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    asked = call(signed, ["import-untracked.data"], "import-untrack", {"at": 1})
    assert "Cash is not tracked any more" in asked.get_data(as_text=True)
    assert portfolios.portfolio_by_slug(person, "mine").track_cash is False
    actions = [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions[-1] == "portfolio.track_cash"
