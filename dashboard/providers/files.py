"""Files of prices, splits, dividends, rates and benchmarks, told apart by their header. Pure: text in, series out.

A bad row never stops a good one: it is named with its row, column and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import Split
from dashboard.errors import InvalidInput
from dashboard.providers.base import DailyBars, Dividend
from dashboard.providers.csv_cells import BadCell, Row, RowError, decode, read
from dashboard.providers.normalise import MINOR_UNITS, RawHistory, as_traded, major_unit, split_ratio

__all__ = ["FileKind", "MarketFile", "PriceSeries", "RowError", "decode", "parse_market_file", "parse_yahoo_file"]


class FileKind(StrEnum):
    """What a file holds."""

    PRICES = "prices"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    FX = "fx"
    BENCHMARKS = "benchmarks"


# The columns by which a kind is known, the most telling first.
COLUMNS = {
    FileKind.BENCHMARKS: ("benchmark", "symbol", "weight", "from"),
    FileKind.FX: ("base", "quote", "date", "rate"),
    FileKind.PRICES: ("symbol", "date", "close"),
    FileKind.SPLITS: ("symbol", "date", "ratio"),
    FileKind.DIVIDENDS: ("symbol", "date", "amount", "currency"),
}
BAR = ("open", "high", "low", "close", "volume")
Bar = tuple[float, float, float, float, float]
YahooRow = tuple[Bar, float, Decimal | None]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Bars of one symbol as traded. ``currency`` is a major one, or "" where the file names none."""

    symbol: str
    currency: str
    bars: DailyBars
    splits: tuple[Split, ...] = ()
    dividends: tuple[Dividend, ...] = ()


@dataclass(frozen=True, slots=True)
class FxSeries:
    """``rates`` units of ``quote`` for 1 ``base`` on each of ``dates``, in order."""

    base: str
    quote: str
    dates: NDArray[np.datetime64]
    rates: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BenchmarkWeight:
    """From ``start`` on, ``symbol`` has ``weight`` (1 is all of it) in a benchmark."""

    benchmark: str
    symbol: str
    weight: Decimal
    start: date


@dataclass(frozen=True, slots=True)
class MarketFile:
    """What a file holds; only the fields of its kind are filled. ``rows`` counts the good ones."""

    kind: FileKind
    rows: int
    errors: tuple[RowError, ...]
    prices: tuple[PriceSeries, ...] = ()
    splits: tuple[tuple[str, Split], ...] = ()
    dividends: tuple[tuple[str, Dividend], ...] = ()
    fx: tuple[FxSeries, ...] = ()
    benchmarks: tuple[BenchmarkWeight, ...] = ()


def kind_of(header: Sequence[str]) -> FileKind:
    """The kind of file that ``header`` belongs to. Raises: InvalidInput that names the headers there are."""
    for kind, columns in COLUMNS.items():
        if set(columns) <= set(header):
            return kind
    known = "; ".join(f"{kind}: {','.join(columns)}" for kind, columns in COLUMNS.items())
    raise InvalidInput(f"The header {','.join(header)[:200]} fits no kind of file. There are {known}.", row=1)


def parse_market_file(
    text: str,
    *,
    today: date,
    split_adjusted: bool = False,
    known_splits: Mapping[str, Sequence[Split]] | None = None,
) -> MarketFile:
    """Read a canonical file. Where prices are ``split_adjusted``, ``known_splits`` by symbol turn them back.

    Raises: InvalidInput for what is no file of these kinds at all.
    """
    kind = kind_of(read(text)[0])
    if kind is FileKind.PRICES:
        return _prices(text, today, known_splits or {} if split_adjusted else None)
    return _PARSERS[kind](text, today)


def parse_yahoo_file(
    text: str, *, symbol: str, currency: str, today: date, known_splits: Sequence[Split] = ()
) -> MarketFile:
    """Read Yahoo's download of one symbol: split-adjusted, in ``currency`` (GBp: in pence). Raises: InvalidInput."""
    header = read(text)[0]
    when = next((name for name in ("date", "datetime") if name in header), None)
    if when is None or "close" not in header:
        raise InvalidInput("Yahoo's files have a column Date or Datetime and a column Close.", row=1)

    def parse(row: Row) -> tuple[date, YahooRow]:
        paid = float(np.nansum([row.optional_number(name) for name in ("dividends", "capital gains")]))
        ratio = row.optional_number("stock splits")
        if not (paid > 0 or ratio > 0):  # else the row may be there for its event alone
            row.positive("close")
        return row.day(when, today), (_bar(row), paid, Decimal(str(ratio)) if ratio > 0 else None)

    rows, errors = _collect(text, parse)
    # A file without the column lists no splits, and one that ends early not the later ones: the prices are adjusted
    # for them all the same, as far as they are known here.
    listed = [(day, ratio) for day, (_, _, ratio) in rows.items() if ratio is not None]
    last = max(rows, default=date.min) if "stock splits" in header else date.min
    listed += [(split.date, split.ratio) for split in known_splits if last < split.date <= today]
    raw = replace(
        _raw({day: values[0] for day, values in rows.items()}),
        splits=tuple((day, ratio, Decimal(1)) for day, ratio in listed),
        dividends=tuple((day, paid, "") for day, (_, paid, _) in rows.items() if paid),
    )
    clean = as_traded(raw, currency, known_splits=known_splits, today=today)
    series = PriceSeries(symbol, major_unit(currency)[0], clean.bars, clean.splits, clean.dividends)
    return MarketFile(FileKind.PRICES, len(clean.bars), tuple(errors), prices=(series,))


