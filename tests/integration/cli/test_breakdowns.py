"""Parts of portfolios on the command line: what they gained, returned and contributed, in text and in JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import CommandLine

INSTRUMENTS = """symbol,name,asset_class,currency,exchange,isin,sector,industry,country
AAA,Alpha,equity,EUR,,,Energy,,NO
BBB,Beta,bond,EUR,,,Utilities,,DE
"""
PRICES = """symbol,date,close
AAA,2024-01-02,100
AAA,2024-01-03,110
AAA,2024-01-04,121
BBB,2024-01-02,50
BBB,2024-01-03,50
BBB,2024-01-04,55
"""
LEDGER = """date,type,symbol,quantity,price,currency,amount,account,fee
2024-01-02,deposit,,,,EUR,2000,one,
2024-01-02,buy,AAA,10,100,EUR,,one,2
2024-01-03,buy,BBB,4,50,EUR,,one,
2024-01-04,dividend,AAA,,,EUR,30,one,
2024-01-04,deposit,,,,EUR,500,two,
"""
RATES = "base,quote,date,rate\nUSD,EUR,2024-01-02,0.80\nUSD,EUR,2024-01-03,0.80\nUSD,EUR,2024-01-04,0.90\n"


@pytest.fixture
def priced(dashboard: CommandLine, tmp_path: Path) -> CommandLine:
    """Two portfolios with prices from files: ``one`` in euros, ``two`` in dollars."""
    files = {"i": INSTRUMENTS, "p": PRICES, "l": LEDGER, "r": RATES}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "usd.csv").write_text("date,type,currency,amount\n2024-01-03,deposit,USD,1000\n")
    for words in (
        ("portfolio", "create", "one", "--currency", "EUR"),
        ("portfolio", "create", "two", "--currency", "USD"),
        ("instruments", "import", str(tmp_path / "i.csv")),
        ("prices", "import", str(tmp_path / "p.csv")),
        ("prices", "import", str(tmp_path / "r.csv")),
        ("import", str(tmp_path / "l.csv"), "--portfolio", "one"),
        ("import", str(tmp_path / "usd.csv"), "--portfolio", "two"),
    ):
        done = dashboard(*words)
        assert done.status == 0, (words, done.out, done.err)
    return dashboard


def test_gains_by_period_sum_to_that_of_all_and_to_their_parts(priced: CommandLine) -> None:
    whole = priced("performance", "one", "--to", "2024-01-04", "--json").data["gain"]
    found = priced("gains", "one", "--by", "day", "--to", "2024-01-04", "--holdings", "--json").data
    assert [one["from"] for one in found["periods"]] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert sum(float(one["gain"]["total"]) for one in found["periods"]) == pytest.approx(float(whole["total"]))
    for one in found["periods"]:
        gain = {name: float(value) for name, value in one["gain"].items()}
        parts = gain["price"] + gain["currency"] + gain["income"] - gain["fees"] - gain["taxes"]
        assert gain["total"] == pytest.approx(parts)
    assert found["periods"][1]["holdings"]["AAA"]["price"] == "100"
    assert priced("gains", "one", "--by", "month", "--to", "2024-01-04").out.count("2024-01-") == 1


def test_income_is_told_by_month_and_the_year_to_come_is_marked_as_estimated(priced: CommandLine) -> None:
    found = priced("income", "one", "--to", "2024-01-04", "--json").data
    assert found["received"] == [
        {"month": "2024-01", "symbol": "AAA", "type": "dividend", "payments": 1}
        | {"gross": "30", "fees": "0", "taxes": "0", "net": "30"}
    ]
    (due,) = found["expected"]
    assert (due["date"], due["amount"], due["status"], due["basis"]) == ("2025-01-03", "30", "estimated", "repeated")
    assert any(note["code"] == "estimated" and note["symbol"] == "AAA" for note in found["status"])


def test_what_was_realised_is_told_by_tax_year_and_a_wrong_year_is_refused(priced: CommandLine, tmp_path: Path) -> None:
    sale = "date,type,symbol,quantity,price,currency,account,fee\n2024-01-04,sell,AAA,5,121,EUR,one,1\n"
    (tmp_path / "sale.csv").write_text(sale)
    assert priced("import", str(tmp_path / "sale.csv"), "--portfolio", "one").status == 0
    found = priced("realized", "one", "--year-start", "04-06", "--json").data
    (year,) = found["years"]
    assert (year["year"], year["from"], year["gain"], year["short"], year["long"]) == (
        *("2023/24", "2023-04-06"),
        *("103", "103", "0"),
    )
    assert [(lot["symbol"], lot["acquired"], lot["quantity"]) for lot in year["lots"]] == [("AAA", "2024-01-02", "5")]
    assert found["costs"][0]["by_kind"]["trading_fees"] == "3"
    refused = priced("realized", "one", "--year-start", "02-30", "--json")
    assert (refused.status, refused.data["error"]["code"]) == (1, "invalid_input")


def test_the_parts_of_a_portfolio_sum_to_it_by_every_dimension(priced: CommandLine) -> None:
    whole = priced("performance", "one", "--to", "2024-01-04", "--json").data
    expected = {
        "holding": {"AAA", "BBB", "cash", "costs"},
        "account": {"one", "two"},
        "asset_class": {"equity", "bond", "cash", "costs"},
        "sector": {"Energy", "Utilities", "cash", "costs"},
        "country": {"NO", "DE", "cash", "costs"},
        "currency": {"EUR", "costs"},
        "tag": {"unknown", "cash", "costs"},
    }
    for by, names in expected.items():
        found = priced("performance", "one", "--by", by, "--to", "2024-01-04", "--json").data
        assert {group["group"] for group in found["groups"]} == names
        for part, value in whole["gain"].items():
            parts = sum(float(group["gain"][part]) for group in found["groups"])
            assert parts == pytest.approx(float(value), abs=1e-9), (by, part)
        assert found["total"]["returns"] == pytest.approx(whole["returns"])
        shares = sum(group["contribution"] for group in found["groups"])
        assert shares == pytest.approx(whole["returns"]["time_weighted"], abs=1e-12)
        assert found["total"]["market_value"] == whole["market_value"]


def test_what_has_a_tag_is_a_group(priced: CommandLine) -> None:
    for tag in ("income", "core"):
        assert priced("portfolio", "tag", "one", "AAA", tag).status == 0
    found = priced("performance", "one", "--by", "tag", "--to", "2024-01-04", "--json").data
    groups = {group["group"]: group["gain"]["total"] for group in found["groups"]}
    assert groups.keys() == {"core + income", "unknown", "cash", "costs"}
    assert groups["core + income"] == "238"


def test_a_holding_has_its_own_returns(priced: CommandLine) -> None:
    found = priced("performance", "one", "--by", "holding", "--to", "2024-01-04", "--json").data
    alpha = next(group for group in found["groups"] if group["group"] == "AAA")
    assert alpha["gain"]["total"] == "238"
    assert alpha["returns"]["time_weighted"] == pytest.approx(1100 / 1002 * 1240 / 1100 - 1)
    assert alpha["returns"]["simple"] == pytest.approx(238 / 1002)


def test_effects_of_groups_sum_to_the_active_return_over_a_blend(priced: CommandLine) -> None:
    blend = ("--benchmark", "AAA=0.6,BBB=0.4@daily")
    period = ("--from", "2024-01-03", "--to", "2024-01-04")
    found = priced("attribution", "one", "--by", "sector", *blend, *period, "--json").data
    assert found["total"]["benchmark"] == pytest.approx((1 + 0.6 * 0.1) * (1 + 0.6 * 0.1 + 0.4 * 0.1) - 1)
    assert found["total"]["active"] == pytest.approx(found["total"]["portfolio"] - found["total"]["benchmark"])
    assert sum(group["active"] for group in found["groups"]) == pytest.approx(found["total"]["active"], abs=1e-12)
    assert {group["group"] for group in found["groups"]} >= {"Energy", "Utilities", "cash"}
    whole = priced("performance", "one", *blend, *period, "--json").data
    assert whole["benchmark"]["time_weighted"] == pytest.approx(found["total"]["benchmark"])
    assert whole["returns"]["time_weighted"] == pytest.approx(found["total"]["portfolio"])

    missing = priced("attribution", "one", "--json")
    assert (missing.status, missing.data["error"]["code"]) == (1, "invalid_input")
    wrong = priced("attribution", "one", "--benchmark", "AAA=0.6,BBB=0.6@daily", "--json")
    assert "sum to 1" in wrong.data["error"]["message"]


def test_a_blend_from_a_file_is_a_benchmark_by_its_name(priced: CommandLine, tmp_path: Path) -> None:
    rows = "benchmark,symbol,weight,from\nMine,AAA,0.6,2020-01-01\nMine,BBB,0.4,2020-01-01\nBad,AAA,0.6,2020-01-01\n"
    (tmp_path / "blend.csv").write_text(rows)
    imported = priced("prices", "import", str(tmp_path / "blend.csv"), "--rebalancing", "daily", "--json").data
    assert (imported["changed"], imported["series"]) == (1, ["Mine"])
    assert "sum to 1" in imported["faults"][0]["reason"]
    period = ("--from", "2024-01-03", "--to", "2024-01-04", "--json")
    by_name = priced("performance", "one", "--benchmark", "Mine", *period).data["benchmark"]
    assert by_name["time_weighted"] == pytest.approx(1.06 * 1.1 - 1)
    found = priced("attribution", "one", "--benchmark", "Mine", "--by", "asset_class", *period).data
    assert found["total"]["benchmark"] == pytest.approx(1.06 * 1.1 - 1)
    again = priced("prices", "import", str(tmp_path / "blend.csv"), "--json").data
    assert again["changed"] == 0  # the rebalancing that it has stays


def test_several_portfolios_go_together_in_the_currency_asked(priced: CommandLine) -> None:
    found = priced("performance", "one", "two", "--currency", "EUR", "--to", "2024-01-04", "--series", "--json").data
    assert [ref["name"] for ref in found["portfolios"]] == ["one", "two"]
    assert {group["group"]: group["market_value"] for group in found["groups"]} == {"one": "2758", "two": "900"}
    assert found["total"]["market_value"] == "3658"
    assert float(found["total"]["inflows"]) == pytest.approx(2500 + 800)
    assert found["series"]["date"] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert found["series"]["time_weighted"][-1] == pytest.approx(found["total"]["returns"]["time_weighted"])

    refused = priced("performance", "one", "two", "--json")
    assert refused.status == 1
    assert "EUR, USD" in refused.data["error"]["message"]


def test_the_text_names_every_group_and_a_wrong_dimension_is_wrong_usage(priced: CommandLine) -> None:
    shown = priced("performance", "one", "--by", "sector", "--to", "2024-01-04")
    assert shown.status == 0
    for word in ("Energy", "Utilities", "cash", "costs", "all", "+238.00"):
        assert word in shown.out
    assert priced("performance", "one", "--by", "colour").status == 2
