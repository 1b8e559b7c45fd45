"""Files of market data: told by their header, the good rows stored, each bad one named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, Portfolio
from dashboard.domain.access import SYSTEM, Actor, Role, UserId
from dashboard.domain.instruments import Split
from dashboard.errors import InvalidInput, NotFound, PermissionDenied
from dashboard.services import instruments, market_data, transactions
from tests.factories import make_portfolio
from tests.integration.market_data.ledgers import Purchase, make_ledger

pytestmark = pytest.mark.usefixtures("app_context")

USER = Actor(UserId(7), "someone@example.com", Role.USER)


def test_prices_make_an_active_instrument_of_an_unresolved_one_and_dirty_its_portfolio() -> None:
    key = make_ledger("USD", Purchase("A", "USD"))

    counts = market_data.import_prices(
        SYSTEM, b"symbol,date,close,volume\nA,2024-01-02,10.5,100\nA,2024-01-03,11,\n", "prices.csv"
    )

    assert (counts.kind, counts.rows, counts.changed, counts.series, counts.faults) == ("prices", 2, 2, ("A",), ())
    detail = market_data.instrument(SYSTEM, "A")
    assert (detail.state, detail.last_close, detail.previous_close) == ("active", 11.0, 10.5)
    assert market_data.problems_of(["A"]) == ()
    assert db.session.get_one(Portfolio, key).dirty_from == date(2024, 1, 2)


def test_the_same_file_again_changes_nothing() -> None:
    content = b"symbol,date,close,currency\nA,2024-01-02,10.5,USD\n"
    market_data.import_prices(SYSTEM, content, "prices.csv")
    version = market_data.versions_for(["A"])

    assert market_data.import_prices(SYSTEM, content, "prices.csv").changed == 0
    assert market_data.versions_for(["A"]) == version


def test_bad_rows_are_named_and_good_ones_stored() -> None:
    content = (
        b"symbol,date,close,currency\nA,2024-01-02,10,USD\nA,2024-01-03,-1,USD\nA,yesterday,3,USD\nB,2024-01-02,5,\n"
    )

    counts = market_data.import_prices(SYSTEM, content, "prices.csv")

    assert counts.changed == 1
    assert [(fault.row, fault.column, fault.symbol) for fault in counts.faults] == [
        (3, "close", ""),
        (4, "date", ""),
        (None, "", "B"),
    ]
    assert "currency" in counts.faults[-1].reason


def test_prices_in_pence_become_pounds_and_another_currency_is_refused() -> None:
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA.L,2024-01-02,250,GBp\n", "pence.csv")

    counts = market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA.L,2024-01-03,3,EUR\n", "euro.csv")

    assert market_data.bars("A.L").close.tolist() == [2.5]
    (fault,) = counts.faults
    assert (fault.symbol, counts.changed) == ("A.L", 0)


def test_split_adjusted_prices_are_turned_back_by_the_splits_that_are_stored() -> None:
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA,2024-01-10,50,USD\n", "prices.csv")
    market_data.import_prices(SYSTEM, b"symbol,date,ratio\nA,2024-01-05,2\n", "splits.csv")

    content = b"symbol,date,close\nA,2024-01-02,50\nA,2024-01-05,51\n"
    market_data.import_prices(SYSTEM, content, "adjusted.csv", split_adjusted=True)

    assert market_data.bars("A", adjusted=False).close.tolist() == [100.0, 51.0, 50.0]
    assert market_data.bars("A").close.tolist() == [50.0, 51.0, 50.0]


def test_a_split_from_a_file_that_is_known_some_days_apart_is_not_counted_twice() -> None:
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA,2024-01-10,50,USD\n", "prices.csv")
    market_data.import_prices(SYSTEM, b"symbol,date,ratio\nA,2024-01-05,2\n", "splits.csv")

    counts = market_data.import_prices(SYSTEM, b"symbol,date,ratio\nA,2024-01-08,2\nA,2024-02-01,2\n", "again.csv")

    assert counts.changed == 1
    assert market_data.bars("A").splits == (Split(date(2024, 1, 5), Decimal(2)), Split(date(2024, 2, 1), Decimal(2)))


def test_dividends_and_rates_are_stored_and_rates_dirty_the_portfolios_that_use_them() -> None:
    key = make_ledger("EUR", Purchase("A", "USD"))
    only_euros = make_ledger("EUR", Purchase("B", "EUR"), name="euros")

    paid = market_data.import_prices(SYSTEM, b"symbol,date,amount,currency\nA,2024-01-05,0.4,USD\n", "dividends.csv")
    rates = market_data.import_prices(SYSTEM, b"base,quote,date,rate\nEUR,USD,2024-02-01,1.08\n", "fx.csv")

    assert (paid.kind, paid.changed, rates.kind, rates.series) == ("dividends", 1, "fx", ("EURUSD",))
    series = market_data.market_data_for(["A"], ["EUR"]).rates["EUR", "USD"]
    assert series.rates.tolist() == [1.08]
    assert db.session.get_one(Portfolio, key).dirty_from == date(2024, 1, 5)
    assert db.session.get_one(Portfolio, only_euros).dirty_from is None


def test_a_download_from_yahoo_brings_prices_as_traded_with_its_events() -> None:
    content = (
        b"Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits\n"
        b"2024-01-02,100,100,100,100,99,10,0,0\n"
        b"2024-01-03,110,110,110,110,110,10,5,2\n"
    )

    market_data.import_prices(SYSTEM, content, "A.csv", format="yahoo", symbol="A.L", currency="GBp")

    bars = market_data.bars("A.L", adjusted=False)
    assert (bars.currency, bars.close.tolist()) == ("GBP", [2.0, 1.1])
    assert bars.splits == (Split(date(2024, 1, 3), Decimal(2)),)


def test_a_split_that_is_none_is_named_and_the_others_of_its_file_are_stored() -> None:
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA,2024-01-10,50,USD\n", "prices.csv")
    ratios = ("1", "1e-300", "1e25", "1e-19", "0.33333333333333333333", "1.0000000000000000001")
    rows = "".join(f"A,2024-01-0{day},{ratio}\n" for day, ratio in enumerate(ratios, start=1))
    content = f"symbol,date,ratio\n{rows}".encode()

    counts = market_data.import_prices(SYSTEM, content, "splits.csv")

    assert [(fault.row, fault.column) for fault in counts.faults] == [(row, "ratio") for row in (2, 3, 4, 5, 7)]
    assert market_data.bars("A").splits == (Split(date(2024, 1, 5), Decimal("0.333333333333333333")),)
    assert market_data.import_prices(SYSTEM, content, "splits.csv").changed == 0


@pytest.mark.parametrize("symbol", ["x" * 65, "a\x01b", '"a\nb"'])
def test_what_nothing_can_be_called_becomes_no_instrument(symbol: str) -> None:
    prices = f"symbol,date,close,currency\n{symbol},2024-01-02,1,USD\nA,2024-01-02,1,USD\n".encode()
    instruments = f"symbol,currency\n{symbol},USD\nA,USD\n".encode()

    of_prices = market_data.import_prices(SYSTEM, prices, "prices.csv")
    of_instruments = market_data.import_instruments(SYSTEM, instruments, "instruments.csv")

    assert (of_prices.series, of_instruments.series) == (("A",), ("A",))
    assert ["symbol" in fault.reason for fault in (*of_prices.faults, *of_instruments.faults)] == [True, True]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("multiplier", "1e25"), ("multiplier", "1e-30"), ("name", "x" * 201), ("sector", "a\x02b")],
)
def test_an_instrument_that_cannot_be_kept_is_named_and_the_others_of_its_file_are_stored(
    column: str, cell: str
) -> None:
    content = f"symbol,currency,{column}\nA,USD,{cell}\nB,USD,\n".encode()
    counts = market_data.import_instruments(SYSTEM, content, "instruments.csv")
    assert counts.series == ("B",)
    assert [(fault.row, fault.column) for fault in counts.faults] == [(2, column)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "UTF-8|binary"),
        (b"a,b,c\n1,2,3\n", "fits no kind of file"),
    ],
)
def test_what_is_no_file_of_market_data_is_refused_whole(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        market_data.import_prices(SYSTEM, content, "file.csv")


def test_only_an_administrator_imports_and_it_is_recorded() -> None:
    with pytest.raises(PermissionDenied):
        market_data.import_prices(USER, b"symbol,date,close,currency\nA,2024-01-02,1,USD\n", "prices.csv")

    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA,2024-01-02,1,USD\n", "prices.csv")

    (entry,) = db.session.query(AuditEntry).all()
    assert (entry.action, entry.object_id, entry.details["changed"]) == ("prices.import", "A", 1)


def test_a_price_in_percent_is_of_the_face_value_that_is_held() -> None:
    content = (
        b"symbol,asset_class,currency,price_unit,multiplier\n"
        b"BOND,bond,EUR,percent,\nNOTE,bond,USD,%,10\nPENCE,bond,GBp,,\nODD,bond,EUR,USD,\n"
    )

    counts = market_data.import_instruments(SYSTEM, content, "bonds.csv")

    assert [(fault.row, fault.column) for fault in counts.faults] == [(5, "price_unit")]
    found = market_data.market_data_for(["BOND", "NOTE", "PENCE"], []).instruments
    assert [found[symbol].multiplier for symbol in ("BOND", "NOTE", "PENCE")] == [Decimal("0.01"), Decimal("0.1"), 1]
    portfolio = make_portfolio(ledger="date type symbol quantity price\n2024-01-02 buy BOND 10000 98.5")
    (row,) = transactions.ledger(portfolio.id)
    assert (row.currency, row.amount) == ("EUR", Decimal(9850))
    market_data.import_instruments(SYSTEM, b"symbol,currency,name\nBOND,EUR,Federal loan\n", "names.csv")
    assert market_data.market_data_for(["BOND"], []).instruments["BOND"].multiplier == Decimal("0.01")
    market_data.import_instruments(SYSTEM, b"symbol,currency,price_unit\nBOND,EUR,EUR\n", "units.csv")
    assert market_data.market_data_for(["BOND"], []).instruments["BOND"].multiplier == 1


def test_a_provider_is_known_by_its_name_however_it_is_written_and_no_other_is_taken() -> None:
    content = b"symbol,currency,provider,provider_symbol\nA,GBP,Yahoo,A.L\nB,GBP,Yaho,B.L\n"

    (fault,) = market_data.import_instruments(SYSTEM, content, "instruments.csv").faults

    assert (fault.row, fault.column) == (3, "provider")
    assert market_data.instrument(SYSTEM, "A").provider == "yahoo"


def test_the_code_of_an_exchange_gives_its_sessions_and_a_name_gives_none() -> None:
    market_data.import_instruments(SYSTEM, b"symbol,currency,exchange\nA,EUR,XETR\nB,USD,NYSE\n", "instruments.csv")
    found = market_data.details_of(["A", "B"])
    assert {symbol: (detail.exchange, detail.mic) for symbol, detail in found.items()} == {
        "A": ("XETR", "XETR"),
        "B": ("NYSE", ""),
    }


def test_instruments_are_added_described_and_protected() -> None:
    content = (
        b"symbol,name,asset_class,currency,isin,price_unit,multiplier\n"
        b"A,Alpha,etf,USD,us0378331005,,\nP.L,Pence,equity,GBp,,,\nOPT,Call,option,USD,,,100\n"
        b"BAD,No class,thing,USD,,,\n,Nothing,equity,USD,,,\nWORSE,No ISIN,equity,USD,123,,\n"
        b"WRONG,Mistyped,equity,USD,US0378331006,,\n"
    )

    counts = market_data.import_instruments(SYSTEM, content, "instruments.csv")

    assert (counts.rows, counts.changed, counts.series) == (3, 3, ("A", "P.L", "OPT"))
    assert [(fault.row, fault.column) for fault in counts.faults] == [
        (5, "asset_class"),
        (6, "symbol"),
        (7, "isin"),
        (8, "isin"),
    ]
    found = market_data.details_of(["A", "P.L", "OPT"])
    assert (found["A"].asset_class, found["A"].isin, found["P.L"].currency) == ("etf", "US0378331005", "GBP")
    assert market_data.market_data_for(["OPT"], []).instruments["OPT"].multiplier == 100

    market_data.import_prices(SYSTEM, b"symbol,date,close\nA,2024-01-02,1\n", "prices.csv")
    again = market_data.import_instruments(SYSTEM, b"symbol,currency,sector\nA,EUR,Tech\n", "wrong.csv")
    assert (again.changed, again.faults[0].column) == (0, "currency")
    again = market_data.import_instruments(SYSTEM, b"symbol,currency,sector\nA,USD,Tech\n", "right.csv")
    assert again.changed == 1
    assert market_data.instrument(SYSTEM, "A").name == "Alpha"


def test_a_file_that_says_the_old_symbol_means_what_was_renamed() -> None:
    make_ledger("USD", Purchase("OLD", "USD"))
    market_data.import_prices(SYSTEM, b"symbol,date,ratio\nOLD,2024-01-04,2\n", "splits.csv")
    instruments.rename(SYSTEM, "OLD", "NEW")

    adjusted = b"symbol,date,close,currency\nOLD,2024-01-03,10,USD\nOLD,2024-01-04,11,USD\n"
    assert market_data.import_prices(SYSTEM, adjusted, "a.csv", split_adjusted=True).series == ("NEW",)
    assert market_data.bars("NEW", adjusted=False).close.tolist() == [20.0, 11.0]
    download = b"Date,Close\n2024-01-03,12\n2024-01-04,13\n"
    market_data.import_prices(SYSTEM, download, "y.csv", format="yahoo", symbol="OLD", currency="USD")
    assert market_data.bars("NEW", adjusted=False).close.tolist() == [24.0, 13.0]

    market_data.import_instruments(SYSTEM, b"symbol,currency,name\nOLD,USD,New Name\n", "instruments.csv")
    assert market_data.instrument(SYSTEM, "NEW").name == "New Name"
    market_data.import_prices(SYSTEM, b"benchmark,symbol,weight,from\nMINE,OLD,1,2024-01-02\n", "blend.csv")
    assert "NEW" in str(market_data.benchmark_text("MINE"))
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "OLD")


def test_prices_from_a_file_leave_what_is_delisted_delisted() -> None:
    content = b"symbol,date,close,currency\nA,2024-01-02,10.5,USD\n"
    market_data.import_prices(SYSTEM, content, "prices.csv")
    instruments.delist(SYSTEM, "A", date(2024, 1, 5))

    counts = market_data.import_prices(SYSTEM, content.replace(b"-02", b"-03"), "prices.csv")

    detail = market_data.instrument(SYSTEM, "A")
    assert (counts.changed, detail.state, detail.last_date) == (1, "delisted", date(2024, 1, 3))


def test_what_was_refused_whole_counts_as_left_out_and_makes_no_instrument() -> None:
    content = b"symbol,date,close,currency\nA,2024-01-02,10.5,USD\n"
    market_data.import_prices(SYSTEM, content, "prices.csv")

    refused = market_data.import_prices(SYSTEM, content.replace(b"USD", b"EUR"), "prices.csv")
    empty = market_data.import_prices(SYSTEM, b"Date,Close\n", "y.csv", format="yahoo", symbol="Q", currency="USD")

    assert (refused.rows, refused.changed, [fault.symbol for fault in refused.faults]) == (0, 0, ["A"])
    assert (empty.rows, empty.series) == (0, ())
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "Q")
