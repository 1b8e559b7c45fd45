"""What a row of each type does to units, lots, cash, flows and the gain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.account_rows import accounts_in, rows_of_account
from dashboard.domain.accounts import account_portfolios
from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.holdings import holdings
from dashboard.domain.instruments import Split
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.lots import Lot
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.transactions import LotMethod
from dashboard.domain.valuation import PortfolioHistory
from tests.unit.domain.ledgers import daily, history, market, measured, rates

FLAT = market({"ACME": daily("2024-01-01", 100), "NEW": daily("2024-01-01", 40)})


def books_of(found: PortfolioHistory) -> PositionBooks:
    return book_positions(found, date.fromisoformat(str(found.days[-1])))


def lots(found: PortfolioHistory, symbol: str, account: str = "") -> tuple[Lot, ...]:
    return books_of(found).books[account, symbol].open_lots


def gain_of(found: PortfolioHistory) -> Gain:
    period = Period(date.fromisoformat(str(found.days[1])), date.fromisoformat(str(found.days[-1])))
    gain = attribute(found, period).portfolio
    assert gain.price + gain.currency + gain.income - gain.fees - gain.taxes == pytest.approx(gain.total)
    both = gain.realized + gain.unrealized + gain.income + gain.cash_currency - gain.standing + gain.transferred
    assert both == pytest.approx(gain.total)
    return gain


def numbers(*found: Decimal | float | None) -> list[float]:
    return [float("nan") if one is None else float(one) for one in found]


def told(found: tuple[Lot, ...]) -> list[str]:
    return [f"{lot.quantity.normalize():f} for {lot.cost.normalize():f} since {lot.acquired}" for lot in found]


def net_flow(found: PortfolioHistory) -> float:
    return float((found.inflows - found.outflows).sum())


@pytest.mark.parametrize("cash", [True, False])
def test_a_reinvested_dividend_is_income_and_a_lot_and_moves_no_cash(cash: bool) -> None:
    found = history(
        """
        2024-01-01 buy      ACME 10 100
        2024-01-02 reinvest ACME 0.17 20 tax=2 fee=1 price=100
        """,
        FLAT,
        "2024-01-02",
        cash=cash,
    )
    gain = gain_of(found)
    assert (gain.income, gain.taxes, gain.fees) == (20, 2, 1)
    assert gain.total == pytest.approx(17)
    assert [lot.cost for lot in lots(found, "ACME")] == [1000, 18]
    assert found.cash_value[-1] == (-1000 if cash else 0)
    assert net_flow(found) == (0 if cash else 1000)


@pytest.mark.parametrize("cash", [True, False])
def test_units_that_are_transferred_in_are_a_flow_at_the_days_close_whatever_they_cost(cash: bool) -> None:
    found = history(
        "2024-01-02 transfer_in ACME 10 cost=300 acquired=2015-03-01",
        market({"ACME": daily("2024-01-01", 90, 100, 110)}),
        "2024-01-03",
        cash=cash,
    )
    (lot,) = lots(found, "ACME")
    assert told((lot,)) == ["10 for 300 since 2015-03-01"]
    assert net_flow(found) == 1000
    gain = gain_of(found)
    assert numbers(gain.total, gain.unrealized, gain.transferred) == pytest.approx([100, 800, -700])


def test_units_without_a_cost_come_in_at_the_days_close() -> None:
    found = history("2024-01-02 transfer_in ACME 10", FLAT, "2024-01-02")
    assert [lot.cost for lot in lots(found, "ACME")] == [1000]


def test_without_a_close_units_come_in_at_their_price_and_else_at_their_cost() -> None:
    found = history(
        "2024-01-02 transfer_in X 10 price=7 cost=30\n2024-01-02 transfer_in Y 10 cost=30", market(), "2024-01-02"
    )
    assert found.value[-1] == 70 + 30
    assert found.estimated[-1].all()


@pytest.mark.parametrize("cash", [True, False])
def test_units_that_are_transferred_out_realise_nothing(cash: bool) -> None:
    found = history(
        """
        2024-01-01 buy          ACME 10 60
        2024-01-02 transfer_out ACME 4 fee=3
        """,
        FLAT,
        "2024-01-02",
        cash=cash,
    )
    gain = gain_of(found)
    assert (gain.realized, gain.transferred, gain.standing) == (0, 160, 3)
    assert gain.total == pytest.approx(400 - 3)
    assert found.quantities[-1].tolist() == [6]


def test_a_transfer_between_accounts_moves_lots_with_their_cost_date_and_id_and_is_no_flow() -> None:
    found = history(
        """
        2024-01-01 deposit 1000
        2024-01-01 buy          ACME 6 50 account=A id=7
        2024-01-01 buy          ACME 4 80 account=A id=8
        2024-01-03 transfer_in  ACME 8 account=B
        2024-01-03 transfer_out ACME 8 account=A
        """,
        FLAT,
        "2024-01-03",
    )
    assert told(lots(found, "ACME", "B")) == ["6 for 300 since 2024-01-01", "2 for 160 since 2024-01-01"]
    assert told(lots(found, "ACME", "A")) == ["2 for 160 since 2024-01-01"]
    assert [lot.lot_id for lot in lots(found, "ACME", "B")] == ["7", "8"]
    assert net_flow(found) == 1000
    assert gain_of(found).transferred == 0


def test_what_arrives_in_an_account_can_be_sold_there_on_the_same_day() -> None:
    found = history(
        """
        2024-01-03 sell         ACME 8 100 account=B
        2024-01-03 transfer_in  ACME 8 account=B
        2024-01-03 transfer_out ACME 8 account=A
        2024-01-03 buy          ACME 8 90 account=A
        """,
        FLAT,
        "2024-01-03",
    )
    assert found.faults == ()
    assert gain_of(found).realized == 80


def test_a_transfer_of_more_than_is_held_is_refused_and_what_comes_in_is_from_outside() -> None:
    found = history(
        """
        2024-01-01 buy          ACME 6 50 account=A
        2024-01-03 transfer_out ACME 8 account=A
        2024-01-03 transfer_in  ACME 8 account=B
        """,
        FLAT,
        "2024-01-03",
    )
    assert [fault.error.message for fault in found.faults] == [
        "8 ACME transferred out on 2024-01-03, but 6 held in account A."
    ]
    assert net_flow(found) == 800


def test_a_spin_off_moves_a_share_of_the_cost_and_the_dates() -> None:
    found = history(
        """
        2024-01-01 buy      ACME 10 100 id=1
        2024-01-02 buy      ACME 10 110 id=2
        2024-01-03 spin_off ACME NEW 0.5 0.25
        """,
        market({"ACME": daily("2024-01-01", 100, 110, 90), "NEW": daily("2024-01-03", 40)}),
        "2024-01-03",
        cash=False,
    )
    assert told(lots(found, "NEW")) == ["5 for 250 since 2024-01-01", "5 for 275 since 2024-01-02"]
    assert [lot.cost for lot in lots(found, "ACME")] == [750, 825]
    result = attribute(found, Period(date(2024, 1, 3), date(2024, 1, 3)))
    assert result.portfolio.total == pytest.approx(20 * 90 + 10 * 40 - 20 * 110)
    assert result.by_symbol["NEW"].total == 0
    assert result.by_symbol["ACME"].total == result.portfolio.total
    assert (found.inflows[-1], found.outflows[-1]) == (0, 0)


def test_a_child_without_a_price_is_worth_its_first_close_until_then() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-02 spin_off ACME NEW 1 0.2",
        market({"ACME": daily("2024-01-01", 100, 80), "NEW": daily("2024-01-04", 19)}),
        "2024-01-04",
    )
    assert found.values[-3:, found.column("NEW")].tolist() == [190, 190, 190]
    assert found.estimated[-3:, found.column("NEW")].tolist() == [True, True, False]


def test_the_first_close_of_a_child_is_taken_back_across_its_split() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-02 spin_off ACME NEW 1 0.2",
        market(
            {"ACME": daily("2024-01-01", 100, 80), "NEW": daily("2024-01-05", 10)},
            splits={"NEW": (Split(date(2024, 1, 4), Decimal(2)),)},
        ),
        "2024-01-05",
    )
    child = found.column("NEW")
    assert found.quantities[2:, child].tolist() == [10, 10, 20, 20]
    assert found.values[2:, child].tolist() == [200, 200, 200, 200]


def test_a_child_that_never_had_a_price_is_worth_its_share_of_the_parent() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-02 spin_off ACME NEW 2 0.2",
        market({"ACME": daily("2024-01-01", 100, 80)}),
        "2024-01-02",
    )
    assert found.values[-1, found.column("NEW")] == 10 * 80 * 0.25


def test_a_merger_into_shares_carries_cost_and_dates_over() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100 fee=5\n2024-01-03 merger ACME to=NEW ratio=2.5",
        FLAT,
        "2024-01-03",
        cash=False,
    )
    assert told(lots(found, "NEW")) == ["25 for 1005 since 2024-01-01"]
    gain = gain_of(found)
    assert numbers(gain.realized, gain.total) == pytest.approx([0, -5])
    assert found.quantities[-1].tolist() == [0, 25]


@pytest.mark.parametrize("cash", [True, False])
def test_a_merger_into_cash_is_a_sale(cash: bool) -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-03 merger ACME amount=1200 fee=10", FLAT, "2024-01-03", cash=cash
    )
    gain = gain_of(found)
    assert numbers(gain.realized, gain.total) == pytest.approx([190, 190])
    (realization,) = books_of(found).realizations
    assert numbers(realization.proceeds, realization.cost) == pytest.approx([1190, 1000])
    assert found.cash_value[-1] == (190 if cash else 0)


def test_cash_beside_shares_closes_its_share_of_the_cost() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-03 merger ACME to=NEW ratio=2 amount=200", FLAT, "2024-01-03", cash=False
    )
    gain = gain_of(found)  # 20 NEW are worth 800: the cash is a fifth of what came
    assert (gain.realized, gain.unrealized) == (0, 0)
    assert [lot.cost for lot in lots(found, "NEW")] == [800]


def test_an_event_of_a_symbol_is_for_every_account_and_its_cash_is_shared_by_units() -> None:
    found = history(
        """
        2024-01-01 buy ACME 30 100 account=A
        2024-01-01 buy ACME 10 100 account=B
        2024-01-03 merger ACME to=NEW ratio=1 amount=200
        """,
        FLAT,
        "2024-01-03",
    )
    assert [r.proceeds for r in books_of(found).realizations] == [150, 50]
    assert [lots(found, "NEW", account)[0].quantity for account in "AB"] == [30, 10]
    assert found.cash_value[-1] == -3800


def test_an_account_has_its_part_of_an_event_of_all() -> None:
    found = history(
        """
        2024-01-01 buy ACME 30 100 account=A
        2024-01-01 buy ACME 10 100 account=B
        2024-01-03 merger ACME to=NEW ratio=1 amount=200 fee=4
        """,
        FLAT,
        "2024-01-03",
    )
    assert accounts_in(found.ledger) == ("A", "B")
    events = [list(rows_of_account(found.ledger, account))[-1] for account in "AB"]
    assert [(row.account, float(row.amount), float(row.fee)) for row in events] == [("A", 150.0, 3.0), ("B", 50.0, 1.0)]


def test_a_symbol_change_changes_nothing_but_the_name() -> None:
    found = history(
        "2024-01-01 buy ACME 10 90\n2024-01-02 symbol_change ACME FRESH",
        market({"ACME": daily("2024-01-01", 100), "FRESH": daily("2024-01-03", 104)}),
        "2024-01-03",
        cash=False,
    )
    assert found.value.tolist() == [0, 1000, 1000, 1040]
    assert gain_of(found).total == pytest.approx(140)
    assert told(lots(found, "FRESH")) == ["10 for 900 since 2024-01-01"]


@pytest.mark.parametrize("cash", [True, False])
def test_capital_that_is_returned_lowers_the_cost_and_is_a_gain_below_zero(cash: bool) -> None:
    text = "2024-01-01 buy ACME 10 100\n2024-01-02 return_of_capital ACME 300"
    found = history(text, FLAT, "2024-01-02", cash=cash)
    assert [lot.cost for lot in lots(found, "ACME")] == [700]
    assert numbers(gain_of(found).realized, gain_of(found).income, gain_of(found).total) == pytest.approx([0, 0, 300])
    found = history(f"{text}\n2024-01-03 return_of_capital ACME 900", FLAT, "2024-01-03", cash=cash)
    assert [lot.cost for lot in lots(found, "ACME")] == [0]
    assert gain_of(found).realized == 200


def test_capital_that_is_returned_after_the_sale_is_a_realised_gain() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100\n2024-01-02 sell ACME 10 100\n2024-01-03 return_of_capital ACME 30",
        FLAT,
        "2024-01-03",
    )
    assert gain_of(found).realized == 30


@pytest.mark.parametrize("cash", [True, False])
def test_cash_in_lieu_sells_the_fraction_of_the_new_holding(cash: bool) -> None:
    found = history(
        "2024-01-01 buy ACME 11 90\n2024-01-02 split ACME 1.5 amount=33",
        market({"ACME": daily("2024-01-01", 90, 60)}),
        "2024-01-02",
        cash=cash,
    )
    assert found.quantities[-1].tolist() == [16]
    assert gain_of(found).realized == pytest.approx(33 - 990 * 0.5 / 16.5)
    assert gain_of(found).total == pytest.approx(16 * 60 + 33 - 990)


def test_cash_in_lieu_that_is_reported_before_the_split_closes_the_same_fraction() -> None:
    found = history(
        "2024-01-01 buy ACME 11 90\n2024-01-02 split ACME 1.5 amount=33",
        market({"ACME": daily("2024-01-01", 90)}, splits={"ACME": (Split(date(2024, 1, 4), Decimal("1.5")),)}),
        "2024-01-05",
    )
    assert found.quantities[-1].tolist() == [16]


@pytest.mark.parametrize("kind", ["staking", "airdrop"])
def test_units_that_are_given_are_income_at_the_days_close_and_a_lot_of_that_cost(kind: str) -> None:
    for cash in (True, False):
        found = history(f"2024-01-02 {kind} ACME 0.5", FLAT, "2024-01-02", cash=cash)
        assert [lot.cost for lot in lots(found, "ACME")] == [50]
        assert numbers(gain_of(found).income, gain_of(found).total, net_flow(found)) == pytest.approx([50, 50, 0])
    own = history(f"2024-01-02 {kind} ACME 0.5 amount=44", FLAT, "2024-01-02")
    assert numbers(gain_of(own).income, gain_of(own).total) == pytest.approx([44, 50])


@pytest.mark.parametrize("cash", [True, False])
def test_more_than_is_held_is_sold_short_and_a_purchase_covers_it_first(cash: bool) -> None:
    text = """
        2024-01-01 buy  ACME 10 100
        2024-01-02 sell ACME 25 110 fee=5
        """
    data = market({"ACME": daily("2024-01-01", 100, 110, 105)})
    found = history(text, data, "2024-01-03", cash=cash, shorts=True)
    assert found.quantities[-1].tolist() == [-15]
    assert found.values[-1].tolist() == [-15 * 105]
    assert gain_of(found).realized == 98
    assert told(lots(found, "ACME")) == ["-15 for -1647 since 2024-01-02"]
    closed = history(f"{text}\n2024-01-03 buy ACME 20 104 fee=4", data, "2024-01-03", cash=cash, shorts=True)
    assert gain_of(closed).realized == 98 + 1647 - 1563
    assert told(lots(closed, "ACME")) == ["5 for 521 since 2024-01-03"]
    cover = books_of(closed).realizations[-1]
    assert numbers(cover.proceeds, cover.cost, cover.gain) == pytest.approx([1647, 1563, 84])


def test_a_short_holding_has_its_figures_and_a_dividend_is_paid() -> None:
    found = history(
        "2024-01-01 deposit 5000\n2024-01-01 sell ACME 10 100\n2024-01-02 dividend ACME -20",
        market({"ACME": daily("2024-01-01", 100, 90)}),
        "2024-01-02",
        shorts=True,
    )
    (holding,) = holdings(found, date(2024, 1, 2))
    assert numbers(holding.quantity, holding.cost, holding.market_value.value) == pytest.approx([-10, -1000, -900])
    assert numbers(holding.unrealized.value, holding.average_cost, holding.income) == pytest.approx([100, 100, -20])
    assert gain_of(found).total == pytest.approx(80)


def test_an_option_counts_by_its_multiplier_and_expires_at_nothing() -> None:
    data = market({"CALL": daily("2024-01-01", 2, 3)}, multipliers={"CALL": "100"})
    text = "2024-01-01 buy CALL 1 2 amount=0 fee=1"
    found = history(text, data, "2024-01-02", cash=False)
    assert found.value.tolist() == [0, 200, 300]
    assert gain_of(found).total == pytest.approx(99)
    expired = history(f"{text}\n2024-01-02 sell CALL 1 0 amount=0", data, "2024-01-02")
    assert (gain_of(expired).realized, expired.quantities[-1].tolist()) == (-201, [0])


def test_a_written_option_that_expires_keeps_its_premium() -> None:
    data = market({"CALL": daily("2024-01-01", 2)}, multipliers={"CALL": "100"})
    found = history(
        "2024-01-01 sell CALL 1 2 amount=0\n2024-01-03 buy CALL 1 0 amount=0", data, "2024-01-03", shorts=True
    )
    assert (gain_of(found).realized, found.cash_value[-1]) == (200, 200)


@pytest.mark.parametrize("cash", [True, False])
def test_accrued_interest_that_was_bought_is_due_until_the_coupon_and_is_no_income(cash: bool) -> None:
    text = "2024-01-01 buy ACME 10 100 accrued=12 fee=1"
    found = history(text, FLAT, "2024-01-02", cash=cash)
    assert numbers(gain_of(found).total, gain_of(found).income) == pytest.approx([-1, 0])
    assert found.receivables[-1].tolist() == [12]
    assert [lot.cost for lot in lots(found, "ACME")] == [1001]
    assert net_flow(found) == (0 if cash else 1013)
    paid = history(f"{text}\n2024-01-03 interest 20 symbol=ACME", FLAT, "2024-01-03", cash=cash)
    assert numbers(gain_of(paid).income, gain_of(paid).total) == pytest.approx([8, 7])
    assert paid.receivables[-1].sum() == 0


def test_accrued_interest_is_due_on_what_the_bond_became() -> None:
    text = """
        2024-01-02 buy BOND 10 100 accrued=20 account=X
        2024-01-03 symbol_change BOND NOTE account=X
        2024-01-05 interest 50 symbol=NOTE account=X
    """
    found = history(
        text, market({"BOND": daily("2024-01-02", *[100] * 4), "NOTE": daily("2024-01-03", *[100] * 4)}), "2024-01-05"
    )
    assert measured(found).gain.income == 30
    assert found.cash[-1].tolist() == [-1000 - 20 + 50]
    assert found.receivables[:, 0].tolist() == [0, 20, 20, 20, 0]


def test_accrued_interest_that_is_sold_takes_back_what_was_due_and_is_income_beyond_it() -> None:
    found = history(
        "2024-01-01 buy ACME 10 100 accrued=12\n2024-01-03 sell ACME 10 100 accrued=15", FLAT, "2024-01-03", cash=False
    )
    assert numbers(gain_of(found).income, gain_of(found).total) == pytest.approx([3, 3])
    assert found.value[-1] == 0


@pytest.mark.parametrize("cash", [True, False])
def test_accrued_interest_that_the_last_sale_does_not_pay_is_lost(cash: bool) -> None:
    text = "2024-01-01 buy ACME 10 100 accrued=12"
    found = history(f"{text}\n2024-01-03 sell ACME 10 100", FLAT, "2024-01-03", cash=cash)
    assert numbers(gain_of(found).income, gain_of(found).total) == pytest.approx([-12, -12])
    assert (found.receivables[-1].sum(), net_flow(found)) == (0, 0 if cash else 12)
    paid = history(f"{text}\n2024-01-03 sell ACME 10 100 accrued=5", FLAT, "2024-01-03", cash=cash)
    assert numbers(gain_of(paid).income, gain_of(paid).total) == pytest.approx([-7, -7])
    assert paid.receivables[-1].sum() == 0


def test_a_sale_of_a_part_takes_the_accrued_interest_that_it_names_and_leaves_the_rest_to_the_coupon() -> None:
    text = "2024-01-01 buy ACME 10 100 accrued=12\n2024-01-02 sell ACME 4 100{}\n2024-01-03 interest 20 symbol=ACME"
    without = history(text.format(""), FLAT, "2024-01-03")
    assert without.receivables[:, 0].tolist() == [0, 12, 12, 0]
    assert numbers(gain_of(without).income) == [8]
    named = history(text.format(" accrued=5"), FLAT, "2024-01-03")
    assert named.receivables[:, 0].tolist() == [0, 12, 7, 0]
    assert numbers(gain_of(named).income) == [13]


def test_sales_of_a_day_take_the_same_accrued_interest_in_either_order() -> None:
    sales = ["2024-01-02 sell ACME 4 100 accrued=5", "2024-01-02 sell ACME 6 100"]
    for order in (sales, sales[::-1]):
        found = history("\n".join(["2024-01-01 buy ACME 10 100 accrued=12", *order]), FLAT, "2024-01-02")
        assert numbers(gain_of(found).income, found.receivables[-1].sum()) == pytest.approx([-7, 0])


def test_the_last_sale_takes_accrued_interest_of_every_currency_at_its_own_rate() -> None:
    found = history(
        """
        2024-01-01 buy  ACME 10 100 accrued=12
        2024-01-01 buy  ACME 10 120 accrued=10 ccy=USD
        2024-01-03 sell ACME 20 100
        """,
        market({"ACME": daily("2024-01-01", 100)}, fx={("USD", "EUR"): rates("2024-01-01", 0.8, 0.8, 0.9)}),
        "2024-01-03",
    )
    assert numbers(gain_of(found).income) == pytest.approx([-12 - 9])
    assert found.receivables[-1].tolist() == [0, 0]


def test_accrued_interest_of_units_that_cover_a_short_is_interest_paid() -> None:
    text = "2024-01-01 sell ACME 10 100 accrued=12\n2024-01-02 buy ACME {} 100 accrued=15"
    covered = history(text.format(10), FLAT, "2024-01-02", shorts=True)
    assert numbers(gain_of(covered).income, covered.receivables[-1].sum()) == pytest.approx([-3, 0])
    beyond = history(text.format(30), FLAT, "2024-01-02", shorts=True)
    assert numbers(gain_of(beyond).income, beyond.receivables[-1].sum()) == pytest.approx([12 - 5, 10])


MOVED = """
    2024-01-01 buy          ACME 10 100 account=A accrued=20
    2024-01-02 transfer_out ACME 4 account=A
    2024-01-02 transfer_in  ACME 4 account=B
    2024-01-03 sell         ACME 6 100 account=A
    2024-01-03 interest     30 symbol=ACME account=B
