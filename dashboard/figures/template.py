"""The look that all figures share: template, axes, tags and the browser's options."""

from __future__ import annotations

from dashboard.figures.colors import Figure, resolved

FONT = '"Inter Variable", Inter, system-ui, sans-serif'
COLORWAY = [f"@{{c{number}}}" for number in range(1, 11)]
# plotly.js 4 would offer to upload a figure to a public cloud: both options keep it here.
CONFIG: Figure = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
}
MAIN_HEIGHT, SMALL_HEIGHT, INSTRUMENT_HEIGHT = 314, 236, 560
MARGIN = {"l": 16, "r": 60, "t": 10, "b": 26}
BENCHMARK_DASH = "4px,3px"


def template_for(theme: str) -> Figure:
    """The layout template of a theme, with its colours resolved."""
    template: Figure = resolved({"layout": {"template": _TEMPLATE}}, theme)["layout"]["template"]
    return template


def figure(data: list[Figure], layout: Figure, theme: str) -> Figure:
    """A finished figure: the template, then ``layout``, every colour as ``theme`` has it."""
    return resolved({"data": data, "layout": {"template": _TEMPLATE, **layout}}, theme)


def time_axis(**changes: object) -> Figure:
    """A time axis with a crosshair and without grid lines."""
    return {
        "type": "date",
        "showgrid": False,
        "fixedrange": True,
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": "@{chart-crosshair}",
        **changes,
    }


def value_axis(**changes: object) -> Figure:
    """A value axis on the right."""
    return {"side": "right", "fixedrange": True, **changes}


def tag(y: float | None, text: str, color: str, **changes: object) -> Figure:
    """The last value of a series, in a tag on the axis; ``color`` is a name."""
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 3,
        "yref": "y",
        "y": y,
        "text": text,
        "showarrow": False,
        "font": {"size": 11, "color": f"@{{ink:{color}}}", "weight": 600},
        "bgcolor": f"@{{{color}}}",
        "borderpad": 3,
        **changes,
    }


_AXIS: Figure = {
    "gridcolor": "@{chart-grid}",
    "gridwidth": 1,
    "zeroline": False,
    "zerolinecolor": "@{chart-axis}",
    "zerolinewidth": 1,
    "linecolor": "@{chart-axis}",
    "showline": False,
    "ticks": "",
    "tickfont": {"size": 11, "color": "@{chart-tick}"},
    "automargin": False,
    "title": {"font": {"size": 11}},
}
_TEMPLATE: Figure = {
    "layout": {
        "font": {"family": FONT, "size": 11, "color": "@{text-2}"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": COLORWAY,
        "margin": MARGIN,
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,
        "separators": ".,",
        "bargap": 0.28,
        "hoverlabel": {
            "bgcolor": "@{bg-raised}",
            "bordercolor": "@{line}",
            "font": {"family": FONT, "size": 12, "color": "@{text-1}"},
            "align": "left",
        },
        "xaxis": {**_AXIS, "showgrid": False},
        "yaxis": _AXIS,
    }
}
