"""Jobs of searches."""

from __future__ import annotations

from dashboard.services import instruments
from jobs.runtime import job


@job()
def search_providers(text: str) -> None:
    """Ask every provider what it knows by ``text``; whoever waits finds the answer in Redis."""
    instruments.search_providers(text)
