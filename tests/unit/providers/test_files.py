"""Files of prices, splits, dividends, rates and benchmarks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.domain.instruments import Split
from dashboard.errors import InvalidInput
from dashboard.providers.files import FileKind, MarketFile, RowError, decode, parse_market_file, parse_yahoo_file

TODAY = date(2024, 3, 29)


def parse(text: str) -> MarketFile:
    return parse_market_file(text, today=TODAY)


def test_prices_are_grouped_by_symbol_in_the_order_of_their_days() -> None:
    parsed = parse("symbol,date,close\nABC,2024-03-04,11\nXYZ,2024-03-01,5\nABC,2024-03-01,10.5\n")
    assert (parsed.kind, parsed.rows, parsed.errors) == (FileKind.PRICES, 3, ())
    abc, xyz = parsed.prices
    assert (abc.symbol, abc.bars.close.tolist()) == ("ABC", [10.5, 11.0])
    assert (xyz.symbol, xyz.currency) == ("XYZ", "")
    assert np.isnan(abc.bars.open).all()
    assert np.isnan(abc.bars.volume).all()


def test_all_columns_of_a_price_are_read_whatever_their_order_case_and_separator() -> None:
    parsed = parse(
        "\ufeffDate;Symbol;Volume;Close;Low;High;Open;Currency\n2024-03-01;REL.L;1200;2370;2360;2400;2395;GBp\n"
    )
    (series,) = parsed.prices
    bars = series.bars
    assert series.currency == "GBP"
    assert [bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]] == [23.95, 24.0, 23.6, 23.7, 1200]


def test_split_adjusted_prices_are_turned_back_with_the_known_splits() -> None:
    text = "symbol,date,close,volume\nABC,2024-03-01,20,500\nABC,2024-03-04,21,500\n"
    splits = {"ABC": [Split(date(2024, 3, 4), Decimal(5))]}
    parsed = parse_market_file(text, today=TODAY, split_adjusted=True, known_splits=splits)
    assert parsed.prices[0].bars.close.tolist() == [100.0, 21.0]
    assert parsed.prices[0].bars.volume.tolist() == [100.0, 500.0]
    as_traded = parse_market_file(text, today=TODAY, known_splits=splits)
    assert as_traded.prices[0].bars.close.tolist() == [20.0, 21.0]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("ABC,2024-03-01,,,", "close", "is empty"),
        (",2024-03-01,1,,", "symbol", "is empty"),
        ("ABC,01/03/2024,1,,", "date", "'01/03/2024' is not a date like 2024-03-15"),
        ("ABC,2024-02-30,1,,", "date", "'2024-02-30' is not a date like 2024-03-15"),
        ("ABC,2024-03-30,1,,", "date", "2024-03-30 is in the future"),
        ("ABC,2024-03-01,0,,", "close", "must be greater than 0, not 0"),
        ("ABC,2024-03-01,-5,,", "close", "must be greater than 0, not -5"),
        ('ABC,2024-03-01,"1,234",,', "close", "'1,234' is not a number like 1234.56"),
        ("ABC,2024-03-01,nan,,", "close", "'nan' is not a number like 1234.56"),
        ("ABC,2024-03-01,1e999,,", "close", "'1e999' is not a number like 1234.56"),
        ("ABC,2024-03-01,1_0,,", "close", "'1_0' is not a number like 1234.56"),
        ("ABC,2024-03-01,1e15,,", "close", "1e+15 is too large to be kept"),
        ("ABC,2024-03-01,1e-19,,", "close", "1e-19 is too small to be kept"),
        ("ABC,0001-01-01,1,,", "date", "0001-01-01 is before there were markets"),
        ("ABC,2024-03-01,1,-2,", "open", "must be greater than 0, not -2"),
        ("ABC,2024-03-01,1,,dollars", "currency", "'dollars' is not a currency code like EUR"),
        ("ABC,2024-03-01,1,,USD,more", "", "has 6 cells, the header has 5"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_kept(row: str, column: str, reason: str) -> None:
    parsed = parse(f"symbol,date,close,open,currency\nABC,2024-02-01,7,,\n\n{row}\nABC,2024-02-02,8,,\n")
    assert parsed.errors == (RowError(4, column, reason),)
    assert parsed.prices[0].bars.close.tolist() == [7.0, 8.0]


def test_a_day_that_comes_twice_is_an_error_unless_it_says_the_same() -> None:
    parsed = parse("symbol,date,close\nABC,2024-03-01,7\nABC,2024-03-01,7\nABC,2024-03-01,8\n")
    assert parsed.prices[0].bars.close.tolist() == [7.0]
    assert [error.row for error in parsed.errors] == [4]


def test_splits_dividends_rates_and_benchmarks_are_told_by_their_header() -> None:
    splits = parse("symbol,date,ratio\nABC,2024-03-01,0.1\nABC,2024-03-04,0\n")
    assert splits.splits == (("ABC", Split(date(2024, 3, 1), Decimal("0.1"))),)
    assert [(it.row, it.column) for it in splits.errors] == [(3, "ratio")]
    dividends = parse("symbol,date,amount,currency\nREL.L,2024-03-01,35.5,GBp\nABC,2024-03-01,0.2,\n")
    ((symbol, dividend),) = dividends.dividends
    assert (symbol, dividend.amount, dividend.currency) == ("REL.L", 0.355, "GBP")
    assert [(it.row, it.column) for it in dividends.errors] == [(3, "currency")]
    rates = parse("base,quote,date,rate\nEUR,USD,2024-03-04,1.09\nEUR,USD,2024-03-01,1.08\nEUR,EUR,2024-03-01,1\n")
    (pair,) = rates.fx
    assert (pair.base, pair.quote, pair.rates.tolist()) == ("EUR", "USD", [1.08, 1.09])
    assert [(it.row, it.column) for it in rates.errors] == [(4, "quote")]
    blend = parse("benchmark,symbol,weight,from\nBalanced,ABC,0.6,2020-01-01\nBalanced,XYZ,0.4,2020-01-01\n")
    assert [it.weight for it in blend.benchmarks] == [Decimal("0.6"), Decimal("0.4")]


YAHOO = """Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits
2024-03-01 00:00:00+09:00,20.0,21.0,19.0,20.5,19.9,500,0.2,0.0
2024-03-04 00:00:00+09:00,null,null,null,null,null,null,0.0,0.0
2024-03-05 00:00:00+09:00,20.4,21.2,20.1,20.6,20.0,400,0.0,5.0
"""


def test_yahoos_download_is_turned_back_into_prices_as_traded() -> None:
    parsed = parse_yahoo_file(YAHOO, symbol="4063.T", currency="JPY", today=TODAY)
    (series,) = parsed.prices
    assert series.bars.dates.tolist() == [date(2024, 3, 1), date(2024, 3, 5)]
    assert series.bars.close.tolist() == [102.5, 20.6]
    assert series.splits == (Split(date(2024, 3, 5), Decimal(5)),)
    assert [(it.amount, it.currency) for it in series.dividends] == [(1.0, "JPY")]
    assert [(it.row, it.column) for it in parsed.errors] == [(3, "close")]


def test_yahoos_download_without_splits_is_adjusted_for_the_known_ones() -> None:
    text = "Date,Close\n2024-03-01,20.5\n2024-03-05,20.6\n"
    known = [Split(date(2024, 3, 5), Decimal(5)), Split(date(2024, 3, 20), Decimal(2))]
    (series,) = parse_yahoo_file(text, symbol="X", currency="GBp", today=TODAY, known_splits=known).prices
    assert series.currency == "GBP"
    np.testing.assert_allclose(series.bars.close, [2.05, 0.412])


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a,b,c\n1,2,3\n", "symbol,symbol,date,close\n", "symbol,date\nABC,2024-03-01\n"]
)
def test_what_is_no_such_file_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)


def test_a_cell_without_end_is_refused_with_its_row() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse('symbol,date,close\n"' + "x" * 200_000)
    assert caught.value.row == 2


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04\x14\x00\x06\x00", "close;Café".encode("latin-1")]
)
def test_a_binary_file_named_csv_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(data)


def test_a_byte_order_mark_is_not_part_of_the_header() -> None:
    assert parse(decode(b"\xef\xbb\xbfsymbol,date,close\nABC,2024-03-01,1\n")).rows == 1
