"""Pairs of currencies by the symbols that sources and people give them."""

from __future__ import annotations

import re

PAIR = re.compile(r"([A-Z]{3})/([A-Z]{3})|([A-Z]{3})([A-Z]{3})=X")


def pair_of(symbol: str) -> tuple[str, str] | None:
    """The base and quote currency of ``EUR/USD`` or, as Yahoo writes it, ``EURUSD=X``; None for another symbol."""
    found = PAIR.fullmatch(symbol.strip().upper())
    return (found[1] or found[3], found[2] or found[4]) if found else None


def pair_symbol(base: str, quote: str) -> str:
    """``EUR/USD``: units of the quote currency for 1 of the base currency."""
    return f"{base}/{quote}"
