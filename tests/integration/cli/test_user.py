"""``dashboard user``: made, listed, disabled, reset; refused with a reason."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from dashboard.cli import main
from dashboard.settings import Settings

EMAIL, PASSWORD = "analyst@example.org", "an honest sentence of words"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as a shell would; answers its status and what it printed."""
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda _cls: settings))

    def call(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(["user", *words])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_the_first_user_is_an_administrator_and_the_next_is_not(run: Run) -> None:
    status, out, _ = run("create", "Analyst@Example.org", "--password-stdin", stdin=PASSWORD + "\n")
    assert (status, out) == (0, "Made analyst@example.org, admin.\n")
    status, out, _ = run("create", "second@example.org", "--password-stdin", "--json", stdin=PASSWORD)
    assert (status, json.loads(out)["role"]) == (0, "user")
    listed = json.loads(run("list", "--json")[1])
    assert [(user["email"], user["role"], user["disabled_at"]) for user in listed] == [
        (EMAIL, "admin", None),
        ("second@example.org", "user", None),
    ]


def test_what_cannot_be_is_refused_with_a_reason(run: Run) -> None:
    assert run("create", EMAIL, "--password-stdin", stdin="short\n")[0] == 1
    status, _, err = run("create", "nonsense", "--password-stdin", stdin=PASSWORD)
    assert status == 1 and "nonsense is not an e-mail address" in err
    assert run("create", EMAIL, "--password-stdin", stdin=PASSWORD)[0] == 0
    status, out, _ = run("create", EMAIL, "--password-stdin", "--json", stdin=PASSWORD)
    assert status == 1 and json.loads(out)["error"]["code"] == "conflict"
    status, _, err = run("disable", "nobody@example.org")
    assert status == 1 and "There is no user nobody@example.org" in err


def test_without_a_terminal_the_password_must_be_passed(run: Run) -> None:
    status, _, err = run("create", EMAIL)
    assert status == 2 and "--password-stdin" in err


def test_a_disabled_user_is_let_in_again_by_a_reset(run: Run) -> None:
    run("create", EMAIL, "--password-stdin", stdin=PASSWORD)
    assert run("disable", EMAIL)[0] == 0
    assert json.loads(run("list", "--json")[1])[0]["disabled_at"] is not None
    assert run("reset-password", EMAIL, "--password-stdin", stdin="another honest sentence\n")[0] == 0
    assert json.loads(run("list", "--json")[1])[0]["disabled_at"] is None
