"""The mail with a finished report: to whoever asked for it, at least once, and never in the way of the report.

A mail is sent, then recorded. Where a worker dies between the two it is sent again, with the same Message-ID.
"""

from __future__ import annotations

import structlog

from dashboard.db.repositories import report_mail as rows
from dashboard.db.repositories import reports
from dashboard.db.repositories.report_mail import ClaimedMail
from dashboard.domain.access import Actor
from dashboard.errors import InvalidInput, NotificationError, NotificationUnavailable, ServiceUnavailable
from dashboard.notifications import notifier_for
from dashboard.notifications.base import Delivery
from dashboard.queue import JobName, enqueue
from dashboard.results.reports import MailState
from dashboard.runtime import settings
from dashboard.services.report_message import message

CLAIM_SECONDS = 180.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 3600.0
MOST_ATTEMPTS = 10
NO_SERVER = "This installation has no mail server (SMTP_URL)."
NOBODY = "The user who asked for this report may no longer sign in."

log = structlog.get_logger(__name__)


def is_possible() -> bool:
    """Whether this installation can send mail."""
    return notifier_for(settings()).is_on


def require_possible(actor: Actor) -> None:
    """Refuse a wish for mail that cannot come true. Raises: InvalidInput."""
    if not is_possible():
        raise InvalidInput(NO_SERVER, field="mail")
    if actor.is_system:
        raise InvalidInput("The system has no address that mail could go to.", field="mail")


def ask(run_id: int) -> None:
    """Have a worker send the mail of a run, if there is any; a tick does it where Redis is away."""
    if run_id not in rows.due():
        return
    try:
        enqueue(JobName.MAIL_REPORT, run_id, unique=f"report-mail-{run_id}")
    except ServiceUnavailable as error:
        log.warning("mail.not_enqueued", run_id=run_id, reason=error.message)


def enqueue_due() -> int:
    """Ask workers for every mail that is due; returns how many were not waiting already. Raises: ServiceUnavailable."""
    asked = [enqueue(JobName.MAIL_REPORT, run_id, unique=f"report-mail-{run_id}") for run_id in rows.due()]
    return sum(job_id is not None for job_id in asked)


def send(run_id: int) -> bool:
    """Send the mail of a run that is made, unless it is sent or another worker is at it. Returns whether it was sent.

    What became of it stands in the run: a server that refuses ends it, one that is away is tried again, ever later.
    """
    claimed = rows.claim(run_id, CLAIM_SECONDS)
    if claimed is None:
        return False
    try:
        delivery = _send(claimed)
    except NotificationUnavailable as error:
        _put_off(claimed, error.message)
        return False
    except NotificationError as error:
        rows.settle(claimed, MailState.FAILED, error.message)
        log.warning("mail.refused", run_id=run_id, reason=error.message)
        return False
    except Exception:
        _put_off(claimed, "The mail could not be written. The log of the worker says why.")
        raise  # to the edge of the job, which logs it
    if delivery is Delivery.OFF:
        rows.settle(claimed, MailState.OFF, NO_SERVER)
        return False
    rows.settle(claimed, MailState.SENT)
    log.info("mail.sent", run_id=run_id, attempt=claimed.attempt)
    return True


def pause_seconds(attempt: int) -> float:
    """How long to wait after attempt ``attempt`` (1, 2, ...): doubling from a minute to an hour."""
    return float(min(FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS))


def _send(claimed: ClaimedMail) -> Delivery:
    recipient = reports.requester(claimed.requested_by)
    file = reports.file(claimed.run_id)
    if recipient is None or recipient.is_system or file is None:
        raise NotificationError(NOBODY)
    return notifier_for(settings()).send(message(claimed, file, recipient.email, settings().base_url))


def _put_off(claimed: ClaimedMail, reason: str) -> None:
    if claimed.attempt >= MOST_ATTEMPTS:
        rows.settle(claimed, MailState.FAILED, reason)
    else:
        rows.put_off(claimed, pause_seconds(claimed.attempt), reason)
    log.warning("mail.not_sent", run_id=claimed.run_id, attempt=claimed.attempt, reason=reason)
