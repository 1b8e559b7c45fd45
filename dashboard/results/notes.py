"""Remarks that travel with numbers: what is stale, estimated or missing, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatusNote:
    """One remark. ``code`` is a :class:`Status` or a stable word such as ``unresolved`` or ``negative_cash``."""

    code: str
    message: str
    symbol: str | None = None
    since: date | None = None
