"""Merging: everything of the double goes to the kept one or nothing does, and what it would do is shown before."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, update

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, BenchmarkWeight, InstrumentRow, Portfolio, Price, PriceFinding, SplitRow
from dashboard.db.repositories import instrument_usage
from dashboard.db.repositories.ledger import transactions
from dashboard.domain.access import SYSTEM, Role
from dashboard.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from dashboard.services import audit, imports, instruments, market_data, performance, portfolio_settings
from tests.factories import as_lines, ledger_file, make_instrument, make_portfolio, make_user

pytestmark = pytest.mark.usefixtures("app_context")

LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      OLD     10        100    -
    2024-01-04  buy      NEW     5         101    -
"""
OLD_FILE = "symbol,date,close\nOLD,2024-01-02,99\nOLD,2024-01-03,100\nOLD,2024-01-04,105\nOLD,2024-01-08,107\n"
NEW_FILE = "symbol,date,close\nNEW,2024-01-03,100\nNEW,2024-01-04,101\nNEW,2024-01-05,102\n"


def load(text: str) -> None:
    market_data.import_prices(SYSTEM, text.encode(), "file.csv", currency="EUR")


def closes_of(symbol: str) -> dict[str, float]:
    bars = market_data.bars(symbol)
    return dict(zip(bars.dates.astype(str).tolist(), bars.close.tolist(), strict=True))


def test_a_dry_run_says_what_would_happen_and_changes_nothing() -> None:
    make_portfolio(name="Main", ledger=LEDGER)
    load(OLD_FILE)
    load(NEW_FILE)
    plan = instruments.plan_merge(SYSTEM, "OLD", "NEW")
    assert (plan.transactions, plan.portfolios, plan.prices, plan.added) == (1, ("Main",), 4, 2)
    assert [(one.date, one.dropped, one.kept) for one in plan.differing] == [(date(2024, 1, 4), 105.0, 101.0)]
    assert not plan.merged
    assert len(closes_of("OLD")) == 4 and len(closes_of("NEW")) == 3


def test_all_of_the_double_goes_to_the_kept_one() -> None:
    portfolio = make_portfolio(name="Main", ledger=LEDGER)
    compared = make_portfolio(name="Other")
    portfolio_settings.edit_portfolio(SYSTEM, compared.id, benchmark="OLD")
    load(OLD_FILE)
    load(NEW_FILE)
    load("symbol,date,ratio\nOLD,2024-01-05,2\nOLD,2024-01-09,3\nNEW,2024-01-08,2\n")
    load("symbol,date,amount,currency\nOLD,2024-01-04,1.5,EUR\n")
    load("benchmark,symbol,weight,from\nBlend,OLD,0.3,2024-01-01\nBlend,NEW,0.7,2024-01-01\n")
    db.session.execute(update(Portfolio).values(dirty_from=None))
    db.session.commit()
    before = db.session.get_one(Portfolio, portfolio.id).ledger_version

    assert instruments.merge(SYSTEM, "OLD", "NEW").merged

    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "OLD")
    stored = {row.date.isoformat(): row.close for row in db.session.scalars(select(Price))}
    assert stored == {"2024-01-02": 99, "2024-01-03": 100, "2024-01-04": 101, "2024-01-05": 102, "2024-01-08": 107}
    splits = sorted(f"{row.date} {row.ratio.normalize()}" for row in db.session.scalars(select(SplitRow)))
    assert splits == ["2024-01-08 2", "2024-01-09 3"]  # the same split on two days is one
    assert as_lines(transactions.ledger(portfolio.id)) == [
        "2024-01-02 deposit - 5000 EUR",
        "2024-01-03 buy NEW 10 EUR",
        "2024-01-04 buy NEW 5 EUR",
    ]
    changed = db.session.get_one(Portfolio, portfolio.id)
    assert (changed.dirty_from, changed.ledger_version > before) == (date(2024, 1, 2), True)
    assert db.session.get_one(Portfolio, compared.id).benchmark_id == row_of("NEW").id
    assert [(row.symbol, row.weight) for row in db.session.scalars(select(BenchmarkWeight))] == [("NEW", 1.0)]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "instrument.merge")).one()
    assert (entry.details["double"], entry.details["kept"], entry.details["transactions"]) == ("OLD", "NEW", 1)
    assert audit.broken_link() is None


def row_of(symbol: str) -> InstrumentRow:
    return db.session.execute(select(InstrumentRow).where(InstrumentRow.symbol == symbol)).scalar_one()


