"""Proposals: what a ledger is due of dividends and splits, never a second time, and only where somebody must decide."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.action_rules import (
    ActionKind,
    ActionRule,
    ActionRules,
    Decision,
    DecisionMade,
    Rule,
    WithholdingRates,
)
from dashboard.domain.dividend_proposals import Setting
from dashboard.domain.instruments import Dividend, Instrument, Split
from dashboard.domain.ledger_proposals import ledger_proposals, repeated_rows
from dashboard.domain.prices import MarketData
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.domain.transactions import Transaction, TransactionType
from tests.unit.domain.ledgers import daily, ledger, market, rates

TODAY = date(2025, 3, 31)
Rules = dict[tuple[ActionKind, str | None], ActionRule]
OPEN, DIFFERS, BOOKED = ProposalState.OPEN, ProposalState.DIFFERS, ProposalState.BOOKED


def paid(text: str) -> tuple[Dividend, ...]:
    """``ex-date amount currency`` a line."""
    rows = [line.split() for line in text.strip().splitlines()]
    return tuple(Dividend(date.fromisoformat(day), float(amount), currency) for day, amount, currency in rows)


def setting(
    dividends: str = "2024-03-14 0.50 EUR",
    *,
    data: MarketData | None = None,
    rules: Rules | None = None,
    withholding: Mapping[tuple[str | None, str], str] | None = None,
    decisions: Sequence[tuple[Proposal, DecisionMade]] = (),
) -> Setting:
    """What proposals to AAA are made with."""
    known = data or market(currencies={"AAA": "EUR"})
    return Setting(
        market=replace(known, dividends={"AAA": paid(dividends)} if dividends else {}),
        base_currency="EUR",
        rules=ActionRules(rules or {}),
        withholding=WithholdingRates({where: Decimal(rate) for where, rate in (withholding or {}).items()}),
        decisions={proposal.key: made for proposal, made in decisions},
        places=lambda currency: 0 if currency == "JPY" else 2,
    )


def money(text: str) -> tuple[Decimal | None, ...]:
    """Numbers apart by spaces."""
    return tuple(map(Decimal, text.split()))


def proposed(text: str, given_setting: Setting | None = None, *, shorts: bool = False) -> list[Proposal]:
    """What is proposed to a ledger, oldest first."""
    found = ledger_proposals(ledger(text), TODAY, given_setting or setting(), allow_shorts=shorts)
    return sorted(found, key=lambda one: (one.date, one.account))


def test_who_held_the_day_before_the_ex_date_gets_the_amount_times_the_units() -> None:
    (one,) = proposed("2024-03-13 buy AAA 12 10")
    assert (one.quantity, one.per_unit, one.amount, one.tax) == money("12 0.5 6 0")
    assert one.row is not None
    assert (one.row.type, one.row.date) == (TransactionType.DIVIDEND, date(2024, 3, 14))
    assert (one.row.amount, one.row.currency) == (Decimal(6), "EUR")
    assert one.state is OPEN


def test_who_buys_on_the_ex_date_gets_nothing_and_who_sells_on_it_does() -> None:
    assert proposed("2024-03-14 buy AAA 12 10") == []
    (one,) = proposed("2024-03-13 buy AAA 12 10\n2024-03-14 sell AAA 12 10")
    assert one.amount == 6


def test_each_account_gets_its_own() -> None:
    found = proposed("2024-01-02 buy AAA 10 10 account=A\n2024-01-02 buy AAA 4 10 account=B")
    assert [(one.account, one.amount) for one in found] == [("A", Decimal(5)), ("B", Decimal(2))]
    assert len({one.id for one in found}) == 2


def test_units_are_those_after_a_split_on_the_ex_date() -> None:
    data = market(currencies={"AAA": "EUR"}, splits={"AAA": (Split(date(2024, 3, 14), Decimal(4)),)})
    (one,) = proposed("2024-01-02 buy AAA 10 10", setting(data=data))
    assert (one.quantity, one.amount) == money("40 20")


def test_a_short_pays() -> None:
    (one,) = proposed("2024-01-02 sell AAA 10 10", setting(withholding={(None, ""): "0.15"}), shorts=True)
    assert one.row is not None
    assert (one.row.amount, one.row.tax) == money("-5 0")


def test_what_is_declared_and_still_to_come_is_not_proposed() -> None:
    assert proposed("2024-01-02 buy AAA 10 10", setting("2025-04-02 0.5 EUR")) == []


@pytest.mark.parametrize(
    ("withholding", "tax"),
    [
        ({}, "0"),
        ({(None, ""): "0.25"}, "1.25"),
        ({(None, ""): "0.25", (None, "japan"): "0.15315"}, "0.77"),
        ({(None, "japan"): "0.15315", ("A", ""): "0.1"}, "0.50"),
        ({("A", "japan"): "0", (None, "japan"): "0.15"}, "0"),
        ({(None, "france"): "0.3"}, "0"),
    ],
)
def test_tax_goes_by_the_account_then_the_portfolio_and_by_the_country_first(
    withholding: dict[tuple[str | None, str], str], tax: str
) -> None:
    data = MarketData(instruments={"AAA": Instrument("AAA", "EUR", country="Japan")})
    (one,) = proposed("2024-01-02 buy AAA 10 10 account=A", setting(data=data, withholding=withholding))
    assert one.tax == Decimal(tax)
    assert one.row is not None and one.row.tax == Decimal(tax)


def test_without_a_rate_it_says_that_no_tax_is_taken_off() -> None:
    data = MarketData(instruments={"AAA": Instrument("AAA", "EUR", country="Japan")})
    (one,) = proposed("2024-01-02 buy AAA 10 10", setting(data=data))
    assert one.reasons == ("No withholding rate is set for Japan: no tax is taken off.",)


def test_a_rule_buys_units_at_the_close_of_the_ex_date_with_what_tax_leaves() -> None:
    data = market({"AAA": daily("2024-03-13", 19, 20, 21)})
    rules: Rules = {(ActionKind.DIVIDEND, None): ActionRule(reinvest=True)}
    (one,) = proposed("2024-01-02 buy AAA 10 10", setting(data=data, rules=rules, withholding={(None, ""): "0.2"}))
    assert one.row is not None
    assert one.row.type is TransactionType.REINVEST
    assert (one.row.quantity, one.row.price, one.row.amount, one.row.tax) == money("0.2 20 5 1")


def test_without_a_price_the_money_is_proposed_and_it_says_why() -> None:
    rules: Rules = {(ActionKind.DIVIDEND, "AAA"): ActionRule(reinvest=True)}
    (one,) = proposed("2024-01-02 buy AAA 10 10", setting(rules=rules))
    assert one.row is not None and one.row.type is TransactionType.DIVIDEND
    assert "cannot be reinvested" in " ".join(one.reasons)


@pytest.mark.parametrize(("cash", "goes"), [("fx=0.9", "EUR"), ("", None), ("cash=CHF", "CHF")])
def test_the_money_goes_where_the_ledgers_own_rows_of_its_currency_went(cash: str, goes: str | None) -> None:
    data = market(currencies={"AAA": "USD"})
    (one,) = proposed(f"2024-01-02 buy AAA 10 10 ccy=USD {cash}", setting("2024-03-14 0.5 USD", data=data))
    assert one.row is not None and one.row.cash_currency == goes


@pytest.mark.parametrize(
    "row",
    [
        "2024-03-14 dividend AAA 6",
        "2024-03-09 dividend AAA 6",
        "2024-05-13 dividend AAA 6",
        "2024-06-28 dividend AAA 6",  # paid a quarter later, as in Japan
        "2024-03-01 dividend AAA 6 settles=2024-03-20",
        "2024-03-20 dividend AAA 5.1",  # net, in the amount
        "2024-03-20 dividend AAA 5.1 tax=0.9",
        "2024-03-20 dividend AAA 6 tax=0.9",
        "2024-03-20 dividend AAA 6.01",
        "2024-03-20 dividend AAA 6 account=other",
        "2024-03-20 reinvest AAA 0.3 6",
        "2024-03-20 return_of_capital AAA 6",
        "2024-03-20 dividend AAA 6.70 ccy=USD",  # at 1.1, and a broker's own rate
        "2024-03-20 dividend AAA 4\n2024-03-20 dividend AAA 2",
        "2024-03-14 dividend AAA 5.2\n2024-03-16 dividend AAA 0.8",
        "2024-03-20 dividend AAA 6\n2024-03-21 dividend AAA -6\n2024-03-21 dividend AAA 6",
    ],
)
def test_what_is_booked_is_not_proposed(row: str) -> None:
    data = market(currencies={"AAA": "EUR"}, fx={("EUR", "USD"): rates("2024-01-01", *[1.1] * 360)})
    (one,) = proposed(f"2024-01-02 buy AAA 12 10\n{row}", setting(data=data, withholding={(None, ""): "0.15"}))
    assert one.state is BOOKED


@pytest.mark.parametrize("row", ["2024-03-08 dividend AAA 6", "2024-07-13 dividend AAA 6", "2024-05-14 dividend AAA 4"])
def test_a_row_that_is_too_early_or_too_late_is_another_payment(row: str) -> None:
    (one,) = proposed(f"2024-01-02 buy AAA 12 10\n{row}")
    assert one.state is OPEN


def test_one_row_for_all_accounts_books_each_of_them() -> None:
    found = proposed("2024-01-02 buy AAA 10 10 account=A\n2024-01-02 buy AAA 4 10 account=B\n2024-03-20 dividend AAA 7")
    assert [one.state for one in found] == [BOOKED, BOOKED]


def test_the_row_of_one_account_leaves_the_other_open() -> None:
    found = proposed("""
        2024-01-02 buy AAA 10 10 account=A
        2024-01-02 buy AAA 10 10 account=B
        2024-03-20 dividend AAA 5 account=B
        """)
    assert [(one.account, one.state) for one in found] == [("A", OPEN), ("B", BOOKED)]


@pytest.mark.parametrize(
    "row",
    [
        "2024-03-20 dividend AAA 4",
        "2024-03-20 dividend AAA 600",  # pence for pounds
        "2024-03-20 dividend AAA 6 ccy=JPY",  # no rate tells
    ],
)
def test_other_money_in_its_place_is_a_difference_and_no_second_row(row: str) -> None:
    (one,) = proposed(f"2024-01-02 buy AAA 12 10\n{row}")
    assert one.state is DIFFERS
    assert "is booked on 2024-03-20 in its place" in one.reasons[0]


def test_a_monthly_payer_that_pays_late_is_booked_month_by_month() -> None:
    facts = "\n".join(f"2024-{month:02}-02 0.5 EUR" for month in range(2, 11))
    booked = "\n".join(f"{date(2024, month, 2) + timedelta(days=35)} dividend AAA 5" for month in range(2, 11))
    found = proposed(f"2024-01-02 buy AAA 10 10\n{booked}", setting(facts))
    assert {one.state for one in found} == {BOOKED}


def test_the_month_that_is_missing_is_the_one_that_is_proposed() -> None:
    facts = "\n".join(f"2024-{month:02}-02 0.5 EUR" for month in range(2, 11))
    booked = "\n".join(f"2024-{month:02}-12 dividend AAA 5" for month in range(2, 11) if month != 6)
    found = proposed(f"2024-01-02 buy AAA 10 10\n{booked}", setting(facts))
    assert [one.date for one in found if one.state is OPEN] == [date(2024, 6, 2)]


def decided(one: Proposal, decision: Decision, row_id: int | None = None) -> tuple[Proposal, DecisionMade]:
    return one, DecisionMade(decision, one.amount, row_id)


def test_what_was_dismissed_stays_so_until_the_amount_is_another() -> None:
    text = "2024-01-02 buy AAA 12 10"
    (one,) = proposed(text)
    dismissed = [decided(one, Decision.DISMISSED)]
    assert [found.state for found in proposed(text, setting(decisions=dismissed))] == [ProposalState.DISMISSED]
    (restated,) = proposed(text, setting("2024-03-14 0.60 EUR", decisions=dismissed))
    assert (restated.state, restated.id) == (OPEN, one.id)


def test_an_accepted_row_that_is_edited_stays_accepted_and_a_restated_dividend_differs_from_it() -> None:
    text = "2024-01-02 buy AAA 12 10\n2024-03-25 dividend AAA 5.50 tax=0.5 id=7"
    (one,) = proposed("2024-01-02 buy AAA 12 10")
    accepted = [decided(one, Decision.ACCEPTED, 7)]
    assert [found.state for found in proposed(text, setting(decisions=accepted))] == [ProposalState.ACCEPTED]
    (restated,) = proposed(text, setting("2024-03-14 0.70 EUR", decisions=accepted))
    assert restated.state is DIFFERS


def test_an_accepted_row_that_was_deleted_is_proposed_again() -> None:
    text = "2024-01-02 buy AAA 12 10"
    (one,) = proposed(text)
    (again,) = proposed(text, setting(decisions=[decided(one, Decision.ACCEPTED)]))
    assert (again.state, again.was_booked) == (OPEN, True)


def test_a_portfolio_that_ignores_them_has_none_open_but_for_the_instrument_with_a_rule_of_its_own() -> None:
    text = "2024-01-02 buy AAA 12 10"
    ignoring: Rules = {(ActionKind.DIVIDEND, None): ActionRule(Rule.IGNORE)}
    assert [one.state for one in proposed(text, setting(rules=ignoring))] == [ProposalState.IGNORED]
    own: Rules = {**ignoring, (ActionKind.DIVIDEND, "AAA"): ActionRule(Rule.ASK)}
    assert [one.state for one in proposed(text, setting(rules=own))] == [OPEN]


SPLIT = Split(date(2024, 6, 3), Decimal(3))
HALVED = Split(date(2024, 6, 3), Decimal("0.5"))


def split_market(split: Split) -> MarketData:
    return market({"AAA": daily("2024-06-01", *[10.0] * 20)}, splits={"AAA": (split,)})


def test_a_split_of_the_instrument_needs_no_row() -> None:
    assert proposed("2024-01-02 buy AAA 10 10", setting("", data=split_market(SPLIT))) == []
    assert proposed("2024-01-02 buy AAA 10 10\n2024-06-10 split AAA 3", setting("", data=split_market(SPLIT))) == []


@pytest.mark.parametrize("row", ["2024-06-20 split AAA 3", "2024-06-03 split AAA 30"])
def test_a_row_that_counts_beside_the_instruments_split_is_told(row: str) -> None:
    (one,) = proposed(f"2024-01-02 buy AAA 10 10\n{row}", setting("", data=split_market(SPLIT)))
    assert (one.kind, one.state, one.row) == (ActionKind.SPLIT, DIFFERS, None)
    assert "counts beside" in one.reasons[0]


def test_a_fraction_that_a_split_left_is_proposed_as_cash_in_lieu() -> None:
    (one,) = proposed("2024-01-02 buy AAA 7 10", setting("", data=split_market(HALVED)))
    assert one.row is not None
    assert one.row.type is TransactionType.SPLIT
    assert (one.row.ratio, one.row.quantity, one.row.amount) == money("0.5 0.5 5")


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02 buy AAA 8 10",
        "2024-01-02 buy AAA 7.25 10",  # the broker keeps fractions
        "2024-01-02 buy AAA 7 10\n2024-06-20 sell AAA 0.5 10",
        "2024-01-02 buy AAA 7 10\n2024-06-20 sell AAA 3.5 10",
    ],
)
def test_no_fraction_no_cash(text: str) -> None:
    assert proposed(text, setting("", data=split_market(HALVED))) == []


def test_accepted_cash_in_lieu_is_accepted() -> None:
    text = "2024-01-02 buy AAA 7 10"
    (one,) = proposed(text, setting("", data=split_market(HALVED)))
    made = [decided(one, Decision.ACCEPTED, 9)]
    booked = f"{text}\n2024-06-03 split AAA 0.5 amount=5 quantity=0.5 id=9"
    (found,) = proposed(booked, setting("", data=split_market(HALVED), decisions=made))
    assert found.state is ProposalState.ACCEPTED


# Below, ledgers of any kind: months with a distribution, what of it a person booked himself, and when it was paid.
MONTHS = range(1, 12)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Transaction]]:
    """Distributions of one instrument that is held throughout, and a person's own rows for all of them."""
    step = draw(st.sampled_from([1, 3, 6]))
    amounts = draw(st.lists(st.sampled_from(["0.5", "0.5", "0.61", "0.07"]), min_size=12, max_size=12))
    # Paid before the next ex-date: else nothing tells the rows of a lag of 35 days from those of one of 5.
    lag, spread = draw(st.integers(0, 24 if step == 1 else 40)), draw(st.integers(0, 5))
    net = draw(st.booleans())
    abroad = draw(st.booleans())
    facts, rows = [], []
    for number, month in enumerate(range(1, 12, step)):
        ex_date = date(2024, month, draw(st.integers(5, 9)))
        facts.append(f"{ex_date} {amounts[number]} USD")
        day = ex_date + timedelta(days=lag + draw(st.integers(0, spread)))
        gross = Decimal(amounts[number]) * 100
        money = (gross * Decimal("0.85") if net else gross) * (Decimal("0.9") if abroad else 1)
        tax = Decimal(0) if net else money * Decimal("0.15")
        rows.append(own_row(number, day, money, tax, "EUR" if abroad else "USD"))
    return "\n".join(facts), rows


