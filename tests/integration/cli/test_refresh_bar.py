"""How a refresh gets on: a bar on a terminal with what failed, and not a sign of it in a file."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import redis

from dashboard.settings import Settings
from tests.integration.cli.conftest import CommandLine, environment_of

WORDS = ("prices", "refresh", "--from", "2026-01-02", "NOSUCH", "SMWX")


def on_a_terminal(settings: Settings) -> str:
    """What the command writes to standard error where that is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    command = [sys.executable, "-m", "dashboard.cli", *WORDS]
    environment = environment_of(settings, PYTHONPATH=str(Path.cwd()))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        written = b""
        while chunk := _read(ours):
            written += chunk
    os.close(ours)
    assert process.returncode == 1
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side is closed
        return b""


def test_on_a_terminal_a_bar_names_the_series_that_is_being_fetched_and_counts_what_failed(
    settings: Settings, redis_client: redis.Redis
) -> None:
    written = on_a_terminal(settings)
    assert "NOSUCH:   0%" in written and "0/2" in written
    assert "SMWX:  50%" in written and "1/2" in written and "failed=1" in written


def test_in_a_file_there_is_no_bar(dashboard: CommandLine) -> None:
    answer = dashboard(*WORDS)
    assert (answer.status, "%" in answer.err, "0/2" in answer.err) == (1, False, False)
    assert answer.out.splitlines()[-1] == "2 series, 1 incomplete."
