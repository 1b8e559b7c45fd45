"""The pages of instruments and reports as the server gives them: what is on them, and what is nobody else's."""

from __future__ import annotations

import json
import re

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.models.audit import AuditEntry
from dashboard.db.repositories import reports as report_rows
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import InsufficientData
from dashboard.results.reports import ReportFormat, ReportKind, RunState
from dashboard.services import instrument_positions, market_data, reports
from dashboard.services.leases import MOST_ATTEMPTS
from pages.instrument.indicator_menu import USUAL
from tests.days import today
from tests.factories import make_instrument
from tests.market_pages import make_ledger, make_market
from tests.web import Json, dispatch, make_person, open_page

REDRAWN = (
    ("px-chart", "figure"), ("px-label", "aria-label"), ("px-change", "children"), ("px-table", "children"),
    ("px-csv", "href"), ("px-figure", "className"), ("px-ind-count", "children"), ("px-figure", "hidden"),
    ("px-table", "hidden"), ("px-days", "hidden"),
)  # fmt: skip
CREATED = (("report-panel", "is_open"), ("report-error", "children"), ("report-changed", "data"))


@pytest.fixture
def mine(server: Flask, person: Actor) -> PortfolioId:
    """The person's portfolio over the small market; its id."""
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today()).id


def redraw(client: FlaskClient, symbol: str, search: str = "", slug: str = "") -> Json:
    """What the chart's callback answers."""
    address = {"path": f"/i/{symbol}", "symbol": symbol, "slug": slug}
    inputs = [_value("view", "data", search)]
    response = dispatch(client, _body(REDRAWN, inputs, [_value("address", "data", address)]))
    return response.get_json() | {"status": response.status_code}


def create(client: FlaskClient, **choices: object) -> tuple[int, Json]:
    """Press "Create report" with these choices."""
    chosen = {
        "portfolio": "mine",
        "kind": "performance",
        "span": "all",
        "from": "",
        "to": "",
        "format": "csv",
        "mail": False,
    } | choices
    state = [_value(f"report-{name}", "value", value) for name, value in chosen.items()]
    response = dispatch(client, _body(CREATED, [_value("report-create", "n_clicks", 1)], state))
    return response.status_code, response.get_json()


def test_the_page_has_price_position_trades_and_facts(signed: FlaskClient, mine: PortfolioId) -> None:
    text = open_page(signed, "/i/AAA").get_data(as_text=True)
    for words in ("Held", "My position", "My trades", "52-week range", "Average volume, 30 d", "px-chart"):
        assert words in text, words
    assert '"data-symbol":"AAA"' in text and '"data-currency":"EUR"' in text
    assert '"live-source"' in text and '"symbols":["AAA"]' in text


def test_ones_own_trades_are_marked_in_units_of_today(signed: FlaskClient, mine: PortfolioId) -> None:
    labels = _labels(redraw(signed, "BBB", "?tf=MAX"))
    assert "<b>B 20</b>" in labels, "10 bought before the 2-for-1 split"
    assert "<b>B 10</b>" in _labels(redraw(signed, "BBB", "?tf=MAX&adj=traded"))
    assert {"<b>B 100</b>", "<b>S 40</b>"} <= set(_labels(redraw(signed, "AAA", "?tf=MAX")))


def test_the_address_decides_interval_style_days_and_form(signed: FlaskClient, mine: PortfolioId) -> None:
    daily = redraw(signed, "AAA", "?tf=MAX")["response"]
    assert daily["px-chart"]["figure"]["data"][-3]["type"] == "candlestick"
    monthly = redraw(signed, "AAA", "?tf=MAX&iv=M&style=line")["response"]
    lines = [trace for trace in monthly["px-chart"]["figure"]["data"] if trace.get("name") == "Close"]
    assert len(lines[0]["x"]) == len({day[:7] for day in lines[0]["x"]})
    table = redraw(signed, "AAA", "?as=table")["response"]
    assert (table["px-figure"]["hidden"], table["px-table"]["hidden"]) == (True, False)
    assert "px-days" in table and redraw(signed, "AAA", "?tf=custom")["response"]["px-days"]["hidden"] is False


