"""A portfolio with trades and prices, its owner, and real worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import accounts, imports, market_data, portfolios
from dashboard.settings import Settings

ROOT = Path(__file__).parents[3]
LEDGER = """date,type,symbol,quantity,price,currency,fee,amount
2024-01-02,deposit,,,,EUR,,10000
2024-01-03,buy,ACME,50,100,EUR,5,
2024-02-01,buy,ACME,10,104,EUR,5,
2024-03-01,dividend,ACME,,,EUR,,30
"""
PASSWORD = "correct horse battery staple"
DEADLINE_SECONDS = 180.0  # a busy machine is no failure
# Runs first in a process of the product, so that tests need not wait as long as an installation would.
QUICK = "import jobs.schedule as schedule; schedule.TICK_SECONDS = schedule.PASS_SECONDS = 1"


def until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Poll ``condition``; fails the test when ``what`` has not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"Not in {seconds:g} s: {what}")
        time.sleep(0.05)


def prices(days: int = 90) -> bytes:
    """Closes of ACME on every day from 2024-01-01 on."""
    rows = [f"ACME,2024-{1 + day // 30:02d}-{1 + day % 28:02d},{100 + day / 10}" for day in range(days)]
    return ("symbol,date,close\n" + "\n".join(dict.fromkeys(rows))).encode()


@pytest.fixture
def owner(app_context: Flask) -> Actor:
    """A user who owns the portfolio."""
    user = accounts.create_user(SYSTEM, "owner@example.org", PASSWORD, role=Role.USER)
    return Actor(user.id, user.email, Role.USER)


@pytest.fixture
def stranger(app_context: Flask, owner: Actor) -> Actor:
    """Another user."""
    user = accounts.create_user(SYSTEM, "stranger@example.org", PASSWORD, role=Role.USER)
    return Actor(user.id, user.email, Role.USER)


@pytest.fixture
def portfolio(owner: Actor) -> PortfolioRef:
    """A portfolio in euros with one instrument and its prices."""
    made = portfolios.create_portfolio(owner, "Sample", "EUR")
    result = imports.commit(owner, made.id, LEDGER.encode(), "ledger.csv")
    assert result.added == 4
    market_data.import_prices(SYSTEM, prices(), "prices.csv")
    return made


@dataclass(slots=True)
class Processes:
    """Processes of the product that a test has started; the fixture kills what is left."""

    settings: Settings
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, code: str = "") -> subprocess.Popen[bytes]:
        """``dashboard ...`` on the test's database and Redis; ``code`` runs first in the same process."""
        program = f"{code}\nfrom dashboard.cli import main\nmain({list(arguments)!r})"
        process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, env=self._environment(), stdin=subprocess.DEVNULL
        )
        self.started.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL for the process and for its children (work-horses are in groups of their own)."""
        for child in children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait()

    def _environment(self) -> dict[str, str]:
        assert self.settings.database_url is not None
        assert self.settings.redis_url is not None
        assert self.settings.secret_key is not None
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("BASIS_")},
            "DATABASE_URL": self.settings.database_url.get_secret_value(),
            "REDIS_URL": self.settings.redis_url.get_secret_value(),
            "SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "DASHBOARD_HOME": str(self.settings.dashboard_home),
            "PROVIDERS": "simulated",
        }


def children(process_id: int) -> list[int]:
    """The direct children of a process."""
    listed = subprocess.run(["pgrep", "-P", str(process_id)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


@pytest.fixture
def processes(settings: Settings) -> Iterator[Processes]:
    """Start processes; none survives the test."""
    running = Processes(settings)
    yield running
    for process in running.started:
        running.kill(process)
