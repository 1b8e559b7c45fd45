"""Prices on the command line: Yahoo's download, what is wrong with it, and what is decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import CommandLine

MARKET = Path(__file__).parents[4] / "shared" / "market"
KEYS = {"symbol", "date", "kind", "value", "suggested", "reason", "state"}
HEADER = "Datetime,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """A download of forty days in pounds, three of them in pence."""
    rows = []
    for place in range(40):
        close = (5 + place % 7 / 20) * (100 if place in (10, 11, 25) else 1)
        prices = ",".join(str(price) for price in (close, close * 1.01, close * 0.99, close, close))
        day = f"2024-{1 + place // 20:02}-{1 + place % 20:02}"
        rows.append(f"{day} 00:00:00+00:00,{prices},1000,0.0,0.0")
    path = tmp_path / "download.csv"
    path.write_text("\n".join([HEADER, *rows]))
    return path


def take(dashboard: CommandLine, path: Path, symbol: str = "X.L", currency: str = "GBP") -> None:
    words = ("prices", "import", str(path), "--format", "yahoo", "--symbol", symbol, "--currency", currency)
    answer = dashboard(*words)
    assert answer.status == 0, answer.err


def test_a_download_is_checked_listed_and_repaired(dashboard: CommandLine, download: Path) -> None:
    take(dashboard, download)
    listed = [row for row in dashboard("prices", "check", "X.L", "--json").data if row["kind"] == "scale"]
    assert [(row["date"], row["state"]) for row in listed] == [
        ("2024-01-11", "quarantined"),
        ("2024-01-12", "quarantined"),
        ("2024-02-06", "quarantined"),
    ]
    assert set(listed[0]) >= KEYS
    assert (float(listed[0]["value"]), float(listed[0]["suggested"])) == pytest.approx((515.0, 5.15))
    assert "2024-01-11" not in dashboard("prices", "export", "X.L").out

    decided = dashboard("prices", "check", "--repair", str(listed[0]["id"]), "--all", "--json").data
    assert [row["state"] for row in decided] == ["repaired"] * 3
    assert "X.L,2024-01-11,5.15," in dashboard("prices", "export", "X.L").out
    assert {row["state"] for row in dashboard("prices", "check", "--json").data if row["kind"] == "scale"} == {
        "repaired"
    }


def test_a_series_without_a_second_source_is_told_and_checked_all_the_same(
    dashboard: CommandLine, download: Path
) -> None:
    take(dashboard, download)
    answer = dashboard("prices", "check", "X.L", "--second", "--json")
    assert answer.status == 1
    assert {row["kind"] for row in answer.data} >= {"scale"}
    assert "X.L: " in answer.err
    assert dashboard("prices", "check", "--second", "--accept", "1").status == 2


def test_an_accepted_value_counts_as_it_came(dashboard: CommandLine, download: Path) -> None:
    take(dashboard, download)
    first = dashboard("prices", "check", "--json").data[0]
    answer = dashboard("prices", "check", "--accept", str(first["id"]))
    assert (answer.status, "accepted" in answer.out) == (0, True)
    assert "X.L,2024-01-11,515," in dashboard("prices", "export", "X.L").out


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("--accept", "99"), 1, "There is no finding 99"),
        (("NOBODY",), 1, "There is no instrument NOBODY"),
        (("--accept", "1", "--repair", "1"), 2, "exclude each other"),
        (("--all",), 2, "goes with"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    dashboard: CommandLine, words: tuple[str, ...], status: int, message: str
) -> None:
    answer = dashboard("prices", "check", *words)
    assert (answer.status, message in answer.err) == (status, True), answer.err


@pytest.mark.skipif(not MARKET.exists(), reason="the market data for development are not here")
@pytest.mark.parametrize(
    ("name", "currency", "kind", "count"),
    [
        ("AET-L-1d-100x-error", "GBP", "scale", 14),
        ("ALPHA-PA-1d-bad-stock-split", "EUR", "split", 1),
        ("NVT-L-1d-bad-div", "GBP", "dividend", 1),
        ("TENT-L-1d-bad-div", "GBP", "dividend", 11),
    ],
)
def test_what_was_really_served_wrong_is_listed(
    dashboard: CommandLine, name: str, currency: str, kind: str, count: int
) -> None:
    take(dashboard, MARKET / "dirty" / f"{name}.csv", "BAD", currency)
    found = [row for row in dashboard("prices", "check", "BAD", "--json").data if row["kind"] == kind]
    assert [row["state"] for row in found] == ["quarantined"] * count
    assert all(row["suggested"] and row["reason"] for row in found)
