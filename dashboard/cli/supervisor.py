"""Run the processes of the product side by side: start, watch, restart, stop."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOP_GRACE_SECONDS = 20.0
RESTART_DELAYS_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_AFTER_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running: its name on the screen and its command line."""

    name: str
    command: tuple[str, ...]


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


def free_port(host: str, wanted: int, *, taken: Sequence[int] = ()) -> int:
    """``wanted``, or the next port on ``host`` that nobody listens on and that is not in ``taken``."""
    for port in range(wanted, min(wanted + 200, 65536)):
        if port in taken:
            continue
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {host} from {wanted} on")


def end_with_parent() -> None:
    """Ask Linux to terminate this child when its parent dies, however that dies; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Supervisor:
    """Keeps ``programs`` running in ``environment`` until it is told to stop."""

    programs: Sequence[Program]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    _running: list[_Running] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, ready: Callable[[], None] | None = None) -> int:
        """Start all, call ``ready`` once, and watch until SIGINT or SIGTERM. Returns the exit status."""
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._running = [self._start(program) for program in self.programs]
            if ready is not None:
                ready()
            while not self._stop.wait(0.2):
                self._watch()
        finally:
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0

    @property
    def stopping(self) -> bool:
        """Whether a signal has asked for the end."""
        return self._stop.is_set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, program: Program, failures: int = 0) -> _Running:
        # A session of its own: a Ctrl-C on the terminal reaches only this process, which stops them in order.
        process = subprocess.Popen(  # noqa: S603  # our own command lines
            program.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,  # nothing else runs in this process yet
            cwd=ROOT,
        )
        return _Running(program, process, time.monotonic(), failures)

    def _watch(self) -> None:
        now = time.monotonic()
        for index, running in enumerate(self._running):
            if running.process.poll() is None:
                continue
            if running.restart_at is None:
                steady = now - running.started_at > STEADY_AFTER_SECONDS
                running.failures = 1 if steady else running.failures + 1
                delay = RESTART_DELAYS_SECONDS[min(running.failures, len(RESTART_DELAYS_SECONDS)) - 1]
                running.restart_at = now + delay
                self.say(f"{running.program.name} ended with status {running.process.returncode}; again in {delay:g} s")
            elif now >= running.restart_at:
                self._running[index] = self._start(running.program, running.failures)

    def _stop_all(self) -> None:
        alive = [running for running in self._running if running.process.poll() is None]
        for running in alive:
            running.process.terminate()
        deadline = time.monotonic() + STOP_GRACE_SECONDS
        for running in alive:
            try:
                running.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{running.program.name} did not stop in time and is killed")
                os.killpg(running.process.pid, signal.SIGKILL)
                running.process.wait()
