"""Jobs of reports."""

from __future__ import annotations

from dashboard.services import report_mail, reports
from jobs.runtime import job


@job()
def make_report(run_id: int) -> bool:
    """Make the report of a run; its row in PostgreSQL decides whether there is anything to do."""
    return reports.make(run_id)


@job()
def mail_report(run_id: int) -> bool:
    """Send the mail of a run that is made; its row decides whether there is anything to send."""
    return report_mail.send(run_id)