@pytest.mark.parametrize("search", ["?tf=1D", "?tf=5D", "?tf=YTD", "?tf=5Y", "?iv=X&style=Y&as=Z", "?from=x&to=y"])
def test_any_view_is_drawn(signed: FlaskClient, mine: PortfolioId, search: str) -> None:
    drawn = redraw(signed, "AAA", search)
    assert drawn["status"] == 200
    assert drawn["response"]["px-chart"]["figure"]["layout"]["annotations"]


def test_a_card_that_cannot_be_made_says_why_and_the_others_stay(
    signed: FlaskClient, mine: PortfolioId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InsufficientData("There is no rate from USD to EUR.")

    monkeypatch.setattr(instrument_positions, "positions_in", refuse)
    response = open_page(signed, "/i/AAA")
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "There is no rate from USD to EUR." in text and "px-chart" in text and "Key facts" in text
    drawn = redraw(signed, "AAA")["response"]
    assert "There is no rate from USD to EUR." in drawn["px-label"]["aria-label"]


def test_days_without_prices_are_said_to_have_none(signed: FlaskClient, mine: PortfolioId) -> None:
    drawn = redraw(signed, "AAA", "?tf=custom&from=2001-01-01&to=2001-02-01")["response"]
    assert "There are no prices" in drawn["px-label"]["aria-label"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (InstrumentState.UNRESOLVED, "has not been looked up yet"),
        (InstrumentState.NOT_FOUND, "No provider knows"),
        (InstrumentState.NOT_FOUND, "Edit asks for it by another symbol"),
        (InstrumentState.ACTIVE, "No provider has sent a price"),
    ],
)
def test_an_instrument_without_prices_says_why(
    server: Flask, signed: FlaskClient, state: InstrumentState, words: str
) -> None:
    with server.app_context():
        make_instrument("DDD", state=state)
    text = open_page(signed, "/i/DDD").get_data(as_text=True)
    assert "No prices yet" in text and words in text
    assert "px-chart" not in text


@pytest.mark.parametrize(
    "code",
    [
        "provider_unavailable",
        "rate_limited",
        "provider_refused",
        "currency_mismatch",
        "left_out",
        "no_prices",
        "shortened",
    ],
)
def test_why_the_last_refresh_failed_is_on_its_page_and_in_the_list(
    server: Flask, signed: FlaskClient, mine: PortfolioId, code: str
) -> None:
    reason = f"The source said {code} at <noon>."
    with server.app_context():
        values = {"problem_code": code, "problem": reason}
        db.session.execute(update(InstrumentRow).where(InstrumentRow.symbol == "AAA").values(values))
        db.session.commit()
    for path in ("/i/AAA", "/instruments"):
        assert reason in str(open_page(signed, path).get_json()), path


def test_an_instrument_that_is_not_known_is_not_found(signed: FlaskClient) -> None:
    assert open_page(signed, "/i/NOPE").status_code == 404
    assert redraw(signed, "NOPE")["status"] == 404


def test_anothers_position_and_trades_are_on_no_page_of_mine(server: Flask, signed: FlaskClient) -> None:
    stranger = make_person(server, "stranger@example.org")
    with server.app_context():
        make_market(today())
        theirs = make_ledger(stranger, "Theirs", today())
    text = open_page(signed, "/i/AAA").get_data(as_text=True)
    assert "In none of your portfolios" in text and "Theirs" not in text and "Held" not in text
    assert "<b>B 100</b>" not in _labels(redraw(signed, "AAA", "?tf=MAX", slug=theirs.slug))
    assert "Held" not in open_page(signed, "/instruments").get_data(as_text=True).replace(
        '["held","Held"]', ""
    ).replace('"label":"Held"', "").replace('"Held":"acc"', "")


def test_the_list_is_searched_filtered_and_counted(
    server: Flask, signed: FlaskClient, person: Actor, mine: PortfolioId
) -> None:
    with server.app_context():
        assert instrument_positions.held_symbols(person) == {"AAA", "BBB", "CCC"}
        make_instrument("DDD", name="100% Sure_Thing", state=InstrumentState.NOT_FOUND)
        every = market_data.list_instruments(person)
        assert ([row.symbol for row in every.rows], every.total) == (["CCC", "DDD", "AAA", "BBB"], 4)
        assert market_data.list_instruments(person, limit=1).total == 4
        assert [row.symbol for row in market_data.list_instruments(person, "0% sure_").rows] == ["DDD"]
        assert market_data.list_instruments(person, "%%").total == 0
        troubled = market_data.list_instruments(person, troubled=True)
        assert [row.symbol for row in troubled.rows] == ["CCC", "DDD"]
        assert market_data.list_instruments(person, symbols=[]).total == 0
    assert "No stored symbol" in open_page(signed, "/instruments", "?q=zzz").get_data(as_text=True)
    held = open_page(signed, "/instruments", "?show=held").get_data(as_text=True)
    assert "BBB" in held and "DDD" not in held


