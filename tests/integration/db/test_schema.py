"""The schema: migrations from zero, what check sees, and what the application's role may not do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dashboard.db import schema
from dashboard.embedded import APPLICATION_ROLE, EmbeddedServices
from dashboard.errors import SchemaMismatch, ServiceUnavailable, SettingsError
from tests.conftest import DatabaseUrls, other_database

# The revision before bars within a day, which also changed how prices are laid out.
BEFORE_INTRADAY = "0017"
pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture
def empty_database(
    services: EmbeddedServices, database_urls: DatabaseUrls, worker_number: int
) -> Iterator[DatabaseUrls]:
    """A database of its own for a test that changes the schema."""
    name = f"schema_{worker_number}"
    with psycopg.connect(libpq(database_urls.admin_url), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} owner basis_owner")
        yield DatabaseUrls(
            *(other_database(url, name) for url in (database_urls.database_url, database_urls.migration_url, ""))
        )
        connection.execute(f"drop database {name} with (force)")


def libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def rows_of(database: DatabaseUrls, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq(database.migration_url)) as connection:
        return connection.execute(query.encode()).fetchall()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(libpq(url)) as connection:
        connection.execute(statement.encode())


def test_migrations_from_zero_give_the_schema_of_the_models(empty_database: DatabaseUrls) -> None:
    report = schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)

    assert report.revision == report.head
    for url in (empty_database.database_url, empty_database.migration_url):
        assert schema.check(url).differences == ()


def test_every_migration_can_be_taken_back(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)

    schema.downgrade(empty_database.migration_url, "base")

    with psycopg.connect(libpq(empty_database.migration_url)) as connection:
        left = connection.execute("select relname from pg_class where relnamespace = 'public'::regnamespace").fetchall()
    assert sorted(left) == [("alembic_version",), ("alembic_version_pkc",)]
    assert schema.upgrade(empty_database.migration_url, APPLICATION_ROLE).current


def test_two_upgrades_at_once_both_succeed(empty_database: DatabaseUrls) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(schema.upgrade, empty_database.migration_url, APPLICATION_ROLE) for _ in range(2)]
        reports = [each.result() for each in both]

    assert all(report.revision == report.head for report in reports)
    schema.require_current(empty_database.database_url)


def test_a_database_without_tables_is_refused_with_what_to_run(empty_database: DatabaseUrls) -> None:
    with pytest.raises(SchemaMismatch, match="dashboard db upgrade"):
        schema.require_current(empty_database.database_url)


def test_a_database_of_a_newer_version_is_neither_used_nor_changed(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    execute(empty_database.migration_url, "update alembic_version set version_num = 'later'")

    with pytest.raises(SchemaMismatch, match="newer version"):
        schema.require_current(empty_database.database_url)
    with pytest.raises(SchemaMismatch, match="later"):
        schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)


EARLIER_ROWS = """
insert into instruments (id, symbol, currency) values (1, 'A', 'USD');
insert into portfolios (id, name, slug, base_currency, method, track_cash)
values (1, 'Mine', 'mine', 'EUR', 'average', false);
insert into accounts (id, portfolio_id, name) values (1, 1, 'Broker');
insert into transactions (portfolio_id, account_id, instrument_id, date, type, currency, quantity, price, fee, tax,
    amount, fx_rate, cash_currency, target_amount, target_currency, ratio, settle_date, note, external_id, row_hash)
values
    (1, 1, 1, '2024-01-02', 'buy', 'USD', 10, 100.5, 1.25, 0, 1005, 0.91, 'EUR', null, null, null, '2024-01-04',
     'first', 'X-1', sha256('a')),
    (1, 1, null, '2024-01-03', 'exchange', 'EUR', 0, null, 0, 0, 100, null, null, 108.3, 'USD', null, null, '', null,
     sha256('b')),
    (1, 1, 1, '2024-01-04', 'split', 'USD', 0, null, 0, 0, 0, null, null, null, null, 5, null, '', null, sha256('c')),
    (1, 1, 1, '2024-01-05', 'dividend', 'USD', 0, null, 0, 1.5, -3, null, null, null, null, null, null, '', null,
     sha256('d')),
    (1, 1, null, '2024-01-08', 'fee', 'USD', 0, null, 0, 0, 0, null, null, null, null, null, null, '', null,
     sha256('e'));
