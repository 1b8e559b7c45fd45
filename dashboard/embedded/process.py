"""One supervised program: is it alive, start it, stop it.

The program inherits a lock that nobody else can hold while it or any child of it lives, so that "is it running" is
asked of the kernel and never guessed from a process id that may have been used again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from dashboard.embedded import faults
from dashboard.embedded.layout import Layout, claim
from dashboard.embedded.locks import POLL_SECONDS, FileLock
from dashboard.embedded.programs import ENVIRONMENT, Program, user_arguments

START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOG_BYTES = 2_000_000


class Supervised:
    """A program that runs inside ``layout.root / name``, writes ``name.log`` and holds ``name.lock``."""

    def __init__(self, layout: Layout, name: str, title: str) -> None:
        self.layout = layout
        self.title = title
        self.data = layout.root / name
        self.log = layout.root / f"{name}.log"
        self.lock_file = layout.root / f"{name}.lock"

    def running(self) -> bool:
        """Whether the program or a child of it lives."""
        lock = FileLock(claim(self.lock_file, self.layout.root))
        try:
            return not lock.try_alone()
        finally:
            lock.close()

    def launch(self, program: Program, arguments: Sequence[str], ready: Callable[[], bool]) -> None:
        """Start the program and wait until it answers. Raises: EmbeddedServiceError with what it said."""
        self._trim_log()
        said_before = self.log.stat().st_size
        self._spawn(program, arguments)
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if not self.running():
                raise self._failure(f"starting in {self.data}", said_before)
            if time.monotonic() > deadline:
                self.stop(signal.SIGTERM)
                raise self._failure(f"starting in {self.data}, for {START_SECONDS:.0f} s", said_before)
            time.sleep(POLL_SECONDS)

    def stop(self, gently: signal.Signals) -> None:
        """Ask it to end, insist after a while, and wait until nothing of it lives."""
        lock = FileLock(claim(self.lock_file, self.layout.root))
        try:
            for request in (gently, signal.SIGQUIT, signal.SIGKILL):
                if lock.try_alone():
                    return
                self._signal(request)
                if lock.try_alone_for(STOP_SECONDS):
                    self._reap()
                    return
            raise self._failure("being stopped", 0)
        finally:
            lock.close()

    def _spawn(self, program: Program, arguments: Sequence[str]) -> None:
        lock = FileLock(claim(self.lock_file, self.layout.root))
        try:
            if not lock.try_alone_for(STOP_SECONDS):
                raise self._failure("waiting for what is left of an earlier one", 0)
            with self.log.open("ab") as log:
                process = subprocess.Popen(  # noqa: S603  # a program of the package, no shell
                    [str(program.path), *arguments],
                    cwd=self.data,
                    env=ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(lock.descriptor,),
                    **user_arguments(program.run_as),
                )
            os.ftruncate(lock.descriptor, 0)
            os.pwrite(lock.descriptor, str(process.pid).encode(), 0)
            process.returncode = 0  # it outlives this process: Popen shall neither wait for it nor warn of it
        finally:
            lock.close()

    def _process_id(self) -> int:
        written = self.lock_file.read_text().strip()
        return int(written) if written.isdigit() else 0

    def _reap(self) -> None:
        with suppress(ChildProcessError):  # it was another command's child
            os.waitpid(self._process_id(), os.WNOHANG)

    def _signal(self, number: signal.Signals) -> None:
        process_id = self._process_id()
        with suppress(ProcessLookupError):
            # The leader of a session of its own, as it was started: a reused id is not.
            if process_id > 1 and os.getsid(process_id) == process_id:
                if number is signal.SIGKILL:
                    os.killpg(process_id, number)
                else:
                    os.kill(process_id, number)

    def _trim_log(self) -> None:
        claim(self.log, self.layout.root)
        if self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
            claim(self.log, self.layout.root)

    def _failure(self, doing: str, said_before: int) -> Exception:
        return faults.program_failed(
            self.title, doing, self.layout.home, faults.tail(self.log, said_before), log=self.log
        )
