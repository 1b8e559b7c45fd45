"""Risk and return variants on the command line, from a real database: complete, consistent, and never made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.integration.cli.conftest import CommandLine

DAYS = np.arange("2024-01-01", "2024-03-30", dtype="datetime64[D]")
WEEKDAYS = DAYS[np.is_busday(DAYS)]
DRAW = np.random.default_rng(21)
MARKET = DRAW.normal(0.0004, 0.009, len(WEEKDAYS))
STEPS = {
    "AAA": 1.3 * MARKET + DRAW.normal(0, 0.004, len(WEEKDAYS)),
    "BBB": 0.4 * MARKET + DRAW.normal(0, 0.006, len(WEEKDAYS)),
    "IDX": MARKET,
    "ALT": DRAW.normal(0, 0.008, len(WEEKDAYS)),
}
LEDGER = """date,type,symbol,quantity,price,currency,amount,fee,tax
2024-01-01,deposit,,,,EUR,10000,,
2024-01-01,buy,AAA,50,100,EUR,,5,
2024-01-02,buy,BBB,30,100,EUR,,5,
2024-02-15,dividend,AAA,,,EUR,60,,9
2024-03-01,deposit,,,,EUR,2000,,
2024-03-04,fee,,,,EUR,4,,
"""
RISK = frozenset(
    {
        "volatility",
        "downside_deviation",
        "sharpe",
        "sortino",
        "calmar",
        "max_drawdown",
        "max_drawdown_peak",
        "max_drawdown_trough",
        "max_drawdown_recovery",
        "var_95",
        "cvar_95",
        "var_99",
        "cvar_99",
        "var_95_normal",
        "cvar_95_normal",
        "var_99_normal",
        "cvar_99_normal",
        "skew",
        "kurtosis",
        "ulcer_index",
        "omega",
        "tail_ratio",
        "win_rate",
        "best_day",
        "worst_day",
        "best_month",
        "worst_month",
        "beta",
        "alpha",
        "r_squared",
        "correlation",
        "tracking_error",
        "information_ratio",
        "up_capture",
        "down_capture",
        "observations",
    }
)


@pytest.fixture
def priced(dashboard: CommandLine, tmp_path: Path) -> CommandLine:
    """A portfolio of two shares over three months, and two instruments to compare it with."""
    lines = ["symbol,date,close"]
    for symbol, steps in STEPS.items():
        closes = 100 * np.cumprod(1 + steps)
        lines += [f"{symbol},{day},{close:.6f}" for day, close in zip(WEEKDAYS, closes, strict=True)]
    (tmp_path / "p.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "l.csv").write_text(LEDGER)
    listed = "".join(f"{symbol},{symbol},equity,EUR\n" for symbol in STEPS)
    (tmp_path / "i.csv").write_text(f"symbol,name,asset_class,currency\n{listed}")
    for words in (
        ("portfolio", "create", "one", "--currency", "EUR", "--benchmark", "IDX"),
        ("instruments", "import", str(tmp_path / "i.csv")),
        ("prices", "import", str(tmp_path / "p.csv")),
        ("import", str(tmp_path / "l.csv"), "--portfolio", "one"),
    ):
        done = dashboard(*words)
        assert done.status == 0, (words, done.out, done.err)
    return dashboard


def _finite(data: Any) -> bool:  # Any: parsed JSON
    return "NaN" not in json.dumps(data) and "Infinity" not in json.dumps(data)


def test_the_risk_of_a_portfolio_is_the_performances_with_all_its_parts(priced: CommandLine) -> None:
    asked = ("--from", "2024-01-03", "--to", "2024-03-29", "--json")
    performance = priced("performance", "one", *asked).data
    words = (
        "risk", "one", *asked, "--benchmark", "IDX", "--benchmark", "ALT", "--rolling", "20", "--matrix", "correlation",
        "--by", "holding",
    )  # fmt: skip
    found = priced(*words).data
    assert priced(*words).data == found
    assert found["risk"] == performance["risk"]
    assert set(found["risk"]) >= RISK
    assert found["risk"]["observations"] == 63
    absent = {name for name in RISK if found["risk"][name] is None}
    assert absent <= {"calmar", "max_drawdown_recovery"}
    assert any("calmar" in note["message"] for note in found["status"])
    assert [item["symbol"] for item in found["benchmarks"]] == ["IDX", "ALT"]
    assert found["benchmarks"][0]["beta"] == found["risk"]["beta"]
    factors = {item["symbol"]: item for item in found["regression"]["factors"]}
    assert factors["IDX"]["t_statistic"] > 5 > abs(factors["ALT"]["t_statistic"])
    assert found["regression"]["r_squared"] >= found["risk"]["r_squared"]
    own, against = found["rolling"]
    assert len(own["date"]) == len(own["volatility"]) == 63
    assert [value is None for value in own["sharpe"]] == [True] * 19 + [False] * 44
    assert (against["benchmark"], against["correlation"][-1] is not None) == ("IDX", True)
    assert found["matrix"]["symbols"] == ["AAA", "BBB"]
    assert found["matrix"]["values"][0][0] == 1.0
    held = found["holdings"]
    assert sum(item["component"] for item in held["items"]) == pytest.approx(held["volatility"])
    assert found["drawdowns"][0]["depth"] == found["risk"]["max_drawdown"]
    assert _finite(found)


def test_what_cannot_be_measured_compared_or_asked_is_named_and_says_why(priced: CommandLine) -> None:
    found = priced(
        "risk", "one", "--from", "2024-03-04", "--to", "2024-03-15", "--by", "holding", "--matrix", "covariance",
        "--rolling", "30", "--json",
    ).data  # fmt: skip
    assert found["risk"]["volatility"] is None
    assert found["risk"]["observations"] == 10
    assert found["holdings"]["volatility"] is None
    assert found["matrix"]["symbols"] == []
    messages = [note["message"] for note in found["status"] if note["code"] == "insufficient_data"]
    assert any("risk.volatility" in text and "Needs 20 returns, has 10" in text for text in messages)
    assert any("AAA is left out" in text for text in messages)
    assert any(text.startswith("rolling: Needs 30 returns, has 10") for text in messages)
    found = priced("risk", "one", "--to", "2024-03-29", "--benchmark", "NIX", "--benchmark", "ALT", "--json").data
    assert [item["symbol"] for item in found["benchmarks"]] == ["ALT"]
    assert ("benchmark_missing", "NIX") in {(note["code"], note["symbol"]) for note in found["status"]}
    refused = priced("risk", "one", "--rolling", "5", "--json")
    assert refused.status == 1
    assert "at least 20" in refused.data["error"]["message"]
    assert priced("risk", "nobody", "--json").status == 1
    assert priced("risk", "one", "--matrix", "identity").status == 2


def test_variants_name_themselves_the_reconciliation_sums_to_the_gain_and_both_read_as_text(
    priced: CommandLine,
) -> None:
    asked = ("performance", "one", "--from", "2024-01-02", "--to", "2024-03-29", "--variants")
    found = priced(*asked, "--json").data
    assert found["variants"]["net"]["returns"] == found["returns"]
    assert found["variants"]["net"]["gain"] == found["gain"]["total"]
    gains = {name: float(item["gain"]) for name, item in found["variants"].items()}
    net = gains["net"]
    assert gains["gross_of_fees"] - net == pytest.approx(9)
    assert gains["before_standing_fees"] - net == pytest.approx(4)
    assert gains["before_withholding_tax"] - net == pytest.approx(9)
    assert gains["gross"] - net == pytest.approx(18)
    assert gains["price_only"] - net == pytest.approx(18 - 60)
    for reading in ("grown", "steps"):
        total = sum(float(line["amount"]) for line in found["reconciliation"][reading])
        assert total == pytest.approx(float(found["gain"]["total"]))
    assert all(item["description"] for item in found["variants"].values())
    assert _finite(found)
    shown = priced(*asked)
    assert "Price and currency only" in shown.out
    assert shown.out.count("Total gain") == 3
    assert priced("performance", "one", "--by", "holding", "--variants").status == 2
    shown = priced(
        "risk", "one", "--to", "2024-03-29", "--rolling", "60", "--matrix", "covariance", "--by", "holding",
        "--benchmark", "IDX", "--benchmark", "ALT", "--currency", "EUR", "--risk-free", "0.02",
    )  # fmt: skip
    assert shown.status == 0, shown.err
    for word in ("volatility", "Against ALT", "Regression on all", "Last 60 returns", "Covariance", "component"):
        assert word in shown.out
    assert "nan" not in shown.out
