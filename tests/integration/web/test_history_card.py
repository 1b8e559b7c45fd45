"""The history on demand, from the page: asked for, followed, stopped, joined, and with Redis emptied meanwhile."""

from __future__ import annotations

from datetime import date

import pytest
import redis
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, Actor
from dashboard.queue import JobName, QueueName, queue
from dashboard.services import back_fills, market_data
from tests.days import days_ago, today
from tests.integration.web.forging import body
from tests.market_pages import make_ledger, make_market
from tests.web import Json, dispatch, open_page, signed_in

START, STOP = "px-fetch-id.data", "px-fetch-stopped.data"
FOLLOW = "..px-fetch-state.children...px-fetch-poll.disabled...px-fetch-stops.hidden.."
ADDRESS = {"path": "/i/AAA", "symbol": "AAA", "slug": ""}


@pytest.fixture
def signed(server: Flask, person: Actor) -> FlaskClient:
    """A person's browser; the person holds AAA, of which no provider knows anything."""
    with server.app_context():
        make_market(today())
        make_ledger(person, "Mine", today())
    return signed_in(server)


def call(app: Dash, client: FlaskClient, output: str, **values: Json) -> Json:
    """What a callback answers, by id."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    dotted = {
        "px-fetch.n_clicks": 1,
        "px-fetch-stop.n_clicks": 1,
        "address.data": ADDRESS,
        **{f"{name}.data": value for name, value in named.items()},
    }
    response = dispatch(client, body(app, output, dotted))
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["response"]


def follow(app: Dash, client: FlaskClient, back_fill_id: str) -> tuple[str, bool, bool]:
    """The words of the card; whether it is not polled, and whether nothing can be stopped."""
    found = call(app, client, FOLLOW, px_fetch_id=back_fill_id)
    flags = (found["px-fetch-poll"]["disabled"], found["px-fetch-stops"]["hidden"])
    return str(found["px-fetch-state"]["children"]), *flags


def test_the_page_asks_a_worker_and_shows_how_it_gets_on(
    dash_app: Dash, server: Flask, signed: FlaskClient, redis_client: redis.Redis
) -> None:
    page = open_page(signed, "/i/AAA").get_data(as_text=True)
    assert "Fetch history" in page and '"px-fetch-poll"' in page

    back_fill_id = call(dash_app, signed, START)["px-fetch-id"]["data"]
    again = call(dash_app, signed, START)["px-fetch-id"]["data"]
    assert again == back_fill_id
    (job,) = [one for one in queue(redis_client, QueueName.LOW).jobs if one.func_name == JobName.FETCH_HISTORY.value]
    assert list(job.args) == [back_fill_id, ["AAA"], "1927-12-30"]
    words, *flags = follow(dash_app, signed, back_fill_id)
    assert "Waiting for a worker." in words and flags == [False, False]

    with server.app_context():
        back_fills.run(back_fill_id, ["AAA"], back_fills.BEGINNING)
    words, *flags = follow(dash_app, signed, back_fill_id)
    assert "No price is new or different." in words and flags == [True, True]
    assert "AAA: no provider knows it; its prices come from files" in words


def test_a_series_that_failed_is_named_with_its_reason(dash_app: Dash, server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        market_data.ensure_instruments({"NOSUCH": "EUR"})
        db.session.commit()
        asked = back_fills.ask(SYSTEM, ["NOSUCH"])
        back_fills.run(asked.id, ["NOSUCH"], back_fills.BEGINNING)
    words, *flags = follow(dash_app, signed, asked.id)
    assert "NOSUCH: " in words and flags == [True, True]


def test_a_request_is_stopped_from_the_page(dash_app: Dash, signed: FlaskClient) -> None:
    back_fill_id = call(dash_app, signed, START)["px-fetch-id"]["data"]
    call(dash_app, signed, STOP, px_fetch_id=back_fill_id)
    words, *flags = follow(dash_app, signed, back_fill_id)
    assert "Stopped. What had come in stays." in words and flags == [True, True]


def test_of_a_request_that_redis_forgot_the_page_says_so_and_lets_one_ask_again(
    dash_app: Dash, signed: FlaskClient
) -> None:
    words, *flags = follow(dash_app, signed, "nothing-of-the-kind")
    assert "ask again" in words and flags == [True, True]


def test_what_has_an_old_price_is_asked_for_from_the_overview(
    dash_app: Dash, server: Flask, person: Actor, redis_client: redis.Redis
) -> None:
    end = days_ago(30)
    with server.app_context():
        make_market(end)
        slug = make_ledger(person, "Mine", end).slug
    client = signed_in(server)
    page = open_page(client, f"/p/{slug}").get_data(as_text=True)
    assert "Refresh prices" in page and '"ov-fetch-poll"' in page

    place = {"path": f"/p/{slug}", "slug": slug}
    response = dispatch(client, body(dash_app, "ov-fetch-id.data", {"address.data": place}))

    back_fill_id = response.get_json()["response"]["ov-fetch-id"]["data"]
    (job,) = [one for one in queue(redis_client, QueueName.LOW).jobs if one.func_name == JobName.FETCH_HISTORY.value]
    assert (job.args[0], "AAA" in job.args[1]) == (back_fill_id, True)
    assert date.fromisoformat(job.args[2]) <= days_ago(28)
