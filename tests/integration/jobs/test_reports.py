"""Reports: asked for, made once by a worker, kept for their owner."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import psycopg
import pytest
import redis
from flask import Flask
from sqlalchemy import text

from dashboard.db.engine import db
from dashboard.db.repositories import reports as rows
from dashboard.domain.access import SYSTEM, Actor
from dashboard.errors import InsufficientData, InvalidInput, NotFound
from dashboard.queue import JobName, QueueName, queue
from dashboard.results import gain_wire, ledger_wire, wire
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.reports import ReportFormat, ReportKind, ReportRunItem, RunState
from dashboard.results.scalars import Json
from dashboard.results.transactions import TransactionRow
from dashboard.services import accounts, gains, imports, job_figures, performance, reports, transactions
from dashboard.services.leases import MOST_ATTEMPTS
from jobs.reports import make_report
from jobs.runtime import use
from tests.conftest import DatabaseUrls
from tests.integration.jobs.conftest import QUICK, Processes, until

pytestmark = pytest.mark.usefixtures("redis_client")


def asked(actor: Actor, portfolio: PortfolioRef, file_format: str = "csv") -> ReportRunItem:
    """A report that waits."""
    return reports.request_report(actor, portfolio.id, "performance", file_format)


def test_a_report_that_was_asked_for_waits_in_postgresql_and_in_the_most_urgent_queue(
    owner: Actor, portfolio: PortfolioRef, redis_client: redis.Redis
) -> None:
    run = asked(owner, portfolio)
    assert (run.state, run.progress, run.attempts) == (RunState.QUEUED, 0.0, 0)
    (job,) = queue(redis_client, QueueName.HIGH).jobs
    assert (job.func_name, job.args) == (JobName.MAKE_REPORT, [run.id])


def test_a_worker_makes_the_workbook_and_its_owner_downloads_the_figures_of_the_page(
    owner: Actor, portfolio: PortfolioRef
) -> None:
    run = asked(owner, portfolio, "xlsx")
    assert reports.make(run.id)
    done = reports.run(owner, run.id)
    assert (done.state, done.progress, done.attempts) == (RunState.DONE, 1.0, 1)
    file = reports.file(owner, run.id)
    assert file.filename.startswith("sample-performance-2024-01-02-")
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    shown = {row[5]: row[1] for row in book["Summary"].iter_rows(min_row=5, values_only=True)}
    sent = wire.performance(performance.summary(owner, portfolio.id))
    assert float(str(sent["market_value"])) == pytest.approx(float(str(shown["market_value"])), rel=1e-12)
    assert book["Holdings"]["A4"].value == "ACME"


def test_the_csv_carries_the_same_figures(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    assert reports.make(run.id)
    table = csv.DictReader(io.StringIO(reports.file(owner, run.id).content.decode()))
    values = {row["metric"]: row["value"] for row in table}
    assert values["market_value"] == wire.performance(performance.summary(owner, portfolio.id))["market_value"]


def test_a_report_is_made_once_however_often_it_is_enqueued(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    assert reports.make(run.id)
    assert not reports.make(run.id)
    assert reports.run(owner, run.id).attempts == 1


def test_another_users_report_is_not_found_and_the_audit_says_who_tried(
    owner: Actor, stranger: Actor, portfolio: PortfolioRef
) -> None:
    run = asked(owner, portfolio)
    reports.make(run.id)
    for attempt in (reports.run, reports.file):
        with pytest.raises(NotFound):
            attempt(stranger, run.id)
    with pytest.raises(NotFound):
        reports.list_runs(stranger, portfolio.id)
    with pytest.raises(NotFound):
        asked(stranger, portfolio)
    assert reports.list_runs(stranger) == ()
    denied = db.session.scalar(text("select count(*) from audit where action = 'portfolio.denied'"))
    assert denied == 4


def test_the_latest_runs_come_first(owner: Actor, portfolio: PortfolioRef) -> None:
    first, second = asked(owner, portfolio), asked(owner, portfolio, "xlsx")
    assert [run.id for run in reports.list_runs(owner)] == [second.id, first.id]
    assert len(reports.list_runs(SYSTEM)) == 2


def test_a_report_without_a_file_yet_is_not_found(owner: Actor, portfolio: PortfolioRef) -> None:
    with pytest.raises(NotFound):
        reports.file(owner, asked(owner, portfolio).id)


@pytest.mark.parametrize(("kind", "file_format"), [("poem", "csv"), ("performance", "docx")])
def test_an_unknown_kind_or_format_is_refused(
    owner: Actor, portfolio: PortfolioRef, kind: str, file_format: str
) -> None:
    with pytest.raises(InvalidInput):
        reports.request_report(owner, portfolio.id, kind, file_format)


def test_an_empty_portfolio_gets_a_failed_report_with_the_reason(owner: Actor, portfolio: PortfolioRef) -> None:
    from dashboard.services import portfolios

    empty = portfolios.create_portfolio(owner, "Empty", "EUR")
    run = asked(owner, empty)
    assert not reports.make(run.id)
    failed = reports.run(owner, run.id)
    assert failed.state is RunState.FAILED
    assert "no transaction" in failed.error


def test_a_user_who_was_disabled_meanwhile_gets_no_report(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    accounts.disable_user(SYSTEM, owner.email)
    assert not reports.make(run.id)
    assert reports.run(SYSTEM, run.id).state is RunState.FAILED


def test_a_worker_that_lost_its_lease_stores_nothing(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    late = rows.claim(run.id, 0.0, MOST_ATTEMPTS)
    assert late is not None
    assert reports.make(run.id)
    again = reports.file(owner, run.id)
    assert not rows.complete(late, again, 1)
    assert not rows.fail(late, "too late")
    assert not rows.renew(late, 20)
    assert reports.run(owner, run.id).attempts == 2


def test_a_run_that_is_being_made_is_not_taken_by_a_second_worker(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    assert rows.claim(run.id, 20.0, MOST_ATTEMPTS) is not None
    assert not reports.make(run.id)
    assert reports.recover_lost() == 0


def test_a_report_whose_worker_dies_each_time_is_given_up_with_the_reason(
    owner: Actor, portfolio: PortfolioRef
) -> None:
    run = asked(owner, portfolio)
    for _ in range(MOST_ATTEMPTS):
        assert rows.claim(run.id, 0.0, MOST_ATTEMPTS) is not None
    reports.recover_lost()
    failed = reports.run(owner, run.id)
    assert (failed.state, failed.error) == (RunState.FAILED, reports.GAVE_UP)


def test_what_redis_lost_is_asked_for_again_and_what_waits_is_not(
    owner: Actor, portfolio: PortfolioRef, redis_client: redis.Redis
) -> None:
    asked(owner, portfolio)
    assert reports.recover_lost() == 0
    redis_client.flushdb()
    assert reports.recover_lost() == 1
    assert reports.recover_lost() == 0
    assert queue(redis_client, QueueName.HIGH).count == 1


def test_a_report_can_be_asked_for_while_redis_is_away(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, redis_client: redis.Redis, tmp_path: Path
) -> None:
    from dashboard.redis_store import connect

    app_context.extensions["redis"] = connect(f"unix://{tmp_path}/nobody.sock")
    run = asked(owner, portfolio)
    assert run.state is RunState.QUEUED
    app_context.extensions["redis"] = redis_client
    assert reports.recover_lost() == 1


def test_the_job_runs_in_its_own_context_and_is_counted(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, redis_client: redis.Redis
) -> None:
    from dashboard import queue as jobs_queue

    use(app_context)
    run = asked(owner, portfolio)
    assert make_report(run.id)
    (figure,) = jobs_queue.figures(redis_client)
    assert (figure.job, figure.outcome, figure.count) == (JobName.MAKE_REPORT, "done", 1)
    assert figure.seconds > 0


def test_old_runs_are_forgotten(owner: Actor, portfolio: PortfolioRef) -> None:
    run = asked(owner, portfolio)
    reports.make(run.id)
    assert reports.forget_old() == 0
    db.session.execute(text("update report_runs set finished_at = now() - interval '91 days'"))
    db.session.commit()
    assert reports.forget_old() == 1


def test_a_worker_never_loads_dash() -> None:
    code = (
        "import sys, jobs.reports, jobs.prices, jobs.valuation, jobs.schedule, dashboard.cli.worker\n"
        "sys.exit(', '.join(sorted({name.split('.')[0] for name in sys.modules} & {'dash', 'plotly'})) or 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_worker_that_is_killed_in_the_middle_leaves_a_report_that_the_next_one_makes_once(
    owner: Actor, portfolio: PortfolioRef, processes: Processes, migrated_database: DatabaseUrls
) -> None:
    short = f"from dashboard.services import leases; leases.LEASE_SECONDS = 2.0; {QUICK}"
    processes.start("scheduler", code=short)
    run = asked(owner, portfolio, "xlsx")
    with psycopg.connect(migrated_database.migration_url.replace("+psycopg", "")) as blocker:
        blocker.execute("lock table prices in access exclusive mode")  # the report stops where it reads prices
        first = processes.start("worker", code=short)
        until(lambda: _state(owner, run) is RunState.RUNNING, "the first worker has begun")
        processes.kill(first)
    second = processes.start("worker", code=short)
    until(lambda: _state(owner, run) is RunState.DONE, "the second worker has made it")
    done = reports.run(owner, run.id)
    assert (done.attempts, done.error) == (2, "")
    assert openpyxl.load_workbook(io.BytesIO(reports.file(owner, run.id).content)).sheetnames[0] == "Summary"
    second.terminate()
    assert second.wait(20) == 0


def _state(actor: Actor, run: ReportRunItem) -> RunState:
    db.session.rollback()
    return reports.run(actor, run.id).state


def test_the_kinds_and_formats_are_those_that_the_database_knows(owner: Actor, portfolio: PortfolioRef) -> None:
    for kind in ReportKind:
        for file_format in ReportFormat:
            assert reports.request_report(owner, portfolio.id, kind, file_format).id


def listed(owner: Actor, portfolio: PortfolioRef) -> tuple[TransactionRow, ...]:
    """The ledger, newest first."""
    return transactions.list_transactions(owner, portfolio.id).rows


# What the command line prints with --json.
SENT: dict[str, Callable[[Actor, PortfolioRef], dict[str, Json]]] = {
    "performance": lambda owner, own: wire.performance(performance.summary(owner, own.id), series=True),
    "holdings": lambda owner, own: wire.holdings(performance.holdings(owner, own.id)),
    "transactions": lambda owner, own: {
        "transactions": [ledger_wire.transaction_row(row) for row in reversed(listed(owner, own))]
    },
    "tax": lambda owner, own: gain_wire.realized(gains.realized(owner, own.id)),
}


@pytest.mark.parametrize("kind", SENT)
def test_the_json_of_a_report_is_that_of_the_command_line_and_the_interface(
    owner: Actor, portfolio: PortfolioRef, kind: str
) -> None:
    run = reports.request_report(owner, portfolio.id, kind, "json")
    assert reports.make(run.id), reports.run(owner, run.id).error
    file = reports.file(owner, run.id)
    assert (file.media_type, file.filename.split("-")[:2]) == ("application/json", ["sample", kind])
    found = json.loads(file.content)
    sent = SENT[kind](owner, portfolio)
    assert {key: found[key] for key in sent if key != "as_of"} == {key: sent[key] for key in sent if key != "as_of"}
    assert "NaN" not in file.content.decode()


def sheet(book: openpyxl.Workbook, name: str, header_row: int) -> list[dict[str, object]]:
    """A sheet's rows by their titles."""
    titles, *rows = book[name].iter_rows(min_row=header_row, values_only=True)
    return [dict(zip(map(str, titles), row, strict=True)) for row in rows]


