"""Files by link: whole, saved and not shown, and nobody else's."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.domain.access import Actor
from dashboard.results.reports import ReportFormat, ReportKind
from dashboard.services import reports
from tests.days import today
from tests.market_pages import SPLIT_AFTER, make_ledger, make_market
from tests.web import HTML, make_person, signed_in


def finished(server: Flask, owner: Actor, file_format: ReportFormat, name: str = "Mine") -> int:
    """A run of a report that is made."""
    with server.app_context():
        make_market(today())
        portfolio = make_ledger(owner, name, today())
        run = reports.request_report(owner, portfolio.id, ReportKind.PERFORMANCE, file_format)
        assert reports.make(run.id)
        return run.id


@pytest.mark.parametrize("file_format", list(ReportFormat))
def test_the_owner_downloads_a_report_that_opens(
    server: Flask, person: Actor, signed: FlaskClient, file_format: ReportFormat
) -> None:
    run = finished(server, person, file_format)
    response = signed.get(f"/reports/runs/{run}/file")
    assert response.status_code == 200
    assert response.content_type == file_format.media_type
    assert response.headers["Content-Disposition"].startswith("attachment; filename=mine-performance-")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if file_format is ReportFormat.XLSX:
        assert "Summary" in openpyxl.load_workbook(io.BytesIO(response.data)).sheetnames
    else:
        assert len(list(csv.reader(io.StringIO(response.get_data(as_text=True))))) > 10


def test_anothers_report_is_not_found_and_the_audit_trail_says_who_asked(
    server: Flask, person: Actor, signed: FlaskClient
) -> None:
    stranger = make_person(server, "stranger@example.org")
    run = finished(server, stranger, ReportFormat.CSV, "Theirs")
    response = signed.get(f"/reports/runs/{run}/file", headers=HTML)
    assert response.status_code == 404
    assert "Theirs" not in response.get_data(as_text=True)
    with server.app_context():
        (denied,) = db.session.scalars(select(AuditEntry).where(AuditEntry.result == "denied"))
        assert (denied.action, denied.user_id) == ("portfolio.denied", person.user_id)
    assert signed_in(server, stranger.email).get(f"/reports/runs/{run}/file").status_code == 200


def test_a_report_that_is_not_made_yet_and_one_that_never_was_are_not_found(
    server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        portfolio = make_ledger(person, "Mine", today())
        run = reports.request_report(person, portfolio.id, ReportKind.PERFORMANCE, ReportFormat.CSV)
    for path in (f"/reports/runs/{run.id}/file", "/reports/runs/987654321/file", "/reports/runs/x/file"):
        assert signed.get(path, headers=HTML).status_code == 404, path


@pytest.mark.parametrize("path", ["/reports/runs/1/file", "/i/AAA/prices.csv"])
def test_without_a_session_there_is_no_file(person: Actor, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=HTML).location == f"/sign-in?next={path}"


def test_prices_come_split_adjusted_or_as_traded(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        split = make_market(today())
    adjusted, traded = (_rows(signed, f"/i/BBB/prices.csv?adj={kind}") for kind in ("adjusted", "traded"))
    assert list(adjusted[0]) == ["date", "open", "high", "low", "close", "volume", "currency"]
    assert len(adjusted) == len(traded) > SPLIT_AFTER
    before = next(number for number, row in enumerate(traded) if row["date"] == split.isoformat()) - 1
    assert float(adjusted[before]["close"]) == pytest.approx(float(traded[before]["close"]) / 2)
    assert float(adjusted[before]["volume"]) == float(traded[before]["volume"]) * 2
    assert adjusted[-1] == traded[-1]


def test_prices_can_be_had_of_some_days_and_by_the_month(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        make_market(today())
    last = _rows(signed, "/i/AAA/prices.csv")[-1]["date"]
    some = _rows(signed, f"/i/AAA/prices.csv?tf=custom&from={last}&to={last}")
    assert [row["date"] for row in some] == [last]
    months = {row["date"][:7] for row in _rows(signed, "/i/AAA/prices.csv")}
    assert len(_rows(signed, "/i/AAA/prices.csv?iv=M")) == len(months)


@pytest.mark.parametrize("query", ["?from=yesterday&to=2024-99-99", "?iv=H&adj=%00", "?from=2024-02-01&to=2024-01-01"])
def test_a_query_that_means_nothing_does_no_harm(server: Flask, signed: FlaskClient, query: str) -> None:
    with server.app_context():
        make_market(today())
    assert signed.get(f"/i/AAA/prices.csv{query}").status_code == 200


def test_an_instrument_that_is_not_known_has_no_file(signed: FlaskClient) -> None:
    assert signed.get("/i/NOPE/prices.csv").status_code == 404
    assert signed.get("/i/..%2F..%2Fetc/prices.csv").status_code == 404


def _rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
