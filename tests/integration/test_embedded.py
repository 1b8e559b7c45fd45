"""The embedded services: started together, killed, moved, refused, and stopped with their last user."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from dashboard import embedded
from dashboard.embedded.layout import RunAs
from dashboard.embedded.locks import FileLock, critical_section
from dashboard.embedded.programs import postgres_directory, valkey_program
from dashboard.errors import EmbeddedServiceError
from dashboard.redis_store import connect
from tests.conftest import scratch_directory

REPOSITORY = Path(__file__).parents[2]
NOBODY = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
DEADLINE_SECONDS = 40.0

USER = """
import json, sys
from pathlib import Path
from dashboard import embedded
from dashboard.errors import EmbeddedServiceError
try:
    services = embedded.start(Path(sys.argv[1]))
except EmbeddedServiceError as error:
    print(json.dumps({"error": error.message}), flush=True)
    raise SystemExit(1)
print(json.dumps(services.environment()), flush=True)
sys.stdin.readline()
services.release()
"""


@dataclass(frozen=True, slots=True)
class User:
    """A process of its own that uses the services until it is told to go, or killed."""

    process: subprocess.Popen[str]

    def said(self) -> dict[str, str]:
        assert self.process.stdout is not None
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> None:
        self.process.communicate("\n", timeout=DEADLINE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=DEADLINE_SECONDS)


@pytest.fixture
def home() -> Iterator[Path]:
    """A place for a home that does not exist yet, with every service stopped at the end."""
    base = Path(tempfile.mkdtemp(prefix="basis-home-", dir=scratch_directory()))
    base.chmod(0o755)
    yield base / "home"
    eventually(lambda: not alive(base / "home"))
    shutil.rmtree(base)


@pytest.fixture(scope="session")
def stopped_home() -> Iterator[Path]:
    """A home whose data directory was made before and that nobody uses."""
    base = Path(tempfile.mkdtemp(prefix="basis-home-", dir=scratch_directory()))
    embedded.start(base / "home").release()
    yield base / "home"
    shutil.rmtree(base)


@pytest.fixture
def used_home(home: Path, stopped_home: Path) -> Path:
    """A home of this test alone with a data directory, which starts faster."""
    subprocess.run(["cp", "-a", str(stopped_home), str(home)], check=True)
    return home


def start_user(home: Path, prefix: tuple[str, ...] = (), **environment: str) -> User:
    return User(
        subprocess.Popen(
            [*prefix, sys.executable, "-c", USER, str(home)],
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )


def as_nobody() -> tuple[str, ...]:
    """What runs a command as an ordinary user. Skips where that user cannot run this Python or read the code."""
    if os.geteuid() != 0:
        return ()
    prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    # Through a shell: setpriv itself still finds a program that only root can reach, what it runs no longer does.
    itself = [*prefix, "sh", "-c", 'exec "$0" -c "import dashboard"', sys.executable]
    if subprocess.run(itself, cwd=REPOSITORY, check=False, stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("an ordinary user cannot run this Python or read this checkout")
    return prefix


def alive(home: Path) -> bool:
    """Whether PostgreSQL or Redis of a home lives: the locks that they hold tell."""
    found = False
    for path in (home / "embedded").glob("*.lock"):
        if path.stem in {"postgres", "valkey"}:
            lock = FileLock(path)
            found = found or not lock.try_alone()
            lock.close()
    return found


def process_id(home: Path, name: str) -> int:
    return int((home / "embedded" / f"{name}.lock").read_text())


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def query(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_a_new_home_and_a_used_one_start_and_stop_in_seconds(
    home: Path, record_property: Callable[[str, object], None]
) -> None:
    for visit in ("first", "second"):
        began = time.monotonic()
        services = embedded.start(home)
        record_property(f"{visit}_start_seconds", round(time.monotonic() - began, 2))
        began = time.monotonic()
        services.release()
        services.release()
        record_property(f"{visit}_stop_seconds", round(time.monotonic() - began, 2))
        assert not alive(home)


def test_nothing_listens_on_the_network_and_both_are_durable(used_home: Path) -> None:
    with embedded.start(used_home) as services:
        assert query(services.database_url, "SHOW listen_addresses") == ""
        assert query(services.database_url, "SHOW fsync") == "on"
        assert str(query(services.database_url, "SHOW server_version")).startswith("18")
        with connect(services.redis_url) as client:
            settings = client.config_get("port", "appendonly", "appendfsync")
        assert settings == {"port": "0", "appendonly": "yes", "appendfsync": "always"}


def test_the_application_owns_nothing_and_the_owner_owns_the_database(used_home: Path) -> None:
    with embedded.start(used_home) as services:
        assert query(services.database_url, "SELECT current_user || '@' || current_database()") == "basis_app@basis"
        query(services.migration_url, "CREATE TABLE held (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(services.database_url, "SELECT * FROM held")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(services.database_url, "CREATE TABLE mine (id int)")


def test_two_commands_that_start_together_share_one_set_and_the_last_one_stops_it(home: Path) -> None:
    users = [start_user(home), start_user(home)]
    said = [user.said() for user in users]
    assert said[0] == said[1]
    assert query(said[0]["DATABASE_URL"], "SELECT 1") == 1
    users[0].leave()
    assert query(said[1]["DATABASE_URL"], "SELECT 1") == 1
    users[1].leave()
    assert not alive(home)


def test_after_kill_9_of_its_starter_a_later_command_finds_what_was_acknowledged(used_home: Path) -> None:
    starter = start_user(used_home)
    said = starter.said()
    query(said["DATABASE_MIGRATION_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    with connect(said["REDIS_URL"]) as client:
        client.set("kept", "42")
    starter.kill()
    with embedded.start(used_home) as services:
        assert query(services.migration_url, "SELECT answer FROM kept") == 42
        with connect(services.redis_url) as client:
            assert client.get("kept") == b"42"
    assert not alive(used_home)


def test_killed_users_do_not_count_and_the_services_stop_without_them(used_home: Path) -> None:
    users = [start_user(used_home), start_user(used_home)]
    for user in users:
        user.said()
    for user in users:
        user.kill()
    assert alive(used_home)
    eventually(lambda: not alive(used_home))


def test_kill_9_of_both_servers_loses_nothing_and_the_next_command_starts_them_again(used_home: Path) -> None:
    with embedded.start(used_home) as services:
        query(services.migration_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        with connect(services.redis_url) as client:
            client.set("kept", "42")
        for name in ("postgres", "valkey"):
            os.kill(process_id(used_home, name), signal.SIGKILL)
        with embedded.start(used_home) as again:
            assert query(again.migration_url, "SELECT answer FROM kept") == 42
            with connect(again.redis_url) as client:
                assert client.get("kept") == b"42"


def test_servers_killed_beneath_their_user_come_back_by_themselves(used_home: Path) -> None:
    with embedded.start(used_home) as services:
        before = {name: process_id(used_home, name) for name in ("postgres", "valkey")}
        for number in before.values():
            os.kill(number, signal.SIGKILL)
        eventually(lambda: all(process_id(used_home, name) != number for name, number in before.items()))
        services.ensure()  # waits for its turn, so for the end of a start that is under way
        assert query(services.database_url, "SELECT 1") == 1
        with connect(services.redis_url) as client:
            assert client.ping()


def test_a_socket_path_that_would_be_too_long_is_made_short(home: Path) -> None:
    long_home = home / ("a-directory-with-a-long-name-" * 5) / ("and another " * 8)
    with embedded.start(long_home) as services:
        assert query(services.database_url, "SELECT 1") == 1
        with connect(services.redis_url) as client:
            assert client.ping()
        short = Path(services.redis_url.removeprefix("unix://").partition("/s/")[0])
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
        assert len(str(short)) < 60
    assert not short.exists()


def test_stale_files_of_a_server_that_was_cut_off_are_no_obstacle(used_home: Path) -> None:
    stale = f"{os.getpid()}\n/proc/self/cwd\n1700000000\n5432\n.\n\n 1 1\nready   \n"
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (used_home / "embedded" / "postgres" / name).write_text(stale)
    (used_home / "embedded" / "valkey" / "valkey.sock").touch()
    (used_home / "embedded" / "postgres.new").mkdir()
    with embedded.start(used_home) as services:
        assert query(services.database_url, "SELECT 1") == 1


def test_a_home_removed_beneath_its_user_leaves_no_server_behind(used_home: Path) -> None:
    services = embedded.start(used_home)
    ids = [process_id(used_home, name) for name in ("postgres", "valkey")]
    shutil.rmtree(used_home)
    services.release()
    assert not any(Path(f"/proc/{number}/exe").exists() for number in ids)


@AS_ROOT
def test_root_runs_the_servers_as_an_ordinary_user_without_opening_a_parent(stopped_home: Path) -> None:
    base = Path(tempfile.mkdtemp(prefix="basis-closed-", dir="/root"))
    subprocess.run(["cp", "-a", str(stopped_home), str(base / "home")], check=True)
    modes = [path.stat().st_mode for path in (base, base.parent)]
    try:
        with embedded.start(base / "home") as services:
            assert query(services.database_url, "SELECT 1") == 1
            for name in ("postgres", "valkey"):
                assert Path(f"/proc/{process_id(base / 'home', name)}").stat().st_uid == NOBODY
            assert stat.S_IMODE((base / "home" / "embedded").stat().st_mode) == 0o700
            assert [path.stat().st_mode for path in (base, base.parent)] == modes
            assert "Permission denied" in connection_error_as_nobody(services.database_url)
    finally:
        shutil.rmtree(base)


def connection_error_as_nobody(url: str) -> str:
    """What the very user that the server runs as is told when it tries the database from outside."""
    code = "import psycopg, sys; psycopg.connect(sys.argv[1])"
    command = [*as_nobody(), sys.executable, "-c", code, url.replace("+psycopg", "")]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False).stderr


@AS_ROOT
def test_root_runs_programs_that_lie_where_only_root_may_look(used_home: Path) -> None:
    closed = Path(tempfile.mkdtemp(prefix="basis-closed-"))
    packages = (postgres_directory().parents[1], valkey_program(RunAs(None, None)).path.parents[2])
    for package in packages:
        ignore = shutil.ignore_patterns("include", "pginstall", "*.a")
        shutil.copytree(package, closed / package.name, ignore=ignore)
    copies = used_home.parent / "tmp"
    copies.mkdir(mode=0o755)
    user = start_user(used_home, PYTHONPATH=str(closed), TMPDIR=str(copies))
    said = user.said()
    assert query(said["DATABASE_URL"], "SELECT 1") == 1
    for name in ("postgres", "valkey"):
        assert Path(f"/proc/{process_id(used_home, name)}/exe").resolve().is_relative_to(copies)
    user.leave()
    shutil.rmtree(closed)


def test_an_ordinary_user_starts_and_stops_them(home: Path) -> None:
    prefix = as_nobody()
    if os.geteuid() == 0:
        os.chown(home.parent, NOBODY, NOBODY)
    user = start_user(home, prefix)
    said = user.said()
    user.leave()
    assert "DATABASE_URL" in said, said
    assert not alive(home)


@AS_ROOT
def test_root_carries_on_in_a_users_home_and_leaves_it_to_that_user(home: Path) -> None:
    prefix = as_nobody()
    os.chown(home.parent, NOBODY, NOBODY)
    start_user(home, prefix).leave()
    with embedded.start(home) as services:
        assert query(services.database_url, "SELECT 1") == 1
    user = start_user(home, prefix)
    assert "DATABASE_URL" in user.said()
    user.leave()


def test_a_home_that_cannot_be_written_is_named_with_what_to_do(home: Path) -> None:
    prefix = as_nobody()
    home.mkdir(mode=0o500)
    user = start_user(home, prefix)
    message = user.said()["error"]
    user.leave()
    assert str(home) in message
    assert "not writable" in message
    assert "DASHBOARD_HOME" in message


def test_a_home_that_is_a_file_is_refused(home: Path) -> None:
    home.touch()
    with pytest.raises(EmbeddedServiceError, match="is not a directory"):
        embedded.start(home)


@AS_ROOT
@pytest.mark.parametrize("megabytes", [1, 24])
def test_a_full_disk_is_named(home: Path, megabytes: int) -> None:
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        with pytest.raises(EmbeddedServiceError, match=r"The disk that holds .* is full .*make room"):
            embedded.start(home)
        assert not alive(home)
    finally:
        eventually(lambda: subprocess.run(["umount", str(home)], capture_output=True, check=False).returncode == 0)


def test_a_command_that_does_not_get_its_turn_says_who_is_waited_for(home: Path) -> None:
    home.mkdir()
    busy = FileLock(home / "start.lock")
    assert busy.try_alone()
    with pytest.raises(EmbeddedServiceError, match="Another command"), critical_section(home / "start.lock", 0.05):
        raise AssertionError("the turn was another's")
    busy.close()
    with critical_section(home / "start.lock", 0.05):
        pass  # the file of a command that is gone is no obstacle


def test_data_of_another_major_version_is_refused_with_a_way_out(used_home: Path) -> None:
    (used_home / "embedded" / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServiceError, match="made by PostgreSQL 16 and this release runs PostgreSQL 18"):
        embedded.start(used_home)
    assert not alive(used_home)


def test_a_server_that_fails_is_quoted_with_the_path_of_its_log(used_home: Path) -> None:
    (used_home / "embedded" / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedServiceError, match=r"could not find the database system") as caught:
        embedded.start(used_home)
    assert str(used_home / "embedded" / "postgres.log") in caught.value.message
    assert not alive(used_home)


def test_without_the_packages_it_says_what_to_install(home: Path) -> None:
    command = [sys.executable, "-S", "-c", USER, str(home)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "pip install '.[embedded]'" in json.loads(done.stdout)["error"]


def test_with_both_addresses_nothing_embedded_is_imported(home: Path) -> None:
    code = """
