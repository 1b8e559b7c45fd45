"""How a request for histories gets on: how many series are done, which is being fetched, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BackFillState(StrEnum):
    """Where a request for histories stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SeriesFailure:
    """Why a series is not complete; without a ``code`` it has not failed: nobody was to be asked for it."""

    symbol: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class BackFill:
    """A request for histories. ``failures`` are the first of the ``failed``, and of what nobody is asked for.

    ``current`` is being fetched.
    """

    id: str
    state: BackFillState = BackFillState.WAITING
    total: int = 0
    done: int = 0
    rows: int = 0
    current: str = ""
    failed: int = 0
    failures: tuple[SeriesFailure, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come."""
        return self.state in (BackFillState.WAITING, BackFillState.RUNNING)
