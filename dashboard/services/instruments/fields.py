"""What can be set on an instrument: each value checked, with the field and a sentence where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.db.models.market import PERCENT_UNIT
from dashboard.domain.instruments import AssetClass
from dashboard.errors import InvalidInput
from dashboard.providers.normalise import CURRENCY, MINOR_UNITS, major_unit
from dashboard.services.market_data.master_data import PROVIDERS
from dashboard.services.names import SYMBOL_LENGTH, TEXT_LENGTH, cannot_be_shown, is_isin

Value = str | int | Decimal | None

MIC = re.compile(r"[A-Z0-9]{4}")
MOST_STALE_DAYS = 3_660
LARGEST_MULTIPLIER = Decimal(10) ** 12


def checked(values: Mapping[str, object]) -> dict[str, Value]:
    """The values as they are stored. Raises: InvalidInput for the first that is wrong or unknown."""
    found: dict[str, Value] = {}
    for name, value in values.items():
        if name not in CHECKS:
            raise InvalidInput(f"{name[:40]} is nothing that can be set on an instrument.", field=name[:40])
        found[name] = CHECKS[name](name, value)
    return found


def symbol_of(name: str, value: object) -> str:
    """A symbol. Raises: InvalidInput."""
    text = _text(name, value)
    if not text or len(text) > SYMBOL_LENGTH:
        raise InvalidInput(f"A symbol has 1 to {SYMBOL_LENGTH} characters.", field=name)
    return text


def provider_of(name: str, value: object) -> str:
    """The name of a provider, "" for none. Raises: InvalidInput."""
    text = _text(name, value).lower()
    if text and text not in PROVIDERS:
        raise InvalidInput(f"There is no provider {text[:40]}; there are {', '.join(PROVIDERS)}.", field=name)
    return text


def _text(name: str, value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{_called(name)} is a text.", field=name)
    text = " ".join((value or "").split())
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(f"{_called(name)} has {len(text)} characters; {TEXT_LENGTH} can be kept.", field=name)
    if cannot_be_shown(text):
        raise InvalidInput(f"{_called(name)} has a character that cannot be shown.", field=name)
    return text


def _called(name: str) -> str:
    return f"The {name.replace('_', ' ')}"


def _currency(name: str, value: object) -> str:
    text = _text(name, value).upper()
    if not CURRENCY.fullmatch(text):
        raise InvalidInput(f"{text[:20]!r} is not a currency code like EUR.", field=name)
    return text


def _asset_class(name: str, value: object) -> str:
    text = _text(name, value).lower()
    if text not in set(AssetClass):
        raise InvalidInput(f"{text[:20]!r} is none of {', '.join(AssetClass)}.", field=name)
    return text


def _mic(name: str, value: object) -> str:
    text = _text(name, value).upper()
    if text and not MIC.fullmatch(text):
        raise InvalidInput(f"{text[:20]!r} is not a market identifier code like XETR.", field=name)
    return text


def _zone(name: str, value: object) -> str:
    text = _text(name, value)
    try:
        return ZoneInfo(text).key if text else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"{text[:40]!r} is not a time zone like Europe/Berlin.", field=name) from None


def _isin(name: str, value: object) -> str | None:
    text = _text(name, value).upper()
    if text and not is_isin(text):
        raise InvalidInput(f"{text[:20]!r} is not an ISIN like US0378331005; its last digit checks it.", field=name)
    return text or None


def _multiplier(name: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 < number <= LARGEST_MULTIPLIER:
        raise InvalidInput("The multiplier is a number greater than 0.", field=name)
    return number


def _price_unit(name: str, value: object) -> str:
    text = _text(name, value)
    if text.lower() in {PERCENT_UNIT, "%"}:
        return PERCENT_UNIT
    if text and text not in MINOR_UNITS and not CURRENCY.fullmatch(major_unit(text)[0]):
        raise InvalidInput(f"{text[:20]!r} is neither a currency, nor a part of one like GBp, nor percent.", field=name)
    return text


def _days(name: str, value: object) -> int | None:
    text = str("" if value is None else value).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) <= MOST_STALE_DAYS:
        raise InvalidInput(f"{_called(name)} is a number of days from 1 to {MOST_STALE_DAYS}.", field=name)
    return int(text)


CHECKS: Mapping[str, Callable[[str, object], Value]] = {
    "name": _text,
    "asset_class": _asset_class,
    "currency": _currency,
    "exchange": _text,
    "mic": _mic,
    "time_zone": _zone,
    "isin": _isin,
    "sector": _text,
    "industry": _text,
    "country": _text,
    "multiplier": _multiplier,
    "price_unit": _price_unit,
    "provider": provider_of,
    "provider_symbol": _text,
    "stale_after_days": _days,
}
