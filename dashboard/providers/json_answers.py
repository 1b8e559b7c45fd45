"""JSON that somebody else sent, read with expectations. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

# No price, volume or time is larger; whole numbers of JSON can be too large for a float.
LARGEST = 1e18


class MalformedAnswer(ValueError):
    """An answer that is JSON but not of the shape that was asked for."""


def storable_text(text: str) -> str:
    """``text`` on one line, without what no database holds: NUL and halves of surrogate pairs."""
    return " ".join(text.replace("\0", "").encode(errors="ignore").decode().split())


class Node:
    """A JSON object read with expectations: each accessor gives the type it names or raises ``MalformedAnswer``."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise MalformedAnswer("an object was expected")
        self._values: Mapping[object, object] = value

    def node(self, key: str) -> Node:
        """The object under ``key``; an empty one where it is missing or null."""
        return Node(self._values.get(key) or {})

    def required(self, key: str) -> Node:
        """The object under ``key``, which must be there."""
        return Node(self._values.get(key))

    def required_items(self, key: str) -> Sequence[object]:
        """The list under ``key``, which must be there."""
        value = self._values.get(key)
        if not isinstance(value, list):
            raise MalformedAnswer(f"{key} is not a list")
        return value

    def items(self, key: str) -> Sequence[object]:
        """The list under ``key``; empty where it is missing or null."""
        return [] if self._values.get(key) is None else self.required_items(key)

    def children(self, key: str) -> Iterator[Node]:
        """The objects in the object under ``key``."""
        return (Node(value) for value in self.node(key)._values.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Its keys that are text."""
        return tuple(key for key in self._values if isinstance(key, str))

    def text(self, *keys: str) -> str:
        """The first text under ``keys`` that is not empty, else "", as :func:`storable_text`."""
        texts = (storable_text(value) for key in keys if isinstance(value := self._values.get(key), str))
        return next((text for text in texts if text), "")

    def number(self, key: str) -> float | None:
        """The finite number under ``key``."""
        value = self._values.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not -LARGEST < value < LARGEST:
            return None
        return float(value)

    def decimal(self, key: str) -> Decimal:
        """The number under ``key`` as it was written; NaN where there is none."""
        try:
            return Decimal(str(self._values.get(key)))
        except InvalidOperation:
            return Decimal("NaN")

    def column(self, key: str, length: int) -> NDArray[np.float64]:
        """The numbers under ``key``, NaN for null; all NaN where the key is missing."""
        values = self.items(key)
        if not values:
            return np.full(length, np.nan)
        if len(values) != length:
            raise MalformedAnswer(f"{key} has {len(values)} values for {length} days")
        try:
            column = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise MalformedAnswer(f"{key} holds something else than numbers") from error
        if column.shape != (length,):
            raise MalformedAnswer(f"{key} holds lists of lists")
        return column
