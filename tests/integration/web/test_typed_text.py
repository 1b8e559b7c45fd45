"""Text that people (or programs) type where a word was expected: refused or kept as it is, never a fault."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from dashboard.services import portfolios
from tests.integration.web.forging import ADDRESS, body, served
from tests.web import HTML, PASSWORD, Json, csrf, dispatch, form_token

NESTED = b'{"output":"view.data","inputs":' + b"[" * 200_000
BROKEN = "\ud83d"  # half a character: no text that UTF-8 could hold
TEXTS = (
    "", " ", "\x00", "a\x00b", "x" * 5_000, "é\u202e\ufeff", "<script>alert(1)</script>", "=1+1", "' or 1=1 --", "🦆",
    "-1", "1e999", "NaN", "Infinity", "0x10", "١٢", "9" * 400, "2024-02-30", "0000-00-00", "9999-12-31", "..", "%00",
    "\r\nSet-Cookie: x=1", BROKEN,
)  # fmt: skip
Call = Callable[..., Json]


@pytest.fixture
def call(dash_app: Dash, server: Flask, person: Actor, signed: FlaskClient) -> Call:
    """Call the callback whose name has ``part`` in it, from one's own portfolio."""
    with server.app_context():
        portfolios.create_portfolio(person, "Mine", "EUR")

    def run(part: str, values: Json) -> Json:
        named = re.compile(rf"(^|\.){re.escape(part)}(@|\.\.|$)")
        (output,) = filter(named.search, served(dash_app))
        response = dispatch(signed, body(dash_app, output, {ADDRESS: {"slug": "mine"}, **values}))
        assert response.status_code < 500, f"{part} {str(values)[:200]}: {response.get_data(as_text=True)[:300]}"
        return response.get_json()

    return run


@pytest.mark.parametrize("field", ["email", "password", "next", "csrf_token"])
def test_whatever_is_typed_into_the_sign_in_form_is_answered(person: Actor, client: FlaskClient, field: str) -> None:
    form = {"csrf_token": form_token(client), "email": "nobody@example.org", "password": PASSWORD}
    for number, text in enumerate(TEXTS):
        typed = {**form, field: text.encode(errors="surrogatepass")}
        address = {"REMOTE_ADDR": f"127.0.1.{number}"}
        response = client.post("/sign-in", data=typed, headers=HTML, environ_overrides=address)
        assert response.status_code in {401, 403, 422, 429}, f"{field} {text[:20]!r}: {response.status_code}"
        assert "Set-Cookie: x" not in str(response.headers)


def test_whatever_names_a_portfolio_is_kept_or_refused(call: Call) -> None:
    for text in TEXTS:
        for field in ("new-name.value", "new-currency.value"):
            call("new-go.href", {"new-name.value": "Another", "new-currency.value": "EUR", field: text})


def test_whatever_is_typed_into_a_report_is_kept_or_refused(call: Call) -> None:
    asked = {"report-portfolio.value": "mine", "report-create.n_clicks": 1}
    for text in TEXTS:
        for field in ("report-portfolio", "report-span", "report-from", "report-to", "report-format", "report-kind"):
            given = {"report-span.value": "custom", "report-from.value": "2024-01-01", f"{field}.value": text}
            call("report-panel.is_open", {**asked, "report-to.value": "2024-12-31", **given})


@pytest.mark.parametrize("kind", ["buy", "exchange"])
def test_whatever_is_typed_into_a_row_is_kept_or_refused(call: Call, kind: str) -> None:
    row = {"id": "new-1", "version": 0, "date": "2024-02-02", "type": kind, "symbol": "AAA", "currency": "EUR"}
    shapes = {
        "buy": {"quantity": "2", "price": "10"},
        "exchange": {"symbol": "", "amount": "5", "target_amount": "6", "target_currency": "USD"},
    }
    fields = (
        "date", "type", "symbol", "quantity", "price", "currency", "fee", "tax", "amount", "fx_rate", "cash_currency",
        "account", "settle_date", "note", "external_id", "target_amount", "target_currency", "ratio", "id",
    )  # fmt: skip
    for field in fields:
        rows = [
            row | shapes[kind] | {"id": f"new-{number}", field: text}
            for number, text in enumerate(TEXTS)
            if text != BROKEN
        ]
        call("tx-checked.data", {"tx-check.data": {"serial": 1, "rows": rows}})
        for one in rows[2:18:3]:
            call("tx-saved.data", {"tx-save.data": {"serial": 1, "rows": [one], "deleted": []}})


def test_a_call_that_cannot_be_read_is_refused_in_words(signed: FlaskClient) -> None:
    for raw in (NESTED, b"{", b"\xff\xfe", b'{"output": "x\x00"}', b"[" * 100 + b"]" * 100, b"NaN"):
        headers = csrf(signed) | {"Content-Type": "application/json"}
        response = signed.post("/_dash-update-component", data=raw, headers=headers)
        assert response.status_code in {404, 422}, f"{raw[:20]!r}: {response.status_code}"
        assert response.get_json()["detail"]
