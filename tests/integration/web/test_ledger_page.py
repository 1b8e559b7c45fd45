"""The ledger's page: what its callbacks answer, to its owner and to others."""

from __future__ import annotations

import re
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
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.portfolios import PortfolioRef
from dashboard.runtime import redis_client
from dashboard.services import portfolios, transactions
from dashboard.web.theme import WIDTH_COOKIE
from tests.factories import make_portfolio
from tests.web import dispatch, make_person, open_page

Json = Any  # what Dash sends and answers is free-form JSON
LEDGER = """
    date        type      symbol  quantity  price  currency  amount  account
    2024-01-02  deposit   -       -         -      EUR       5000    Main
    2024-01-03  buy       AAA     10        100    EUR       -       Main
    2024-02-01  sell      AAA     4         120    EUR       -       Main
    2024-03-01  dividend  AAA     -         -      EUR       12.5    Main
"""
BLANK = {"version": 0, "date": "2024-02-02", "type": "buy", "symbol": "", "quantity": "", "price": "", "currency": ""}


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> Iterator[PortfolioRef]:
    """A portfolio of ``person`` with a few rows, within an application context."""
    with server.app_context():
        yield make_portfolio(person, "Mine", ledger=LEDGER)


def call(
    client: FlaskClient, output: str, values: dict[str, Json], slug: str = "mine", search: str = ""
) -> TestResponse:
    """Call one of the page's callbacks: ``values`` are its stores by id."""
    state = {"view": search, "address": {"slug": slug}}
    names = [part.rpartition(".") for part in output.strip(".").split("...")]
    single = {"id": names[0][0], "property": names[0][2]}
    several = [{"id": name, "property": prop} for name, _, prop in names]
    kinds = {"tx-rows": ("view", "tx-reload"), "tx-checked": ("tx-check",), "tx-saved": ("tx-save",)}[names[0][0]]
    known = {**state, "tx-reload": None, **values}
    states = ["view", "address"] if names[0][0] == "tx-saved" else ["address"]
    return dispatch(
        client,
        {
            "output": output,
            "outputs": single if len(names) == 1 else several,
            "inputs": [{"id": name, "property": "data", "value": known[name]} for name in kinds],
            "state": [{"id": name, "property": "data", "value": known[name]} for name in states],
            "changedPropIds": [f"{kinds[0]}.data"],
        },
    )


def rows(client: FlaskClient, search: str = "") -> Json:
    answer = call(client, "..tx-rows.data...tx-problem.children..", {}, search=search)
    assert answer.status_code == 200
    return answer.get_json()["response"]["tx-rows"]["data"]


def checked(client: FlaskClient, *typed: Json) -> Json:
    answer = call(client, "tx-checked.data", {"tx-check": {"serial": 7, "rows": list(typed)}})
    found = answer.get_json()["response"]["tx-checked"]["data"]
    assert found["serial"] == 7
    return found["rows"]


def saved(client: FlaskClient, **asked: Json) -> Json:
    answer = call(client, "tx-saved.data", {"tx-save": {"serial": 1, **asked}})
    return answer.get_json()["response"]["tx-saved"]["data"]


@pytest.mark.parametrize(("width", "fixed"), [("wide", ["left", "right", "left"]), ("phone", ["left"])])
def test_of_a_phones_width_one_column_at_most_is_kept_in_sight(
    signed: FlaskClient, portfolio: PortfolioRef, width: str, fixed: list[str]
) -> None:
    signed.set_cookie(WIDTH_COOKIE, width)
    page = open_page(signed, f"/p/{portfolio.slug}/transactions").get_data(as_text=True)
    assert re.findall(r'"pinned": ?"(left|right)"', page) == fixed


