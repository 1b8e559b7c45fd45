"""What a ledger can hold, and the order in which it is walked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.corporate_actions import merged_splits
from dashboard.domain.instruments import Split
from dashboard.domain.ledger import check_ledger
from dashboard.domain.transactions import Transaction
from dashboard.domain.valuation import value_portfolio
from dashboard.errors import Oversell
from tests.unit.domain.ledgers import daily, history, ledger, market

NO_SPLITS: Mapping[str, Sequence[Split]] = {}


def messages(rows: list[Transaction], splits: Mapping[str, Sequence[Split]] = NO_SPLITS) -> list[str]:
    """What is wrong with a ledger."""
    return [fault.error.message for fault in check_ledger(rows, splits)]


def test_an_oversell_names_the_row_and_what_is_held() -> None:
    rows = ledger("""
        2024-01-02 buy  ACME 10 100
        2024-01-03 sell ACME 11 100
        """)
    (fault,) = check_ledger(rows, {})
    assert fault.transaction is rows[1]
    assert isinstance(fault.error, Oversell)
    assert (fault.error.wanted, fault.error.held) == (Decimal(11), Decimal(10))
    assert fault.error.message == "11 ACME sold on 2024-01-03, but 10 held."


def test_a_sale_closes_the_lots_of_its_own_account_alone() -> None:
    rows = ledger("""
        2024-01-02 buy  ACME 10 100 account=A
        2024-01-03 sell ACME 1  100 account=B
        """)
    assert messages(rows) == ["1 ACME sold on 2024-01-03, but 0 held in account B."]


def test_after_a_faulty_row_the_others_are_still_checked() -> None:
    rows = ledger("""
        2024-01-02 buy  ACME 10 100
        2024-01-03 sell ACME 11 100
        2024-01-04 sell ACME 10 100
        2024-01-05 sell ACME 1  100
        """)
    assert messages(rows) == [
        "11 ACME sold on 2024-01-03, but 10 held.",
        "1 ACME sold on 2024-01-05, but 0 held.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024-01-02 buy ACME 0 100", "A buy needs a positive quantity."),
        ("2024-01-02 deposit 0", "A deposit needs a positive amount."),
        ("2024-01-02 split ACME 0", "A split needs a positive ratio."),
        ("2024-01-02 exchange 10 0 USD", "An exchange needs the amount and the currency that came in."),
    ],
)
def test_a_row_without_what_it_needs_is_named(text: str, message: str) -> None:
    assert messages(ledger(text)) == [message]


def test_on_one_day_splits_come_first_and_buys_come_before_sales() -> None:
    rows = ledger("""
        2024-01-02 buy   ACME 10 100
        2024-01-03 sell  ACME 25 50     # ten before the split, five more bought on the day
        2024-01-03 buy   ACME 5 50
        2024-01-03 split ACME 2
        """)
    assert messages(rows) == []


def test_a_split_of_the_instruments_list_needs_no_row() -> None:
    rows = ledger("""
        2024-01-02 buy  ACME 10 100
        2024-01-09 sell ACME 20 50
        """)
    assert messages(rows, {"ACME": (Split(date(2024, 1, 8), Decimal(2)),)}) == []


@pytest.mark.parametrize(
    ("reported", "events"),
    [
        (Split(date(2024, 1, 18), Decimal(2)), [(date(2024, 1, 8), 2)]),
        (Split(date(2024, 1, 19), Decimal(2)), [(date(2024, 1, 8), 2), (date(2024, 1, 19), 2)]),
        (Split(date(2024, 1, 8), Decimal(3)), [(date(2024, 1, 8), 2), (date(2024, 1, 8), 3)]),
    ],
)
def test_a_reported_split_is_a_known_one_when_ratio_and_date_are_near(
    reported: Split, events: list[tuple[date, int]]
) -> None:
    found = merged_splits((Split(date(2024, 1, 8), Decimal(2)),), (reported,))
    assert [(split.date, int(split.ratio)) for split in found] == events


def test_a_split_that_every_account_reports_is_one_event() -> None:
    found = history(
        """
        2024-01-02 buy   ACME 10 100 account=A
        2024-01-02 buy   ACME 5  100 account=B
        2024-01-03 split ACME 2 account=A
        2024-01-03 split ACME 2 account=B
        """,
        market({"ACME": daily("2024-01-02", 100, 50)}),
        "2024-01-03",
        cash=False,
    )
    assert found.quantities[:, 0].tolist() == [0.0, 15.0, 30.0]
    assert found.value.tolist() == [0.0, 1500.0, 1500.0]


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_entry_across_kinds_does_not_matter(shuffle: random.Random) -> None:
    rows = ledger("""
        2024-01-02 deposit 5000
        2024-01-02 buy ACME 10 100 fee=1
        2024-01-03 split ACME 2
        2024-01-03 buy ACME 4 51
        2024-01-03 sell ACME 24 52
        2024-01-03 dividend ACME 12
        2024-01-03 fee 3
        """)
    expected = history_value(rows)
    shuffle.shuffle(rows)
    assert history_value(rows) == expected


def history_value(rows: list[Transaction]) -> list[float]:
    """The daily value of a ledger that holds one instrument."""
    data = market({"ACME": daily("2024-01-02", 100, 51)})
    found = value_portfolio(rows, data, base_currency="EUR", end=date(2024, 1, 3))
    assert found.faults == ()
    return [float(value) for value in found.value]


def test_a_split_between_a_refused_sale_and_the_first_purchase_changes_nothing() -> None:
    rows = ledger("""
        2024-01-02 sell  ACME 1 100
        2024-01-03 split ACME 2
        2024-01-10 buy   ACME 10 50
        """)
    found = value_portfolio(rows, market(), base_currency="EUR", end=date(2024, 1, 12))
    assert [fault.transaction for fault in found.faults] == [rows[0]]
    assert found.quantities[-1].tolist() == [10.0]
