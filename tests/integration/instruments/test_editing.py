"""Editing: each field is checked, what a person has set stays, and only those may whose instrument it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, InstrumentRow, Portfolio
from dashboard.db.repositories.ledger import transactions
from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.domain.instruments import InstrumentState
from dashboard.domain.measures import Status
from dashboard.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from dashboard.providers.chain import ProviderChain
from dashboard.services import imports, instruments, market_data, performance, portfolio_settings, portfolios
from tests.days import today
from tests.factories import as_lines, ledger_file, make_instrument, make_portfolio, make_user
from tests.fakes import RecordingProvider

pytestmark = pytest.mark.usefixtures("app_context")

LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      AAA     10        100    -
"""


def row_of(symbol: str) -> InstrumentRow:
    return db.session.execute(select(InstrumentRow).where(InstrumentRow.symbol == symbol)).scalar_one()


def closes(symbol: str, **days: float) -> None:
    """Import closes: ``d2024_01_03=100``."""
    lines = [f"{symbol},{name[1:].replace('_', '-')},{value}" for name, value in days.items()]
    market_data.import_prices(SYSTEM, "\n".join(["symbol,date,close", *lines]).encode(), "prices.csv", currency="EUR")


def test_what_is_set_is_stored_and_written_down() -> None:
    make_instrument("AAA")
    found = instruments.edit(
        SYSTEM,
        "AAA",
        {"name": "  A  fund ", "asset_class": "ETF", "isin": "us0378331005", "mic": "xetr", "country": "DE"},
    )
    assert (found.name, found.asset_class, found.isin, found.mic) == ("A fund", "etf", "US0378331005", "XETR")
    assert set(found.edited) == {"name", "asset_class", "isin", "mic", "country"}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "instrument.edit")).one()
    assert entry.details["asset_class"] == "equity → etf"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("isin", "US0378331006"),
        ("isin", "AAPL"),
        ("currency", "euro!"),
        ("asset_class", "house"),
        ("mic", "XETRA"),
        ("time_zone", "Europe/Nowhere"),
        ("time_zone", "../etc/passwd"),
        ("multiplier", "0"),
        ("multiplier", "NaN"),
        ("price_unit", "GBp"),
        ("provider", "oracle"),
        ("stale_after_days", "0"),
        ("stale_after_days", "٣"),
        ("name", "a\x00b"),
        ("name", 5),
        ("symbol", "BBB"),
        ("name", "x" * 201),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_nothing_is_changed(name: str, value: object) -> None:
    make_instrument("AAA", name="Before")
    with pytest.raises(InvalidInput) as refused:
        instruments.edit(SYSTEM, "AAA", {"sector": "Steel", name: value})
    assert refused.value.field == name
    db.session.rollback()
    assert (row_of("AAA").name, row_of("AAA").sector, row_of("AAA").edited) == ("Before", "", [])


def test_a_currency_is_changed_while_nothing_is_stored_in_the_other_one() -> None:
    make_instrument("AAA", "EUR")
    make_instrument("BBB", "EUR")
    assert instruments.edit(SYSTEM, "AAA", {"currency": "usd"}).currency == "USD"
    make_portfolio(ledger=LEDGER.replace("AAA", "BBB"))
    with pytest.raises(InvalidInput, match="BBB has transactions or prices in EUR: it cannot become USD") as refused:
        instruments.edit(SYSTEM, "BBB", {"currency": "USD"})
    assert refused.value.field == "currency"


def test_a_multiplier_values_anew_from_the_first_trade_on() -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    closes("AAA", d2024_01_03=100)
    db.session.execute(update(Portfolio).values(dirty_from=None))
    db.session.commit()
    instruments.edit(SYSTEM, "AAA", {"multiplier": "10"})
    assert db.session.get_one(Portfolio, portfolio.id).dirty_from == date(2024, 1, 3)


def test_a_provider_overwrites_nothing_that_a_person_has_set_not_even_what_he_emptied() -> None:
    make_instrument("AAA", name="Mine", state=InstrumentState.UNRESOLVED)
    instruments.edit(SYSTEM, "AAA", {"sector": "", "asset_class": "fund"})
    market_data.refresh(SYSTEM, ["AAA"], chain=ProviderChain([RecordingProvider("yahoo")]))
    found = market_data.instrument(SYSTEM, "AAA")
    assert (found.name, found.sector, found.asset_class) == ("Mine", "", "fund")
    assert found.industry == "Steel tubes"  # nobody had said


