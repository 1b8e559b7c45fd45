"""Where the browser finds live prices; ``assets/70-live.js`` listens and moves what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from dash import ClientsideFunction, Dash, Input, Output, dcc
from dash.development.base_component import Component

from dashboard.domain.access import PortfolioId
from dashboard.runtime import settings

STORE = "live-source"


def live_source(
    portfolio_id: PortfolioId | None = None,
    *,
    symbols: Sequence[str] = (),
    priced_on: date | None = None,
    stale: int = 0,
) -> Component:
    """What a page listens to: a portfolio, or the quotes of ``symbols``. One on a page.

    Each quote reaches the page as ``CustomEvent("basis:quote", {detail: quote})`` on the document.
    ``priced_on`` is the day of the newest stored price and ``stale`` how many are old: said until a quote comes.
    """
    known = {"priced_on": priced_on.isoformat() if priced_on is not None else None, "stale": stale}
    return dcc.Store(id=STORE, data={**stream_address(), "portfolio": portfolio_id, "symbols": list(symbols), **known})


def stream_address() -> dict[str, str | int | None]:
    """The stream's address as the browser must use it.

    Without a configured address the page may be opened by any name of this host, so only the port is told: cookies are
    kept by host, and a stream under another name would not get them.
    """
    known = settings()
    address = known.stream_url
    if address is None:
        return {"url": None, "port": known.port + 1}
    if address.startswith("/") or known.dashboard_base_url is not None:
        return {"url": address, "port": None}
    return {"url": None, "port": urlsplit(address).port}


def install(app: Dash) -> None:
    """Start and stop listening as pages with a source come and go."""
    app.clientside_callback(ClientsideFunction("live", "listen"), Output("live-status", "title"), Input(STORE, "data"))
