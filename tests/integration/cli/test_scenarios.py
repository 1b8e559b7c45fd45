"""Scenarios and rebalancing on the command line, over a ledger and prices that were imported."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.domain.rebalancing import TradingRules, parse_targets
from dashboard.results import scenarios as wire
from dashboard.services import market_data, rebalancing
from tests.days import days_ago
from tests.factories import make_portfolio
from tests.integration.cli.conftest import CommandLine

REFUSED = (
    (("scenario", "Mine", "stress", "1929"), 1, "There are: 1987"),
    (("scenario", "Mine", "stress", "--from", "2020-02-02"), 2, "go together"),
    (("scenario", "Mine", "shock", "AAA=lots"), 1, "such as -20%"),
    (("scenario", "Mine", "shock", "ZZZ=-5%"), 1, "Nothing is held of the instrument ZZZ"),
    (("scenario", "Mine", "shock", "market=-5%"), 1, "needs a benchmark"),
    (("scenario", "Mine", "shock", "currency:EUR=5%"), 1, "against itself"),
    (("scenario", "Mine", "shock", "AAA=-150%"), 1, "100 % or more"),
    (("scenario", "Mine", "simulate", "--years", "0"), 1, "between 0 and 80 years"),
    (("scenario", "Mine", "simulate", "--block", "100000"), 1, "A block must have"),
    (("scenario", "Other", "stress"), 1, "Other"),
    (("rebalance", "Mine"), 2, "Give targets"),
    (("rebalance", "Mine", "AAA=90%", "BND=20%"), 1, "sum to 110"),
    (("rebalance", "Mine", "ZZZ=10%"), 1, "There is no instrument ZZZ"),
    (("rebalance", "Mine", "AAA=10%", "--min-trade", "much"), 1, "is an amount"),
)
NO_TARGETS = (
    (b"AAA,0.5\n", "needs the header"),
    (b"symbol,weight\nAAA\n", "Row 1"),
    (b"symbol,weight\nAAA,=1+1\n", "A weight is a number"),
    (bytes(range(256)), "no CSV in UTF"),
    (b"", "needs the header"),
    (b"symbol,weight\n" * 100_000, "larger than"),
)
INSTRUMENTS = (
    b"symbol,name,asset_class,currency\nAAA,Stock,equity,EUR\nUSD1,Dollar stock,equity,USD\nBND,Bond,bond,EUR\n"
)


def closes(symbol: str, first: float, seed: int, last: float) -> bytes:
    """Three years of weekday closes that end at ``last``; the pandemic's two ends for all but BND."""
    days = [days_ago(back) for back in range(1000, 0, -1)]
    days = [day for day in days if day.weekday() < 5]
    steps = np.cumsum(np.random.default_rng(seed).normal(0.0003, 0.01, len(days)))
    levels = last * np.exp(steps - steps[-1])
    rows = [f"{symbol},{day},{level:.4f}" for day, level in zip(days, levels, strict=True)]
    old = [] if symbol == "BND" else [f"{symbol},2020-02-19,{first}", f"{symbol},2020-03-23,{first * 0.6}"]
    return "\n".join(["symbol,date,close", *old, *rows]).encode()


