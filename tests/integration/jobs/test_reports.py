"""Reports: asked for, made once by a worker, kept for their owner."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
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
from dashboard.errors import InvalidInput, NotFound
from dashboard.queue import JobName, QueueName, queue
from dashboard.results import wire
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.reports import ReportFormat, ReportKind, ReportRunItem, RunState
from dashboard.services import accounts, job_figures, performance, reports
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
