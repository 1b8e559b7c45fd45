"""``dashboard actions``: what a ledger lacks is listed, booked, dismissed and ruled from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import ledger_file
from tests.integration.cli.conftest import CommandLine

LEDGER = """
    date        type     symbol  quantity  price  amount  currency  account
    2024-01-02  deposit  -       -         -      5000    EUR       A
    2024-01-03  buy      AAA     20        50     -       EUR       A
"""
FACTS = "symbol,date,amount,currency\nAAA,2024-02-09,0.24,EUR\nAAA,2024-05-10,0.25,EUR\n"
OWN = """
    date        type      symbol  amount  tax   currency  account
    2024-02-20  dividend  AAA     4.80    1.20  EUR       A
    2024-05-21  dividend  AAA     5.00    1.25  EUR       A
"""


@pytest.fixture
def due(dashboard: CommandLine, tmp_path: Path) -> Path:
    """A portfolio that is due two dividends, and the folder of its files."""
    (tmp_path / "ledger.csv").write_bytes(ledger_file(LEDGER))
    (tmp_path / "dividends.csv").write_text(FACTS)
    (tmp_path / "own.csv").write_bytes(ledger_file(OWN))
    assert dashboard("portfolio", "create", "Mine", "--currency", "EUR").status == 0
    assert dashboard("import", str(tmp_path / "ledger.csv"), "--portfolio", "Mine").status == 0
    assert dashboard("prices", "import", str(tmp_path / "dividends.csv")).status == 0
    return tmp_path


def test_what_is_due_is_listed_and_booked_once_and_the_persons_own_file_adds_the_rest(
    dashboard: CommandLine, due: Path
) -> None:
    listed = dashboard("actions", "Mine", "--json").data
    assert [(one["date"], one["amount"], one["state"]) for one in listed["proposals"]] == [
        ("2024-05-10", "5", "open"),
        ("2024-02-09", "4.8", "open"),
    ]
    booked = dashboard("actions", "Mine", "--accept", listed["proposals"][0]["id"], "--json").data
    assert len(booked["decided"]["transactions"]) == 1
    result = dashboard("import", str(due / "own.csv"), "--portfolio", "Mine", "--json").data
    assert (result["added"], result["duplicates"]) == (1, 1)
    (kept,) = result["kept_out"]
    assert (kept["row"], kept["verdict"]) == (2, "duplicate") and "proposal was accepted" in kept["reason"]
    assert dashboard("actions", "Mine", "--json").data["proposals"] == []
    counts = dashboard("actions", "Mine", "--all", "--json").data["counts"]
    assert (counts["accepted"], counts["booked"]) == (1, 1)


def test_a_row_that_stays_out_is_told_in_words(dashboard: CommandLine, due: Path) -> None:
    assert "Booked: 2." in dashboard("actions", "Mine", "--accept-all").out
    told = dashboard("import", str(due / "own.csv"), "--portfolio", "Mine")
    assert "! Row 1 stays out: 2024-02-20 dividend AAA" in told.err
    assert "The dividend of 2024-02-09 is booked already" in told.err
    assert "0 added, 2 duplicates, 0 left out." in told.out


def test_rates_rules_and_decisions_are_told_in_words(dashboard: CommandLine, due: Path) -> None:
    out = dashboard("actions", "Mine", "--withholding", "0.25", "--account", "A").out
    assert "Withheld: 0.25 of dividends in A." in out and "1.25" in out and "2 open" in out
    first = dashboard("actions", "Mine", "--json").data["proposals"][0]["id"]
    assert "Dismissed: 1." in dashboard("actions", "Mine", "--dismiss", first).out
    out = dashboard("actions", "Mine", "--rule", "accept").out
    assert "Rule: accept dividends of every instrument." in out and "1 accepted, 1 dismissed" in out
    assert "Opened again: 1." in dashboard("actions", "Mine", "--undo", first).out
    assert "Booked: 1." in dashboard("actions", "Mine", "--accept-all").out
    assert "2 accepted" in dashboard("actions", "Mine", "--rule", "none").out


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (("--accept", "nothing"), 1, "There is no proposal nothing"),
        (("--accept-all", "--rule", "ask"), 2, "Give one of"),
        (("--symbol", "AAA"), 2, "go with --rule"),
        (("--rule", "ask", "--symbol", "ZZZ"), 1, "There is no instrument ZZZ"),
        (("--withholding", "lots"), 2, "is not a share"),
        (("--withholding", "2"), 1, "it is a share, from 0 to 1"),
        (("--country", "Japan"), 2, "go with --withholding"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    dashboard: CommandLine, due: Path, words: tuple[str, ...], status: int, why: str
) -> None:
    answer = dashboard("actions", "Mine", *words)
    assert answer.status == status
    assert why in answer.err
