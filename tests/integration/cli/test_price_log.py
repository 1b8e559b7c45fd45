"""The log of restatements on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.integration.cli.conftest import CommandLine


def take(dashboard: CommandLine, path: Path, *closes: float) -> None:
    rows = [f"A,2024-01-{day:02},{close},USD" for day, close in enumerate(closes, start=2)]
    path.write_text("\n".join(["symbol,date,close,currency", *rows]))
    assert dashboard("prices", "import", str(path)).status == 0


def test_a_file_that_changes_a_close_is_listed_with_both_values_and_what_waits_to_be_valued(
    dashboard: CommandLine, tmp_path: Path
) -> None:
    take(dashboard, tmp_path / "prices.csv", 10, 11, 12)
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("date,type,symbol,quantity,price,currency\n2024-01-02,buy,A,1,10,USD\n")
    assert dashboard("portfolio", "create", "Mine", "--currency", "USD", "--no-cash").status == 0
    assert dashboard("import", str(ledger), "--portfolio", "Mine").status == 0
    assert dashboard("prices", "log", "--json").data == []

    take(dashboard, tmp_path / "prices.csv", 10, 11.5, 12)
    (entry,) = dashboard("prices", "log", "A", "--portfolio", "Mine", "--json").data
    assert (entry["symbol"], entry["cause"], entry["source"], entry["count"]) == ("A", "corrected", "file", 1)
    assert entry["values"] == [{"date": "2024-01-03", "field": "close", "old": "11", "new": "11.5"}]
    (effect,) = entry["effects"]
    assert (effect["portfolio"]["name"], effect["recorded_at"]) == ("Mine", None)
    text = dashboard("prices", "log").out
    assert "2024-01-03  close                11 → 11.5" in text
    assert "Mine: not valued again yet" in text


def test_an_unknown_symbol_or_portfolio_is_refused(dashboard: CommandLine) -> None:
    assert dashboard("prices", "log", "NOWHERE").status == 1
    assert dashboard("prices", "log", "--portfolio", "Nobody").status == 1
    assert dashboard("prices", "log", "--since", "yesterday").status == 2
