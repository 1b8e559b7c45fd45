"""The watcher of a home: starts again what died while it is used, and stops everything after the last user.

Users that were killed are gone like any other. What it cannot do it writes to ``watch.log``, and tries again.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from dashboard.embedded.layout import Layout, locate
from dashboard.embedded.locks import POLL_SECONDS, FileLock, critical_section
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.process import Supervised
from dashboard.embedded.supervisor import TURN_SECONDS, stop_if_unused
from dashboard.embedded.valkey import Valkey
from dashboard.errors import EmbeddedServiceError

GRACE_SECONDS = 2.0
LOOK_SECONDS = 0.25
RETRY_SECONDS = 10.0


def watch(home: Path, descriptor: int) -> None:
    """Look after the services until nobody uses them. ``descriptor`` holds the watcher's lock since before it began.

    Raises: FileNotFoundError when the home was removed.
    """
    layout = locate(home)
    services = (Valkey(layout), Postgres(layout))
    users, presence = FileLock(layout.users_lock), FileLock(layout.presence_lock)
    _keep_from_sweeping(layout)
    try:
        while not presence.try_alone() or not _end(layout, users, presence, services, descriptor):
            time.sleep(LOOK_SECONDS if _revive(layout, services) else RETRY_SECONDS)
    except FileNotFoundError:
        for service in services:  # nobody can find them any more
            service.stop()
        raise


def _end(layout: Layout, users: FileLock, presence: FileLock, services: Sequence[Supervised], descriptor: int) -> bool:
    """Stop the services, unless somebody comes within a moment; whether they were stopped."""
    presence.unlock()
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(service.running() for service in services):
        time.sleep(POLL_SECONDS)
    with critical_section(layout.start_lock, TURN_SECONDS):
        stopped = stop_if_unused(layout, users, services)
        if stopped:
            os.close(descriptor)  # inside the section: who starts next starts a watcher of its own
    return stopped


def _revive(layout: Layout, services: Sequence[Supervised]) -> bool:
    """Start again what has died; False when that failed."""
    if not any(service.died() for service in services):
        return True
    try:
        with critical_section(layout.start_lock, TURN_SECONDS):
            for service in services:
                if service.died():
                    service.ensure()
    except FileNotFoundError:
        raise
    except (EmbeddedServiceError, OSError) as error:
        sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {error}\n")
        return False
    return True


def _keep_from_sweeping(layout: Layout) -> None:
    """Lock the short directory for good: systemd-tmpfiles leaves a locked one in the temporary directory alone."""
    if layout.sockets != layout.root:
        fcntl.flock(os.open(layout.sockets.parent, os.O_RDONLY), fcntl.LOCK_SH)


if __name__ == "__main__":
    with suppress(FileNotFoundError):  # the home is gone, and with it the log
        watch(Path(sys.argv[1]), int(sys.argv[2]))
