"""One supervised program: is it alive, start it, stop it.

The program inherits a lock that nobody else can hold while it or any child of it lives, so that "is it running" is
asked of the kernel and never guessed from a process id that may have been used again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import ClassVar

from dashboard.embedded import faults
from dashboard.embedded.layout import Layout, claim
from dashboard.embedded.locks import POLL_SECONDS, FileLock
from dashboard.embedded.programs import ENVIRONMENT, Program, user_arguments

START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOG_BYTES = 2_000_000


class Supervised(ABC):
    """A program that runs inside ``layout.root / name``, writes ``name.log`` and holds ``name.lock``."""

    title: ClassVar[str]
    gentle_signal: ClassVar[signal.Signals]

    def __init__(self, layout: Layout, name: str) -> None:
        self.layout = layout
        self.data = layout.root / name
        self.log = layout.root / f"{name}.log"
        # Kept open: the program can be found and stopped even after its home was removed.
        self.lock = FileLock(claim(layout.root / f"{name}.lock", layout.root))

    @abstractmethod
    def ensure(self) -> None:
        """Start it unless it runs. Raises: EmbeddedServiceError."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves a client now."""

    def running(self) -> bool:
        """Whether the program or a child of it lives."""
        if self.lock.try_alone():
            self.lock.unlock()
            return False
        return True

    def died(self) -> bool:
        """Whether it was started and has ended without being stopped."""
        return self._process_id() > 0 and not self.running()

    def survives(self) -> bool:
        """Whether it runs and serves; one that does not serve in time, or left only children behind, is stopped."""
        deadline = time.monotonic() + STOP_SECONDS
        while self.running():
            if self.answers():
                return True
            if time.monotonic() > deadline:
                self.stop()
            time.sleep(POLL_SECONDS)
        return False

    def launch(self, program: Program, arguments: Sequence[str]) -> None:
        """Start the program and wait until it answers. Raises: EmbeddedServiceError with what it said."""
        self._trim_log()
        said_before = self.log.stat().st_size
        self._spawn(program, arguments)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self.running():
                raise self._failure(f"starting in {self.data}", said_before)
            if time.monotonic() > deadline:
                self.stop()
                raise self._failure(f"starting in {self.data} for {START_SECONDS:.0f} s", said_before)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask it to end, insist after a while, and wait until nothing of it lives."""
        if not self.running():
            self._forget()
            return
        for request in (self.gentle_signal, signal.SIGQUIT, signal.SIGKILL):
            self._signal(request)
            if self.lock.try_alone_for(STOP_SECONDS):
                self.lock.unlock()
                self._reap()
                self._forget()
                return
        raise self._failure("being stopped", 0)

    def _spawn(self, program: Program, arguments: Sequence[str]) -> None:
        with self.held() as descriptor, self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # a program of the package, no shell
                [str(program.path), *arguments],
                cwd=self.data,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(descriptor,),
                **user_arguments(program.run_as),
            )
        self._remember(process)

    @contextmanager
    def held(self) -> Iterator[int]:
        """A descriptor that holds the lock for the program that inherits it; this process does not count as holding."""
        held = FileLock(self.lock.path)
        try:
            if not held.try_alone():
                raise self._failure("starting, because another one took its place", 0)
            yield held.descriptor
        finally:
            held.close()

    def _remember(self, process: subprocess.Popen[bytes]) -> None:
        try:
            os.pwrite(self.lock.descriptor, f"{process.pid:<12}".encode(), 0)
        except OSError:  # a full disk: what cannot be found again must not be left running
            process.kill()
            process.wait()
            raise
        process.returncode = 0  # it outlives this process: Popen shall neither wait for it nor warn of it

    def _process_id(self) -> int:
        written = os.pread(self.lock.descriptor, 12, 0).strip()
        return int(written) if written.isdigit() else 0

    def _forget(self) -> None:
        os.ftruncate(self.lock.descriptor, 0)

    def _reap(self) -> None:
        with suppress(ChildProcessError):  # it was another command's child
            os.waitpid(self._process_id(), os.WNOHANG)

    def _signal(self, number: signal.Signals) -> None:
        process_id = self._process_id()
        with suppress(ProcessLookupError):
            # The leader of a session of its own, as it was started: an id in use again by another program is not.
            if process_id > 1 and os.getsid(process_id) == process_id:
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
