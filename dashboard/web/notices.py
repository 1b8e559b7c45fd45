"""Notices: short messages over the page. A service's refusal becomes one, and so does what was done."""

from __future__ import annotations

from enum import StrEnum

from dash import set_props

from dashboard.errors import DashboardError
from dashboard.web.problems import TITLES, reference

STORE = "notice"
ACTION_STORE = "notice-action"


class Tone(StrEnum):
    """How a notice looks."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


def show(text: str, *, title: str = "", tone: Tone = Tone.OK, action: str = "", action_id: str = "") -> None:
    """Show a notice with the answer of the running callback.

    ``action`` puts a button on it; a click sends ``{"id": action_id, "at": ...}`` to the store ``notice-action``.
    """
    data = {"title": title, "text": text, "tone": tone.value, "action": action, "actionId": action_id}
    set_props(STORE, {"data": data | {"reference": reference() if tone is Tone.BAD else ""}})


def show_error(error: DashboardError) -> None:
    """Show what a service refused, in its own words."""
    serious = error.http_status >= 500
    show(error.message, title=TITLES.get(error.http_status, ""), tone=Tone.BAD if serious else Tone.WARN)