def test_each_provider_is_asked_by_the_symbol_that_it_knows() -> None:
    make_instrument("AAA", state=InstrumentState.UNRESOLVED)
    first, second = RecordingProvider("yahoo", knows=False), RecordingProvider("alphavantage")
    instruments.edit(SYSTEM, "AAA", {"provider": "yahoo", "provider_symbol": "AAA.DE"}, {"alphavantage": "AAA.DEX"})
    market_data.refresh(SYSTEM, ["AAA"], chain=ProviderChain([first, second]))
    assert (first.asked, second.asked) == (["AAA.DE"], ["AAA.DEX"])
    assert market_data.instrument(SYSTEM, "AAA").provider == "yahoo"  # as a person has said


def test_another_symbol_of_the_same_provider_is_refused_while_its_prices_are_of_the_one_before() -> None:
    make_instrument("AAA", state=InstrumentState.UNRESOLVED)
    chain = ProviderChain([RecordingProvider("yahoo"), RecordingProvider("alphavantage")])
    instruments.edit(SYSTEM, "AAA", {"provider_symbol": "AAA.DE"})
    market_data.refresh(SYSTEM, ["AAA"], chain=chain)

    with pytest.raises(Conflict, match=r"AAA has 2 prices of what yahoo calls AAA\.DE.*remap AAA AAA\.PA --discard"):
        instruments.edit(SYSTEM, "AAA", {"provider_symbol": "AAA.PA"})
    db.session.rollback()
    content = b"symbol,currency,provider_symbol\nAAA,EUR,AAA.PA\nAAA,EUR,AAA.DE\n"
    (fault,) = market_data.import_instruments(SYSTEM, content, "instruments.csv").faults
    assert (fault.row, fault.column) == (2, "provider_symbol")
    assert market_data.instrument(SYSTEM, "AAA").provider_symbol == "AAA.DE"

    instruments.edit(SYSTEM, "AAA", {"provider": "alphavantage", "provider_symbol": "AAA.DEX"})
    assert market_data.instrument(SYSTEM, "AAA").provider_symbol == "AAA.DEX"


def test_a_rename_keeps_history_and_ledger_and_old_files_still_mean_it() -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    closes("AAA", d2024_01_03=100, d2024_01_04=110)
    found = instruments.rename(SYSTEM, "AAA", "NEW")
    assert (found.symbol, found.last_close) == ("NEW", 110)
    report = performance.holdings(SYSTEM, portfolio.id, as_of=date(2024, 1, 4))
    assert [holding.symbol for holding in report.holdings] == ["NEW"]
    again = imports.commit(SYSTEM, portfolio.id, ledger_file(LEDGER), "ledger.csv")
    assert (again.added, again.duplicates) == (0, 2)
    later = "date,type,symbol,quantity,price\n2024-01-05,sell,aaa,4,120"
    assert imports.commit(SYSTEM, portfolio.id, later.encode(), "more.csv").added == 1
    assert "NEW" in as_lines(transactions.ledger(portfolio.id))[-1]
    closes("AAA", d2024_01_08=125)
    assert market_data.instrument(SYSTEM, "NEW").last_close == 125
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "AAA")


def test_a_rename_to_a_symbol_that_another_has_is_refused() -> None:
    make_instrument("AAA")
    make_instrument("BBB")
    with pytest.raises(Conflict, match="merge AAA into it"):
        instruments.rename(SYSTEM, "AAA", "BBB")


def test_what_is_delisted_is_not_asked_for_and_its_last_price_stands_without_an_alarm() -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    closes("AAA", d2024_01_03=100, d2024_01_04=110)
    assert market_data.instrument(SYSTEM, "AAA").price_status is Status.STALE
    found = instruments.delist(SYSTEM, "AAA", date(2024, 1, 5))
    assert (found.state, found.delisted_on, found.price_status) == ("delisted", date(2024, 1, 5), Status.OK)
    provider = RecordingProvider("yahoo")
    report = market_data.refresh(SYSTEM, ["AAA"], chain=ProviderChain([provider]))
    assert provider.asked == [] and report.outcomes[0].reason == "it is delisted"
    assert "AAA" not in [one.symbol for one in market_data.refresh(SYSTEM, chain=ProviderChain([provider])).outcomes]
    held = performance.holdings(SYSTEM, portfolio.id)
    assert (held.holdings[0].price_status, held.holdings[0].price) == (Status.OK, 110)
    words = {note.code: note.message for note in held.status}
    assert words["price_carried"] == "AAA is delisted since 2024-01-05: its last price, of 2024-01-04, stands."
    assert market_data.list_instruments(SYSTEM, troubled=True).total == 0
    assert instruments.relist(SYSTEM, "AAA").price_status is Status.STALE
    with pytest.raises(InvalidInput):
        instruments.delist(SYSTEM, "AAA", today() + timedelta(days=2))