def test_the_rows_come_newest_first_with_what_they_move_in_cash(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    found = rows(signed)
    assert [row["type"] for row in found["rows"]] == ["dividend", "sell", "buy", "deposit"]
    assert [row["effect"] for row in found["rows"]] == [12.5, 480.0, -1000.0, 5000.0]
    assert (found["total"], found["first"], found["last"]) == (4, "2024-01-02", "2024-03-01")
    assert found["rows"][2]["quantity"] == "10" and "fee" not in found["rows"][2]


@pytest.mark.parametrize(
    ("search", "types"),
    [
        ("?type=sell", ["sell"]),
        ("?q=aaa%20div", ["dividend"]),
        ("?days=custom&from=2024-02-01&to=2024-02-28", ["sell"]),
        ("?account=Other", []),
        ("?type=nonsense&page=x", ["dividend", "sell", "buy", "deposit"]),
        ("?q=" + "x" * 199, []),
        ("?days=1m", []),
    ],
)
def test_the_address_says_which_rows(
    signed: FlaskClient, portfolio: PortfolioRef, search: str, types: list[str]
) -> None:
    assert [row["type"] for row in rows(signed, search)["rows"]] == types


def test_an_oversell_is_told_beside_the_quantity_with_what_mends_it(
    signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    sale = next(row for row in rows(signed)["rows"] if row["type"] == "sell")
    [fault] = checked(signed, sale | {"quantity": "1850", "amount": ""})[sale["id"]]["faults"]
    assert fault["field"] == "quantity"
    assert fault["title"] == "Sells 1,850, but 10 are held on this date"
    assert fault["text"] == "Main held 10 AAA on 01 Feb 2024."
    assert fault["fixes"] == [{"label": "Use 10", "set": {"quantity": "10", "amount": ""}}]


def test_a_sale_may_use_what_another_unsaved_row_buys(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    bought = BLANK | {"id": "new-1", "symbol": "bbb", "quantity": "5", "price": "20"}
    sold = bought | {"id": "new-2", "type": "sell", "date": "2024-02-03"}
    assert [checked(signed, bought, sold)[key]["faults"] for key in ("new-1", "new-2")] == [[], []]
    [alone] = checked(signed, sold)["new-2"]["faults"]
    assert alone["title"] == "Sells 5, but 0 are held on this date" and alone["fixes"] == []


def test_a_purchase_that_a_stored_sale_needs_is_told_beside_the_purchase(
    signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    bought = next(row for row in rows(signed)["rows"] if row["type"] == "buy")
    [fault] = checked(signed, bought | {"quantity": "3", "amount": ""})[bought["id"]]["faults"]
    assert fault["field"] == "quantity" and fault["title"].startswith("The sell of 4 AAA on 2024-02-01 needs it")


@pytest.mark.parametrize(
    ("typed", "field", "words", "fix"),
    [
        ({"date": ""}, "date", "The date is missing.", None),
        ({"date": "soon"}, "date", "'soon' is not a date", None),
        ({"date": "2199-01-01"}, "date", "in the future", "Use today"),
        ({"quantity": "-5"}, "quantity", "quantities are positive", "Use 5"),
        ({"quantity": "many"}, "quantity", "'many' is not a number.", None),
        ({"quantity": "1,5"}, "quantity", "not a number with a decimal point", "Use 1.5"),
        ({"currency": "XXQ"}, "currency", "XXQ", None),
        ({"amount": "7"}, "amount", "but 2 × 10 is 20", "Work it out"),
        ({"type": "deposit"}, "symbol", "takes no symbol", "Clear it"),
        ({"type": "gift"}, "type", "'gift' is not a type", None),
        ({"fx_rate": "0"}, "fx_rate", "more than 0", None),
        ({"quantity": ""}, "quantity", "needs a quantity", None),
        ({"fee": "1" * 30}, "fee", "larger than can be kept", None),
    ],
)
def test_what_is_wrong_is_told_beside_its_cell(
    signed: FlaskClient, portfolio: PortfolioRef, typed: Json, field: str, words: str, fix: str | None
) -> None:
    row = BLANK | {"id": "new-1", "symbol": "AAA", "quantity": "2", "price": "10", "currency": "EUR"} | typed
    found = next(fault for fault in checked(signed, row)["new-1"]["faults"] if fault["field"] == field)
    assert words in found["title"]
    assert [one["label"] for one in found["fixes"]] == ([fix] if fix else [])


def test_blank_cells_are_filled_as_they_would_be_stored(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    row = BLANK | {"id": "new-1", "symbol": "aaa", "quantity": "1,850", "price": "2.5"}
    answer = checked(signed, row)["new-1"]
    assert answer == {
        "faults": [],
        "filled": {"amount": "4625", "currency": "EUR", "symbol": "AAA", "effect": -4625.0},
    }


def test_changes_are_saved_together_or_not_at_all(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    sale = next(row for row in rows(signed)["rows"] if row["type"] == "sell")
    added = BLANK | {"id": "new-1", "symbol": "BBB", "quantity": "5", "price": "20", "currency": "EUR"}
    wrong = saved(signed, rows=[added, sale | {"quantity": "99", "amount": ""}])
    assert wrong["failed"] == "oversell"
    assert rows(signed)["total"] == 4

    done = saved(signed, rows=[sale | {"quantity": "6", "amount": ""}, added])
    assert done["keys"] == ["new-1", sale["id"]]
    assert [(row["symbol"], row["quantity"], row["version"]) for row in done["rows"]] == [
        ("BBB", "5", 1),
        ("AAA", "6", 2),
    ]
    assert (done["total"], done["first"]) == (5, "2024-01-02")


def test_a_row_that_somebody_changed_meanwhile_is_a_conflict(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    sale = next(row for row in rows(signed)["rows"] if row["type"] == "sell")
    assert "failed" not in saved(signed, rows=[sale | {"note": "mine"}])
    assert saved(signed, rows=[sale | {"note": "theirs"}])["failed"] == "conflict"
    [fault] = checked(signed, sale | {"note": "theirs"})[sale["id"]]["faults"]
    assert fault["title"].startswith("Somebody changed this transaction") and fault["fixes"][0]["reload"]


def test_rows_are_deleted_unless_a_later_sale_needs_them(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    found = rows(signed)["rows"]
    assert saved(signed, deleted=[found[2]["id"]])["failed"] == "oversell"
    assert saved(signed, deleted=[found[0]["id"], found[1]["id"]])["total"] == 2
    assert transactions.list_transactions(person, portfolio.id).total == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"rows": "x"},
        {"rows": [1]},
        {"rows": [{"id": "5"}]},
        {"rows": [{"id": "5", "version": "x"}]},
        {"rows": [{"id": "99999999", "version": 1, "date": "2024-01-01", "type": "deposit", "amount": "1"}]},
        {"rows": [{"id": "new-1"}]},
        {"rows": [{"id": "new-1", "date": ["x"], "type": {"a": 1}}]},
        {"deleted": ["x"]},
        {"deleted": ["9" * 40]},
        {"rows": [{"id": f"new-{number}"} for number in range(2_001)]},
    ],
)
def test_a_forged_body_is_refused_and_writes_nothing(signed: FlaskClient, portfolio: PortfolioRef, asked: Json) -> None:
    response = call(signed, "tx-saved.data", {"tx-save": {"serial": 1, **asked}})
    assert response.status_code in {200, 404}
    assert response.get_json()["response"]["tx-saved"]["data"]["failed"] in {"invalid_input", "not_found", "ledger"}
    assert rows(signed)["total"] == 4


def test_what_a_typed_row_needs_of_the_market_is_asked_for(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    typed = BLANK | {"id": "new-1", "symbol": "NEWX", "quantity": "2", "price": "10", "currency": "USD"}
    assert saved(signed, rows=[typed])["keys"] == ["new-1"]
    deposit = {"id": "new-1", "version": 0, "date": "2024-02-02", "type": "deposit", "amount": "5", "currency": "EUR"}
    assert saved(signed, rows=[deposit])["keys"] == ["new-1"]
    [job] = queue(redis_client(), QueueName.DEFAULT).jobs
    assert (job.func_name, list(job.args)) == (JobName.REFRESH_PRICES.value, [["NEWX"]])


def test_anothers_ledger_is_not_found_in_any_callback(
    server: Flask, signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    other = make_person(server, "other@example.org")
    foreign = portfolios.create_portfolio(other, "Theirs", "EUR")
    typed = BLANK | {"id": "new-1", "symbol": "AAA", "quantity": "2", "price": "10"}
    answers = [
        call(signed, "..tx-rows.data...tx-problem.children..", {}, slug="theirs"),
        call(signed, "tx-checked.data", {"tx-check": {"serial": 1, "rows": [typed]}}, slug="theirs"),
        call(signed, "tx-saved.data", {"tx-save": {"serial": 1, "rows": [typed]}}, slug="theirs"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()
    assert [entry.object_id for entry in denied] == [str(foreign.id)] * 3
    assert transactions.list_transactions(other, foreign.id).total == 0


def test_anothers_row_cannot_be_changed_through_ones_own_ledger(
    server: Flask, signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    other = make_person(server, "other@example.org")
    theirs = make_portfolio(other, "Theirs", ledger=LEDGER)
    [row, *_] = transactions.list_transactions(other, theirs.id).rows
    forged = BLANK | {"id": str(row.id), "version": 1, "symbol": "AAA", "quantity": "2", "price": "10"}
    assert saved(signed, rows=[forged])["failed"] == "not_found"
    assert saved(signed, deleted=[str(row.id)])["failed"] == "not_found"
    assert transactions.list_transactions(other, theirs.id).rows[0] == row
