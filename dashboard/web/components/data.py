"""Grids and charts with the house's defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.figures.template import CONFIG
from dashboard.web.components.attributes import aria, given

DEFAULT_COLUMN: Mapping[str, object] = {
    "sortable": True,
    "resizable": True,
    "suppressMovable": False,
    "suppressHeaderMenuButton": True,
    "filter": False,
    "minWidth": 72,
}

Json = Any  # ag-grid's options and plotly's figures are free-form JSON


def grid(
    id: str | dict[str, str],
    columns: Sequence[Mapping[str, Json]],
    rows: Sequence[Mapping[str, Json]] = (),
    *,
    label: str,
    row_id: str = "",
    options: Mapping[str, Json] | None = None,
    default_column: Mapping[str, Json] | None = None,
    auto_height: bool = False,
    column_size: str | None = "responsiveSizeToFit",
    class_name: str = "",
    **more: Json,
) -> Component:
    """An ag-grid in the house's theme. ``row_id`` is the field that identifies a row: updates then keep their place."""
    grid_options: dict[str, Json] = {
        "rowHeight": 38,
        "headerHeight": 32,
        "suppressCellFocus": False,
        "animateRows": False,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "tooltipShowDelay": 300,
        "localeText": {"noRowsToShow": "No rows match"},
        **({"domLayout": "autoHeight"} if auto_height else {}),
        **(options or {}),
    }
    return html.Div(
        dag.AgGrid(
            id=id,
            columnDefs=[dict(column) for column in columns],
            rowData=[dict(row) for row in rows],
            defaultColDef={**DEFAULT_COLUMN, **(default_column or {})},
            dashGridOptions=grid_options,
            className=f"ag-theme-app {class_name}".strip(),
            style={"height": None if auto_height else "100%", "width": "100%"},
            **given(columnSize=column_size, getRowId=f"params.data.{row_id}" if row_id else None),
            **more,
        ),
        className="grid-x",
        role="group",
        **aria(label=label),
    )


def graph(
    id: str | dict[str, str],
    figure: Mapping[str, Json] | None = None,
    *,
    label: str,
    height: int | None = None,
    label_id: str | dict[str, str] | None = None,
    **more: Json,
) -> Component:
    """A plotly chart. ``label`` states what it shows, for those who cannot see it."""
    size: Json = {"height": f"{height}px"} if height else {}
    chart = dcc.Graph(
        id=id,
        figure=dict(figure) if figure else {"data": [], "layout": {}},
        config=cast(Json, CONFIG),
        responsive=True,
        style=size,
        **more,
    )
    return html.Div(chart, className="ch", role="img", style=size, **aria(label=label), **given(id=label_id))