def test_the_tax_report_has_lots_years_income_and_costs_that_add_up(owner: Actor, portfolio: PortfolioRef) -> None:
    make_trades(owner, portfolio)
    lines = csv.DictReader(io.StringIO(reports.build(owner, portfolio.id, "tax", "csv").content.decode()))
    lots = [(row["symbol"], row["year"], row["quantity"], row["term"], row["gain"]) for row in lines]
    # 10 bought at 100 with 5 of fees; 4 sold at 130 a month later with 3: 520 − 3 − 4 × 100.5; 6 more at 90 in 2025.
    assert lots == [("TAXED", "2024", "4", "short", "115"), ("TAXED", "2025", "6", "long", "-63")]
    book = openpyxl.load_workbook(io.BytesIO(reports.build(owner, portfolio.id, "tax", "xlsx").content))
    assert book.sheetnames == ["Realised gains", "Tax years", "Income", "Fees and taxes", "Notes"]
    realised = sheet(book, "Realised gains", 4)
    assert realised[-1]["Tax year"] == "Total"
    assert realised[-1]["Gain, EUR"] == pytest.approx(52)
    years = {row["Tax year"]: row for row in sheet(book, "Tax years", 1)}
    assert (years["2024"]["Short term, EUR"], years["2025"]["Long term, EUR"]) == (115, -63)
    *lines_of_income, total = sheet(book, "Income", 1)
    (received,) = [row for row in lines_of_income if row["Symbol"] == "TAXED"]
    assert [received[f"{name}, EUR"] for name in ("Gross", "Taxes withheld", "Net")] == [20, 3, 17]
    nets = [float(str(row["Net, EUR"])) for row in lines_of_income]
    assert (total["Symbol"], total["Net, EUR"]) == ("Total", pytest.approx(sum(nets)))
    costs = {row["Tax year"]: row for row in sheet(book, "Fees and taxes", 1)}
    # 5 and 3 of these trades, and 5 of each of the two that were there.
    assert (costs["2024"]["Trading fees, EUR"], costs["2024"]["Withholding taxes, EUR"]) == (18, 3)
    assert any("not advice" in str(row["Remark"]) for row in sheet(book, "Notes", 1))


