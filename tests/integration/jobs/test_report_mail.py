"""The mail with a report: sent after it, at least once, to whoever asked, and never in its way."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from dashboard.db.engine import db
from dashboard.db.repositories import report_mail as rows
from dashboard.domain.access import SYSTEM, Actor
from dashboard.errors import InvalidInput
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.reports import MailState, ReportRunItem, RunState
from dashboard.services import accounts, report_mail, report_message, reports
from dashboard.settings import Settings
from jobs.reports import mail_report
from jobs.runtime import use
from jobs.schedule import tick
from tests.integration.jobs.conftest import Processes, until
from tests.smtp_loopback import Inbox, hanging_up_in_the_mail, inbox, misbehaving, silent

pytestmark = pytest.mark.usefixtures("redis_client")


@pytest.fixture
def server() -> Iterator[Inbox]:
    """A server that takes mail."""
    with inbox() as running:
        yield running


def with_mail(app: Flask, address: str) -> None:
    """Give the installation this mail server."""
    settings: Settings = app.config["SETTINGS"]
    changed = settings.model_copy(update={"smtp_url": _secret(address), "mail_from": "Basis <basis@example.org>"})
    app.config["SETTINGS"] = changed


def _secret(address: str) -> object:
    return Settings.build(smtp_url=address, mail_from="basis@example.org").smtp_url


def made(owner: Actor, portfolio: PortfolioRef, *, file_format: str = "csv") -> ReportRunItem:
    """A report that is made and wants to be mailed."""
    run = reports.request_report(owner, portfolio.id, "performance", file_format, mail=True)
    assert reports.make(run.id)
    return reports.run(owner, run.id)


def make_due(run: ReportRunItem) -> None:
    """Let the time pass until the mail is due again."""
    db.session.execute(text("update report_runs set mail_due_at = now() where mail_state = 'waiting'"))
    db.session.commit()


def test_a_report_is_mailed_to_whoever_asked_as_text_html_and_file(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    run = made(owner, portfolio, file_format="xlsx")
    assert report_mail.send(run.id)
    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == (owner.email, "The performance report of Sample is ready")
    link = f"{app_context.config['SETTINGS'].base_url}/reports/runs/{run.id}/file"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert link in body.get_content()
        assert run.filename in body.get_content()
    (file,) = mail.iter_attachments()
    assert file.get_filename() == run.filename
    assert file.get_payload(decode=True) == reports.file(owner, run.id).content
    assert reports.run(owner, run.id).mail is MailState.SENT


def test_a_mail_is_sent_once(owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox) -> None:
    with_mail(app_context, server.address)
    run = made(owner, portfolio)
    assert report_mail.send(run.id)
    assert not report_mail.send(run.id)
    assert report_mail.enqueue_due() == 0
    assert len(server.mails) == 1


def test_no_mail_goes_before_its_report_is_made_or_where_nobody_wants_one(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    run = reports.request_report(owner, portfolio.id, "performance", "csv", mail=True)
    assert not report_mail.send(run.id)
    unwanted = reports.request_report(owner, portfolio.id, "performance", "csv")
    assert reports.make(unwanted.id)
    assert not report_mail.send(unwanted.id)
    assert server.mails == []


def test_a_finished_report_asks_for_its_mail_and_a_tick_finds_what_redis_lost(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox, redis_client: redis.Redis
) -> None:
    with_mail(app_context, server.address)
    use(app_context)
    run = made(owner, portfolio)
    (job,) = queue(redis_client, QueueName.DEFAULT).jobs
    assert (job.func_name, job.args) == (JobName.MAIL_REPORT, [run.id])
    redis_client.flushdb()
    tick()
    assert [job.args for job in queue(redis_client, QueueName.DEFAULT).jobs] == [[run.id]]
    assert mail_report(run.id)
    assert len(server.mails) == 1


@pytest.mark.parametrize("behave", [silent, hanging_up_in_the_mail])
def test_a_server_that_hangs_or_hangs_up_is_tried_again_later_and_the_report_is_there(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox, behave: object
) -> None:
    assert callable(behave)
    with misbehaving(behave, timeout_seconds=0.3) as address:
        with_mail(app_context, address)
        run = made(owner, portfolio)
        assert not report_mail.send(run.id)
    found = reports.run(owner, run.id)
    assert (found.state, found.mail) == (RunState.DONE, MailState.WAITING)
    assert "mail server" in found.mail_error
    assert reports.file(owner, run.id).content
    with_mail(app_context, server.address)
    assert not report_mail.send(run.id), "not before its pause is over"
    make_due(run)
    assert report_mail.send(run.id)
    assert reports.run(owner, run.id).mail is MailState.SENT
    assert reports.run(owner, run.id).mail_error == ""


def test_a_server_that_refuses_ends_it_with_its_words(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    server.to_recipient = "550 No such user"
    run = made(owner, portfolio)
    assert not report_mail.send(run.id)
    found = reports.run(owner, run.id)
    assert (found.state, found.mail) == (RunState.DONE, MailState.FAILED)
    assert "550 No such user" in found.mail_error
    make_due(run)
    assert report_mail.enqueue_due() == 0


def test_after_the_last_attempt_it_is_given_up(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    server.to_mail = "451 Later"
    run = made(owner, portfolio)
    for _ in range(report_mail.MOST_ATTEMPTS):
        make_due(run)
        assert not report_mail.send(run.id)
    assert reports.run(owner, run.id).mail is MailState.FAILED


def test_pauses_grow_from_a_minute_to_an_hour() -> None:
    pauses = [report_mail.pause_seconds(attempt) for attempt in range(1, report_mail.MOST_ATTEMPTS + 1)]
    assert pauses[:3] == [60.0, 120.0, 240.0]
    assert max(pauses) == pauses[-1] == 3600.0


def test_a_worker_that_dies_between_sending_and_recording_sends_the_same_mail_again(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox, processes: Processes
) -> None:
    with_mail(app_context, server.address)
    run = made(owner, portfolio)
    dying = f"""
