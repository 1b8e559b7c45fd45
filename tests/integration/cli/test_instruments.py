"""Instruments on the command line: changed, renamed, merged, remapped, delisted, deleted, and priced by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

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


@pytest.fixture
def more_environment() -> dict[str, str]:
    """Filled by a test before its first command."""
    return {}


@pytest.fixture
def price_page() -> Iterator[str]:
    """The address of a CSV of closes on this machine, which wants a key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = self.headers.get("X-Key") == "open sesame"
            body = b"Day,Value\n2024-01-03,310000\n2024-01-04,311000\n" if allowed else b""
            self.send_response(200 if allowed else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/prices.csv"
    server.shutdown()
    server.server_close()


WORDS = ("--format", "csv", "--date", "Day", "--close", "Value", "--headers", "house")


def test_prices_come_from_an_address_of_its_own(
    dashboard: CommandLine, more_environment: dict[str, str], price_page: str
) -> None:
    more_environment |= {"URL_PROVIDER_ALLOW_PRIVATE": "1", "URL_HEADERS": "house=X-Key: open sesame"}
    made = dashboard("instruments", "add", "FLAT", "--currency", "EUR", "--asset-class", "other", "--json").data
    assert (made["state"], made["currency"]) == ("unresolved", "EUR")
    found = dashboard("instruments", "source", "FLAT", price_page, *WORDS, "--json").data
    assert (found["state"], found["provider"], found["last_close"]) == ("active", "url", "311000")
    assert found["source"]["headers"] == "house" and "sesame" not in str(found)
    assert dashboard("prices", "refresh", "FLAT", "--json").data["complete"] is True


def test_an_address_of_this_machine_is_refused_where_nobody_allows_it(dashboard: CommandLine, price_page: str) -> None:
    dashboard("instruments", "add", "FLAT", "--currency", "EUR")
    answer = dashboard("instruments", "source", "FLAT", price_page, *WORDS[:-2])
    assert (answer.status, "is not a public address" in answer.err) == (1, True)
    shown = dashboard("instruments", "show", "FLAT", "--json").data
    assert (shown["problem"]["code"], shown["last_close"]) == ("provider_refused", None)
    for url in ("file:///etc/passwd", "ftp://example.org/x", "http://user:pass@example.org/x", "https://"):
        assert "The address begins with" in dashboard("instruments", "source", "FLAT", url, *WORDS).err, url


def test_two_symbols_for_one_isin_are_told_on_both_and_merged(dashboard: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "instruments.csv"
    path.write_text(
        "symbol,currency,isin,sector\nSAP.DE,EUR,DE0007164600,Software\nSAP.F,EUR,DE0007164600,\nSAP,USD,DE0007164600,\n"
    )
    remarks = dashboard("instruments", "import", str(path), "--json").data["remarks"]
    assert [one["symbol"] for one in remarks] == ["SAP.DE", "SAP.F"]
    assert remarks[0]["reason"] == "SAP.F has the ISIN DE0007164600 too: merge them if they are one."
    shown = dashboard("instruments", "show", "SAP.DE", "--json").data
    assert (shown["same_isin"], shown["edited"]) == (["SAP.F"], ["isin", "sector"])
    assert dashboard("instruments", "merge", "SAP.F", "SAP.DE", "--yes").status == 0
    assert dashboard("instruments", "show", "SAP.DE", "--json").data["same_isin"] == []


def test_a_file_of_prices_that_fits_nothing_here_is_refused_with_row_and_column_or_symbol(
    dashboard: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("symbol,date,close,currency\nA,2024-01-02,10,USD\n")
    assert dashboard("prices", "import", str(file)).status == 0
    file.write_text("symbol,date,close,currency\nA,2024-01-03,11,EUR\nA,,12,USD\n")

    answer = dashboard("prices", "import", str(file))

    assert (answer.status, answer.out) == (1, "0 prices read, 0 new or changed, 2 left out.\n")
    assert "! row 3, date: is empty" in answer.err
    assert "! the file has A in EUR, but it is kept in USD" in answer.err
