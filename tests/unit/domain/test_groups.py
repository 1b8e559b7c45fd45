"""Groups of lines: what moves inside one is no flow; gains and contributions sum to those of the portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.calendar import Period
from dashboard.domain.groups import Breakdown, Dimension, GroupFigures, breakdown
from dashboard.domain.instruments import AssetClass, Instrument
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.lines import level_of, lines_of
from dashboard.domain.measures import Status
from dashboard.domain.period_returns import period_returns
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.series import daily_returns, level_returns
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio
from dashboard.errors import InsufficientData, InvalidInput
from tests.unit.domain.any_ledger import CURRENCIES, DAYS, END, MARKET, START, ledgers, valued
from tests.unit.domain.ledgers import daily, history, ledger, market, measured, rates

# What one account reports happens to the other's position too, and what moves between them is no flow of one ledger.
EVERYWHERE = frozenset(
    {
        TransactionType.SPLIT,
        TransactionType.SPIN_OFF,
        TransactionType.MERGER,
        TransactionType.SYMBOL_CHANGE,
        TransactionType.TRANSFER_IN,
        TransactionType.TRANSFER_OUT,
    }
)
# Where a price is missing, each portfolio takes that of its own last trade: here every day has one.
PRICED = replace(
    MARKET,
    prices={
        symbol: daily(str(START), *np.random.default_rng(number).uniform(50, 150, DAYS))
        for number, symbol in enumerate(CURRENCIES)
    },
)
currencies = st.sampled_from([None, "USD"])


def broken_down(found: PortfolioHistory, by: Dimension, period: Period | None = None, **more: object) -> Breakdown:
    first = date.fromisoformat(str(found.days[1]))
    whole = Period(first, date.fromisoformat(str(found.days[-1])))
    tags = more.get("tags")
    assert tags is None or isinstance(tags, dict)
    return breakdown([ValuedPortfolio("p", found)], period or whole, by, tags)


def named(found: Breakdown) -> dict[str, GroupFigures]:
    return {group.name: group for group in found.groups}


def gross(found: PortfolioHistory) -> float:
    """What went through the ledger and what it was worth at most."""
    entries = found.entries
    flows = np.abs(entries.trade).sum() + np.abs(entries.external).sum() + np.abs(entries.income).sum()
    return 1.0 + float(flows + np.abs(found.values).max(initial=0.0) + np.abs(found.cash_value).max(initial=0.0))


@settings(max_examples=50, deadline=None)
@given(ledgers(), st.booleans(), currencies)
def test_lines_sum_to_the_portfolio_on_every_day(found: list[Transaction], cash: bool, currency: str | None) -> None:
    whole = valued(found, cash=cash, currency=currency)
    lines = lines_of(whole)
    everything = level_of(lines, np.ones(len(lines.lines), np.bool_))
    scale = 1e-9 * gross(whole)
    assert everything.value == pytest.approx(whole.value, abs=scale)
    assert everything.inflows == pytest.approx(whole.inflows, abs=scale)
    assert everything.outflows == pytest.approx(whole.outflows, abs=scale)
    assert everything.standing_costs == pytest.approx(whole.standing_costs, abs=scale)
    period = Period(START, END)
    assert level_returns(everything, period, everything.gross_on).returns == pytest.approx(
        daily_returns(whole, period).returns, abs=1e-9, nan_ok=True
    )


@settings(max_examples=50, deadline=None)
@given(ledgers(), st.booleans(), currencies, st.sampled_from(list(Dimension)), st.integers(0, 20))
def test_groups_sum_to_the_portfolio_and_contributions_to_its_return(
    found: list[Transaction], cash: bool, currency: str | None, by: Dimension, first: int
) -> None:
    whole = valued(found, cash=cash, currency=currency)
    period = Period(START + timedelta(days=first), END)
    groups = broken_down(whole, by, period)
    scale = 1e-9 * gross(whole)
    expected = measured(whole, str(period.start))
    assert groups.total.gain.total == pytest.approx(expected.gain.total, abs=scale)
    for part in ("total", "price", "currency", "income", "fees", "taxes", "realized", "unrealized"):
        parts = sum(getattr(group.gain, part) for group in groups.groups)
        assert parts == pytest.approx(getattr(expected.gain, part), abs=scale), part
    twr = groups.total.returns.time_weighted.value
    shares = [group.contribution.value for group in groups.groups]
    if twr is None:
        assert shares == [None] * len(shares)
    else:
        size = sum(abs(share or 0.0) for share in shares)
        assert sum(share or 0.0 for share in shares) == pytest.approx(twr, abs=1e-12 * (1.0 + size))


def assert_near(one: float | None, other: float | None, tolerance: float) -> None:
    if one is None or other is None:
        assert one is other
    else:
        assert one == pytest.approx(other, rel=tolerance, abs=tolerance)


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.booleans(), currencies)
def test_several_portfolios_together_are_one_with_all_their_rows(
    found: list[Transaction], cash: bool, currency: str | None
) -> None:
    rows = [row for row in found if row.type not in EVERYWHERE]
    apart = [[row for row in rows if row.account == account] for account in ("", "X")]
    histories = [valued(own, cash=cash, currency=currency, market=PRICED) for own in apart if own]
    if not histories:
        return
    whole = valued(rows, cash=cash, currency=currency, market=PRICED)
    period = Period(START, END)
    together = breakdown([ValuedPortfolio(str(at), one) for at, one in enumerate(histories)], period, Dimension.HOLDING)
    alone = broken_down(whole, Dimension.HOLDING, period)
    scale = 1e-9 * gross(whole)
    assert together.level.value == pytest.approx(alone.level.value, abs=scale)
    assert together.level.inflows == pytest.approx(alone.level.inflows, abs=scale)
    assert together.total.gain.total == pytest.approx(alone.total.gain.total, abs=scale)
    assert {name: one.gain.total for name, one in named(together).items()} == pytest.approx(
        {name: one.gain.total for name, one in named(alone).items()}, abs=scale
    )
    one, other = together.total.returns.time_weighted.value, alone.total.returns.time_weighted.value
    assert_near(one, other, 1e-9)


TWO = """
2024-01-01 deposit 2000
2024-01-01 buy A 10 100
2024-01-02 sell A 10 110
2024-01-02 buy B 20 55
"""
PRICES = {"A": daily("2024-01-01", 100, 110, 120), "B": daily("2024-01-01", 50, 55, 66)}


def classified() -> MarketData:
    instruments = {
        "A": Instrument("A", "EUR", sector="Energy", country="NO", asset_class=AssetClass.EQUITY),
        "B": Instrument("B", "EUR", sector="Utilities", country="NO", asset_class=AssetClass.EQUITY),
    }
    return replace(market(PRICES), instruments=instruments)


def test_a_movement_inside_a_group_is_no_flow_of_it_and_cash_is_a_line_of_its_own() -> None:
    groups = named(broken_down(history(TWO, classified(), "2024-01-03"), Dimension.COUNTRY))
    assert groups.keys() == {"NO", "cash", "costs"}
    country = groups["NO"]
    assert (country.inflows, country.outflows) == (1000, 0)
    assert country.returns.time_weighted.value == pytest.approx(1.1 * 1.2 - 1)
    assert (groups["cash"].inflows, groups["cash"].outflows) == (1000, 0)
    assert groups["cash"].returns.time_weighted.value == pytest.approx(0)
    sectors = named(broken_down(history(TWO, classified(), "2024-01-03"), Dimension.SECTOR))
    assert sectors["Energy"].returns.time_weighted.value == pytest.approx(0.1)
    assert sectors["Utilities"].returns.time_weighted.value == pytest.approx(0.2)
    assert (sectors["Energy"].inflows, sectors["Energy"].outflows) == (1000, 1100)
    assert sectors["Energy"].returns.simple.value == pytest.approx(100 / 1000)


def test_what_is_not_classified_or_tagged_is_unknown_and_tags_are_a_mapping() -> None:
    found = history(TWO, market(PRICES), "2024-01-03")
    assert named(broken_down(found, Dimension.SECTOR)).keys() == {"unknown", "cash", "costs"}
    tagged = named(broken_down(found, Dimension.TAG, tags={"A": "core"}))
    assert tagged.keys() == {"core", "unknown", "cash", "costs"}
    assert tagged["core"].gain.total == pytest.approx(100)


def test_a_group_of_everything_has_the_returns_of_the_portfolio() -> None:
    found = history(TWO + "2024-01-03 fee 7\n2024-01-03 interest 2", classified(), "2024-01-03")
    lines = lines_of(found)
    level = level_of(lines, np.ones(len(lines.lines), np.bool_))
    expected = measured(found)
    period = expected.period
    returns = period_returns(level, period, level_returns(level, period, level.gross_on), expected.gain.total)
    for name in ("time_weighted", "money_weighted", "modified_dietz", "simple"):
        assert_near(getattr(returns, name).value, getattr(expected.returns, name).value, 1e-12)


def test_a_standing_cost_lowers_the_holding_that_it_names_and_costs_of_nothing_are_a_line() -> None:
    rows = "2024-01-01 deposit 1000\n2024-01-01 buy A 10 100\n2024-01-02 fee 11 symbol=A\n2024-01-03 fee 3"
    for cash in (True, False):
        groups = named(broken_down(history(rows, classified(), "2024-01-03", cash=cash), Dimension.HOLDING))
        assert groups["A"].gain.fees == 11
        assert groups["A"].returns.time_weighted.value == pytest.approx((1100 - 11) / 1000 * 1200 / 1100 - 1)
        assert (groups["costs"].gain.total, groups["costs"].market_value.value) == (-3, 0)
        assert "cash" not in groups or groups["cash"].gain.total == pytest.approx(0)


def test_interest_is_earned_by_its_balance_and_an_exchange_moves_between_balances() -> None:
    data = market(fx={("USD", "EUR"): rates("2024-01-01", 0.9, 0.9, 1.0)})
    text = """
    2024-01-01 deposit 1000
    2024-01-02 exchange 900 1000 USD
    2024-01-03 interest 10 ccy=USD tax=1
    """
    groups = named(broken_down(history(text, data, "2024-01-03"), Dimension.CURRENCY))
    assert groups["EUR"].gain.total == pytest.approx(0)
    assert groups["USD"].gain.currency == pytest.approx(100)
    assert groups["USD"].gain.income == pytest.approx(10)
    assert groups["USD"].gain.taxes == pytest.approx(1)
    assert groups["USD"].returns.time_weighted.value == pytest.approx(1009 / 900 - 1)


def test_accounts_are_levels_of_their_own_and_sum_to_the_portfolio() -> None:
    text = """
    2024-01-01 deposit 1000 account=X
    2024-01-01 buy A 10 100 account=X
    2024-01-01 deposit 500 account=Y
    2024-01-02 withdrawal 100 account=Y
    2024-01-02 deposit 100 account=X
    2024-01-03 dividend A 30 account=X tax=3
    """
    found = history(text, classified(), "2024-01-03")
    accounts = broken_down(found, Dimension.ACCOUNT)
    groups = named(accounts)
    assert groups.keys() == {"X", "Y"}
    assert (groups["X"].inflows, groups["Y"].outflows) == (1100, 100)  # a transfer of money is a flow of both
    assert accounts.total.inflows == 1500  # and none of the portfolio
    assert groups["X"].returns.time_weighted.value == pytest.approx(1200 / (1000 + 100) * 1327 / 1200 - 1)
    assert groups["X"].gain.total + groups["Y"].gain.total == pytest.approx(accounts.total.gain.total)


def test_portfolios_of_different_base_currencies_go_together_in_the_currency_asked() -> None:
    data = market({"A": daily("2024-01-01", 100, 110)}, fx={("USD", "EUR"): rates("2024-01-01", 0.8, 0.9)})
    euro = history("2024-01-01 deposit 1000\n2024-01-01 buy A 10 100", data, "2024-01-02", base="EUR", currency="EUR")
    dollar = value_portfolio(
        ledger("2024-01-01 deposit 500", "USD"), data, base_currency="USD", end=date(2024, 1, 2), currency="EUR"
    )
    period = Period(date(2024, 1, 1), date(2024, 1, 2))
    found = breakdown([ValuedPortfolio("a", euro), ValuedPortfolio("b", dollar)], period, Dimension.CURRENCY)
    assert found.total.inflows == pytest.approx(1000 + 400)
    assert found.total.gain.total == pytest.approx(100 + 50)
    assert named(found)["USD"].gain.currency == pytest.approx(50)
    assert found.total.returns.time_weighted.value == pytest.approx(1550 / 1400 - 1)


def test_money_that_moves_between_portfolios_on_one_day_is_no_flow_of_both_together() -> None:
    one = history("2024-01-01 deposit 1000\n2024-01-02 withdrawal 400", market(), "2024-01-03")
    other = history("2024-01-02 deposit 400", market(), "2024-01-03")
    period = Period(date(2024, 1, 1), date(2024, 1, 3))
    found = breakdown([ValuedPortfolio("a", one), ValuedPortfolio("b", other)], period, Dimension.CURRENCY)
    assert (found.total.inflows, found.total.outflows) == (1000, 0)


def test_a_group_without_a_rate_has_no_value_and_says_why() -> None:
    data = market({"A": daily("2024-01-01", 100, 110, 120)}, currencies={"A": "USD"})
    found = broken_down(history("2024-01-01 buy A 1 100 ccy=USD", data, "2024-01-03", cash=False), Dimension.HOLDING)
    group = named(found)["A"]
    assert group.market_value.value is None
    assert "exchange rate from USD to EUR" in group.market_value.reason
    assert group.returns.time_weighted.value is None
    assert group.contribution.status is Status.UNDEFINED


def test_portfolios_in_two_currencies_or_up_to_two_days_are_refused() -> None:
    one = ValuedPortfolio("a", history("2024-01-01 deposit 1", market(), "2024-01-02"))
    other = ValuedPortfolio("b", history("2024-01-01 deposit 1", market(), "2024-01-02", base="USD"))
    later = ValuedPortfolio("c", history("2024-01-01 deposit 1", market(), "2024-01-03"))
    period = Period(date(2024, 1, 1), date(2024, 1, 2))
    for second in (other, later):
        with pytest.raises(InvalidInput):
            breakdown([one, second], period, Dimension.HOLDING)
    with pytest.raises(InsufficientData):
        breakdown([one], Period(date(2024, 1, 1), date(2024, 1, 9)), Dimension.HOLDING)


def test_lots_that_are_known_change_nothing() -> None:
    found = history(TWO, classified(), "2024-01-03")
    period = Period(date(2024, 1, 1), date(2024, 1, 3))
    books = book_positions(found, period.end)
    given_books = breakdown([ValuedPortfolio("p", found, books)], period, Dimension.HOLDING)
    assert given_books.groups == broken_down(found, Dimension.HOLDING, period).groups
    assert next(one for one in given_books.groups if one.name == "A").gain.realized == 100
