"""Reports: asked for by a person, made once by a worker, kept for their owner."""

from __future__ import annotations

import re
from datetime import date

import structlog

from dashboard.db.engine import db
from dashboard.db.failures import DBAPIError, PoolTimeout
from dashboard.db.repositories import reports as rows
from dashboard.db.repositories.reports import ClaimedRun
from dashboard.domain.access import Actor, Permission, PortfolioId
from dashboard.errors import DashboardError, InvalidInput, NotFound, PermissionDenied, ServiceUnavailable
from dashboard.queue import JobName, enqueue
from dashboard.reports.csv import to_csv
from dashboard.reports.document import Document
from dashboard.reports.json import to_json
from dashboard.reports.xlsx import to_xlsx
from dashboard.results.reports import ReportFile, ReportFormat, ReportKind, ReportRunItem
from dashboard.services import audit, leases, portfolios, report_mail
from dashboard.services.leases import MOST_ATTEMPTS, LeaseLostError
from dashboard.services.report_building import Made, Tell, made

MOST_LISTED = 200
KEPT_DAYS = 90
GAVE_UP = f"The worker stopped {MOST_ATTEMPTS} times while it made this report."
NOT_MADE = "The report could not be made. The log of the worker says why."

log = structlog.get_logger(__name__)


def request_report(
    actor: Actor,
    portfolio_id: PortfolioId,
    kind: ReportKind | str,
    file_format: ReportFormat | str,
    *,
    start: date | None = None,
    end: date | None = None,
    mail: bool = False,
) -> ReportRunItem:
    """Ask for a report; a worker makes it, and with ``mail`` sends it to whoever asked.

    It is asked for even while Redis is away: the next tick finds it.

    Raises: NotFound, PermissionDenied, InvalidInput.
    """
    kind, file_format = _known(kind, file_format)
    if not actor.may(Permission.REPORT_RUN):
        raise PermissionDenied("You may not make reports.")
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    if start is not None and end is not None and end < start:
        raise InvalidInput(f"The period ends ({end}) before it starts ({start}).", field="to")
    if mail:
        report_mail.require_possible(actor)
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    run_id = rows.insert(actor, portfolio.id, kind, file_format, start=start, end=end, request_id=request_id, mail=mail)
    details = {"kind": kind.value, "format": file_format.value, "portfolio": portfolio.id, "mail": mail}
    audit.record(actor, "report.request", object_type="report", object_id=run_id, details=details)
    db.session.commit()
    _ask(run_id)
    return _existing(run_id)


def list_runs(actor: Actor, portfolio_id: PortfolioId | None = None) -> tuple[ReportRunItem, ...]:
    """The latest runs of the actor's portfolios, or of one of them. Raises: NotFound."""
    if portfolio_id is not None:
        portfolios.portfolio_by_id(actor, portfolio_id)
    return rows.items(actor.user_id, everyone=actor.is_system, portfolio_id=portfolio_id, limit=MOST_LISTED)


def run(actor: Actor, run_id: int) -> ReportRunItem:
    """One run. Raises: NotFound, where it is another's too."""
    found = _existing(run_id)
    try:
        portfolios.portfolio_by_id(actor, found.portfolio_id)
    except NotFound:
        raise _unknown(run_id) from None
    return found


def file(actor: Actor, run_id: int) -> ReportFile:
    """The file of a run. Raises: NotFound, where it is another's, or not made (yet)."""
    run(actor, run_id)
    found = rows.file(run_id)
    if found is None:
        raise NotFound("This report has no file.")
    audit.record(actor, "report.download", object_type="report", object_id=run_id)
    db.session.commit()
    return found


def build(
    actor: Actor,
    portfolio_id: PortfolioId,
    kind: ReportKind | str,
    file_format: ReportFormat | str,
    start: date | None = None,
    end: date | None = None,
) -> ReportFile:
    """Make a report here and now, for the command line. Raises: NotFound, InvalidInput, InsufficientData."""
    kind, file_format = _known(kind, file_format)
    return _build(actor, portfolio_id, kind, file_format, start, end, lambda share, stage: None)[0]


