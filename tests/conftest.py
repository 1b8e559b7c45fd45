"""Fixtures of every test: one PostgreSQL and one Redis for a run, a database and a Redis number for each worker.

``TEST_DATABASE_URL`` (a role that may create databases) and ``TEST_REDIS_URL`` name servers to use in place of the
embedded ones. Nothing is started for tests that ask for none of this.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings
from psycopg import sql

from dashboard import embedded
from dashboard.redis_store import connect

RUN_HOME = "BASIS_TEST_HOME"
MEMORY_DIRECTORY = Path("/dev/shm")
ROOM_BYTES = 2_000_000_000
# Tests that mostly wait for processes of their own, by the beginning of their files' names.
WAITING = (
    "tests/integration/jobs/",
    "tests/integration/live/",
    "tests/integration/test_embedded",
    "tests/system/",
    "tests/browser/",
)


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The addresses of one worker's database, for each of its roles."""

    database_url: str
    migration_url: str
    admin_url: str


def scratch_directory() -> Path | None:
    """Where databases of tests are quickest: in memory where there is plenty of it, else the temporary directory."""
    roomy = MEMORY_DIRECTORY.is_dir() and shutil.disk_usage(MEMORY_DIRECTORY).free >= ROOM_BYTES
    return MEMORY_DIRECTORY if roomy and os.access(MEMORY_DIRECTORY, os.W_OK) else None


def pytest_configure(config: pytest.Config) -> None:
    """Choose the one home of this run before any worker starts; workers inherit it."""
    # Time is no property of an example: a busy machine must not fail one.
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")
    if not hasattr(config, "workerinput"):
        os.environ[RUN_HOME] = tempfile.mkdtemp(prefix="basis-tests-", dir=scratch_directory())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that mostly wait for other processes between those that compute, and none of them last.

    So that two workers seldom wait at once, and neither is left alone with a long file.
    """
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    waiting = [file for start in WAITING for file in files if file.startswith(start)]
    order = sorted(files.keys() - waiting, key=lambda file: (-len(files[file]), file))
    apart = 2 + len(order) // (2 * len(waiting) + 1)
    for number, file in enumerate(waiting):
        order.insert(number * apart, file)
    items[:] = [item for file in order for item in files[file]]


def pytest_collection_finish() -> None:
    """Take what was imported out of the garbage collector's rounds: it stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home of this run after the last worker has ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(RUN_HOME), ignore_errors=True)


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 for the first or only worker of pytest-xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def services() -> Iterator[embedded.EmbeddedServices]:
    """The embedded services of this run, shared by all its workers."""
    with embedded.start(Path(os.environ[RUN_HOME])) as running:
        yield running


@pytest.fixture(scope="session")
def database_urls(request: pytest.FixtureRequest, worker_number: int) -> DatabaseUrls:
    """A fresh, empty database of this worker, owned by the owner's role."""
    name = f"test_{worker_number}"
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        url = other_database(given, name)
        _create_database(given, name, owner=None)
        return DatabaseUrls(url, url, url)
    running: embedded.EmbeddedServices = request.getfixturevalue("services")
    _create_database(running.database_address("postgres", embedded.ADMIN_ROLE), name, owner=embedded.OWNER_ROLE)
    roles = (embedded.APPLICATION_ROLE, embedded.OWNER_ROLE, embedded.ADMIN_ROLE)
    return DatabaseUrls(*(running.database_address(name, role) for role in roles))


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest, worker_number: int) -> str:
    """The address of this worker's own numbered Redis database."""
    given = os.environ.get("TEST_REDIS_URL")
    address = given or request.getfixturevalue("services").redis_url
    return f"{address.partition('?')[0]}?db={worker_number}"


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A client of this worker's Redis, empty before the test."""
    client = connect(redis_url)
    client.flushdb()
    yield client
    client.close()


def other_database(url: str, database: str) -> str:
    """The SQLAlchemy address of another database of the same server."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg", path=f"/{database}"))


def _create_database(admin_url: str, name: str, owner: str | None) -> None:
    """Make an empty database, in place of what an earlier run left there."""
    identifier = sql.Identifier(name)
    with psycopg.connect(admin_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        if owner is not None:
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(identifier, sql.Identifier(owner)))
        # Tests do not survive a power cut, and need not wait for the disk.
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(identifier))
