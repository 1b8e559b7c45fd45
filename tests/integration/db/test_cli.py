"""``dashboard db``, as a person types it."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from dashboard.cli import main
from tests.conftest import DatabaseUrls

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    clean_database: DatabaseUrls, redis_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command on this worker's database; its exit status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", clean_database.database_url)
    monkeypatch.setenv("DATABASE_MIGRATION_URL", clean_database.migration_url)
    monkeypatch.setenv("REDIS_URL", redis_url)

    def run_command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["db", *arguments])
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run_command


def test_upgrade_of_a_current_schema_changes_nothing_and_says_where_it_stands(run: Run) -> None:
    status, output, _ = run("upgrade", "--json")

    report = json.loads(output)
    assert (status, report["current"], report["revision"]) == (0, True, report["head"])


def test_check_exits_with_1_and_names_what_differs(run: Run, clean_database: DatabaseUrls) -> None:
    def execute(statement: bytes) -> None:
        with psycopg.connect(clean_database.migration_url.replace("+psycopg", "")) as connection:
            connection.execute(statement)

    execute(b"alter table prices add column bid float8")
    try:
        status, output, _ = run("check")
    finally:
        execute(b"alter table prices drop column bid")

    assert (status, output.splitlines()[0]) == (1, "prices.bid: not in the models (double precision)")
    assert run("check")[0] == 0


def test_reset_wants_to_be_asked_twice(run: Run, clean_database: DatabaseUrls) -> None:
    with psycopg.connect(clean_database.database_url.replace("+psycopg", "")) as connection:
        connection.execute("insert into instruments (symbol, currency) values ('A', 'USD')")

    status, _, errors = run("reset")

    assert status == 2
    assert "--yes" in errors
    assert run("reset", "--yes", "--json")[0] == 0
    with psycopg.connect(clean_database.database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("select count(*) from instruments").fetchone() == (0,)
