"""A row that the ledger cannot hold is named with its field and a sentence, and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.ledger import check_ledger, checked_ledger
from dashboard.domain.transactions import Transaction
from tests.unit.domain.any_ledger import MARKET, ledgers, valued
from tests.unit.domain.ledgers import history, ledger, market

HELD = "2024-01-02 buy ACME 10 100 account=A id=1\n2024-01-02 buy ACME 4 100 account=B id=2\n"
FAULTS = [
    ("sell ACME 11 100 account=A", "quantity", "11 ACME sold on 2024-01-03, but 10 held in account A."),
    ("sell ACME 1 100 account=A lots=9", "lot_ids", "No open lot 9."),
    ("sell ACME 1 100 account=A lots=2", "lot_ids", "No open lot 2."),
    ("buy ACME -1 100", "quantity", "The quantity cannot be negative: the type gives the direction."),
    ("buy ACME NaN 100", "quantity", "The quantity is not a number that can be booked."),
    ("buy ACME sNaN 100 amount=1", "quantity", "The quantity is not a number that can be booked."),
    ("buy ACME Infinity 100", "quantity", "The quantity is not a number that can be booked."),
    ("buy ACME 1 NaN", "price", "The price is not a number that can be booked."),
    ("buy ACME 1 -5 amount=5", "price", "The price cannot be negative: the type gives the direction."),
    ("buy ACME 1 5 fee=-1", "fee", "The fee cannot be negative: the type gives the direction."),
    ("buy ACME 1 5 tax=NaN", "tax", "The tax is not a number that can be booked."),
    ("buy ACME 1 5 fx=0", "fx_rate", "The fx rate must be more than 0."),
    ("buy ACME 1 5 accrued=-2", "accrued", "The accrued cannot be negative: the type gives the direction."),
    ("deposit NaN", "amount", "The amount is not a number that can be booked."),
    ("withdrawal -5", "amount", "The amount cannot be negative: the type gives the direction."),
    ("dividend ACME NaN", "amount", "The amount is not a number that can be booked."),
    ("split ACME 0", "ratio", "A split needs a positive ratio."),
    ("split ACME NaN", "ratio", "The ratio is not a number that can be booked."),
    ("split ACME 2 amount=5 quantity=40 account=A", "quantity", None),
    ("split ACME 2 amount=5 quantity=1", "account", None),
    ("reinvest ACME 0 10", "quantity", "A reinvest needs a positive quantity."),
    ("reinvest ACME 1 10 tax=10", "amount", "The tax and the fee leave nothing to reinvest."),
    ("transfer_out ACME 5 account=B", "quantity", "5 ACME transferred out on 2024-01-03, but 4 held in account B."),
    ("transfer_out ACME sNaN account=B", "quantity", "The quantity is not a number that can be booked."),
    ("transfer_in ACME sNaN account=B", "quantity", "The quantity is not a number that can be booked."),
    ("transfer_in ACME 0", "quantity", "A transfer in needs a positive quantity."),
    ("transfer_in ACME 1 cost=-1", "cost", "The cost cannot be negative: the type gives the direction."),
    ("spin_off ACME ACME 1 0.1", "target_symbol", "A spin off of ACME into itself changes nothing."),
    ("spin_off ACME NEW 0 0.1", "ratio", "A spin off needs a positive ratio."),
    ("spin_off ACME NEW 1 1.1", "cost_fraction", None),
    ("spin_off NONE NEW 1 0.1", "symbol", "No NONE was held on 2024-01-03."),
    ("merger ACME to=ACME ratio=1", "target_symbol", "A merger of ACME into itself changes nothing."),
    ("merger ACME to=NEW", "ratio", "A merger needs a positive ratio."),
    ("merger ACME", "target_symbol", None),
    ("merger ACME amount=5 account=C", "symbol", "No ACME was held in account C on 2024-01-03."),
    ("symbol_change ACME ACME", "target_symbol", "A symbol change of ACME into itself changes nothing."),
    ("symbol_change ACME NEW ratio=0", "ratio", "A symbol change needs a positive ratio."),
    ("return_of_capital ACME 0", "amount", "A return of capital needs a positive amount."),
    ("staking ACME 0", "quantity", "A staking needs a positive quantity."),
    ("airdrop ACME 0", "quantity", "An airdrop needs a positive quantity."),
]


@pytest.mark.parametrize(("text", "field", "message"), FAULTS, ids=[text for text, _, _ in FAULTS])
def test_a_faulty_row_is_named_and_changes_nothing_else(text: str, field: str, message: str | None) -> None:
    (fault,) = check_ledger(ledger(f"{HELD}2024-01-03 {text}"), {})
    assert fault.error.field == field
    assert message is None or fault.error.message == message
    assert fault.error.message.endswith(".")
    with_it = history(f"{HELD}2024-01-03 {text}", market(), "2024-01-04")
    without = history(HELD, market(), "2024-01-04")
    assert with_it.value.tolist() == without.value.tolist()
    assert with_it.quantities.tolist() == without.quantities.tolist()
    assert with_it.entries.transactions == without.entries.transactions


@pytest.mark.parametrize("day", [None, datetime(2024, 1, 3, 12, 0)])
def test_a_row_without_a_date_is_named(day: date | None) -> None:
    (row,) = ledger("2024-01-03 deposit 5")
    undated = replace(row, date=cast(date, day))
    (fault,) = check_ledger([undated, row, undated][:2], {})
    assert (fault.error.field, fault.error.message) == ("date", "A transaction needs a date.")


def test_a_short_sale_is_no_fault_where_the_portfolio_allows_it() -> None:
    rows = ledger("2024-01-03 sell ACME 5 100")
    assert len(check_ledger(rows, {})) == 1
    assert check_ledger(rows, {}, allow_shorts=True) == ()


def test_units_that_are_short_cannot_be_transferred_out() -> None:
    rows = ledger("2024-01-03 sell ACME 5 100\n2024-01-04 transfer_out ACME 1")
    (fault,) = check_ledger(rows, {}, allow_shorts=True)
    assert fault.transaction is rows[1]


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.booleans())
def test_a_ledger_without_its_faulty_rows_is_the_same_and_has_no_fault(rows: list[Transaction], shorts: bool) -> None:
    whole = checked_ledger(rows, MARKET.splits, allow_shorts=shorts)
    faulty = {id(fault.transaction) for fault in whole.faults}
    clean = checked_ledger([row for row in rows if id(row) not in faulty], MARKET.splits, allow_shorts=shorts)
    assert clean.faults == ()
    assert (clean.transactions, clean.moves) == (whole.transactions, whole.moves)
    assert clean.steps == whole.steps


NUMBERS = ["quantity", "price", "fee", "tax", "amount", "fx_rate", "ratio", "cost_fraction", "cost", "accrued"]


@settings(max_examples=80, deadline=None)
@given(ledgers(most=8), st.sampled_from(NUMBERS), st.sampled_from(["NaN", "sNaN", "Infinity", "-Infinity", "-3"]))
def test_no_number_of_a_row_makes_a_value_that_is_not_finite(rows: list[Transaction], name: str, text: str) -> None:
    change: Callable[..., Transaction] = replace
    spoilt = [change(row, **{name: Decimal(text)}) if at % 2 else row for at, row in enumerate(rows)]
    found = valued(spoilt)
    assert np.isfinite(found.value).all()
    assert all(fault.error.field for fault in found.faults)
