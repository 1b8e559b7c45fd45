"""Who uses the services of a home, and starting and stopping them by that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.embedded import faults
from dashboard.embedded.layout import Layout, prepare
from dashboard.embedded.locks import FileLock, critical_section
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.process import Supervised
from dashboard.embedded.programs import ENVIRONMENT
from dashboard.embedded.valkey import Valkey

TURN_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Share:
    """One process's use of the services; its lock ends with the process, however that ends."""

    layout: Layout
    users: FileLock
    presence: FileLock
    postgres: Postgres
    valkey: Valkey
    wanted: tuple[Supervised, ...]
    process_id: int = field(default_factory=os.getpid)

    def ensure(self) -> None:
        """Start again what has died since. Raises: EmbeddedServiceError."""
        try:
            with critical_section(self.layout.start_lock, TURN_SECONDS):
                _ensure(self.wanted)
        except OSError as error:
            raise faults.from_os_error(error, self.layout.home) from error

    def release(self) -> None:
        """Stop using the services, and stop them when nobody else does. A forked copy only closes its descriptors."""
        try:
            if os.getpid() == self.process_id:
                self._release()
        finally:
            self.close()

    def leave(self) -> None:
        """Count no longer, and stop the services if nobody counts. Call it inside the critical section."""
        self.users.unlock()
        stop_if_unused(self.layout, self.users, (self.postgres, self.valkey))
        self.presence.unlock()

    def close(self) -> None:
        """Close every descriptor."""
        for lock in (self.users, self.presence, self.postgres.lock, self.valkey.lock):
            lock.close()

    def _release(self) -> None:
        try:
            with critical_section(self.layout.start_lock, TURN_SECONDS):
                self.leave()
        except FileNotFoundError:  # the home was removed, and nobody can find these services any more
            _stop(self.wanted)


def take_share(home: Path, *, database: bool, redis: bool) -> Share:
    """Use the services of a home, starting what is down. Raises: EmbeddedServiceError."""
    try:
        layout = prepare(home)
        with critical_section(layout.start_lock, TURN_SECONDS):
            return _start(layout, database=database, redis=redis)
    except OSError as error:
        raise faults.from_os_error(error, home) from error


def stop_if_unused(layout: Layout, users: FileLock, services: Iterable[Supervised]) -> bool:
    """Stop the services unless a living process uses them. Call it inside the critical section."""
    if not users.try_alone():
        return False
    try:
        _stop(services)
        layout.forget_sockets()
    finally:
        users.unlock()
    return True


def _start(layout: Layout, *, database: bool, redis: bool) -> Share:
    postgres, valkey = Postgres(layout), Valkey(layout)
    wanted = tuple(service for service, asked in ((valkey, redis), (postgres, database)) if asked)
    share = Share(layout, FileLock(layout.users_lock), FileLock(layout.presence_lock), postgres, valkey, wanted)
    share.users.share()
    share.presence.share()
    try:
        _watch(layout)
        _ensure(wanted)
    except BaseException:
        share.leave()
        share.close()
        raise
    return share


def _ensure(services: Iterable[Supervised]) -> None:
    for service in services:
        service.ensure()


def _stop(services: Iterable[Supervised]) -> None:
    for service in services:
        service.stop()


def _watch(layout: Layout) -> None:
    """Have one small process per home that looks after the services, also after the last user was killed."""
    lock = FileLock(layout.watch_lock)
    try:
        if lock.try_alone():
            with layout.watch_log.open("wb") as log:
                watcher = subprocess.Popen(  # noqa: S603  # this interpreter, no shell
                    [sys.executable, "-m", "dashboard.embedded.watch", str(layout.home), str(lock.descriptor)],
                    cwd=Path(__file__).parents[2],
                    env=ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=(lock.descriptor,),
                )
            watcher.returncode = 0  # it outlives this process: Popen shall neither wait for it nor warn of it
    finally:
        lock.close()