"""


@pytest.mark.parametrize("cash", [True, False])
def test_accrued_interest_goes_with_the_units_from_account_to_account(cash: bool) -> None:
    found = history(MOVED, FLAT, "2024-01-03", cash=cash)
    assert found.receivables[:, 0].tolist() == [0, 20, 20, 0]
    assert numbers(gain_of(found).income, gain_of(found).total) == pytest.approx([-12 + 22, 10])
    assert net_flow(found) == (0 if cash else 1020 - 600 - 30)
    (_, one), (_, other) = account_portfolios(ValuedPortfolio("P", found))
    assert [part.history.receivables[:, 0].tolist() for part in (one, other)] == [[0, 20, 12, 0], [0, 8, 0]]
    assert numbers(gain_of(one.history).total, gain_of(other.history).total) == pytest.approx([-12, 22])
    assert net_flow(other.history) == (408 if cash else 408 - 30)


@pytest.mark.parametrize("cash", [True, False])
def test_accrued_interest_leaves_the_portfolio_as_part_of_the_market_value(cash: bool) -> None:
    text = "2024-01-01 buy ACME 10 100 accrued=20\n2024-01-02 transfer_out ACME 4"
    found = history(text, FLAT, "2024-01-02", cash=cash)
    assert numbers(gain_of(found).income, gain_of(found).total) == [0, 0]
    assert found.outflows.tolist() == [0, 0, 408]
    assert found.receivables[-1].tolist() == [12]
    whole = history(f"{text}\n2024-01-03 transfer_out ACME 6", FLAT, "2024-01-03", cash=cash)
    assert (whole.outflows[-1], whole.receivables[-1].sum(), gain_of(whole).total) == (612, 0, 0)


@pytest.mark.parametrize("event", ["merger ACME amount=1000", "merger ACME to=NEW ratio=2.5"])
def test_a_merger_takes_accrued_interest_that_nobody_paid(event: str) -> None:
    found = history(f"2024-01-01 buy ACME 10 100 accrued=20\n2024-01-02 {event}", FLAT, "2024-01-02")
    assert numbers(gain_of(found).income, gain_of(found).total) == pytest.approx([-20, -20])
    assert found.receivables[-1].sum() == 0


def test_cash_for_the_last_fraction_takes_accrued_interest_too() -> None:
    text = "2024-01-01 buy ACME 1 100 accrued=20\n2024-01-02 split ACME 0.5 amount=100"
    found = history(text, market({"ACME": daily("2024-01-01", 100, 200)}), "2024-01-02")
    assert found.quantities[-1].tolist() == [0]
    assert numbers(gain_of(found).income, found.receivables[-1].sum()) == pytest.approx([-20, 0])


def test_accrued_interest_of_a_bond_that_was_split_is_lost_with_its_last_unit_alone() -> None:
    text = "2024-01-01 buy ACME 10 100 accrued=20\n2024-01-02 split ACME 2\n2024-01-03 sell ACME 10 50"
    data = market({"ACME": daily("2024-01-01", 100, 50)})
    assert history(text, data, "2024-01-03").receivables[-1].tolist() == [20]
    gone = history(f"{text}\n2024-01-04 sell ACME 10 50", data, "2024-01-04")
    assert numbers(gain_of(gone).income, gone.receivables[-1].sum()) == pytest.approx([-20, 0])


@pytest.mark.parametrize("cash", [True, False])
def test_a_fee_in_a_third_currency_moves_that_balance_and_counts_at_its_own_rate(cash: bool) -> None:
    found = history(
        "2024-01-02 buy ACME 10 100 ccy=USD fee=2 fee_ccy=GBP",
        market(
            {"ACME": daily("2024-01-02", 100)},
            currencies={"ACME": "USD"},
            fx={("USD", "EUR"): rates("2024-01-01", 0.8), ("GBP", "EUR"): rates("2024-01-01", 1.2)},
        ),
        "2024-01-02",
        cash=cash,
    )
    (lot,) = lots(found, "ACME")
    assert numbers(lot.cost, lot.base_cost) == pytest.approx([1003, 802.4])
    assert gain_of(found).fees == pytest.approx(2.4)
    balances = dict(zip(found.cash_currencies, found.cash[-1].tolist(), strict=True))
    assert balances == ({"USD": -1000, "GBP": -2} if cash else {})


def test_a_dividend_is_due_from_its_ex_date_until_it_settles_and_changes_no_total() -> None:
    text = "2024-01-01 buy ACME 10 100\n2024-01-02 dividend ACME 20 tax=3"
    now = history(text, FLAT, "2024-01-05")
    later = history(f"{text} settles=2024-01-04", FLAT, "2024-01-05")
    assert later.value.tolist() == now.value.tolist()
    assert later.receivables[:, 0].tolist() == [0, 0, 17, 17, 0, 0]
    assert not now.receivables.any()


def test_lots_that_a_sale_names_are_closed_by_the_method_of_specific_lots_alone() -> None:
    text = """
        2024-01-01 buy  ACME 5 80 id=1
        2024-01-02 buy  ACME 5 90 id=2
        2024-01-03 sell ACME 5 100 lots=2
        """
    named = history(text, FLAT, "2024-01-03", method=LotMethod.SPECIFIC)
    assert [lot.lot_id for lot in lots(named, "ACME")] == ["1"]
    assert [lot.lot_id for lot in lots(history(text, FLAT, "2024-01-03"), "ACME")] == ["2"]
