"""Tokens of embedded views: HS256 by the embed's own secret, for one view, for ten minutes at most."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import jwt

AUDIENCE = "embed"
ALGORITHM = "HS256"
LONGEST_SECONDS = 600
CLOCKS_APART_SECONDS = 60
REQUIRED = ("aud", "exp", "iat", "jti")
# PyJWT reads the clock by itself; times are checked here, by the clock that is handed in.
OPTIONS = {"require": list(REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False}


class WrongTokenError(Exception):
    """The token is forged, expired, or another view's."""


def secret_of(installation_key: str, embed: str) -> str:
    """The secret of an embed, 256 bits: made from the installation's key, so that no table holds it."""
    return hmac.new(installation_key.encode(), f"embed:{embed}".encode(), hashlib.sha256).hexdigest()


def sign(secret: str, embed: str, now: datetime, seconds: int = LONGEST_SECONDS) -> str:
    """A token for the view ``embed``, good for ``seconds`` from ``now``."""
    issued = int(now.timestamp())
    claims = {"aud": AUDIENCE, "iat": issued, "exp": issued + seconds, "jti": secrets.token_urlsafe(12)}
    return jwt.encode(claims, secret, ALGORITHM, headers={"kid": embed})


def check(token: str, secret: str, embed: str, now: datetime) -> datetime:
    """When ``token`` ends. Raises: WrongTokenError unless it is one for ``embed`` that is good at ``now``."""
    try:
        if jwt.get_unverified_header(token).get("kid") != embed:
            raise WrongTokenError
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options=OPTIONS)  # type: ignore[arg-type]  # PyJWT's own type of options is private
    except jwt.InvalidTokenError as error:
        raise WrongTokenError from error
    begins, ends, moment = claims["iat"], claims["exp"], now.timestamp()
    if not all(isinstance(at, int) and not isinstance(at, bool) for at in (begins, ends)) or not claims["jti"]:
        raise WrongTokenError
    too_long = ends > begins + LONGEST_SECONDS or ends > moment + LONGEST_SECONDS + CLOCKS_APART_SECONDS
    if ends <= moment or begins > moment + CLOCKS_APART_SECONDS or too_long:
        raise WrongTokenError
    return datetime.fromtimestamp(ends, now.tzinfo)
