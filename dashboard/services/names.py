"""What something may be called: on one line, of a length that can be kept, of characters that can be shown."""

from __future__ import annotations

import re
import unicodedata

from dashboard.errors import InvalidInput

HIDDEN = frozenset({"Cc", "Cs"})
SYMBOL_LENGTH, TEXT_LENGTH = 64, 200
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


def checked_name(text: str, thing: str, longest: int) -> str:
    """The name of a ``thing``, with single spaces. Raises: InvalidInput."""
    name = " ".join(text.split())
    if not name:
        raise InvalidInput(f"A {thing} needs a name.", field="name")
    if len(name) > longest:
        raise InvalidInput(f"The name has {len(name)} characters; {longest} can be kept.", field="name")
    if cannot_be_shown(name):
        raise InvalidInput("The name has a character that cannot be shown.", field="name")
    return name


def symbol_problem(symbol: str) -> str | None:
    """Why nothing can be called ``symbol``; None where it can."""
    if not symbol or len(symbol) > SYMBOL_LENGTH:
        return f"a symbol has 1 to {SYMBOL_LENGTH} characters"
    return "the symbol has a character that cannot be shown" if cannot_be_shown(symbol) else None


def cannot_be_shown(text: str, *, but: str = "") -> bool:
    """Whether a control character or half of a surrogate pair is in it, ``but`` these."""
    return not text.isprintable() and any(
        unicodedata.category(letter) in HIDDEN for letter in text if letter not in but
    )


def is_isin(text: str) -> bool:
    """Whether ``text`` is an ISIN whose check digit is right (ISO 6166: Luhn over the letters as 10 to 35)."""
    if not ISIN.fullmatch(text):
        return False
    digits = "".join(str(int(letter, 36)) for letter in text)
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
