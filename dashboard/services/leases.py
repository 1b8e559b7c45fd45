"""Leases on work: renewed while it is done, lost when its worker dies, and then taken over by another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import structlog
from flask import current_app

from dashboard.db.failures import DBAPIError, PoolTimeout

if TYPE_CHECKING:
    from flask import Flask

LEASE_SECONDS = 20.0
RENEWALS_PER_LEASE = 4
MOST_ATTEMPTS = 3

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another worker has taken the work over; what this one has done must not be stored."""


@contextmanager
def kept(renew: Callable[[], bool], lease_seconds: float | None = None) -> Iterator[None]:
    """Renew a lease from a thread of its own for the length of a block.

    ``renew`` says whether the lease is still ours; it runs in an application context with a session of its own.
    """
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # what the proxy stands for
    ended = threading.Event()
    pause = (lease_seconds or LEASE_SECONDS) / RENEWALS_PER_LEASE
    fields = structlog.contextvars.get_contextvars()
    thread = threading.Thread(target=_renew_until, args=(app, ended, renew, pause, fields), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew_until(
    app: Flask, ended: threading.Event, renew: Callable[[], bool], pause: float, fields: dict[str, object]
) -> None:
    structlog.contextvars.bind_contextvars(**fields)
    while not ended.wait(pause):
        try:
            with app.app_context():
                if not renew():
                    log.warning("lease.lost")
                    return
        except (DBAPIError, PoolTimeout) as error:
            # The next turn tries again; should the database stay away, the lease runs out, which is what it is for.
            log.warning("lease.not_renewed", reason=type(error).__name__)
