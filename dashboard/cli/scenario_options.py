"""What scenarios and rebalancings are told on the command line: windows, proxies, changes, targets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path

import click

from dashboard.domain.instruments import AssetClass
from dashboard.domain.scenarios.shocks import Shocks
from dashboard.domain.scenarios.stress import Proxies
from dashboard.domain.scenarios.windows import WINDOWS, StressWindow, window_between, window_of
from dashboard.errors import InvalidInput

HEADERS = (("symbol", "weight"), ("key", "weight"))
MOST_FILE_BYTES = 1_000_000


def windows_of(codes: Sequence[str], start: date | None, end: date | None) -> tuple[StressWindow, ...]:
    """The windows that are asked for; all where none is. Raises InvalidInput."""
    if (start is None) != (end is None):
        raise click.UsageError("--from and --to go together.")
    own = () if start is None or end is None else (window_between(start, end),)
    return (*map(window_of, codes), *own) or tuple(WINDOWS.values())


def proxies_of(texts: Iterable[str]) -> Proxies:
    """``SYMBOL`` for everything, ``CLASS=SYMBOL`` for one asset class. Raises InvalidInput."""
    by_class, benchmark = {}, None
    for text in texts:
        name, equals, symbol = text.partition("=")
        if equals:
            by_class[_asset_class(name)] = symbol
        else:
            benchmark = text
    return Proxies(by_class, benchmark)


def shocks_of(changes: Iterable[str]) -> Shocks:
    """Shocks from ``WHAT=CHANGE``. Raises InvalidInput."""
    instruments: dict[str, float] = {}
    classes: dict[AssetClass, float] = {}
    currencies: dict[str, float] = {}
    market = None
    for what, text in pairs_of(changes):
        size = _change(text, what)
        kind, colon, name = what.partition(":")
        if what == "market":
            market = size
        elif colon and kind == "class":
            classes[_asset_class(name)] = size
        elif colon and kind == "currency":
            currencies[name.upper()] = size
        else:
            instruments[what] = size
    return Shocks(instruments, classes, currencies, market)


def pairs_of(texts: Iterable[str]) -> list[tuple[str, str]]:
    """``NAME=VALUE`` texts, apart at the last ``=``."""
    found = []
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not name:
            raise click.UsageError(f"“{text}” is not NAME=VALUE.")
        found.append((name, value))
    return found


def file_pairs(file: Path) -> list[tuple[str, str]]:
    """The targets of a file ``symbol,weight`` (or ``key,weight``)."""
    with file.open("rb") as opened:
        data = opened.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        raise InvalidInput(f"{file.name} is larger than the targets of any portfolio.", field="targets")
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput(f"{file.name} is no CSV in UTF-8.", field="targets") from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) not in HEADERS:
        raise InvalidInput(f"{file.name} needs the header symbol,weight.", field="targets")
    found = []
    for number, row in enumerate(rows[1:], 1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(HEADERS[0]):
            raise InvalidInput(f"Row {number} of {file.name} has {len(row)} cells, not 2.", field="targets", row=number)
        found.append((row[0], row[1]))
    return found


def _change(text: str, name: str) -> float:
    percent = text.strip().endswith("%")
    try:
        size = float(text.strip().removesuffix("%"))
    except ValueError:
        size = float("nan")
    if not isfinite(size):
        raise InvalidInput(f"The change of {name} is a number such as -20% or -0.2, not “{text}”.", field="shocks")
    return size / 100.0 if percent else size


def money_of(text: str, name: str) -> Decimal:
    """An amount. Raises InvalidInput."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidInput(f"--{name} is an amount, not “{text}”.", field=name) from None


def _asset_class(name: str) -> AssetClass:
    try:
        return AssetClass(name.lower())
    except ValueError:
        raise InvalidInput(f"There is no class {name}. There are: {', '.join(AssetClass)}.", field="class") from None
