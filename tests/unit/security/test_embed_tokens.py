"""Tokens of embedded views: one algorithm, one audience, one view, ten minutes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from dashboard.security.embed_tokens import LONGEST_SECONDS, WrongTokenError, check, secret_of, sign

NOW = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
VIEW = "abcdefgh12345678"
SECRET = secret_of("an installation's key", VIEW)


def made(
    changes: Mapping[str, object] | None = None,
    *,
    secret: str = SECRET,
    algorithm: str = "HS256",
    kid: str | None = VIEW,
) -> str:
    """A token as a host's server would make it, with ``changes`` to its claims; None takes one away."""
    begun = int(NOW.timestamp())
    claims: dict[str, object] = {"aud": "embed", "iat": begun, "exp": begun + 300, "jti": "1"} | dict(changes or {})
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, secret, algorithm, headers={} if kid is None else {"kid": kid})


def test_a_token_is_good_until_its_end_and_not_at_it() -> None:
    token = sign(SECRET, VIEW, NOW)
    end = check(token, SECRET, VIEW, NOW)
    assert end == NOW + timedelta(seconds=LONGEST_SECONDS)
    assert check(token, SECRET, VIEW, end - timedelta(seconds=1)) == end
    with pytest.raises(WrongTokenError):
        check(token, SECRET, VIEW, end)


def test_a_hosts_own_token_is_good() -> None:
    assert check(made(), SECRET, VIEW, NOW) == NOW + timedelta(seconds=300)


def test_two_tokens_have_two_names() -> None:
    first, second = (jwt.decode(sign(SECRET, VIEW, NOW), options={"verify_signature": False})["jti"] for _ in "12")
    assert first != second


def test_each_view_and_each_installation_has_a_secret_of_its_own() -> None:
    assert len({SECRET, secret_of("an installation's key", "other"), secret_of("another key", VIEW)}) == 3
    assert len(SECRET) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "api"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"jti": ""},
        {"exp": int(NOW.timestamp()) - 1},
        {"exp": int(NOW.timestamp()) + LONGEST_SECONDS + 1},
        {"iat": int(NOW.timestamp()) + 3600, "exp": int(NOW.timestamp()) + 3900},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": []},
        {"exp": 10**30},
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(WrongTokenError):
        check(made(changes), SECRET, VIEW, NOW)


def test_other_algorithms_are_refused_even_with_the_secret() -> None:
    for algorithm in ("HS384", "HS512"):
        with pytest.raises(WrongTokenError):
            check(made(algorithm=algorithm), SECRET, VIEW, NOW)
    head = {"alg": "none", "typ": "JWT", "kid": VIEW}
    parts = [json.dumps(head), base64.urlsafe_b64decode(made().split(".")[1] + "==").decode()]
    unsigned = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
    with pytest.raises(WrongTokenError):
        check(unsigned, SECRET, VIEW, NOW)


def test_another_secret_and_another_view_are_refused() -> None:
    other = secret_of("an installation's key", "other")
    for token in (made(secret=other), made(kid="other"), made(kid=None), made(secret=other, kid="other")):
        with pytest.raises(WrongTokenError):
            check(token, SECRET, VIEW, NOW)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é", made()[:-2], made() + "x", "\x00", made().swapcase()])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(WrongTokenError):
        check(token, SECRET, VIEW, NOW)