def test_what_is_held_is_the_sum_and_a_file_with_the_old_symbol_adds_nothing() -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    load(OLD_FILE)
    load(NEW_FILE)
    instruments.merge(SYSTEM, "OLD", "NEW")
    held = performance.holdings(SYSTEM, portfolio.id, as_of=date(2024, 1, 5)).holdings
    assert [(one.symbol, float(one.quantity), one.market_value) for one in held] == [("NEW", 15.0, 1530.0)]
    again = imports.commit(SYSTEM, portfolio.id, ledger_file(LEDGER), "ledger.csv")
    assert (again.added, again.duplicates, again.new_symbols) == (0, 3, ())


def test_findings_go_with_the_bars_that_they_are_about() -> None:
    make_instrument("NEW")
    days = [date(2024, 1, day) for day in range(1, 31)]
    lines = [f"OLD,{day},{100 if day.day != 15 else 10_000}" for day in days]
    load("\n".join(["symbol,date,close", *lines]))
    load("symbol,date,close\nNEW,2024-02-01,100\n")
    held = select(PriceFinding.date, PriceFinding.instrument_id).where(PriceFinding.state == "quarantined")
    assert [day for day, _ in db.session.execute(held)] == [date(2024, 1, 15)]
    plan = instruments.merge(SYSTEM, "OLD", "NEW")
    assert plan.findings >= 1
    assert [tuple(row) for row in db.session.execute(held)] == [(date(2024, 1, 15), row_of("NEW").id)]
    assert "2024-01-15" not in closes_of("NEW")


@pytest.mark.parametrize(
    ("double", "kept", "error", "words"),
    [
        ("USD1", "NEW", Conflict, "USD1 is kept in USD and NEW in EUR"),
        ("TEN", "NEW", Conflict, "A unit of TEN counts 10 times its price, one of NEW 1 times"),
        ("ISIN", "NEW", Conflict, "they are not one instrument"),
        ("NEW", "NEW", InvalidInput, "into itself"),
        ("NONE", "NEW", NotFound, "There is no instrument NONE"),
    ],
)
def test_what_is_not_one_instrument_is_refused_with_a_reason(
    double: str, kept: str, error: type[Exception], words: str
) -> None:
    for symbol, currency in (("NEW", "EUR"), ("USD1", "USD"), ("TEN", "EUR"), ("ISIN", "EUR")):
        make_instrument(symbol, currency)
    instruments.edit(SYSTEM, "TEN", {"multiplier": "10"})
    instruments.edit(SYSTEM, "ISIN", {"isin": "US0378331005"})
    instruments.edit(SYSTEM, "NEW", {"isin": "DE0007164600"})
    for call in (instruments.plan_merge, instruments.merge):
        with pytest.raises(error, match=words):
            call(SYSTEM, double, kept)
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(InstrumentRow)) == 4


def test_a_ledger_that_turns_one_into_the_other_refuses_the_merge() -> None:
    ledger = LEDGER.replace("price  amount", "price  amount  target_symbol").replace("-\n", "- -\n")
    rows = [line + " -" if len(line.split()) == 6 and "type" not in line else line for line in ledger.splitlines()]
    rows.append("2024-01-05 symbol_change OLD - - - NEW")
    make_portfolio(ledger="\n".join(rows))
    with pytest.raises(Conflict, match="In 1 row of ledgers one of them turns into the other"):
        instruments.merge(SYSTEM, "OLD", "NEW")


def test_a_user_merges_only_what_is_his_alone_on_both_sides() -> None:
    mine, other = make_user(), make_user()
    make_portfolio(mine, ledger=LEDGER)
    other_ledger = LEDGER.replace("OLD", "THEIRS").replace("NEW", "NEW")
    make_portfolio(other, ledger=other_ledger)
    for double, kept in (("OLD", "NEW"), ("THEIRS", "OLD"), ("OLD", "THEIRS")):
        with pytest.raises(PermissionDenied):
            instruments.merge(mine, double, kept)
        db.session.rollback()
    assert instruments.merge(make_user(role=Role.ADMIN), "OLD", "NEW").merged


def test_every_column_that_refers_to_an_instrument_is_moved() -> None:
    found = {f"{table.name}.{column.name}" for table, column in instrument_usage.references()}
    assert found >= {
        "transactions.instrument_id", "transactions.target_instrument_id", "portfolios.benchmark_id",
        "portfolio_tags.instrument_id", "prices.instrument_id", "splits.instrument_id", "dividends.instrument_id",
        "price_findings.instrument_id", "former_symbols.instrument_id",
    }  # fmt: skip
