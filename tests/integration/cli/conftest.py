"""A command runner over this worker's database: each command is a process of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from dashboard.settings import Settings
from tests.command_server import CommandServer
from tests.integration.market_data.conftest import running_stand_in, stand_in
from tests.stand_in import StandIn

__all__ = ["running_stand_in", "stand_in"]
CommandLine = Callable[..., "Answer"]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:  # Any: parsed JSON
        """Its JSON."""
        assert self.out, f"status {self.status}: {self.err}"
        return json.loads(self.out)


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """The environment that gives a process these settings."""
    told = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_MIGRATION_URL": settings.database_migration_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
    }
    secrets = {name: value.get_secret_value() for name, value in told.items() if value is not None}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, **secrets, "DASHBOARD_HOME": str(settings.dashboard_home), "PROVIDERS": "simulated", **more}


@pytest.fixture
def more_environment() -> dict[str, str]:
    """What a test adds to the environment; override or change it before the first command."""
    return {}


@pytest.fixture
def dashboard(
    command_server: CommandServer,
    settings: Settings,
    redis_client: redis.Redis,
    more_environment: dict[str, str],
) -> CommandLine:
    """Run ``dashboard`` with these words."""

    def run(*words: str, stdin: str = "") -> Answer:
        return Answer(*command_server.run(words, environment_of(settings, **more_environment), stdin))

    return run


@pytest.fixture
def on_yahoo(stand_in: StandIn, more_environment: dict[str, str]) -> StandIn:
    """Let commands find the stand-in where Yahoo would be."""
    more_environment |= {"PROVIDERS": "yahoo", "YAHOO_BASE_URL": stand_in.address}
    return stand_in
