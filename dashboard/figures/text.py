"""Names in figures: plotly reads some of HTML, and names come from people and providers."""

from __future__ import annotations


def escaped(text: str) -> str:
    """``text`` as plotly shows it literally."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("{", "&#123;")
