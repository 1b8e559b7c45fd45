"""Numbers as text: levels without a sign, changes with one, an en dash for what is missing.

Rounding is half away from zero on the shortest decimal of the number, as browsers do it, so that a page and a file
show the same figure. ``tests/data/format_cases.json`` is the table of cases that this and ``assets/format.js`` pass.
"""

from __future__ import annotations

from decimal import MAX_PREC, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

from babel import Locale
from babel.numbers import NumberPattern, get_currency_precision, get_currency_symbol, parse_pattern

MISSING = "–"
MINUS = "−"
DEFAULT_LOCALE = "en-GB"
NO_BREAK = "\u00a0"
# One character where it says enough on its own; every other currency keeps its locale's symbol or its code.
NARROW = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
UNITS = ((Decimal("1e12"), "T"), (Decimal("1e9"), "B"), (Decimal("1e6"), "M"), (Decimal("1e3"), "k"))
MAX_QUANTITY_DECIMALS = 8
MIN_CRYPTO_DECIMALS = 4
SMALL_PRICE_DIGITS = 4

Number = float | int | Decimal


def number(
    value: Number | None,
    decimals: int = 2,
    *,
    signed: bool = False,
    locale: str = DEFAULT_LOCALE,
    min_decimals: int | None = None,
) -> str:
    """``1,234.50``; with ``signed`` a plus for more than zero. ``min_decimals`` below ``decimals`` trims zeros."""
    exact = _exact(value)
    if exact is None:
        return MISSING
    rounded = _rounded(exact, decimals)
    pattern = _decimal_pattern(locale, decimals if min_decimals is None else min_decimals, decimals)
    return _sign(rounded, signed) + str(pattern.apply(abs(rounded), _locale(locale)))


def money(
    value: Number | None,
    currency: str,
    decimals: int | None = None,
    *,
    signed: bool = False,
    locale: str = DEFAULT_LOCALE,
) -> str:
    """``€1,234.50``, with the decimals that the currency has (two, none for yen) unless told."""
    exact = _exact(value)
    if exact is None:
        return MISSING
    places = get_currency_precision(currency) if decimals is None else decimals
    rounded = _rounded(exact, places)
    pattern = _currency_pattern(locale, places)
    text = str(pattern.apply(abs(rounded), _locale(locale), currency=currency, currency_digits=False))
    standing = _prefix(currency, locale) if text[-1].isdigit() else currency_symbol(currency, locale)
    return _sign(rounded, signed) + text.replace(get_currency_symbol(currency, _locale(locale)), standing)


def price(
    value: Number | None,
    currency: str,
    *,
    tick: Number | None = None,
    min_decimals: int = 0,
    signed: bool = False,
    locale: str = DEFAULT_LOCALE,
) -> str:
    """A price with the decimals of the instrument's tick; without one at least two, more for a price below 1.

    It has ``min_decimals`` in any case: currency pairs are quoted by 0.0001.
    """
    exact = _exact(value)
    if exact is None:
        return MISSING
    whole_unit = (
        tick is None
        and not min_decimals
        and not get_currency_precision(currency)
        and exact == exact.to_integral_value()
    )
    decimals = 0 if whole_unit else max(min_decimals, price_decimals(exact, tick))
    return money(exact, currency, decimals, signed=signed, locale=locale)


def price_decimals(value: Number, tick: Number | None = None) -> int:
    """How many decimals a price needs: those of ``tick``, else two, or four significant digits below 1."""
    exact_tick = _exact(tick)
    if exact_tick:
        exponent = exact_tick.normalize().as_tuple().exponent
        return max(0, -int(exponent))
    exact = _exact(value)
    if not exact or abs(exact) >= 1:
        return 2
    return min(MAX_QUANTITY_DECIMALS, max(2, SMALL_PRICE_DIGITS - 1 - exact.adjusted()))


def percent(fraction: Number | None, decimals: int = 2, *, signed: bool = False, locale: str = DEFAULT_LOCALE) -> str:
    """A fraction as ``12.34%``."""
    exact = _exact(fraction)
    if exact is None:
        return MISSING
    rounded = _rounded(exact, decimals + 2)
    return _sign(rounded, signed) + str(_percent_pattern(locale, decimals).apply(abs(rounded), _locale(locale)))


def percentage_points(difference: Number | None, decimals: int = 2, *, locale: str = DEFAULT_LOCALE) -> str:
    """A difference of two fractions as ``+1.20 pp``: always a change, so always with its sign."""
    exact = _exact(difference)
    if exact is None:
        return MISSING
    return f"{number(exact * 100, decimals, signed=True, locale=locale)}{NO_BREAK}pp"


