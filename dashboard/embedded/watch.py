"""The watcher of a home: waits until the last user is gone, killed ones too, then stops the services and ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from dashboard.embedded.layout import prepare
from dashboard.embedded.locks import FileLock, critical_section
from dashboard.embedded.supervisor import TURN_SECONDS, stop_if_unused

GRACE_SECONDS = 2.0


def watch(home: Path, descriptor: int) -> None:
    """Wait for the last user, leave a moment for the next one, and stop the services when none came."""
    layout = prepare(home)
    users = FileLock(layout.users_lock)
    stopped = False
    while not stopped:
        users.wait_alone()
        users.unlock()
        time.sleep(GRACE_SECONDS)
        with critical_section(layout.start_lock, TURN_SECONDS):
            stopped = stop_if_unused(layout)
            if stopped:
                os.close(descriptor)  # inside the section: who starts next starts a watcher of its own


if __name__ == "__main__":
    watch(Path(sys.argv[1]), int(sys.argv[2]))