def make(run_id: int) -> bool:
    """Make the report of a run, unless it is done or another worker is at it. Returns whether this one made it.

    A lease, renewed meanwhile, lets another worker take over when this one dies; the fencing token keeps what a
    worker that was only thought dead brings too late from being stored.
    """
    claimed = rows.claim(run_id, leases.LEASE_SECONDS, MOST_ATTEMPTS)
    if claimed is None:
        return False
    try:
        with leases.kept(lambda: rows.renew(claimed, leases.LEASE_SECONDS)):
            return _make(claimed)
    except LeaseLostError:
        log.warning("report.lease_lost", run_id=run_id, attempt=claimed.attempts)
        return False
    except (ServiceUnavailable, DBAPIError, PoolTimeout) as error:
        db.session.rollback()
        _try_again(claimed, error)
        raise
    except DashboardError as error:
        db.session.rollback()
        rows.fail(claimed, error.message)
        return False
    except Exception:
        db.session.rollback()
        rows.fail(claimed, NOT_MADE)
        raise  # to the edge of the job, which logs it


def recover_lost() -> int:
    """Ask again for what nobody is making: runs that Redis lost, and runs whose worker died. Returns how many.

    Raises: ServiceUnavailable where Redis does not answer.
    """
    rows.give_up(MOST_ATTEMPTS, GAVE_UP)
    asked = [
        enqueue(JobName.MAKE_REPORT, run_id, unique=f"report-{run_id}") for run_id in rows.open_runs(MOST_ATTEMPTS)
    ]
    return sum(job_id is not None for job_id in asked)


def forget_old() -> int:
    """Delete the runs that ended long ago; returns how many."""
    return rows.forget_before(KEPT_DAYS)


def _make(claimed: ClaimedRun) -> bool:
    actor = rows.requester(claimed.requested_by)
    if actor is None:
        raise PermissionDenied("The user who asked for this report may no longer sign in.")

    def tell(share: float, stage: str) -> None:
        if not rows.set_progress(claimed, share, stage, leases.LEASE_SECONDS):
            raise LeaseLostError

    portfolio_id = PortfolioId(claimed.portfolio_id)
    found, count = _build(actor, portfolio_id, claimed.kind, claimed.format, claimed.start, claimed.end, tell)
    if not rows.complete(claimed, found, count):
        raise LeaseLostError
    report_mail.ask(claimed.id)
    log.info("report.made", run_id=claimed.id, format=claimed.format.value, bytes=len(found.content), rows=count)
    return True


def _build(
    actor: Actor,
    portfolio_id: PortfolioId,
    kind: ReportKind,
    file_format: ReportFormat,
    start: date | None,
    end: date | None,
    tell: Tell,
) -> tuple[ReportFile, int]:
    """The file and the number of its rows."""
    found = made(actor, portfolio_id, kind, start, end, tell)
    tell(0.6, "Writing the file")
    content = _content(found.document, file_format, tell)
    return ReportFile(_filename(found, kind, file_format), file_format.media_type, content), found.document.row_count


def _content(document: Document, file_format: ReportFormat, tell: Tell) -> bytes:
    if file_format is ReportFormat.CSV:
        return to_csv(document)
    if file_format is ReportFormat.JSON:
        return to_json(document)
    return to_xlsx(document, lambda share: tell(0.6 + 0.35 * share, "Writing the file"))


def _filename(found: Made, kind: ReportKind, file_format: ReportFormat) -> str:
    slug = re.sub(r"[^a-z0-9-]", "", found.portfolio.slug) or "portfolio"
    days = f"{found.start}-{found.end}" if found.start else str(found.end)
    return f"{slug}-{kind.value}-{days}.{file_format.value}"


def _known(kind: ReportKind | str, file_format: ReportFormat | str) -> tuple[ReportKind, ReportFormat]:
    """The kind and the format by their names. Raises: InvalidInput."""
    if kind not in set(ReportKind):
        raise InvalidInput(f"There is no report {kind}; there is {', '.join(ReportKind)}.", field="kind")
    if file_format not in set(ReportFormat):
        raise InvalidInput(f"There is no format {file_format}; there is {', '.join(ReportFormat)}.", field="format")
    return ReportKind(kind), ReportFormat(file_format)


def _existing(run_id: int) -> ReportRunItem:
    found = rows.item(run_id)
    if found is None:
        raise _unknown(run_id)
    return found


def _unknown(run_id: int) -> NotFound:
    return NotFound(f"There is no report {run_id}.")


def _ask(run_id: int) -> None:
    try:
        enqueue(JobName.MAKE_REPORT, run_id, unique=f"report-{run_id}")
    except ServiceUnavailable as error:
        log.warning("report.not_enqueued", run_id=run_id, reason=error.message)


def _try_again(claimed: ClaimedRun, error: Exception) -> None:
    """Let the run wait for the next tick, or end it after its last attempt."""
    reason = error.message if isinstance(error, DashboardError) else "The database did not answer."
    if claimed.attempts < MOST_ATTEMPTS:
        rows.release(claimed, reason)
    else:
        rows.fail(claimed, reason)
