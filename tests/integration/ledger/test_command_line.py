"""The ledger from the command line: exit codes, JSON and messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.settings import Settings
from tests.factories import ledger_file

LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      AAA     10        100    -
    2024-01-32  buy      AAA     10        100    -
"""


@pytest.fixture(autouse=True)
def environment(settings: Settings, redis_client: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command finds this test's services in the environment, and its files in the working directory."""
    for name in ("database_url", "database_migration_url", "redis_url", "secret_key"):
        monkeypatch.setenv(name.upper(), getattr(settings, name).get_secret_value())
    monkeypatch.setenv("DASHBOARD_HOME", str(settings.dashboard_home))
    monkeypatch.chdir(tmp_path)
    Path("trades.csv").write_bytes(ledger_file(LEDGER))


class Shell:
    """Runs the command and remembers what it printed."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        captured = self._capfd.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    def json(self, *words: str) -> object:
        """What a command that succeeds prints with ``--json``."""
        status, output, error = self.run(*words, "--json")
        assert status == 0, (output, error)
        return json.loads(output)


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


def test_a_portfolio_is_made_filled_listed_exported_and_deleted(shell: Shell) -> None:
    made = shell.json("portfolio", "create", "Sample", "--currency", "EUR", "--method", "average", "--no-cash")
    assert isinstance(made, dict)
    assert (made["slug"], made["method"], made["track_cash"], made["owner"]) == ("sample", "average", False, None)
    done = shell.json("import", "trades.csv", "--portfolio", "sample", "--skip-errors")
    assert isinstance(done, dict)
    assert (done["added"], done["failed"], done["new_symbols"]) == (2, 1, ["AAA"])
    assert [(row["row"], row["column"]) for row in done["errors"]] == [(3, "date")]
    page = shell.json("transactions", "Sample", "--symbol", "AAA")
    assert isinstance(page, dict)
    assert [(row["type"], row["quantity"], row["amount"]) for row in page["transactions"]] == [("buy", "10", "1000")]
    status, _, message = shell.run("transactions", "sample", "--csv", "-o", "out.csv")
    assert (status, message) == (0, "Wrote out.csv.\n")
    again = shell.json("import", "--portfolio", "sample", "out.csv")
    assert isinstance(again, dict)
    assert (again["added"], again["duplicates"]) == (0, 2)
    assert shell.json("import", "undo", str(done["batch"])) == {"batch": done["batch"], "removed": 2}
    batches = shell.json("import", "list", "--portfolio", "sample")
    assert isinstance(batches, list)
    assert [(item["file"], item["undone_at"] is None) for item in batches] == [("trades.csv", False)]
    assert shell.json("portfolio", "delete", "sample", "--yes") == {"deleted": "sample"}
    assert shell.json("portfolio", "list") == []


def test_a_dry_run_prints_verdicts_and_writes_nothing(shell: Shell) -> None:
    shell.json("portfolio", "create", "Sample", "--currency", "EUR")
    found = shell.json("import", "trades.csv", "--portfolio", "sample", "--dry-run")
    assert isinstance(found, dict)
    assert (found["new"], found["duplicate"], found["error"]) == (2, 0, 1)
    assert found["rows"][2]["reason"] == "There is no day 2024-01-32."
    status, output, _ = shell.run("import", "trades.csv", "--portfolio", "sample", "--dry-run")
    assert (status, output.splitlines()[-1]) == (0, "2 new, 0 duplicate, 1 error; nothing was written.")
    page = shell.json("transactions", "sample")
    assert isinstance(page, dict)
    assert page["total"] == 0


def test_a_refusal_is_exit_1_with_one_sentence_or_its_json(shell: Shell) -> None:
    shell.json("portfolio", "create", "Sample", "--currency", "EUR")
    status, output, message = shell.run("import", "trades.csv", "--portfolio", "sample")
    assert (status, output) == (1, "")
    assert message.startswith("Error: 1 of 3 rows cannot be imported, so none was. Row 3, date: There is no day")
    status, output, _ = shell.run("transactions", "nothing", "--json")
    assert (status, json.loads(output)["error"]["code"]) == (1, "not_found")
    status, _, message = shell.run("portfolio", "create", "Other", "--currency", "XYZ")
    assert (status, message) == (1, "Error: 'XYZ' is not a currency; give its three letters, such as EUR or USD.\n")


def test_wrong_usage_is_exit_2(shell: Shell) -> None:
    for words in (
        ("import", "missing.csv", "--portfolio", "sample"),
        ("import", "trades.csv"),
        ("import", "undo", "one"),
        ("portfolio", "create", "Sample"),
        ("portfolio", "delete", "sample"),
        ("transactions", "sample", "--csv", "--json"),
        ("transactions", "sample", "-o", "out.csv"),
    ):
        assert shell.run(*words)[0] == 2, words


def test_a_ledger_goes_to_standard_output_as_a_table_or_a_file(shell: Shell) -> None:
    shell.json("portfolio", "create", "Sample", "--currency", "EUR")
    status, _, message = shell.run("import", "trades.csv", "--portfolio", "sample", "--skip-errors")
    assert status == 0
    assert "Row 3: date: There is no day 2024-01-32." in message
    _, table, _ = shell.run("transactions", "sample")
    assert [line.split()[:4] for line in table.splitlines()[1:2]] == [["2024-01-03", "buy", "AAA", "10"]]
    assert table.splitlines()[-1] == "2 of 2 transactions"
    _, text, _ = shell.run("transactions", "sample", "--csv")
    assert text.splitlines()[1].startswith("2024-01-02,deposit,,,,EUR,,,5000,")


EVERY_TYPE = """
    date       type        symbol quantity price target_symbol ratio cost_fraction lot_ids external_id acquired   cost
    2024-01-03 buy         AAA    10       100   -             -     -             -       L1          -          -
    2024-01-04 transfer_in AAA    5        -     -             -     -             -       -           2019-05-06 250
    2024-01-05 spin_off    AAA    -        -     KID           0.5   0.2           -       -           -          -
    2024-01-08 sell        AAA    2        110   -             -     -             L1      -           -          -
"""


def test_every_column_comes_back_as_json_as_a_table_and_as_a_file(shell: Shell) -> None:
    Path("every.csv").write_bytes(ledger_file(EVERY_TYPE))
    shell.json("portfolio", "create", "Sample", "--currency", "EUR", "--method", "specific")
    _, output, _ = shell.run("import", "every.csv", "--portfolio", "sample", "--dry-run")
    assert "     3  new        2024-01-05 spin_off AAA → KID × 0.5 EUR (new instrument)" in output.splitlines()
    shell.json("import", "every.csv", "--portfolio", "sample")
    page = shell.json("transactions", "sample")
    assert isinstance(page, dict)
    sold, spun, moved, bought = page["transactions"]
    assert (spun["target_symbol"], spun["ratio"], spun["cost_fraction"]) == ("KID", "0.5", "0.2")
    assert (moved["acquired"], moved["cost"], sold["lot_ids"]) == ("2019-05-06", "250", ["L1"])
    assert (bought["accrued"], bought["fee_currency"], bought["lot_ids"]) == (None, None, [])
    _, table, _ = shell.run("transactions", "sample", "--type", "spin_off")
    assert table.splitlines()[1].split() == ["2024-01-05", "spin_off", "AAA", "→", "KID", "×", "0.5", "EUR"]
    shell.run("transactions", "sample", "--csv", "-o", "out.csv")
    shell.json("portfolio", "create", "Copy", "--currency", "EUR")
    assert shell.json("import", "out.csv", "--portfolio", "copy")["added"] == 4  # type: ignore[index]  # a mapping
    assert shell.run("transactions", "copy", "--csv")[1].encode() == Path("out.csv").read_bytes()


def test_a_portfolio_is_counted_anew_after_an_edit(shell: Shell) -> None:
    made = shell.json("portfolio", "create", "Sample", "--currency", "EUR", "--method", "hifo", "--allow-shorts")
    assert isinstance(made, dict)
    assert (made["method"], made["allow_shorts"]) == ("hifo", True)
    edited = shell.json(
        "portfolio", "edit", "sample", "--method", "lifo", "--no-shorts", "--benchmark", "ACWI", "--no-cash"
    )
    assert isinstance(edited, dict)
    assert [edited[name] for name in ("method", "allow_shorts", "benchmark", "track_cash")] == [
        "lifo",
        False,
        "ACWI",
        False,
    ]
    status, output, _ = shell.run("portfolio", "edit", "sample", "--cash", "--allow-shorts", "--benchmark", "")
    assert (status, output) == (0, "Sample: lifo, cash tracked, shorts allowed.\n")
    assert shell.run("portfolio", "edit", "sample")[0] == 2
    assert shell.run("portfolio", "edit", "sample", "--method", "random")[0] == 2
    assert shell.run("portfolio", "edit", "nothing", "--method", "fifo")[0] == 1


def test_instruments_of_a_portfolio_are_tagged(shell: Shell) -> None:
    shell.json("portfolio", "create", "Sample", "--currency", "EUR")
    shell.json("import", "trades.csv", "--portfolio", "sample", "--skip-errors")
    assert shell.json("portfolio", "tag", "sample", "AAA", "core") == {
        "portfolio": "sample",
        "symbol": "AAA",
        "tags": ["core"],
    }
    _, output, _ = shell.run("portfolio", "tag", "sample", "aaa", "long term")
    assert output == "aaa in Sample: core, long term.\n"
    shell.run("portfolio", "tag", "sample", "AAA", "core", "--remove")
    status, _, message = shell.run("portfolio", "tag", "sample", "AAA", "core", "--remove")
    assert (status, message) == (1, "Error: AAA has no tag core.\n")
    status, _, message = shell.run("portfolio", "tag", "sample", "ZZZ", "core")
    assert (status, message) == (1, "Error: There is no instrument ZZZ.\n")
