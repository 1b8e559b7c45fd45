"""Files with rows of every type: what the ledger has no room for, shorts, and what a row brings into the cash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.domain.access import SYSTEM
from dashboard.domain.transactions import LotMethod, TransactionType
from dashboard.errors import InvalidInput, Oversell
from dashboard.results.transactions import VerdictKind
from dashboard.services import imports, portfolio_settings, portfolios, transactions
from dashboard.services.ledger.shapes import SHAPES
from tests.factories import ledger_file, make_portfolio

pytestmark = pytest.mark.usefixtures("app_context")

HEADER = "date type symbol quantity price amount target_symbol ratio cost_fraction account lot_ids external_id\n"
HELD = f"{HEADER} 2024-01-02 buy AAA 10 100 - - - - Broker - L1"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (
            "2024-01-03 transfer_out AAA 11 - - - - - Broker - -",
            "quantity",
            "11 AAA transferred out on 2024-01-03, but 10 held in account Broker.",
        ),
        ("2024-01-03 transfer_out AAA 1 - - - - - - - -", "quantity", "but 0 held."),
        ("2024-01-03 sell AAA 11 90 - - - - Broker - -", "quantity", "11 AAA sold on 2024-01-03, but 10 held"),
        ("2024-01-03 sell AAA 1 90 - - - - Broker L9 -", "lot_ids", "L9"),
        ("2024-01-03 transfer_out AAA 1 - - - - - Broker L9 -", "lot_ids", "L9"),
        ("2024-01-03 merger AAA - - - AAA 2 - - - -", "target_symbol", "A merger is into another instrument"),
        ("2024-01-03 merger AAA - - - BBB 0 - - - -", "ratio", "The ratio is 0: it must be more than 0."),
        ("2024-01-03 merger CCC - - - BBB 2 - - - -", "symbol", "No CCC was held on 2024-01-03."),
        ("2024-01-03 spin_off AAA - - - BBB 2 1.5 - - -", "cost_fraction", "The cost fraction is 1.5"),
        ("2024-01-01 spin_off AAA - - - BBB 2 0.5 - - -", "symbol", "No AAA was held on 2024-01-01."),
        ("2024-01-03 symbol_change AAA - - - AAA - - - - -", "target_symbol", "both are AAA"),
    ],
)
def test_what_the_ledger_has_no_room_for_gets_its_column_and_a_sentence(row: str, column: str, reason: str) -> None:
    portfolio = make_portfolio(ledger=HELD)
    (verdict,) = imports.preview(SYSTEM, portfolio.id, ledger_file(HEADER + row), "file.csv").rows
    assert (verdict.kind, verdict.column) == (VerdictKind.ERROR, column), verdict
    assert reason in verdict.reason


def test_what_an_instrument_became_can_be_sold_and_no_more_of_it() -> None:
    rows = """
    2024-01-03 symbol_change AAA - - - BBB 3 - - - -
    2024-01-04 spin_off BBB - - - KID 0.5 0.2 - - -
    2024-01-05 merger KID - - 55 DDD 2 - - - -
    2024-01-08 sell BBB 30 40 - - - - Broker L1 -
    2024-01-08 sell DDD 31 40 - - - - Broker - -
    2024-01-09 sell DDD 30 40 - - - - Broker - -
    2024-01-09 sell AAA 1 40 - - - - Broker - -
    """
    portfolio = make_portfolio(ledger=HELD)
    found = imports.preview(SYSTEM, portfolio.id, ledger_file(HEADER + rows), "file.csv").rows
    assert [row.kind.value for row in found] == ["new", "new", "new", "new", "error", "new", "error"]
    assert "31 DDD sold on 2024-01-08, but 30 held" in found[4].reason
    assert "1 AAA sold on 2024-01-09, but 0 held" in found[6].reason


def test_a_row_that_takes_what_a_later_one_needs_is_the_one_that_is_refused() -> None:
    portfolio = make_portfolio(ledger=f"{HELD}\n2024-02-01 sell AAA 10 90 - - - - Broker - -")
    for row, column in (
        ("2024-01-05 transfer_out AAA 1 - - - - - Broker - -", "quantity"),
        ("2024-01-05 merger AAA - - - BBB 1 - - - -", "target_symbol"),
        ("2024-01-05 split AAA - - - - 0.5 - - - -", "ratio"),
    ):
        (verdict,) = imports.preview(SYSTEM, portfolio.id, ledger_file(HEADER + row), "file.csv").rows
        assert (verdict.kind, verdict.column) == (VerdictKind.ERROR, column), verdict
        assert "It takes from the later sale of 10 AAA on 2024-02-01" in verdict.reason


def test_a_portfolio_that_allows_shorts_takes_a_sale_beyond_what_is_held() -> None:
    sale = ledger_file(f"{HEADER} 2024-01-03 sell AAA 11 90 - - - - Broker - -")
    shorts = portfolios.create_portfolio(SYSTEM, "Shorts", "EUR", allow_shorts=True)
    imports.commit(SYSTEM, shorts.id, ledger_file(HELD), "held.csv")
    assert imports.commit(SYSTEM, shorts.id, sale, "sale.csv").added == 1

    longs = make_portfolio(ledger=HELD)
    assert imports.commit(SYSTEM, longs.id, sale, "sale.csv", skip_errors=True).failed == 1
    portfolio_settings.edit_portfolio(SYSTEM, longs.id, allow_shorts=True)
    assert imports.commit(SYSTEM, longs.id, sale, "sale.csv").added == 1


def test_shorts_cannot_be_forbidden_while_there_is_one() -> None:
    shorts = portfolios.create_portfolio(SYSTEM, "Shorts", "EUR", allow_shorts=True)
    sale = ledger_file(f"{HEADER} 2024-01-03 sell AAA 11 90 - - - - Broker - -")
    imports.commit(SYSTEM, shorts.id, sale, "sale.csv")
    with pytest.raises(Oversell, match="11 AAA sold on 2024-01-03, but 0 held"):
        portfolio_settings.edit_portfolio(SYSTEM, shorts.id, allow_shorts=False, benchmark="ACWI", track_cash=False)
    assert portfolios.portfolio_by_id(SYSTEM, shorts.id) == shorts
    with pytest.raises(InvalidInput, match="not a symbol"):
        portfolio_settings.edit_portfolio(SYSTEM, shorts.id, method=LotMethod.LIFO, benchmark="A\nB")
    assert portfolios.portfolio_by_id(SYSTEM, shorts.id) == shorts


GUIDE = Path(__file__).parents[3] / "docs" / "transactions-file.md"


def test_the_example_of_the_guide_has_every_type_and_is_taken_as_it_stands() -> None:
    (example,) = re.findall(r"```csv\n(.+?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    portfolio = make_portfolio()
    found = imports.preview(SYSTEM, portfolio.id, example.encode(), "example.csv")
    assert [row.reason for row in found.rows if row.kind is not VerdictKind.NEW] == []
    assert {row.transaction.type for row in found.rows if row.transaction} == set(TransactionType)
    done = imports.commit(SYSTEM, portfolio.id, example.encode(), "example.csv")
    assert done.added == len(example.strip().splitlines()) - 1
    again = transactions.export_csv(SYSTEM, portfolio.id)
    assert imports.commit(SYSTEM, make_portfolio().id, again, "again.csv").added == done.added


@pytest.mark.parametrize("kind", list(TransactionType))
def test_the_guide_says_what_a_type_needs_and_takes(kind: TransactionType) -> None:
    lines = [line.split("|") for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.count("|") == 5]
    (needs,) = [cells[2] for cells in lines if f"`{kind}`" in cells[1]]
    for column in SHAPES[kind].needs:
        assert f"`{column}`" in needs, column


CASH = """
date        type              symbol quantity price amount fee tax accrued currency fee_currency target_symbol ratio
2024-01-02  buy               BOND   100      10    -      2   -   30      EUR      -            -             -
2024-01-03  sell              BOND   10       10    -      2   -   5       EUR      -            -             -
2024-01-04  reinvest          FUND   2        10    -      1   3   -       EUR      -            -             -
2024-01-05  transfer_in       FUND   5        -     -      -   -   -       EUR      -            -             -
2024-01-06  staking           FUND   1        20    -      -   -   -       EUR      -            -             -
2024-01-07  return_of_capital FUND   -        -     7      -   -   -       EUR      -            -             -
2024-01-08  split             FUND   0.5      -     4      -   -   -       EUR      -            -             1.1
2024-01-09  merger            FUND   -        -     50     -   -   -       EUR      -            NEXT          2
2024-01-10  buy               NEXT   1        10    -      2   -   -       EUR      USD          -             -
"""


def test_a_row_moves_the_cash_that_its_type_moves() -> None:
    portfolio = make_portfolio(ledger=CASH)
    page = transactions.list_transactions(SYSTEM, portfolio.id)
    effects = [(row.transaction.type.value, row.cash_effect) for row in reversed(page.rows)]
    assert effects == [
        ("buy", -1032.0),
        ("sell", 103.0),
        ("reinvest", 0.0),
        ("transfer_in", 0.0),
        ("staking", 0.0),
        ("return_of_capital", 7.0),
        ("split", 4.0),
        ("merger", 50.0),
        ("buy", None),
    ]
