"""The pages of watchlists over HTTP: what is on them, and what their callbacks do."""

from __future__ import annotations

import json

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from dashboard.results.watchlists import WatchItem, Watchlist
from dashboard.services import watchlists
from tests.days import today
from tests.integration.web.forging import ADDRESS, body, served
from tests.market_pages import make_market
from tests.web import Json, dispatch, make_person, open_page


@pytest.fixture
def mine(server: Flask, person: Actor) -> Watchlist:
    """A list with two priced instruments and one that waits."""
    with server.app_context():
        make_market(today())
        return watchlists.create(person, "Ideas", ["AAA", "BBB", "NEW"])


def now(server: Flask, person: Actor, found: Watchlist) -> tuple[WatchItem, ...]:
    with server.app_context():
        return watchlists.watchlist(person, found.id).items


def call(app: Dash, client: FlaskClient, source: str, values: Json, triggered: str = "") -> tuple[int, Json]:
    """Call the callback that ``source`` triggers, of the one list of ``values``."""
    (output,) = [
        name
        for name, entry in served(app).items()
        if any(f"{part['id']}.{part['property']}" == source for part in entry["inputs"])
        and any(part["id"] in ("address", "watchlist-new-name") for part in entry["state"])
        and ("watch" in name)
    ]
    sent = body(app, output, values)
    if triggered:
        sent["changedPropIds"] = [triggered]
    response = dispatch(client, sent)
    return response.status_code, response.get_json(silent=True)


def test_a_page_shows_rows_with_prices_trends_and_why_one_has_none(
    server: Flask, person: Actor, mine: Watchlist, signed: FlaskClient
) -> None:
    text = json.dumps(open_page(signed, f"/watchlists/{mine.id}").get_json())
    assert '"symbols": ["AAA", "BBB", "NEW"]' in text
    assert '"market": "Waiting"' in text and "has not been looked up yet" in text
    grid = find(json.loads(text), "watchlist-grid")
    first, second, waiting = grid["rowData"]
    assert len(first["trend_30"]) == 30 and len(first["trend_90"]) == 90
    assert second["change"] == pytest.approx(0.05)  # 0.1 a day, after 2 for 1
    low, high = second["year_range"]
    assert 50 < low < high == second["price"]
    assert (waiting["price"], waiting["trend_30"], waiting["year_range"]) == (None, [], [None, None])
    assert [column["field"] for column in grid["columnDefs"]] == [
        "name", "price", "trend_30", "change", "change_pct", "year_range", "market", "note", "acts",
    ]  # fmt: skip
    assert f"/watchlists/{mine.id}" in json.dumps(open_page(signed, "/watchlists").get_json())


def test_without_a_list_the_page_makes_one(dash_app: Dash, server: Flask, person: Actor, signed: FlaskClient) -> None:
    assert "Create watchlist" in json.dumps(open_page(signed, "/watchlists").get_json())
    status, answer = call(dash_app, signed, "watchlist-create.n_clicks", {"watchlist-new-name.value": ""})
    assert (status, answer["response"]["watchlist-new-error"]["children"]) == (200, "A watchlist needs a name.")
    _, answer = call(dash_app, signed, "watchlist-create.n_clicks", {"watchlist-new-name.value": "Tech"})
    with server.app_context():
        (made,) = watchlists.list_watchlists(person)
    assert answer["response"]["watchlist-new-go"]["href"] == f"/watchlists/{made.id}"


def test_rows_are_added_noted_put_in_order_taken_off_and_put_back(
    dash_app: Dash, server: Flask, person: Actor, mine: Watchlist, signed: FlaskClient
) -> None:
    place = {ADDRESS: {"watchlist_id": str(mine.id)}}

    def ask(**asked: Json) -> Json:
        status, answer = call(dash_app, signed, "watchlist-asked.data", {**place, "watchlist-asked.data": asked})
        assert status in {200, 204}
        return answer

    status, hits = call(dash_app, signed, "watchlist-q.value", {**place, "watchlist-q.value": "zz.l"})
    assert status == 200 and "Add \\u201cZZ.L\\u201d" in json.dumps(hits)
    call(dash_app, signed, "watchlist-q.n_submit", {**place, "watchlist-q.value": "zz.l", "watchlist-q.n_submit": 1})
    noted = {"symbol": "BBB", "note": "cheap"}
    assert call(dash_app, signed, "watchlist-noted.data", {**place, "watchlist-noted.data": noted})[0] in {200, 204}
    ask(what="arrange", symbols=["ZZ.L", "BBB"])
    kept = (WatchItem("ZZ.L"), WatchItem("BBB", "cheap"), WatchItem("AAA"), WatchItem("NEW"))
    assert now(server, person, mine) == kept
    told = ask(what="remove", symbol="BBB")
    assert [item.symbol for item in now(server, person, mine)] == ["ZZ.L", "AAA", "NEW"]
    action = {"id": told["sideUpdate"]["notice"]["data"]["actionId"], "at": 1}
    call(dash_app, signed, "notice-action.data", {**place, "notice-action.data": action})
    assert now(server, person, mine) == kept
    call(dash_app, signed, "watchlist-columns.value", {**place, "watchlist-columns.value": ["note"]})
    _, answer = call(dash_app, signed, "watchlist-changed.data", place)
    fields = [column["field"] for column in find(answer, "watchlist-grid")["columnDefs"]]
    assert fields == ["name", "price", "note", "acts"]


def test_a_list_is_renamed_and_deleted(
    dash_app: Dash, server: Flask, person: Actor, mine: Watchlist, signed: FlaskClient
) -> None:
    place = {ADDRESS: {"watchlist_id": str(mine.id)}}
    call(dash_app, signed, "watchlist-rename.n_clicks", {**place, "watchlist-name.value": "Better"})
    with server.app_context():
        assert watchlists.watchlist(person, mine.id).name == "Better"
    call(dash_app, signed, "watchlist-delete.submit_n_clicks", {**place, "watchlist-delete.submit_n_clicks": 1})
    with server.app_context():
        assert watchlists.list_watchlists(person) == ()


def test_the_page_of_an_instrument_puts_it_on_lists_and_refuses_anothers(
    dash_app: Dash, server: Flask, person: Actor, mine: Watchlist, signed: FlaskClient
) -> None:
    other = make_person(server, "other@example.org")
    with server.app_context():
        theirs = watchlists.create(other, "Theirs")
        second = watchlists.create(person, "Second")
    text = json.dumps(open_page(signed, "/i/AAA").get_json())
    assert "Second" in text and "Theirs" not in text

    def tick(*lists: Watchlist, symbol: str = "AAA") -> int:
        values = {ADDRESS: {"symbol": symbol}, "px-watch.value": [str(one.id) for one in lists]}
        return call(dash_app, signed, "px-watch.value", values)[0]

    assert tick(second) == 200
    assert "AAA" not in [item.symbol for item in now(server, person, mine)]
    assert [item.symbol for item in now(server, person, second)] == ["AAA"]
    assert tick(theirs) == 404
    assert [item.symbol for item in now(server, person, second)] == ["AAA"]


def find(part: Json, id: str) -> Json:
    """The properties of the component ``id`` in an answer."""
    if isinstance(part, list):
        return next((found for one in part if (found := find(one, id))), None)
    if not isinstance(part, dict):
        return None
    if part.get("id") == id:
        return part
    return find(list(part.values()), id)
