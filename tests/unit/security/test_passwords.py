"""Passwords: what is refused, and how they are kept."""

from __future__ import annotations

import pytest

from dashboard.errors import InvalidInput
from dashboard.security.passwords import check_new_password, hash_password, is_common, is_outdated, password_matches


@pytest.mark.parametrize(
    "password",
    ["password", "Password123!", "P@ssw0rd", "qwertyuiop", "12345678", "87654321", "aaaaaaaa", "abcabcabc", "iloveyou",
     "dragonmaster99", "summer2024", "admin@2024", "letmein!!", "1qaz2wsx", "Liverpool1", "correcthorsebatterystaple"],
)  # fmt: skip
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    assert is_common(password)
    with pytest.raises(InvalidInput, match="guesser"):
        check_new_password(password)


@pytest.mark.parametrize(
    "password", ["an honest sentence of words", "Wq7#mmKp", "ελληνικός κωδικός", "x" * 3 + "y7!kQ" * 20]
)
def test_anything_else_of_eight_characters_is_taken_without_rules(password: str) -> None:
    check_new_password(password, email="somebody@example.org")


def test_it_must_not_be_made_of_the_address() -> None:
    with pytest.raises(InvalidInput, match="e-mail"):
        check_new_password("rosenkranz1984", email="anna.rosenkranz@example.org")


def test_a_hash_fits_its_password_alone() -> None:
    kept = hash_password("an honest sentence")
    assert password_matches(kept, "an honest sentence")
    assert not password_matches(kept, "an honest sentencf")
    assert not password_matches(None, "the password of nobody")
    assert not password_matches("!", "anything at all")
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")