def test_facts_of_the_year_are_split_adjusted(server: Flask, mine: PortfolioId) -> None:
    with server.app_context():
        facts = market_data.price_facts("BBB")
        bars = market_data.bars("BBB")
        assert facts.year_high == pytest.approx(bars.close[-1] + 0.5, abs=0.01)
        assert facts.year_low is not None and facts.year_low < bars.close[-1] - 5
        assert (facts.last_volume, facts.average_volume) == (2000.0, 2000.0)
        assert len(facts.splits) == 1
        make_instrument("DDD")
        assert market_data.price_facts("DDD").year_high is None


def test_a_report_is_asked_for_watched_and_offered(
    server: Flask, signed: FlaskClient, person: Actor, mine: PortfolioId
) -> None:
    assert "No reports yet" in open_page(signed, "/reports").get_data(as_text=True)
    status, answer = create(signed, span="ytd", format="xlsx")
    assert (status, answer["response"]["report-panel"]["is_open"]) == (200, False)
    waiting, idle = _refreshed(signed)
    assert "Waiting" in waiting and idle is False
    with server.app_context():
        (run,) = reports.list_runs(person)
        assert (run.format, run.period_from) == (ReportFormat.XLSX, today().replace(month=1, day=1))
        claimed = report_rows.claim(run.id, 60, MOST_ATTEMPTS)
        assert claimed is not None and report_rows.set_progress(claimed, 0.5, "Listing the holdings", 60)
    running, idle = _refreshed(signed)
    assert "Running" in running and "50% · Listing the holdings" in running and "progressbar" in running
    assert idle is False
    with server.app_context():
        assert report_rows.release(claimed, "")
        assert reports.make(run.id)
    done, idle = _refreshed(signed)
    assert "Finished" in done and f"/reports/runs/{run.id}/file" in done and idle is True


def test_without_a_mail_server_the_tick_box_is_off_and_says_why(signed: FlaskClient, mine: PortfolioId) -> None:
    text = open_page(signed, "/reports/new").get_data(as_text=True)
    assert "This installation has no mail server" in text
    (box,) = re.findall(r'{[^{}]*"id":"report-mail"[^{}]*}', text)
    assert json.loads(box)["disabled"] is True


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"span": "custom"}, "Enter the first and the last day"),
        ({"span": "custom", "from": "2024-05-01", "to": "2024-01-01"}, "ends before it starts"),
        ({"span": "custom", "from": "31.12.2024", "to": "2024-01-01"}, "is not a date"),
        ({"span": "eternity"}, "Choose a period"),
        ({"format": "exe"}, "There is no format exe"),
        ({"mail": True}, "has no mail server"),
    ],
)
def test_what_is_wrong_is_said_in_the_panel(
    server: Flask, signed: FlaskClient, person: Actor, mine: PortfolioId, choices: dict[str, object], words: str
) -> None:
    status, answer = create(signed, **choices)
    assert status == 200 and words in answer["response"]["report-error"]["children"]
    with server.app_context():
        assert reports.list_runs(person) == ()


def test_a_report_of_anothers_portfolio_is_refused_and_audited(
    server: Flask, signed: FlaskClient, mine: PortfolioId
) -> None:
    stranger = make_person(server, "stranger@example.org")
    with server.app_context():
        theirs = make_ledger(stranger, "Theirs", today())
    status, _ = create(signed, portfolio=theirs.slug)
    assert status == 404
    with server.app_context():
        assert reports.list_runs(stranger) == ()
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()


