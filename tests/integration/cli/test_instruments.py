"""Instruments on the command line: changed, renamed, merged, remapped, delisted, deleted, and priced by hand."""

from __future__ import annotations

from pathlib import Path

from tests.integration.cli.conftest import CommandLine


def import_closes(dashboard: CommandLine, tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"symbol,date,close\n{text}")
    answer = dashboard("prices", "import", str(path), "--currency", "EUR")
    assert answer.status == 0, answer.err


def test_fields_are_set_emptied_and_refused(dashboard: CommandLine, tmp_path: Path) -> None:
    import_closes(dashboard, tmp_path, "AAA,2024-01-02,5\n")
    words = ("--name", "A house", "--asset-class", "other", "--symbol-at", "alphavantage=AAA.DEX")
    found = dashboard("instruments", "edit", "AAA", *words, "--json").data
    assert (found["name"], found["asset_class"], found["symbols"]) == ("A house", "other", {"alphavantage": "AAA.DEX"})
    assert dashboard("instruments", "edit", "AAA", "--name", "", "--json").data["name"] == ""
    refused = dashboard("instruments", "edit", "AAA", "--currency", "USD")
    assert (refused.status, "it cannot become USD" in refused.err) == (1, True)
    assert dashboard("instruments", "edit", "AAA").status == 2
    assert "alphavantage" in dashboard("instruments", "show", "AAA").out


def test_a_merge_shows_what_it_does_and_asks(dashboard: CommandLine, tmp_path: Path) -> None:
    import_closes(dashboard, tmp_path, "OLD,2024-01-02,5\nOLD,2024-01-03,6\nNEW,2024-01-03,7\n")
    shown = dashboard("instruments", "merge", "OLD", "NEW", "--dry-run").out
    assert "1 of 2 prices are of days that NEW lacks" in shown
    assert "2024-01-03  6  stays 7" in shown and "Nothing was changed." in shown
    assert dashboard("instruments", "merge", "OLD", "NEW").status == 1  # nobody answered
    assert dashboard("instruments", "merge", "OLD", "NEW", "--yes", "--json").data["merged"] is True
    found = dashboard("instruments", "show", "NEW", "--json").data
    assert (found["former_symbols"], found["first_date"]) == (["OLD"], "2024-01-02")
    assert dashboard("instruments", "show", "OLD", "--json").data["error"]["code"] == "not_found"


def test_what_was_not_found_is_remapped_and_its_prices_come(dashboard: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "instruments.csv"
    path.write_text("symbol,currency\nNOVA,USD\nNIL,USD\n")
    dashboard("instruments", "import", str(path))
    hit = dashboard("instruments", "search", "a", "--json").data
    known = next(one["symbol"] for one in hit if one["source"] == "simulated" and one["currency"] == "USD")
    found = dashboard("instruments", "remap", "NOVA", known, "--json").data
    assert (found["symbol"], found["state"], found["provider_symbol"]) == ("NOVA", "active", known)
    assert found["first_date"] < "2020-01-01"
    lost = dashboard("instruments", "remap", "NIL", "NOTHING.XX")
    assert lost.status == 1 and "NOTHING.XX" in lost.err


def test_it_is_renamed_delisted_and_deleted(dashboard: CommandLine, tmp_path: Path) -> None:
    import_closes(dashboard, tmp_path, "AAA,2024-01-02,5\n")
    assert dashboard("instruments", "rename", "AAA", "BBB", "--json").data["former_symbols"] == ["AAA"]
    found = dashboard("instruments", "delist", "BBB", "2024-01-05", "--json").data
    assert (found["state"], found["delisted_on"], found["price_status"]) == ("delisted", "2024-01-05", "ok")
    assert dashboard("instruments", "delist", "BBB", "--undo", "--json").data["state"] == "active"
    assert dashboard("instruments", "delist", "BBB").status == 2
    assert dashboard("instruments", "delete", "BBB").status == 1  # nobody answered
    assert dashboard("instruments", "delete", "BBB", "--yes").out == "BBB is deleted.\n"


def test_prices_are_entered_and_taken_back(dashboard: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "instruments.csv"
    path.write_text("symbol,currency,asset_class\nFLAT,EUR,other\n")
    dashboard("instruments", "import", str(path))
    found = dashboard("prices", "set", "FLAT", "2024-01-02", "310000.5", "--json").data
    assert found == {"date": "2024-01-02", "price": "310000.5"}
    assert "FLAT,2024-01-02,310000.5," in dashboard("prices", "export", "FLAT").out
    report = dashboard("prices", "refresh", "FLAT", "--json").data
    assert report["series"][0]["reason"] == "its prices are entered by hand"
    assert dashboard("prices", "set", "FLAT", "2024-01-03", "--", "-5").status == 1
    assert dashboard("prices", "unset", "FLAT", "2024-01-02").status == 0
    assert dashboard("prices", "unset", "FLAT", "2024-01-02").status == 1
