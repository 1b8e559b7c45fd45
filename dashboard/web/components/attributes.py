"""HTML attributes whose names Python cannot spell, and optional properties."""

from __future__ import annotations

from typing import Any

Attributes = dict[str, Any]  # Any: Dash's generated signatures take each attribute by another type


def aria(**values: str) -> Attributes:
    """``aria(hidden="true")`` for ``aria-hidden``."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> Attributes:
    """``data(menu="open")`` for ``data-menu``."""
    return {f"data-{name}": value for name, value in values.items()}


def given(**values: Any) -> Attributes:  # Any: as above
    """The properties that have a value: Dash takes a missing id, but not None."""
    return {name: value for name, value in values.items() if value is not None and value != ""}
