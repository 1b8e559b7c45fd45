"""The embedded PostgreSQL: its data directory, its settings, its roles and database."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from dashboard.embedded import ADMIN_ROLE, APPLICATION_ROLE, DATABASE, OWNER_ROLE, faults
from dashboard.embedded.layout import CURRENT_DIRECTORY, Layout
from dashboard.embedded.process import Supervised
from dashboard.embedded.programs import POSTGRES_MAJOR, Program, postgres_program
from dashboard.errors import EmbeddedServiceError

INITIALISE = (
    f"--username={ADMIN_ROLE}",
    "--auth=trust",  # the only way in is a socket inside a directory that nobody else may enter
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
SETTINGS = {
    "cluster_name": "basis",
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
STATUS_LINE = 7
LEFTOVERS = ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock")


class Postgres(Supervised):
    """PostgreSQL in ``embedded/postgres``, on a socket in that same directory."""

    title = "PostgreSQL"
    gentle_signal = signal.SIGINT  # stop cleanly, disconnecting whoever is still there

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, "postgres")
        self.host = layout.sockets / "postgres"

    def address(self, database: str, role: str) -> str:
        """The SQLAlchemy address of a database for a role."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.host), safe='/')}"

    def ensure(self) -> None:
        """Start it unless it runs, on a data directory that is made when missing. Raises: EmbeddedServiceError."""
        if self.survives():
            return
        run_as = self.layout.run_as
        if not (self.data / "PG_VERSION").is_file():
            self._initialise(postgres_program("initdb", run_as))
        self._check_version()
        for name in LEFTOVERS:
            (self.data / name).unlink(missing_ok=True)  # the lock says that nothing runs: they are stale
        arguments = ["-D", str(self._data_argument())]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        self.launch(postgres_program("postgres", run_as), arguments)
        self._ensure_roles()

    def answers(self) -> bool:
        """Whether it takes a connection now; asked only once its own file says so, to keep refusals out of its log."""
        import psycopg

        if self._status() != "ready":
            return False
        try:
            psycopg.connect(self._admin(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _status(self) -> str:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""

    def _data_argument(self) -> Path:
        return self.data if self.layout.run_as.user_id is None else CURRENT_DIRECTORY

    def _initialise(self, initdb: Program) -> None:
        unfinished = self.layout.root / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.layout.run_as.own(unfinished)
        target = unfinished if self.layout.run_as.user_id is None else CURRENT_DIRECTORY
        with self.held() as descriptor:  # should this process be killed, the next one waits for initdb's end
            done = initdb.run([*INITIALISE, "-D", str(target)], unfinished, keep=(descriptor,))
        if done.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise faults.program_failed("PostgreSQL", f"making {self.data}", self.layout.home, done.stdout)
        if self.data.is_dir() and not any(self.data.iterdir()):
            self.data.rmdir()
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_MAJOR):
            raise EmbeddedServiceError(
                f"{self.data} was made by PostgreSQL {found} and this release runs PostgreSQL {POSTGRES_MAJOR}: "
                f"move the data with pg_dump of version {found}, or set DASHBOARD_HOME to a new directory."
            )

    def _admin(self) -> str:
        return self.address(ADMIN_ROLE, ADMIN_ROLE).replace("postgresql+psycopg://", "postgresql://")

    def _ensure_roles(self) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self._admin(), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER_ROLE, APPLICATION_ROLE):
                if role not in known:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                names = (sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE))
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
