"""Who has what, for a process that lives for days and must not keep a transaction open."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.db.engine import db
from dashboard.providers.chain import ProviderChain
from dashboard.services.live_quotes import Sources, sources_of


def known_sources(chain: ProviderChain, symbols: Sequence[str]) -> tuple[Sources, ...]:
    """As :func:`sources_of`; the session is given back."""
    try:
        return sources_of(chain, symbols)
    finally:
        db.session.remove()
