"""Which theme the browser shows; figures are drawn in its colours."""

from __future__ import annotations

from flask import request

from dashboard.figures.colors import theme_name

COOKIE = "basis_theme"


def current_theme() -> str:
    """The theme of the browser that asks: ``light``, ``dark``, each with ``-cvd`` for the safe palette."""
    return theme_name(request.cookies.get(COOKIE))
