"""The watcher of a home: waits until the last user is gone, killed ones too, then stops the services and ends."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dashboard.embedded.layout import Layout, locate
from dashboard.embedded.locks import POLL_SECONDS, FileLock, critical_section
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.process import Supervised
from dashboard.embedded.supervisor import TURN_SECONDS, stop_if_unused
from dashboard.embedded.valkey import Valkey

GRACE_SECONDS = 2.0


def watch(home: Path, descriptor: int) -> None:
    """Wait for the last user, leave a moment for the next one, and stop the services when none came.

    ``descriptor`` holds the watcher's lock from before this process began.
    """
    layout = locate(home)
    services = (Postgres(layout), Valkey(layout))
    users, presence = FileLock(layout.users_lock), FileLock(layout.presence_lock)
    _keep_from_sweeping(layout)
    while True:
        presence.wait_alone()
        presence.unlock()
        _leave_a_moment(services)
        try:
            with critical_section(layout.start_lock, TURN_SECONDS):
                if stop_if_unused(layout, users, services):
                    os.close(descriptor)  # inside the section: who starts next starts a watcher of its own
                    return
        except FileNotFoundError:  # the home was removed, so nobody can use what still runs
            for service in services:
                service.stop()
            return


def _leave_a_moment(services: Sequence[Supervised]) -> None:
    """Wait for a next user, unless the last one has stopped everything itself."""
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(service.running() for service in services):
        time.sleep(POLL_SECONDS)


def _keep_from_sweeping(layout: Layout) -> None:
    """Lock the short directory for good: systemd-tmpfiles leaves a locked one in the temporary directory alone."""
    if layout.sockets != layout.root:
        fcntl.flock(os.open(layout.sockets.parent, os.O_RDONLY), fcntl.LOCK_SH)


if __name__ == "__main__":
    with suppress(FileNotFoundError):  # the home is gone already
        watch(Path(sys.argv[1]), int(sys.argv[2]))
