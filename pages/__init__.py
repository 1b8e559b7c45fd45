"""The pages. ``PAGES`` is the only registry, and the order in the menu."""

from __future__ import annotations

from dash import Dash

from pages import (
    holdings,
    home,
    imports,
    income,
    instrument,
    instruments,
    not_found,
    overview,
    performance,
    quality,
    reports,
    transactions,
    watchlists,
)

PAGES = (
    home,
    overview,
    holdings,
    performance,
    transactions,
    imports,
    income,
    instruments,
    watchlists,
    instrument,
    reports,
    quality,
    not_found,
)


def register(app: Dash) -> None:
    """Add every page to ``app``."""
    for page in PAGES:
        page.register(app)
