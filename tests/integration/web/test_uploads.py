"""Files in and out of a ledger over HTTP: what is taken, what is refused and how, and that nothing is half-written."""

from __future__ import annotations

import gc
import io
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
from dashboard.domain.transactions import TransactionType
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.portfolios import PortfolioRef
from dashboard.runtime import redis_client
from dashboard.services import imports, portfolios, transactions
from tests.factories import ledger_file
from tests.web import csrf, make_person

GOOD = ledger_file("""
    date        type     symbol  quantity  price  currency  amount
    2024-01-02  deposit  -       -         -      EUR       5000
    2024-01-03  buy      AAA     10        100    EUR       -
    2024-02-01  sell     AAA     4         120    EUR       -
""")
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
NINE_AND_ONE = b"date,type,amount,currency\n" + b"".join(
    f"2024-01-{day:02},deposit,{'abc' if day == 7 else 100 + day},EUR\n".encode() for day in range(1, 11)
)


class Endless(io.RawIOBase):
    """A body that counts how much of it was read."""

    def __init__(self, head: bytes = b"", size: int = 10**9) -> None:
        self.head, self.size, self.taken = head, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # Any: any writable buffer
        count = min(len(buffer), self.size - self.taken)
        start = self.head[self.taken : self.taken + count]
        buffer[:count] = start + b"x" * (count - len(start))
        self.taken += count
        return count


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> Iterator[PortfolioRef]:
    """An empty portfolio of ``person``, within an application context."""
    with server.app_context():
        yield portfolios.create_portfolio(person, "Mine", "EUR")


def upload(client: FlaskClient, action: str, content: bytes, name: str = "trades.csv", **fields: str) -> TestResponse:
    """Send a file as the page does."""
    form = {"file": (io.BytesIO(content), name), **fields}
    return client.post(f"/p/mine/import/{action}", data=form, headers=csrf(client))


def listed(person: Actor, portfolio: PortfolioRef) -> int:
    return transactions.list_transactions(person, portfolio.id).total


