"""The job that holds prices against a second source."""

from __future__ import annotations

from collections import Counter

import structlog

from dashboard.domain.access import SYSTEM
from dashboard.services import second_source
from jobs.runtime import job

log = structlog.get_logger(__name__)


@job()
def compare_sources() -> None:
    """Compare the last closes and rates of what portfolios need with what another provider says of them."""
    found = second_source.compare(SYSTEM)
    log.info(
        "prices.compared",
        series=len(found),
        different=sum(one.different for one in found),
        failed=dict(Counter(one.code for one in found if not one.complete)),
    )
