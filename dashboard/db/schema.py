"""The schema of a database: bring it up to date, compare it with the code, refuse to run on another, start anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from dashboard.db.catalogue import AUDIT_PRIVILEGES, ROW_PRIVILEGES, differences
from dashboard.db.engine import database_address, psycopg_url
from dashboard.db.models import Base
from dashboard.errors import SchemaMismatch, ServiceUnavailable, SettingsError
from dashboard.settings import Settings

# One number that every version of the product takes before it changes a schema.
UPGRADE_LOCK = 0x6261736973
LOCK_TIMEOUT = "30s"
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class SchemaReport:
    """Where a database stands: its revision, the one that the code needs, and every difference from the models."""

    revision: str | None
    head: str
    differences: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether the revision is the one that the code needs and nothing differs."""
        return self.revision == self.head and not self.differences


def upgrade(migration_url: str, application_role: str | None = None) -> SchemaReport:
    """Bring the schema to the newest revision and grant ``application_role`` what it needs; safe to run twice at once.

    Raises: ServiceUnavailable, SchemaMismatch (a newer version was here).
    """
    with _connected(migration_url) as connection:
        _take_upgrade_lock(connection)
        _upgrade(connection, application_role)
        return SchemaReport(_revision(connection), head_revision())


def upgrade_for(settings: Settings) -> SchemaReport:
    """:func:`upgrade` with the addresses of ``settings``: the owner migrates, and the application's role is granted."""
    return upgrade(*_addresses(settings))


def downgrade(migration_url: str, revision: str) -> None:
    """Take migrations back to ``revision`` ("base": all of them), with the data of what they made."""
    with _connected(migration_url) as connection:
        _take_upgrade_lock(connection)
        command.downgrade(_config(connection), revision)


def check(url: str) -> SchemaReport:
    """Compare a database with the code, by the catalogue. Raises: ServiceUnavailable."""
    with _connected(url) as connection:
        revision = _revision(connection)
        found = differences(connection) if revision == head_revision() else ()
        connection.rollback()
        return SchemaReport(revision, head_revision(), found)


def require_current(url: str) -> None:
    """Raises: SchemaMismatch, which says what to run, ServiceUnavailable."""
    with _connected(url) as connection:
        revision = _revision(connection)
    if revision == head_revision():
        return
    if revision is not None and revision not in _known_revisions():
        raise SchemaMismatch(
            f"The database is at revision {revision}, which this version does not know: a newer version upgraded it. "
            "Run that version, or restore a backup made before."
        )
    state = "has no tables yet" if revision is None else f"is at revision {revision}"
    raise SchemaMismatch(
        f"The database {state}; this version needs revision {head_revision()}: run `dashboard db upgrade`."
    )


def reset(migration_url: str, application_role: str | None = None) -> SchemaReport:
    """Drop every table of the product with all its data, and make them anew. Raises: ServiceUnavailable."""
    with _connected(migration_url) as connection:
        _take_upgrade_lock(connection)
        names = ", ".join(f'"{name}"' for name in [*Base.metadata.tables, VERSION_TABLE])
        connection.execute(text(f"drop table if exists {names} cascade"))
        connection.execute(text("drop function if exists audit_is_append_only()"))
        _upgrade(connection, application_role)
        return SchemaReport(_revision(connection), head_revision())


def reset_for(settings: Settings) -> SchemaReport:
    """:func:`reset` with the addresses of ``settings``."""
    return reset(*_addresses(settings))


def head_revision() -> str:
    """The revision that this code was written for."""
    return str(_scripts().get_current_head())


def _addresses(settings: Settings) -> tuple[str, str | None]:
    """The owner's address, and the application's role where it is another one."""
    application = database_address(settings)
    migration = settings.database_migration_url
    owner = psycopg_url(migration.get_secret_value()) if migration else application
    role = make_url(application).username
    return owner, role if role != make_url(owner).username else None


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """One connection in one transaction, committed at the end. Raises: ServiceUnavailable."""
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise ServiceUnavailable(f"The database at {where} cannot be used: {error.orig}") from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise SchemaMismatch(
            f"The role {engine.url.username} may not do this here ({_first_line(error.orig)}): migrations run as "
            "the role that owns the tables, which DATABASE_MIGRATION_URL names."
        ) from error
    finally:
        engine.dispose()


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _take_upgrade_lock(connection: Connection) -> None:
    connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, application_role: str | None) -> None:
    revision = _revision(connection)
    if revision is not None and revision not in _known_revisions():
        raise SchemaMismatch(f"The database is at revision {revision}, which this version does not know.")
    command.upgrade(_config(connection), "head")
    if application_role is not None:
        _grant(connection, application_role)


def _grant(connection: Connection, role: str) -> None:
    """Rows of every table, of the audit trail only to read and add, and temporary tables (bulk loads use one)."""
    if not connection.scalar(text("select exists (select from pg_roles where rolname = :role)"), {"role": role}):
        raise SettingsError((f"DATABASE_URL: the database has no role {role}; create it, then upgrade again",))
    quote = connection.dialect.identifier_preparer.quote_identifier
    grantee = quote(role)
    connection.execute(text(f"grant usage on schema {quote(_schema(connection))} to {grantee}"))
    connection.execute(text(f"grant select on {VERSION_TABLE} to {grantee}"))
    for table in Base.metadata.tables:
        privileges = AUDIT_PRIVILEGES if table == "audit" else ROW_PRIVILEGES
        connection.execute(text(f"revoke all on {quote(table)} from {grantee}"))
        connection.execute(text(f"grant {', '.join(sorted(privileges))} on {quote(table)} to {grantee}"))
    database = str(connection.scalar(text("select current_database()")))
    may_use_temporary = text("select has_database_privilege(:role, current_database(), 'TEMPORARY')")
    if not connection.scalar(may_use_temporary, {"role": role}):
        connection.execute(text(f"grant temporary on database {quote(database)} to {grantee}"))


def _schema(connection: Connection) -> str:
    return str(connection.scalar(text("select current_schema()")))
