"""What is not one's own is not there: without a session nothing is, and with one only what belongs to its person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import imports, portfolios, reports, transactions, watchlists
from dashboard.web.page import pages
from tests.factories import ledger_file
from tests.integration.web.forging import ADDRESS, body, served, takes
from tests.web import HTML, ROUTER, Json, dispatch, make_person, open_page

OPEN = {
    "/healthz", "/readyz", "/metrics", "/sign-in", "/set-up", "/favicon.ico", "/_favicon.ico",
    "/assets/<path:filename>", "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    "/api/v1/health", "/api/openapi.json", "/embed/<kind>/<key>", "/embed/<kind>/<key>/data",
}  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
# Callbacks that name no object that could be another's; a new one has to be put here, or it is tried.
OWN_OBJECTS_ALONE = {
    ROUTER,  # the layouts of pages: tried by their paths
    "_pages_dummy.children",
    "..new-go.href...new-error.children..",
    "..watchlist-new-go.href...watchlist-new-error.children..",
    "..instruments-body.children...instruments-count.children..",
    "..report-history.children...report-poll.disabled..",
}
OF_INSTRUMENTS = "px-chart.figure"
# Findings are of prices, which are everybody's; who sees and decides what is tried in test_quality_page.
OF_PRICES = "quality-"
# Instruments are everybody's too; who may change one is tried in test_instrument_panel.
OF_SEARCHES, OF_THE_PANEL = "find-", "ie-"
# Histories are of instruments, which are everybody's; a request is known by its random name alone.
OF_HISTORIES = ("px-fetch-id", "-fetch-state", "-fetch-stopped")
# Another's list that is ticked on an instrument's page is tried in test_watchlists_page.
OF_LISTS = "px-watch"
Call = Callable[..., TestResponse]
LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      AAA     10        100    -
"""


@dataclass(frozen=True)
class Belongings:
    """A person's portfolio and what hangs on it."""

    portfolio: PortfolioRef
    batch: int
    row: int
    version: int
    run: int
    watchlist: int


def _belongings(person: Actor, name: str) -> Belongings:
    portfolio = portfolios.create_portfolio(person, name, "EUR")
    batch = imports.commit(person, portfolio.id, ledger_file(LEDGER), "ledger.csv").batch_id
    assert batch is not None
    row = transactions.list_transactions(person, portfolio.id).rows[0]
    run = reports.request_report(person, portfolio.id, "performance", "csv")
    watched = watchlists.create(person, name, ["AAA"])
    return Belongings(portfolio, batch, row.id, row.version, run.id, watched.id)


@pytest.fixture
def theirs(server: Flask) -> Belongings:
    """What another person has, an administrator's own included."""
    other = make_person(server, "other@example.org")
    with server.app_context():
        return _belongings(other, "Theirs")


@pytest.fixture
def mine(server: Flask, person: Actor) -> Belongings:
    """What the person at the browser has."""
    with server.app_context():
        return _belongings(person, "Mine")


def _filled(path: str, of: Belongings) -> str:
    """The address of a page with what belongs to somebody in the place of its variables."""
    own = {"<slug>": of.portfolio.slug, "<watchlist_id>": str(of.watchlist), "<symbol>": "AAA"}
    for name, value in own.items():
        path = path.replace(name, value)
    return path


def _denials(server: Flask, person: Actor) -> list[str]:
    with server.app_context():
        query = select(AuditEntry).where(AuditEntry.result == "denied", AuditEntry.user_id == person.user_id)
        return [f"{row.action} {row.object_type} {row.object_id}" for row in db.session.scalars(query)]


@contextmanager
def denied_once(server: Flask, person: Actor, what: str) -> Iterator[None]:
    """Within it, ``person`` is refused exactly once, and the audit trail says so."""
    before = len(_denials(server, person))
    yield
    added = _denials(server, person)[before:]
    assert len(added) == 1, f"{what}: {added}"


def test_without_a_session_no_route_answers_to_any_method(
    dash_app: Dash, theirs: Belongings, client: FlaskClient
) -> None:
    named = {"slug": theirs.portfolio.slug, "run_id": str(theirs.run), "symbol": "AAA"}
    named |= {"portfolio_id": str(theirs.portfolio.id), "watchlist_id": str(theirs.watchlist)}
    for rule, method in product(dash_app.server.url_map.iter_rules(), METHODS):
        if rule.rule in OPEN:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: named.get(found[1], "x"), rule.rule)
        response = client.open(path, method=method)
        assert response.status_code == 401, f"{method} {path}: {response.status_code}"
        assert "Theirs" not in response.get_data(as_text=True)