def quantity(
    value: Number | None, *, crypto: bool = False, digits: int | None = None, locale: str = DEFAULT_LOCALE
) -> str:
    """Up to eight decimals without trailing zeros; a crypto quantity that is not whole shows four or more.

    ``digits`` is how many significant ones there is room for; then what is more than nothing does not read as zero.
    """
    exact = _exact(value)
    if exact is None:
        return MISSING
    most = MAX_QUANTITY_DECIMALS
    if digits is not None and exact:
        most = max(0, min(most, digits - 1 - exact.adjusted()))
    if digits is not None and exact and not _rounded(exact, most):
        least = Decimal(1).scaleb(-most).copy_sign(exact)
        return f"{'>' if exact < 0 else '<'}{number(least, most, locale=locale)}"
    fewest = MIN_CRYPTO_DECIMALS if crypto and exact != exact.to_integral_value() else 0
    return number(exact, most, min_decimals=min(fewest, most), locale=locale)


def whole(value: Decimal, *, locale: str = DEFAULT_LOCALE) -> str:
    """All decimals that an exact number has, without trailing zeros."""
    exponent = value.normalize(Context(prec=MAX_PREC)).as_tuple().exponent
    return number(value, max(0, -int(exponent)), locale=locale)


def compact(
    value: Number | None,
    currency: str | None = None,
    *,
    signed: bool = False,
    digits: int = 3,
    locale: str = DEFAULT_LOCALE,
) -> str:
    """``€1.19M``: ``digits`` significant digits and k, M, B or T."""
    exact = _exact(value)
    if exact is None:
        return MISSING
    rounded = _significant(exact, digits)
    scale, suffix = next(((unit, word) for unit, word in UNITS if abs(rounded) >= unit), (Decimal(1), ""))
    scaled = rounded / scale
    decimals = max(0, digits - 1 - scaled.adjusted()) if scaled else 0
    text = _decimal_pattern(locale, decimals, decimals).apply(abs(scaled), _locale(locale))
    return f"{_sign(rounded, signed)}{_prefix(currency, locale)}{text}{suffix}"


def currency_symbol(currency: str, locale: str = DEFAULT_LOCALE) -> str:
    """``€``, ``$``, ``£``, ``¥``, else what the locale calls it (``CHF``, ``CA$``)."""
    return NARROW.get(currency) or get_currency_symbol(currency, _locale(locale))


def direction(value: Number | None, decimals: int = 2) -> str:
    """``up``, ``down`` or ``flat`` of a figure as it is shown with ``decimals``; ``none`` for a missing one."""
    exact = _exact(value)
    if exact is None:
        return "none"
    rounded = _rounded(exact, decimals)
    return "flat" if not rounded else "up" if rounded > 0 else "down"


def _exact(value: Number | None) -> Decimal | None:
    """The number by its shortest decimal; None for what is missing, NaN and infinities too."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return Decimal(repr(float(value)) if isinstance(value, float) else int(value)) if isfinite(value) else None


def _rounded(value: Decimal, decimals: int) -> Decimal:
    context = Context(prec=max(28, value.adjusted() + decimals + 4), rounding=ROUND_HALF_UP)
    return value.quantize(Decimal(1).scaleb(-decimals), context=context)


def _significant(value: Decimal, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(value)


def _sign(rounded: Decimal, signed: bool) -> str:
    if not rounded:
        return ""
    return MINUS if rounded < 0 else "+" if signed else ""


def _prefix(currency: str | None, locale: str) -> str:
    if currency is None:
        return ""
    symbol = currency_symbol(currency, locale)
    return symbol + NO_BREAK if symbol[-1].isalpha() else symbol


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    return Locale.parse(name, sep="-")


@lru_cache(maxsize=256)
def _decimal_pattern(locale: str, fewest: int, most: int) -> NumberPattern:
    return _with_decimals(_locale(locale).decimal_formats[None].pattern, fewest, most)


@lru_cache(maxsize=256)
def _percent_pattern(locale: str, decimals: int) -> NumberPattern:
    return _with_decimals(_locale(locale).percent_formats[None].pattern, decimals, decimals)


@lru_cache(maxsize=256)
def _currency_pattern(locale: str, decimals: int) -> NumberPattern:
    return _with_decimals(_locale(locale).currency_formats["standard"].pattern, decimals, decimals)


def _with_decimals(pattern: str, fewest: int, most: int) -> NumberPattern:
    parsed = parse_pattern(pattern)
    parsed.frac_prec = (fewest, most)
    return parsed
