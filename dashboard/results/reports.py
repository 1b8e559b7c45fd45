"""Report runs: asked for, being made, made or failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReportKind(StrEnum):
    """What a report is about."""

    PERFORMANCE = "performance"
    HOLDINGS = "holdings"
    TRANSACTIONS = "transactions"
    TAX = "tax"


class ReportFormat(StrEnum):
    """The file a report becomes."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """What a browser is told about the file."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.JSON: "application/json",
}


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class MailState(StrEnum):
    """What became of the mail with a report."""

    NONE = "none"
    """Nobody wants one."""
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    OFF = "off"
    """The installation has no mail server."""


@dataclass(frozen=True, slots=True)
class ReportRunItem:
    """A line in the history of runs. ``progress`` is a fraction."""

    id: int
    portfolio_id: int
    portfolio_name: str
    kind: ReportKind
    format: ReportFormat
    period_from: date | None
    period_to: date | None
    state: RunState
    progress: float
    stage: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    error: str
    filename: str
    rows: int | None
    mail: MailState = MailState.NONE
    mail_error: str = ""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A finished report."""

    filename: str
    media_type: str
    content: bytes