def test_without_a_session_pages_lead_to_sign_in_and_their_layouts_are_refused(
    dash_app: Dash, theirs: Belongings, client: FlaskClient
) -> None:
    assert pages(dash_app.server)
    for page in pages(dash_app.server):
        path = _filled(page.path, theirs)
        assert client.get(path, headers=HTML).location.startswith("/sign-in"), path
        assert open_page(client, path).status_code == 401, path


def test_without_a_session_no_callback_runs(dash_app: Dash, theirs: Belongings, client: FlaskClient) -> None:
    address = {ADDRESS: {"slug": theirs.portfolio.slug}}
    for output in served(dash_app):
        assert dispatch(client, body(dash_app, output, address)).status_code == 401, output


def test_another_ones_pages_are_not_found_and_each_try_is_recorded_once(
    server: Flask, dash_app: Dash, person: Actor, theirs: Belongings, signed: FlaskClient
) -> None:
    for page in pages(server):
        if not page.of_portfolio and "<watchlist_id>" not in page.path:
            continue
        path = _filled(page.path, theirs)
        with denied_once(server, person, path):
            assert signed.get(path, headers=HTML).status_code == 404, path
        with denied_once(server, person, f"layout of {path}"):
            response = open_page(signed, path)
        assert response.status_code == 404, path
        nobodys = page.path.replace("<slug>", "nowhere").replace("<watchlist_id>", "0")
        assert response.get_data() == open_page(signed, nobodys).get_data(), path


def test_ones_own_pages_are_shown_even_where_nothing_has_a_price(
    server: Flask, mine: Belongings, signed: FlaskClient
) -> None:
    for page in pages(server):
        path = _filled(page.path, mine)
        assert open_page(signed, path).status_code == 200, path


def test_every_callback_that_names_a_portfolio_refuses_another_ones(
    server: Flask, dash_app: Dash, person: Actor, theirs: Belongings, signed: FlaskClient
) -> None:
    tried = 0
    values: dict[str, Json] = {
        ADDRESS: {"path": "/", "slug": theirs.portfolio.slug, "watchlist_id": str(theirs.watchlist)},
        "report-portfolio.value": theirs.portfolio.slug,
        "import-undo.data": {"batch": theirs.batch},
    }
    for output, entry in served(dash_app).items():
        if output in OWN_OBJECTS_ALONE or OF_INSTRUMENTS in output or '"run"' in str(entry["inputs"]):
            continue
        if any(part in output for part in (OF_PRICES, *OF_HISTORIES, OF_SEARCHES, OF_THE_PANEL, OF_LISTS)):
            continue
        assert takes(entry, ADDRESS) or takes(entry, "report-portfolio.value"), f"{output} is in no list"
        with denied_once(server, person, output):
            response = dispatch(signed, body(dash_app, output, values))
        assert response.status_code == 404, f"{output}: {response.status_code}"
        tried += 1
    assert tried >= 10


def test_ids_of_another_one_in_a_body_of_ones_own_portfolio_are_refused(
    server: Flask, dash_app: Dash, person: Actor, mine: Belongings, theirs: Belongings, signed: FlaskClient
) -> None:
    typed = {"date": "2024-01-03", "type": "buy", "symbol": "AAA", "quantity": "1", "price": "1", "currency": "EUR"}
    row = {"id": str(theirs.row), "version": theirs.version, **typed}
    run = {"report": "again", "run": str(theirs.run), "place": "row"}
    calls: list[tuple[str, dict[str, Json]]] = [
        ("import-undone.data", {"import-undo.data": {"batch": theirs.batch}}),
        ("tx-saved.data", {"tx-save.data": {"serial": 1, "rows": [], "deleted": [str(theirs.row)]}}),
        ("tx-saved.data", {"tx-save.data": {"serial": 1, "rows": [row], "deleted": []}}),
        ("tx-checked.data", {"tx-check.data": {"serial": 1, "rows": [row]}}),
        ("report-changed.data@", {}),
    ]
    for wanted, values in calls:
        (output,) = [name for name in served(dash_app) if wanted in name]
        call = body(dash_app, output, {ADDRESS: {"slug": mine.portfolio.slug}, **values})
        if not values:
            call["inputs"] = [[{"id": run, "property": "n_clicks", "value": 1}]]
            call["changedPropIds"] = [f'{{"place":"row","report":"again","run":"{theirs.run}"}}.n_clicks']
        with denied_once(server, person, wanted):
            response = dispatch(signed, call)
        assert response.status_code == 404, f"{output}: {response.status_code} {response.get_data(as_text=True)}"
    with server.app_context():
        assert transactions.ledger(theirs.portfolio.id)[1].quantity == 10


