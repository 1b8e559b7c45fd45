"""Which theme and how wide a page the browser shows; figures are drawn in its colours and for its width."""

from __future__ import annotations

from enum import StrEnum

from flask import request

from dashboard.figures.colors import theme_name

COOKIE = "basis_theme"
WIDTH_COOKIE = "basis_width"


def current_theme() -> str:
    """The theme of the browser that asks: ``light``, ``dark``, each with ``-cvd`` for the safe palette."""
    return theme_name(request.cookies.get(COOKIE))


class Width(StrEnum):
    """How wide the browser's page is; ``assets/72-overview.js`` has the limits."""

    PHONE = "phone"
    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"


def current_width() -> Width:
    """How wide the page of the browser that asks is: where it is narrow, figures name fewer dates."""
    given = request.cookies.get(WIDTH_COOKIE)
    return Width(given) if given in set(Width) else Width.WIDE


def is_narrow() -> bool:
    """Whether the browser that asks shows a phone's page."""
    return current_width() is Width.PHONE
