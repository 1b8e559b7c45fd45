"""Signing in and out, and the first set-up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
import structlog
from flask import Flask
from flask.testing import FlaskClient
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select, update

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.db.models.identity import User, UserSession
from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.errors import InvalidCredentials, TooManyRequests
from dashboard.security import passwords
from dashboard.services import accounts, sessions
from dashboard.web.auth import announce_set_up, set_up_token
from tests.web import EMAIL, HTML, PASSWORD, csrf, form_token, make_person, sign_in, signed_in

WRONG = "not the password at all"
REFUSAL = "That e-mail and password do not match."


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """None here: they cost what they cost an installation, nobody's too."""
    passwords._nobody.cache_clear()


def test_a_person_signs_in_goes_where_he_wanted_and_out_again(server: Flask, person: Actor) -> None:
    client = server.test_client()
    response = sign_in(client, next="/p/x?tf=1Y")
    assert (response.status_code, response.location) == (302, "/p/x?tf=1Y")
    cookie = client.get_cookie("basis_session")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/"
    assert client.get("/_dash-layout").status_code == 200
    assert client.post("/sign-out", headers=csrf(client)).location == "/sign-in"
    assert client.get("/_dash-layout").status_code == 401


def test_a_token_is_worth_nothing_after_sign_out(server: Flask, signed: FlaskClient) -> None:
    cookie = signed.get_cookie("basis_session")
    assert cookie is not None
    signed.post("/sign-out", headers=csrf(signed))
    thief = server.test_client()
    thief.set_cookie("basis_session", cookie.value)
    assert thief.get("/_dash-layout").status_code == 401


def test_every_sign_in_has_a_new_id_and_ends_the_session_before(server: Flask, signed: FlaskClient) -> None:
    first = signed.get_cookie("basis_session")
    response = signed.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=HTML | csrf(signed))
    second = signed.get_cookie("basis_session")
    assert response.status_code == 302 and first and second and first.value != second.value
    old = server.test_client()
    old.set_cookie("basis_session", first.value)
    assert old.get("/_dash-layout").status_code == 401


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(server: Flask, person: Actor) -> None:
    client = server.test_client()
    pages = [sign_in(client, email, WRONG) for email in (EMAIL, "nobody@example.org")]
    assert [page.status_code for page in pages] == [401, 401]
    texts = [page.get_data(as_text=True) for page in pages]
    assert all(REFUSAL in text for text in texts)
    assert client.get_cookie("basis_session") is None
    with server.app_context():
        entries = select(AuditEntry).where(AuditEntry.action == "session.refused").order_by(AuditEntry.id)
        assert [(row.email, row.result, row.address) for row in db.session.scalars(entries)] == [
            (EMAIL, "denied", "127.0.0.1"),
            ("nobody@example.org", "denied", "127.0.0.1"),
        ]


def test_an_unknown_address_takes_as_long_as_a_wrong_password(server: Flask, person: Actor) -> None:
    def best_of_three(email: str, number: int) -> float:
        taken = []
        for attempt in range(3):
            started = time.process_time()  # of the processor: a busy machine must not tell them apart
            with server.app_context(), pytest.raises(InvalidCredentials):
                accounts.authenticate(email, WRONG, f"10.0.{number}.{attempt}")
            taken.append(time.process_time() - started)
        return min(taken)

    known, unknown = best_of_three(EMAIL, 1), best_of_three("nobody@example.org", 2)
    assert 0.5 < known / unknown < 2.0


def test_guessing_is_slowed_and_says_for_how_long(server: Flask, person: Actor) -> None:
    client = server.test_client()
    answers = [sign_in(client, EMAIL, WRONG).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    response = sign_in(client)
    assert response.status_code == 429, "the right password does not help while it is slowed"
    assert int(response.headers["Retry-After"]) <= 900
    assert "Too many attempts" in response.get_data(as_text=True)


def test_an_outsider_cannot_lock_the_owner_out(server: Flask, person: Actor) -> None:
    signed_in(server)
    with server.app_context():
        for number in range(40):
            with pytest.raises((InvalidCredentials, TooManyRequests)):
                accounts.authenticate(EMAIL, WRONG, f"10.1.0.{number}")
        assert accounts.authenticate(EMAIL, PASSWORD, "127.0.0.1").email == EMAIL


def test_a_disabled_user_is_out_at_once_and_stays_out(server: Flask, signed: FlaskClient) -> None:
    assert signed.get("/_dash-layout").status_code == 200
    with server.app_context():
        accounts.disable_user(SYSTEM, EMAIL)
    assert signed.get("/_dash-layout").status_code == 401
    response = sign_in(server.test_client())
    assert response.status_code == 401 and REFUSAL in response.get_data(as_text=True)


def test_a_reset_password_ends_the_sessions_and_opens_a_new_one(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        accounts.reset_password(SYSTEM, EMAIL, "another honest sentence")
    assert signed.get("/_dash-layout").status_code == 401
    assert sign_in(server.test_client()).status_code == 401
    assert sign_in(server.test_client(), EMAIL, "another honest sentence").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"last_seen_at": datetime.now(UTC) - sessions.IDLE - timedelta(minutes=1)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    ],
)
def test_a_session_ends_when_it_idles_or_grows_old(
    server: Flask, signed: FlaskClient, change: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "CHECKED_SECONDS", 0.0)  # a moment later
    with server.app_context():
        db.session.execute(update(UserSession).values(**change))
        db.session.commit()
    assert signed.get("/_dash-layout").status_code == 401