def own_row(number: int, day: date, money: Decimal, tax: Decimal = Decimal(0), currency: str = "USD") -> Transaction:
    """A person's own row."""
    kind, place = TransactionType.DIVIDEND, 100 + number
    return Transaction(
        date=day, type=kind, symbol="AAA", currency=currency, amount=money, tax=tax, sequence=place, id=place
    )


MARKET = market(
    {"AAA": daily("2023-12-01", *[10.0] * 500)},
    currencies={"AAA": "USD"},
    fx={("EUR", "USD"): rates("2023-01-01", *[1 / 0.9] * 800)},
)
BOUGHT = "2023-12-01 buy AAA 100 10 ccy=USD"


class Book:
    """A ledger to which a person accepts proposals and imports a file, as the services do it."""

    def __init__(self, facts: str) -> None:
        self.rows = ledger(BOUGHT)
        self.accepted: list[tuple[Proposal, DecisionMade]] = []
        self._facts, self._ids = facts, itertools.count(1000)

    def setting(self) -> Setting:
        """With the rate that the person's net amounts have."""
        return setting(self._facts, data=MARKET, withholding={(None, ""): "0.15"}, decisions=self.accepted)

    def open(self) -> list[Proposal]:
        """What is open, oldest first."""
        found = self.proposals()
        assert not [one for one in found if one.state is DIFFERS]
        return [one for one in found if one.state is OPEN]

    def proposals(self) -> list[Proposal]:
        """Whatever is proposed, oldest first."""
        return [*reversed(ledger_proposals(self.rows, TODAY, self.setting()))]

    def accept(self, chosen: Sequence[Proposal]) -> None:
        """Book some."""
        for one in chosen:
            assert one.row is not None
            key = next(self._ids)
            self.rows.append(replace(one.row, id=key, sequence=key))
            self.accepted.append((one, DecisionMade(Decision.ACCEPTED, one.amount, key)))

    def bring(self, rows: Sequence[Transaction]) -> None:
        """Import rows: those that repeat an accepted one stay out."""
        repeats = {one.row.id for one in repeated_rows(self.rows, rows, TODAY, self.setting())}
        self.rows += [row for row in rows if row.id not in repeats]

    @property
    def payments(self) -> int:
        """How many rows of income there are."""
        return sum(1 for row in self.rows if row.type is TransactionType.DIVIDEND)