"""
EARLIER_COLUMNS = """id, account_id, instrument_id, date, type, currency, quantity, price, fee, tax, amount, fx_rate,
    cash_currency, target_amount, target_currency, ratio, settle_date, note, external_id, row_hash, version"""


def test_rows_written_before_every_type_was_known_read_the_same_after_the_upgrade(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    schema.downgrade(empty_database.migration_url, "0005")
    execute(empty_database.migration_url, EARLIER_ROWS)
    wanted = f"select {EARLIER_COLUMNS} from transactions order by id"
    with psycopg.connect(libpq(empty_database.migration_url)) as connection:
        before = connection.execute(wanted.encode()).fetchall()

    assert schema.upgrade(empty_database.migration_url, APPLICATION_ROLE).current

    with psycopg.connect(libpq(empty_database.database_url)) as connection:
        assert connection.execute(wanted.encode()).fetchall() == before
        added = "target_instrument_id, cost_fraction, acquired, cost, lot_ids, accrued = 0, fee_currency"
        blank = connection.execute(f"select distinct {added} from transactions".encode()).fetchall()
        counted = connection.execute("select method, track_cash, allow_shorts from portfolios").fetchall()
    assert blank == [(None, None, None, None, [], True, None)]
    assert counted == [("average", False, False)]


def test_the_key_of_prices_is_built_anew_both_ways_with_every_row(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    schema.downgrade(empty_database.migration_url, BEFORE_INTRADAY)
    execute(
        empty_database.migration_url,
        """
        insert into instruments (symbol, currency) values ('A', 'USD'), ('B', 'EUR');
        insert into prices (instrument_id, date, open, close, source)
        select i.id, date '2020-01-01' + n, nullif(n % 3, 0), 1 + n / 7.0, 'file'
        from instruments i, generate_series(0, 999) n
        """,
    )
    before = rows_of(empty_database, "select * from prices order by instrument_id, date")

    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)

    assert len(before) == 2000
    assert rows_of(empty_database, "select * from prices order by instrument_id, date") == before
    assert schema.check(empty_database.database_url).differences == ()
    schema.downgrade(empty_database.migration_url, BEFORE_INTRADAY)
    assert rows_of(empty_database, "select * from prices order by instrument_id, date") == before


def test_taking_every_type_back_keeps_the_rows_that_the_earlier_version_knew(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    execute(empty_database.migration_url, EARLIER_ROWS)
    later = """
        update portfolios set method = 'hifo', allow_shorts = true;
        insert into transactions (portfolio_id, account_id, instrument_id, date, type, currency, quantity, row_hash)
        values (1, 1, 1, '2024-01-09', 'staking', 'USD', 1, sha256('f'));
    """
    execute(empty_database.migration_url, later)

    schema.downgrade(empty_database.migration_url, "0005")

    with psycopg.connect(libpq(empty_database.migration_url)) as connection:
        kinds = connection.execute("select type from transactions order by id").fetchall()
        assert kinds == [("buy",), ("exchange",), ("split",), ("dividend",), ("fee",)]
        assert connection.execute("select method from portfolios").fetchall() == [("fifo",)]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("alter table prices drop constraint ck_prices_close", "prices constraint ck_prices_close: missing"),
        (
            "alter table prices drop constraint ck_prices_close, add constraint ck_prices_close check (close >= 0)",
            "prices constraint ck_prices_close: is CHECK",
        ),
        (
            "alter table transactions drop constraint ck_transactions_target_of_type",
            "transactions constraint ck_transactions_target_of_type: missing",
        ),
        ("revoke insert on portfolio_tags from basis_app", "portfolio_tags: this role may not INSERT"),
        (
            "drop index ix_transactions_portfolio_id_date",
            "transactions index ix_transactions_portfolio_id_date: missing",
        ),
        ("alter table users alter column name drop not null", "users.name: is text default"),
        ("alter table users add column nickname text", "users.nickname: not in the models"),
        ("alter table audit disable trigger audit_append_only", "audit: the trigger"),
        ("grant update on audit to basis_app", "audit: this role may UPDATE"),
        ("revoke delete on prices from basis_app", "prices: this role may not DELETE"),
    ],
)
def test_check_names_what_differs(empty_database: DatabaseUrls, change: str, difference: str) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    execute(empty_database.migration_url, change)

    report = schema.check(empty_database.database_url)

    assert not report.current
    assert [line for line in report.differences if line.startswith(difference)] == list(report.differences)


def test_reset_drops_every_row_and_makes_the_schema_anew(empty_database: DatabaseUrls) -> None:
    schema.upgrade(empty_database.migration_url, APPLICATION_ROLE)
    execute(empty_database.database_url, "insert into instruments (symbol, currency) values ('A', 'USD')")

    schema.reset(empty_database.migration_url, APPLICATION_ROLE)

    assert schema.check(empty_database.database_url).current
    with psycopg.connect(libpq(empty_database.database_url)) as connection:
        assert connection.execute("select count(*) from instruments").fetchone() == (0,)


def test_a_role_that_does_not_own_the_tables_is_told_who_must_migrate(empty_database: DatabaseUrls) -> None:
    with pytest.raises(SchemaMismatch, match="DATABASE_MIGRATION_URL"):
        schema.upgrade(empty_database.database_url)


def test_an_application_role_that_does_not_exist_is_named(empty_database: DatabaseUrls) -> None:
    with pytest.raises(SettingsError, match="no role nobody_like_this"):
        schema.upgrade(empty_database.migration_url, "nobody_like_this")

    with pytest.raises(SchemaMismatch, match="no tables yet"):
        schema.require_current(empty_database.migration_url)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(ServiceUnavailable) as refusal:
        schema.require_current("postgresql://someone:very-secret@127.0.0.1:1/none")

    assert "127.0.0.1:1/none" in refusal.value.message
    assert "very-secret" not in refusal.value.message


ENTRY = "insert into audit (action, previous_hash, hash) values ('sign_in', '', '')"


@pytest.mark.parametrize("statement", ["update audit set action = ''", "delete from audit", "truncate audit"])
def test_the_application_can_only_add_to_the_audit_trail(clean_database: DatabaseUrls, statement: str) -> None:
    execute(clean_database.database_url, ENTRY)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(clean_database.database_url, statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        execute(clean_database.migration_url, statement)


def test_the_application_cannot_change_the_schema(clean_database: DatabaseUrls) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(clean_database.database_url, "drop table prices")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(clean_database.database_url, "create table mine (id int)")