import sys
from dashboard.embedded import child_environment, services_for
from dashboard.settings import Settings
given = {"DATABASE_URL": "postgresql://db/basis", "REDIS_URL": "redis://cache", "DASHBOARD_HOME": sys.argv[1]}
with services_for(Settings.from_env(given, env_file=None)) as settings:
    print(child_environment(settings))
loaded = [name for name in sys.modules if name.startswith(("dashboard.embedded.", "pixeltable", "valkey"))]
print(loaded)
"""
    command = [sys.executable, "-c", code, str(home)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    addresses, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert addresses == str(
        {
            "DATABASE_URL": "postgresql://db/basis",
            "DATABASE_MIGRATION_URL": "postgresql://db/basis",
            "REDIS_URL": "redis://cache",
        }
    )
    assert not home.exists()


def test_with_one_address_only_the_other_service_is_started(home: Path) -> None:
    from dashboard.settings import Settings

    given = Settings.build(database_url="postgresql://db/basis", dashboard_home=str(home))
    with embedded.services_for(given) as settings:
        environment = embedded.child_environment(settings)
        assert environment["DATABASE_URL"] == "postgresql://db/basis"
        with connect(environment["REDIS_URL"]) as client:
            assert client.ping()
        assert not (home / "embedded" / "postgres").exists()
