"""Answers that were recorded from the real services, as small excerpts."""

from __future__ import annotations

import json
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def alphavantage(name: str) -> dict[str, object]:
    """An answer of Alpha Vantage."""
    answer: dict[str, object] = json.loads((DATA / "alphavantage" / f"{name}.json").read_text())
    return answer
