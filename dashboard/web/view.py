"""Controls that keep their choice in the address, so that a view can be bookmarked and Back undoes a change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dash import Dash, Input, Output, State

from dashboard.web.page import VIEW_STORE


@dataclass(frozen=True, slots=True)
class Control:
    """A component's property that is part of the view; at its ``default`` it is not in the address."""

    id: str
    default: str = ""
    property: str = "value"


def bind_view(app: Dash, controls: Mapping[str, Control]) -> None:
    """Keep ``controls`` (by the name in the query) in the address and in the store ``view``, in the browser alone.

    Callbacks of the page take ``Input(VIEW_STORE, "data")`` and :func:`dashboard.web.state.parse` it. A store of
    dates or accounts is bound like any other control: a list is joined by commas.
    """
    known = {name: [control.id, control.property, control.default] for name, control in controls.items()}
    app.clientside_callback(
        f"(...values) => window.dash_clientside.state.push({json.dumps(known)}, ...values)",
        Output(VIEW_STORE, "data", allow_duplicate=True),
        *(Input(control.id, control.property) for control in controls.values()),
        State(VIEW_STORE, "data"),
        prevent_initial_call=True,
    )