def test_the_transactions_report_has_every_row_of_the_period_oldest_first(
    owner: Actor, portfolio: PortfolioRef
) -> None:
    make_trades(owner, portfolio)
    whole = reports.build(owner, portfolio.id, "transactions", "csv")
    rows = list(csv.DictReader(io.StringIO(whole.content.decode())))
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    assert len(rows) == transactions.list_transactions(owner, portfolio.id).total
    start, end = date(2024, 3, 1), date(2024, 3, 31)
    part = reports.build(owner, portfolio.id, "transactions", "xlsx", start, end)
    assert part.filename == "sample-transactions-2024-03-01-2024-03-31.xlsx"
    shown = sheet(openpyxl.load_workbook(io.BytesIO(part.content)), "Transactions", 4)
    assert [(row["Type"], row["Quantity"], row["Price"]) for row in shown if row["Symbol"] == "TAXED"] == [
        ("buy", 10, 100)
    ]
    with pytest.raises(InsufficientData, match="no transaction in this period"):
        reports.build(owner, portfolio.id, "transactions", "csv", date(1999, 1, 1), date(1999, 1, 2))
    with pytest.raises(InvalidInput, match="later than today"):
        reports.build(owner, portfolio.id, "transactions", "csv", None, date(2999, 1, 1))


