"""Who uses the services of a home, and starting and stopping them by that."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dashboard.embedded import faults
from dashboard.embedded.layout import Layout, prepare
from dashboard.embedded.locks import FileLock, critical_section
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.valkey import Valkey

TURN_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Share:
    """One process's use of the services; its lock ends with the process, however that ends."""

    layout: Layout
    users: FileLock
    process_id: int
    postgres: Postgres | None
    valkey: Valkey | None

    def release(self) -> None:
        """Stop using the services, and stop them when nobody else does. A forked copy only closes its descriptor."""
        if os.getpid() != self.process_id:
            self.users.close()
            return
        with critical_section(self.layout.start_lock, TURN_SECONDS):
            self.users.unlock()
            self.users.close()
            stop_if_unused(self.layout)


def take_share(home: Path, *, database: bool, redis: bool) -> Share:
    """Use the services of a home, starting what is down. Raises: EmbeddedServiceError."""
    try:
        layout = prepare(home)
        with critical_section(layout.start_lock, TURN_SECONDS):
            return _start(layout, database=database, redis=redis)
    except OSError as error:
        raise faults.from_os_error(error, home) from error


def _start(layout: Layout, *, database: bool, redis: bool) -> Share:
    postgres = Postgres(layout) if database else None
    valkey = Valkey(layout) if redis else None
    users = FileLock(layout.users_lock)
    users.share()
    try:
        for service in (valkey, postgres):
            if service is not None:
                service.ensure()
        _watch(layout)
    except BaseException:
        users.close()
        stop_if_unused(layout)
        raise
    return Share(layout, users, os.getpid(), postgres, valkey)


def stop_if_unused(layout: Layout) -> bool:
    """Stop both services unless a living process uses them. Call it inside the critical section."""
    users = FileLock(layout.users_lock)
    try:
        if not users.try_alone():
            return False
        for service in (Postgres(layout), Valkey(layout)):
            service.shut_down()
        return True
    finally:
        users.close()


def _watch(layout: Layout) -> None:
    """Have one small process per home that stops the services after the last user was killed."""
    lock = FileLock(layout.watch_lock)
    try:
        if lock.try_alone():
            watcher = subprocess.Popen(  # noqa: S603  # this interpreter, no shell
                [sys.executable, "-m", "dashboard.embedded.watch", str(layout.home), str(lock.descriptor)],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(lock.descriptor,),
            )
            watcher.returncode = 0  # it outlives this process: Popen shall neither wait for it nor warn of it
    finally:
        lock.close()
