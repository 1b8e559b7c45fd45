"""Lots by every method on the command line, from a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import CommandLine

LEDGER = """date,type,symbol,quantity,price,currency,fee,fx_rate,account
2022-01-03,buy,ACME,10,100,USD,,0.90,
2023-01-02,buy,ACME,10,130,USD,,0.95,
2023-12-01,buy,ACME,10,110,USD,,0.92,
2024-03-01,sell,ACME,5,140,USD,,0.93,
2024-03-01,buy,TWO,4,10,EUR,,,A
2024-03-01,buy,TWO,4,12,EUR,,,B
"""
PRICES = """symbol,date,close
ACME,2024-03-28,150
TWO,2024-03-28,11
"""
RATES = """base,quote,date,rate
USD,EUR,2022-01-03,0.90
USD,EUR,2024-03-28,0.925
"""
INSTRUMENTS = """symbol,name,asset_class,currency
ACME,Acme,equity,USD
TWO,Two,equity,EUR
"""
AS_OF = ("--as-of", "2024-03-28")


@pytest.fixture
def traded(dashboard: CommandLine, tmp_path: Path) -> CommandLine:
    """A portfolio in euros with a share in dollars, and another in two accounts."""
    for name, text in (("i", INSTRUMENTS), ("p", PRICES), ("r", RATES), ("l", LEDGER)):
        (tmp_path / f"{name}.csv").write_text(text)
    for words in (
        ("portfolio", "create", "one", "--currency", "EUR", "--no-cash"),
        ("instruments", "import", str(tmp_path / "i.csv")),
        ("prices", "import", str(tmp_path / "p.csv")),
        ("prices", "import", str(tmp_path / "r.csv")),
        ("import", str(tmp_path / "l.csv"), "--portfolio", "one"),
    ):
        done = dashboard(*words)
        assert done.status == 0, (words, done.out, done.err)
    return dashboard


def test_every_method_stands_beside_the_others_in_the_portfolios_currency(traded: CommandLine) -> None:
    found = traded("lots", "one", "acme", *AS_OF, "--json").data
    assert (found["symbol"], found["currency"], found["as_of"]) == ("ACME", "EUR", "2024-03-28")
    realized = {method: item["realized"] for method, item in found["methods"].items()}
    # 5 × 140 × 0.93 = 651 less 450, 506, 617.5 or the average (900 + 1235 + 1012) ÷ 6.
    assert realized["fifo"] == {"total": "201", "short_term": "0", "long_term": "201"}
    assert realized["lifo"] == {"total": "145", "short_term": "145", "long_term": "0"}
    assert realized["hifo"] == {"total": "33.5", "short_term": "0", "long_term": "33.5"}
    assert float(realized["average"]["total"]) == pytest.approx(651 - 3147 / 6)
    assert realized["specific"] == realized["fifo"]
    assert {item["quantity"] for item in found["methods"].values()} == {"25"}
    # 25 × 150 × 0.925 less what is left of the costs.
    assert float(found["market_value"]) == pytest.approx(3468.75)
    assert float(found["methods"]["fifo"]["unrealized"]) == pytest.approx(3468.75 - 2697)
    first = found["methods"]["fifo"]["lots"][0]
    assert (first["acquired"], first["quantity"], first["cost"], first["unit_cost"]) == ("2022-01-03", "5", "450", "90")
    assert (first["days_held"], first["long_term"]) == (815, True)
    holdings = {item["symbol"]: item for item in traded("holdings", "one", *AS_OF, "--json").data["holdings"]}
    assert holdings["ACME"]["cost"] == found["methods"]["fifo"]["cost"]
    assert float(holdings["ACME"]["realized"]) == pytest.approx(201)


def test_a_sale_is_tried_by_every_method_before_it_is_booked(traded: CommandLine) -> None:
    words = ("lots", "one", "ACME", *AS_OF, "--what-if", "15", "--price", "160", "--fee", "10", "--json")
    sale = traded(*words).data["what_if"]
    proceeds = (15 * 160 - 10) * 0.925
    assert float(sale["proceeds"]) == pytest.approx(proceeds)
    gains = {method: float(item["gain"]["total"]) for method, item in sale["methods"].items()}
    left = {"fifo": 450 + 1235, "lifo": 506 + 1235, "hifo": 617.5 + 1012, "average": 3147 / 2}
    assert gains == pytest.approx({**{name: proceeds - cost for name, cost in left.items()}, "specific": gains["fifo"]})
    assert [part["acquired"] for part in sale["methods"]["lifo"]["closed"]] == ["2023-12-01", "2023-01-02"]
    named = sale["methods"]["lifo"]["closed"][0]["lot_id"]
    again = traded("lots", "one", "ACME", *AS_OF, "--what-if", "5", "--lot", named, "--json").data["what_if"]
    assert again["price"] == "150"
    assert float(again["methods"]["specific"]["cost"]) == pytest.approx(506)
    assert traded("lots", "one", "ACME", *AS_OF, "--json").data["methods"]["fifo"]["quantity"] == "25"


def test_a_sale_out_of_several_accounts_asks_for_one(traded: CommandLine) -> None:
    refused = traded("lots", "one", "TWO", *AS_OF, "--what-if", "4", "--json")
    assert refused.status == 1
    assert "held in several accounts (A, B)" in refused.data["error"]["message"]
    found = traded("lots", "one", "TWO", *AS_OF, "--account", "B", "--what-if", "4", "--json").data
    assert {item["gain"]["total"] for item in found["what_if"]["methods"].values()} == {"-4"}
    assert (found["market_value"], found["methods"]["fifo"]["cost"]) == ("44", "48")


def test_what_cannot_be_sold_is_refused_with_the_reason(traded: CommandLine) -> None:
    for words, status, message in (
        (("NOPE",), 1, "has no transaction in NOPE"),
        (("ACME", "--what-if", "26"), 1, "26 sold on 2024-03-28, but 25 held"),
        (("ACME", "--what-if", "NaN"), 1, "positive quantity"),
        (("ACME", "--what-if", "1", "--price", "-1"), 1, "A price is 0 or more"),
        (("ACME", "--what-if", "1", "--lot", "none"), 1, "No open lot none"),
        (("ACME", "--what-if", "ten"), 2, "is not a number"),
        (("ACME", "--price", "1"), 2, "go with --what-if"),
    ):
        done = traded("lots", "one", *words, *AS_OF)
        assert (done.status, message in done.err) == (status, True), (words, done.err)


def test_more_than_is_held_closes_all_lots_and_opens_a_short_where_one_is_allowed(traded: CommandLine) -> None:
    assert traded("portfolio", "edit", "one", "--allow-shorts").status == 0
    words = ("lots", "one", "ACME", *AS_OF, "--what-if", "30", "--price", "160", "--fee", "10")
    sale = traded(*words, "--json").data["what_if"]
    proceeds = (30 * 160 - 10) * 0.925
    assert float(sale["proceeds"]) == pytest.approx(proceeds)
    assert sale["short_quantity"] == "5"
    assert float(sale["short_proceeds"]) == pytest.approx(proceeds / 6)
    for item in sale["methods"].values():
        assert sum(float(part["quantity"]) for part in item["closed"]) == pytest.approx(25)
        assert float(item["gain"]["total"]) == pytest.approx(proceeds * 25 / 30 - float(item["cost"]))
    assert "5 of it are more than is held: they open a short position for 738.46" in traded(*words).out
    within = traded("lots", "one", "ACME", *AS_OF, "--what-if", "25", "--json").data["what_if"]
    assert (within["short_quantity"], within["short_proceeds"]) == ("0", "0")


def test_the_lots_are_printed_for_people(traded: CommandLine) -> None:
    done = traded("lots", "one", "ACME", *AS_OF, "--what-if", "15", "--price", "160")
    assert done.status == 0
    assert "average" in done.out
    assert "5 of" in done.out
    assert "815 days, long term" in done.out
    assert "nan" not in done.out.lower()


def test_a_rate_that_is_missing_leaves_costs_unknown_and_says_so(dashboard: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text("symbol,name,asset_class,currency\nFAR,Far,equity,ISK\n")
    (tmp_path / "p.csv").write_text("symbol,date,close\nFAR,2024-03-28,150\n")
    (tmp_path / "l.csv").write_text("date,type,symbol,quantity,price,currency\n2024-03-01,buy,FAR,10,100,ISK\n")
    for words in (
        ("portfolio", "create", "far", "--currency", "EUR", "--no-cash"),
        ("instruments", "import", str(tmp_path / "i.csv")),
        ("prices", "import", str(tmp_path / "p.csv")),
        ("import", str(tmp_path / "l.csv"), "--portfolio", "far"),
    ):
        assert dashboard(*words).status == 0
    done = dashboard("lots", "far", "FAR", *AS_OF, "--json")
    assert done.status == 0, done.out
    assert "NaN" not in json.dumps(done.data)
    assert done.data["methods"]["hifo"]["cost"] is None
    assert done.data["market_value"] is None
    assert any("rate" in note["message"] for note in done.data["status"])
    sale = dashboard("lots", "far", "FAR", *AS_OF, "--what-if", "1", "--json")
    assert (sale.status, sale.data["error"]["code"]) == (1, "insufficient_data")


def test_what_was_sold_and_never_had_a_price_still_has_its_lots(traded: CommandLine, tmp_path: Path) -> None:
    rows = "2024-03-01,buy,GONE,3,20,EUR,,,\n2024-03-04,sell,GONE,3,25,EUR,,,\n"
    (tmp_path / "gone.csv").write_text(LEDGER.splitlines()[0] + "\n" + rows)
    assert traded("import", str(tmp_path / "gone.csv"), "--portfolio", "one").status == 0
    answer = traded("lots", "one", "GONE", *AS_OF, "--json")
    assert answer.status == 0, answer.err
    assert answer.data["methods"]["fifo"]["realized"]["total"] == "15"
    assert "There is no price of GONE." in [note["message"] for note in answer.data["status"]]