@pytest.mark.parametrize("lag", range(30))
@pytest.mark.parametrize("first", [3, 9])
def test_a_monthly_payer_that_pays_shortly_before_the_next_ex_date_has_the_latest_months_open(
    lag: int, first: int
) -> None:
    days = [date(2024, month, 5) for month in MONTHS]
    book = Book("\n".join(f"{day} 0.5 USD" for day in days))
    rows = [own_row(number, day + timedelta(days=lag), Decimal(50)) for number, day in enumerate(days)]
    book.bring(rows[:first])
    assert [one.date for one in book.open()] == days[first:]
    book.accept(book.open()[:1])
    book.bring(rows[first:])
    assert book.payments == len(days)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_when_everything_is_accepted_nothing_is_left_to_propose(found: tuple[str, list[Transaction]]) -> None:
    facts, rows = found
    book = Book(facts)
    assert len(book.open()) == len(rows)
    book.accept(book.open())
    assert book.open() == []


WHICH = {"oldest": slice(1), "latest": slice(-1, None), "all": slice(None)}


@pytest.mark.parametrize("lag", range(63))
@pytest.mark.parametrize("first", [2, 6, 9])
@pytest.mark.parametrize("which", WHICH)
def test_a_monthly_payer_that_pays_after_the_next_ex_date_is_never_booked_twice(
    lag: int, first: int, which: str
) -> None:
    days = [date(2024, month, 5) for month in MONTHS]
    book = Book("\n".join(f"{day} 0.5 USD" for day in days))
    rows = [own_row(number, day + timedelta(days=lag), Decimal(50)) for number, day in enumerate(days)]
    book.bring(rows[:first])
    book.accept(book.open()[WHICH[which]])
    book.bring(rows[first:])
    book.accept(book.open())
    assert book.payments == len(days)


