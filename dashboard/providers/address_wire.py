"""An answer of any address, from JSON or CSV to dates, closes and a currency, by paths that a person gave. Pure.

``data.prices[*].close`` are the closes of all items of a list, ``series[0].values[*]`` the items of a list; in a CSV a
path is the name of a column.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from dashboard.domain.arrays import Days, Floats
from dashboard.errors import InvalidInput
from dashboard.providers.base import AddressSource
from dashboard.providers.csv_cells import NUMBER, RowError, read
from dashboard.providers.json_answers import MalformedAnswer, storable_text

EVERY, STEP = "[*]", re.compile(r"\[(?:\*|\d{1,6})\]|[^.\[\]]+")
PATH = re.compile(r"(?:[^.\[\]]+|\[(?:\*|\d{1,6})\])(?:\.[^.\[\]]+|\[(?:\*|\d{1,6})\])*")
SECONDS, MILLISECONDS = "unix", "unix_ms"
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Quotations:
    """What an answer says: days and closes of one length, in the order of the source; NaN where it gave no close."""

    days: Days
    closes: Floats
    unit: str


def parse(source: AddressSource, body: bytes) -> Quotations:
    """The prices in an answer. Raises: MalformedAnswer."""
    days, closes, units = _json_columns(source, body) if source.format == "json" else _csv_columns(source, body)
    if len(days) > MOST_ROWS:
        raise MalformedAnswer(f"it has {len(days)} prices; {MOST_ROWS} can be read")
    if len(days) != len(closes):
        raise MalformedAnswer(f"it has {len(days)} dates and {len(closes)} closes")
    named = {storable_text(str(unit)) for unit in units if unit not in (None, "")}
    if len(named) > 1:
        raise MalformedAnswer(f"it is in several currencies: {', '.join(sorted(named))[:60]}")
    return Quotations(
        np.array([_day(value, source.date_format) for value in days], dtype="datetime64[D]"),
        np.array([_number(value) for value in closes], dtype=np.float64),
        named.pop() if named else source.currency,
    )


def is_path(text: str) -> bool:
    """Whether ``text`` is a path into JSON."""
    return PATH.fullmatch(text) is not None


def _json_columns(source: AddressSource, body: bytes) -> tuple[list[object], list[object], list[object]]:
    if body.lstrip()[:1] == b"<":
        raise MalformedAnswer("it is HTML or XML, not JSON")
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedAnswer("it is cut off or no JSON") from None
    units = _values(document, source.currency_path) if source.currency_path else []
    return _values(document, source.date_path), _values(document, source.close_path), units


def _values(document: object, path: str) -> list[object]:
    """What is at ``path``, in order; None where an item lacks it. Raises: MalformedAnswer."""
    found = [document]
    for step in STEP.findall(path):
        if step == EVERY:
            found = [item for node in found for item in _items(node, path)]
        elif step.startswith("["):
            found = [
                _items(node, path)[int(step[1:-1])] if int(step[1:-1]) < len(_items(node, path)) else None
                for node in found
            ]
        else:
            found = [node.get(step) if isinstance(node, dict) else None for node in found]
    if found == [None] and EVERY not in path:
        raise MalformedAnswer(f"it has nothing at {path}")
    return found


def _items(node: object, path: str) -> list[object]:
    if not isinstance(node, list):
        raise MalformedAnswer(f"it has no list where {path} says so")
    return node


def _csv_columns(source: AddressSource, body: bytes) -> tuple[list[object], list[object], list[object]]:
    if body.lstrip()[:1] == b"<":
        raise MalformedAnswer("it is HTML or XML, not CSV")
    try:
        header, lines = read(body.decode("utf-8-sig"))
        rows = list(lines)
    except (UnicodeDecodeError, InvalidInput) as error:
        raise MalformedAnswer(
            "it is no CSV in UTF-8" if isinstance(error, UnicodeDecodeError) else error.message
        ) from None
    wanted = [path.strip().lower() for path in (source.date_path, source.close_path, source.currency_path) if path]
    if missing := [name for name in wanted if name not in header]:
        raise MalformedAnswer(f"it has no column {missing[0][:40]}")
    if broken := next((row for row in rows if isinstance(row, RowError)), None):
        raise MalformedAnswer(f"row {broken.row} {broken.reason}")
    columns: list[list[object]] = [
        [row.cells.get(name, "") for row in rows if not isinstance(row, RowError)] for name in wanted
    ]
    return columns[0], columns[1], columns[2] if len(columns) > 2 else []


def _day(value: object, form: str) -> date:
    """The day that is written. Raises: MalformedAnswer."""
    try:
        if form in {SECONDS, MILLISECONDS}:
            seconds = float(str(value)) / (1000 if form == MILLISECONDS else 1)
            return datetime.fromtimestamp(seconds, UTC).date()
        text = str(value).strip()
        return datetime.strptime(text, form).date() if form else date.fromisoformat(text[:10])
    except (ValueError, OverflowError, OSError):
        raise MalformedAnswer(f"{str(value)[:40]!r} is not a date{f' like {form}' if form else ''}") from None


def _number(value: object) -> float:
    """The number, NaN for whatever is none."""
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value.strip()) else math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e18:
        return math.nan
    return float(value)
