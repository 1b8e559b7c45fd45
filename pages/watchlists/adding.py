"""The field that adds: what is stored fits first, and what is not is looked up by a worker."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.results.instruments import SearchResult
from dashboard.results.watchlists import Watchlist
from dashboard.services import market_data
from dashboard.web.components.attributes import aria

SHOWN = 6


def hits(actor: Actor, found: Watchlist, text: str) -> list[Component]:
    """What fits the text, each a button, and a last one that takes the text for a new symbol."""
    words = text.strip()
    if not words:
        return []
    known = market_data.search(actor, words, ask_providers=False)[:SHOWN]
    rows = [_row(hit.symbol, hit.name or hit.symbol, _below(hit, found)) for hit in known]
    symbol = words.upper()
    if all(hit.symbol.upper() != symbol for hit in known) and " " not in symbol and "," not in symbol:
        rows.append(_row(symbol, f"Add “{symbol}”", "A new symbol: the providers are asked for it"))
    return rows or [html.P("Nothing stored fits. Type a symbol.", className="hint")]


def chosen(actor: Actor, text: str) -> list[str]:
    """What Enter adds: each symbol of a list with commas, else what is stored and fits best, else the symbol typed."""
    words = text.strip()
    if "," in words:
        return [part.strip() for part in words.split(",") if part.strip()]
    known = market_data.search(actor, words, ask_providers=False)
    exact = [hit.symbol for hit in known if hit.symbol.upper() == words.upper()]
    return (exact or [hit.symbol for hit in known] or [words])[:1] if words else []


def _below(hit: SearchResult, found: Watchlist) -> str:
    on_it = "on this list" if hit.symbol in found.symbols else ""
    return " · ".join(text for text in (hit.symbol, hit.exchange, hit.currency, on_it) if text)


def _row(symbol: str, title: str, below: str) -> Component:
    words = [html.B(title, className="ell"), html.Small(below, className="ell")]
    return html.Button(
        words, id={"watch-add": symbol}, type="button", className="watch-hit", **aria(label=f"Add {symbol}")
    )
