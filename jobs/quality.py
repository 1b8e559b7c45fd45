"""The job that checks everything that is stored."""

from __future__ import annotations

from dashboard.services import quality_checks
from jobs.runtime import job


@job()
def check_prices() -> None:
    """Check every stored price and rate anew; the page of data quality shows how it gets on."""
    quality_checks.run()
