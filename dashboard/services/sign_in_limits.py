"""How sign-in is slowed: by account and address together, by address, and by account for strangers.

An outsider can slow only himself: an address from which the account has signed in before passes the limit on the
account, and each pair of account and address is counted by itself. The counters are in Redis and expire.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from dashboard.errors import TooManyRequests
from dashboard.runtime import redis_client

WINDOW_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class _Limit:
    key: str
    failures: int


def check(email: str, address: str, *, known_address: bool) -> None:
    """Refuse an attempt while too many have failed. Raises: TooManyRequests."""
    for limit in _limits(email, address, known_address):
        failures = int(redis_client().get(limit.key) or 0)
        if failures >= limit.failures:
            remaining = max(int(redis_client().ttl(limit.key)), 1)
            raise TooManyRequests(f"Too many attempts. Try again in {_minutes(remaining)}.", remaining)


def note_failure(email: str, address: str) -> None:
    """Count a failed attempt."""
    with redis_client().pipeline() as pipeline:
        for limit in _limits(email, address, known_address=False):
            pipeline.incr(limit.key)
            pipeline.expire(limit.key, WINDOW_SECONDS, nx=True)
        pipeline.execute()


def forget(email: str, address: str) -> None:
    """Start again after a success: only for this account at this address."""
    redis_client().delete(_limits(email, address, known_address=True)[0].key)


def _limits(email: str, address: str, known_address: bool) -> tuple[_Limit, ...]:
    account = hashlib.sha256(email.encode()).hexdigest()[:24]
    limits = (
        _Limit(f"basis:sign-in:pair:{account}:{address}", 5),
        _Limit(f"basis:sign-in:address:{address}", 50),
        _Limit(f"basis:sign-in:account:{account}", 30),
    )
    return limits[:2] if known_address else limits


def _minutes(seconds: int) -> str:
    return "a minute" if seconds <= 60 else f"{-(-seconds // 60)} minutes"
