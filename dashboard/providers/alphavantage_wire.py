"""Alpha Vantage's answers, from JSON to typed values. Pure.

Every answer comes with HTTP 200; a refusal is an object with ``Note``, ``Information`` or ``Error Message``, whose text
alone says what was wrong. A shape that is none of these raises ``MalformedAnswer``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import AssetClass
from dashboard.providers.intraday import RawIntraday
from dashboard.providers.json_answers import LARGEST, MalformedAnswer, Node
from dashboard.providers.normalise import RawHistory

ASSET_CLASSES = {
    "equity": AssetClass.EQUITY,
    "etf": AssetClass.ETF,
    "mutual fund": AssetClass.FUND,
    "mutualfund": AssetClass.FUND,
    "index": AssetClass.INDEX,
    "currency": AssetClass.CURRENCY,
    "cryptocurrency": AssetClass.CRYPTO,
}
SERIES = "Time Series"
# In the order in which they are looked for: an answer about a used-up key advertises paid functions too.
ABOUT_A_DAY = ("requests per day", "calls per day")
ABOUT_A_RATE = ("rate limit", "call frequency", "call volume", "per minute", "per second", "sparingly", "per day")
ABOUT_THE_KEY = ("apikey", "api key")
ABOUT_A_PLAN = ("premium",)


class Refusal(StrEnum):
    """What the text of a refusal says."""

    USED_UP = "used_up"
    TOO_FAST = "too_fast"
    KEY = "key"
    PAID = "paid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Listing:
    """One instrument as a search lists it. ``unit`` is that of its prices: ``GBX`` for pence."""

    symbol: str
    name: str
    asset_class: AssetClass
    region: str
    unit: str


@dataclass(frozen=True, slots=True)
class LastPrice:
    """The last price of an instrument, in its own unit, and the day it is of; NaN for what is not told of that day."""

    price: float
    previous_close: float | None
    day: date
    open: float = math.nan
    high: float = math.nan
    low: float = math.nan


@dataclass(frozen=True, slots=True)
class Moments:
    """Bars within days, as traded, and the time zone whose clocks they are named by."""

    raw: RawIntraday
    zone: ZoneInfo


class Repeated(dict[str, object]):
    """A JSON object that names a key twice; ``pairs`` has all of them."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def read_json(body: bytes) -> Mapping[str, object]:
    """The object of an answer, its repeated keys kept. Raises: MalformedAnswer."""
    try:
        answer = json.loads(body, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer("it is cut off or no JSON") from error
    if not isinstance(answer, dict):
        raise MalformedAnswer("an object was expected")
    return answer


def refusal(answer: Mapping[str, object]) -> Refusal | None:
    """What an answer refuses, None where it is data. Its text is never shown: it may repeat the key."""
    if any(key.startswith(SERIES) for key in answer):
        return None
    if fault := Node(answer).text("Error Message"):
        return Refusal.KEY if _has(fault, ABOUT_THE_KEY) else Refusal.UNKNOWN
    text = Node(answer).text("Note", "Information")
    if not text:
        return None
    if _has(text, ABOUT_A_RATE):
        daily = _has(text, ABOUT_A_DAY) and not _has(text, ("per minute", "per second", "sparingly"))
        return Refusal.USED_UP if daily else Refusal.TOO_FAST
    if _has(text, ABOUT_A_PLAN):
        return Refusal.PAID
    return Refusal.KEY if _has(text, ABOUT_THE_KEY) else Refusal.TOO_FAST


def parse_daily(answer: Mapping[str, object]) -> RawHistory:
    """The daily bars, splits and dividends of a time series, as traded. Raises: MalformedAnswer."""
    pairs = _pairs(answer)
    dates = [_day(key) for key, _ in pairs]
    rows = [_fields(row) for _, row in pairs]
    return RawHistory(
        np.array(dates, dtype="datetime64[D]"),
        _column(rows, "open"),
        _column(rows, "high"),
        _column(rows, "low"),
        _column(rows, "close"),
        _column(rows, "volume"),
        splits=tuple(
            (day, ratio, Decimal(1))
            for day, row in zip(dates, rows, strict=True)
            if (text := row.get("split coefficient")) is not None and (ratio := _decimal(text)) != 1
        ),
        dividends=tuple(
            (day, paid, "")
            for day, row in zip(dates, rows, strict=True)
            if (text := row.get("dividend amount")) is not None and (paid := _number(text)) != 0
        ),
        split_adjusted=False,
    )


def parse_intraday(answer: Mapping[str, object]) -> Moments:
    """The bars within days of a time series, by the clocks that it names. Raises: MalformedAnswer."""
    pairs = _pairs(answer)
    meta = Node(answer).required("Meta Data")
    rows = [_fields(row) for _, row in pairs]
    names = [label for label in meta.names if label.endswith("Time Zone")]
    zone = _zone(meta.text(*names) if names else "")
    columns = [_column(rows, name) for name in ("open", "high", "low", "close", "volume")]
    at = np.array([_second(key, zone) for key, _ in pairs], dtype=np.int64)
    return Moments(RawIntraday(at, *columns), zone)


def parse_splits(answer: Mapping[str, object]) -> tuple[tuple[date, Decimal, Decimal], ...]:
    """The splits of an instrument: new units for one old. Raises: MalformedAnswer."""
    return tuple(
        (_day(node.text("effective_date")), _decimal(node.text("split_factor")), Decimal(1))
        for node in map(Node, Node(answer).required_items("data"))
    )


def parse_dividends(answer: Mapping[str, object]) -> tuple[tuple[date, float, str], ...]:
    """The dividends of an instrument by their ex-dates. Raises: MalformedAnswer."""
    return tuple(
        (_day(node.text("ex_dividend_date")), _number(node.text("amount")), "")
        for node in map(Node, Node(answer).required_items("data"))
    )


def parse_search(answer: Mapping[str, object]) -> tuple[Listing, ...]:
    """What a search lists, best first. Raises: MalformedAnswer."""
    return tuple(
        Listing(
            node.text("1. symbol"),
            node.text("2. name") or node.text("1. symbol"),
            ASSET_CLASSES.get(node.text("3. type").lower(), AssetClass.OTHER),
            node.text("4. region"),
            node.text("8. currency"),
        )
        for node in map(Node, Node(answer).required_items("bestMatches"))
        if node.text("1. symbol") and node.text("8. currency")
    )


def parse_quote(answer: Mapping[str, object]) -> LastPrice | None:
    """The last price of an instrument; None where there is none, as for an unknown one. Raises: MalformedAnswer."""
    quote = Node(answer).required("Global Quote")
    if not quote.text("05. price"):
        return None
    last = _last_price(quote.text("05. price"), quote.text("08. previous close"), quote.text("07. latest trading day"))
    opened, high, low = (_number(quote.text(name)) for name in ("02. open", "03. high", "04. low"))
    return None if last is None else replace(last, open=opened, high=high, low=low)


def parse_rate(answer: Mapping[str, object]) -> LastPrice | None:
    """The last rate of a pair of currencies. Raises: MalformedAnswer."""
    rate = Node(answer).required("Realtime Currency Exchange Rate")
    return _last_price(rate.text("5. Exchange Rate"), "", rate.text("6. Last Refreshed"))


def _pairs(answer: Mapping[str, object]) -> list[tuple[str, object]]:
    """The bars of the time series with their times, each that is named twice included."""
    name = next((key for key in answer if key.startswith(SERIES)), None)
    series = answer.get(name) if name else None
    if not isinstance(series, dict):
        raise MalformedAnswer("no time series is in it")
    return series.pairs if isinstance(series, Repeated) else list(series.items())


def _last_price(price: str, previous: str, day: str) -> LastPrice | None:
    value, before = _number(price), _number(previous)
    if not (math.isfinite(value) and value > 0):
        return None
    return LastPrice(value, before if math.isfinite(before) and before > 0 else None, _day(day))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else Repeated(pairs)


def _has(text: str, words: Iterable[str]) -> bool:
    return any(word in text.lower() for word in words)


def _fields(row: object) -> dict[str, object]:
    """A row by what its labels name: ``4. close`` and ``4a. close (EUR)`` are both the close; the first one counts."""
    if not isinstance(row, Mapping):
        raise MalformedAnswer("a bar is not an object")
    fields: dict[str, object] = {}
    for label, value in row.items():
        fields.setdefault(str(label).partition(". ")[2].partition(" (")[0], value)
    return fields


def _column(rows: list[dict[str, object]], name: str) -> NDArray[np.float64]:
    return np.array([_number(row.get(name)) for row in rows], dtype=np.float64)


def _number(value: object) -> float:
    """The number as a float; NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return number if abs(number) < LARGEST else math.nan


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return Decimal("NaN")


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError as error:
        raise MalformedAnswer("a bar or an event has no usable day") from error


def _second(text: object, zone: ZoneInfo) -> int:
    try:
        return int(datetime.fromisoformat(str(text)).replace(tzinfo=zone).timestamp())
    except (ValueError, OverflowError) as error:
        raise MalformedAnswer("a bar has no usable time") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MalformedAnswer(f"there is no time zone {name[:40]!r}") from error
