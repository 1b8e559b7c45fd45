"""How a check of everything that is stored gets on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.results.scalars import Json, moment


class CheckState(StrEnum):
    """Where a check stands; ``never`` is where nothing is known of one (any more)."""

    NEVER = "never"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A check of all series: how many are ``done`` of ``total``, and how many findings there were at its end."""

    state: CheckState = CheckState.NEVER
    asked_by: str = ""
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    total: int = 0
    done: int = 0
    findings: int | None = None
    error: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come."""
        return self.state in (CheckState.WAITING, CheckState.RUNNING)


def quality_check(found: QualityCheck) -> dict[str, Json]:
    """Its JSON."""
    return {
        "state": found.state.value,
        "asked_by": found.asked_by or None,
        "asked_at": moment(found.asked_at),
        "ended_at": moment(found.ended_at),
        "total": found.total,
        "done": found.done,
        "findings": found.findings,
        "error": found.error or None,
    }
