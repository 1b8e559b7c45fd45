"""What stands in a chart's place when there is nothing to draw, or when drawing failed."""

from __future__ import annotations

from dashboard.figures.colors import Figure
from dashboard.figures.template import MAIN_HEIGHT, figure


def empty_figure(message: str, *, theme: str = "light", height: int = MAIN_HEIGHT) -> Figure:
    """One sentence that says what will appear here."""
    return _words([_line(message, 0.5, 13, "text-3")], theme, height)


def error_figure(cause: str, reference: str = "", *, theme: str = "light", height: int = MAIN_HEIGHT) -> Figure:
    """What could not be drawn, why, and the reference to look it up by."""
    lines = [
        _line("<b>This chart could not be drawn</b>", 0.6, 14, "text-1"),
        _line(cause, 0.48, 13, "text-2"),
    ]
    if reference:
        lines.append(_line(f"ref {reference}", 0.36, 11, "text-3"))
    return _words(lines, theme, height)


def _line(text: str, y: float, size: int, color: str) -> Figure:
    return {
        "xref": "paper", "yref": "paper", "x": 0.5, "y": y, "text": text, "showarrow": False,
        "font": {"size": size, "color": f"@{{{color}}}"},
    }  # fmt: skip


def _words(lines: list[Figure], theme: str, height: int) -> Figure:
    layout: Figure = {
        "height": height,
        "annotations": lines,
        "hovermode": False,
        "xaxis": {"visible": False, "fixedrange": True},
        "yaxis": {"visible": False, "fixedrange": True},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }
    return figure([], layout, theme)