def test_a_preview_has_a_verdict_on_each_row_and_writes_nothing(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    answer = upload(signed, "preview", GOOD).get_json()
    assert [row["verdict"] for row in answer["rows"]] == ["new", "new", "new"]
    assert (answer["new"], answer["error"], answer["total"]) == (3, 0, 3)
    assert answer["new_symbols"] == ["AAA"]
    assert answer["rows"][1]["transaction"]["amount"] == "1000"
    assert listed(person, portfolio) == 0


def test_nine_of_ten_rows_come_in_on_request_and_the_tenth_is_named(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    previewed = upload(signed, "preview", NINE_AND_ONE).get_json()
    [wrong] = [row for row in previewed["rows"] if row["verdict"] == "error"]
    assert (wrong["row"], wrong["column"], wrong["cells"]["amount"]) == (7, "amount", "abc")

    refused = upload(signed, "commit", NINE_AND_ONE)
    assert refused.status_code == 422
    assert "Row 7, amount: 'abc' is not a number." in refused.get_json()["detail"]
    assert listed(person, portfolio) == 0

    done = upload(signed, "commit", NINE_AND_ONE, skip_errors="yes").get_json()
    assert (done["added"], done["failed"], done["errors"][0]["row"]) == (9, 1, 7)
    assert listed(person, portfolio) == 9


def test_the_same_file_again_adds_nothing_and_undo_takes_all_of_it_back(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    first = upload(signed, "commit", GOOD).get_json()
    again = upload(signed, "commit", GOOD).get_json()
    assert (first["added"], again["added"], again["duplicates"], again["batch"]) == (3, 0, 3, None)
    assert imports.undo(person, first["batch"]) == 3
    assert listed(person, portfolio) == 0


def test_prices_of_new_instruments_are_asked_for(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    assert upload(signed, "commit", GOOD).get_json()["fetching_prices"] is True
    [job] = queue(redis_client(), QueueName.DEFAULT).jobs
    assert (job.func_name, list(job.args)) == (JobName.REFRESH_PRICES.value, [["AAA"]])


def test_the_rate_of_a_new_currency_is_asked_for_without_a_new_instrument(
    signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    dollars = b"date,type,amount,currency\n2024-01-02,deposit,100,USD\n"
    assert upload(signed, "commit", dollars).get_json()["fetching_prices"] is True
    [job] = queue(redis_client(), QueueName.DEFAULT).jobs
    assert list(job.args) == [[]]
    euros = dollars.replace(b"USD", b"EUR")
    assert upload(signed, "commit", euros.replace(b"100", b"200")).get_json()["added"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00\x00" * 50, "The file is not text"),
        (b"\xff\xd8\xff\xe0 binary picture", "not UTF-8 text"),
        ("date,type\n".encode("utf-16"), "UTF-16"),
        (b"name,size\na,1\n", "not a header of transactions"),
        (b"date,type\n", "a header and no rows"),
        (b'date,type\n2024-01-01,"deposit\n', "never closed"),
    ],
)
@pytest.mark.parametrize("action", ["preview", "commit"])
def test_what_is_no_table_of_transactions_is_told_in_a_sentence(
    signed: FlaskClient, portfolio: PortfolioRef, content: bytes, words: str, action: str
) -> None:
    response = upload(signed, action, content)
    assert response.status_code == 422
    assert words in response.get_json()["detail"]


def test_an_upload_without_a_file_or_with_a_broken_body_is_told_so(
    signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    for body, kind in (
        ({"x": "1"}, "multipart/form-data"),
        (b"--x\r\nrubbish", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"{}", "application/json"),
    ):
        response = signed.post("/p/mine/import/preview", data=body, content_type=kind, headers=csrf(signed))
        assert response.status_code == 422, response.get_data()
        assert "No file came" in response.get_json()["detail"]


def send(client: FlaskClient, body: Endless, environ: dict[str, object], headers: dict[str, str]) -> TestResponse:
    kind = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": body}
    return client.post("/p/mine/import/preview", headers=headers, environ_overrides=kind | environ)


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    for headers in (csrf(signed), {}):  # nothing looks for the token in the body either
        body = Endless()
        response = send(signed, body, {"CONTENT_LENGTH": "50000000"}, headers)
        assert response.status_code == 413
        assert response.get_json()["detail"] == "The file is larger than the 20 MB that can be taken at once."
        assert body.taken == 0
    form = HEAD + b"x" * 20_000_001 + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    response = signed.post("/p/mine/import/preview", data=form, content_type=kind, headers=csrf(signed))
    assert response.status_code == 413


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
def test_a_body_of_unknown_length_is_read_up_to_the_limit_only_and_leaves_no_file_open(
    signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    body = Endless(HEAD)
    response = send(signed, body, {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}, csrf(signed))
    assert response.status_code == 413
    assert body.taken < 21_000_000
    gc.collect()


def test_what_a_file_leaves_open_is_asked_and_the_answer_is_used(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    content = b"date,type,amount,currency\n03/04/2024,deposit,100,EUR\n"
    assert upload(signed, "preview", content).get_json()["questions"] == ["date_order"]
    read = upload(signed, "preview", content, date_order="mdy").get_json()
    assert (read["questions"], read["rows"][0]["transaction"]["date"]) == ([], "2024-03-04")
    assert upload(signed, "preview", content, date_order="sideways").status_code == 422


def test_of_a_long_file_every_error_is_shown_and_not_every_row(signed: FlaskClient, portfolio: PortfolioRef) -> None:
    lines = [f"2024-01-02,deposit,{number or 'x'},EUR" for number in range(6_000, -1, -1)]
    answer = upload(signed, "preview", "\n".join(["date,type,amount,currency", *lines]).encode()).get_json()
    assert (answer["total"], answer["error"], len(answer["rows"])) == (6_001, 1, 5_000)
    assert answer["rows"][-1]["verdict"] == "error"


def test_the_ledger_comes_out_as_a_file_that_adds_nothing_when_it_comes_back(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    upload(signed, "commit", GOOD)
    response = signed.get("/p/mine/transactions.csv")
    assert response.headers["Content-Disposition"] == "attachment; filename=mine-transactions.csv"
    assert response.mimetype == "text/csv"
    again = upload(signed, "commit", response.data).get_json()
    assert (again["added"], again["duplicates"]) == (0, 3)


def test_without_the_token_nothing_is_written(signed: FlaskClient, person: Actor, portfolio: PortfolioRef) -> None:
    form = {"file": (io.BytesIO(GOOD), "trades.csv")}
    assert signed.post("/p/mine/import/commit", data=form).status_code == 403
    assert listed(person, portfolio) == 0


def test_nobody_gets_a_file_in_or_out_without_a_session(server: Flask, portfolio: PortfolioRef) -> None:
    stranger = server.test_client()
    for action in ("preview", "commit"):
        form = {"file": (io.BytesIO(GOOD), "trades.csv")}
        assert stranger.post(f"/p/mine/import/{action}", data=form).status_code == 401
    assert stranger.get("/p/mine/transactions.csv").status_code == 401
    assert stranger.get("/p/mine/transactions.csv", headers={"Accept": "text/html"}).status_code == 302


def test_anothers_ledger_is_not_found_and_the_audit_trail_has_each_try(server: Flask, signed: FlaskClient) -> None:
    other = make_person(server, "other@example.org")
    with server.app_context():
        foreign = portfolios.create_portfolio(other, "Mine", "EUR")
        for response in (
            upload(signed, "preview", GOOD),
            upload(signed, "commit", GOOD),
            signed.get("/p/mine/transactions.csv"),
        ):
            assert response.status_code == 404
        denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "portfolio.denied")).all()
        assert [(entry.object_id, entry.result) for entry in denied] == [(str(foreign.id), "denied")] * 3
        assert listed(other, foreign) == 0


def test_trades_without_a_deposit_can_be_taken_as_untracked(
    signed: FlaskClient, person: Actor, portfolio: PortfolioRef
) -> None:
    only_trades = b"\n".join(GOOD.splitlines()[:1] + GOOD.splitlines()[2:])
    assert upload(signed, "preview", only_trades).get_json()["suggest_untracked"] is True
    assert portfolios.set_track_cash(person, portfolio.id, False).track_cash is False
    assert upload(signed, "preview", only_trades).get_json()["suggest_untracked"] is False
    upload(signed, "commit", only_trades)
    kinds = {row.transaction.type for row in transactions.list_transactions(person, portfolio.id).rows}
    assert kinds == {TransactionType.BUY, TransactionType.SELL}
