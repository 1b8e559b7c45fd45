"""Passwords: argon2id hashes, and what a new password must be.

There are no rules of composition: eight characters or more, and nothing that a guesser tries first.
"""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from dashboard.errors import InvalidInput
from dashboard.security.common_passwords import COMMON_WORDS, KEYBOARD_ROWS

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 1024
SHORTEST_OWN_PART = 3

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_LEET = str.maketrans("013457@$!+", "oleastasit")
_DECORATION = re.compile(r"^[^a-z]+|[^a-z]+$")


def hash_password(password: str) -> str:
    """The argon2id hash of ``password``, with its parameters and salt."""
    return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind the hash. None costs the same time, so that nobody can tell."""
    try:
        return _hasher.verify(password_hash or _nobody(), password[:MAXIMUM_LENGTH]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check_new_password(password: str, *, email: str = "") -> None:
    """Refuse a password that is short or that a guesser tries first.

    Raises: InvalidInput saying what is wrong.
    """
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput(f"The password needs {MINIMUM_LENGTH} characters or more.", field="password")
    if len(password) > MAXIMUM_LENGTH:
        raise InvalidInput(f"The password may have {MAXIMUM_LENGTH} characters at most.", field="password")
    if is_common(password):
        raise InvalidInput("That password is one of the first that a guesser tries. Choose another.", field="password")
    own = {part for part in re.split(r"[^a-z0-9]+", email.lower()) if len(part) > SHORTEST_OWN_PART}
    if _core(password) in own or password.lower() == email.lower():
        raise InvalidInput("The password must not be made of the e-mail address.", field="password")


def is_common(password: str) -> bool:
    """Whether the password is a common word with the usual decoration, a run of keys, or one thing repeated."""
    lowered = password.lower()
    plain = lowered.translate(_LEET)
    cores = {_core(lowered), _DECORATION.sub("", plain), plain, lowered}
    return bool(cores & COMMON_WORDS) or _is_pairing(lowered) or _is_run(lowered) or _is_repetition(lowered)


def _core(password: str) -> str:
    return _DECORATION.sub("", password.lower())


def _is_pairing(lowered: str) -> bool:
    core = _core(lowered)
    return any(core[:cut] in COMMON_WORDS and core[cut:] in COMMON_WORDS for cut in range(3, len(core) - 2))


def _is_run(lowered: str) -> bool:
    return any(lowered in row * 2 or lowered in row[::-1] * 2 for row in KEYBOARD_ROWS)


def _is_repetition(lowered: str) -> bool:
    return any(lowered == (lowered[:size] * len(lowered))[: len(lowered)] for size in range(1, 5))


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