@pytest.fixture
def ledger(app_context: Flask) -> None:
    """10,000 of AAA in two lots, 5,000 euro worth of USD1, 4,000 of BND and 1,000 of cash."""
    market_data.import_instruments(SYSTEM, INSTRUMENTS, "instruments.csv")
    for seed, (symbol, last) in enumerate({"AAA": 100.0, "USD1": 50.0, "BND": 40.0}.items()):
        market_data.import_prices(SYSTEM, closes(symbol, 80.0, seed, last), f"{symbol}.csv")
    rates = ["base,quote,date,rate", "EUR,USD,2020-02-19,1.08", "EUR,USD,2020-03-23,1.08"]
    rates += [f"EUR,USD,{days_ago(back)},1.25" for back in range(1000, 0, -1)]
    market_data.import_prices(SYSTEM, "\n".join(rates).encode(), "rates.csv")
    old, new = _weekday(days_ago(800)), _weekday(days_ago(100))
    make_portfolio(
        name="Mine",
        ledger=f"""
        date    type     symbol  quantity  price  amount  currency  cash_currency  fx_rate
        {old}   deposit  -       -         -      19000   EUR       -              -
        {old}   buy      AAA     60        40     -       EUR       -              -
        {new}   buy      AAA     40        140    -       EUR       -              -
        {new}   buy      USD1    125       40     -       USD       EUR            0.8
        {new}   buy      BND     100       50     -       EUR       -              -
        {new}   withdrawal -     -         -      1000    EUR       -              -
        """,
    )
    db.session.remove()


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


@pytest.mark.usefixtures("ledger")
def test_a_window_is_replayed_and_what_was_not_there_is_named(dashboard: CommandLine) -> None:
    found = dashboard("scenario", "Mine", "stress", "2020", "--json").data
    window = found["windows"][0]
    lines = {line["symbol"]: line for line in window["holdings"]}
    assert (window["code"], window["from"], window["to"]) == ("2020", "2020-02-19", "2020-03-23")
    assert lines["AAA"]["return"] == pytest.approx(-0.4)
    assert lines["AAA"]["change"] == "-4000"
    assert float(lines["USD1"]["change"]) == pytest.approx(-0.4 * 5000)
    assert lines["EUR"]["change"] == "0"
    assert lines["BND"]["change"] is None and "no close of 2020-02-19" in lines["BND"]["reason"]
    assert window["change"] is None and window["covered_change"] == "-6000"
    assert window["state"] == "insufficient_data"
    told = dashboard("scenario", "Mine", "stress", "2020", "--proxy", "bond=AAA", "--json").data["windows"][0]
    assert told["state"] == "estimated"
    assert float(told["change"]) == pytest.approx(-7600)


@pytest.mark.usefixtures("ledger")
def test_shocks_change_what_they_name(dashboard: CommandLine) -> None:
    found = dashboard("scenario", "Mine", "shock", "AAA=-10%", "class:equity=-0.2", "currency:USD=10%", "--json").data
    changes = {line["symbol"]: float(line["change"]) for line in found["holdings"]}
    assert changes == pytest.approx({"AAA": -1000, "USD1": 5000 * (0.8 * 1.1 - 1), "BND": 0, "EUR": 0})
    assert float(found["change"]) == pytest.approx(sum(changes.values()))
    market = dashboard("scenario", "Mine", "shock", "market=-20%", "--benchmark", "AAA", "--json").data
    betas = {line["symbol"]: line["return"] / -0.2 for line in market["holdings"]}
    assert betas["AAA"] == pytest.approx(1.0)
    assert abs(betas["BND"]) < 0.3


@pytest.mark.usefixtures("ledger")
def test_a_simulation_is_the_same_for_the_same_seed(dashboard: CommandLine) -> None:
    words = ("scenario", "Mine", "simulate", "--years", "0.5", "--years", "1", "--paths", "300", "--json")
    one, again = dashboard(*words).data, dashboard(*words).data
    other = dashboard(*words, "--seed", "2").data
    assert one == again
    assert one["horizons"] != other["horizons"]
    assert [horizon["periods"] for horizon in one["horizons"]] == [126, 252]
    values = [float(value) for value in one["horizons"][1]["percentiles"].values()]
    assert values == sorted(values) and values[0] > 0
    assert float(one["start_value"]) == pytest.approx(20_000, rel=0.01)
    own = dashboard(*words, "--source", "portfolio", "--contribution", "100").data
    assert float(own["horizons"][1]["put_in"]) == pytest.approx(float(own["start_value"]) + 1200)


