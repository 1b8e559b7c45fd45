"""``dashboard watchlist``: lists are made, filled, shown and deleted from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.days import days_ago
from tests.integration.cli.conftest import CommandLine


@pytest.fixture
def owned(dashboard: CommandLine, tmp_path: Path) -> None:
    """An administrator who owns what is made, and two prices."""
    prices = f"symbol,date,close,currency\nAAA,{days_ago(2)},100,EUR\nAAA,{days_ago(1)},125,EUR\n"
    (tmp_path / "prices.csv").write_text(prices)
    words = ("user", "create", "a@example.org", "--role", "admin", "--password-stdin")
    assert dashboard(*words, stdin="an honest sentence of words\n").status == 0
    assert dashboard("prices", "import", str(tmp_path / "prices.csv")).status == 0


@pytest.mark.usefixtures("owned")
def test_a_list_is_made_filled_shown_and_deleted(dashboard: CommandLine) -> None:
    assert dashboard("watchlist", "create", "Tech", "aaa").out == "Tech: AAA\n"
    added = dashboard("watchlist", "add", "tech", "NEW", "BBB", "--json").data
    assert [item["symbol"] for item in added["items"]] == ["AAA", "NEW", "BBB"]
    assert dashboard("watchlist", "remove", "Tech", "NEW").out == "Tech: AAA BBB\n"
    assert "Tech" in dashboard("watchlist", "list").out
    (listed,) = dashboard("watchlist", "list", "--json").data
    assert (listed["name"], listed["owner"]) == ("Tech", "a@example.org")
    shown = dashboard("watchlist", "show", "Tech", "--json").data["items"]
    assert [(item["symbol"], item["last_close"], item["change_pct"]) for item in shown] == [
        ("AAA", "125", 0.25),
        ("BBB", None, None),
    ]
    text = dashboard("watchlist", "show", "Tech")
    assert "+25.00%" in text.out and "BBB has not been looked up yet" in text.err
    assert dashboard("watchlist", "remove", "Tech", "--all").out == "The watchlist Tech is deleted.\n"
    assert dashboard("watchlist", "list", "--json").data == []


def test_without_a_user_or_a_list_the_reason_is_told(dashboard: CommandLine) -> None:
    answer = dashboard("watchlist", "create", "Tech")
    assert (answer.status, "there is no user yet" in answer.err) == (1, True)
    answer = dashboard("watchlist", "show", "Tech")
    assert (answer.status, "There is no watchlist Tech" in answer.err) == (1, True)
    assert dashboard("watchlist", "remove", "Tech").status == 2