def test_a_failed_report_says_why_and_is_made_again_for_its_owner_alone(
    dash_app: Dash, server: Flask, signed: FlaskClient, person: Actor, mine: PortfolioId
) -> None:
    stranger = make_person(server, "stranger@example.org")
    with server.app_context():
        runs = [_failed(person, mine), _failed(stranger, make_ledger(stranger, "Theirs", today()).id)]
    text, _ = _refreshed(signed)
    assert "The disk is full" in text and "Run again" in text and "Theirs" not in text
    assert [_again(dash_app, signed, run) for run in runs] == [200, 404]
    with server.app_context():
        assert [run.state for run in reports.list_runs(person)] == [RunState.QUEUED, RunState.FAILED]
        assert len(reports.list_runs(stranger)) == 1
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()


def _failed(owner: Actor, portfolio_id: PortfolioId) -> int:
    run = reports.request_report(SYSTEM, portfolio_id, ReportKind.PERFORMANCE, ReportFormat.CSV)
    claimed = report_rows.claim(run.id, 60, MOST_ATTEMPTS)
    assert claimed is not None and report_rows.fail(claimed, "The disk is full.")
    assert [item.id for item in reports.list_runs(owner)] == [run.id]
    return run.id


def _again(app: Dash, client: FlaskClient, run: int) -> int:
    name = next(name for name in app.callback_map if name.startswith("report-changed.data@"))
    button = {"report": "again", "run": str(run)}
    body = {
        "output": name,
        "outputs": {"id": "report-changed", "property": name.partition(".")[2]},
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "changedPropIds": [f'{{"report":"again","run":"{run}"}}.n_clicks'],
    }
    return dispatch(client, body).status_code


def _refreshed(client: FlaskClient) -> tuple[str, bool]:
    """The history as text, and whether nothing is being waited for."""
    inputs = [
        _value("report-poll", "n_intervals", 1),
        _value("report-changed", "data", None),
        _value("view", "data", ""),
    ]
    response = dispatch(client, _body((("report-history", "children"), ("report-poll", "disabled")), inputs, []))
    answer = response.get_json()["response"]
    return json.dumps(answer, ensure_ascii=False), answer["report-poll"]["disabled"]


def _labels(answer: Json) -> list[str]:
    return [note["text"] for note in answer["response"]["px-chart"]["figure"]["layout"]["annotations"]]


def _value(id: str, property: str, value: object) -> Json:
    return {"id": id, "property": property, "value": value}


def _body(outputs: tuple[tuple[str, str], ...], inputs: list[Json], state: list[Json]) -> Json:
    return {
        "output": f"..{'...'.join(f'{id}.{property}' for id, property in outputs)}..",
        "outputs": [{"id": id, "property": property} for id, property in outputs],
        "inputs": inputs,
        "state": state,
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }


def test_indicators_of_the_address_are_drawn_and_what_it_misspells_is_left_out(signed: FlaskClient, mine: int) -> None:
    answer = redraw(signed, "AAA", "?ind=sma-50,rsi-14,macd,sma-0,nonsense,sma-50")["response"]
    figure = answer["px-chart"]["figure"]
    names = [trace.get("name") for trace in figure["data"]]
    assert names.count("SMA 50") == 1
    assert {"RSI 14", "MACD", "Signal", "Histogram"} <= set(names)
    assert (answer["px-figure"]["className"], answer["px-ind-count"]["children"]) == ("panes-2", "3")
    assert figure["layout"]["yaxis"]["domain"][0] == pytest.approx(0.34)
    average = next(trace for trace in figure["data"] if trace.get("name") == "SMA 50")
    assert None not in average["y"]  # the bars before the year warm it up
    assert "RSI 14" in answer["px-label"]["aria-label"]


def test_every_indicator_at_once_is_drawn_and_no_more_than_four_panes(signed: FlaskClient, mine: int) -> None:
    answer = redraw(signed, "AAA", f"?ind={','.join(USUAL)}")["response"]
    layout = answer["px-chart"]["figure"]["layout"]
    assert sorted(key for key in layout if key.startswith("yaxis")) == [f"yaxis{n}" for n in ("", 2, 3, 4, 5, 6)]
    assert answer["px-figure"]["className"] == "panes-4"
    assert answer["px-ind-count"]["children"] == "19"


def test_the_menu_ticks_what_the_address_names_whatever_its_parameters(signed: FlaskClient, mine: int) -> None:
    text = open_page(signed, "/i/AAA", "?ind=sma-33").get_data(as_text=True)
    assert '"sma-33"' in text
    assert "Ichimoku cloud" in text
