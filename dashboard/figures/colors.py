"""Colours by name. A figure is built with references such as ``@{c1}``, which are resolved at its end.

The references also travel in ``layout.meta.colors`` (path -> text), so that the browser can switch the theme of a
drawn figure from its own CSS variables, without asking the server. Forms: ``@{c1}``, ``@{c1/0.3}`` (opacity; ``tint``
is that of treemap tiles) and ``@{ink:c1}`` (black or white, whichever reads on it). ``tokens.css`` is the source of
the values; a test compares.
"""

from __future__ import annotations

import re
from typing import Any

REFERENCE = re.compile(r"@\{(?P<ink>ink:)?(?P<name>[a-z0-9-]+)(?:/(?P<alpha>[a-z0-9.]+))?\}")
DARK_INK, LIGHT_INK = "#0c0e13", "#ffffff"
INK_THRESHOLD = 0.23

Figure = dict[str, Any]  # Any: plotly's schema is its own; a test validates every figure against it

LIGHT = {
    "bg-surface": "#ffffff", "bg-raised": "#ffffff", "line": "#e1e4ea", "line-strong": "#c9ced8",
    "text-1": "#151922", "text-2": "#485062", "text-3": "#646c7e", "accent-solid": "#4450cf",
    "up-text": "#0a7548", "down-text": "#bf2a3c", "flat-text": "#646c7e",
    "up-fill": "#1a9662", "down-fill": "#d8485a", "flat-fill": "#8f97a6",
    "c1": "#4450cf", "c2": "#bb7c14", "c3": "#2f9d94", "c4": "#8b1158", "c5": "#3a8ad0",
    "c6": "#7f9a45", "c7": "#5a2d8c", "c8": "#b04a1c", "c9": "#5d6b82", "c10": "#5f4330",
    "c-benchmark": "#7d8595", "chart-grid": "#eef0f3", "chart-axis": "#d6dae1", "chart-tick": "#646c7e",
    "chart-crosshair": "#868e9e",
}  # fmt: skip
DARK = {
    "bg-surface": "#13161d", "bg-raised": "#1b202a", "line": "#252b36", "line-strong": "#394150",
    "text-1": "#eaecf2", "text-2": "#b0b7c5", "text-3": "#8b93a5", "accent-solid": "#5661e6",
    "up-text": "#45c98d", "down-text": "#ff7882", "flat-text": "#8b93a5",
    "up-fill": "#2fae75", "down-fill": "#e0525f", "flat-fill": "#697386",
    "c1": "#949dff", "c2": "#cf9238", "c3": "#6fe3e6", "c4": "#c4568b", "c5": "#2f80cc",
    "c6": "#c6df84", "c7": "#9068ea", "c8": "#c46f45", "c9": "#7e8ba3", "c10": "#e0bca5",
    "c-benchmark": "#8b93a5", "chart-grid": "#1d222b", "chart-axis": "#2c333f", "chart-tick": "#8b93a5",
    "chart-crosshair": "#697386",
}  # fmt: skip
SAFE_LIGHT = {"up-text": "#1261bd", "up-fill": "#2a7fdc", "down-text": "#a84b00", "down-fill": "#d9701a"}
SAFE_DARK = {"up-text": "#6cb3ff", "up-fill": "#3f8fe4", "down-text": "#ffa24d", "down-fill": "#d97a24"}
TINT = {"light": "0.13", "dark": "0.17"}

THEMES: dict[str, dict[str, str]] = {
    "light": LIGHT,
    "dark": DARK,
    "light-cvd": {**LIGHT, **SAFE_LIGHT},
    "dark-cvd": {**DARK, **SAFE_DARK},
}
DEFAULT_THEME = "light"
# Long lists of data: never colours, and walking through them would cost more than building the figure.
DATA_KEYS = frozenset({"x", "y", "open", "high", "low", "close", "customdata", "ids", "labels", "parents", "values"})


def theme_name(theme: str | None) -> str:
    """``theme`` where it is one of ours (``light``, ``dark``, each with ``-cvd``), else the light one."""
    return theme if theme in THEMES else DEFAULT_THEME


def resolved(figure: Figure, theme: str) -> Figure:
    """``figure`` with its references as colours of ``theme``, and the references themselves in its ``meta``."""
    name = theme_name(theme)
    references: dict[str, str] = {}
    shown = _resolve(figure, name, "", references)
    layout = shown.setdefault("layout", {})
    layout["meta"] = {**layout.get("meta", {}), "colors": references}
    return shown  # type: ignore[no-any-return]  # the walk keeps the type of what it walks


def color(reference: str, theme: str = DEFAULT_THEME) -> str:
    """A text with each reference in it replaced by the colour of ``theme``."""
    name = theme_name(theme)
    return REFERENCE.sub(lambda found: _color(found, name), reference)


def _resolve(value: Any, theme: str, path: str, references: dict[str, str]) -> Any:  # Any: nodes of a figure
    if isinstance(value, str):
        if "@{" not in value:
            return value
        references[path] = value
        return color(value, theme)
    if isinstance(value, dict):
        return {
            key: inner if key in DATA_KEYS else _resolve(inner, theme, f"{path}.{key}" if path else key, references)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_resolve(inner, theme, f"{path}.{index}", references) for index, inner in enumerate(value)]
    return value


def _color(found: re.Match[str], theme: str) -> str:
    value = THEMES[theme][found["name"]]
    if found["ink"]:
        return DARK_INK if _luminance(value) > INK_THRESHOLD else LIGHT_INK
    if found["alpha"]:
        alpha = TINT[theme.split("-")[0]] if found["alpha"] == "tint" else found["alpha"]
        red, green, blue = _channels(value)
        return f"rgba({red},{green},{blue},{alpha})"
    return value


def _channels(value: str) -> tuple[int, int, int]:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _luminance(value: str) -> float:
    """Relative luminance of WCAG 2, 0 for black to 1 for white."""
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (part / 255 for part in _channels(value))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
