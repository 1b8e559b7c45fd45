"""Which currency codes exist."""

from __future__ import annotations

from functools import cache

from babel.numbers import get_currency_precision, list_currencies

# Fund, bond-market, testing and metal codes of ISO 4217 that nobody is paid in.
NOT_MONEY = frozenset(
    {"XAG", "XAU", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD", "XDR", "XEU", "XFO", "XFU", "XRE", "XSU", "XTS", "XUA"}
    | {"XXX", "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "USS", "UYI", "UYW"}
)
MINOR_UNITS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS"}


@cache
def known_currencies() -> frozenset[str]:
    """ISO 4217 codes of money, past ones too: an old ledger may hold marks."""
    return frozenset(list_currencies()) - NOT_MONEY


def currency_problem(code: str) -> str | None:
    """Why ``code`` is not a currency that a ledger can hold; None where it is one."""
    if code in MINOR_UNITS:
        return f"{code} is a hundredth of {MINOR_UNITS[code]}: give the row in {MINOR_UNITS[code]}."
    if code.upper() not in known_currencies():
        return f"{code!r} is not a currency; give its three letters, such as EUR or USD."
    return None


def minor_unit_digits(code: str) -> int:
    """Decimals of the smallest amount that is paid in ``code``: 2 for EUR, 0 for JPY."""
    return get_currency_precision(code)
