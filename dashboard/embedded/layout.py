"""Where the embedded services keep their files, and under which user id they run.

PostgreSQL refuses to run as root, and a home under ``/root`` cannot be traversed by anyone else. Both programs
therefore run inside their data directory and name it by ``/proc/self/cwd``: no parent has to be opened to them, the
directory above stays closed to every other user, and a server's socket path is short however long the home is.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import EmbeddedServiceError

SOCKET_PATH_BYTES = 100
CURRENT_DIRECTORY = Path("/proc/self/cwd")
UNPRIVILEGED_USER = "nobody"


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user that the programs run as: None is whoever runs this process."""

    user_id: int | None
    group_id: int | None

    def own(self, path: Path) -> None:
        """Give one file or directory of ours to that user."""
        if self.user_id is None or self.group_id is None:
            return
        try:
            os.chown(path, self.user_id, self.group_id)
        except OSError as error:
            raise EmbeddedServiceError(
                f"PostgreSQL does not run as root, and root may not give {path} to the user with id {self.user_id} "
                f"here ({error.strerror}): run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error


@dataclass(frozen=True, slots=True)
class Layout:
    """The directories and files of one home. ``sockets`` is where clients reach the data directories' sockets."""

    home: Path
    root: Path
    sockets: Path
    run_as: RunAs

    @property
    def start_lock(self) -> Path:
        """Held alone while services are started or stopped."""
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the services; looked at only while holding the start lock."""
        return self.root / "users.lock"

    @property
    def presence_lock(self) -> Path:
        """Shared by the same processes; the watcher waits on this one, so that it never disturbs a decision."""
        return self.root / "presence.lock"

    @property
    def watch_lock(self) -> Path:
        """Held by the watcher for as long as it lives."""
        return self.root / "watch.lock"

    def forget_sockets(self) -> None:
        """Remove the short link to the sockets, if there is one."""
        if self.sockets != self.root:
            self.sockets.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                self.sockets.parent.rmdir()

    @property
    def watch_log(self) -> Path:
        """What the watcher could not do."""
        return self.root / "watch.log"


def prepare(home: Path) -> Layout:
    """Make the directories of a home that are missing. Raises: OSError, EmbeddedServiceError."""
    home = Path(os.path.realpath(home))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = home / "embedded"
    if not root.is_dir():
        root.mkdir(mode=0o700, exist_ok=True)
        _follow_owner(root, home)
    layout = locate(home)
    if layout.sockets != root:
        _link(layout.sockets, root)
    for file in (layout.start_lock, layout.users_lock, layout.presence_lock, layout.watch_lock, layout.watch_log):
        claim(file, root)
    return layout


def locate(home: Path) -> Layout:
    """The places of a home that was prepared before; makes nothing. Raises: FileNotFoundError."""
    home = Path(os.path.realpath(home))
    root = home / "embedded"
    return Layout(home, root, _sockets(root), _run_as(root))


def claim(path: Path, root: Path) -> Path:
    """Create a file with the owner of ``root``, so that root may start what its user started before."""
    if not path.exists():
        path.touch(mode=0o600)
        _follow_owner(path, root)
    return path


def _follow_owner(path: Path, example: Path) -> None:
    if os.geteuid() == 0:
        owner = example.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _run_as(root: Path) -> RunAs:
    if os.geteuid() != 0:
        return RunAs(None, None)
    if not CURRENT_DIRECTORY.exists():
        raise EmbeddedServiceError(
            "The embedded services need /proc to run for root: mount it, run as an ordinary user, "
            "or set DATABASE_URL and REDIS_URL."
        )
    owner = root.stat()
    if owner.st_uid != 0:
        return RunAs(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise EmbeddedServiceError(
            f"PostgreSQL does not run as root and there is no user '{UNPRIVILEGED_USER}' to run it as: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from None
    return RunAs(nobody.pw_uid, nobody.pw_gid)


def _sockets(root: Path) -> Path:
    """The root itself, or a short link to it where a socket's path would not fit into its address."""
    longest = root / "postgres" / ".s.PGSQL.5432.lock"
    if len(os.fsencode(longest)) <= SOCKET_PATH_BYTES:
        return root
    name = "basis-" + hashlib.sha256(f"{os.geteuid()}:{root}".encode()).hexdigest()[:16]
    return _short_directory() / name / "s"


def _link(link: Path, root: Path) -> None:
    link.parent.mkdir(mode=0o700, exist_ok=True)
    _check_ours(link.parent)
    if not link.is_symlink() or link.readlink() != root:
        link.unlink(missing_ok=True)
        link.symlink_to(root)


def _short_directory() -> Path:
    temporary = Path(tempfile.gettempdir())
    return temporary if len(os.fsencode(temporary)) <= 40 else Path("/tmp")  # noqa: S108  # ours within it is checked


def _check_ours(directory: Path) -> None:
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedServiceError(
            f"{directory} is needed for sockets and is not a private directory of this user: remove it, or set "
            "DASHBOARD_HOME to a shorter path."
        )


def fits_platform() -> bool:
    """Whether there are embedded services for this operating system at all."""
    return sys.platform in {"linux", "darwin"}
