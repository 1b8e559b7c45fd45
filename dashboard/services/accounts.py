"""Accounts: who may sign in. The first user adopts what was made before there was any."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from dashboard.db.engine import db
from dashboard.db.models.identity import User
from dashboard.db.repositories import users
from dashboard.domain.access import Actor, Permission, Role, UserId
from dashboard.errors import Conflict, InvalidCredentials, InvalidInput, NotFound, PermissionDenied
from dashboard.results.accounts import UserItem
from dashboard.security.passwords import check_new_password, hash_password, is_outdated, password_matches
from dashboard.services import audit, sessions, sign_in_limits

EMAIL = re.compile(r"[^@\s\"<>(),;:\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?")


def has_users() -> bool:
    """Whether there is anybody who can sign in."""
    return users.exists()


def create_user(actor: Actor, email: str, password: str, *, role: Role = Role.USER, name: str = "") -> UserItem:
    """Make a user; the first of an installation becomes the owner of the portfolios that have none.

    Raises: InvalidInput for a bad e-mail or password; Conflict where the e-mail is taken; PermissionDenied.
    """
    _require_administer(actor)
    return _create(actor, email, password, role, name, only_first=False)


def create_first_admin(email: str, password: str, *, name: str = "", address: str = "") -> UserItem:
    """Make the first administrator, for the set-up page. Raises: Conflict where there is a user already."""
    return _create(Actor(user_id=None, address=address), email, password, Role.ADMIN, name, only_first=True)


def list_users(actor: Actor) -> tuple[UserItem, ...]:
    """All users, oldest first."""
    _require_administer(actor)
    return tuple(_item(user) for user in users.everyone())


def me(actor: Actor) -> UserItem:
    """The user that ``actor`` is. Raises: NotFound for the system, which is none."""
    user = None if actor.user_id is None else db.session.get(User, actor.user_id)
    if user is None:
        raise NotFound("The system is no user.")
    return _item(user)


def disable_user(actor: Actor, email: str) -> None:
    """Keep a user out from now on; his sessions end."""
    _require_administer(actor)
    user = _user(email)
    user.disabled_at = datetime.now(UTC)
    users.end_sessions(user.id, datetime.now(UTC))
    audit.record(actor, "user.disable", object_type="user", object_id=user.id, details={"email": user.email})
    db.session.commit()
    sessions.forget_checked()


def reset_password(actor: Actor, email: str, password: str) -> None:
    """Give a user another password; his sessions end and a disabled user may sign in again."""
    _require_administer(actor)
    user = _user(email)
    check_new_password(password, email=user.email)
    user.password_hash = hash_password(password)
    user.disabled_at = None
    users.end_sessions(user.id, datetime.now(UTC))
    audit.record(actor, "user.reset_password", object_type="user", object_id=user.id, details={"email": user.email})
    db.session.commit()
    sessions.forget_checked()


def authenticate(email: str, password: str, address: str) -> Actor:
    """Who signs in with this e-mail and password.

    Raises: InvalidCredentials, with the same words after the same time for an unknown e-mail, a wrong password and a
    disabled user; TooManyRequests.
    """
    email = "".join(filter(str.isprintable, email)).strip().lower()
    user = users.by_email(email)
    known = user is not None and users.signed_in_from(user.id, address)
    sign_in_limits.check(email, address, known_address=known)
    if not password_matches(user.password_hash if user else None, password) or user is None or user.disabled_at:
        sign_in_limits.note_failure(email, address)
        refused = Actor(user_id=UserId(user.id) if user else None, email=email[:254], address=address)
        audit.record(refused, "session.refused", result="denied")
        raise InvalidCredentials
    sign_in_limits.forget(email, address)
    if is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
        db.session.commit()
    return sessions.actor_of(user, address)


def _create(actor: Actor, email: str, password: str, role: Role, name: str, *, only_first: bool) -> UserItem:
    email = _valid_email(email)
    check_new_password(password, email=email)
    password_hash = hash_password(password)
    users.lock_first_user()
    is_first = not users.exists()
    if only_first and not is_first:
        db.session.rollback()
        raise Conflict("There is a user already. Sign in.")
    user = User(email=email, name=name.strip(), password_hash=password_hash, role=role.value)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise Conflict(f"There is a user {email} already.") from error
    if is_first:
        users.adopt_portfolios(user.id)
    audit.record(actor, "user.create", object_type="user", object_id=user.id, details={"email": email, "role": role})
    db.session.commit()
    return _item(user)


def _valid_email(email: str) -> str:
    email = email.strip().lower()
    if not EMAIL.fullmatch(email):
        raise InvalidInput(f"{email or '(nothing)'} is not an e-mail address.", field="email")
    return email


def _user(email: str) -> User:
    user = users.by_email(email.strip().lower())
    if user is None:
        raise NotFound(f"There is no user {email.strip().lower()}.")
    return user


def _require_administer(actor: Actor) -> None:
    if not actor.may(Permission.ADMINISTER):
        audit.record(actor, "permission.denied", result="denied", details={"permission": Permission.ADMINISTER.value})
        raise PermissionDenied("This needs the role admin.")


def _item(user: User) -> UserItem:
    return UserItem(UserId(user.id), user.email, user.name, Role(user.role), user.created_at, user.disabled_at)
