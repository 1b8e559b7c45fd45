"""Which theme and how wide a page the browser shows; figures are drawn in its colours and for its width."""

from __future__ import annotations

from flask import request

from dashboard.figures.colors import theme_name

COOKIE = "basis_theme"
NARROW_COOKIE = "basis_narrow"


def current_theme() -> str:
    """The theme of the browser that asks: ``light``, ``dark``, each with ``-cvd`` for the safe palette."""
    return theme_name(request.cookies.get(COOKIE))


def is_narrow() -> bool:
    """Whether the browser that asks shows a phone's page: figures name fewer dates."""
    return request.cookies.get(NARROW_COOKIE) == "1"