def _collect(text: str, parse: Callable[[Row], tuple[Key, Value]]) -> tuple[dict[Key, Value], list[RowError]]:
    """Parsed rows by key. A key that comes again is an error, unless its values are the same."""
    values: dict[Key, Value] = {}
    errors = []
    for row in read(text)[1]:
        if isinstance(row, RowError):
            errors.append(row)
            continue
        try:
            key, value = parse(row)
        except BadCell as error:
            errors.append(RowError(row.number, error.column, error.reason))
            continue
        # Compared as text, because NaN equals nothing.
        if key in values and repr(values[key]) != repr(value):
            errors.append(RowError(row.number, "", "an earlier row says something else of the same day"))
            continue
        values[key] = value
    return values, errors


def _bar(row: Row) -> Bar:
    """Open, high, low, close and volume; NaN for what the row does not say."""
    opening, high, low, close, volume = (row.optional_number(name) for name in BAR)
    return opening, high, low, close, volume


def _prices(text: str, today: date, adjusted_for: Mapping[str, Sequence[Split]] | None) -> MarketFile:
    def parse(row: Row) -> tuple[tuple[str, str, date], Bar]:
        bar = _bar(row)
        if not all(price > 0 for price in bar[:4]):
            for name in BAR[:4]:
                if name == "close" or row.cells.get(name):
                    row.positive(name)
        return (row.text("symbol"), row.unit("currency"), row.day("date", today)), bar

    rows, errors = _collect(text, parse)
    by_symbol: dict[tuple[str, str], dict[date, Bar]] = {}
    for (symbol, unit, day), bar in rows.items():
        by_symbol.setdefault((symbol, unit), {})[day] = bar
    series = []
    for (symbol, unit), bars in by_symbol.items():
        splits = (adjusted_for or {}).get(symbol, ())
        raw = replace(_raw(bars), splits=tuple((split.date, split.ratio, Decimal(1)) for split in splits))
        clean = as_traded(raw, unit, today=today)
        series.append(PriceSeries(symbol, major_unit(unit)[0], clean.bars))
    return MarketFile(FileKind.PRICES, len(rows), tuple(errors), prices=tuple(series))


def _splits(text: str, today: date) -> MarketFile:
    rows, errors = _collect(text, lambda row: ((row.text("symbol"), row.day("date", today)), _ratio(row)))
    splits = tuple((symbol, Split(day, ratio)) for (symbol, day), ratio in rows.items())
    return MarketFile(FileKind.SPLITS, len(rows), tuple(errors), splits=splits)


def _ratio(row: Row) -> Decimal:
    ratio = split_ratio(row.positive_decimal("ratio"), Decimal(1))
    if ratio is None or ratio == 1:
        raise BadCell("ratio", f"{row.cells['ratio'][:40]} for 1 is no split")
    return ratio


def _dividends(text: str, today: date) -> MarketFile:
    def parse(row: Row) -> tuple[tuple[str, date, str], float]:
        row.text("currency")
        currency, per_major = major_unit(row.unit("currency"))
        return (row.text("symbol"), row.day("date", today), currency), row.positive("amount") / per_major

    rows, errors = _collect(text, parse)
    dividends = tuple((symbol, Dividend(day, amount, currency)) for (symbol, day, currency), amount in rows.items())
    return MarketFile(FileKind.DIVIDENDS, len(rows), tuple(errors), dividends=dividends)


def _fx(text: str, today: date) -> MarketFile:
    def parse(row: Row) -> tuple[tuple[str, str, date], float]:
        base, quote = (_major_only(row, column) for column in ("base", "quote"))
        if base == quote:
            raise BadCell("quote", "is the same currency as base")
        return (base, quote, row.day("date", today)), row.positive("rate")

    rows, errors = _collect(text, parse)
    pairs: dict[tuple[str, str], dict[date, float]] = {}
    for (base, quote, day), rate in rows.items():
        pairs.setdefault((base, quote), {})[day] = rate
    series = []
    for (base, quote), rates in pairs.items():
        days = sorted(rates)
        series.append(
            FxSeries(base, quote, np.array(days, dtype="datetime64[D]"), np.array([rates[day] for day in days]))
        )
    return MarketFile(FileKind.FX, len(rows), tuple(errors), fx=tuple(series))


def _benchmarks(text: str, today: date) -> MarketFile:
    def parse(row: Row) -> tuple[tuple[str, str, date], Decimal]:
        return (row.text("benchmark"), row.text("symbol"), row.day("from", today)), row.positive_decimal("weight")

    rows, errors = _collect(text, parse)
    weights = tuple(BenchmarkWeight(name, symbol, weight, day) for (name, symbol, day), weight in rows.items())
    return MarketFile(FileKind.BENCHMARKS, len(rows), tuple(errors), benchmarks=weights)


def _major_only(row: Row, column: str) -> str:
    row.text(column)
    if (unit := row.unit(column)) in MINOR_UNITS:
        raise BadCell(column, f"{unit} is a hundredth of {MINOR_UNITS[unit]}; rates are of whole currencies")
    return unit


def _raw(bars: Mapping[date, Bar]) -> RawHistory:
    columns = np.array(list(bars.values()), dtype=np.float64).reshape(-1, len(BAR)).T
    days = np.array(list(bars), dtype="datetime64[D]")
    return RawHistory(days, columns[0], columns[1], columns[2], columns[3], columns[4])


_PARSERS: Mapping[FileKind, Callable[[str, date], MarketFile]] = {
    FileKind.SPLITS: _splits,
    FileKind.DIVIDENDS: _dividends,
    FileKind.FX: _fx,
    FileKind.BENCHMARKS: _benchmarks,
}
