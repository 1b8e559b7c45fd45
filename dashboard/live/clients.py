"""One open stream: it knows how far its client has heard, so that a slow one gets the latest and never a backlog."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import orjson
from gevent.event import Event

from dashboard.redis_store import Json

HEARTBEAT_SECONDS = 5.0
RETRY_MILLISECONDS = (1000, 3000)
"""Not one for all: those who were cut off together do not come back together."""


def encoded(event: str, data: Json, number: int = 0) -> bytes:
    """An event as it goes over the wire; ``number`` is what a client that comes back has heard (0: it says nothing)."""
    identity = b"id: %d\n" % number if number else b""
    return b"%bevent: %b\ndata: %b\n\n" % (identity, event.encode(), orjson.dumps(data))


# A comment would do for proxies, but a page cannot hear one.
HEARTBEAT = encoded("heartbeat", {})


class Source(Protocol):
    """What a client listens to."""

    @property
    def turn(self) -> int:
        """The turn of the last change."""
        ...

    def since(self, turn: int) -> bytes:
        """What brings a client that has heard all up to ``turn`` up to date; nothing where it is."""
        ...


@dataclass(slots=True, eq=False)
class Client:
    """A browser tab that listens of the session ``token``: one event of a name waits, and how far it has heard."""

    token: str
    source: Source | None = None
    heard: int = 0
    _slots: dict[str, bytes] = field(default_factory=dict)
    _ready: Event = field(default_factory=Event)
    _closed: bool = False

    def put(self, event: str, frame: bytes) -> None:
        """Leave the newest ``event``; what the client has not fetched yet is replaced."""
        self._slots[event] = frame
        self._ready.set()

    def wake(self) -> None:
        """Tell it that its source has news."""
        self._ready.set()

    def close(self) -> None:
        """End the stream after what is in the slots."""
        self._closed = True
        self._ready.set()

    def frames(self) -> Iterator[bytes]:
        """The stream as bytes: a retry hint, then what is new as it comes, a heartbeat when there is nothing to say."""
        yield b"retry: %d\n\n" % random.randint(*RETRY_MILLISECONDS)  # noqa: S311  # no secret
        while True:
            if not self._ready.wait(HEARTBEAT_SECONDS):
                yield HEARTBEAT
                continue
            self._ready.clear()
            if news := self._fetch():
                yield news
            if self._closed:
                return

    def _fetch(self) -> bytes:
        slots, self._slots = self._slots, {}
        parts = [*slots.values()]
        if self.source is not None and not self._closed:
            parts.append(self.source.since(self.heard))
            self.heard = self.source.turn
        return b"".join(parts)
