"""The job that has instruments described."""

from __future__ import annotations

from collections import Counter

import structlog

from dashboard.domain.access import SYSTEM
from dashboard.services import instruments
from jobs.runtime import job

log = structlog.get_logger(__name__)


@job()
def describe_instruments() -> None:
    """Take over what providers say of the instruments in use. One that fails is asked for again the next week."""
    found = instruments.describe(SYSTEM)
    log.info(
        "instruments.described",
        count=len(found),
        changed=sum(one.changed for one in found),
        failed=dict(Counter(one.code for one in found if one.code)),
    )
