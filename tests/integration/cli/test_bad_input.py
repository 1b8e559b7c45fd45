"""Bad input on the command line: each a clear sentence with the right exit status, and the good part kept."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, Role
from dashboard.services import market_data, portfolios, transactions
from dashboard.settings import Settings
from tests.conftest import DatabaseUrls, other_database
from tests.days import days_ago
from tests.factories import make_portfolio, make_user
from tests.integration.cli.conftest import Answer, CommandLine, environment_of
from tests.yahoo_loopback import NOT_FOUND
from tests.yahoo_loopback import Answer as Reply
from tests.yahoo_loopback import Loopback, chart, loopback, stamp

ROOT = Path(__file__).parents[3]
FUTURE = days_ago(-40)
WRONG = {
    2: (",buy,ACME,10,100,EUR", "date", "missing"),
    3: ("2024-02-01,sell,ACME,25,100,EUR", "quantity", "10"),
    4: ("2024-02-02,buy,ACME,-4,100,EUR", "quantity", "positive"),
    5: (f"{FUTURE},buy,ACME,1,100,EUR", "date", "future"),
    6: ("2024-02-03,buy,ACME,1,100,XQQ", "currency", "not a currency"),
}
LINES = [
    "date,type,symbol,quantity,price,currency",
    "2024-01-03,buy,ACME,10,100,EUR",
    *(row for row, _, _ in WRONG.values()),
]
TEN = [
    "date,type,amount,currency",
    *(f"2024-01-{day:02},deposit,{day}00,EUR" for day in range(1, 10)),
    "2024-01-10,deposit,ten,EUR",
]
# Runs first in the process, so that a provider in trouble is given up on in a second, not a minute.
IMPATIENT = """
from functools import partial
from dashboard.providers import yahoo
yahoo.Retry = partial(yahoo.Retry, attempts=2, total_seconds=1.5, first_wait_seconds=0.01)
yahoo.YahooProvider.__init__.__kwdefaults__["timeout_seconds"] = 0.5
from dashboard.cli import main
main()
"""


@pytest.fixture
def ledgers(app_context: Flask, tmp_path: Path) -> Path:
    """A portfolio ``sample``, and a folder with files."""
    make_portfolio(name="sample")
    (tmp_path / "wrong.csv").write_text("\n".join(LINES))
    (tmp_path / "ten.csv").write_text("\n".join(TEN))
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 40)
    with (tmp_path / "huge.csv").open("wb") as huge:
        huge.truncate(50_000_000)
    db.session.remove()
    return tmp_path


def _count() -> int:
    found = transactions.list_transactions(SYSTEM, portfolios.portfolio_by_name(SYSTEM, "sample").id).total
    db.session.remove()
    return found


def test_every_bad_row_is_named_with_its_column_and_its_reason(dashboard: CommandLine, ledgers: Path) -> None:
    file = str(ledgers / "wrong.csv")
    found = dashboard("import", file, "--portfolio", "sample", "--dry-run", "--json").data
    assert (found["new"], found["error"], found["new_symbols"]) == (1, 5, ["ACME"])
    for row, (_, column, word) in WRONG.items():
        verdict = found["rows"][row - 1]
        assert (verdict["row"], verdict["verdict"], verdict["column"]) == (row, "error", column), verdict
        assert word in verdict["reason"], verdict

    refused = dashboard("import", file, "--portfolio", "sample")
    assert (refused.status, refused.out) == (1, "")
    for row, (_, column, _) in WRONG.items():
        assert f"Row {row}, {column}: " in refused.err, refused.err
    assert "Traceback" not in refused.err
    assert _count() == 0


def test_one_bad_row_in_ten_is_refused_by_default_and_nine_come_in_on_request(
    dashboard: CommandLine, ledgers: Path
) -> None:
    words = ("import", str(ledgers / "ten.csv"), "--portfolio", "sample", "--json")
    refused = dashboard(*words)
    assert refused.status == 1
    assert refused.data["error"]["code"] == "invalid_input"
    assert "1 of 10 rows cannot be imported, so none was. Row 10, amount: 'ten'" in refused.data["error"]["message"]
    assert _count() == 0

    done = dashboard(*words, "--skip-errors")
    assert (done.status, done.data["added"], done.data["failed"]) == (0, 9, 1)
    assert [(row["row"], row["column"]) for row in done.data["errors"]] == [(10, "amount")]
    assert _count() == 9


@pytest.mark.parametrize(
    ("name", "words"), [("picture.csv", "The file is not text"), ("huge.csv", "larger than the 20 MB")]
)
def test_what_is_no_ledger_is_refused_in_a_sentence(
    dashboard: CommandLine, ledgers: Path, name: str, words: str
) -> None:
    refused = dashboard("import", str(ledgers / name), "--portfolio", "sample")
    assert refused.status == 1
    assert words in refused.err and refused.err.count("\n") == 1, refused.err
    assert _count() == 0


def test_an_unknown_symbol_is_unresolved_in_every_figure_and_what_cannot_be_asked_for_is_refused(
    dashboard: CommandLine, app_context: Flask
) -> None:
    make_portfolio(name="sample", ledger="date type symbol quantity price currency\n2024-01-03 buy NOSUCH 10 100 EUR")
    db.session.remove()
    for words, reason in (
        (("performance", "sample", "--currency", "QQQ"), "not a currency"),
        (("holdings", "sample", "--as-of", "2999-01-01"), "later than today"),
        (("prices", "refresh", "NOSUCH", "--from", "2999-01-01"), "still to come"),
    ):
        refused = dashboard(*words, "--json")
        assert (refused.status, refused.data["error"]["code"]) == (1, "invalid_input"), words
        assert reason in refused.out
    for command in ("holdings", "performance"):
        told = dashboard(command, "sample", "--json")
        assert told.status == 0, told.err
        assert [item["symbol"] for item in told.data["status"] if item["code"] == "unresolved"] == ["NOSUCH"], command
    assert "NOSUCH" in told.data["status"][0]["message"]


def test_a_name_that_two_owners_have_is_refused_with_both_named(dashboard: CommandLine, app_context: Flask) -> None:
    for email in ("one@example.org", "two@example.org"):
        make_portfolio(make_user(email, role=Role.ADMIN), "Shared")
    db.session.remove()
    refused = dashboard("performance", "Shared", "--json")
    assert refused.status == 1
    message = refused.data["error"]["message"]
    assert "one@example.org" in message and "two@example.org" in message, message


def test_an_unknown_portfolio_and_wrong_usage_are_told_apart(dashboard: CommandLine) -> None:
    unknown = dashboard("holdings", "nowhere")
    assert (unknown.status, unknown.out, unknown.err) == (1, "", "Error: There is no portfolio nowhere.\n")
    usage = dashboard("performance", "nowhere", "--from", "yesterday")
    assert usage.status == 2
    assert "yesterday" in usage.err and "Usage: dashboard performance" in usage.err


def test_every_wrong_setting_is_named_at_once_and_nothing_is_started(
    dashboard: CommandLine, more_environment: dict[str, str]
) -> None:
    more_environment |= {
        "PORT": "eighty",
        "DATABASE_URL": "mysql://localhost/x",
        "PROVIDERS": "yahoo,oracle",
        "LOG_LEVEL": "LOUD",
    }
    refused = dashboard("portfolio", "list")
    assert refused.status == 1
    assert refused.err.startswith("Error: 4 wrong settings:\n")
    for name in ("PORT", "DATABASE_URL", "PROVIDERS", "LOG_LEVEL"):
        assert f"  {name}" in refused.err, refused.err


def test_a_schema_that_is_behind_says_what_to_run(
    dashboard: CommandLine, more_environment: dict[str, str], database_urls: DatabaseUrls
) -> None:
    empty = other_database(database_urls.database_url, "postgres")
    more_environment |= {"DATABASE_URL": empty, "DATABASE_MIGRATION_URL": empty}
    for words in (("portfolio", "list", "--json"), ("serve",)):
        refused = dashboard(*words)
        assert refused.status == 1
        assert "dashboard db upgrade" in refused.out + refused.err
        assert "Traceback" not in refused.err


@pytest.fixture
def yahoo() -> Iterator[Loopback]:
    with loopback() as server:
        yield server


def _impatiently(settings: Settings, server: Loopback, *words: str) -> Answer:
    environment = environment_of(settings, PROVIDERS="yahoo", YAHOO_BASE_URL=server.address)
    command = [sys.executable, "-c", IMPATIENT, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    return Answer(done.returncode, done.stdout, done.stderr)


def test_a_provider_in_trouble_leaves_a_typed_reason_for_each_symbol_and_keeps_the_rest(
    settings: Settings, yahoo: Loopback, app_context: Flask
) -> None:
    closes = {stamp("2024-03-13", 13): 10.0, stamp("2024-03-14", 13): 10.5}
    good = chart("GOOD", closes)
    troubles = {
        "EMPTY": (Reply(), "provider_unavailable"),
        "FAILS": (Reply(500, "Internal Server Error"), "provider_unavailable"),
        "HALF": (Reply(body='{"chart":{"result":[{"meta":{"curr'), "provider_unavailable"),
        "NOBODY": (Reply(404, NOT_FOUND), "instrument_not_found"),
        "STALLS": (Reply(stall=True), "provider_unavailable"),
        "TOOMANY": (Reply(429, "Too Many Requests", {"Retry-After": "17"}), "rate_limited"),
        "GOOD": (Reply(body=good), ""),
    }
    rows = [f"2024-03-13 buy {symbol} 1 10 USD" for symbol in troubles]
    make_portfolio(currency="USD", ledger="\n".join(["date type symbol quantity price currency", *rows]))
    for symbol, (reply, _) in troubles.items():
        yahoo.will_answer(f"/v8/finance/chart/{symbol}", reply)
    db.session.remove()

    done = _impatiently(settings, yahoo, "prices", "refresh", "--json")

    assert done.status == 1, done.err
    assert done.data["complete"] is False
    told = {outcome["symbol"]: outcome for outcome in done.data["series"]}
    assert {symbol: told[symbol]["code"] or "" for symbol in troubles} == {
        symbol: code for symbol, (_, code) in troubles.items()
    }
    assert all(told[symbol]["reason"] for symbol in troubles if symbol != "GOOD")
    assert "Traceback" not in done.err
    assert [float(close) for close in market_data.bars("GOOD", adjusted=False).close] == [10.0, 10.5]
