"""Watchlists as services keep them: each person's own, in order, with notes and with prices in units of today."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import InstrumentState
from dashboard.domain.market_hours import MarketState
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.results.watchlists import USUAL_COLUMNS, WatchColumn, WatchItem
from dashboard.services import instruments, market_data, watchlists
from tests.days import days_ago
from tests.factories import make_instrument, make_user

pytestmark = pytest.mark.usefixtures("app_context")


def test_instruments_keep_their_order_and_their_notes() -> None:
    owner = make_user()
    made = watchlists.create(owner, "  Tech   shares ", ["AAA", "BBB"])
    assert (made.name, made.symbols, made.columns) == ("Tech shares", ("AAA", "BBB"), USUAL_COLUMNS)
    watchlists.set_note(owner, made.id, "BBB", "  buy below  80 ")
    watchlists.add(owner, made.id, ["CCC", "AAA"])
    arranged = watchlists.arrange(owner, made.id, ["CCC", "BBB", "NONE"])
    assert arranged.items == (WatchItem("CCC"), WatchItem("BBB", "buy below 80"), WatchItem("AAA"))
    assert watchlists.remove(owner, made.id, "CCC").symbols == ("BBB", "AAA")
    assert watchlists.replace(owner, made.id, [WatchItem("AAA", "first")]).items == (WatchItem("AAA", "first"),)
    assert watchlists.replace(owner, made.id, []).items == ()


def test_a_symbol_that_is_not_known_becomes_an_instrument_that_a_refresh_asks_for() -> None:
    owner = make_user()
    make_instrument("Mixed.x")
    made = watchlists.create(owner, "New", ["nobody", "Mixed.x"])
    assert made.symbols == ("NOBODY", "Mixed.x")
    row = store.by_symbol(db.session, ["NOBODY"])["NOBODY"]
    assert row.state == InstrumentState.UNRESOLVED
    assert {one.symbol for one in store.needed(db.session)} == {"NOBODY", "Mixed.x"}
    waiting, _ = watchlists.watched(made)
    assert waiting.detail.last_close is None and "has not been looked up yet" in waiting.problem


def test_an_instrument_that_was_renamed_is_meant_by_its_old_symbol_and_a_merged_one_stays_once() -> None:
    owner = make_user()
    made = watchlists.create(owner, "Old", ["OLD", "DOUBLE"])
    instruments.rename(owner, "OLD", "NOW")
    assert watchlists.add(owner, made.id, ["old"]).symbols == ("NOW", "DOUBLE")
    instruments.merge(SYSTEM, "DOUBLE", "NOW")
    assert watchlists.watchlist(owner, made.id).symbols == ("NOW",)
    with pytest.raises(Conflict, match="Old"):
        instruments.delete(owner, "NOW")


def test_another_persons_list_is_not_found_and_each_try_is_recorded_once() -> None:
    owner, other = make_user(), make_user()
    made = watchlists.create(owner, "Mine", ["AAA"])
    tries: list[Callable[[], object]] = [
        lambda: watchlists.watchlist(other, made.id),
        lambda: watchlists.add(other, made.id, ["BBB"]),
        lambda: watchlists.remove(other, made.id, "AAA"),
        lambda: watchlists.replace(other, made.id, []),
        lambda: watchlists.arrange(other, made.id, []),
        lambda: watchlists.set_note(other, made.id, "AAA", "x"),
        lambda: watchlists.rename(other, made.id, "Theirs"),
        lambda: watchlists.set_columns(other, made.id, []),
        lambda: watchlists.place(other, made.id, 0),
        lambda: watchlists.delete(other, made.id),
    ]
    for attempt in tries:
        with pytest.raises(NotFound, match=f"There is no watchlist {made.id}."):
            attempt()
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "watchlist.denied")).all()
    assert [(row.user_id, row.object_id) for row in denied] == [(other.user_id, str(made.id))] * len(tries)
    assert watchlists.watchlist(owner, made.id) == made
    assert watchlists.list_watchlists(other) == ()
    with pytest.raises(NotFound):
        watchlists.watchlist_by_name(other, "mine")
    for number in (0, -1, 2**63, 2**70):
        with pytest.raises(NotFound):
            watchlists.watchlist(owner, number)


def test_lists_are_named_once_a_person_ordered_and_deleted() -> None:
    owner, other = make_user(), make_user()
    first, second, third = (watchlists.create(owner, name).id for name in ("One", "Two", "Three"))
    watchlists.create(other, "One")
    with pytest.raises(Conflict, match="There is a watchlist ONE already"):
        watchlists.create(owner, "ONE")
    with pytest.raises(Conflict):
        watchlists.rename(owner, second, "three")
    assert watchlists.rename(owner, first, "ONE").name == "ONE"
    watchlists.place(owner, third, 0)
    watchlists.place(owner, first, 99)
    assert [one.id for one in watchlists.list_watchlists(owner)] == [third, second, first]
    watchlists.delete(owner, second)
    assert [one.id for one in watchlists.list_watchlists(owner)] == [third, first]
    with pytest.raises(InvalidInput, match="Name the owner"):
        watchlists.watchlist_by_name(SYSTEM, "one")
    assert watchlists.watchlist_by_name(SYSTEM, "one", other.email).owner_email == other.email


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    owner = make_user()
    for name in ("", "   ", "x" * 61, "a\0b"):
        with pytest.raises(InvalidInput):
            watchlists.create(owner, name)
    with pytest.raises(InvalidInput, match="no comma"):
        watchlists.create(owner, "Bad", ["A,B"])
    assert watchlists.list_watchlists(owner) == ()
    full = watchlists.create(owner, "Full", [f"S{number}" for number in range(watchlists.MOST_SYMBOLS)])
    with pytest.raises(InvalidInput, match="room for 200"):
        watchlists.add(owner, full.id, ["ONE.MORE"])
    with pytest.raises(InvalidInput, match="500 can be kept"):
        watchlists.set_note(owner, full.id, "S1", "x" * 501)
    with pytest.raises(InvalidInput, match="no column"):
        watchlists.set_columns(owner, full.id, ["price_to_book"])
    with pytest.raises(NotFound, match="not on the watchlist"):
        watchlists.remove(owner, full.id, "NONE")
    db.session.rollback()
    assert watchlists.watchlist(owner, full.id).symbols == full.symbols
    shown = watchlists.set_columns(owner, full.id, ["note", "change", "note"]).columns
    assert shown == (WatchColumn.CHANGE, WatchColumn.NOTE)
    for number in range(watchlists.MOST_LISTS - 1):
        watchlists.create(owner, f"List {number}")
    with pytest.raises(InvalidInput, match="which is the most"):
        watchlists.create(owner, "One more")


def test_prices_of_the_past_are_in_units_of_today() -> None:
    owner = make_user()
    old, before, last = days_ago(500), days_ago(8), days_ago(1)
    closes = f"symbol,date,close,currency\nAAA,{old},900,EUR\nAAA,{before},300,EUR\nAAA,{last},110,EUR\n"
    market_data.import_prices(SYSTEM, closes.encode(), "prices.csv")
    market_data.import_prices(SYSTEM, f"symbol,date,ratio\nAAA,{days_ago(4)},3\n".encode(), "splits.csv")
    db.session.execute(update(InstrumentRow).values(asset_class="crypto"))
    (found,) = watchlists.watched(watchlists.create(owner, "Split", ["AAA"]))
    assert found.closes == pytest.approx((100.0, 110.0))  # 300 is 100 after 3 for 1; 900 is older than a year
    assert (found.low, found.high) == pytest.approx((100.0, 110.0))
    assert (found.change, found.change_pct) == pytest.approx((10.0, 0.1))
    assert found.market is MarketState.OPEN
