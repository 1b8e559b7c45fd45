"""Queries that every request asks: outside of transactions, over connections that may have died since."""

from __future__ import annotations

import gc

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.db.engine import db
from dashboard.db.models import User
from dashboard.db.reading import Reading
from tests.conftest import DatabaseUrls
from tests.factories import make_user
from tests.integration.conftest import CLEANER

e_mails = Reading(text("select email, role from users where role = :role order by email"))


def _end_connections(urls: DatabaseUrls) -> int:
    """End every connection of the application to the database, as a restart does; how many there were."""
    with psycopg.connect(urls.admin_url.replace("+psycopg", ""), autocommit=True) as connection:
        ended = connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
            " and application_name <> %s",
            [CLEANER],
        ).fetchall()
    return len(ended)


def test_rows_have_their_columns_as_attributes_and_no_transaction_is_left_open(app_context: Flask) -> None:
    make_user("a@example.org")
    db.session.remove()
    assert [(row.email, row.role) for row in e_mails(role="user")] == [("a@example.org", "user")]
    assert not db.session().in_transaction()


def test_inside_a_transaction_it_sees_what_that_has_written(app_context: Flask) -> None:
    db.session.add(User(email="b@example.org", password_hash="!", role="user"))
    db.session.flush()
    assert [row.email for row in e_mails(role="user")] == ["b@example.org"]
    db.session.rollback()
    assert list(e_mails(role="user")) == []


def test_many_rows_are_made_one_by_one_within_a_transaction_and_outside(app_context: Flask) -> None:
    counted = Reading(text("select n, null as nothing from generate_series(1, :most) as n order by n"))
    numbers = list(range(1, 1302))
    assert counted.of_each(lambda row: row[0], most=1301) == numbers
    assert not db.session().in_transaction() and gc.isenabled()
    db.session.execute(text("select 1"))
    assert counted.of_each(lambda row: row[0], most=1301) == numbers
    db.session.rollback()
    with pytest.raises(ZeroDivisionError):
        counted.of_each(lambda row: 1 // (row[0] - 700), most=1301)
    assert gc.isenabled()
    assert counted.of_each(lambda row: row[1], most=1) == [None]


def test_connections_that_the_server_has_closed_are_replaced_unnoticed(
    app_context: Flask, database_urls: DatabaseUrls
) -> None:
    make_user("a@example.org")
    db.session.remove()
    for _ in range(3):
        e_mails(role="user")
        assert _end_connections(database_urls) >= 1
        assert [row.email for row in e_mails(role="user")] == ["a@example.org"]
        assert _end_connections(database_urls) >= 1
        assert db.session.scalar(text("select count(*) from users")) == 1
        db.session.remove()


def test_a_failure_has_the_name_that_sqlalchemy_gives_it(app_context: Flask) -> None:
    with pytest.raises(DBAPIError):
        Reading(text("select 1 / :zero as one"))(zero=0)
    db.session.rollback()
    assert list(e_mails(role="user")) == []
