"""Advisory file locks: the kernel lets go of them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.errors import EmbeddedServiceError

POLL_SECONDS = 0.02


class FileLock:
    """One lock on one file; its descriptor is closed in programs that this process executes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def share(self) -> None:
        """Hold it together with others, once nobody holds it alone."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Hold it alone if nobody else holds it."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_alone_for(self, seconds: float) -> bool:
        """Hold it alone as soon as it is free, within ``seconds``."""
        deadline = time.monotonic() + seconds
        while not self.try_alone():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def unlock(self) -> None:
        """Let go of it, for forked copies of this process too."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close this process's descriptor; a child that was given it goes on holding the lock."""
        os.close(self.descriptor)


@contextmanager
def critical_section(path: Path, seconds: float) -> Iterator[None]:
    """Be the only process that starts or stops services. Raises: EmbeddedServiceError after ``seconds``."""
    lock = FileLock(path)
    try:
        if not lock.try_alone_for(seconds):
            raise EmbeddedServiceError(
                f"Another command has been starting or stopping the services in {path.parent} for {seconds:.0f} s: "
                f"wait for it or end it, then try again (the lock is {path})."
            )
        yield
    finally:
        lock.close()
