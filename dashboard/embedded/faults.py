"""What went wrong, where, and what to do, in one sentence a person can act on."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from dashboard.errors import EmbeddedServiceError

LOG_LINES = 8
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DISK_FULL_TEXTS = ("No space left on device", "Disk quota exceeded")


def disk_full(home: Path) -> EmbeddedServiceError:
    """The disk under the home has no room left."""
    return EmbeddedServiceError(
        f"The disk that holds {home} is full ({_free_megabytes(home)} MB free): "
        "make room there, or set DASHBOARD_HOME to a directory on another disk."
    )


def from_os_error(error: OSError, home: Path) -> EmbeddedServiceError:
    """An operating system's refusal under the home, said plainly."""
    if error.errno in DISK_FULL:
        return disk_full(home)
    where = error.filename or home
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return EmbeddedServiceError(
            f"{where} is not writable by the user with id {os.geteuid()} ({error.strerror}): "
            "give it to that user, run as its owner, or set DASHBOARD_HOME to another directory."
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return EmbeddedServiceError(f"{where} is not a directory: move it, or set DASHBOARD_HOME to another directory.")
    return EmbeddedServiceError(f"The embedded services cannot use {where}: {error.strerror or error}.")


def program_failed(name: str, doing: str, home: Path, output: str, log: Path | None = None) -> EmbeddedServiceError:
    """A program ended when it should not have; ``output`` is what it said last."""
    if any(text in output for text in DISK_FULL_TEXTS):
        return disk_full(home)
    lines = [line for line in output.strip().splitlines() if line.strip()][-LOG_LINES:]
    said = "\n  ".join(lines) if lines else "(nothing)"
    where = f" (the whole log is {log})" if log else ""
    return EmbeddedServiceError(f"The embedded {name} failed while {doing}{where}; it said:\n  {said}")


def tail(log: Path, start: int = 0, size: int = 8192) -> str:
    """The end of a log file, from the byte ``start`` on at most ``size`` bytes."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - size))
        return file.read().decode("utf-8", "replace")


def _free_megabytes(home: Path) -> int:
    existing = next(path for path in (home, *home.parents) if path.exists())
    return shutil.disk_usage(existing).free // 1_000_000
