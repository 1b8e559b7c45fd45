"""How long a piece of work spends in SQL, in numbers and in JSON: clocks around the functions where each happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

import plotly.io.json
import psycopg

from dashboard.domain import holdings, performance
from dashboard.services import holding_reports, valuation

Function = Callable[..., Any]  # Any: whatever function is clocked


class Clock:
    """Seconds spent inside some functions; a call from within another is not counted twice."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False

    def around(self, function: Function) -> Function:
        """``function`` with this clock running while it does."""

        @wraps(function)
        def clocked(*values: object, **named: object) -> object:
            if self._inside:
                return function(*values, **named)
            self._inside, begun = True, time.perf_counter()
            try:
                return function(*values, **named)
            finally:
                self._inside = False
                self.seconds += time.perf_counter() - begun

        return clocked


SEAMS: dict[str, tuple[tuple[object, str], ...]] = {
    "sql": (
        (psycopg.Cursor, "execute"),
        (psycopg.Cursor, "fetchall"),
        (psycopg.Cursor, "fetchone"),
        (psycopg.Cursor, "fetchmany"),
        (psycopg.Connection, "commit"),
        (psycopg.Connection, "rollback"),
    ),
    "numpy": (
        (valuation, "_state"),
        (performance, "measure"),
        (holdings, "holdings"),
        (holding_reports, "mark"),
        (holding_reports, "snapshot_of"),
    ),
    "json": (
        (plotly.io.json, "to_json_plotly"),
        (json, "dumps"),
        (json, "loads"),
    ),
}
"""Where each kind of work is entered: SQL by psycopg, numbers by the domain, JSON by its writers."""


@contextmanager
def clocks() -> Iterator[dict[str, Clock]]:
    """A clock for each kind of work, running while the block does."""
    found = {kind: Clock() for kind in SEAMS}
    with ExitStack() as stack:
        for kind, places in SEAMS.items():
            for owner, name in places:
                stack.enter_context(patch.object(owner, name, found[kind].around(getattr(owner, name))))
        yield found
