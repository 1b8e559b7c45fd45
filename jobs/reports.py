"""Jobs of reports."""

from __future__ import annotations

from dashboard.services import reports
from jobs.runtime import job


@job()
def make_report(run_id: int) -> bool:
    """Make the report of a run; its row in PostgreSQL decides whether there is anything to do."""
    return reports.make(run_id)
