"""A card that could not be made, and the way to try again."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard.errors import DashboardError
from dashboard.web.components.attributes import data
from dashboard.web.components.basics import button
from dashboard.web.components.states import failure
from dashboard.web.problems import TITLES


def failed(error: DashboardError) -> Component:
    """Why the card is empty; ``assets/72-overview.js`` asks again at a click."""
    again = button("Try again", mark="arrow-clockwise", **data(refresh="overview"))
    return failure(
        TITLES.get(error.http_status, "This could not be shown"),
        f"{error.message} Your other figures are not affected.",
        again,
    )
