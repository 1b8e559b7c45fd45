"""A person's last visit to a portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastVisit:
    """What came after ``since`` is news. ``ended_at`` is when the visit before this one ended; None on the first."""

    since: datetime
    ended_at: datetime | None