LACKING = [date(2024, month, 5) for month in MONTHS if month != 8]


def test_a_payment_of_a_distribution_that_nobody_knows_enters_whatever_was_accepted_before() -> None:
    book = Book("\n".join(f"{day} 0.5 USD" for day in LACKING))
    book.accept(book.open()[:1])
    rows = [own_row(month, date(2024, month, 15), Decimal(50)) for month in MONTHS if month > 1]
    book.bring(rows)
    assert book.payments == 1 + len(rows)
    assert book.open() == []


def test_a_payment_too_many_that_only_later_facts_show_is_told_until_somebody_decides() -> None:
    days = [date(2024, month, 5) for month in MONTHS]
    rows = [own_row(number, day + timedelta(days=35), Decimal(50)) for number, day in enumerate(days)]
    book = Book("\n".join(f"{day} 0.5 USD" for day in days))
    book.bring(rows[:6])
    early, *_ = book.open()
    assert early.date == days[0]  # its own payment lies nearer to the next
    book.accept([early])
    book.rows += rows[6:]  # typed, not imported
    (told,) = [one for one in book.proposals() if one.state is DIFFERS]
    assert (told.date, [row.date for row in told.booked]) == (days[0], [days[0], rows[-1].date])
    assert "there is a payment more than there are distributions" in told.reasons[0]
    (key,) = (made.row_id for _, made in book.accepted)
    book.accepted = [(told, DecisionMade(Decision.DISMISSED, told.amount, None))]
    assert not [one for one in book.proposals() if one.state is DIFFERS]
    book.accepted = []
    book.rows = [row for row in book.rows if row.id != key]
    assert {one.state for one in book.proposals()} == {BOOKED}


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_accepting_and_importing_in_any_order_books_each_distribution_once(
    found: tuple[str, list[Transaction]], data: st.DataObject
) -> None:
    facts, rows = found
    book = Book(facts)
    left = list(rows)
    while left:
        if data.draw(st.booleans()) and book.open():
            book.accept(data.draw(st.lists(st.sampled_from(book.open()), unique_by=lambda one: one.id)))
        take = data.draw(st.integers(1, len(left)))
        book.bring(left[:take])
        left = left[take:]
    book.accept(book.open())
    assert book.payments == len(rows)
    assert book.open() == []
