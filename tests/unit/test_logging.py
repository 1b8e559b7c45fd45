"""Logs carry what operators need, in one form, and nothing secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dashboard.observability.logging import HIDDEN, configure_logging, known_secrets, logger
from dashboard.settings import Settings

PASSWORD = "hunter22-but-longer"


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def settings(**values: object) -> Settings:
    """Settings with a password in an address and a key."""
    return Settings.build(
        database_url=f"postgresql://basis:{PASSWORD}@db/basis", secret_key="k" * 20 + "ey0123456789abcdef", **values
    )


def line(stream: io.StringIO) -> dict[str, Any]:  # Any: parsed JSON
    """The last line that was logged as JSON."""
    found: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return found


@pytest.fixture
def stream() -> io.StringIO:
    """Where JSON logs go in these tests."""
    out = io.StringIO()
    configure_logging(settings(log_format="json"), out)
    return out


def test_a_line_says_when_where_how_bad_and_for_which_request(stream: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="abc12345")
    logger("dashboard.services").warning("prices.stale", symbol="ACME")
    found = line(stream)
    assert found["timestamp"].endswith("Z")
    assert {key: found[key] for key in ("event", "level", "logger", "request_id", "symbol")} == {
        "event": "prices.stale", "level": "warning", "logger": "dashboard.services", "request_id": "abc12345",
        "symbol": "ACME",
    }  # fmt: skip


def test_lines_of_libraries_have_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("some.library").error("failed for %s", "ACME")
    assert line(stream)["event"] == "failed for ACME"


@pytest.mark.parametrize(
    "name", ["password", "new_password", "secret_key", "api_key", "Authorization", "cookie", "otp"]
)
def test_a_value_under_a_secret_name_is_hidden(stream: io.StringIO, name: str) -> None:
    logger("x").info("event", **{name: "value-of-it"}, nested={name: "value-of-it"}, listed=[{name: "value-of-it"}])
    assert "value-of-it" not in stream.getvalue()
    assert line(stream)[name] == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        f"cannot reach postgresql://basis:{PASSWORD}@db/basis",
        "redis://:another-password@cache:6379/0 is away",
        f"password authentication failed, tried {PASSWORD}",
        "sent Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc-def",
    ],
)
def test_secrets_inside_texts_are_hidden_wherever_they_come_from(stream: io.StringIO, text: str) -> None:
    logger("x").info("event", note=text)
    logging.getLogger("library").warning(text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logger("x").exception("failed")
    said = stream.getvalue()
    for secret in (PASSWORD, "another-password", "eyJhbGciOiJIUzI1NiJ9"):
        assert secret not in said
    assert "RuntimeError" in line(stream)["exception"]


def test_a_fencing_token_is_no_secret(stream: io.StringIO) -> None:
    logger("x").info("claimed", fencing_token=3)
    assert line(stream)["fencing_token"] == 3


def test_text_is_for_people_and_hides_as_much() -> None:
    out = io.StringIO()
    configure_logging(settings(log_format="text"), out)
    logger("x").info("started", password="swordfish")
    assert "started" in out.getvalue()
    assert "swordfish" not in out.getvalue()


def test_the_level_is_the_settings() -> None:
    out = io.StringIO()
    configure_logging(settings(log_level="WARNING"), out)
    logger("x").info("not said")
    assert out.getvalue() == ""


def test_every_secret_of_the_settings_is_known() -> None:
    assert PASSWORD in known_secrets(settings())
    assert "k" * 20 + "ey0123456789abcdef" in known_secrets(settings())