@pytest.mark.usefixtures("ledger")
def test_trades_restore_the_targets_and_close_losing_lots_first(dashboard: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("symbol,weight\nAAA,40%\nUSD1,0.3\nBND,0.25\n")
    found = dashboard("rebalance", "Mine", "--targets", str(file), "--json").data
    trades = {trade["symbol"]: trade for trade in found["trades"]}
    assert (found["total"], found["cash_before"]) == ("20000", "1000")
    assert (trades["AAA"]["side"], trades["AAA"]["quantity"]) == ("sell", "20")
    assert (trades["USD1"]["quantity"], trades["USD1"]["amount"]) == ("25", "1250")
    assert (trades["BND"]["side"], trades["BND"]["quantity"]) == ("buy", "25")
    lot = trades["AAA"]["lots"][0]
    assert (lot["quantity"], lot["gain"], lot["long_term"]) == ("20", "-800", False)
    assert found["realized"] == "-800"
    signed = {name: Decimal(one["value"]) * (1 if one["side"] == "buy" else -1) for name, one in trades.items()}
    assert Decimal(found["cash_after"]) == Decimal(found["cash_before"]) - sum(signed.values()) == Decimal(1000)
    weights = {drift["key"]: drift["weight_after"] for drift in found["drifts"]}
    assert weights == pytest.approx({"AAA": 0.4, "USD1": 0.3, "BND": 0.25, "cash": 0.05})


@pytest.mark.usefixtures("ledger")
def test_groups_minimum_and_cash_only(dashboard: CommandLine) -> None:
    found = dashboard(
        "rebalance", "Mine", "equity=50%", "bond=50%", "--by", "asset_class", "--cash-only", "--json"
    ).data
    assert [(trade["symbol"], trade["side"], trade["value"]) for trade in found["trades"]] == [("BND", "buy", "1000")]
    assert found["cash_after"] == "0"
    none = dashboard("rebalance", "Mine", "AAA=51%", "USD1=24%", "BND=20%", "--min-trade", "250")
    assert none.status == 0 and "Nothing to trade." in none.out
    table = dashboard("rebalance", "Mine", "AAA=40%", "--keep-others")
    assert "Sell AAA" in table.out and "lot of" in table.out and "Traceback" not in table.err


@pytest.mark.usefixtures("ledger")
def test_what_is_wrong_is_refused_in_a_sentence(dashboard: CommandLine) -> None:
    for words, status, reason in REFUSED:
        answer = dashboard(*words)
        assert answer.status == status, (words, answer.err)
        assert reason in answer.err, (words, answer.err)
        assert "Traceback" not in answer.err


def test_a_file_that_is_no_list_of_targets_is_refused(
    app_context: Flask, dashboard: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "targets.csv"
    for data, reason in NO_TARGETS:
        file.write_bytes(data)
        answer = dashboard("rebalance", "Mine", "--targets", str(file))
        assert answer.status == 1 and reason in answer.err, (data[:20], answer.err)


@pytest.mark.usefixtures("app_context")
def test_what_was_bought_on_a_day_without_a_rate_is_sold_at_a_gain_that_nobody_knows() -> None:
    closes = f"symbol,date,close,currency\nUSD1,{days_ago(9)},40,USD\n".encode()
    market_data.import_prices(SYSTEM, closes, "prices.csv")
    market_data.import_prices(SYSTEM, f"base,quote,date,rate\nEUR,USD,{days_ago(5)},1.25\n".encode(), "rates.csv")
    early = f"date type symbol quantity price currency\n{days_ago(9)} buy USD1 10 40 USD"
    portfolio = make_portfolio(track_cash=False, ledger=early)
    report = rebalancing.rebalancing(SYSTEM, portfolio.id, parse_targets([("USD1", "50%")]), TradingRules())
    (trade,) = report.rebalancing.trades
    assert trade.quantity == -5
    assert trade.realized.is_nan()
    assert ("undefined", "USD1") in [(one.code, one.symbol) for one in report.status]
    assert wire.rebalancing(report)["realized"] is None