def test_what_ends_in_another_process_has_ended_here_within_a_second(
    server: Flask, signed: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed.get("/_dash-layout").status_code == 200
    with server.app_context():
        db.session.execute(update(User).values(disabled_at=datetime.now(UTC)))
        db.session.commit()
    assert sessions.CHECKED_SECONDS <= 1.0
    monkeypatch.setattr(sessions, "CHECKED_SECONDS", 0.0)  # it has passed
    assert signed.get("/_dash-layout").status_code == 401


def test_only_a_hash_of_the_token_is_kept(server: Flask, signed: FlaskClient) -> None:
    cookie = signed.get_cookie("basis_session")
    assert cookie is not None
    with server.app_context():
        row = db.session.scalars(select(UserSession)).one()
        assert cookie.value.encode() not in row.token_hash and len(row.token_hash) == 32
        assert db.session.scalars(select(User)).one().password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_whoever_comes_first_sets_up_and_is_the_administrator(server: Flask, client: FlaskClient) -> None:
    token = form_token(client, "/set-up")
    form = {"csrf_token": token, "email": "Owner@Example.org", "password": PASSWORD, "repeat": PASSWORD}
    response = client.post("/set-up", data=form, headers=HTML)
    assert (response.status_code, response.location) == (302, "/")
    with server.app_context():
        (user,) = accounts.list_users(SYSTEM)
        assert (user.email, user.role) == ("owner@example.org", Role.ADMIN)
    assert client.get("/set-up", headers=HTML).location == "/sign-in"
    assert client.post("/set-up", data=form, headers=HTML | csrf(client)).location == "/sign-in"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short", "repeat": "short"}, "8 characters or more"),
        ({"password": "Password123!", "repeat": "Password123!"}, "first that a guesser tries"),
        ({"password": PASSWORD, "repeat": "something else"}, "The two passwords differ"),
        ({"email": "nonsense"}, "is not an e-mail address"),
        (
            {"email": "sunflower-fields@example.org", "password": "fields2024", "repeat": "fields2024"},
            "made of the e-mail",
        ),
    ],
)
def test_set_up_says_what_is_wrong_and_makes_nobody(
    server: Flask, client: FlaskClient, fields: dict[str, str], words: str
) -> None:
    form = {"csrf_token": form_token(client, "/set-up"), "email": EMAIL, "password": PASSWORD, "repeat": PASSWORD}
    response = client.post("/set-up", data=form | fields, headers=HTML)
    assert response.status_code == 422 and words in response.get_data(as_text=True)
    with server.app_context():
        assert not accounts.has_users()


def test_from_another_machine_set_up_needs_the_token_of_the_log(server: Flask, client: FlaskClient) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    shut = client.get("/set-up", headers=HTML, environ_overrides=elsewhere).get_data(as_text=True)
    assert 'name="password"' not in shut and "dashboard user create" in shut
    rebound = client.get("/set-up", headers=HTML | {"Host": "evil.example"}).get_data(as_text=True)
    assert 'name="password"' not in rebound, "a page elsewhere must not reach it through a local browser"
    with structlog.testing.capture_logs() as logs:
        announce_set_up(server)
    token = set_up_token(server)
    assert f"/set-up?token={token}" in logs[0]["message"]
    address = f"/set-up?token={token}"
    opened = client.get(address, headers=HTML, environ_overrides=elsewhere).get_data(as_text=True)
    assert 'name="password"' in opened
    form = {"csrf_token": form_token(client, "/set-up"), "email": EMAIL, "password": PASSWORD, "repeat": PASSWORD}
    refused = client.post("/set-up", data=form | {"token": "guess"}, headers=HTML, environ_overrides=elsewhere)
    assert refused.status_code == 403
    made = client.post("/set-up", data=form | {"token": token}, headers=HTML, environ_overrides=elsewhere)
    assert made.status_code == 302


def test_sessions_of_two_people_do_not_mix(server: Flask, signed: FlaskClient) -> None:
    make_person(server, "second@example.org")
    second = signed_in(server, "second@example.org")
    assert b"second" in second.get("/_dash-layout").data
    assert b"second" not in signed.get("/_dash-layout").data


def test_while_redis_is_down_signing_in_says_so(server: Flask, person: Actor) -> None:
    client = server.test_client()
    token = form_token(client)
    working = server.extensions["redis"]
    server.extensions["redis"] = redis.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    try:
        form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
        response = client.post("/sign-in", data=form, headers=HTML)
    finally:
        server.extensions["redis"] = working
    assert response.status_code == 503 and "Redis does not answer just now" in response.get_data(as_text=True)
