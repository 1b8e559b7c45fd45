"""A figure and how far it can be trusted: the status travels with the value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import fsum


class Status(StrEnum):
    """How good a figure is, best first."""

    OK = "ok"
    ESTIMATED = "estimated"
    STALE = "stale"
    INSUFFICIENT_DATA = "insufficient_data"
    UNDEFINED = "undefined"

    @property
    def rank(self) -> int:
        """0 for ``ok``, higher for worse."""
        return tuple(Status).index(self)


def worst(*statuses: Status) -> Status:
    """The worst of ``statuses``; ``ok`` when there is none."""
    return max(statuses, key=lambda status: status.rank, default=Status.OK)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``value`` is None exactly where it cannot be computed, and then ``reason`` says why."""

    value: float | None
    status: Status = Status.OK
    reason: str = ""

    @classmethod
    def undefined(cls, reason: str) -> Measure:
        """A figure that has no value, for ``reason``."""
        return cls(None, Status.UNDEFINED, reason)

    @classmethod
    def insufficient(cls, reason: str) -> Measure:
        """A figure that needs more observations than there are."""
        return cls(None, Status.INSUFFICIENT_DATA, reason)


def no_better_than(found: Measure, *made_of: Measure) -> Measure:
    """``found`` as doubtful as the most doubtful figure that it is made of; one without a value stays as it is."""
    poorer = max(made_of, key=lambda one: one.status.rank)
    if found.value is None or poorer.status.rank <= found.status.rank:
        return found
    return Measure(found.value, poorer.status, poorer.reason)


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of a result must know; ``code`` is stable, ``since`` an ISO date."""

    code: str
    message: str
    symbol: str | None = None
    since: str | None = None


def summed(values: Iterable[Measure]) -> Measure:
    """The sum of values, as doubtful as the most doubtful of them; without a value where one has none."""
    found = list(values)
    if len(found) == 1:
        return found[0]
    status = worst(*{value.status for value in found})
    reason = next((value.reason for value in found if value.status is status), "")
    numbers = [value.value for value in found if value.value is not None]
    return Measure(fsum(numbers) if len(numbers) == len(found) else None, status, reason)
