"""Bars within the day by command: fetched and written out as CSV and JSON."""

from __future__ import annotations

import csv
import io

from tests.days import days_ago
from tests.integration.cli.conftest import CommandLine

COIN = "BRYL-USD"


def test_bars_within_the_day_are_fetched_and_exported(dashboard: CommandLine) -> None:
    recently = str(days_ago(5))
    assert dashboard("prices", "refresh", COIN, "--from", recently).status == 0

    refreshed = dashboard("prices", "refresh", COIN, "--interval", "1h", "--json")
    again = dashboard("prices", "refresh", COIN, "--interval", "1h")
    exported = dashboard("prices", "export", COIN, "--interval", "1h")
    told = dashboard("prices", "export", COIN, "--interval", "1h", "--from", recently, "--json").data

    (series,) = refreshed.data["series"]
    assert (refreshed.status, series["state"]) == (0, "complete")
    assert series["rows"] >= 29 * 24
    assert again.status == 0
    rows = list(csv.DictReader(io.StringIO(exported.out)))
    assert len(rows) >= series["rows"]
    assert rows[0].keys() == {"symbol", "at", "close", "open", "high", "low", "volume", "currency"}
    assert (told["interval"], told["timezone"], told["reason"]) == ("1h", "UTC", None)
    assert told["at"][0] == f"{recently}T00:00:00+00:00"
    assert told["close"] == [row["close"] for row in rows[-len(told["close"]) :]]


def test_what_there_is_not_is_said(dashboard: CommandLine) -> None:
    recently = str(days_ago(5))
    dashboard("prices", "refresh", COIN, "--from", recently)

    empty = dashboard("prices", "export", COIN, "--interval", "5m")
    unknown = dashboard("prices", "refresh", "NOPE", "--interval", "5m")
    wrong = dashboard("prices", "refresh", COIN, "--interval", "7m")
    both = dashboard("prices", "refresh", COIN, "--interval", "5m", "--from", recently)

    assert (empty.status, empty.out.splitlines()) == (0, ["symbol,at,close,open,high,low,volume,currency"])
    assert "no bars within the day" in empty.err
    assert unknown.status != 0 and "NOPE" in unknown.err
    assert wrong.status == 2 and "7m" in wrong.err
    assert both.status == 2 and "exclude each other" in both.err