def test_another_ones_files_are_not_given(
    server: Flask, person: Actor, theirs: Belongings, signed: FlaskClient
) -> None:
    slug = theirs.portfolio.slug
    with server.app_context():
        assert reports.make(theirs.run)
    live = f"/live/portfolios/{theirs.portfolio.id}"
    for path in (f"/reports/runs/{theirs.run}/file", f"/p/{slug}/transactions.csv", live):
        with denied_once(server, person, path):
            response = signed.get(path)
        assert response.status_code == 404
        assert "Theirs" not in response.get_data(as_text=True)
    assert b"Theirs" not in signed.get("/_dash-layout").data
    assert b"Theirs" not in open_page(signed, "/reports").data


def test_what_is_another_ones_is_refused_in_the_words_for_what_does_not_exist(
    theirs: Belongings, mine: Belongings, signed: FlaskClient
) -> None:
    def told(path: str, key: object) -> str:
        detail = signed.get(path.format(key)).get_json()["detail"]
        return str(detail).replace(str(key), "…")

    for path, key, nobodys in (
        ("/reports/runs/{}/file", theirs.run, theirs.run + mine.run + 1),
        ("/p/{}/transactions.csv", theirs.portfolio.slug, "nowhere"),
        ("/live/portfolios/{}", theirs.portfolio.id, theirs.portfolio.id + mine.portfolio.id),
    ):
        assert told(path, key) == told(path, nobodys)


@pytest.fixture
def call(dash_app: Dash, signed: FlaskClient, mine: Belongings) -> Call:
    """Call a callback with these values, from one's own portfolio, with ``parts`` of the body put in its place."""

    def run(output: str, values: Json, **parts: Json) -> TestResponse:
        address = {"slug": mine.portfolio.slug, "watchlist_id": str(mine.watchlist)}
        own = {ADDRESS: address, "import-undo.data": {"batch": mine.batch + 1_000}}
        return dispatch(signed, body(dash_app, output, {**own, **values}) | parts)

    return run


def test_an_address_that_no_page_has_is_refused_in_words(dash_app: Dash, call: Call) -> None:
    slugs: tuple[Json, ...] = (None, 7, {"a": 1}, "\x00", "é" * 9)
    addresses: list[Json] = [None, [], "x", 7, {}, *({"slug": slug} for slug in slugs)]
    for given in addresses:
        for output, entry in served(dash_app).items():
            if takes(entry, ADDRESS):
                response = call(output, {ADDRESS: given})
                assert response.status_code in {404, 422}, f"{given} {output}: {response.status_code}"


def test_what_no_page_would_send_never_ends_in_a_fault_of_the_server(dash_app: Dash, call: Call) -> None:
    lists: tuple[Json, ...] = ({"rows": 7}, {"rows": [7]}, {"rows": [{}], "deleted": 7}, {"deleted": [1.5]})
    for given in (None, [], "x", 7, True, {"batch": 2**63}, *lists):
        for output, entry in served(dash_app).items():
            if output != ROUTER:
                values = {f"{part['id']}.{part['property']}": given for part in (*entry["inputs"], *entry["state"])}
                values.pop(ADDRESS, None)
                response = call(output, values)
                assert response.status_code < 500, f"{given} {output}: {response.get_data(as_text=True)[:300]}"


def test_a_call_with_parts_missing_is_refused_in_words(dash_app: Dash, call: Call) -> None:
    broken: dict[str, tuple[Json, ...]] = {
        "inputs": ([], [7], [{}]),
        "state": ([], [[7]]),
        "changedPropIds": ([7], []),
        "outputs": (7, [{}]),
    }
    for output, (part, values) in product(served(dash_app), broken.items()):
        for value in values:
            response = call(output, {}, **{part: value})
            assert response.status_code < 500, f"{part} {value} {output}: {response.get_data(as_text=True)[:300]}"


def test_a_report_of_an_impossible_number_is_not_found(signed: FlaskClient) -> None:
    for number in (0, 2**31, 2**63, 10**40):
        assert signed.get(f"/reports/runs/{number}/file").status_code == 404
