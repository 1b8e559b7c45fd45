"""Watchlists by the REST API: made, read with prices, put in order, noted and deleted, by their owner alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.api import PREFIX, RESOURCES
from dashboard.domain.access import SYSTEM
from dashboard.services import market_data
from tests.days import days_ago
from tests.web import csrf, make_person, signed_in


def call(client: FlaskClient, name: str, path: str = "", body: Any = None, *, status: int = 200) -> Any:
    """Call the address that is called ``name``; its answer, held against the OpenAPI model."""
    (resource,) = [resource for resource in RESOURCES if resource.name == name]
    response = client.open(f"{PREFIX}/watchlists{path}", method=resource.method, json=body, headers=csrf(client))
    assert response.status_code == status, response.get_data(as_text=True)
    if status < 300:
        resource.model.model_validate_json(response.data, strict=True)
    return response.get_json()


def test_a_list_is_made_changed_read_with_its_prices_and_deleted(server: Flask, signed: FlaskClient) -> None:
    prices = f"symbol,date,close,currency\nAAA,{days_ago(2)},100,EUR\nAAA,{days_ago(1)},125,EUR\n"
    with server.app_context():
        market_data.import_prices(SYSTEM, prices.encode(), "prices.csv")
    made = call(signed, "createWatchlist", "", {"name": "Tech", "symbols": ["AAA", "NEW"]})
    one = f"/{made['id']}"
    call(signed, "addWatchlistItems", f"{one}/items", {"symbols": ["BRK/B"]})
    call(signed, "noteWatchlistItem", f"{one}/items/BRK/B", {"note": "too dear"})
    call(signed, "removeWatchlistItem", f"{one}/items/NEW")
    order = {"items": [{"symbol": "BRK/B", "note": "dear"}, {"symbol": "AAA"}]}
    call(signed, "putWatchlistItems", f"{one}/items", order)
    changed = {"name": "Tech shares", "columns": ["note", "trend_90"], "position": 0}
    assert call(signed, "changeWatchlist", one, changed)["columns"] == ["trend_90", "note"]

    (listed,) = call(signed, "watchlists")
    assert (listed["name"], listed["items"][0]) == ("Tech shares", {"symbol": "BRK/B", "note": "dear"})
    new, priced = call(signed, "watchlist", one)["items"]
    assert (new["last_close"], new["closes"], new["note"]) == (None, [], "dear")
    assert "has not been looked up yet" in new["problem"]
    assert (priced["last_close"], priced["change"], priced["change_pct"]) == ("125", "25", 0.25)
    assert (priced["low_52_weeks"], priced["high_52_weeks"], priced["closes"]) == ("100", "125", ["100", "125"])

    assert call(signed, "deleteWatchlist", one) == {"id": made["id"]}
    assert call(signed, "watchlists") == []


@pytest.mark.parametrize(
    ("name", "path", "body", "status"),
    [
        ("createWatchlist", "", {}, 422),
        ("createWatchlist", "", {"name": "mine"}, 409),
        ("createWatchlist", "", {"name": "x" * 61}, 422),
        ("createWatchlist", "", {"name": "B", "symbols": ["a,b"]}, 422),
        ("changeWatchlist", "/{}", {"columns": ["nothing"]}, 422),
        ("changeWatchlist", "/{}", {"name": None, "position": -1}, 422),
        ("addWatchlistItems", "/{}/items", {"symbols": []}, 422),
        ("addWatchlistItems", "/{}/items", {"symbols": [f"S{number}" for number in range(201)]}, 422),
        ("putWatchlistItems", "/{}/items", {"items": ["AAA"]}, 422),
        ("noteWatchlistItem", "/{}/items/NONE", {"note": "x"}, 404),
        ("noteWatchlistItem", "/{}/items/AAA", {"note": "x" * 501}, 422),
        ("removeWatchlistItem", "/{}/items/NONE", None, 404),
        ("watchlist", "/99999999999999999999", None, 404),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(
    signed: FlaskClient, name: str, path: str, body: Any, status: int
) -> None:
    made = call(signed, "createWatchlist", "", {"name": "Mine", "symbols": ["AAA"]})
    assert call(signed, name, path.format(made["id"]), body, status=status)["detail"]
    (listed,) = call(signed, "watchlists")
    assert listed == made


def test_another_person_finds_nothing_and_a_write_without_the_token_is_refused(
    server: Flask, signed: FlaskClient
) -> None:
    made = call(signed, "createWatchlist", "", {"name": "Mine", "symbols": ["AAA"]})
    make_person(server, "other@example.org")
    stranger, one = signed_in(server, "other@example.org"), f"/{made['id']}"
    for name, path, body in (
        ("watchlist", one, None),
        ("changeWatchlist", one, {"name": "Theirs"}),
        ("deleteWatchlist", one, None),
        ("putWatchlistItems", f"{one}/items", {"items": []}),
        ("addWatchlistItems", f"{one}/items", {"symbols": ["B"]}),
        ("noteWatchlistItem", f"{one}/items/AAA", {"note": "x"}),
        ("removeWatchlistItem", f"{one}/items/AAA", None),
    ):
        call(stranger, name, path, body, status=404)
    assert call(stranger, "watchlists") == []
    assert signed.delete(f"{PREFIX}/watchlists{one}").status_code == 403
    assert call(signed, "watchlists") == [made]