import os
from dashboard.db.repositories import report_mail
report_mail.settle = lambda *_: os._exit(9)
os.environ.update(SMTP_URL={server.address!r}, MAIL_FROM="Basis <basis@example.org>")
from jobs.reports import mail_report
mail_report({run.id})
"""
    process: subprocess.Popen[bytes] = processes.start(code=dying)
    until(lambda: process.poll() is not None, "the worker to die")
    assert process.returncode == 9
    assert len(server.mails) == 1
    db.session.rollback()
    assert reports.run(owner, run.id).mail is MailState.WAITING
    assert not report_mail.send(run.id), "it is taken until the dead worker's claim is over"
    make_due(run)
    assert report_mail.send(run.id)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_two_workers_do_not_send_one_mail(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    run = made(owner, portfolio)
    taken = rows.claim(run.id, 60.0)
    assert taken is not None
    assert not report_mail.send(run.id)
    make_due(run)
    assert report_mail.send(run.id)
    assert not rows.settle(taken, MailState.FAILED, "too late")
    assert reports.run(owner, run.id).mail is MailState.SENT


def test_a_file_that_is_too_large_for_mail_is_a_link(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(app_context, server.address)
    monkeypatch.setattr(report_message, "LARGEST_ATTACHMENT", 10)
    run = made(owner, portfolio)
    assert report_mail.send(run.id)
    (mail,) = server.mails
    assert list(mail.iter_attachments()) == []
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"/reports/runs/{run.id}/file" in body.get_content()
    assert "too large" in body.get_content()


def test_a_name_cannot_write_markup_or_headers(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    db.session.execute(text("update portfolios set name = :name"), {"name": "<img src=x>\r\nBcc: spy@example.net"})
    db.session.commit()
    run = made(owner, portfolio)
    assert report_mail.send(run.id)
    (mail,) = server.mails
    html = mail.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert mail["Bcc"] is None
    assert server.recipients == [[owner.email]]


def test_a_user_who_was_disabled_meanwhile_gets_no_mail(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with_mail(app_context, server.address)
    run = made(owner, portfolio)
    accounts.disable_user(SYSTEM, owner.email)
    assert not report_mail.send(run.id)
    assert server.mails == []
    assert reports.run(SYSTEM, run.id).mail is MailState.FAILED


def test_without_a_mail_server_the_wish_is_refused_and_one_that_was_taken_down_says_so(
    owner: Actor, portfolio: PortfolioRef, app_context: Flask, server: Inbox
) -> None:
    with pytest.raises(InvalidInput, match="no mail server"):
        reports.request_report(owner, portfolio.id, "performance", "csv", mail=True)
    with_mail(app_context, server.address)
    run = made(owner, portfolio)
    app_context.config["SETTINGS"] = app_context.config["SETTINGS"].model_copy(update={"smtp_url": None})
    assert not report_mail.send(run.id)
    assert reports.run(owner, run.id).mail is MailState.OFF


def test_the_system_has_no_address(portfolio: PortfolioRef, app_context: Flask, server: Inbox) -> None:
    with_mail(app_context, server.address)
    with pytest.raises(InvalidInput, match="no address"):
        reports.request_report(SYSTEM, portfolio.id, "performance", "csv", mail=True)
