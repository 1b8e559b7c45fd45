"""Trying again: a few times, with growing and random waits, within a bounded total time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from dashboard.errors import ProviderUnavailable

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long. The wait before attempt n is random up to ``first_wait_seconds`` * 2^(n - 1)."""

    attempts: int = 6
    total_seconds: float = 60.0
    first_wait_seconds: float = 0.4
    longest_wait_seconds: float = 6.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default=random.random)

    def call(self, attempt: Callable[[float], Answer]) -> Answer:
        """Call ``attempt`` with the seconds that are left, until it answers or no attempt or time is left.

        Raises: the last ProviderUnavailable, and at once whatever else ``attempt`` raises.
        """
        ends_at = self.clock() + self.total_seconds
        for number in range(1, self.attempts):
            try:
                return attempt(ends_at - self.clock())
            except ProviderUnavailable:
                wait = min(self.first_wait_seconds * 2 ** (number - 1), self.longest_wait_seconds) * self.jitter()
                if self.clock() + wait >= ends_at:
                    raise
                self.sleep(wait)
        return attempt(ends_at - self.clock())


def retry_after(value: str | None) -> float | None:
    """The seconds of a Retry-After header, whether it holds seconds or a date; None where it says nothing usable."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
