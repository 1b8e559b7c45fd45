"""A command runner over this worker's database: each command is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from dashboard.settings import Settings
from tests.integration.market_data.conftest import StandIn, running_stand_in, stand_in

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
    settings: Settings, redis_client: redis.Redis, more_environment: dict[str, str], tmp_path: Path
) -> Iterator[CommandLine]:
    """Run ``dashboard`` with these words."""

    def run(*words: str, stdin: str = "") -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment_of(settings, **more_environment),
            cwd=Path(__file__).parents[3],
            timeout=120,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    yield run


@pytest.fixture
def on_yahoo(stand_in: StandIn, more_environment: dict[str, str]) -> StandIn:
    """Let commands find the stand-in where Yahoo would be."""
    more_environment |= {"PROVIDERS": "yahoo", "YAHOO_BASE_URL": stand_in.address}
    return stand_in
