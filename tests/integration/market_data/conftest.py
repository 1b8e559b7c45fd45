"""The stand-in for Yahoo as the only provider of an application."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.server import create_server
from dashboard.settings import Settings
from tests.stand_in import MARKET, StandIn, served


@pytest.fixture(scope="session")
def running_stand_in() -> Iterator[StandIn]:
    """One stand-in for all tests."""
    with served() as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """The stand-in, in good health."""
    running_stand_in.set()
    return running_stand_in


@pytest.fixture
def yahoo_app(settings: Settings, stand_in: StandIn) -> Iterator[Flask]:
    """The application in its context, with the stand-in as its only provider."""
    changed = {**dict(settings), "providers": ("yahoo",), "yahoo_base_url": stand_in.address}
    app = create_server(Settings.build(**changed))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def file_closes(symbol: str) -> dict[date, tuple[float, float]]:
    """The closes of a file beside the stand-in, and the split ratio of each day (0: none)."""
    with (MARKET / "ohlcv" / f"{symbol}.csv").open() as handle:
        return {
            date.fromisoformat((row.get("Datetime") or row["Date"])[:10]): (
                float(row["Close"]),
                float(row.get("Stock Splits") or 0),
            )
            for row in csv.DictReader(handle)
            if row["Close"]
        }