def test_a_remap_asks_for_another_symbol_from_the_first_price_on() -> None:
    make_instrument("AAA", state=InstrumentState.NOT_FOUND)
    provider = RecordingProvider("yahoo")
    assert instruments.remap(SYSTEM, "AAA", "AAA.DE").state == "unresolved"
    market_data.refresh(SYSTEM, ["AAA"], chain=ProviderChain([provider]))
    found = market_data.instrument(SYSTEM, "AAA")
    assert (found.state, found.provider_symbol, found.last_close) == ("active", "AAA.DE", 12.0)
    with pytest.raises(Conflict, match=r"AAA has 2 prices of what yahoo calls AAA\.DE"):
        instruments.remap(SYSTEM, "AAA", "AAA.PA")
    db.session.rollback()
    instruments.set_price(SYSTEM, "AAA", date(2024, 1, 9), 44.0)
    assert instruments.remap(SYSTEM, "AAA", "AAA.PA", discard=True).first_date == date(2024, 1, 9)


def test_only_what_nothing_uses_is_deleted() -> None:
    make_portfolio(name="Main", ledger=LEDGER)
    make_instrument("BBB")
    closes("BBB", d2024_01_03=5)
    instruments.delete(SYSTEM, "BBB")
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "BBB")
    with pytest.raises(Conflict, match=r"AAA is in use \(Main\)"):
        instruments.delete(SYSTEM, "AAA")


def test_a_user_changes_what_is_his_alone_and_an_administrator_everything() -> None:
    mine, other = make_user(), make_user()
    make_portfolio(mine, ledger=LEDGER)
    assert instruments.edit(mine, "AAA", {"name": "Mine"}).name == "Mine"
    assert instruments.editable_instrument(mine, "AAA").may_edit
    refuses_everything(other)
    make_portfolio(other, ledger=LEDGER)
    refuses_everything(mine)
    assert not instruments.editable_instrument(mine, "AAA").may_edit
    chief = make_user(role=Role.ADMIN)
    assert instruments.edit(chief, "AAA", {"name": "Ours"}).name == "Ours"
    denied = db.session.scalars(select(AuditEntry.result).where(AuditEntry.action == "instrument.denied")).all()
    assert len(denied) == 16


def refuses_everything(actor: Actor) -> None:
    day = date(2024, 1, 4)
    for call in (
        lambda: instruments.edit(actor, "AAA", {"name": "Theirs"}),
        lambda: instruments.rename(actor, "AAA", "NEW"),
        lambda: instruments.remap(actor, "AAA", "NEW"),
        lambda: instruments.delist(actor, "AAA", day),
        lambda: instruments.relist(actor, "AAA"),
        lambda: instruments.delete(actor, "AAA"),
        lambda: instruments.set_price(actor, "AAA", day, 1.0),
        lambda: instruments.unset_price(actor, "AAA", day),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_two_symbols_for_one_isin_say_so_on_both() -> None:
    for symbol in ("AAA", "BBB"):
        make_instrument(symbol)
        instruments.edit(SYSTEM, symbol, {"isin": "US0378331005"})
    make_instrument("CCC", "USD")
    instruments.edit(SYSTEM, "CCC", {"isin": "US0378331005"})  # a listing in another currency is none
    found = {one.symbol: one for one in market_data.problems_of(["AAA", "BBB", "CCC"])}
    assert {symbol: one.code for symbol, one in found.items()} == {"AAA": "same_isin", "BBB": "same_isin"}
    assert "BBB has the ISIN US0378331005" in found["AAA"].message


def test_a_refresh_of_series_keeps_the_currency_that_a_person_has_set() -> None:
    make_instrument("AAA", "EUR", state=InstrumentState.UNRESOLVED)
    instruments.edit(SYSTEM, "AAA", {"currency": "GBP"})
    report = market_data.refresh(SYSTEM, ["AAA"], chain=ProviderChain([RecordingProvider("yahoo")]))
    assert report.outcomes[0].code == "currency_mismatch"
    assert market_data.instrument(SYSTEM, "AAA").currency == "GBP"


def test_whose_an_instrument_is_follows_from_all_that_refers_to_it() -> None:
    mine, other = make_user(), make_user()
    portfolio = make_portfolio(mine, ledger=LEDGER)
    portfolio_settings.tag_instrument(mine, portfolio.id, "AAA", "steel")
    assert instruments.edit(mine, "AAA", {"name": "Mine"}).name == "Mine"
    portfolios.create_portfolio(other, "Compared", "EUR", benchmark="AAA")
    with pytest.raises(PermissionDenied):
        instruments.edit(mine, "AAA", {"name": "Still mine"})


def test_what_a_blend_names_is_everybodys() -> None:
    mine = make_user()
    make_portfolio(mine, ledger=LEDGER)
    blend = b"benchmark,symbol,weight,from\nBlend,AAA,1,2024-01-01\n"
    market_data.import_prices(SYSTEM, blend, "blend.csv")
    with pytest.raises(PermissionDenied):
        instruments.edit(mine, "AAA", {"name": "Mine"})
