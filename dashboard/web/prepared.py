"""Content that was written once: components as the JSON that the browser gets, under everything they were made of.

Building and writing a page of some hundred components takes many times what it takes to look up the versions that it
rests on. A result is kept in this process alone, and found again only under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash._utils import to_json
from dash.development.base_component import Component
from orjson import Fragment

from dashboard.services.memo import Memo

__all__ = ["Fragment", "Unfinished", "prepared"]

KEPT = 128
Content = Component | Sequence[Component]

_kept: Memo[Fragment] = Memo(KEPT)


class Unfinished(Exception):
    """``content`` may be shown once, and not be kept: a part of it failed."""

    def __init__(self, content: Content) -> None:
        super().__init__("not to be kept")
        self.content = content


def prepared(key: str, make: Callable[[], Content]) -> Fragment:
    """What ``make`` gives, as JSON that Dash puts into its answer as it stands.

    ``key`` names everything that the content depends on, who may see it included. ``make`` raises :class:`Unfinished`
    for what is not to be kept.
    """
    try:
        return _kept.get(key, lambda: _written(make()))
    except Unfinished as unfinished:
        return _written(unfinished.content)


def _written(content: Content) -> Fragment:
    return Fragment(to_json(content))
