"""Values in the JSON form: money, prices and quantities as decimal strings, ratios as numbers, times in UTC."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from math import isfinite
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def amount(value: float | Decimal | None) -> str | None:
    """Money, a price or a quantity as the shortest decimal string that reads back as the same number."""
    if value is None or not isfinite(value):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def ratio(value: float | Decimal | None) -> float | None:
    """A ratio as a number; None for what is not finite."""
    return float(value) if value is not None and isfinite(value) else None


def day(value: dt.date | None) -> str | None:
    """A day in ISO 8601."""
    return None if value is None else value.isoformat()


def moment(value: dt.datetime | None) -> str | None:
    """A time in UTC, ISO 8601 with ``Z``."""
    if value is None:
        return None
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