def test_the_holdings_report_has_each_holding_and_its_lots(owner: Actor, portfolio: PortfolioRef) -> None:
    make_trades(owner, portfolio)
    found = reports.build(owner, portfolio.id, "holdings", "xlsx", None, date(2024, 4, 30))
    assert found.filename == "sample-holdings-2024-04-30.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(found.content))
    (held,) = [row for row in sheet(book, "Holdings", 4) if row["Symbol"] == "TAXED"]
    (lot,) = [row for row in sheet(book, "Lots", 1) if row["Symbol"] == "TAXED"]
    assert (held["Quantity"], held["Cost, EUR"], lot["Quantity"], lot["Cost, EUR"]) == (6, 603, 6, 603)
    assert lot["Acquired"] == datetime(2024, 3, 1)


def make_trades(owner: Actor, portfolio: PortfolioRef) -> None:
    """Bought, a dividend, sold in two tax years; each with its costs."""
    rows = (
        "date,type,symbol,quantity,price,amount,fee,tax,currency\n"
        "2024-03-01,buy,TAXED,10,100,,5,,EUR\n"
        "2024-04-02,sell,TAXED,4,130,,3,,EUR\n"
        "2024-05-02,dividend,TAXED,,,20,,3,EUR\n"
        "2025-06-02,sell,TAXED,6,90,,,,EUR\n"
    )
    assert imports.commit(owner, portfolio.id, rows.encode(), "trades.csv").added == 4


def test_the_command_line_makes_a_report_of_any_kind(
    owner: Actor, portfolio: PortfolioRef, processes: Processes, tmp_path: Path
) -> None:
    target = tmp_path / "tax.json"
    process = processes.start(
        "report", "run", "sample", "--kind", "tax", "--format", "json", "--to", "2024-03-01", "-o", str(target)
    )
    assert process.wait(60) == 0
    assert json.loads(target.read_text())["portfolio"]["name"] == "Sample"


def test_the_command_line_makes_a_report_at_once(
    owner: Actor, portfolio: PortfolioRef, processes: Processes, tmp_path: Path
) -> None:
    target = tmp_path / "sample.xlsx"
    process = processes.start("report", "run", "sample", "--format", "xlsx", "--to", "2024-03-01", "-o", str(target))
    assert process.wait(60) == 0
    assert openpyxl.load_workbook(target)["Summary"]["A1"].value == "Performance of Sample"


def test_the_figures_of_jobs_are_read_from_redis_and_postgresql(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask
) -> None:
    use(app_context)
    make_report(asked(owner, portfolio).id)
    shown = job_figures.exposition().decode()
    assert 'basis_jobs_total{job="jobs.reports.make_report",outcome="done"} 1.0' in shown
    assert 'basis_jobs_waiting{queue="high"} 1.0' in shown
    assert 'basis_work{kind="report",state="done"} 1.0' in shown
