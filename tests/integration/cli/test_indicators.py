"""Indicators on the command line, over prices that were imported as traded."""

from __future__ import annotations

import numpy as np
import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.services import market_data
from tests.days import today
from tests.integration.cli.conftest import CommandLine
from tests.market_pages import make_market

REFUSED = (
    (("AAA", "sma", "--length", "0"), "length must be a whole number from 2 to 1000, not 0"),
    (("AAA", "sma", "--length", "ten"), "not ten"),
    (("AAA", "sma", "--width", "2"), "has no parameter width"),
    (("AAA", "macd", "--fast", "30"), "slow average must be longer"),
    (("AAA", "nonsense"), "There is no indicator nonsense"),
    (("ZZZ", "sma"), "There is no instrument ZZZ"),
)
CLOSES_ONLY = b"symbol,date,close\nDDD,2024-01-02,10\nDDD,2024-01-03,11\nDDD,2024-01-04,12\n"


@pytest.fixture
def market(app_context: Flask) -> None:
    """AAA, BBB with a split, and DDD of which only closes are known."""
    make_market(today())
    market_data.import_prices(SYSTEM, CLOSES_ONLY, "ddd.csv", currency="EUR")
    db.session.remove()


@pytest.mark.usefixtures("market")
def test_an_average_is_of_split_adjusted_closes_and_warmed_up_before_the_period(dashboard: CommandLine) -> None:
    whole = dashboard("indicators", "BBB", "sma", "--length", "20", "--json").data
    dates, line = whole["series"]["date"], whole["series"]["sma"]
    closes = market_data.bars("BBB").close
    db.session.remove()
    assert line[:19] == [None] * 19
    assert float(line[310]) == pytest.approx(np.mean(closes[291:311]))
    assert (whole["indicator"], whole["pane"], whole["parameters"]) == ("sma", "overlay", {"length": 20})
    part = dashboard("indicators", "BBB", "sma", "--length", "20", "--from", dates[100], "--to", dates[110], "--json")
    assert part.data["series"] == {"date": dates[100:111], "sma": line[100:111]}


@pytest.mark.usefixtures("market")
def test_a_table_shows_the_last_days_of_every_line(dashboard: CommandLine) -> None:
    answer = dashboard("indicators", "AAA", "macd")
    assert answer.status == 0
    assert "MACD 12, 26, 9" in answer.out
    assert "histogram" in answer.out
    assert len(answer.out.strip().splitlines()) == 23
    assert "nan" not in answer.out.lower()


@pytest.mark.usefixtures("market")
def test_what_cannot_be_computed_is_null_with_a_reason(dashboard: CommandLine) -> None:
    few = dashboard("indicators", "DDD", "sma", "--length", "50", "--json").data
    assert few["series"]["sma"] == [None, None, None]
    assert few["status"][0]["code"] == "insufficient_data"
    assert "more bars than the 3" in few["status"][0]["message"]
    ranges = dashboard("indicators", "DDD", "atr", "--length", "1", "--json").data
    assert ranges["series"]["atr"] == [None, None, None]
    assert "needs high and low" in ranges["status"][0]["message"]


@pytest.mark.usefixtures("market")
def test_what_is_wrong_is_refused_in_a_sentence(dashboard: CommandLine) -> None:
    for words, reason in REFUSED:
        answer = dashboard("indicators", *words)
        assert answer.status == 1, (words, answer.err)
        assert reason in answer.err, (words, answer.err)
        assert "Traceback" not in answer.err
